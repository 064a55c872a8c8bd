// SPDX-License-Identifier: Apache-2.0
/*
 * drop: why a frame did not go on. One enum, one table of names and meanings; every frame that the
 * switch does not deliver is counted under exactly one of these.
 */
#pragma once

enum drop_reason {
	DROP_TABLE_MISS,
	DROP_RULE,
	DROP_SET_EMPTY,
	DROP_NO_SUCH_PORT,
	DROP_TO_IN_PORT,
	DROP_FLOOD_EMPTY,
	DROP_GROUP_EMPTY,
	DROP_GROUP_DEPTH,
	DROP_TOO_MANY_STEPS,
	DROP_PORT_DOWN,
	DROP_PORT_NO_RECV,
	DROP_PORT_NO_FWD,
	DROP_VLAN_FILTERED,
	DROP_RESERVED_ADDRESS,
	DROP_RUNT,
	DROP_BAD_HEADER,
	DROP_FRAGMENT,
	DROP_TTL_EXPIRED,
	DROP_BAD_ACTION,
	DROP_NO_MBUF,
	DROP_PUNT_FULL,
	DROP_NO_CONTROLLER,
	DROP_PACKET_IN_LIMIT,
	DROP_TX_RING_FULL,
	DROP_TX_DOWN,
	DROP_TX_TOO_LONG,
	DROP_TX_MALFORMED,
	DROP_TX_NO_MBUF,
	DROP_RX_MALFORMED,
	DROP_METER,
	DROP_QUEUE_FULL,
	DROP_N_REASONS
};

struct drop_text {
	const char *name;    /* snake_case, for scripts and metrics */
	const char *meaning; /* one line: what happened and what to look at */
};

/** Name and meaning of a reason below DROP_N_REASONS. Any thread. */
const struct drop_text *drop_text(enum drop_reason reason);
