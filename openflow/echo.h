// SPDX-License-Identifier: Apache-2.0
/*
 * echo: OFPT_ECHO_REQUEST and OFPT_ECHO_REPLY (1.3.5 §7.5.2).
 */
#pragma once

#include "lib/cursor.h"
#include "lib/text.h"
#include "openflow/arena.h"
#include "openflow/types.h"

struct of_msg;

struct of_echo {
	const uint8_t *data; /* comes back as it was */
	size_t data_len;
};

/* The codec of the family; each has the contract of `struct of_msg_ops` (msg.h). */

/** Reads the body that is left in `c` into `msg`. */
enum of_err of_echo_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg);

/** Appends the body. */
int of_echo_pack(const struct of_msg *msg, struct wbuf *b);

/** Appends the body as text. */
void of_echo_text(const struct of_msg *msg, struct text *t);
