// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "datapath/agent/compile.h"
#include "openflow/types.h"

/* How a field of OpenFlow stands in the key. */
enum place_kind {
	PLACE_NONE,   /* the tables do not know it */
	PLACE_BYTES,  /* its bytes as they are */
	PLACE_HOST32, /* as a number in host order */
	PLACE_HOST64,
	PLACE_BITS8,    /* some bits of a byte */
	PLACE_BITS16,   /* some bits of two bytes in network order */
	PLACE_BITS32,   /* some bits of four bytes in network order */
	PLACE_REGS,     /* registers in a row, the first one highest */
	PLACE_OUTPUT,   /* PLACE_HOST32, where 0 says OFPP_UNSET */
	PLACE_ETHERNET, /* packet_type: all frames are of one */
};

struct place {
	uint8_t kind;
	uint8_t shift; /* of PLACE_BITS* */
	uint8_t layer4;
	uint8_t field; /* enum flow_field + 1 where programs know it; 0: they do not */
	bool settable; /* by a set-field action */
	uint16_t offset;
};

#define FIELD(k, member, by, id, set)                                                              \
	{                                                                                          \
		.kind = (k), .offset = offsetof(struct flow_key, member), .shift = (by),           \
		.field = (id) + 1, .settable = (set)                                               \
	}
#define AT(k, member, id) FIELD(k, member, 0, id, true)
#define READ_ONLY(k, member, id) FIELD(k, member, 0, id, false)
#define BITS(k, member, by, id) FIELD(k, member, by, id, true)
#define MATCH_ONLY(k, member)                                                                      \
	{                                                                                          \
		.kind = (k), .offset = offsetof(struct flow_key, member)                           \
	}
#define AT_L4(member, more, id)                                                                    \
	{                                                                                          \
		.kind = PLACE_BYTES, .offset = offsetof(struct flow_key, member) + (more),         \
		.layer4 = 1, .field = (id) + 1, .settable = true                                   \
	}
#define REGS(first)                                                                                \
	{                                                                                          \
		.kind = PLACE_REGS, .offset = offsetof(struct flow_key, reg[first]),               \
		.field = FLOW_REG0 + (first) + 1, .settable = true                                 \
	}

