// SPDX-License-Identifier: Apache-2.0
/* Bursts of frames from and to DPDK's devices. */
#include <rte_branch_prediction.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_tcp.h>

#include "datapath/port/ethdev.h"
#include "datapath/port/offload.h"

/* Frames of devices are complete: what a device says of them must not look like a request. */
static uint16_t ethdev_rx_clear(struct rte_mbuf **frames, uint16_t n, uint32_t *dropped)
{
	const uint64_t stripped = RTE_MBUF_F_RX_VLAN | RTE_MBUF_F_RX_VLAN_STRIPPED;
	uint16_t kept = 0;

	for (uint16_t i = 0; i < n; i++) {
		struct rte_mbuf *m = frames[i];

		/* A device that takes tags off unasked. */
		if (unlikely((m->ol_flags & stripped) == stripped) && rte_vlan_insert(&m) != 0) {
			rte_pktmbuf_free(m);
			(*dropped)++;
			continue;
		}
		m->ol_flags &= RTE_MBUF_F_INDIRECT | RTE_MBUF_F_EXTERNAL;
		frames[kept++] = m;
	}
	return kept;
}

uint16_t ethdev_rx(struct port *port, uint16_t rxq, struct rte_mbuf **frames, uint16_t n,
		   uint32_t *dropped)
{
	struct ethdev_port *p = ethdev_of(port);
	uint64_t flags = 0;

	if (unlikely(atomic_load_explicit(&p->admin_down, memory_order_relaxed)))
		return 0;
	n = rte_eth_rx_burst(p->id, rxq, frames, n);
	for (uint16_t i = 0; i < n; i++)
		flags |= frames[i]->ol_flags;
	if (likely((flags & ~(RTE_MBUF_F_INDIRECT | RTE_MBUF_F_EXTERNAL)) == 0))
		return n;
	return ethdev_rx_clear(frames, n, dropped);
}

static uint64_t burst_bytes(struct rte_mbuf **frames, uint16_t n)
{
	uint64_t bytes = 0;

	for (uint16_t i = 0; i < n; i++)
		bytes += frames[i]->pkt_len;
	return bytes;
}

static inline void ethdev_tx_send(struct ethdev_port *p, uint16_t txq, struct rte_mbuf **frames,
				  uint16_t n, uint64_t bytes, struct port_tx_result *result)
{
	uint16_t sent;

	if (unlikely(p->shared_txq)) {
		rte_spinlock_lock(&p->tx_lock[txq]);
		sent = rte_eth_tx_burst(p->id, txq, frames, n);
		rte_spinlock_unlock(&p->tx_lock[txq]);
	} else {
		sent = rte_eth_tx_burst(p->id, txq, frames, n);
	}
	if (unlikely(sent < n)) {
		bytes -= burst_bytes(frames + sent, n - sent);
		prepare_drop(frames + sent, n - sent, result, PORT_TX_RING_FULL);
	}
	result->sent += sent;
	result->sent_bytes += bytes;
}

/*
 * From our convention to that of devices: for segmentation the pseudo header has no length and the
 * device makes the IPv4 checksums. 0, or -errno.
 */
static int hardware_request(struct rte_mbuf **frame, struct rte_mempool *mbufs)
{
	struct offload_headers h;
	struct rte_tcp_hdr *tcp;
	int error;

	if (((*frame)->ol_flags & RTE_MBUF_F_TX_TCP_SEG) == 0)
		return 0;
	error = offload_own(frame, mbufs);
	if (error != 0)
		return error;
	if (offload_parse(*frame, &h) != 0)
		return -EINVAL;
	tcp = rte_pktmbuf_mtod_offset(*frame, struct rte_tcp_hdr *, h.l2_len + h.l3_len);
	tcp->cksum = offload_pseudo(*frame, &h, 0);
	if (!h.v6) {
		(*frame)->ol_flags |= RTE_MBUF_F_TX_IP_CKSUM;
		rte_pktmbuf_mtod_offset(*frame, struct rte_ipv4_hdr *, h.l2_len)->hdr_checksum = 0;
	}
	return 0;
}

/* Frames as prepare_tx leaves them, with requests for the device if it takes any. */
static void ethdev_tx_plain(struct port *port, uint16_t txq, struct rte_mbuf **frames, uint16_t n,
			    struct port_tx_result *result)
{
	struct ethdev_port *p = ethdev_of(port);
	uint16_t kept = 0;

	if (p->software) {
		ethdev_tx_send(p, txq, frames, n, burst_bytes(frames, n), result);
		return;
	}
	for (uint16_t i = 0; i < n; i++) {
		int error = hardware_request(&frames[i], p->ability.mbufs);

		if (error == 0 && rte_eth_tx_prepare(p->id, txq, &frames[i], 1) == 1)
			frames[kept++] = frames[i];
		else
			prepare_drop(&frames[i], 1, result,
				     error == -ENOMEM ? PORT_TX_NO_MBUF : PORT_TX_MALFORMED);
	}
	if (kept > 0)
		ethdev_tx_send(p, txq, frames, kept, burst_bytes(frames, kept), result);
}

void ethdev_tx(struct port *port, uint16_t txq, struct rte_mbuf **frames, uint16_t n,
	       struct port_tx_result *result)
{
	struct ethdev_port *p = ethdev_of(port);
	struct burst_look look = prepare_look(frames, n);
	struct tx_ability ability;
	uint16_t mtu = atomic_load_explicit(&p->mtu, memory_order_relaxed);

	if (unlikely(atomic_load_explicit(&p->admin_down, memory_order_relaxed))) {
		prepare_drop(frames, n, result, PORT_TX_DOWN);
		return;
	}
	if (likely((look.flags & OFFLOAD_FLAGS) == 0 &&
		   look.longest <= (uint32_t)mtu + FRAME_OVERHEAD &&
		   (look.segments == 1 || p->ability.chains))) {
		ethdev_tx_send(p, txq, frames, n, look.bytes, result);
		return;
	}
	ability = p->ability;
	ability.mtu = mtu;
	prepare_tx(port, txq, frames, n, result, &ability, ethdev_tx_plain);
}
