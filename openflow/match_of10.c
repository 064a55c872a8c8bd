// SPDX-License-Identifier: Apache-2.0
#include "openflow/match_of10.h"
#include "openflow/port.h"

#include <errno.h>

enum of10_wildcards {
	OFPFW_IN_PORT = 1 << 0,
	OFPFW_DL_VLAN = 1 << 1,
	OFPFW_DL_SRC = 1 << 2,
	OFPFW_DL_DST = 1 << 3,
	OFPFW_DL_TYPE = 1 << 4,
	OFPFW_NW_PROTO = 1 << 5,
	OFPFW_TP_SRC = 1 << 6,
	OFPFW_TP_DST = 1 << 7,
	OFPFW_NW_SRC_SHIFT = 8,
	OFPFW_NW_DST_SHIFT = 14,
	OFPFW_DL_VLAN_PCP = 1 << 20,
	OFPFW_NW_TOS = 1 << 21,
	OFPFW_ALL = (1 << 22) - 1,
};

#define NW_BITS 0x3fu /* of nw_src and nw_dst: how many low bits are open, 32 and more: all */
#define OFP_VLAN_NONE 0xffff
#define VLAN_VID_BITS 0xfff

#define ETH_IPV4 0x0800
#define ETH_ARP 0x0806
#define ETH_IPV6 0x86dd

/* The match in the order of the wire. */
struct of10_match {
	uint32_t wildcards;
	uint16_t in_port;
	struct eth_addr dl_src, dl_dst;
	uint16_t dl_vlan;
	uint8_t dl_vlan_pcp;
	uint16_t dl_type;
	uint8_t nw_tos, nw_proto;
	uint32_t nw_src, nw_dst;
	uint16_t tp_src, tp_dst;
};

static bool wire_read(struct cursor *c, struct of10_match *m)
{
	m->wildcards = cursor_u32(c);
	m->in_port = cursor_u16(c);
	cursor_copy(c, m->dl_src.b, sizeof(m->dl_src.b));
	cursor_copy(c, m->dl_dst.b, sizeof(m->dl_dst.b));
	m->dl_vlan = cursor_u16(c);
	m->dl_vlan_pcp = cursor_u8(c);
	cursor_skip(c, 1);
	m->dl_type = cursor_u16(c);
	m->nw_tos = cursor_u8(c);
	m->nw_proto = cursor_u8(c);
	cursor_skip(c, 2);
	m->nw_src = cursor_u32(c);
	m->nw_dst = cursor_u32(c);
	m->tp_src = cursor_u16(c);
	m->tp_dst = cursor_u16(c);
	return cursor_ok(c);
}

static void wire_write(const struct of10_match *m, struct wbuf *b)
{
	wbuf_u32(b, m->wildcards);
	wbuf_u16(b, m->in_port);
	wbuf_put(b, m->dl_src.b, sizeof(m->dl_src.b));
	wbuf_put(b, m->dl_dst.b, sizeof(m->dl_dst.b));
	wbuf_u16(b, m->dl_vlan);
	wbuf_u8(b, m->dl_vlan_pcp);
	wbuf_zero(b, 1);
	wbuf_u16(b, m->dl_type);
	wbuf_u8(b, m->nw_tos);
	wbuf_u8(b, m->nw_proto);
	wbuf_zero(b, 2);
	wbuf_u32(b, m->nw_src);
	wbuf_u32(b, m->nw_dst);
	wbuf_u16(b, m->tp_src);
	wbuf_u16(b, m->tp_dst);
}

/* What comes after a tag that is not there is ignored, as it is without DL_VLAN. */
static void vlan_unpack(const struct of10_match *m, struct of_match *match)
{
	bool any_vid = (m->wildcards & OFPFW_DL_VLAN) != 0;
	bool any_pcp = (m->wildcards & OFPFW_DL_VLAN_PCP) != 0;

	if (!any_vid && m->dl_vlan == OFP_VLAN_NONE) {
		(void)of_match_add_u64(match, OF_FIELD_VLAN_VID, OFPVID_NONE);
		return;
	}
	if (!any_vid)
		(void)of_match_add_u64(match, OF_FIELD_VLAN_VID,
				       OFPVID_PRESENT | (m->dl_vlan & VLAN_VID_BITS));
	else if (!any_pcp)
		(void)of_match_add_u64_masked(match, OF_FIELD_VLAN_VID, OFPVID_PRESENT,
					      OFPVID_PRESENT);
	if (!any_pcp)
		(void)of_match_add_u64(match, OF_FIELD_VLAN_PCP, m->dl_vlan_pcp & 7);
}

static void address_unpack(struct of_match *match, enum of_field field, uint32_t value,
			   unsigned open_bits)
{
	uint32_t mask = open_bits >= 32 ? 0 : UINT32_MAX << open_bits;

	(void)of_match_add_u64_masked(match, field, value & mask, mask);
}

