// SPDX-License-Identifier: Apache-2.0
/*
 * config: the switch's configuration (1.3.5 §7.3.2).
 */
#pragma once

#include "lib/cursor.h"
#include "lib/text.h"
#include "openflow/arena.h"
#include "openflow/types.h"

struct of_msg;

struct of_config {
	uint16_t flags; /* enum of_config_flags */
	uint16_t miss_send_len;
};

/* The codec of the family; each has the contract of `struct of_msg_ops` (msg.h). */

/** Reads the body that is left in `c` into `msg`. */
enum of_err of_config_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg);

/** Appends the body. */
int of_config_pack(const struct of_msg *msg, struct wbuf *b);

/** Appends the body as text. */
void of_config_text(const struct of_msg *msg, struct text *t);
