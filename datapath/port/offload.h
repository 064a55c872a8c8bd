// SPDX-License-Identifier: Apache-2.0
/*
 * offload: what a frame leaves to its receiver, and doing it in software.
 *
 * The convention, from rx to tx:
 * - A complete frame has none of the flags in OFFLOAD_FLAGS.
 * - RTE_MBUF_F_TX_TCP_CKSUM or _UDP_CKSUM: the checksum field holds the sum of the pseudo header
 *   (source, destination, protocol, length of TCP or UDP), not complemented, as a guest leaves it
 *   (virtio 1.2 §5.1.6.2); the rest is to be added. RTE_MBUF_F_TX_IPV4 or _IPV6 says which.
 * - RTE_MBUF_F_TX_TCP_SEG (always with _TCP_CKSUM): TCP payload beyond tso_segsz goes into further
 *   frames. The pseudo header's length is that of the whole.
 * - The checksum of the IPv4 header is always right.
 * Who changes addresses of such a frame calls port_offload_refresh; ports of TCP and UDP are not
 * in the pseudo header. l2_len, l3_len and l4_len are taken anew from the frame by every tx, so
 * that pushing a tag needs no care.
 *
 * Pure functions on frames that the caller owns; any thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#define OFFLOAD_FLAGS (RTE_MBUF_F_TX_L4_MASK | RTE_MBUF_F_TX_TCP_SEG | RTE_MBUF_F_TX_UDP_SEG)

/* Receive flags of frames from a guest that say what it left to do. */
#define OFFLOAD_RX_FLAGS (RTE_MBUF_F_RX_L4_CKSUM_MASK | RTE_MBUF_F_RX_LRO)

/* Smaller segments are not made: a guest could turn one frame into tens of thousands. */
#define OFFLOAD_MIN_SEGMENT 64

/* Where the headers of a TCP or UDP frame are. */
struct offload_headers {
	uint16_t l2_len; /* Ethernet and VLAN tags */
	uint16_t l3_len; /* IP with options or extension headers */
	uint16_t l4_len;
	uint8_t protocol; /* IPPROTO_TCP or IPPROTO_UDP */
	bool v6;
};

/**
 * Finds the headers of an unfragmented TCP or UDP frame; all of them must be in its first mbuf.
 * 0, or -EINVAL for any other frame and for lengths that do not fit.
 */
int offload_parse(const struct rte_mbuf *frame, struct offload_headers *h);

/**
 * Turns the receive flags of a guest's frame into the convention above. 0, or -EINVAL when the
 * frame is not what the guest says of it.
 */
int offload_from_rx(struct rte_mbuf *frame);

/**
 * Sets l2_len, l3_len and l4_len of a frame with OFFLOAD_FLAGS as its bytes are. 0, or -EINVAL when
 * they do not fit the flags.
 */
int offload_lengths(struct rte_mbuf *frame);

/**
 * Completes the checksum of `*frame`, which has no segmentation to do; a frame that others share
 * is replaced by a copy from `mbufs`. 0, -EINVAL (flags do not fit the frame) or -ENOMEM; the
 * caller owns `*frame` in any case.
 */
int offload_checksum(struct rte_mbuf **frame, struct rte_mempool *mbufs);

/**
 * Makes a frame's first mbuf one that nobody else reads, by a copy from `mbufs` if need be.
 * 0 or -ENOMEM; the caller owns `*frame` in any case.
 */
int offload_own(struct rte_mbuf **frame, struct rte_mempool *mbufs);

/** The sum of the pseudo header over `l4_size` bytes of TCP or UDP, not complemented. */
uint16_t offload_pseudo(const struct rte_mbuf *frame, const struct offload_headers *h,
			uint32_t l4_size);
