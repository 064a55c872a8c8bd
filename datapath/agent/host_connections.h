// SPDX-License-Identifier: Apache-2.0
/*
 * host_connections: makes the agent's controllers and listeners those of the options, at the start
 * and when the configuration is read again. Control thread.
 */
#pragma once

#include "datapath/agent/host.h"

/** Reads the TLS files of the options, if there are any. 0, or -errno with a sentence in `why`. */
int host_open_tls(struct host *host, char *why, size_t why_size);

/**
 * Opens and closes connections so that they are those of the options, and the one at
 * `RUN-DIR/of.sock`. 0, or -errno with a sentence in `why`: some are open then.
 */
int host_connect(struct host *host, char *why, size_t why_size);

/**
 * Puts in force what can change at run time of `fresh`, the options read again: controllers,
 * listeners, ageing, the log level, and what the TLS files hold. Logs what it did, and what waits
 * for the next start. Takes from `fresh` what it needs.
 */
void host_reload(struct host *host, struct options *fresh);
