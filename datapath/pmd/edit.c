// SPDX-License-Identifier: Apache-2.0
#include "datapath/pmd/edit.h"

#include <string.h>

#include <rte_arp.h>
#include <rte_byteorder.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_tcp.h>
#include <rte_udp.h>

#define ICMPV6_ND_OPTIONS 24 /* bytes from the ICMPv6 header to the first option */

/* --- VLAN tags ------------------------------------------------------------------------------ */

static void grow_l2(struct rte_mbuf *m, int bytes)
{
	if (m->ol_flags & RTE_MBUF_F_TX_OFFLOAD_MASK)
		m->l2_len = (uint64_t)(m->l2_len + bytes);
}

bool edit_push_vlan(struct rte_mbuf *m, uint16_t tpid, uint16_t tci)
{
	uint8_t *data = (uint8_t *)rte_pktmbuf_prepend(m, 4);

	if (data == NULL)
		return false;
	memmove(data, data + 4, 12);
	data[12] = (uint8_t)(tpid >> 8);
	data[13] = (uint8_t)tpid;
	data[14] = (uint8_t)(tci >> 8);
	data[15] = (uint8_t)tci;
	grow_l2(m, 4);
	return true;
}

static uint8_t *outer_tag(struct rte_mbuf *m)
{
	uint8_t *data = rte_pktmbuf_mtod(m, uint8_t *);
	uint16_t type = (uint16_t)(data[12] << 8 | data[13]);

	if ((type != RTE_ETHER_TYPE_VLAN && type != RTE_ETHER_TYPE_QINQ) ||
	    rte_pktmbuf_data_len(m) < RTE_ETHER_HDR_LEN + 4)
		return NULL;
	return data + 14;
}

bool edit_pop_vlan(struct rte_mbuf *m)
{
	uint8_t *data = rte_pktmbuf_mtod(m, uint8_t *);

	if (outer_tag(m) == NULL)
		return false;
	memmove(data + 4, data, 12);
	rte_pktmbuf_adj(m, 4);
	grow_l2(m, -4);
	return true;
}

bool edit_set_vid(struct rte_mbuf *m, uint16_t vid)
{
	uint8_t *tag = outer_tag(m);

	if (tag == NULL)
		return false;
	tag[0] = (uint8_t)((tag[0] & 0xf0) | vid >> 8);
	tag[1] = (uint8_t)vid;
	return true;
}

/* --- checksums ------------------------------------------------------------------------------ */

/* Sum of 16-bit words; an odd last byte counts as the high one. */
static uint32_t sum_words(const uint8_t *p, size_t size)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < size; i += 2)
		sum += (uint32_t)p[i] << 8 | (i + 1 < size ? p[i + 1] : 0);
	return sum;
}

static uint16_t fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static void put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/* RFC 1624 equation 3: HC' = ~(~HC + ~m + m'). */
static void checksum_change(uint8_t *at, uint16_t old_sum, uint16_t new_sum)
{
	uint32_t sum = (uint16_t)~get16(at);

	sum += (uint16_t)~old_sum;
	sum += new_sum;
	put16(at, (uint16_t)~fold(sum));
}

/* The same for a sum of the pseudo header, which is not complemented. */
static void partial_change(uint8_t *at, uint16_t old_sum, uint16_t new_sum)
{
	put16(at, fold((uint32_t)get16(at) + (uint16_t)~old_sum + new_sum));
}

/* Where the checksum of the L4 header stands; NULL when it has none that must be kept. */
static uint8_t *l4_checksum(struct rte_mbuf *m, const struct flow_key *key,
			    const struct frame_layout *layout)
{
	uint8_t *l4 = rte_pktmbuf_mtod(m, uint8_t *) + layout->l4;

	if (layout->l4 == 0)
		return NULL;
	switch (key->ip_proto) {
	case IPPROTO_TCP:
		return l4 + offsetof(struct rte_tcp_hdr, cksum);
	case IPPROTO_UDP: {
		uint8_t *at = l4 + offsetof(struct rte_udp_hdr, dgram_cksum);

		/* Zero says that the sender made none (RFC 768). */
		return get16(at) == 0 && (m->ol_flags & RTE_MBUF_F_TX_L4_MASK) == 0 ? NULL : at;
	}
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return l4 + 2;
	default:
		return NULL;
	}
}

