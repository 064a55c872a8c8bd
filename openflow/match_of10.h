// SPDX-License-Identifier: Apache-2.0
/*
 * match_of10: `struct ofp_match` of version 1.0, 40 bytes of fixed fields (1.0.0 §5.2.3). For `.c`
 * files of openflow/ only.
 */
#pragma once

#include "openflow/match.h"

/**
 * Reads one match. As 1.0.1 says, a field whose protocol the match does not ask for is ignored:
 * nw_proto, nw_src … without IP or ARP, tp_src … without TCP, UDP, SCTP or ICMP. OFPBMC_BAD_LEN.
 */
enum of_err of10_match_unpack(struct cursor *c, struct of_match *match);

/** Appends one match; -EPROTONOSUPPORT: it has a field or mask that 1.0 cannot say. */
int of10_match_pack(const struct of_match *match, struct wbuf *b);

/** True when the match at the cursor has no wildcards: it goes before all others (1.0.0 §3.4). */
bool of10_match_is_exact(struct cursor c);
