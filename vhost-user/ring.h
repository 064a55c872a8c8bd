// SPDX-License-Identifier: Apache-2.0
/*
 * ring: bursts from and to one virtqueue of a guest. The only place that touches virtqueues: the
 * net class sees frames and knows no descriptor, so that another reader of rings can stand here.
 *
 * Frames come with DPDK's receive flags (RTE_MBUF_F_RX_L4_CKSUM_NONE: the checksum is left to do,
 * RTE_MBUF_F_RX_LRO with tso_segsz: to be segmented) and go with its transmit flags.
 */
#pragma once

#include <rte_mbuf.h>
#include <rte_vhost.h>

/**
 * Copies up to `n` frames that the guest sends on `ring` (odd) into new mbufs; returns how many.
 * 0 also while another thread has the ring. A lcore that sees the device published.
 */
static inline uint16_t ring_dequeue(int vid, uint16_t ring, struct rte_mempool *mbufs,
				    struct rte_mbuf **frames, uint16_t n)
{
	return rte_vhost_dequeue_burst(vid, ring, mbufs, frames, n);
}

/**
 * Copies frames into the buffers of the guest on `ring` (even), in order, as long as there are
 * buffers; returns how many. The caller keeps all mbufs. A lcore that sees the device published.
 */
static inline uint16_t ring_enqueue(int vid, uint16_t ring, struct rte_mbuf **frames, uint16_t n)
{
	return rte_vhost_enqueue_burst(vid, ring, frames, n);
}

/** Tells the guest not to kick: lcores poll. Takes rte_vhost's lock of the ring. */
static inline void ring_silence(int vid, uint16_t ring)
{
	rte_vhost_enable_guest_notification(vid, ring, 0);
}
