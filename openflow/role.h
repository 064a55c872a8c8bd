// SPDX-License-Identifier: Apache-2.0
/*
 * role: OFPT_ROLE_REQUEST and OFPT_ROLE_REPLY (1.3.5 §7.3.9).
 */
#pragma once

#include "lib/cursor.h"
#include "lib/text.h"
#include "openflow/arena.h"
#include "openflow/types.h"

struct of_msg;

struct of_role_msg {
	uint32_t role; /* enum of_role */
	uint64_t generation_id;
	uint16_t short_id; /* 1.5; OFPCID_UNDEFINED (controller_status.h): none */
};

/* The codec of the family; each has the contract of `struct of_msg_ops` (msg.h). */

/** Reads the body that is left in `c` into `msg`. */
enum of_err of_role_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg);

/** Appends the body. */
int of_role_pack(const struct of_msg *msg, struct wbuf *b);

/** Appends the body as text. */
void of_role_text(const struct of_msg *msg, struct text *t);
