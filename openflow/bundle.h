// SPDX-License-Identifier: Apache-2.0
/*
 * bundle: OFPT_BUNDLE_CONTROL, OFPT_BUNDLE_ADD_MESSAGE (1.4.1 §7.3.9, 1.5.1 §7.3.9; the ONF's
 * extension 230 says the same in 1.3 as experimenter messages) and OFPMP_BUNDLE_FEATURES.
 */
#pragma once

#include <stdbool.h>

#include "lib/cursor.h"
#include "lib/text.h"
#include "openflow/arena.h"
#include "openflow/types.h"

struct of_msg;

enum of_bundle_control_type {
	OFPBCT_OPEN_REQUEST = 0,
	OFPBCT_OPEN_REPLY = 1,
	OFPBCT_CLOSE_REQUEST = 2,
	OFPBCT_CLOSE_REPLY = 3,
	OFPBCT_COMMIT_REQUEST = 4,
	OFPBCT_COMMIT_REPLY = 5,
	OFPBCT_DISCARD_REQUEST = 6,
	OFPBCT_DISCARD_REPLY = 7,
};

enum of_bundle_flags { OFPBF_ATOMIC = 1, OFPBF_ORDERED = 2, OFPBF_TIME = 4 };

/* Seconds and nanoseconds since the epoch. */
struct of_time {
	uint64_t seconds;
	uint32_t nanoseconds;
};

struct of_bundle_control {
	uint32_t bundle_id;
	uint16_t type;  /* enum of_bundle_control_type */
	uint16_t flags; /* enum of_bundle_flags */
	bool has_time;  /* OFPBPT_TIME, 1.5 */
	struct of_time time;
};

struct of_bundle_add {
	uint32_t bundle_id;
	uint16_t flags;
	const uint8_t *message; /* the whole message, with its header; its xid is the outer one's */
	size_t message_size;
};

/* 1.5.1 §7.3.5.18. */
struct of_bundle_features_request {
	uint32_t feature_request_flags; /* OFPBF_TIMESTAMP = 1, OFPBF_TIME_SET_SCHED = 2 */
	bool has_time;
	struct of_time sched_accuracy, sched_max_future, sched_max_past, timestamp;
};

struct of_bundle_features {
	uint16_t capabilities; /* enum of_bundle_flags that are served */
	bool has_time;
	struct of_time sched_accuracy, sched_max_future, sched_max_past, timestamp;
};

/* The codec of the family; each has the contract of `struct of_msg_ops` (msg.h). */

/** Reads the body that is left in `c` into `msg`. */
enum of_err of_bundle_control_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg);

/** Appends the body. */
int of_bundle_control_pack(const struct of_msg *msg, struct wbuf *b);

/** Appends the body as text. */
void of_bundle_control_text(const struct of_msg *msg, struct text *t);

/** Reads the body that is left in `c` into `msg`. */
enum of_err of_bundle_add_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg);

/** Appends the body. */
int of_bundle_add_pack(const struct of_msg *msg, struct wbuf *b);

/** Appends the body as text. */
void of_bundle_add_text(const struct of_msg *msg, struct text *t);
