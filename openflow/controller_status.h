// SPDX-License-Identifier: Apache-2.0
/*
 * controller_status: OFPT_CONTROLLER_STATUS and OFPMP_CONTROLLER_STATUS (1.5.1 §7.3.5.17, §7.4.7).
 */
#pragma once

#include "lib/cursor.h"
#include "lib/text.h"
#include "openflow/arena.h"
#include "openflow/types.h"

struct of_msg;

enum of_controller_status_reason {
	OFPCSR_REQUEST = 0,
	OFPCSR_CHANNEL_STATUS = 1,
	OFPCSR_ROLE = 2,
	OFPCSR_CONTROLLER_ADDED = 3,
	OFPCSR_CONTROLLER_REMOVED = 4,
	OFPCSR_SHORT_ID = 5,
	OFPCSR_EXPERIMENTER = 6,
};

enum of_control_channel_status { OFPCT_STATUS_UP = 0, OFPCT_STATUS_DOWN = 1 };

struct of_controller_status {
	uint16_t short_id;      /* OFPCID_UNDEFINED: not set */
	uint32_t role;          /* enum of_role */
	uint8_t reason;         /* enum of_controller_status_reason */
	uint8_t channel_status; /* enum of_control_channel_status */
	char uri[129];          /* `tcp:198.51.100.1:6653`: of the controller */
};

#define OFPCID_UNDEFINED 0

/* The codec of the family; each has the contract of `struct of_msg_ops` (msg.h). */

/** Reads the body that is left in `c` into `msg`. */
enum of_err of_controller_status_unpack(struct cursor *c, struct of_arena *arena,
					struct of_msg *msg);

/** Appends the body. */
int of_controller_status_pack(const struct of_msg *msg, struct wbuf *b);

/** Appends the body as text. */
void of_controller_status_text(const struct of_msg *msg, struct text *t);
