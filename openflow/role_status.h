// SPDX-License-Identifier: Apache-2.0
/*
 * role_status: OFPT_ROLE_STATUS (1.4.1 §7.4.4, 1.5.1 §7.4.4; ONF extension 191 in 1.3).
 */
#pragma once

#include "lib/cursor.h"
#include "lib/text.h"
#include "openflow/arena.h"
#include "openflow/types.h"

struct of_msg;

enum of_role_reason {
	OFPCRR_MASTER_REQUEST = 0, /* another controller became master */
	OFPCRR_CONFIG = 1,
	OFPCRR_EXPERIMENTER = 2,
};

struct of_role_status {
	uint32_t role;  /* enum of_role: of the controller that is told */
	uint8_t reason; /* enum of_role_reason */
	uint64_t generation_id;
};

/* The codec of the family; each has the contract of `struct of_msg_ops` (msg.h). */

/** Reads the body that is left in `c` into `msg`. */
enum of_err of_role_status_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg);

/** Appends the body. */
int of_role_status_pack(const struct of_msg *msg, struct wbuf *b);

/** Appends the body as text. */
void of_role_status_text(const struct of_msg *msg, struct text *t);
