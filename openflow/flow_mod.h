// SPDX-License-Identifier: Apache-2.0
/*
 * flow_mod: OFPT_FLOW_MOD (1.0.0 §5.3.3, 1.3.5 §7.3.4.1, 1.4.1 §7.3.4.2).
 */
#pragma once

#include "lib/cursor.h"
#include "lib/text.h"
#include "openflow/arena.h"
#include "openflow/instruction.h"
#include "openflow/types.h"

struct of_msg;

struct of_flow_mod {
	uint64_t cookie;
	uint64_t cookie_mask;
	uint8_t table_id;      /* 1.0: the command's high byte, Nicira's table id, 0 without */
	uint8_t command;       /* enum of_flow_mod_command */
	uint16_t idle_timeout; /* seconds, 0 never */
	uint16_t hard_timeout; /* seconds, 0 never */
	uint16_t priority;
	uint32_t buffer_id;
	uint32_t out_port;
	uint32_t out_group;
	uint16_t flags;      /* enum of_flow_mod_flags */
	uint16_t importance; /* 1.4 */
	struct of_match match;
	struct of_instructions instructions;
};

/**
 * An OFPFC_ADD of the match of everything in table 0: default priority, no buffer, OFPP_ANY,
 * OFPG_ANY, no timeouts.
 */
void of_flow_mod_init(struct of_flow_mod *flow_mod);

/* The codec of the family; each has the contract of `struct of_msg_ops` (msg.h). */

/** Reads the body that is left in `c` into `msg`. */
enum of_err of_flow_mod_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg);

/** Appends the body. */
int of_flow_mod_pack(const struct of_msg *msg, struct wbuf *b);

/** Appends the body as text. */
void of_flow_mod_text(const struct of_msg *msg, struct text *t);
