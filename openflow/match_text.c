// SPDX-License-Identifier: Apache-2.0
/* Matches as ovs-ofctl prints them, in its order of fields. */
#include "openflow/match.h"
#include "openflow/port.h"
#include "openflow/text_form.h"

#include <arpa/inet.h>
#include <inttypes.h>

/* The length of a prefix mask; -1 when the mask is not one. */
static int prefix_len(const uint8_t *mask, unsigned n_bytes)
{
	unsigned bits = 0;

	while (bits < n_bytes * 8 && (mask[bits / 8] & 0x80 >> bits % 8))
		bits++;
	for (unsigned i = bits; i < n_bytes * 8; i++)
		if (mask[i / 8] & 0x80 >> i % 8)
			return -1;
	return (int)bits;
}

static void ip_text(const struct of_match_field *f, int family, unsigned n_bytes, struct text *t)
{
	char buf[INET6_ADDRSTRLEN];
	int len = prefix_len(f->mask, n_bytes);

	text_add(t, "%s", inet_ntop(family, f->value, buf, sizeof(buf)));
	if (f->masked && len >= 0)
		text_add(t, "/%d", len);
	else if (f->masked)
		text_add(t, "/%s", inet_ntop(family, f->mask, buf, sizeof(buf)));
}

static void eth_text(const struct of_match_field *f, struct text *t)
{
	struct eth_addr addr;
	char buf[ETH_ADDR_TEXT_SIZE];

	memcpy(addr.b, f->value, sizeof(addr.b));
	text_add(t, "%s", eth_addr_text(&addr, buf));
	if (f->masked) {
		memcpy(addr.b, f->mask, sizeof(addr.b));
		text_add(t, "/%s", eth_addr_text(&addr, buf));
	}
}

static void hex_text(const uint8_t *bytes, unsigned n_bytes, struct text *t)
{
	while (n_bytes > 1 && *bytes == 0) {
		bytes++;
		n_bytes--;
	}
	text_add(t, "0x%x", *bytes);
	for (unsigned i = 1; i < n_bytes; i++)
		text_add(t, "%02x", bytes[i]);
}

static void long_hex_text(const struct of_match_field *f, unsigned n_bytes, struct text *t)
{
	hex_text(f->value, n_bytes, t);
	if (!f->masked)
		return;
	text_add(t, "/");
	hex_text(f->mask, n_bytes, t);
}

void of_field_value_text(const struct of_match_field *f, const struct of_names *names,
			 struct text *t)
{
	const struct of_field_info *info = of_field_info(f->field);
	uint64_t value = of_match_field_value(f);

	if (of_named_value_text(f, t))
		return;
	switch (info->form) {
	case OF_FORM_ETH:
		eth_text(f, t);
		return;
	case OF_FORM_IPV4:
		ip_text(f, AF_INET, 4, t);
		return;
	case OF_FORM_IPV6:
		ip_text(f, AF_INET6, 16, t);
		return;
	case OF_FORM_PORT:
		of_port_no_text((uint32_t)value, names, t);
		return;
	case OF_FORM_DECIMAL:
		text_add(t, f->masked ? "0x%" PRIx64 : "%" PRIu64, value);
		break;
	case OF_FORM_HEX:
		if (info->n_bytes > 8) {
			long_hex_text(f, info->n_bytes, t);
			return;
		}
		text_add(t, "0x%0*" PRIx64, f->field == OF_FIELD_ETH_TYPE ? 4 : 1, value);
		break;
	}
	if (f->masked)
		text_add(t, "/0x%" PRIx64, of_match_field_mask(f));
}

/* Appends `name=value` behind a comma where one is needed. */
static void one_text(const struct of_match *match, enum of_field field, const char *name,
		     const struct of_names *names, struct text *t, size_t start)
{
	const struct of_match_field *f = of_match_find(match, field);

	if (f == NULL)
		return;
	text_add(t, "%s%s=", t->len > start ? "," : "", name);
	of_field_value_text(f, names, t);
}

