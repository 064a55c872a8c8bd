// SPDX-License-Identifier: Apache-2.0
/*
 * hello: the first message both ways, and the choice of the version (1.3.5 §6.3.1, §7.5.1).
 */
#pragma once

#include "lib/cursor.h"
#include "lib/text.h"
#include "openflow/arena.h"
#include "openflow/types.h"

struct of_msg;

struct of_hello {
	uint8_t wire_version; /* of the header: the highest that the sender speaks */
	uint32_t versions;    /* OF_VERSION_BIT of each; 0 when there was no bitmap */
};

/**
 * The version to speak: the highest one in both bitmaps, or, when the peer sent none, the smaller
 * of both highest if we speak it. 0 when there is none (OFPHFC_INCOMPATIBLE).
 */
int of_hello_negotiate(uint32_t our_versions, const struct of_hello *peer);

/* The codec of the family; each has the contract of `struct of_msg_ops` (msg.h). */

/** Reads the body that is left in `c` into `msg`. */
enum of_err of_hello_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg);

/** Appends the body. */
int of_hello_pack(const struct of_msg *msg, struct wbuf *b);

/** Appends the body as text. */
void of_hello_text(const struct of_msg *msg, struct text *t);
