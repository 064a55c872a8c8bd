// SPDX-License-Identifier: Apache-2.0
/*
 * port_mod: OFPT_PORT_MOD (1.3.5 §7.3.4.3).
 */
#pragma once

#include "lib/addr.h"
#include "lib/cursor.h"
#include "lib/text.h"
#include "openflow/arena.h"
#include "openflow/types.h"

struct of_msg;

struct of_port_mod {
	uint32_t port_no;
	struct eth_addr hw_addr;
	uint32_t config;    /* enum of_port_config */
	uint32_t mask;      /* which bits of config to change */
	uint32_t advertise; /* 0: leave as it is */
};

/* The codec of the family; each has the contract of `struct of_msg_ops` (msg.h). */

/** Reads the body that is left in `c` into `msg`. */
enum of_err of_port_mod_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg);

/** Appends the body. */
int of_port_mod_pack(const struct of_msg *msg, struct wbuf *b);

/** Appends the body as text. */
void of_port_mod_text(const struct of_msg *msg, struct text *t);