/* Bytes of the L4 header or payload, or of the pseudo header, went from one sum to another. */
static void l4_change(struct rte_mbuf *m, const struct flow_key *key,
		      const struct frame_layout *layout, bool pseudo, uint16_t old_sum,
		      uint16_t new_sum)
{
	uint8_t *at = l4_checksum(m, key, layout);

	if (at == NULL || (pseudo && key->ip_proto == IPPROTO_ICMP))
		return;
	if (m->ol_flags & RTE_MBUF_F_TX_L4_MASK || m->ol_flags & RTE_MBUF_F_TX_TCP_SEG) {
		/* The device sums the rest. */
		if (pseudo)
			partial_change(at, old_sum, new_sum);
		return;
	}
	checksum_change(at, old_sum, new_sum);
	if (key->ip_proto == IPPROTO_UDP && get16(at) == 0)
		put16(at, 0xffff);
}

/* --- fields --------------------------------------------------------------------------------- */

static bool is_type(const struct flow_key *key, uint16_t type)
{
	return key->eth_type_be == rte_cpu_to_be_16(type);
}

static bool is_ip(const struct flow_key *key)
{
	return is_type(key, RTE_ETHER_TYPE_IPV4) || is_type(key, RTE_ETHER_TYPE_IPV6);
}

/* What is covered by the field: which checksums follow its change. */
enum covered { COVERED_NONE, COVERED_IPV4, COVERED_IPV4_PSEUDO, COVERED_PSEUDO, COVERED_L4 };

struct place {
	int32_t offset; /* bytes from the start of the frame; -1: no such field */
	uint8_t size;
	enum covered covered;
};

static const struct place nowhere = {.offset = -1};

static struct place at_l3(const struct frame_layout *layout, size_t offset, size_t size,
			  enum covered covered)
{
	return (struct place){(int32_t)(layout->l3 + offset), (uint8_t)size, covered};
}

static struct place l3_place(const struct flow_key *key, const struct frame_layout *layout,
			     enum flow_field field)
{
	bool v4 = is_type(key, RTE_ETHER_TYPE_IPV4), v6 = is_type(key, RTE_ETHER_TYPE_IPV6);
	bool arp = is_type(key, RTE_ETHER_TYPE_ARP);

	if (layout->l3 == 0)
		return nowhere;
	switch (field) {
	case FLOW_IP_TTL:
		/* With the protocol: checksums are of 16-bit words. */
		return v4   ? at_l3(layout, offsetof(struct rte_ipv4_hdr, time_to_live), 1,
				    COVERED_IPV4)
		       : v6 ? at_l3(layout, offsetof(struct rte_ipv6_hdr, hop_limits), 1,
				    COVERED_NONE)
			    : nowhere;
	case FLOW_IPV4_SRC:
		return v4    ? at_l3(layout, offsetof(struct rte_ipv4_hdr, src_addr), 4,
				     COVERED_IPV4_PSEUDO)
		       : arp ? at_l3(layout, offsetof(struct rte_arp_hdr, arp_data.arp_sip), 4,
				     COVERED_NONE)
			     : nowhere;
	case FLOW_IPV4_DST:
		return v4    ? at_l3(layout, offsetof(struct rte_ipv4_hdr, dst_addr), 4,
				     COVERED_IPV4_PSEUDO)
		       : arp ? at_l3(layout, offsetof(struct rte_arp_hdr, arp_data.arp_tip), 4,
				     COVERED_NONE)
			     : nowhere;
	case FLOW_IPV6_SRC:
		return v6 ? at_l3(layout, offsetof(struct rte_ipv6_hdr, src_addr), 16,
				  COVERED_PSEUDO)
			  : nowhere;
	case FLOW_IPV6_DST:
		return v6 ? at_l3(layout, offsetof(struct rte_ipv6_hdr, dst_addr), 16,
				  COVERED_PSEUDO)
			  : nowhere;
	case FLOW_ARP_OP:
		return arp ? at_l3(layout, offsetof(struct rte_arp_hdr, arp_opcode), 2,
				   COVERED_NONE)
			   : nowhere;
	case FLOW_ARP_SHA:
		return arp ? at_l3(layout, offsetof(struct rte_arp_hdr, arp_data.arp_sha), 6,
				   COVERED_NONE)
			   : nowhere;
	case FLOW_ARP_THA:
		return arp ? at_l3(layout, offsetof(struct rte_arp_hdr, arp_data.arp_tha), 6,
				   COVERED_NONE)
			   : nowhere;
	default:
		return nowhere;
	}
}

