// SPDX-License-Identifier: Apache-2.0
/*
 * features: what the switch is (1.0.0 §5.3.1, 1.3.5 §7.3.1).
 */
#pragma once

#include "lib/cursor.h"
#include "lib/text.h"
#include "openflow/arena.h"
#include "openflow/port.h"
#include "openflow/types.h"

struct of_msg;

struct of_features {
	uint64_t datapath_id;
	uint32_t n_buffers;
	uint8_t n_tables;
	uint8_t auxiliary_id;
	uint32_t capabilities; /* enum of_capabilities */
	/* Version 1.0 only. */
	uint32_t actions; /* bit n: action n of that version's numbering */
	uint16_t n_ports;
	struct of_port *ports;
};

/* The actions of version 1.0, without an experimenter's. */
#define OF10_ACTIONS_ALL 0xfffu

/* The codec of the family; each has the contract of `struct of_msg_ops` (msg.h). */

/** Reads the body that is left in `c` into `msg`. */
enum of_err of_features_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg);

/** Appends the body. */
int of_features_pack(const struct of_msg *msg, struct wbuf *b);

/** Appends the body as text. */
void of_features_text(const struct of_msg *msg, struct text *t);
