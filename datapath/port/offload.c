// SPDX-License-Identifier: Apache-2.0
#include "datapath/port/offload.h"

#include <errno.h>
#include <netinet/in.h>

#include <rte_branch_prediction.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_tcp.h>
#include <rte_udp.h>

#include "datapath/port/port.h"
#include "datapath/port/segment.h"
#include "lib/cursor.h"

#define MAX_TAGS 2
#define MAX_EXTENSIONS 8

static bool is_tag(uint16_t type)
{
	return type == RTE_ETHER_TYPE_VLAN || type == RTE_ETHER_TYPE_QINQ;
}

static uint16_t parse_l2(struct cursor *c)
{
	uint16_t type;

	cursor_skip(c, 2 * RTE_ETHER_ADDR_LEN);
	type = cursor_u16(c);
	for (int i = 0; i < MAX_TAGS && is_tag(type); i++) {
		cursor_skip(c, 2);
		type = cursor_u16(c);
	}
	return type;
}

static int parse_ipv4(struct cursor *c, struct offload_headers *h)
{
	struct cursor ip = *c;
	uint8_t version = cursor_u8(&ip);
	uint16_t fragment;

	cursor_skip(&ip, 5);
	fragment = cursor_u16(&ip);
	cursor_skip(&ip, 1);
	h->protocol = cursor_u8(&ip);
	h->l3_len = (version & 0xf) * 4;
	if ((version >> 4) != 4 || h->l3_len < sizeof(struct rte_ipv4_hdr) ||
	    (fragment & (RTE_IPV4_HDR_MF_FLAG | RTE_IPV4_HDR_OFFSET_MASK)) != 0)
		return -EINVAL;
	cursor_skip(c, h->l3_len);
	return 0;
}

static int parse_ipv6(struct cursor *c, struct offload_headers *h)
{
	size_t before = cursor_left(c);
	uint8_t version = cursor_u8(c);

	cursor_skip(c, 5);
	h->protocol = cursor_u8(c);
	cursor_skip(c, 33);
	if ((version >> 4) != 6)
		return -EINVAL;
	for (int i = 0; i < MAX_EXTENSIONS && cursor_ok(c); i++) {
		if (h->protocol != IPPROTO_HOPOPTS && h->protocol != IPPROTO_ROUTING &&
		    h->protocol != IPPROTO_DSTOPTS)
			break;
		h->protocol = cursor_u8(c);
		cursor_skip(c, cursor_u8(c) * 8 + 6);
	}
	h->l3_len = before - cursor_left(c);
	return 0;
}

int offload_parse(const struct rte_mbuf *frame, struct offload_headers *h)
{
	struct cursor c = cursor_init(rte_pktmbuf_mtod(frame, void *), rte_pktmbuf_data_len(frame));
	size_t size = cursor_left(&c);
	uint16_t type = parse_l2(&c);
	int error;

	h->l2_len = size - cursor_left(&c);
	h->v6 = type == RTE_ETHER_TYPE_IPV6;
	if (type == RTE_ETHER_TYPE_IPV4)
		error = parse_ipv4(&c, h);
	else if (type == RTE_ETHER_TYPE_IPV6)
		error = parse_ipv6(&c, h);
	else
		return -EINVAL;
	if (error != 0)
		return error;
	if (h->protocol == IPPROTO_TCP) {
		cursor_skip(&c, 12);
		h->l4_len = (cursor_u8(&c) >> 4) * 4;
		if (h->l4_len < sizeof(struct rte_tcp_hdr))
			return -EINVAL;
		cursor_skip(&c, h->l4_len - 13);
	} else if (h->protocol == IPPROTO_UDP) {
		h->l4_len = sizeof(struct rte_udp_hdr);
		cursor_skip(&c, h->l4_len);
	} else {
		return -EINVAL;
	}
	return cursor_ok(&c) ? 0 : -EINVAL;
}

static void lengths_set(struct rte_mbuf *frame, const struct offload_headers *h)
{
	frame->l2_len = h->l2_len;
	frame->l3_len = h->l3_len;
	frame->l4_len = h->l4_len;
}

/* mbufs have 9 bits for the length of layer 3. */
static bool lengths_fit(const struct offload_headers *h)
{
	return h->l3_len < 512;
}

int offload_from_rx(struct rte_mbuf *frame)
{
	struct offload_headers h;
	uint64_t flags;

	if (offload_parse(frame, &h) != 0 || !lengths_fit(&h))
		return -EINVAL;
	flags = h.v6 ? RTE_MBUF_F_TX_IPV6 : RTE_MBUF_F_TX_IPV4;
	flags |= h.protocol == IPPROTO_TCP ? RTE_MBUF_F_TX_TCP_CKSUM : RTE_MBUF_F_TX_UDP_CKSUM;
	if (frame->ol_flags & RTE_MBUF_F_RX_LRO) {
		if (h.protocol != IPPROTO_TCP || frame->tso_segsz < OFFLOAD_MIN_SEGMENT)
			return -EINVAL;
		flags |= RTE_MBUF_F_TX_TCP_SEG;
	}
	frame->ol_flags = (frame->ol_flags & (RTE_MBUF_F_INDIRECT | RTE_MBUF_F_EXTERNAL)) | flags;
	lengths_set(frame, &h);
	return 0;
}

