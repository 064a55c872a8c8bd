// SPDX-License-Identifier: Apache-2.0
#include "datapath/pmd/parse.h"

#include <stddef.h>
#include <string.h>

#include <rte_arp.h>
#include <rte_byteorder.h>
#include <rte_ether.h>
#include <rte_icmp.h>
#include <rte_ip.h>
#include <rte_tcp.h>
#include <rte_udp.h>

#define ETH_TYPE_NONE 0x05ff /* OpenFlow's value for 802.3 frames without SNAP */
#define IPV6_MAX_HEADERS 8
#define ND_NEIGHBOR_SOLICIT 135
#define ND_NEIGHBOR_ADVERT 136

#define KEY_DST_WORD 2
#define KEY_SRC_WORD 3
#define KEY_ADDRESS 0xffffffffffffull

/* The first segment: all that is looked at. */
struct view {
	const uint8_t *data;
	uint32_t size;
};

static bool has(const struct view *v, uint32_t offset, uint32_t size)
{
	return offset + size <= v->size;
}

static bool is_tpid(uint16_t type)
{
	return type == RTE_ETHER_TYPE_VLAN || type == RTE_ETHER_TYPE_QINQ;
}

static uint16_t load_be16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

/* Ethernet and tags; returns the offset of what follows and its type in *type. */
static uint32_t parse_ethernet(const struct view *v, struct flow_key *key,
			       struct frame_layout *layout, uint16_t *type)
{
	uint32_t at = RTE_ETHER_HDR_LEN;
	uint64_t dst, src;

	/* Two words with the tag and the type still missing in their upper 16 bits. */
	memcpy(&dst, v->data, 8);
	memcpy(&src, v->data + 6, 8);
	key->w[KEY_DST_WORD] = dst & KEY_ADDRESS;
	key->w[KEY_SRC_WORD] = src & KEY_ADDRESS;
	*type = load_be16(v->data + 12);
	layout->n_tags = 0;
	while (unlikely(is_tpid(*type)) && layout->n_tags < FRAME_MAX_TAGS && has(v, at, 4)) {
		if (layout->n_tags++ == 0)
			key->vlan_tci_be =
				rte_cpu_to_be_16(load_be16(v->data + at) | FLOW_VLAN_PRESENT);
		*type = load_be16(v->data + at + 2);
		at += 4;
	}
	if (unlikely(*type < RTE_ETHER_TYPE_IPV4)) {
		static const uint8_t snap[6] = {0xaa, 0xaa, 0x03, 0, 0, 0};
		bool is_snap = has(v, at, 8) && memcmp(v->data + at, snap, 6) == 0;

		*type = is_snap ? load_be16(v->data + at + 6) : ETH_TYPE_NONE;
		at += is_snap ? 8 : 0;
	}
	key->eth_type_be = rte_cpu_to_be_16(*type);
	return at;
}

static void parse_nd(const struct view *v, uint32_t at, struct flow_key *key)
{
	uint32_t option = at + 24;

	if (!has(v, at, 24))
		return;
	memcpy(key->nd_target, v->data + at + 8, 16);
	while (has(v, option, 8)) {
		uint32_t size = v->data[option + 1] * 8u;

		if (size == 0 || !has(v, option, size))
			return;
		if (v->data[option] == 1)
			memcpy(key->nd_sll, v->data + option + 2, 6);
		else if (v->data[option] == 2)
			memcpy(key->nd_tll, v->data + option + 2, 6);
		option += size;
	}
}

static void parse_l4(const struct view *v, uint32_t at, struct flow_key *key,
		     struct frame_layout *layout)
{
	const uint8_t *p = v->data + at;

