// SPDX-License-Identifier: Apache-2.0
#include "datapath/table/flow_key.h"

#include <string.h>

#define PLACE(member)                                                                              \
	{                                                                                          \
		offsetof(struct flow_key, member), sizeof(((struct flow_key *)0)->member)          \
	}

static const struct flow_field_place places[FLOW_REG0] = {
	[FLOW_METADATA] = PLACE(metadata),
	[FLOW_ETH_DST] = PLACE(eth_dst),
	[FLOW_ETH_SRC] = PLACE(eth_src),
	[FLOW_ETH_TYPE] = PLACE(eth_type_be),
	[FLOW_VLAN_TCI] = PLACE(vlan_tci_be),
	[FLOW_IP_PROTO] = PLACE(ip_proto),
	[FLOW_IP_TOS] = PLACE(ip_tos),
	[FLOW_IP_TTL] = PLACE(ip_ttl),
	[FLOW_L4_SRC] = PLACE(l4_src_be),
	[FLOW_L4_DST] = PLACE(l4_dst_be),
	[FLOW_IPV4_SRC] = PLACE(ipv4_src_be),
	[FLOW_IPV4_DST] = PLACE(ipv4_dst_be),
	[FLOW_IPV6_SRC] = PLACE(ipv6_src),
	[FLOW_IPV6_DST] = PLACE(ipv6_dst),
	[FLOW_IPV6_FLABEL] = PLACE(ipv6_flabel_be),
	[FLOW_ARP_OP] = PLACE(arp_op_be),
	[FLOW_ARP_SHA] = PLACE(arp_sha),
	[FLOW_ARP_THA] = PLACE(arp_tha),
	[FLOW_ND_TARGET] = PLACE(nd_target),
	[FLOW_ND_SLL] = PLACE(nd_sll),
	[FLOW_ND_TLL] = PLACE(nd_tll),
	[FLOW_MPLS_LSE] = PLACE(mpls_lse_be),
	[FLOW_PBB] = PLACE(pbb_be),
	[FLOW_TUNNEL_ID] = PLACE(tunnel_id),
	[FLOW_PKT_MARK] = PLACE(pkt_mark),
	[FLOW_IN_PORT] = PLACE(in_port),
	[FLOW_IN_PHY_PORT] = PLACE(in_phy_port),
	[FLOW_ACTSET_OUTPUT] = PLACE(actset_output),
	[FLOW_TCP_FLAGS] = PLACE(tcp_flags_be),
	[FLOW_IPV6_EXTHDR] = PLACE(ipv6_exthdr_be),
};

struct flow_field_place flow_field_place(enum flow_field field)
{
	if (field >= FLOW_REG0)
		return (struct flow_field_place){
			(uint16_t)(offsetof(struct flow_key, reg) + 4u * (field - FLOW_REG0)), 4};
	return places[field];
}

enum flow_depth flow_match_depth(const struct flow_match *match)
{
	const struct flow_key *m = &match->mask;
	static const uint8_t zero[16];

	if (m->l4_src_be | m->l4_dst_be | m->tcp_flags_be)
		return FLOW_DEPTH_L4;
	if (memcmp(m->nd_target, zero, 16) || memcmp(m->nd_sll, zero, 6) ||
	    memcmp(m->nd_tll, zero, 6))
		return FLOW_DEPTH_L4;
	if (m->ip_proto | m->ip_tos | m->ip_ttl | m->ip_frag | m->ipv4_src_be | m->ipv4_dst_be |
	    m->ipv6_flabel_be | m->ipv6_exthdr_be | m->arp_op_be | m->mpls_lse_be | m->pbb_be)
		return FLOW_DEPTH_L3;
	if (memcmp(m->ipv6_src, zero, 16) || memcmp(m->ipv6_dst, zero, 16) ||
	    memcmp(m->arp_sha, zero, 6) || memcmp(m->arp_tha, zero, 6))
		return FLOW_DEPTH_L3;
	return FLOW_DEPTH_L2;
}

/* --- runs of bits ----------------------------------------------------------------------------- */

bool flow_field_is_number(enum flow_field field)
{
	return field == FLOW_METADATA || field == FLOW_TUNNEL_ID || field == FLOW_PKT_MARK ||
	       field == FLOW_IN_PORT || field == FLOW_IN_PHY_PORT || field == FLOW_ACTSET_OUTPUT ||
	       field >= FLOW_REG0;
}

/* To network order and back. */
static void swap(uint8_t *bytes, unsigned int size)
{
	for (unsigned int i = 0; i < size / 2; i++) {
		uint8_t b = bytes[i];

		bytes[i] = bytes[size - 1 - i];
		bytes[size - 1 - i] = b;
	}
}

void flow_bits_get(const struct flow_key *key, const struct flow_bits *from, uint8_t out[16])
{
	struct flow_field_place place = flow_field_place((enum flow_field)from->field);
	uint8_t bytes[16];

	memcpy(bytes, (const uint8_t *)key + place.offset, place.size);
	if (flow_field_is_number((enum flow_field)from->field))
		swap(bytes, place.size);
	memset(out, 0, 16);
	for (unsigned int i = 0; i < from->n_bits; i++)
		flow_bit_set(out, 16, i, flow_bit_get(bytes, place.size, from->offset + i));
}

void flow_bits_spread(const struct flow_bits *to, const uint8_t in[16], uint8_t value[16],
		      uint8_t mask[16])
{
	struct flow_field_place place = flow_field_place((enum flow_field)to->field);

	memset(value, 0, 16);
	memset(mask, 0, 16);
	for (unsigned int i = 0; i < to->n_bits; i++) {
		flow_bit_set(value, place.size, to->offset + i, flow_bit_get(in, 16, i));
		flow_bit_set(mask, place.size, to->offset + i, true);
	}
	if (flow_field_is_number((enum flow_field)to->field)) {
		swap(value, place.size);
		swap(mask, place.size);
	}
}
