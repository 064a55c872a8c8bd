// SPDX-License-Identifier: Apache-2.0
#include "openflow/nicira_field.h"

#include <ctype.h>
#include <stdio.h>
#include <strings.h>

#define NXM0(number, name_, field_, bytes, form_)                                                  \
	{                                                                                          \
		.name = "NXM_OF_" name_, .oxm_class = OF_OXM_CLASS_NXM0, .oxm_field = number,      \
		.n_bytes = bytes, .form = form_, .field = field_                                   \
	}
#define NXM1(number, name_, field_, bytes, form_)                                                  \
	{                                                                                          \
		.name = "NXM_NX_" name_, .oxm_class = OF_OXM_CLASS_NXM1, .oxm_field = number,      \
		.n_bytes = bytes, .form = form_, .field = field_                                   \
	}
#define REG(n) NXM1(n, "REG" #n, OF_FIELD_REG0 + n, 4, OF_NXM_PLAIN)

static const struct of_nxm rows[] = {
	NXM0(0, "IN_PORT", OF_FIELD_IN_PORT, 2, OF_NXM_PORT),
	NXM0(1, "ETH_DST", OF_FIELD_ETH_DST, 6, OF_NXM_PLAIN),
	NXM0(2, "ETH_SRC", OF_FIELD_ETH_SRC, 6, OF_NXM_PLAIN),
	NXM0(3, "ETH_TYPE", OF_FIELD_ETH_TYPE, 2, OF_NXM_PLAIN),
	NXM0(4, "VLAN_TCI", OF_FIELD_VLAN_TCI, 2, OF_NXM_PLAIN),
	NXM0(5, "IP_TOS", OF_FIELD_IP_DSCP, 1, OF_NXM_TOS),
	NXM0(6, "IP_PROTO", OF_FIELD_IP_PROTO, 1, OF_NXM_PLAIN),
	NXM0(7, "IP_SRC", OF_FIELD_IPV4_SRC, 4, OF_NXM_PLAIN),
	NXM0(8, "IP_DST", OF_FIELD_IPV4_DST, 4, OF_NXM_PLAIN),
	NXM0(9, "TCP_SRC", OF_FIELD_TCP_SRC, 2, OF_NXM_PLAIN),
	NXM0(10, "TCP_DST", OF_FIELD_TCP_DST, 2, OF_NXM_PLAIN),
	NXM0(11, "UDP_SRC", OF_FIELD_UDP_SRC, 2, OF_NXM_PLAIN),
	NXM0(12, "UDP_DST", OF_FIELD_UDP_DST, 2, OF_NXM_PLAIN),
	NXM0(13, "ICMP_TYPE", OF_FIELD_ICMPV4_TYPE, 1, OF_NXM_PLAIN),
	NXM0(14, "ICMP_CODE", OF_FIELD_ICMPV4_CODE, 1, OF_NXM_PLAIN),
	NXM0(15, "ARP_OP", OF_FIELD_ARP_OP, 2, OF_NXM_PLAIN),
	NXM0(16, "ARP_SPA", OF_FIELD_ARP_SPA, 4, OF_NXM_PLAIN),
	NXM0(17, "ARP_TPA", OF_FIELD_ARP_TPA, 4, OF_NXM_PLAIN),
	REG(0),
	REG(1),
	REG(2),
	REG(3),
	REG(4),
	REG(5),
	REG(6),
	REG(7),
	REG(8),
	REG(9),
	REG(10),
	REG(11),
	REG(12),
	REG(13),
	REG(14),
	REG(15),
	NXM1(16, "TUN_ID", OF_FIELD_TUNNEL_ID, 8, OF_NXM_PLAIN),
	NXM1(17, "ARP_SHA", OF_FIELD_ARP_SHA, 6, OF_NXM_PLAIN),
	NXM1(18, "ARP_THA", OF_FIELD_ARP_THA, 6, OF_NXM_PLAIN),
	NXM1(19, "IPV6_SRC", OF_FIELD_IPV6_SRC, 16, OF_NXM_PLAIN),
	NXM1(20, "IPV6_DST", OF_FIELD_IPV6_DST, 16, OF_NXM_PLAIN),
	NXM1(21, "ICMPV6_TYPE", OF_FIELD_ICMPV6_TYPE, 1, OF_NXM_PLAIN),
	NXM1(22, "ICMPV6_CODE", OF_FIELD_ICMPV6_CODE, 1, OF_NXM_PLAIN),
	NXM1(23, "ND_TARGET", OF_FIELD_IPV6_ND_TARGET, 16, OF_NXM_PLAIN),
	NXM1(24, "ND_SLL", OF_FIELD_IPV6_ND_SLL, 6, OF_NXM_PLAIN),
	NXM1(25, "ND_TLL", OF_FIELD_IPV6_ND_TLL, 6, OF_NXM_PLAIN),
	NXM1(26, "IP_FRAG", OF_FIELD_NW_FRAG, 1, OF_NXM_PLAIN),
	NXM1(27, "IPV6_LABEL", OF_FIELD_IPV6_FLABEL, 4, OF_NXM_PLAIN),
	NXM1(28, "IP_ECN", OF_FIELD_IP_ECN, 1, OF_NXM_PLAIN),
	NXM1(29, "IP_TTL", OF_FIELD_NW_TTL, 1, OF_NXM_PLAIN),
	NXM1(30, "MPLS_TTL", OF_FIELD_MPLS_TTL, 1, OF_NXM_PLAIN),
	NXM1(33, "PKT_MARK", OF_FIELD_PKT_MARK, 4, OF_NXM_PLAIN),
	NXM1(34, "TCP_FLAGS", OF_FIELD_TCP_FLAGS, 2, OF_NXM_FLAGS),
	NXM1(37, "CONJ_ID", OF_FIELD_CONJ_ID, 4, OF_NXM_PLAIN),
	NXM1(111, "XXREG0", OF_FIELD_XXREG0, 16, OF_NXM_PLAIN),
	NXM1(112, "XXREG1", OF_FIELD_XXREG0 + 1, 16, OF_NXM_PLAIN),
	NXM1(113, "XXREG2", OF_FIELD_XXREG0 + 2, 16, OF_NXM_PLAIN),
	NXM1(114, "XXREG3", OF_FIELD_XXREG0 + 3, 16, OF_NXM_PLAIN),
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

const struct of_nxm *of_nxm_find(uint16_t oxm_class, uint8_t oxm_field)
{
	if (oxm_class > OF_OXM_CLASS_NXM1)
		return NULL;
	for (size_t i = 0; i < N_ROWS; i++)
		if (rows[i].oxm_class == oxm_class && rows[i].oxm_field == oxm_field)
			return &rows[i];
	return NULL;
}

const struct of_nxm *of_nxm_of_field(enum of_field field)
{
	for (size_t i = 0; i < N_ROWS; i++)
		if (rows[i].field == field)
			return &rows[i];
	return NULL;
}

/* True when Nicira's form of the field has all the bits of `part`. */
static bool nxm_holds(const struct of_nxm *nxm, const struct of_subfield *part)
{
	return nxm != NULL && (nxm->form != OF_NXM_PORT || part->offset + part->n_bits <= 16);
}

uint32_t of_subfield_header(const struct of_subfield *part, unsigned *offset)
{
	const struct of_field_info *info = of_field_info(part->field);
	const struct of_nxm *nxm = of_nxm_of_field(part->field);

	*offset = 0;
	/* The byte of the type of service has names for bits that are not the field's. */
	if (nxm_holds(nxm, part) && nxm->form != OF_NXM_TOS)
		return (uint32_t)nxm->oxm_class << 16 | (uint32_t)nxm->oxm_field << 9 |
		       nxm->n_bytes;
	if (nxm_holds(nxm, part)) {
		*offset = 2;
		return (uint32_t)nxm->oxm_class << 16 | (uint32_t)nxm->oxm_field << 9 |
		       nxm->n_bytes;
	}
	return (uint32_t)info->oxm_class << 16 | (uint32_t)info->oxm_field << 9 | info->n_bytes;
}

enum of_err of_subfield_from_header(uint32_t header, unsigned offset, unsigned n_bits,
				    struct of_subfield *part)
{
	uint16_t oxm_class = (uint16_t)(header >> 16);
	uint8_t number = (header >> 9) & 0x7f;
	const struct of_nxm *nxm = of_nxm_find(oxm_class, number);
	int field = of_field_from_oxm(oxm_class, number);
	unsigned width;

	if (field < 0 || (header & 0x100))
		return OFPBAC_BAD_SET_TYPE;
	width = of_field_info((enum of_field)field)->n_bits;
	if ((header & 0xff) !=
	    (nxm != NULL ? nxm->n_bytes : of_field_info((enum of_field)field)->n_bytes))
		return OFPBAC_BAD_SET_TYPE;
	if (nxm != NULL && nxm->form == OF_NXM_PORT)
		width = 16;
	if (nxm != NULL && nxm->form == OF_NXM_TOS) {
		if (offset < 2)
			return OFPBAC_BAD_SET_ARGUMENT;
		offset -= 2;
	}
	if (n_bits == 0 || offset + n_bits > width)
		return OFPBAC_BAD_SET_ARGUMENT;
	*part = (struct of_subfield){.field = (enum of_field)field,
				     .offset = (uint16_t)offset,
				     .n_bits = (uint16_t)n_bits};
	return OF_OK;
}

void of_nxm_name_text(const struct of_subfield *part, struct text *t)
{
	const struct of_field_info *info = of_field_info(part->field);
	const struct of_nxm *nxm = of_nxm_of_field(part->field);

	if (nxm_holds(nxm, part) && nxm->form != OF_NXM_TOS) {
		text_add(t, "%s", nxm->name);
		return;
	}
	if (info->oxm_class == OF_OXM_CLASS_PACKET_REGS) {
		text_add(t, "OXM_OF_PKT_REG%u", info->oxm_field);
		return;
	}
	text_add(t, "OXM_OF_");
	for (const char *c = info->name; *c != '\0'; c++)
		text_add(t, "%c", toupper((unsigned char)*c));
}

/* `OXM_OF_PKT_REG3`, or the standard's name in capitals. */
static int oxm_name_find(const char *name)
{
	char lower[40];
	size_t i;

	if (strncmp(name, "PKT_REG", 7) == 0 && name[7] >= '0' && name[7] <= '7' && name[8] == '\0')
		return OF_FIELD_XREG0 + (name[7] - '0');
	for (i = 0; name[i] != '\0' && i < sizeof(lower) - 1; i++)
		lower[i] = (char)tolower((unsigned char)name[i]);
	lower[i] = '\0';
	for (int field = 0; field < OF_N_FIELDS; field++) {
		const struct of_field_info *info = of_field_info((enum of_field)field);

		if (info != NULL && info->oxm_class == OF_OXM_CLASS_BASIC &&
		    strcmp(info->name, lower) == 0)
			return field;
	}
	return -1;
}

int of_nxm_field_parse(const char *name, unsigned *n_bits)
{
	int field;

	for (size_t i = 0; i < N_ROWS; i++) {
		if (strcmp(rows[i].name, name) != 0)
			continue;
		*n_bits = rows[i].form == OF_NXM_PORT ? 16 : of_field_info(rows[i].field)->n_bits;
		return (int)rows[i].field;
	}
	if (strncmp(name, "OXM_OF_", 7) == 0)
		field = oxm_name_find(name + 7);
	else if (strcmp(name, "in_port_oxm") == 0)
		field = OF_FIELD_IN_PORT;
	else
		field = of_field_from_name(name);
	if (field < 0)
		return -1;
	*n_bits = strcmp(name, "in_port") == 0 ? 16 : of_field_info((enum of_field)field)->n_bits;
	return field;
}

bool of_nxm_is_conntrack(const char *name)
{
	return strncmp(name, "ct_", 3) == 0 || strncmp(name, "NXM_NX_CT_", 10) == 0;
}

bool of_nxm_is_settable(enum of_field field)
{
	return of_field_info(field)->settable || field == OF_FIELD_IN_PORT ||
	       field == OF_FIELD_METADATA;
}