static struct place l4_place(const struct rte_mbuf *m, const struct flow_key *key,
			     const struct frame_layout *layout, enum flow_field field)
{
	bool ports = key->ip_proto == IPPROTO_TCP || key->ip_proto == IPPROTO_UDP;
	bool icmp = key->ip_proto == IPPROTO_ICMP || key->ip_proto == IPPROTO_ICMPV6;
	uint32_t option = layout->l4 + ICMPV6_ND_OPTIONS, size = rte_pktmbuf_data_len(m);
	const uint8_t *data = rte_pktmbuf_mtod(m, const uint8_t *);
	uint8_t want = field == FLOW_ND_SLL ? 1 : 2;
	bool nd = key->ip_proto == IPPROTO_ICMPV6 && (key->l4_src_be == rte_cpu_to_be_16(135) ||
						      key->l4_src_be == rte_cpu_to_be_16(136));

	if (layout->l4 == 0)
		return nowhere;
	switch (field) {
	case FLOW_L4_SRC:
		return ports  ? (struct place){layout->l4, 2, COVERED_L4}
		       : icmp ? (struct place){layout->l4, 1, COVERED_L4}
			      : nowhere;
	case FLOW_L4_DST:
		return ports  ? (struct place){layout->l4 + 2, 2, COVERED_L4}
		       : icmp ? (struct place){layout->l4 + 1, 1, COVERED_L4}
			      : nowhere;
	case FLOW_ND_TARGET:
		return nd && option <= size ? (struct place){layout->l4 + 8, 16, COVERED_L4}
					    : nowhere;
	case FLOW_ND_SLL:
	case FLOW_ND_TLL:
		for (; nd && option + 8 <= size && data[option + 1] != 0;
		     option += data[option + 1] * 8u) {
			if (data[option] == want)
				return (struct place){(int32_t)option + 2, 6, COVERED_L4};
		}
		return nowhere;
	default:
		return nowhere;
	}
}

/* The 16-bit words of the frame that hold the bytes [offset, offset + size) of a header. */
static uint16_t sum_around(const uint8_t *data, uint32_t offset, uint32_t size, uint32_t header)
{
	uint32_t from = offset - ((offset - header) & 1);
	uint32_t to = offset + size + ((offset + size - header) & 1);

	return fold(sum_words(data + from, to - from));
}

static void write_bytes(struct rte_mbuf *m, const struct flow_key *key,
			const struct frame_layout *layout, struct place at, const uint8_t *value,
			const uint8_t *mask)
{
	uint8_t *data = rte_pktmbuf_mtod(m, uint8_t *);
	uint32_t header = at.covered == COVERED_L4 ? layout->l4 : layout->l3;
	uint32_t offset = (uint32_t)at.offset;
	uint16_t old_sum = 0, new_sum;

	if (at.covered != COVERED_NONE)
		old_sum = sum_around(data, offset, at.size, header);
	for (uint32_t i = 0; i < at.size; i++)
		data[offset + i] = (uint8_t)((data[offset + i] & ~mask[i]) | (value[i] & mask[i]));
	if (at.covered == COVERED_NONE)
		return;
	new_sum = sum_around(data, offset, at.size, header);
	if (at.covered == COVERED_IPV4 || at.covered == COVERED_IPV4_PSEUDO)
		checksum_change(data + layout->l3 + offsetof(struct rte_ipv4_hdr, hdr_checksum),
				old_sum, new_sum);
	if (at.covered == COVERED_IPV4_PSEUDO || at.covered == COVERED_PSEUDO)
		l4_change(m, key, layout, true, old_sum, new_sum);
	else if (at.covered == COVERED_L4)
		l4_change(m, key, layout, false, old_sum, new_sum);
}

/* DSCP and ECN: eight bits that stand across two bytes in IPv6. */
static bool set_tos(struct rte_mbuf *m, struct flow_key *key, const struct frame_layout *layout,
		    uint8_t value, uint8_t mask)
{
	uint8_t *l3 = rte_pktmbuf_mtod(m, uint8_t *) + layout->l3;
	uint8_t tos = (uint8_t)((key->ip_tos & ~mask) | (value & mask));

	if (layout->l3 == 0 || !is_ip(key))
		return false;
	if (is_type(key, RTE_ETHER_TYPE_IPV4)) {
		uint16_t old_sum = get16(l3);

		l3[1] = tos;
		checksum_change(l3 + offsetof(struct rte_ipv4_hdr, hdr_checksum), old_sum,
				get16(l3));
	} else {
		put16(l3, (uint16_t)((get16(l3) & 0xf00f) | tos << 4));
	}
	key->ip_tos = tos;
	return true;
}

