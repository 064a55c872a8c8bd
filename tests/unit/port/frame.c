// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/port/frame.h"

#include <netinet/in.h>
#include <string.h>

#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_tcp.h>
#include <rte_udp.h>

static uint32_t l2_size(const struct frame_form *form)
{
	return sizeof(struct rte_ether_hdr) + form->n_tags * sizeof(struct rte_vlan_hdr);
}

static uint32_t l3_size(const struct frame_form *form)
{
	return form->v6 ? sizeof(struct rte_ipv6_hdr) : sizeof(struct rte_ipv4_hdr);
}

static uint32_t l4_size(const struct frame_form *form)
{
	return form->udp ? sizeof(struct rte_udp_hdr) : sizeof(struct rte_tcp_hdr);
}

uint32_t frame_header_size(const struct frame_form *form)
{
	return l2_size(form) + l3_size(form) + l4_size(form);
}

static void write_l2(uint8_t *at, const struct frame_form *form)
{
	uint16_t type = form->v6 ? RTE_ETHER_TYPE_IPV6 : RTE_ETHER_TYPE_IPV4;

	memcpy(at, "\x52\x54\x00\x00\x00\x02\x52\x54\x00\x00\x00\x01", 12);
	at += 12;
	for (uint16_t i = 0; i < form->n_tags; i++, at += 4)
		memcpy(at, "\x81\x00\x00\x0a", 4);
	at[0] = type >> 8;
	at[1] = type & 0xff;
}

static uint16_t write_l3(uint8_t *at, const struct frame_form *form)
{
	uint32_t l4 = l4_size(form) + form->payload_size;
	uint8_t protocol = form->udp ? IPPROTO_UDP : IPPROTO_TCP;

	if (form->v6) {
		struct rte_ipv6_hdr ip = {.vtc_flow = RTE_BE32(6u << 28),
					  .payload_len = rte_cpu_to_be_16(l4),
					  .proto = protocol,
					  .hop_limits = 64};

		ip.src_addr[15] = 1;
		ip.dst_addr[15] = 2;
		memcpy(at, &ip, sizeof(ip));
		return rte_ipv6_phdr_cksum(&ip, 0);
	}
	struct rte_ipv4_hdr ip = {.version_ihl = 0x45,
				  .total_length = rte_cpu_to_be_16(sizeof(ip) + l4),
				  .packet_id = RTE_BE16(0xffff),
				  .time_to_live = 64,
				  .next_proto_id = protocol,
				  .src_addr = RTE_BE32(0x0a000001),
				  .dst_addr = RTE_BE32(0x0a000002)};

	ip.hdr_checksum = rte_ipv4_cksum(&ip);
	memcpy(at, &ip, sizeof(ip));
	return rte_ipv4_phdr_cksum(&ip, 0);
}

static void write_l4(uint8_t *at, const struct frame_form *form, uint16_t pseudo)
{
	if (form->udp) {
		struct rte_udp_hdr udp = {.src_port = RTE_BE16(1),
					  .dst_port = RTE_BE16(2),
					  .dgram_len = rte_cpu_to_be_16(8 + form->payload_size),
					  .dgram_cksum = pseudo};

		memcpy(at, &udp, sizeof(udp));
	} else {
		struct rte_tcp_hdr tcp = {.src_port = RTE_BE16(1),
					  .dst_port = RTE_BE16(2),
					  .sent_seq = RTE_BE32(1000),
					  .data_off = 5 << 4,
					  .tcp_flags = RTE_TCP_ACK_FLAG | RTE_TCP_PSH_FLAG |
						       RTE_TCP_FIN_FLAG | RTE_TCP_CWR_FLAG,
					  .cksum = pseudo};

		memcpy(at, &tcp, sizeof(tcp));
	}
}

static struct rte_mbuf *add_payload(struct rte_mempool *mbufs, struct rte_mbuf *head, uint32_t size)
{
	struct rte_mbuf *m = head;
	uint32_t made = 0;

	while (made < size) {
		uint16_t n = RTE_MIN(size - made, (uint32_t)rte_pktmbuf_tailroom(m));
		uint8_t *to = (uint8_t *)rte_pktmbuf_append(m, n);

		for (uint16_t i = 0; i < n; i++)
			to[i] = (made + i) % 251;
		made += n;
		if (m != head)
			rte_pktmbuf_chain(head, m);
		if (made < size)
			m = rte_pktmbuf_alloc(mbufs);
	}
	return head;
}

struct rte_mbuf *frame_make(struct rte_mempool *mbufs, const struct frame_form *form)
{
	struct rte_mbuf *m = rte_pktmbuf_alloc(mbufs);
	uint8_t *at = (uint8_t *)rte_pktmbuf_append(m, frame_header_size(form));
	uint16_t pseudo;

	write_l2(at, form);
	pseudo = write_l3(at + l2_size(form), form);
	write_l4(at + l2_size(form) + l3_size(form), form, pseudo);
	return add_payload(mbufs, m, form->payload_size);
}

void frame_request(struct rte_mbuf *frame, const struct frame_form *form, uint16_t segsz)
{
	frame->ol_flags |= form->udp ? RTE_MBUF_F_TX_UDP_CKSUM : RTE_MBUF_F_TX_TCP_CKSUM;
	frame->ol_flags |= form->v6 ? RTE_MBUF_F_TX_IPV6 : RTE_MBUF_F_TX_IPV4;
	frame->l2_len = l2_size(form);
	frame->l3_len = l3_size(form);
	frame->l4_len = l4_size(form);
	if (segsz != 0) {
		frame->ol_flags |= RTE_MBUF_F_TX_TCP_SEG;
		frame->tso_segsz = segsz;
	}
}

/* 0xffff when the checksum within is right (RFC 1071). */
static uint16_t l4_sum(const void *l4, uint32_t size, uint16_t pseudo)
{
	uint32_t sum = rte_raw_cksum(l4, size) + pseudo;

	return (sum & 0xffff) + (sum >> 16);
}

bool frame_is_right(const struct rte_mbuf *frame, const struct frame_form *form)
{
	static uint8_t bytes[70000];
	uint32_t size = rte_pktmbuf_pkt_len(frame);
	const uint8_t *all = rte_pktmbuf_read(frame, 0, size, bytes);
	const void *l3 = all + l2_size(form);
	const void *l4 = all + l2_size(form) + l3_size(form);

	if (form->v6) {
		const struct rte_ipv6_hdr *ip = l3;

		return rte_be_to_cpu_16(ip->payload_len) + l2_size(form) + 40 == size &&
		       l4_sum(l4, size - l2_size(form) - 40, rte_ipv6_phdr_cksum(ip, 0)) == 0xffff;
	}
	const struct rte_ipv4_hdr *ip = l3;

	return rte_be_to_cpu_16(ip->total_length) + l2_size(form) == size &&
	       rte_raw_cksum(ip, sizeof(*ip)) == 0xffff &&
	       l4_sum(l4, size - l2_size(form) - 20, rte_ipv4_phdr_cksum(ip, 0)) == 0xffff;
}
