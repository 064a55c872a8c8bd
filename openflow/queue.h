// SPDX-License-Identifier: Apache-2.0
/*
 * queue: OFPT_QUEUE_GET_CONFIG_REQUEST and its reply (1.3.5 §7.3.6).
 */
#pragma once

#include "lib/cursor.h"
#include "lib/text.h"
#include "openflow/arena.h"
#include "openflow/types.h"

struct of_msg;

#define OFPQ_RATE_UNKNOWN 0xffff

struct of_queue {
	uint32_t queue_id;
	uint32_t port_no;
	uint16_t min_rate_permille; /* OFPQ_RATE_UNKNOWN: not set */
	uint16_t max_rate_permille;
};

struct of_queue_config {
	uint32_t port_no;  /* OFPP_ANY: all */
	uint16_t n_queues; /* reply only */
	struct of_queue *queues;
};

/**
 * The port of a request for queues in version 1.0, where OFPP_ALL asks for all ports; later
 * versions say OFPP_ANY.
 */
uint32_t of_queue_port_from_of10(uint16_t port);

/* The codec of the family; each has the contract of `struct of_msg_ops` (msg.h). */

/** Reads the body that is left in `c` into `msg`. */
enum of_err of_queue_config_request_unpack(struct cursor *c, struct of_arena *arena,
					   struct of_msg *msg);

/** Appends the body. */
int of_queue_config_request_pack(const struct of_msg *msg, struct wbuf *b);

/** Appends the body as text. */
void of_queue_config_request_text(const struct of_msg *msg, struct text *t);

/** Reads the body that is left in `c` into `msg`. */
enum of_err of_queue_config_reply_unpack(struct cursor *c, struct of_arena *arena,
					 struct of_msg *msg);

/** Appends the body. */
int of_queue_config_reply_pack(const struct of_msg *msg, struct wbuf *b);

/** Appends the body as text. */
void of_queue_config_reply_text(const struct of_msg *msg, struct text *t);