	switch (key->ip_proto) {
	case IPPROTO_TCP:
		if (!has(v, at, sizeof(struct rte_tcp_hdr)))
			return;
		memcpy(&key->l4_src_be, p, 4);
		key->tcp_flags_be = rte_cpu_to_be_16(load_be16(p + 12) & 0x0fff);
		break;
	case IPPROTO_UDP:
		if (!has(v, at, sizeof(struct rte_udp_hdr)))
			return;
		memcpy(&key->l4_src_be, p, 4);
		break;
	case IPPROTO_SCTP:
		if (!has(v, at, 12))
			return;
		memcpy(&key->l4_src_be, p, 4);
		break;
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		if (!has(v, at, 4))
			return;
		key->l4_src_be = rte_cpu_to_be_16(p[0]);
		key->l4_dst_be = rte_cpu_to_be_16(p[1]);
		if (key->ip_proto == IPPROTO_ICMPV6 &&
		    (p[0] == ND_NEIGHBOR_SOLICIT || p[0] == ND_NEIGHBOR_ADVERT))
			parse_nd(v, at, key);
		break;
	default:
		return;
	}
	layout->l4 = (uint16_t)at;
}

static void parse_ipv4(const struct view *v, uint32_t at, uint32_t frame_size, bool want_l4,
		       struct flow_key *key, struct frame_layout *layout)
{
	const struct rte_ipv4_hdr *ip = (const void *)(v->data + at);
	uint32_t header, total;
	uint16_t fragment;

	if (!has(v, at, sizeof(*ip)))
		return;
	header = (ip->version_ihl & 0x0fu) * 4;
	total = rte_be_to_cpu_16(ip->total_length);
	if (ip->version_ihl >> 4 != 4 || header < sizeof(*ip) || !has(v, at, header) ||
	    total < header || total > frame_size - at)
		return;
	layout->l3 = (uint16_t)at;
	layout->proto = (uint16_t)(at + offsetof(struct rte_ipv4_hdr, next_proto_id));
	key->ip_proto = ip->next_proto_id;
	key->ip_tos = ip->type_of_service;
	key->ip_ttl = ip->time_to_live;
	memcpy(&key->ipv4_src_be, &ip->src_addr, 8);
	fragment = rte_be_to_cpu_16(ip->fragment_offset);
	if (unlikely(fragment & 0x3fff)) {
		key->ip_frag = FLOW_FRAG_ANY | (fragment & 0x1fff ? FLOW_FRAG_LATER : 0);
		if (key->ip_frag & FLOW_FRAG_LATER)
			return;
	}
	if (want_l4)
		parse_l4(v, at + header, key, layout);
}

/* The order in which extension headers should come (RFC 8200 §4.1). */
enum { RANK_HOP = 1, RANK_DEST_FIRST, RANK_ROUTER, RANK_FRAG, RANK_AUTH, RANK_ESP, RANK_DEST_LAST };

/* What was seen on the way through the extension headers. */
struct exthdrs {
	uint16_t bits;  /* OFPIEH_* (OpenFlow 1.3.5 §7.2.3.8) */
	uint16_t proto; /* where the type of the header last read stands */
	uint8_t rank;
};

#define IEH_NONEXT 0x001
#define IEH_ESP 0x002
#define IEH_AUTH 0x004
#define IEH_DEST 0x008
#define IEH_FRAG 0x010
#define IEH_ROUTER 0x020
#define IEH_HOP 0x040
#define IEH_UNREP 0x080
#define IEH_UNSEQ 0x100

/* Notes a header; one that comes twice, or too late, is noted as such. */
static void note_header(struct exthdrs *seen, uint16_t bit, uint8_t rank)
{
	bool again = (seen->bits & bit) != 0;

	/* Destination options may come twice: before the routing header and at the end. */
	if (bit == IEH_DEST && (again || seen->rank >= RANK_ROUTER)) {
		again = again && seen->rank == RANK_DEST_LAST;
		rank = RANK_DEST_LAST;
	}
	if (again)
		seen->bits |= IEH_UNREP;
	if (rank < seen->rank)
		seen->bits |= IEH_UNSEQ;
	else
		seen->rank = rank;
	seen->bits |= bit;
}