/* The fields of the transport that tp_src and tp_dst stand for; false: none. */
static bool transport_fields(uint16_t dl_type, uint8_t nw_proto, enum of_field field[2])
{
	static const struct {
		uint8_t proto;
		uint16_t only; /* 0: either version of IP */
		enum of_field field[2];
	} rows[] = {
		{6, 0, {OF_FIELD_TCP_SRC, OF_FIELD_TCP_DST}},
		{17, 0, {OF_FIELD_UDP_SRC, OF_FIELD_UDP_DST}},
		{132, 0, {OF_FIELD_SCTP_SRC, OF_FIELD_SCTP_DST}},
		{1, ETH_IPV4, {OF_FIELD_ICMPV4_TYPE, OF_FIELD_ICMPV4_CODE}},
		{58, ETH_IPV6, {OF_FIELD_ICMPV6_TYPE, OF_FIELD_ICMPV6_CODE}},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].proto != nw_proto || (rows[i].only != 0 && rows[i].only != dl_type))
			continue;
		field[0] = rows[i].field[0];
		field[1] = rows[i].field[1];
		return true;
	}
	return false;
}

/* The low byte counts for types and codes of ICMP. */
static void transport_unpack(const struct of10_match *m, struct of_match *match)
{
	enum of_field field[2];

	if (m->wildcards & OFPFW_NW_PROTO || !transport_fields(m->dl_type, m->nw_proto, field))
		return;
	for (unsigned i = 0; i < 2; i++) {
		uint16_t value = i == 0 ? m->tp_src : m->tp_dst;

		if (of_field_info(field[i])->n_bits == 8)
			value &= 0xff;
		if (!(m->wildcards & (i == 0 ? OFPFW_TP_SRC : OFPFW_TP_DST)))
			(void)of_match_add_u64(match, field[i], value);
	}
}

static void network_unpack(const struct of10_match *m, struct of_match *match)
{
	bool is_arp = m->dl_type == ETH_ARP;
	bool is_ipv4 = m->dl_type == ETH_IPV4;

	if (m->wildcards & OFPFW_DL_TYPE || !(is_arp || is_ipv4 || m->dl_type == ETH_IPV6))
		return;
	if (!is_arp && !(m->wildcards & OFPFW_NW_TOS))
		(void)of_match_add_u64(match, OF_FIELD_IP_DSCP, m->nw_tos >> 2);
	if (!(m->wildcards & OFPFW_NW_PROTO))
		(void)of_match_add_u64(match, is_arp ? OF_FIELD_ARP_OP : OF_FIELD_IP_PROTO,
				       m->nw_proto);
	if (is_arp || is_ipv4) {
		address_unpack(match, is_arp ? OF_FIELD_ARP_SPA : OF_FIELD_IPV4_SRC, m->nw_src,
			       m->wildcards >> OFPFW_NW_SRC_SHIFT & NW_BITS);
		address_unpack(match, is_arp ? OF_FIELD_ARP_TPA : OF_FIELD_IPV4_DST, m->nw_dst,
			       m->wildcards >> OFPFW_NW_DST_SHIFT & NW_BITS);
	}
	if (!is_arp)
		transport_unpack(m, match);
}

enum of_err of10_match_unpack(struct cursor *c, struct of_match *match)
{
	struct of10_match m;

	of_match_init(match);
	if (!wire_read(c, &m))
		return OFPBMC_BAD_LEN;
	if (!(m.wildcards & OFPFW_IN_PORT))
		(void)of_match_add_u64(match, OF_FIELD_IN_PORT, of_port_from_of10(m.in_port));
	if (!(m.wildcards & OFPFW_DL_SRC))
		(void)of_match_add_eth(match, OF_FIELD_ETH_SRC, &m.dl_src);
	if (!(m.wildcards & OFPFW_DL_DST))
		(void)of_match_add_eth(match, OF_FIELD_ETH_DST, &m.dl_dst);
	vlan_unpack(&m, match);
	if (!(m.wildcards & OFPFW_DL_TYPE))
		(void)of_match_add_u64(match, OF_FIELD_ETH_TYPE, m.dl_type);
	network_unpack(&m, match);
	return OF_OK;
}

/* The number of open bits of a prefix's mask; -1: it is not one. */
static int prefix_open_bits(uint32_t mask)
{
	int open_bits = mask != 0 ? __builtin_ctz(mask) : 32;

	return open_bits < 32 && mask != UINT32_MAX << open_bits ? -1 : open_bits;
}

static int vlan_pack(const struct of_match_field *f, struct of10_match *m)
{
	uint16_t value = (uint16_t)of_match_field_value(f);

	if (!f->masked && value == OFPVID_NONE) {
		m->dl_vlan = OFP_VLAN_NONE;
	} else if (!f->masked && value & OFPVID_PRESENT) {
		m->dl_vlan = value & VLAN_VID_BITS;
	} else if (value == OFPVID_PRESENT && of_match_field_mask(f) == OFPVID_PRESENT) {
		return 0; /* said by vlan_pcp alone, if that is there */
	} else {
		return -EPROTONOSUPPORT;
	}
	m->wildcards &= ~(uint32_t)OFPFW_DL_VLAN;
	return 0;
}

static int address_pack(const struct of_match_field *f, unsigned shift, uint32_t *address,
			struct of10_match *m)
{
	int open_bits = prefix_open_bits((uint32_t)of_match_field_mask(f));

