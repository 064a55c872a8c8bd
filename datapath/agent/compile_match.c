// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "datapath/agent/compile.h"

/* How a field of OpenFlow stands in the key. */
enum place_kind {
	PLACE_NONE,   /* the tables do not know it */
	PLACE_BYTES,  /* its bytes as they are */
	PLACE_HOST32, /* as a number in host order */
	PLACE_HOST64,
	PLACE_BITS8,  /* some bits of a byte */
	PLACE_BITS16, /* some bits of two bytes in network order */
};

struct place {
	uint8_t kind;
	uint8_t shift; /* of PLACE_BITS* */
	uint8_t layer4;
	int8_t set; /* enum flow_field + 1 that a set-field action writes; 0: none */
	uint16_t offset;
};

#define AT(k, member, settable)                                                                    \
	{                                                                                          \
		.kind = (k), .offset = offsetof(struct flow_key, member), .set = (settable)        \
	}
#define AT_L4(member, more, settable)                                                              \
	{                                                                                          \
		.kind = PLACE_BYTES, .offset = offsetof(struct flow_key, member) + (more),         \
		.layer4 = 1, .set = (settable)                                                     \
	}
#define BITS(k, member, by, settable)                                                              \
	{                                                                                          \
		.kind = (k), .offset = offsetof(struct flow_key, member), .shift = (by),           \
		.set = (settable)                                                                  \
	}

static const struct place places[OF_N_FIELDS] = {
	[OF_FIELD_IN_PORT] = AT(PLACE_HOST32, in_port, 0),
	[OF_FIELD_IN_PHY_PORT] = AT(PLACE_HOST32, in_phy_port, 0),
	[OF_FIELD_METADATA] = AT(PLACE_HOST64, metadata, 0),
	[OF_FIELD_ETH_DST] = AT(PLACE_BYTES, eth_dst, FLOW_ETH_DST + 1),
	[OF_FIELD_ETH_SRC] = AT(PLACE_BYTES, eth_src, FLOW_ETH_SRC + 1),
	[OF_FIELD_ETH_TYPE] = AT(PLACE_BYTES, eth_type_be, 0),
	[OF_FIELD_VLAN_VID] = BITS(PLACE_BITS16, vlan_tci_be, 0, FLOW_VLAN_TCI + 1),
	[OF_FIELD_VLAN_PCP] = BITS(PLACE_BITS16, vlan_tci_be, 13, FLOW_VLAN_TCI + 1),
	[OF_FIELD_IP_DSCP] = BITS(PLACE_BITS8, ip_tos, 2, FLOW_IP_TOS + 1),
	[OF_FIELD_IP_ECN] = BITS(PLACE_BITS8, ip_tos, 0, FLOW_IP_TOS + 1),
	[OF_FIELD_IP_PROTO] = AT(PLACE_BYTES, ip_proto, 0),
	[OF_FIELD_IPV4_SRC] = AT(PLACE_BYTES, ipv4_src_be, FLOW_IPV4_SRC + 1),
	[OF_FIELD_IPV4_DST] = AT(PLACE_BYTES, ipv4_dst_be, FLOW_IPV4_DST + 1),
	[OF_FIELD_TCP_SRC] = AT_L4(l4_src_be, 0, FLOW_L4_SRC + 1),
	[OF_FIELD_TCP_DST] = AT_L4(l4_dst_be, 0, FLOW_L4_DST + 1),
	[OF_FIELD_UDP_SRC] = AT_L4(l4_src_be, 0, FLOW_L4_SRC + 1),
	[OF_FIELD_UDP_DST] = AT_L4(l4_dst_be, 0, FLOW_L4_DST + 1),
	[OF_FIELD_SCTP_SRC] = AT_L4(l4_src_be, 0, FLOW_L4_SRC + 1),
	[OF_FIELD_SCTP_DST] = AT_L4(l4_dst_be, 0, FLOW_L4_DST + 1),
	[OF_FIELD_ICMPV4_TYPE] = AT_L4(l4_src_be, 1, FLOW_L4_SRC + 1),
	[OF_FIELD_ICMPV4_CODE] = AT_L4(l4_dst_be, 1, FLOW_L4_DST + 1),
	[OF_FIELD_ARP_OP] = AT(PLACE_BYTES, arp_op_be, FLOW_ARP_OP + 1),
	[OF_FIELD_ARP_SPA] = AT(PLACE_BYTES, ipv4_src_be, FLOW_IPV4_SRC + 1),
	[OF_FIELD_ARP_TPA] = AT(PLACE_BYTES, ipv4_dst_be, FLOW_IPV4_DST + 1),
	[OF_FIELD_ARP_SHA] = AT(PLACE_BYTES, arp_sha, FLOW_ARP_SHA + 1),
	[OF_FIELD_ARP_THA] = AT(PLACE_BYTES, arp_tha, FLOW_ARP_THA + 1),
	[OF_FIELD_IPV6_SRC] = AT(PLACE_BYTES, ipv6_src, FLOW_IPV6_SRC + 1),
	[OF_FIELD_IPV6_DST] = AT(PLACE_BYTES, ipv6_dst, FLOW_IPV6_DST + 1),
	[OF_FIELD_IPV6_FLABEL] = AT(PLACE_BYTES, ipv6_flabel_be, FLOW_IPV6_FLABEL + 1),
	[OF_FIELD_ICMPV6_TYPE] = AT_L4(l4_src_be, 1, FLOW_L4_SRC + 1),
	[OF_FIELD_ICMPV6_CODE] = AT_L4(l4_dst_be, 1, FLOW_L4_DST + 1),
	[OF_FIELD_IPV6_ND_TARGET] = AT_L4(nd_target, 0, FLOW_ND_TARGET + 1),
	[OF_FIELD_IPV6_ND_SLL] = AT_L4(nd_sll, 0, FLOW_ND_SLL + 1),
	[OF_FIELD_IPV6_ND_TLL] = AT_L4(nd_tll, 0, FLOW_ND_TLL + 1),
};

