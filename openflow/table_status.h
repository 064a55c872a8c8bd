// SPDX-License-Identifier: Apache-2.0
/*
 * table_status: OFPT_TABLE_STATUS (1.4.1 §7.4.5): a table's configuration or vacancy changed.
 */
#pragma once

#include "lib/cursor.h"
#include "lib/text.h"
#include "openflow/arena.h"
#include "openflow/table_mod.h"
#include "openflow/types.h"

struct of_msg;

enum of_table_reason {
	OFPTR_VACANCY_DOWN = 3,
	OFPTR_VACANCY_UP = 4,
};

struct of_table_status {
	uint8_t reason; /* enum of_table_reason */
	struct of_table_desc table;
};

/* The codec of the family; each has the contract of `struct of_msg_ops` (msg.h). */

/** Reads the body that is left in `c` into `msg`. */
enum of_err of_table_status_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg);

/** Appends the body. */
int of_table_status_pack(const struct of_msg *msg, struct wbuf *b);

/** Appends the body as text. */
void of_table_status_text(const struct of_msg *msg, struct text *t);