static const struct {
	uint16_t eth_type;
	int ip_proto; /* -1: any */
	const char *word;
} shorthands[] = {
	{0x0800, 1, "icmp"},    {0x0800, 6, "tcp"},    {0x0800, 17, "udp"}, {0x0800, 132, "sctp"},
	{0x0800, -1, "ip"},     {0x86dd, 58, "icmp6"}, {0x86dd, 6, "tcp6"}, {0x86dd, 17, "udp6"},
	{0x86dd, 132, "sctp6"}, {0x86dd, -1, "ipv6"},  {0x0806, -1, "arp"}, {0x8035, -1, "rarp"},
	{0x8847, -1, "mpls"},   {0x8848, -1, "mplsm"},
};

bool of_shorthand_find(const char *word, uint16_t *eth_type, int *ip_proto)
{
	for (size_t i = 0; i < sizeof(shorthands) / sizeof(shorthands[0]); i++) {
		if (strcmp(shorthands[i].word, word) == 0) {
			*eth_type = shorthands[i].eth_type;
			*ip_proto = shorthands[i].ip_proto;
			return true;
		}
	}
	return false;
}

/* Appends `tcp` and the like; says whether that covered the protocol too. */
static bool shorthand_text(const struct of_match *match, struct text *t)
{
	const struct of_match_field *type = of_match_find(match, OF_FIELD_ETH_TYPE);
	const struct of_match_field *proto = of_match_find(match, OF_FIELD_IP_PROTO);

	for (size_t i = 0; type != NULL && i < sizeof(shorthands) / sizeof(shorthands[0]); i++) {
		if (of_match_field_value(type) != shorthands[i].eth_type)
			continue;
		if (shorthands[i].ip_proto >= 0 &&
		    (proto == NULL ||
		     of_match_field_value(proto) != (uint64_t)shorthands[i].ip_proto))
			continue;
		text_add(t, "%s", shorthands[i].word);
		return shorthands[i].ip_proto >= 0;
	}
	return false;
}

static void vlan_text(const struct of_match *match, struct text *t, size_t start)
{
	const struct of_match_field *vid = of_match_find(match, OF_FIELD_VLAN_VID);
	const struct of_match_field *pcp = of_match_find(match, OF_FIELD_VLAN_PCP);
	uint64_t value, mask;

	if (vid == NULL && pcp == NULL)
		return;
	text_add(t, t->len > start ? "," : "");
	value = vid != NULL ? of_match_field_value(vid) : 0;
	mask = vid != NULL ? of_match_field_mask(vid) : 0;
	if (mask == 0x1fff && (value & OFPVID_PRESENT)) {
		text_add(t, "dl_vlan=%u", (unsigned)(value & 0xfff));
		if (pcp != NULL)
			text_add(t, ",dl_vlan_pcp=%u", (unsigned)of_match_field_value(pcp));
	} else if (pcp != NULL && mask == OFPVID_PRESENT && value == OFPVID_PRESENT) {
		text_add(t, "dl_vlan_pcp=%u", (unsigned)of_match_field_value(pcp));
	} else {
		if (pcp != NULL) {
			value |= of_match_field_value(pcp) << 13;
			mask |= 0xe000;
		}
		text_add(t, "vlan_tci=0x%04x/0x%04x", (unsigned)value, (unsigned)mask);
	}
}

static void ip_fields_text(const struct of_match *match, bool proto_said, struct text *t,
			   size_t start)
{
	const struct of_match_field *dscp = of_match_find(match, OF_FIELD_IP_DSCP);

	one_text(match, OF_FIELD_IPV6_SRC, "ipv6_src", NULL, t, start);
	one_text(match, OF_FIELD_IPV6_DST, "ipv6_dst", NULL, t, start);
	one_text(match, OF_FIELD_IPV6_FLABEL, "ipv6_label", NULL, t, start);
	one_text(match, OF_FIELD_ARP_SPA, "arp_spa", NULL, t, start);
	one_text(match, OF_FIELD_ARP_TPA, "arp_tpa", NULL, t, start);
	one_text(match, OF_FIELD_IPV4_SRC, "nw_src", NULL, t, start);
	one_text(match, OF_FIELD_IPV4_DST, "nw_dst", NULL, t, start);
	if (!proto_said)
		one_text(match, OF_FIELD_IP_PROTO, "nw_proto", NULL, t, start);
	one_text(match, OF_FIELD_ARP_OP, "arp_op", NULL, t, start);
	one_text(match, OF_FIELD_ARP_SHA, "arp_sha", NULL, t, start);
	one_text(match, OF_FIELD_ARP_THA, "arp_tha", NULL, t, start);
	if (dscp != NULL)
		text_add(t, "%snw_tos=%u", t->len > start ? "," : "",
			 (unsigned)of_match_field_value(dscp) << 2);
	one_text(match, OF_FIELD_IP_ECN, "nw_ecn", NULL, t, start);
	one_text(match, OF_FIELD_NW_TTL, "nw_ttl", NULL, t, start);
	one_text(match, OF_FIELD_NW_FRAG, "nw_frag", NULL, t, start);
	one_text(match, OF_FIELD_IPV6_EXTHDR, "ipv6_exthdr", NULL, t, start);
}

