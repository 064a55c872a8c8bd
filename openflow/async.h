// SPDX-License-Identifier: Apache-2.0
/*
 * async: which asynchronous messages a controller wants (1.3.5 §7.3.10).
 */
#pragma once

#include "lib/cursor.h"
#include "lib/text.h"
#include "openflow/arena.h"
#include "openflow/types.h"

struct of_msg;

/* Bit n of a mask stands for reason n. [0]: as master or equal, [1]: as slave. */
struct of_async {
	uint32_t packet_in_mask[2];
	uint32_t port_status_mask[2];
	uint32_t flow_removed_mask[2];
};

/* The codec of the family; each has the contract of `struct of_msg_ops` (msg.h). */

/** Reads the body that is left in `c` into `msg`. */
enum of_err of_async_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg);

/** Appends the body. */
int of_async_pack(const struct of_msg *msg, struct wbuf *b);

/** Appends the body as text. */
void of_async_text(const struct of_msg *msg, struct text *t);