static const struct place places[OF_N_FIELDS] = {
	[OF_FIELD_IN_PORT] = READ_ONLY(PLACE_HOST32, in_port, FLOW_IN_PORT),
	[OF_FIELD_IN_PHY_PORT] = READ_ONLY(PLACE_HOST32, in_phy_port, FLOW_IN_PHY_PORT),
	[OF_FIELD_METADATA] = AT(PLACE_HOST64, metadata, FLOW_METADATA),
	[OF_FIELD_ETH_DST] = AT(PLACE_BYTES, eth_dst, FLOW_ETH_DST),
	[OF_FIELD_ETH_SRC] = AT(PLACE_BYTES, eth_src, FLOW_ETH_SRC),
	[OF_FIELD_ETH_TYPE] = AT(PLACE_BYTES, eth_type_be, FLOW_ETH_TYPE),
	[OF_FIELD_VLAN_VID] = BITS(PLACE_BITS16, vlan_tci_be, 0, FLOW_VLAN_TCI),
	[OF_FIELD_VLAN_PCP] = BITS(PLACE_BITS16, vlan_tci_be, 13, FLOW_VLAN_TCI),
	[OF_FIELD_VLAN_TCI] = BITS(PLACE_BITS16, vlan_tci_be, 0, FLOW_VLAN_TCI),
	[OF_FIELD_IP_DSCP] = BITS(PLACE_BITS8, ip_tos, 2, FLOW_IP_TOS),
	[OF_FIELD_IP_ECN] = BITS(PLACE_BITS8, ip_tos, 0, FLOW_IP_TOS),
	[OF_FIELD_IP_PROTO] = AT(PLACE_BYTES, ip_proto, FLOW_IP_PROTO),
	[OF_FIELD_NW_TTL] = AT(PLACE_BYTES, ip_ttl, FLOW_IP_TTL),
	[OF_FIELD_NW_FRAG] = MATCH_ONLY(PLACE_BYTES, ip_frag),
	[OF_FIELD_IPV4_SRC] = AT(PLACE_BYTES, ipv4_src_be, FLOW_IPV4_SRC),
	[OF_FIELD_IPV4_DST] = AT(PLACE_BYTES, ipv4_dst_be, FLOW_IPV4_DST),
	[OF_FIELD_TCP_SRC] = AT_L4(l4_src_be, 0, FLOW_L4_SRC),
	[OF_FIELD_TCP_DST] = AT_L4(l4_dst_be, 0, FLOW_L4_DST),
	[OF_FIELD_UDP_SRC] = AT_L4(l4_src_be, 0, FLOW_L4_SRC),
	[OF_FIELD_UDP_DST] = AT_L4(l4_dst_be, 0, FLOW_L4_DST),
	[OF_FIELD_SCTP_SRC] = AT_L4(l4_src_be, 0, FLOW_L4_SRC),
	[OF_FIELD_SCTP_DST] = AT_L4(l4_dst_be, 0, FLOW_L4_DST),
	[OF_FIELD_ICMPV4_TYPE] = AT_L4(l4_src_be, 1, FLOW_L4_SRC),
	[OF_FIELD_ICMPV4_CODE] = AT_L4(l4_dst_be, 1, FLOW_L4_DST),
	[OF_FIELD_TCP_FLAGS] = {.kind = PLACE_BYTES,
				.offset = offsetof(struct flow_key, tcp_flags_be),
				.layer4 = 1,
				.field = FLOW_TCP_FLAGS + 1,
				.settable = true},
	[OF_FIELD_ARP_OP] = AT(PLACE_BYTES, arp_op_be, FLOW_ARP_OP),
	[OF_FIELD_ARP_SPA] = AT(PLACE_BYTES, ipv4_src_be, FLOW_IPV4_SRC),
	[OF_FIELD_ARP_TPA] = AT(PLACE_BYTES, ipv4_dst_be, FLOW_IPV4_DST),
	[OF_FIELD_ARP_SHA] = AT(PLACE_BYTES, arp_sha, FLOW_ARP_SHA),
	[OF_FIELD_ARP_THA] = AT(PLACE_BYTES, arp_tha, FLOW_ARP_THA),
	[OF_FIELD_IPV6_SRC] = AT(PLACE_BYTES, ipv6_src, FLOW_IPV6_SRC),
	[OF_FIELD_IPV6_DST] = AT(PLACE_BYTES, ipv6_dst, FLOW_IPV6_DST),
	[OF_FIELD_IPV6_FLABEL] = AT(PLACE_BYTES, ipv6_flabel_be, FLOW_IPV6_FLABEL),
	[OF_FIELD_IPV6_EXTHDR] = READ_ONLY(PLACE_BYTES, ipv6_exthdr_be, FLOW_IPV6_EXTHDR),
	[OF_FIELD_ICMPV6_TYPE] = AT_L4(l4_src_be, 1, FLOW_L4_SRC),
	[OF_FIELD_ICMPV6_CODE] = AT_L4(l4_dst_be, 1, FLOW_L4_DST),
	[OF_FIELD_IPV6_ND_TARGET] = AT_L4(nd_target, 0, FLOW_ND_TARGET),
	[OF_FIELD_IPV6_ND_SLL] = AT_L4(nd_sll, 0, FLOW_ND_SLL),
	[OF_FIELD_IPV6_ND_TLL] = AT_L4(nd_tll, 0, FLOW_ND_TLL),
	[OF_FIELD_MPLS_LABEL] = BITS(PLACE_BITS32, mpls_lse_be, 12, FLOW_MPLS_LSE),
	[OF_FIELD_MPLS_TC] = BITS(PLACE_BITS32, mpls_lse_be, 9, FLOW_MPLS_LSE),
	[OF_FIELD_MPLS_BOS] = BITS(PLACE_BITS32, mpls_lse_be, 8, FLOW_MPLS_LSE),
	[OF_FIELD_MPLS_TTL] = BITS(PLACE_BITS32, mpls_lse_be, 0, FLOW_MPLS_LSE),
	[OF_FIELD_PBB_ISID] = BITS(PLACE_BITS32, pbb_be, 0, FLOW_PBB),
	[OF_FIELD_PBB_UCA] = BITS(PLACE_BITS32, pbb_be, 24, FLOW_PBB),
	[OF_FIELD_TUNNEL_ID] = AT(PLACE_HOST64, tunnel_id, FLOW_TUNNEL_ID),
	[OF_FIELD_ACTSET_OUTPUT] = READ_ONLY(PLACE_OUTPUT, actset_output, FLOW_ACTSET_OUTPUT),
	[OF_FIELD_PACKET_TYPE] = {.kind = PLACE_ETHERNET},
	[OF_FIELD_REG0] = REGS(0),
	[OF_FIELD_REG0 + 1] = REGS(1),
	[OF_FIELD_REG0 + 2] = REGS(2),
	[OF_FIELD_REG0 + 3] = REGS(3),
	[OF_FIELD_REG0 + 4] = REGS(4),
	[OF_FIELD_REG0 + 5] = REGS(5),
	[OF_FIELD_REG0 + 6] = REGS(6),
	[OF_FIELD_REG0 + 7] = REGS(7),
	[OF_FIELD_REG0 + 8] = REGS(8),
	[OF_FIELD_REG0 + 9] = REGS(9),
	[OF_FIELD_REG0 + 10] = REGS(10),
	[OF_FIELD_REG0 + 11] = REGS(11),
	[OF_FIELD_REG0 + 12] = REGS(12),
	[OF_FIELD_REG0 + 13] = REGS(13),
	[OF_FIELD_REG0 + 14] = REGS(14),
	[OF_FIELD_REG0 + 15] = REGS(15),
	[OF_FIELD_XREG0] = REGS(0),
	[OF_FIELD_XREG0 + 1] = REGS(2),
	[OF_FIELD_XREG0 + 2] = REGS(4),
	[OF_FIELD_XREG0 + 3] = REGS(6),
	[OF_FIELD_XREG0 + 4] = REGS(8),
	[OF_FIELD_XREG0 + 5] = REGS(10),
	[OF_FIELD_XREG0 + 6] = REGS(12),
	[OF_FIELD_XREG0 + 7] = REGS(14),
	[OF_FIELD_XXREG0] = REGS(0),
	[OF_FIELD_XXREG0 + 1] = REGS(4),
	[OF_FIELD_XXREG0 + 2] = REGS(8),
	[OF_FIELD_XXREG0 + 3] = REGS(12),
	[OF_FIELD_CONJ_ID] = MATCH_ONLY(PLACE_HOST32, conj_id),
	[OF_FIELD_PKT_MARK] = AT(PLACE_HOST32, pkt_mark, FLOW_PKT_MARK),
};

