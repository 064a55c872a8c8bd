// SPDX-License-Identifier: Apache-2.0
#include "openflow/field.h"
#include "openflow/nicira_field.h"

#include <stddef.h>
#include <string.h>

#define BASIC(number, name_, text_, aliases_, bytes, bits, mask, set, since_, form_)               \
	[number] = {.name = name_,                                                                 \
		    .text = text_,                                                                 \
		    .aliases = aliases_,                                                           \
		    .oxm_class = OF_OXM_CLASS_BASIC,                                               \
		    .oxm_field = number,                                                           \
		    .n_bytes = bytes,                                                              \
		    .n_bits = bits,                                                                \
		    .maskable = mask,                                                              \
		    .settable = set,                                                               \
		    .since = since_,                                                               \
		    .form = form_}

/* A field of Nicira's, which every version may have. */
#define EXTENSION(field_, class_, number, name_, bytes, bits, mask, set, form_)                    \
	[field_] = {.name = name_,                                                                 \
		    .text = name_,                                                                 \
		    .aliases = field_ == OF_FIELD_NW_FRAG ? "nw_frag" : "",                        \
		    .oxm_class = class_,                                                           \
		    .oxm_field = number,                                                           \
		    .n_bytes = bytes,                                                              \
		    .n_bits = bits,                                                                \
		    .maskable = mask,                                                              \
		    .settable = set,                                                               \
		    .since = OF10,                                                                 \
		    .form = form_}
#define NX(field, number, name, bytes, bits, mask, set, form)                                      \
	EXTENSION(OF_FIELD_##field,                                                                \
		  OF_FIELD_##field == OF_FIELD_VLAN_TCI ? OF_OXM_CLASS_NXM0 : OF_OXM_CLASS_NXM1,   \
		  number, name, bytes, bits, mask, set, form)
