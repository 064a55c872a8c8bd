// SPDX-License-Identifier: Apache-2.0
#include "datapath/pmd/edit.h"

#include <string.h>

#include <rte_arp.h>
#include <rte_byteorder.h>
#include <rte_ether.h>
#include <rte_ip.h>
#include <rte_tcp.h>
#include <rte_udp.h>

#include "datapath/pmd/checksum.h"

#define ICMPV6_ND_OPTIONS 24 /* bytes from the ICMPv6 header to the first option */

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
	bool v4 = frame_is_type(key, RTE_ETHER_TYPE_IPV4),
	     v6 = frame_is_type(key, RTE_ETHER_TYPE_IPV6);
	bool arp =
		frame_is_type(key, RTE_ETHER_TYPE_ARP) || frame_is_type(key, RTE_ETHER_TYPE_RARP);

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
	bool ports = key->ip_proto == IPPROTO_TCP || key->ip_proto == IPPROTO_UDP ||
		     key->ip_proto == IPPROTO_SCTP;
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
	case FLOW_TCP_FLAGS:
		return key->ip_proto == IPPROTO_TCP
			       ? (struct place){layout->l4 + (int32_t)offsetof(struct rte_tcp_hdr,
									       data_off),
						2, COVERED_L4}
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

	return sum_fold(sum_words(data + from, to - from));
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
	else if (at.covered == COVERED_L4 && key->ip_proto == IPPROTO_SCTP)
		edit_sctp_checksum(m, key, layout);
	else if (at.covered == COVERED_L4)
		l4_change(m, key, layout, false, old_sum, new_sum);
}

/* DSCP and ECN: eight bits that stand across two bytes in IPv6. */
static bool set_tos(struct rte_mbuf *m, struct flow_key *key, const struct frame_layout *layout,
		    uint8_t value, uint8_t mask)
{
	uint8_t *l3 = rte_pktmbuf_mtod(m, uint8_t *) + layout->l3;
	uint8_t tos = (uint8_t)((key->ip_tos & ~mask) | (value & mask));

	if (layout->l3 == 0 || !frame_is_ip(key))
		return false;
	if (frame_is_type(key, RTE_ETHER_TYPE_IPV4)) {
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

	if (layout->l3 == 0 || !frame_is_type(key, RTE_ETHER_TYPE_IPV6))
		return false;
	for (int i = 1; i < 4; i++) {
		uint8_t care = i == 1 ? mask[i] & 0x0f : mask[i];

		l3[i] = (uint8_t)((l3[i] & ~care) | (value[i] & care));
	}
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

/* What carries no L3 header that is set: types, tags and shims. */
static bool set_in_l2(struct rte_mbuf *m, struct flow_key *key, struct frame_layout *layout,
		      enum flow_field field, const uint8_t *value, const uint8_t *mask, bool *moved)
{
	uint8_t *data = rte_pktmbuf_mtod(m, uint8_t *);

	switch (field) {
	case FLOW_ETH_TYPE:
		for (int i = 0; i < 2; i++) {
			uint8_t *to = data + layout->body - 2 + i;

			*to = (uint8_t)((*to & ~mask[i]) | (value[i] & mask[i]));
		}
		*moved = true;
		return true;
	case FLOW_MPLS_LSE:
		return edit_set_mpls(m, key, layout, value, mask);
	case FLOW_PBB:
		return edit_set_pbb(m, key, layout, value, mask);
	default:
		return edit_set_vlan(m, value, mask, moved);
	}
}

/* The protocol: of IPv6 it stands in the last header before the upper layer. */
static bool set_ip_proto(struct rte_mbuf *m, const struct flow_key *key,
			 const struct frame_layout *layout, uint8_t value, uint8_t mask)
{
	uint8_t *data = rte_pktmbuf_mtod(m, uint8_t *), *at = data + layout->proto;
	uint16_t old_sum;

	if (layout->l3 == 0 || !frame_is_ip(key))
		return false;
	old_sum = get16(at - 1);
	*at = (uint8_t)((*at & ~mask) | (value & mask));
	if (frame_is_type(key, RTE_ETHER_TYPE_IPV4))
		checksum_change(data + layout->l3 + offsetof(struct rte_ipv4_hdr, hdr_checksum),
				old_sum, get16(at - 1));
	return true;
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
	case FLOW_IP_PROTO:
		return set_ip_proto(m, key, layout, value[0], mask[0]);
	case FLOW_IP_TOS:
		return set_tos(m, key, layout, value[0], mask[0]);
	case FLOW_IPV6_FLABEL:
		return set_flabel(m, key, layout, value, mask);
	case FLOW_L4_SRC:
	case FLOW_L4_DST:
	case FLOW_TCP_FLAGS:
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

/* Fields that are the pipeline's, not the frame's. */
static bool in_key_only(enum flow_field field)
{
	return field == FLOW_METADATA || field == FLOW_TUNNEL_ID || field == FLOW_PKT_MARK ||
	       (field >= FLOW_IN_PORT && field != FLOW_TCP_FLAGS);
}

/* Fields without which the frame is another: it is read again after they were set. */
static bool changes_layers(enum flow_field field)
{
	return field == FLOW_ETH_TYPE || field == FLOW_VLAN_TCI || field == FLOW_IP_PROTO;
}

bool edit_set_field(struct rte_mbuf *m, struct flow_key *key, struct frame_layout *layout,
		    enum flow_field field, const uint8_t *value, const uint8_t *mask)
{
	bool moved = field == FLOW_IP_PROTO;

	if (in_key_only(field)) {
		set_key(key, field, value, mask);
		return true;
	}
	if (field > FLOW_VLAN_TCI)
		edit_read_whole(m, key, layout);
	if (field == FLOW_ETH_TYPE || field == FLOW_VLAN_TCI || field == FLOW_MPLS_LSE ||
	    field == FLOW_PBB) {
		if (!set_in_l2(m, key, layout, field, value, mask, &moved))
			return false;
	} else if (!set_in_frame(m, key, layout, field, value, mask)) {
		return false;
	}
	if (changes_layers(field) && moved)
		frame_parse(m, FLOW_DEPTH_L4, FRAME_ALL_WORDS, key, layout);
	else
		set_key(key, field, value, mask);
	return true;
}

bool edit_bits_set(struct rte_mbuf *m, struct flow_key *key, struct frame_layout *layout,
		   const struct flow_bits *to, const uint8_t in[16])
{
	uint8_t value[16], mask[16];

	flow_bits_spread(to, in, value, mask);
	return edit_set_field(m, key, layout, (enum flow_field)to->field, value, mask);
}

bool edit_copy_field(struct rte_mbuf *m, struct flow_key *key, struct frame_layout *layout,
		     const struct flow_bits *from, const struct flow_bits *to)
{
	uint8_t bits[16];

	edit_read_whole(m, key, layout);
	flow_bits_get(key, from, bits);
	return edit_bits_set(m, key, layout, to, bits);
}