static const struct place *place_of(enum of_field field)
{
	static const struct place none;

	return field < OF_N_FIELDS ? &places[field] : &none;
}

static uint64_t be_number(const uint8_t *bytes, unsigned int n)
{
	uint64_t v = 0;

	for (unsigned int i = 0; i < n; i++)
		v = v << 8 | bytes[i];
	return v;
}

static void put_host32(uint8_t *at, const uint8_t *bytes, unsigned int n)
{
	uint32_t v = (uint32_t)be_number(bytes, n);

	memcpy(at, &v, sizeof(v));
}

/* Adds bits to `size` bytes in network order. */
static void put_bits(uint8_t *at, unsigned int size, uint64_t v)
{
	for (unsigned int i = 0; i < size; i++)
		at[i] |= (uint8_t)(v >> 8 * (size - 1 - i));
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
	case PLACE_HOST32:
	case PLACE_OUTPUT:
		put_host32(at, bytes, n);
		break;
	case PLACE_HOST64:
		v = be_number(bytes, n);
		memcpy(at, &v, sizeof(v));
		break;
	case PLACE_BITS8:
		put_bits(at, 1, be_number(bytes, n) << place->shift);
		break;
	case PLACE_BITS16:
		put_bits(at, 2, be_number(bytes, n) << place->shift);
		break;
	case PLACE_BITS32:
		put_bits(at, 4, be_number(bytes, n) << place->shift);
		break;
	case PLACE_REGS:
		for (unsigned int i = 0; i < n / 4; i++)
			put_host32(at + 4 * i, bytes + 4 * i, 4);
		break;
	}
}

enum of_err compile_field(const struct of_match_field *f, struct flow_key *value,
			  struct flow_key *mask)
{
	const struct of_field_info *info = of_field_info(f->field);
	const struct place *place = place_of(f->field);

	if (info == NULL || place->kind == PLACE_NONE)
		return OFPBMC_BAD_FIELD;
	if (place->kind == PLACE_ETHERNET) /* (0, 0); frames of other types do not come here */
		return be_number(f->value, info->n_bytes) == 0 ? OF_OK : OFPBMC_BAD_VALUE;
	put(place, f->value, info->n_bytes, value);
	put(place, f->mask, info->n_bytes, mask);
	if (place->kind == PLACE_OUTPUT && value->actset_output == OFPP_UNSET)
		value->actset_output = 0;
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

bool compile_matchable(enum of_field field)
{
	return place_of(field)->kind != PLACE_NONE;
}

bool compile_settable(enum of_field field)
{
	return place_of(field)->settable;
}

bool compile_readable(enum of_field field)
{
	return place_of(field)->field != 0;
}

unsigned int compile_bits(const struct of_subfield *sub, struct flow_bits *out)
{
	const struct of_field_info *info = of_field_info(sub->field);
	const struct place *place = place_of(sub->field);
	unsigned int offset = sub->offset, n = sub->n_bits, reg;

	if (info == NULL || place->field == 0 || n == 0 || offset + n > info->n_bits)
		return 0;
	*out = (struct flow_bits){.field = (uint8_t)(place->field - 1)};
	if (place->kind == PLACE_REGS) {
		/* The bits of one register; the last one of the row has the lowest. */
		reg = info->n_bytes / 4u - 1 - offset / 32;
		out->field = (uint8_t)(out->field + reg);
		offset %= 32;
		n = n < 32 - offset ? n : 32 - offset;
	}
	out->offset = (uint8_t)(offset + place->shift);
	out->n_bits = (uint8_t)n;
	return n;
}

bool compile_is_own(enum of_field field)
{
	return place_of(field)->offset >= offsetof(struct flow_key, tunnel_id);
}