#define REGISTER(n)                                                                                \
	EXTENSION(OF_FIELD_REG0 + n, OF_OXM_CLASS_NXM1, n, "reg" #n, 4, 32, true, true, OF_FORM_HEX)
#define REGISTER_PAIR(n)                                                                           \
	EXTENSION(OF_FIELD_XREG0 + n, OF_OXM_CLASS_PACKET_REGS, n, "xreg" #n, 8, 64, true, true,   \
		  OF_FORM_HEX)
#define REGISTER_QUAD(n)                                                                           \
	EXTENSION(OF_FIELD_XXREG0 + n, OF_OXM_CLASS_NXM1, 111 + n, "xxreg" #n, 16, 128, true,      \
		  true, OF_FORM_HEX)

/*
 * 1.3.5 table 11 (§7.2.3.7) and 1.5.1 table 13. Beyond the standard, transport ports and the
 * addresses of neighbour discovery take masks, as Open vSwitch's do.
 */
static const struct of_field_info fields[OF_N_FIELDS] = {
	BASIC(0, "in_port", "in_port", "", 4, 32, false, false, OF10, OF_FORM_PORT),
	BASIC(1, "in_phy_port", "in_phy_port", "", 4, 32, false, false, OF13, OF_FORM_PORT),
	BASIC(2, "metadata", "metadata", "", 8, 64, true, false, OF13, OF_FORM_HEX),
	BASIC(3, "eth_dst", "eth_dst", "dl_dst", 6, 48, true, true, OF10, OF_FORM_ETH),
	BASIC(4, "eth_src", "eth_src", "dl_src", 6, 48, true, true, OF10, OF_FORM_ETH),
	BASIC(5, "eth_type", "eth_type", "dl_type", 2, 16, false, true, OF10, OF_FORM_HEX),
	BASIC(6, "vlan_vid", "vlan_vid", "", 2, 13, true, true, OF10, OF_FORM_DECIMAL),
	BASIC(7, "vlan_pcp", "vlan_pcp", "dl_vlan_pcp", 1, 3, false, true, OF10, OF_FORM_DECIMAL),
	BASIC(8, "ip_dscp", "ip_dscp", "", 1, 6, false, true, OF10, OF_FORM_DECIMAL),
	BASIC(9, "ip_ecn", "nw_ecn", "nw_ecn", 1, 2, false, true, OF13, OF_FORM_DECIMAL),
	BASIC(10, "ip_proto", "nw_proto", "nw_proto", 1, 8, false, true, OF10, OF_FORM_DECIMAL),
	BASIC(11, "ipv4_src", "ip_src", "nw_src ip_src", 4, 32, true, true, OF10, OF_FORM_IPV4),
	BASIC(12, "ipv4_dst", "ip_dst", "nw_dst ip_dst", 4, 32, true, true, OF10, OF_FORM_IPV4),
	BASIC(13, "tcp_src", "tcp_src", "", 2, 16, true, true, OF10, OF_FORM_DECIMAL),
	BASIC(14, "tcp_dst", "tcp_dst", "", 2, 16, true, true, OF10, OF_FORM_DECIMAL),
	BASIC(15, "udp_src", "udp_src", "", 2, 16, true, true, OF10, OF_FORM_DECIMAL),
	BASIC(16, "udp_dst", "udp_dst", "", 2, 16, true, true, OF10, OF_FORM_DECIMAL),
	BASIC(17, "sctp_src", "sctp_src", "", 2, 16, true, true, OF13, OF_FORM_DECIMAL),
	BASIC(18, "sctp_dst", "sctp_dst", "", 2, 16, true, true, OF13, OF_FORM_DECIMAL),
	BASIC(19, "icmpv4_type", "icmp_type", "icmp_type", 1, 8, false, true, OF10,
	      OF_FORM_DECIMAL),
	BASIC(20, "icmpv4_code", "icmp_code", "icmp_code", 1, 8, false, true, OF10,
	      OF_FORM_DECIMAL),
	BASIC(21, "arp_op", "arp_op", "", 2, 16, false, true, OF10, OF_FORM_DECIMAL),
	BASIC(22, "arp_spa", "arp_spa", "", 4, 32, true, true, OF10, OF_FORM_IPV4),
	BASIC(23, "arp_tpa", "arp_tpa", "", 4, 32, true, true, OF10, OF_FORM_IPV4),
	BASIC(24, "arp_sha", "arp_sha", "", 6, 48, true, true, OF13, OF_FORM_ETH),
	BASIC(25, "arp_tha", "arp_tha", "", 6, 48, true, true, OF13, OF_FORM_ETH),
	BASIC(26, "ipv6_src", "ipv6_src", "", 16, 128, true, true, OF13, OF_FORM_IPV6),
	BASIC(27, "ipv6_dst", "ipv6_dst", "", 16, 128, true, true, OF13, OF_FORM_IPV6),
	BASIC(28, "ipv6_flabel", "ipv6_label", "ipv6_label", 4, 20, true, true, OF13, OF_FORM_HEX),
	BASIC(29, "icmpv6_type", "icmpv6_type", "", 1, 8, false, true, OF13, OF_FORM_DECIMAL),
	BASIC(30, "icmpv6_code", "icmpv6_code", "", 1, 8, false, true, OF13, OF_FORM_DECIMAL),
	BASIC(31, "ipv6_nd_target", "nd_target", "nd_target", 16, 128, true, true, OF13,
	      OF_FORM_IPV6),
	BASIC(32, "ipv6_nd_sll", "nd_sll", "nd_sll", 6, 48, true, true, OF13, OF_FORM_ETH),
	BASIC(33, "ipv6_nd_tll", "nd_tll", "nd_tll", 6, 48, true, true, OF13, OF_FORM_ETH),
	BASIC(34, "mpls_label", "mpls_label", "", 4, 20, false, true, OF13, OF_FORM_DECIMAL),
	BASIC(35, "mpls_tc", "mpls_tc", "", 1, 3, false, true, OF13, OF_FORM_DECIMAL),
	BASIC(36, "mpls_bos", "mpls_bos", "", 1, 1, false, true, OF13, OF_FORM_DECIMAL),
	BASIC(37, "pbb_isid", "pbb_isid", "", 3, 24, true, true, OF13, OF_FORM_HEX),
	BASIC(38, "tunnel_id", "tun_id", "tun_id", 8, 64, true, true, OF13, OF_FORM_HEX),
	BASIC(39, "ipv6_exthdr", "ipv6_exthdr", "", 2, 9, true, false, OF13, OF_FORM_HEX),
	BASIC(41, "pbb_uca", "pbb_uca", "", 1, 1, false, true, OF14, OF_FORM_DECIMAL),
	BASIC(42, "tcp_flags", "tcp_flags", "", 2, 12, true, false, OF15, OF_FORM_HEX),
	BASIC(43, "actset_output", "actset_output", "", 4, 32, false, false, OF15, OF_FORM_PORT),
	BASIC(44, "packet_type", "packet_type", "", 4, 32, false, false, OF15, OF_FORM_HEX),
	REGISTER(0),
	REGISTER(1),
	REGISTER(2),
	REGISTER(3),
	REGISTER(4),
	REGISTER(5),
	REGISTER(6),
	REGISTER(7),
	REGISTER(8),
	REGISTER(9),
	REGISTER(10),
	REGISTER(11),
	REGISTER(12),
	REGISTER(13),
	REGISTER(14),
	REGISTER(15),
	REGISTER_PAIR(0),
	REGISTER_PAIR(1),
	REGISTER_PAIR(2),
	REGISTER_PAIR(3),
	REGISTER_PAIR(4),
	REGISTER_PAIR(5),
	REGISTER_PAIR(6),
	REGISTER_PAIR(7),
	REGISTER_QUAD(0),
	REGISTER_QUAD(1),
	REGISTER_QUAD(2),
	REGISTER_QUAD(3),
	NX(NW_TTL, 29, "nw_ttl", 1, 8, false, true, OF_FORM_DECIMAL),
	NX(MPLS_TTL, 30, "mpls_ttl", 1, 8, false, true, OF_FORM_DECIMAL),
	NX(NW_FRAG, 26, "ip_frag", 1, 2, true, false, OF_FORM_HEX),
	NX(VLAN_TCI, 4, "vlan_tci", 2, 16, true, true, OF_FORM_HEX),
	NX(CONJ_ID, 37, "conj_id", 4, 32, false, false, OF_FORM_DECIMAL),
	NX(PKT_MARK, 33, "pkt_mark", 4, 32, true, true, OF_FORM_HEX),
};

const struct of_field_info *of_field_info(enum of_field field)
{
	if ((unsigned)field >= OF_N_FIELDS || fields[field].name == NULL)
		return NULL;
	return &fields[field];
}

int of_field_from_oxm(uint16_t oxm_class, uint8_t oxm_field)
{
	const struct of_nxm *nxm = of_nxm_find(oxm_class, oxm_field);

	if (nxm != NULL)
		return (int)nxm->field;
	if (oxm_class == OF_OXM_CLASS_PACKET_REGS && oxm_field < OF_N_REGS / 2)
		return OF_FIELD_XREG0 + oxm_field;
	if (oxm_class != OF_OXM_CLASS_BASIC || oxm_field >= OF_FIELD_EXTENSION ||
	    of_field_info(oxm_field) == NULL)
		return -1;
	return oxm_field;
}

/* True when `word` is one of the words of `list`, which blanks separate. */
static bool list_has(const char *list, const char *word)
{
	size_t len = strlen(word);

	for (const char *at = list; len != 0 && (at = strstr(at, word)) != NULL; at += len)
		if ((at == list || at[-1] == ' ') && (at[len] == '\0' || at[len] == ' '))
			return true;
	return false;
}

int of_field_from_name(const char *name)
{
	if (strchr(name, ' ') != NULL)
		return -1;
	for (int i = 0; i < OF_N_FIELDS; i++)
		if (fields[i].name != NULL &&
		    (strcmp(fields[i].name, name) == 0 || list_has(fields[i].aliases, name)))
			return i;
	return -1;
}
