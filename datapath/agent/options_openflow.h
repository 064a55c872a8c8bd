// SPDX-License-Identifier: Apache-2.0
/*
 * options_openflow: the options about controllers, listeners, versions and TLS. Each sets what
 * `value` says; 0, -ENOMEM, or -EINVAL with one sentence in `why`. Pure; any thread.
 */
#pragma once

#include "datapath/agent/options.h"

/** `--controller`: the first word about a target counts, twice on one command line is refused. */
int options_set_controller(struct options *o, const char *value, char *why, size_t why_size);

/** `--listen`, in the same way. */
int options_set_listen(struct options *o, const char *value, char *why, size_t why_size);

/** `--of-versions`: as in `1.3,1.4`. */
int options_set_versions(struct options *o, const char *value, char *why, size_t why_size);

/** `--tls-key`. */
int options_set_tls_key(struct options *o, const char *value, char *why, size_t why_size);

/** `--tls-cert`. */
int options_set_tls_cert(struct options *o, const char *value, char *why, size_t why_size);

/** `--tls-ca`. */
int options_set_tls_ca(struct options *o, const char *value, char *why, size_t why_size);

/** When all is read: TLS has all three files or none, and none is lacking. */
int options_check_openflow(const struct options *o, char *why, size_t why_size);

/** The endpoints of a list, `n` of them; the caller frees them. NULL: no memory. */
struct endpoint *options_endpoints(const struct option_list *list, enum endpoint_side side);
