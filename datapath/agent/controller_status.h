// SPDX-License-Identifier: Apache-2.0
/*
 * controller_status: tells controllers of version 1.5 how the others are (1.5.1 §7.4.7). Control
 * thread.
 */
#pragma once

#include "datapath/agent/connections.h"

/** Tells all who want to know what became of `about` (its main connection). */
void controller_status_announce(struct connection *about, enum of_controller_status_reason reason);

/** Fills in what the wire says of a connection. */
void controller_status_describe(const struct connection *conn,
				enum of_controller_status_reason reason,
				struct of_controller_status *out);
