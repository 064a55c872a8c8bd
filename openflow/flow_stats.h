// SPDX-License-Identifier: Apache-2.0
/*
 * flow_stats: OFPMP_FLOW, which 1.5 calls FLOW_DESC, OFPMP_AGGREGATE and 1.5's OFPMP_FLOW_STATS
 * (1.0.0 §5.3.5, 1.3.5 §7.3.5.2, §7.3.5.3, 1.5.1 §7.3.5.2 to §7.3.5.4).
 */
#pragma once

#include "openflow/instruction.h"

struct of_flow_stats_request {
	uint8_t table_id; /* OFPTT_ALL */
	uint32_t out_port;
	uint32_t out_group;
	uint64_t cookie;
	uint64_t cookie_mask;
	struct of_match match;
};

enum of_flow_stats_reason { OFPFSR_STATS_REQUEST = 0, OFPFSR_STAT_TRIGGER = 1 };

struct of_flow_stats {
	uint8_t table_id;
	uint32_t duration_s;
	uint32_t duration_ns; /* beyond the seconds */
	uint16_t priority;
	uint16_t idle_timeout;
	uint16_t hard_timeout;
	uint16_t flags;
	uint16_t importance; /* 1.4 */
	uint8_t reason;      /* OFPMP_FLOW_STATS of 1.5: enum of_flow_stats_reason */
	uint32_t idle_age_s; /* since the last packet: OFPXST_OFB_IDLE_TIME of 1.5 */
	uint64_t cookie;
	uint64_t n_packets;
	uint64_t n_bytes;
	struct of_match match;
	struct of_instructions instructions;
};

struct of_aggregate_stats {
	uint64_t n_packets;
	uint64_t n_bytes;
	uint32_t n_flows;
};

/** A request for every flow of every table. */
void of_flow_stats_request_init(struct of_flow_stats_request *request);

/**
 * Appends one line as ovs-ofctl does: `cookie=0x0, duration=1.2s, table=0, n_packets=0, n_bytes=0,
 * priority=100,in_port=1 actions=output:2`. `names` may be NULL.
 */
void of_flow_stats_text(const struct of_flow_stats *flow, const struct of_names *names,
			struct text *t);
