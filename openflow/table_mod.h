// SPDX-License-Identifier: Apache-2.0
/*
 * table_mod: OFPT_TABLE_MOD (1.3.5 §7.3.3).
 */
#pragma once

#include "lib/cursor.h"
#include "lib/text.h"
#include "openflow/arena.h"
#include "openflow/types.h"

struct of_msg;

struct of_table_mod {
	uint8_t table_id; /* OFPTT_ALL */
	uint32_t config;
};

/* The codec of the family; each has the contract of `struct of_msg_ops` (msg.h). */

/** Reads the body that is left in `c` into `msg`. */
enum of_err of_table_mod_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg);

/** Appends the body. */
int of_table_mod_pack(const struct of_msg *msg, struct wbuf *b);

/** Appends the body as text. */
void of_table_mod_text(const struct of_msg *msg, struct text *t);
