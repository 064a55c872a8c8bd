// SPDX-License-Identifier: Apache-2.0
/*
 * packet_out: OFPT_PACKET_OUT (1.0.0 §5.3.6, 1.3.5 §7.3.7, 1.5.1 §7.3.6).
 */
#pragma once

#include "lib/cursor.h"
#include "lib/text.h"
#include "openflow/action.h"
#include "openflow/arena.h"
#include "openflow/types.h"

struct of_msg;

struct of_packet_out {
	uint32_t buffer_id;
	uint32_t in_port;      /* in 1.5: of the match */
	struct of_match match; /* 1.5: the other pipeline fields of the packet, in_port aside */
	struct of_actions actions;
	const uint8_t *data;
	size_t data_len;
};

/** No buffer, no match beside the port, no actions (drop), no data. */
void of_packet_out_init(struct of_packet_out *out, uint32_t in_port);

/* The codec of the family; each has the contract of `struct of_msg_ops` (msg.h). */

/** Reads the body that is left in `c` into `msg`. */
enum of_err of_packet_out_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg);

/** Appends the body. */
int of_packet_out_pack(const struct of_msg *msg, struct wbuf *b);

/** Appends the body as text. */
void of_packet_out_text(const struct of_msg *msg, struct text *t);