/*
 * Walks the extension headers; returns the offset of the upper layer, 0 when there is none.
 * `*next` ends as the protocol of the upper layer.
 */
static uint32_t walk_ipv6(const struct view *v, uint32_t at, uint8_t *next, uint8_t *frag,
			  struct exthdrs *seen)
{
	for (int i = 0; i < IPV6_MAX_HEADERS; i++) {
		uint32_t size;

		switch (*next) {
		case IPPROTO_HOPOPTS:
			note_header(seen, IEH_HOP, RANK_HOP);
			break;
		case IPPROTO_ROUTING:
			note_header(seen, IEH_ROUTER, RANK_ROUTER);
			break;
		case IPPROTO_DSTOPTS:
			note_header(seen, IEH_DEST, RANK_DEST_FIRST);
			break;
		case IPPROTO_AH:
			note_header(seen, IEH_AUTH, RANK_AUTH);
			break;
		case IPPROTO_FRAGMENT:
			note_header(seen, IEH_FRAG, RANK_FRAG);
			break;
		case IPPROTO_ESP: /* what is behind it cannot be read */
			note_header(seen, IEH_ESP, RANK_ESP);
			return at;
		case IPPROTO_NONE:
			seen->bits |= IEH_NONEXT;
			return at;
		default:
			return at;
		}
		if (!has(v, at, 8))
			return 0;
		size = (v->data[at + 1] + 1u) * 8;
		if (*next == IPPROTO_AH) {
			size = (v->data[at + 1] + 2u) * 4;
		} else if (*next == IPPROTO_FRAGMENT) {
			size = 8;
			*frag = FLOW_FRAG_ANY;
			if (load_be16(v->data + at + 2) & 0xfff8)
				*frag |= FLOW_FRAG_LATER;
		}
		*next = v->data[at];
		seen->proto = (uint16_t)at;
		at += size;
		if (*frag & FLOW_FRAG_LATER)
			return 0;
	}
	return 0;
}

static void parse_ipv6(const struct view *v, uint32_t at, uint32_t frame_size, bool want_l4,
		       struct flow_key *key, struct frame_layout *layout)
{
	const struct rte_ipv6_hdr *ip = (const void *)(v->data + at);
	struct exthdrs seen = {.proto = (uint16_t)(at + offsetof(struct rte_ipv6_hdr, proto))};
	uint32_t vtc, l4;

	if (!has(v, at, sizeof(*ip)))
		return;
	vtc = rte_be_to_cpu_32(ip->vtc_flow);
	if (vtc >> 28 != 6 || rte_be_to_cpu_16(ip->payload_len) > frame_size - at - sizeof(*ip))
		return;
	layout->l3 = (uint16_t)at;
	key->ip_proto = ip->proto;
	key->ip_tos = (uint8_t)(vtc >> 20);
	key->ip_ttl = ip->hop_limits;
	memcpy(key->ipv6_src, ip->src_addr, 16);
	memcpy(key->ipv6_dst, ip->dst_addr, 16);
	key->ipv6_flabel_be = rte_cpu_to_be_32(vtc & 0xfffff);
	l4 = walk_ipv6(v, at + sizeof(*ip), &key->ip_proto, &key->ip_frag, &seen);
	key->ipv6_exthdr_be = rte_cpu_to_be_16(seen.bits);
	layout->proto = seen.proto;
	if (want_l4 && l4 != 0)
		parse_l4(v, l4, key, layout);
}

static void parse_arp(const struct view *v, uint32_t at, struct flow_key *key,
		      struct frame_layout *layout)
{
	const struct rte_arp_hdr *arp = (const void *)(v->data + at);

	if (!has(v, at, sizeof(*arp)) || arp->arp_hlen != 6 || arp->arp_plen != 4)
		return;
	layout->l3 = (uint16_t)at;
	key->arp_op_be = arp->arp_opcode;
	memcpy(key->arp_sha, &arp->arp_data.arp_sha, 6);
	memcpy(key->arp_tha, &arp->arp_data.arp_tha, 6);
	memcpy(&key->ipv4_src_be, &arp->arp_data.arp_sip, 4);
	memcpy(&key->ipv4_dst_be, &arp->arp_data.arp_tip, 4);
}