static void transport_text(const struct of_match *match, struct text *t, size_t start)
{
	static const struct {
		enum of_field field;
		const char *name;
	} rows[] = {
		{OF_FIELD_MPLS_LABEL, "mpls_label"},    {OF_FIELD_MPLS_TC, "mpls_tc"},
		{OF_FIELD_MPLS_BOS, "mpls_bos"},        {OF_FIELD_MPLS_TTL, "mpls_ttl"},
		{OF_FIELD_ICMPV4_TYPE, "icmp_type"},    {OF_FIELD_ICMPV4_CODE, "icmp_code"},
		{OF_FIELD_ICMPV6_TYPE, "icmp_type"},    {OF_FIELD_ICMPV6_CODE, "icmp_code"},
		{OF_FIELD_IPV6_ND_TARGET, "nd_target"}, {OF_FIELD_IPV6_ND_SLL, "nd_sll"},
		{OF_FIELD_IPV6_ND_TLL, "nd_tll"},       {OF_FIELD_TCP_SRC, "tp_src"},
		{OF_FIELD_TCP_DST, "tp_dst"},           {OF_FIELD_UDP_SRC, "tp_src"},
		{OF_FIELD_UDP_DST, "tp_dst"},           {OF_FIELD_SCTP_SRC, "tp_src"},
		{OF_FIELD_SCTP_DST, "tp_dst"},          {OF_FIELD_TCP_FLAGS, "tcp_flags"},
		{OF_FIELD_PBB_ISID, "pbb_isid"},        {OF_FIELD_PBB_UCA, "pbb_uca"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		one_text(match, rows[i].field, rows[i].name, NULL, t, start);
}

void of_match_text(const struct of_match *match, const struct of_names *names, struct text *t)
{
	size_t start = t->len;
	bool proto_said = shorthand_text(match, t);
	bool type_said = t->len > start;

	one_text(match, OF_FIELD_PKT_MARK, "pkt_mark", NULL, t, start);
	one_text(match, OF_FIELD_CONJ_ID, "conj_id", NULL, t, start);
	one_text(match, OF_FIELD_ACTSET_OUTPUT, "actset_output", names, t, start);
	one_text(match, OF_FIELD_PACKET_TYPE, "packet_type", NULL, t, start);
	for (unsigned i = 0; i < OF_N_REGS; i++)
		one_text(match, (enum of_field)(OF_FIELD_REG0 + i),
			 of_field_info((enum of_field)(OF_FIELD_REG0 + i))->text, NULL, t, start);
	one_text(match, OF_FIELD_TUNNEL_ID, "tun_id", NULL, t, start);
	one_text(match, OF_FIELD_METADATA, "metadata", NULL, t, start);
	one_text(match, OF_FIELD_IN_PORT, "in_port", names, t, start);
	one_text(match, OF_FIELD_IN_PHY_PORT, "in_phy_port", names, t, start);
	vlan_text(match, t, start);
	one_text(match, OF_FIELD_ETH_SRC, "dl_src", NULL, t, start);
	one_text(match, OF_FIELD_ETH_DST, "dl_dst", NULL, t, start);
	if (!type_said)
		one_text(match, OF_FIELD_ETH_TYPE, "dl_type", NULL, t, start);
	ip_fields_text(match, proto_said, t, start);
	transport_text(match, t, start);
}
