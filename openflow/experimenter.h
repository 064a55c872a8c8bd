// SPDX-License-Identifier: Apache-2.0
/*
 * experimenter: OFPT_EXPERIMENTER (1.3.5 §7.5.4).
 */
#pragma once

#include "lib/cursor.h"
#include "lib/text.h"
#include "openflow/arena.h"
#include "openflow/types.h"

struct of_msg;

struct of_experimenter {
	uint32_t id;
	uint32_t exp_type;
	const uint8_t *data;
	size_t data_len;
};

/* The codec of the family; each has the contract of `struct of_msg_ops` (msg.h). */

/** Reads the body that is left in `c` into `msg`. */
enum of_err of_experimenter_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg);

/** Appends the body. */
int of_experimenter_pack(const struct of_msg *msg, struct wbuf *b);

/** Appends the body as text. */
void of_experimenter_text(const struct of_msg *msg, struct text *t);
