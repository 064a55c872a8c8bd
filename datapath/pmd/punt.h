// SPDX-License-Identifier: Apache-2.0
/*
 * punt: frames that leave the fast path for the control thread, and come back from it.
 *
 * Up: one ring for each lcore; a full ring drops with a reason. The mbuf's private area says why
 * the frame came. Down: one ring into the first lcore (packet-out).
 */
#pragma once

#include <stdint.h>

#include <rte_mbuf.h>

#include "datapath/table/flow_key.h"
#include "datapath/table/program.h"

/* Why a frame goes to the controller; the agent maps it to OFPR_*. */
enum punt_reason {
	PUNT_NO_MATCH,
	PUNT_ACTION,
	PUNT_INVALID_TTL,
	PUNT_ACTION_SET,
	PUNT_GROUP,
	PUNT_PACKET_OUT,
	PUNT_IMPLICIT_MISS, /* no rule at all: for controllers of version 1.0 */
};

/* In the private area of a punted mbuf. */
struct punt_info {
	uint64_t cookie;
	uint64_t metadata;
	uint32_t in_port; /* OpenFlow number */
	uint32_t in_phy_port;
	uint64_t tunnel_id;
	uint16_t max_len;
	uint8_t table_id;
	uint8_t reason;         /* enum punt_reason */
	uint16_t controller_id; /* Nicira's: 0 is every controller's */
};

#define PUNT_PRIV_SIZE 64
_Static_assert(sizeof(struct punt_info) <= PUNT_PRIV_SIZE, "punt_info does not fit");

/** The reason why a punted frame came. */
static inline struct punt_info *punt_info(struct rte_mbuf *m)
{
	return (struct punt_info *)rte_mbuf_to_priv(m);
}

/* A packet-out on its way to a lcore. The control thread frees it when `done` is set. */
struct packet_out {
	struct rte_mbuf *frame;
	struct action_list *actions; /* owned by this struct */
	uint32_t in_port;            /* a port's number or a reserved one */
	uint64_t metadata, tunnel_id;
	uint32_t done;           /* atomic: set by the lcore, which is through with it */
	struct packet_out *next; /* control thread */
};

/* What a lcore asks the control thread to learn (ovs-actions(7), learn). */
struct learn_request {
	struct flow_key key;
	uint32_t learn_id; /* of the struct learn_handle */
	uint8_t table_id;  /* of the rule at work */
	uint8_t unused[3];
};
