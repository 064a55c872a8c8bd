// SPDX-License-Identifier: Apache-2.0
#include "datapath/port/packet_vnet.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include <rte_branch_prediction.h>
#include <rte_ip.h>
#include <rte_tcp.h>
#include <rte_udp.h>

#include "datapath/port/offload.h"
#include "datapath/port/port.h"
#include "datapath/port/sctp.h"

/* What any device does with a frame whose checksum is left to it. */
static int complete(struct rte_mbuf *m, uint32_t start, uint32_t offset)
{
	bool sctp = offset == SCTP_CHECKSUM_OFFSET;
	uint16_t sum;

	if (start + offset + (sctp ? sizeof(uint32_t) : sizeof(sum)) > m->data_len)
		return -EINVAL;
	if (sctp) {
		sctp_checksum_write(m, start, m->pkt_len - start);
		return 0;
	}
	if (rte_raw_cksum_mbuf(m, start, m->pkt_len - start, &sum) != 0)
		return -EINVAL;
	sum = (uint16_t)~sum;
	/* 0 says "no checksum" in UDP, and is the same as 0xffff elsewhere. */
	if (sum == 0)
		sum = 0xffff;
	memcpy(rte_pktmbuf_mtod_offset(m, void *, start + offset), &sum, sizeof(sum));
	return 0;
}

int packet_vnet_take(struct rte_mbuf *m, const struct virtio_net_hdr *h, uint16_t tag_len)
{
	uint8_t gso = h->gso_type & (uint8_t)~VIRTIO_NET_HDR_GSO_ECN;
	bool partial = (h->flags & VIRTIO_NET_HDR_F_NEEDS_CSUM) != 0;
	uint32_t start = (uint32_t)h->csum_start + tag_len;

	if (likely(gso == VIRTIO_NET_HDR_GSO_NONE && !partial))
		return 0;
	if (gso == VIRTIO_NET_HDR_GSO_TCPV4 || gso == VIRTIO_NET_HDR_GSO_TCPV6) {
		m->ol_flags |= RTE_MBUF_F_RX_LRO;
		m->tso_segsz = h->gso_size;
	} else if (gso != VIRTIO_NET_HDR_GSO_NONE) {
		return -EINVAL;
	}
	if (offload_from_rx(m) == 0 && (!partial || start == (uint32_t)m->l2_len + m->l3_len))
		return partial ? 0 : port_offload_refresh(m);
	if (gso != VIRTIO_NET_HDR_GSO_NONE)
		return -EINVAL;
	m->ol_flags &= RTE_MBUF_F_INDIRECT | RTE_MBUF_F_EXTERNAL;
	return complete(m, start, h->csum_offset);
}

void packet_vnet_write(const struct rte_mbuf *m, uint16_t mtu, struct virtio_net_hdr *h)
{
	bool tcp = (m->ol_flags & RTE_MBUF_F_TX_L4_MASK) == RTE_MBUF_F_TX_TCP_CKSUM;
	uint16_t headers = (uint16_t)(m->l3_len + m->l4_len);

	*h = (struct virtio_net_hdr){0};
	if (likely((m->ol_flags & OFFLOAD_FLAGS) == 0))
		return;
	h->flags = VIRTIO_NET_HDR_F_NEEDS_CSUM;
	h->csum_start = (uint16_t)(m->l2_len + m->l3_len);
	h->csum_offset = tcp ? offsetof(struct rte_tcp_hdr, cksum)
			     : offsetof(struct rte_udp_hdr, dgram_cksum);
	if ((m->ol_flags & RTE_MBUF_F_TX_TCP_SEG) == 0 ||
	    m->pkt_len <= (uint32_t)m->l2_len + headers + m->tso_segsz)
		return;
	h->gso_type = (m->ol_flags & RTE_MBUF_F_TX_IPV6) ? VIRTIO_NET_HDR_GSO_TCPV6
							 : VIRTIO_NET_HDR_GSO_TCPV4;
	h->hdr_len = (uint16_t)(m->l2_len + headers);
	h->gso_size = m->tso_segsz;
	if (mtu > headers + OFFLOAD_MIN_SEGMENT)
		h->gso_size = RTE_MIN(h->gso_size, (uint16_t)(mtu - headers));
}
