// SPDX-License-Identifier: Apache-2.0
/*
 * port_stats: OFPMP_PORT_STATS and OFPMP_QUEUE (1.0.0 §5.3.5, 1.3.5 §7.3.5.6, §7.3.5.8, 1.4.1
 * §7.3.5.8, §7.3.5.10).
 */
#pragma once

#include <stdint.h>

/* Counters that the switch does not have are UINT64_MAX. */
struct of_port_stats {
	uint32_t port_no;
	uint32_t duration_s;
	uint32_t duration_ns;
	uint64_t rx_packets, tx_packets;
	uint64_t rx_bytes, tx_bytes;
	uint64_t rx_dropped, tx_dropped;
	uint64_t rx_errors, tx_errors;
	uint64_t rx_frame_err, rx_over_err, rx_crc_err, collisions;
};

struct of_queue_stats_request {
	uint32_t port_no;  /* OFPP_ANY */
	uint32_t queue_id; /* OFPQ_ALL */
};

struct of_queue_stats {
	uint32_t port_no;
	uint32_t queue_id;
	uint64_t tx_bytes, tx_packets, tx_errors;
	uint32_t duration_s;
	uint32_t duration_ns;
};