static void parse_mpls(const struct view *v, uint32_t at, struct flow_key *key)
{
	if (has(v, at, 4))
		memcpy(&key->mpls_lse_be, v->data + at, 4);
}

/* The I-TAG: PCP, DEI, UCA, three bits without use, I-SID (IEEE 802.1ah §9.7). */
static void parse_pbb(const struct view *v, uint32_t at, struct flow_key *key)
{
	uint32_t tag;

	if (!has(v, at, 4))
		return;
	memcpy(&tag, v->data + at, 4);
	tag = rte_be_to_cpu_32(tag);
	key->pbb_be = rte_cpu_to_be_32((tag & 0x00ffffff) | (tag >> 27 & 1) << 24);
}

#define KEY_FIRST_L3_WORD 4
#define KEY_FIRST_RARE_WORD 6
#define KEY_LAST_L3_WORD 17

static void clear_l3(struct flow_key *key, uint32_t words)
{
	key->w[KEY_FIRST_L3_WORD] = 0;
	key->w[KEY_FIRST_L3_WORD + 1] = 0;
	/* Without a rule that looks there, what stood there before does no harm. */
	if (words >> KEY_FIRST_RARE_WORD != 0)
		memset(&key->w[KEY_FIRST_RARE_WORD], 0,
		       (KEY_LAST_L3_WORD - KEY_FIRST_RARE_WORD + 1) * sizeof(uint64_t));
}

void frame_parse(const struct rte_mbuf *m, enum flow_depth depth, uint32_t words,
		 struct flow_key *key, struct frame_layout *layout)
{
	struct view v = {rte_pktmbuf_mtod(m, const uint8_t *), rte_pktmbuf_data_len(m)};
	uint16_t type;
	uint32_t at;

	layout->depth = (uint8_t)depth;
	layout->whole = depth == FLOW_DEPTH_L4 && words == FRAME_ALL_WORDS;
	layout->l3 = 0;
	layout->l4 = 0;
	at = parse_ethernet(&v, key, layout, &type);
	layout->body = (uint16_t)at;
	if (depth == FLOW_DEPTH_L2)
		return;
	clear_l3(key, words);
	if (likely(type == RTE_ETHER_TYPE_IPV4))
		parse_ipv4(&v, at, rte_pktmbuf_pkt_len(m), depth == FLOW_DEPTH_L4, key, layout);
	else if (type == RTE_ETHER_TYPE_IPV6)
		parse_ipv6(&v, at, rte_pktmbuf_pkt_len(m), depth == FLOW_DEPTH_L4, key, layout);
	else if (type == RTE_ETHER_TYPE_ARP || type == RTE_ETHER_TYPE_RARP)
		parse_arp(&v, at, key, layout);
	else if (type == RTE_ETHER_TYPE_MPLS || type == RTE_ETHER_TYPE_MPLSM)
		parse_mpls(&v, at, key);
	else if (type == FRAME_TYPE_PBB)
		parse_pbb(&v, at, key);
}

_Static_assert(offsetof(struct flow_key, ip_proto) == KEY_FIRST_L3_WORD * 8, "first L3 word");
_Static_assert(offsetof(struct flow_key, mpls_lse_be) == KEY_LAST_L3_WORD * 8, "last L3 word");
_Static_assert(offsetof(struct flow_key, eth_dst) == KEY_DST_WORD * 8, "word of eth_dst");
_Static_assert(offsetof(struct flow_key, eth_src) == KEY_SRC_WORD * 8, "word of eth_src");
_Static_assert(offsetof(struct flow_key, ipv6_src) == KEY_FIRST_RARE_WORD * 8, "first rare word");