static uint64_t be_number(const uint8_t *bytes, unsigned int n)
{
	uint64_t v = 0;

	for (unsigned int i = 0; i < n; i++)
		v = v << 8 | bytes[i];
	return v;
}

/* Writes the field's bytes, as OXM has them, to its place in a key. */
static void put(const struct place *place, const uint8_t *bytes, unsigned int n,
		struct flow_key *key)
{
	uint8_t *at = (uint8_t *)key + place->offset;
	uint64_t v;

	switch (place->kind) {
	case PLACE_BYTES:
		memcpy(at, bytes, n);
		break;
	case PLACE_HOST32: {
		uint32_t v32 = (uint32_t)be_number(bytes, n);

		memcpy(at, &v32, sizeof(v32));
		break;
	}
	case PLACE_HOST64:
		v = be_number(bytes, n);
		memcpy(at, &v, sizeof(v));
		break;
	case PLACE_BITS8:
		at[0] |= (uint8_t)(be_number(bytes, n) << place->shift);
		break;
	case PLACE_BITS16:
		v = be_number(bytes, n) << place->shift;
		at[0] |= (uint8_t)(v >> 8);
		at[1] |= (uint8_t)v;
		break;
	}
}

enum of_err compile_field(const struct of_match_field *f, struct flow_key *value,
			  struct flow_key *mask)
{
	const struct of_field_info *info = of_field_info(f->field);
	const struct place *place;

	if (f->field >= OF_N_FIELDS || info == NULL)
		return OFPBMC_BAD_FIELD;
	place = &places[f->field];
	if (place->kind == PLACE_NONE)
		return OFPBMC_BAD_FIELD;
	put(place, f->value, info->n_bytes, value);
	put(place, f->mask, info->n_bytes, mask);
	if (place->layer4)
		mask->ip_frag |= FLOW_FRAG_LATER;
	return OF_OK;
}

enum of_err compile_match(const struct of_match *match, struct flow_match *out)
{
	memset(out, 0, sizeof(*out));
	for (uint16_t i = 0; i < match->n; i++) {
		enum of_err err = compile_field(&match->f[i], &out->value, &out->mask);

		if (err != OF_OK)
			return err;
	}
	return OF_OK;
}

int compile_settable(enum of_field field)
{
	return field < OF_N_FIELDS ? places[field].set - 1 : -1;
}
