// SPDX-License-Identifier: Apache-2.0
#include "datapath/port/segment.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include <rte_common.h>
#include <rte_ip.h>
#include <rte_tcp.h>

int segment_start(struct segmenter *s, const struct rte_mbuf *frame, uint16_t mtu)
{
	uint32_t headers_size;

	*s = (struct segmenter){.frame = frame};
	if (offload_parse(frame, &s->headers) != 0 || s->headers.protocol != IPPROTO_TCP)
		return -EINVAL;
	headers_size = s->headers.l3_len + s->headers.l4_len;
	if (frame->tso_segsz < OFFLOAD_MIN_SEGMENT || mtu < headers_size + OFFLOAD_MIN_SEGMENT)
		return -EINVAL;
	s->segment_size = RTE_MIN((uint32_t)frame->tso_segsz, mtu - headers_size);
	s->header_size = headers_size + s->headers.l2_len;
	if (s->header_size > RTE_PKTMBUF_HEADROOM)
		return -EINVAL;
	s->payload_size = rte_pktmbuf_pkt_len(frame) - s->header_size;
	s->n_segments = RTE_MAX(1u, (s->payload_size + s->segment_size - 1) / s->segment_size);
	return 0;
}

static void fix_ip(struct rte_mbuf *m, const struct segmenter *s, uint32_t l4_size)
{
	if (s->headers.v6) {
		struct rte_ipv6_hdr *ip =
			rte_pktmbuf_mtod_offset(m, struct rte_ipv6_hdr *, s->headers.l2_len);

		ip->payload_len = rte_cpu_to_be_16(s->headers.l3_len - sizeof(*ip) + l4_size);
	} else {
		struct rte_ipv4_hdr *ip =
			rte_pktmbuf_mtod_offset(m, struct rte_ipv4_hdr *, s->headers.l2_len);

		ip->total_length = rte_cpu_to_be_16(s->headers.l3_len + l4_size);
		ip->packet_id = rte_cpu_to_be_16(rte_be_to_cpu_16(ip->packet_id) + s->n_made);
		ip->hdr_checksum = 0;
		ip->hdr_checksum = (uint16_t)~rte_raw_cksum(ip, s->headers.l3_len);
	}
}

static int fix_tcp(struct rte_mbuf *m, const struct segmenter *s, uint32_t at, uint32_t l4_size)
{
	uint32_t l4_at = s->headers.l2_len + s->headers.l3_len;
	struct rte_tcp_hdr *tcp = rte_pktmbuf_mtod_offset(m, struct rte_tcp_hdr *, l4_at);
	uint16_t sum;

	tcp->sent_seq = rte_cpu_to_be_32(rte_be_to_cpu_32(tcp->sent_seq) + at);
	/* FIN and PSH belong to the last byte, CWR to the first segment (RFC 3168 §6.1.2). */
	if (s->n_made + 1 < s->n_segments)
		tcp->tcp_flags &= (uint8_t) ~(RTE_TCP_FIN_FLAG | RTE_TCP_PSH_FLAG);
	if (s->n_made > 0)
		tcp->tcp_flags &= (uint8_t)~RTE_TCP_CWR_FLAG;
	tcp->cksum = offload_pseudo(m, &s->headers, l4_size);
	if (rte_raw_cksum_mbuf(m, l4_at, l4_size, &sum) != 0)
		return -EINVAL;
	tcp->cksum = (uint16_t)~sum;
	return 0;
}

static struct rte_mbuf *segment_make(const struct segmenter *s, struct rte_mempool *mbufs)
{
	uint32_t at = s->n_made * s->segment_size;
	uint32_t size = RTE_MIN((uint32_t)s->segment_size, s->payload_size - at);
	uint32_t l4_size = s->headers.l4_len + size;
	struct rte_mbuf *m;

	/* rte_pktmbuf_copy takes a length of 0 for an error. */
	if (size == 0)
		m = rte_pktmbuf_copy(s->frame, mbufs, 0, s->header_size);
	else
		m = rte_pktmbuf_copy(s->frame, mbufs, s->header_size + at, size);
	if (m == NULL)
		return NULL;
	if (size != 0) {
		char *header = rte_pktmbuf_prepend(m, s->header_size);

		if (header == NULL)
			goto free_segment;
		memcpy(header, rte_pktmbuf_mtod(s->frame, void *), s->header_size);
	}
	fix_ip(m, s, l4_size);
	if (fix_tcp(m, s, at, l4_size) != 0)
		goto free_segment;
	m->ol_flags &= ~(OFFLOAD_FLAGS | RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IPV6);
	return m;

free_segment:
	rte_pktmbuf_free(m);
	return NULL;
}

uint16_t segment_next(struct segmenter *s, struct rte_mempool *mbufs, struct rte_mbuf **out,
		      uint16_t n)
{
	uint16_t made = 0;

	while (made < n && s->n_made < s->n_segments) {
		out[made] = segment_make(s, mbufs);
		if (out[made] == NULL)
			break;
		made++;
		s->n_made++;
	}
	return made;
}