int offload_lengths(struct rte_mbuf *frame)
{
	uint64_t l4 = frame->ol_flags & RTE_MBUF_F_TX_L4_MASK;
	struct offload_headers h;

	if (frame->ol_flags & RTE_MBUF_F_TX_TCP_SEG) {
		l4 = RTE_MBUF_F_TX_TCP_CKSUM;
		if (frame->tso_segsz < OFFLOAD_MIN_SEGMENT)
			return -EINVAL;
	}
	if (offload_parse(frame, &h) != 0 || !lengths_fit(&h) ||
	    l4 != (h.protocol == IPPROTO_TCP ? RTE_MBUF_F_TX_TCP_CKSUM : RTE_MBUF_F_TX_UDP_CKSUM))
		return -EINVAL;
	frame->ol_flags |= l4 | (h.v6 ? RTE_MBUF_F_TX_IPV6 : RTE_MBUF_F_TX_IPV4);
	lengths_set(frame, &h);
	return 0;
}

int offload_own(struct rte_mbuf **frame, struct rte_mempool *mbufs)
{
	struct rte_mbuf *copy;

	if (likely(RTE_MBUF_DIRECT(*frame) && rte_mbuf_refcnt_read(*frame) == 1))
		return 0;
	copy = rte_pktmbuf_copy(*frame, mbufs, 0, UINT32_MAX);
	if (copy == NULL)
		return -ENOMEM;
	rte_pktmbuf_free(*frame);
	*frame = copy;
	return 0;
}

/* The addresses need not be aligned: summed by 16 bits. */
uint16_t offload_pseudo(const struct rte_mbuf *frame, const struct offload_headers *h,
			uint32_t l4_size)
{
	const uint8_t *ip = rte_pktmbuf_mtod_offset(frame, const uint8_t *, h->l2_len);
	struct {
		rte_be32_t size;
		rte_be32_t protocol;
	} tail = {rte_cpu_to_be_32(l4_size), rte_cpu_to_be_32(h->protocol)};
	uint32_t sum = h->v6 ? __rte_raw_cksum(ip + 8, 32, 0) : __rte_raw_cksum(ip + 12, 8, 0);

	return __rte_raw_cksum_reduce(__rte_raw_cksum(&tail, sizeof(tail), sum));
}

static rte_be16_t *checksum_field(struct rte_mbuf *frame, const struct offload_headers *h)
{
	uint16_t at = h->protocol == IPPROTO_TCP ? offsetof(struct rte_tcp_hdr, cksum)
						 : offsetof(struct rte_udp_hdr, dgram_cksum);

	return rte_pktmbuf_mtod_offset(frame, rte_be16_t *, h->l2_len + h->l3_len + at);
}

/* Bytes of TCP or UDP as IP says, so that padding behind them is left out; 0: they do not fit. */
static uint32_t l4_size(const struct rte_mbuf *frame, const struct offload_headers *h)
{
	const uint8_t *ip = rte_pktmbuf_mtod_offset(frame, const uint8_t *, h->l2_len);
	uint32_t room = rte_pktmbuf_pkt_len(frame) - h->l2_len - h->l3_len;
	uint32_t size =
		h->v6 ? (uint32_t)(ip[4] << 8 | ip[5]) + 40 : (uint32_t)(ip[2] << 8 | ip[3]);

	if (size < (uint32_t)h->l3_len + h->l4_len || size - h->l3_len > room)
		return 0;
	return size - h->l3_len;
}

int offload_checksum(struct rte_mbuf **frame, struct rte_mempool *mbufs)
{
	struct offload_headers h;
	uint16_t sum;
	uint32_t size;
	int error;

	if (offload_parse(*frame, &h) != 0)
		return -EINVAL;
	size = l4_size(*frame, &h);
	if (size == 0)
		return -EINVAL;
	error = offload_own(frame, mbufs);
	if (error != 0)
		return error;
	*checksum_field(*frame, &h) = offload_pseudo(*frame, &h, size);
	if (rte_raw_cksum_mbuf(*frame, h.l2_len + h.l3_len, size, &sum) != 0)
		return -EINVAL;
	sum = (uint16_t)~sum;
	if (sum == 0 && h.protocol == IPPROTO_UDP)
		sum = 0xffff;
	*checksum_field(*frame, &h) = sum;
	(*frame)->ol_flags &= ~(OFFLOAD_FLAGS | RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_IPV6);
	return 0;
}

int port_offload_refresh(struct rte_mbuf *frame)
{
	struct offload_headers h;
	uint32_t size;

	if ((frame->ol_flags & OFFLOAD_FLAGS) == 0)
		return 0;
	if (offload_lengths(frame) != 0 || offload_parse(frame, &h) != 0)
		return -EINVAL;
	size = rte_pktmbuf_pkt_len(frame) - h.l2_len - h.l3_len;
	if ((frame->ol_flags & RTE_MBUF_F_TX_TCP_SEG) == 0) {
		size = l4_size(frame, &h);
		if (size == 0)
			return -EINVAL;
	}
	*checksum_field(frame, &h) = offload_pseudo(frame, &h, size);
	return 0;
}

uint16_t port_offload_finish(struct rte_mbuf *frame, uint16_t mtu, struct rte_mempool *mbufs,
			     struct rte_mbuf **out, uint16_t n_out)
{
	struct segmenter segmenter;
	uint16_t n;

	if ((frame->ol_flags & OFFLOAD_FLAGS) == 0 && n_out > 0) {
		out[0] = frame;
		return 1;
	}
	if ((frame->ol_flags & RTE_MBUF_F_TX_TCP_SEG) == 0) {
		if (n_out == 0 || offload_checksum(&frame, mbufs) != 0) {
			rte_pktmbuf_free(frame);
			return 0;
		}
		out[0] = frame;
		return 1;
	}
	if (segment_start(&segmenter, frame, mtu) != 0 || segmenter.n_segments > n_out) {
		rte_pktmbuf_free(frame);
		return 0;
	}
	n = segment_next(&segmenter, mbufs, out, n_out);
	if (n != segmenter.n_segments) {
		rte_pktmbuf_free_bulk(out, n);
		n = 0;
	}
	rte_pktmbuf_free(frame);
	return n;
}
