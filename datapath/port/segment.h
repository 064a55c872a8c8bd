// SPDX-License-Identifier: Apache-2.0
/*
 * segment: TCP segmentation in software, for receivers that have not negotiated it. A frame is
 * cut a few segments at a time, so that one of 64 KiB needs no big array. TCP over IPv4 and IPv6,
 * with VLAN tags; segments are complete frames with all checksums.
 *
 * Life: segment_start → segment_next until all n_segments were made. The frame is only read, and
 * stays the caller's. Any thread.
 */
#pragma once

#include <stdint.h>

#include <rte_mbuf.h>

#include "datapath/port/offload.h"

struct segmenter {
	const struct rte_mbuf *frame;
	struct offload_headers headers;
	uint32_t header_size;
	uint32_t payload_size;
	uint32_t n_segments;
	uint32_t n_made;
	uint16_t segment_size; /* payload of each but the last */
};

/**
 * Looks at a frame with RTE_MBUF_F_TX_TCP_SEG; segments obey tso_segsz and, after the Ethernet
 * header and tags, `mtu` bytes. 0, or -EINVAL when it cannot be segmented.
 */
int segment_start(struct segmenter *s, const struct rte_mbuf *frame, uint16_t mtu);

/** Makes up to `n` more segments from `mbufs`; fewer than that are left or `mbufs` is empty. */
uint16_t segment_next(struct segmenter *s, struct rte_mempool *mbufs, struct rte_mbuf **out,
		      uint16_t n);