	if (open_bits < 0)
		return -EPROTONOSUPPORT;
	*address = (uint32_t)of_match_field_value(f);
	m->wildcards = (m->wildcards & ~(NW_BITS << shift)) | (uint32_t)open_bits << shift;
	return 0;
}

static int network_pack(const struct of_match_field *f, struct of10_match *m)
{
	uint64_t value = of_match_field_value(f);

	switch (f->field) {
	case OF_FIELD_IP_DSCP:
		m->nw_tos = (uint8_t)(value << 2);
		m->wildcards &= ~(uint32_t)OFPFW_NW_TOS;
		return 0;
	case OF_FIELD_IP_PROTO:
	case OF_FIELD_ARP_OP:
		m->nw_proto = (uint8_t)value;
		m->wildcards &= ~(uint32_t)OFPFW_NW_PROTO;
		return value <= UINT8_MAX ? 0 : -EPROTONOSUPPORT;
	case OF_FIELD_IPV4_SRC:
	case OF_FIELD_ARP_SPA:
		return address_pack(f, OFPFW_NW_SRC_SHIFT, &m->nw_src, m);
	case OF_FIELD_IPV4_DST:
	case OF_FIELD_ARP_TPA:
		return address_pack(f, OFPFW_NW_DST_SHIFT, &m->nw_dst, m);
	case OF_FIELD_TCP_SRC:
	case OF_FIELD_UDP_SRC:
	case OF_FIELD_SCTP_SRC:
	case OF_FIELD_ICMPV4_TYPE:
	case OF_FIELD_ICMPV6_TYPE:
		m->tp_src = (uint16_t)value;
		m->wildcards &= ~(uint32_t)OFPFW_TP_SRC;
		return f->masked ? -EPROTONOSUPPORT : 0;
	case OF_FIELD_TCP_DST:
	case OF_FIELD_UDP_DST:
	case OF_FIELD_SCTP_DST:
	case OF_FIELD_ICMPV4_CODE:
	case OF_FIELD_ICMPV6_CODE:
		m->tp_dst = (uint16_t)value;
		m->wildcards &= ~(uint32_t)OFPFW_TP_DST;
		return f->masked ? -EPROTONOSUPPORT : 0;
	default:
		return -EPROTONOSUPPORT;
	}
}

static int field_pack(const struct of_match_field *f, struct of10_match *m)
{
	switch (f->field) {
	case OF_FIELD_IN_PORT:
		m->in_port = of_port_to_of10((uint32_t)of_match_field_value(f));
		m->wildcards &= ~(uint32_t)OFPFW_IN_PORT;
		return of_port_from_of10(m->in_port) == of_match_field_value(f) ? 0
										: -EPROTONOSUPPORT;
	case OF_FIELD_ETH_SRC:
		memcpy(m->dl_src.b, f->value, sizeof(m->dl_src.b));
		m->wildcards &= ~(uint32_t)OFPFW_DL_SRC;
		return f->masked ? -EPROTONOSUPPORT : 0;
	case OF_FIELD_ETH_DST:
		memcpy(m->dl_dst.b, f->value, sizeof(m->dl_dst.b));
		m->wildcards &= ~(uint32_t)OFPFW_DL_DST;
		return f->masked ? -EPROTONOSUPPORT : 0;
	case OF_FIELD_ETH_TYPE:
		m->dl_type = (uint16_t)of_match_field_value(f);
		m->wildcards &= ~(uint32_t)OFPFW_DL_TYPE;
		return 0;
	case OF_FIELD_VLAN_VID:
		return vlan_pack(f, m);
	case OF_FIELD_VLAN_PCP:
		m->dl_vlan_pcp = (uint8_t)of_match_field_value(f);
		m->wildcards &= ~(uint32_t)OFPFW_DL_VLAN_PCP;
		return 0;
	default:
		return network_pack(f, m);
	}
}

int of10_match_pack(const struct of_match *match, struct wbuf *b)
{
	struct of10_match m = {
		.wildcards = OFPFW_IN_PORT | OFPFW_DL_VLAN | OFPFW_DL_SRC | OFPFW_DL_DST |
			     OFPFW_DL_TYPE | OFPFW_NW_PROTO | OFPFW_TP_SRC | OFPFW_TP_DST |
			     32u << OFPFW_NW_SRC_SHIFT | 32u << OFPFW_NW_DST_SHIFT |
			     OFPFW_DL_VLAN_PCP | OFPFW_NW_TOS,
	};
	const struct of_match_field *vid = of_match_find(match, OF_FIELD_VLAN_VID);

	for (unsigned i = 0; i < match->n; i++) {
		int rc = field_pack(&match->f[i], &m);

		if (rc != 0)
			return rc;
	}
	/* Any tag, of whatever priority: 1.0 has no word for it. */
	if (vid != NULL && vid->masked && m.wildcards & OFPFW_DL_VLAN_PCP)
		return -EPROTONOSUPPORT;
	wire_write(&m, b);
	return 0;
}

bool of10_match_is_exact(struct cursor c)
{
	return (cursor_u32(&c) & OFPFW_ALL) == 0;
}
