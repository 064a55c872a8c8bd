// SPDX-License-Identifier: Apache-2.0
/*
 * async: which asynchronous messages a controller wants (1.3.5 §7.3.10, 1.4.1 §7.3.10, 1.5.1
 * §7.3.10).
 */
#pragma once

#include "lib/cursor.h"
#include "lib/text.h"
#include "openflow/arena.h"
#include "openflow/types.h"

struct of_msg;

/* The kinds of asynchronous messages, in the order of the properties of 1.4. */
enum of_async_kind {
	OF_ASYNC_PACKET_IN,
	OF_ASYNC_PORT_STATUS,
	OF_ASYNC_FLOW_REMOVED,
	OF_ASYNC_ROLE_STATUS,       /* 1.4 */
	OF_ASYNC_TABLE_STATUS,      /* 1.4 */
	OF_ASYNC_REQUESTFORWARD,    /* 1.4 */
	OF_ASYNC_FLOW_STATS,        /* 1.5 */
	OF_ASYNC_CONTROLLER_STATUS, /* 1.5 */
	OF_N_ASYNC_KINDS,
};

/*
 * Bit n of a mask stands for reason n. [0]: as master or equal, [1]: as slave. A message of 1.4 may
 * name some masks only: those that it does not are `absent`, and a switch leaves them as they were.
 * All zeros is a message that names all.
 */
struct of_async {
	uint32_t packet_in_mask[2];
	uint32_t port_status_mask[2];
	uint32_t flow_removed_mask[2];
	uint32_t role_status_mask[2];
	uint32_t table_status_mask[2];
	uint32_t request_forward_mask[2];
	uint32_t flow_stats_mask[2];
	uint32_t controller_status_mask[2];
	uint32_t absent; /* OF_ASYNC_BIT of each mask that the message does not name */
};

/** The bit of a mask in `absent`; `slave` is 0 or 1. */
#define OF_ASYNC_BIT(kind, slave) (1u << ((kind)*2 + (slave)))

/** The masks of a kind, both of them. */
uint32_t *of_async_masks(struct of_async *async, enum of_async_kind kind);

/** The reasons of a kind that `version` has, as a mask; 0: it does not have the kind. */
uint32_t of_async_reasons(enum of_version version, enum of_async_kind kind);

/** Takes over into `to` what `from` names; the rest of `to` stays. */
void of_async_merge(struct of_async *to, const struct of_async *from);

/* The codec of the family; each has the contract of `struct of_msg_ops` (msg.h). */

/**
 * Reads the body that is left in `c` into `msg`. Since 1.4: OFPACFC_INVALID (a mask has a reason
 * that does not exist), OFPBPC_BAD_TYPE, OFPBPC_BAD_LEN, OFPBPC_DUP_TYPE, OFPBPC_BAD_EXPERIMENTER.
 */
enum of_err of_async_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg);

/** Appends the body. */
int of_async_pack(const struct of_msg *msg, struct wbuf *b);

/** Appends the body as text. */
void of_async_text(const struct of_msg *msg, struct text *t);