static bool set_flabel(struct rte_mbuf *m, const struct flow_key *key,
		       const struct frame_layout *layout, const uint8_t *value, const uint8_t *mask)
{
	uint8_t *l3 = rte_pktmbuf_mtod(m, uint8_t *) + layout->l3;

	if (layout->l3 == 0 || !is_type(key, RTE_ETHER_TYPE_IPV6))
		return false;
	for (int i = 1; i < 4; i++) {
		uint8_t care = i == 1 ? mask[i] & 0x0f : mask[i];

		l3[i] = (uint8_t)((l3[i] & ~care) | (value[i] & care));
	}
	return true;
}

static bool set_vlan(struct rte_mbuf *m, const uint8_t *value, const uint8_t *mask)
{
	uint8_t *tag = outer_tag(m);
	/* The bit that says "present" in a key is the drop eligibility bit in a tag. */
	uint8_t care = mask[0] & 0xef;

	if (tag == NULL)
		return false;
	tag[0] = (uint8_t)((tag[0] & ~care) | (value[0] & care));
	tag[1] = (uint8_t)((tag[1] & ~mask[1]) | (value[1] & mask[1]));
	return true;
}

/* Sets the bits in the key; fields without bytes in the frame live only there. */
static void set_key(struct flow_key *key, enum flow_field field, const uint8_t *value,
		    const uint8_t *mask)
{
	struct flow_field_place place = flow_field_place(field);
	uint8_t *to = (uint8_t *)key + place.offset;

	for (unsigned int i = 0; i < place.size; i++)
		to[i] = (uint8_t)((to[i] & ~mask[i]) | (value[i] & mask[i]));
}

static bool set_in_frame(struct rte_mbuf *m, struct flow_key *key, struct frame_layout *layout,
			 enum flow_field field, const uint8_t *value, const uint8_t *mask)
{
	struct place at;

	switch (field) {
	case FLOW_ETH_DST:
		at = (struct place){0, 6, COVERED_NONE};
		break;
	case FLOW_ETH_SRC:
		at = (struct place){6, 6, COVERED_NONE};
		break;
	case FLOW_VLAN_TCI:
		return set_vlan(m, value, mask);
	case FLOW_IP_TOS:
		return set_tos(m, key, layout, value[0], mask[0]);
	case FLOW_IPV6_FLABEL:
		return set_flabel(m, key, layout, value, mask);
	case FLOW_L4_SRC:
	case FLOW_L4_DST:
	case FLOW_ND_TARGET:
	case FLOW_ND_SLL:
	case FLOW_ND_TLL:
		at = l4_place(m, key, layout, field);
		if (at.size == 1) { /* ICMP type and code: the low byte of the key's field */
			value++;
			mask++;
		}
		break;
	default:
		at = l3_place(key, layout, field);
		break;
	}
	if (at.offset < 0)
		return false;
	write_bytes(m, key, layout, at, value, mask);
	return true;
}

bool edit_set_field(struct rte_mbuf *m, struct flow_key *key, struct frame_layout *layout,
		    enum flow_field field, const uint8_t *value, const uint8_t *mask)
{
	bool in_key_only = field == FLOW_METADATA || field == FLOW_TUNNEL_ID || field >= FLOW_REG0;

	if (!in_key_only) {
		if (layout->depth < FLOW_DEPTH_L4 && field > FLOW_VLAN_TCI)
			frame_parse(m, FLOW_DEPTH_L4, FRAME_ALL_WORDS, key, layout);
		if (!set_in_frame(m, key, layout, field, value, mask))
			return false;
	}
	set_key(key, field, value, mask);
	return true;
}

enum edit_ttl edit_dec_ttl(struct rte_mbuf *m, struct flow_key *key, struct frame_layout *layout)
{
	static const uint8_t all = 0xff;
	uint8_t ttl;

	if (layout->depth < FLOW_DEPTH_L4)
		frame_parse(m, FLOW_DEPTH_L4, FRAME_ALL_WORDS, key, layout);
	if (layout->l3 == 0 || !is_ip(key))
		return EDIT_TTL_NONE;
	if (key->ip_ttl <= 1)
		return EDIT_TTL_EXPIRED;
	ttl = (uint8_t)(key->ip_ttl - 1);
	edit_set_field(m, key, layout, FLOW_IP_TTL, &ttl, &all);
	return EDIT_TTL_OK;
}
