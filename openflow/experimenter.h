// SPDX-License-Identifier: Apache-2.0
/*
 * experimenter: OFPT_EXPERIMENTER (1.3.5 §7.5.4).
 */
#pragma once

#include <stdbool.h>

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

/**
 * Does a type follow the experimenter's id? In version 1.0 only the vendor stands there (1.0.0
 * §5.5.4), but Nicira's subtype follows it all the same.
 */
static inline bool of_experimenter_has_type(enum of_version version, uint32_t id)
{
	return version != OF10 || id == OFP_EXPERIMENTER_NICIRA;
}

/* The codec of the family; each has the contract of `struct of_msg_ops` (msg.h). */

/** Reads the body that is left in `c` into `msg`. */
enum of_err of_experimenter_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg);

/** Appends the body. */
int of_experimenter_pack(const struct of_msg *msg, struct wbuf *b);

/** Appends the body as text. */
void of_experimenter_text(const struct of_msg *msg, struct text *t);
