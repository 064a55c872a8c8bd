// SPDX-License-Identifier: Apache-2.0
/*
 * request_forward: OFPT_REQUESTFORWARD (1.4.1 §7.4.6): what another controller asked for.
 */
#pragma once

#include "lib/cursor.h"
#include "lib/text.h"
#include "openflow/arena.h"
#include "openflow/types.h"

struct of_msg;

enum of_request_forward_reason { OFPRFR_GROUP_MOD = 0, OFPRFR_METER_MOD = 1 };

struct of_request_forward {
	const uint8_t *request; /* the whole message, with its header */
	size_t request_size;
};

/* The codec of the family; each has the contract of `struct of_msg_ops` (msg.h). */

/** Reads the body that is left in `c` into `msg`. */
enum of_err of_request_forward_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg);

/** Appends the body. */
int of_request_forward_pack(const struct of_msg *msg, struct wbuf *b);

/** Appends the body as text. */
void of_request_forward_text(const struct of_msg *msg, struct text *t);
