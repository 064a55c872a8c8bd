// SPDX-License-Identifier: Apache-2.0
/*
 * flow_removed: OFPT_FLOW_REMOVED (1.3.5 §7.4.2).
 */
#pragma once

#include "lib/cursor.h"
#include "lib/text.h"
#include "openflow/arena.h"
#include "openflow/match.h"
#include "openflow/types.h"

struct of_msg;

struct of_flow_removed {
	uint64_t cookie;
	uint16_t priority;
	uint8_t reason; /* enum of_flow_removed_reason */
	uint8_t table_id;
	uint32_t duration_s;
	uint32_t duration_ns; /* beyond the seconds */
	uint16_t idle_timeout;
	uint16_t hard_timeout;
	uint64_t n_packets; /* UINT64_MAX: not counted */
	uint64_t n_bytes;
	struct of_match match;
};

/* The codec of the family; each has the contract of `struct of_msg_ops` (msg.h). */

/** Reads the body that is left in `c` into `msg`. */
enum of_err of_flow_removed_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg);

/** Appends the body. */
int of_flow_removed_pack(const struct of_msg *msg, struct wbuf *b);

/** Appends the body as text. */
void of_flow_removed_text(const struct of_msg *msg, struct text *t);
