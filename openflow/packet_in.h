// SPDX-License-Identifier: Apache-2.0
/*
 * packet_in: OFPT_PACKET_IN (1.3.5 §7.4.1).
 */
#pragma once

#include "lib/cursor.h"
#include "lib/text.h"
#include "openflow/arena.h"
#include "openflow/match.h"
#include "openflow/types.h"

struct of_msg;

struct of_packet_in {
	uint32_t buffer_id;
	uint16_t total_len;
	uint8_t reason; /* enum of_packet_in_reason */
	uint8_t table_id;
	uint64_t cookie;
	struct of_match match; /* in_port, and metadata and the like when not 0 */
	const uint8_t *data;
	size_t data_len;
};

/* The codec of the family; each has the contract of `struct of_msg_ops` (msg.h). */

/** Reads the body that is left in `c` into `msg`. */
enum of_err of_packet_in_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg);

/** Appends the body. */
int of_packet_in_pack(const struct of_msg *msg, struct wbuf *b);

/** Appends the body as text. */
void of_packet_in_text(const struct of_msg *msg, struct text *t);
