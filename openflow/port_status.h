// SPDX-License-Identifier: Apache-2.0
/*
 * port_status: OFPT_PORT_STATUS (1.3.5 §7.4.3).
 */
#pragma once

#include "lib/cursor.h"
#include "lib/text.h"
#include "openflow/arena.h"
#include "openflow/port.h"
#include "openflow/types.h"

struct of_msg;

struct of_port_status {
	uint8_t reason; /* enum of_port_reason */
	struct of_port port;
};

/* The codec of the family; each has the contract of `struct of_msg_ops` (msg.h). */

/** Reads the body that is left in `c` into `msg`. */
enum of_err of_port_status_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg);

/** Appends the body. */
int of_port_status_pack(const struct of_msg *msg, struct wbuf *b);

/** Appends the body as text. */
void of_port_status_text(const struct of_msg *msg, struct text *t);
