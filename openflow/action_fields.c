// SPDX-License-Identifier: Apache-2.0
/* Reads the actions that set, move and stack fields. */
#include "openflow/action_words.h"
#include "openflow/nicira_action.h"
#include "openflow/nicira_field.h"

#include <errno.h>
#include <stdio.h>

static bool mask_is_empty(const struct of_match_field *f)
{
	static const uint8_t zero[16];

	return memcmp(f->mask, zero, sizeof(zero)) == 0;
}

static int append_field(struct of_parser *p, struct of_action_list *list, enum of_field field,
			const char *value)
{
	struct of_action action = {.type = OF_ACTION_SET_FIELD,
				   .nicira = !of_field_info(field)->settable};
	int rc;

	if (!of_nxm_is_settable(field))
		return of_parser_fail(p, "%s: the field cannot be set", of_field_info(field)->text);
	rc = of_field_value_parse(p, field, value, &action.set_field);
	if (rc != 0)
		return rc;
	if (action.set_field.masked && !of_field_info(field)->maskable)
		return of_parser_fail(p, "%s: it is set as a whole: leave out \"/…\"",
				      of_field_info(field)->text);
	if (action.set_field.masked && mask_is_empty(&action.set_field))
		return of_parser_fail(p, "%s: a mask without a bit sets nothing",
				      of_field_info(field)->text);
	if (field == OF_FIELD_VLAN_VID && !action.set_field.masked)
		action.set_field.value[0] |= OFPVID_PRESENT >> 8;
	return of_action_append(p, list, &action);
}

static int tos_word(struct of_parser *p, struct of_action_list *list, const char *word,
		    const char *arg)
{
	char dscp[16];
	uint64_t tos;
	int rc = of_argument_parse(p, word, arg, UINT8_MAX, &tos);

	if (rc != 0)
		return rc;
	if (tos % 4 != 0)
		return of_parser_fail(p, "%s:%.40s has bits of ECN: use a multiple of 4", word,
				      arg);
	snprintf(dscp, sizeof(dscp), "%u", (unsigned)tos / 4);
	return append_field(p, list, OF_FIELD_IP_DSCP, dscp);
}

/* `set_field:VALUE[/MASK]->FIELD` */
static int set_field(struct of_parser *p, struct of_action_list *list, char *arg)
{
	char *arrow = arg != NULL ? strstr(arg, "->") : NULL;
	unsigned n_bits;
	int field;

	if (arrow == NULL)
		return of_parser_fail(p,
				      "set_field:%.40s: the field is missing: write "
				      "set_field:VALUE->FIELD",
				      arg != NULL ? arg : "");
	*arrow = '\0';
	if (strcmp(arrow + 2, "nw_tos") == 0)
		return tos_word(p, list, "set_field", arg);
	field = of_nxm_field_parse(arrow + 2, &n_bits);
	if (field < 0)
		return of_field_unknown_fail(p, "set_field", arrow + 2);
	return append_field(p, list, (enum of_field)field, arg);
}

/* `load:VALUE->FIELD[4..11]` */
static int load(struct of_parser *p, struct of_action_list *list, char *arg)
{
	struct of_action action = {.type = OF_ACTION_SET_FIELD, .nicira = true};
	char *arrow = arg != NULL ? strstr(arg, "->") : NULL;
	struct of_written_part to;
	uint64_t value, max;
	int rc;

	if (arrow == NULL)
		return of_parser_fail(
			p, "load:%.40s: the field is missing: write load:VALUE->FIELD[0..7]",
			arg != NULL ? arg : "");
	*arrow = '\0';
	rc = of_subfield_parse(p, "load", arrow + 2, &to);
	if (rc != 0)
		return rc;
	if (!of_nxm_is_settable(to.part.field))
		return of_parser_fail(p, "%s: the field cannot be set",
				      of_field_info(to.part.field)->text);
	max = to.part.n_bits + to.shift < 64 ? (1ull << (to.part.n_bits + to.shift)) - 1
					     : UINT64_MAX;
	rc = of_argument_parse(p, "load", arg, max, &value);
	if (rc != 0)
		return rc;
	of_subfield_load(&to.part, value >> to.shift, &action.set_field);
	return of_action_append(p, list, &action);
}

/* `move:FROM[…]->TO[…]` */
static int move(struct of_parser *p, struct of_action_list *list, char *arg)
{
	struct of_action action = {.type = OF_ACTION_COPY_FIELD, .nicira = true};
	char *arrow = arg != NULL ? strstr(arg, "->") : NULL;
	struct of_written_part from, to;
	int rc;

	if (arrow == NULL)
		return of_parser_fail(
			p, "move:%.40s: where to is missing: write move:FROM[0..7]->TO[8..15]",
			arg != NULL ? arg : "");
	*arrow = '\0';
	rc = of_subfield_parse(p, "move", arg, &from);
	if (rc == 0)
		rc = of_subfield_parse(p, "move", arrow + 2, &to);
	if (rc != 0)
		return rc;
	if (from.part.n_bits != to.part.n_bits)
		return of_parser_fail(p,
				      "move: \"%.40s\" has %u bits and \"%.40s\" %u: name the same "
				      "number of bits",
				      arg, from.part.n_bits, arrow + 2, to.part.n_bits);
	if (!of_nxm_is_settable(to.part.field))
		return of_parser_fail(p, "%s: the field cannot be set",
				      of_field_info(to.part.field)->text);
	action.copy_field.from = from.part.field;
	action.copy_field.to = to.part.field;
	action.copy_field.n_bits = from.part.n_bits;
	action.copy_field.from_offset = from.part.offset;
	action.copy_field.to_offset = to.part.offset;
	return of_action_append(p, list, &action);
}

/* `push:FIELD[…]`, `pop:FIELD[…]` */
static int stack(struct of_parser *p, struct of_action_list *list, bool is_push, const char *arg)
{
	struct of_action action = {.type = is_push ? OF_ACTION_STACK_PUSH : OF_ACTION_STACK_POP};
	struct of_written_part part;
	int rc = of_subfield_parse(p, is_push ? "push" : "pop", arg != NULL ? arg : "", &part);

	if (rc != 0)
		return rc;
	if (!is_push && !of_nxm_is_settable(part.part.field))
		return of_parser_fail(p, "%s: the field cannot be set",
				      of_field_info(part.part.field)->text);
	action.stack = part.part;
	return of_action_append(p, list, &action);
}

/*
 * mod_vlan_vid and mod_vlan_pcp add the tag that they set where there is none: version 1.0 has
 * actions for that, later ones push a tag where the match says that there is none.
 */
static int vlan_word(struct of_parser *p, struct of_action_list *list, enum of_field field,
		     const char *arg, const char *word)
{
	struct of_action push = {.type = OF_ACTION_PUSH_VLAN, .ethertype = 0x8100};
	struct of_action old = {.type = field == OF_FIELD_VLAN_VID ? OF_ACTION_SET_VLAN_VID
								   : OF_ACTION_SET_VLAN_PCP};
	uint64_t value;
	int rc = of_argument_parse(p, word, arg, field == OF_FIELD_VLAN_VID ? 4095 : 7, &value);

	if (rc != 0)
		return rc;
	if (p->version == OF10) {
		if (field == OF_FIELD_VLAN_VID)
			old.vlan_vid = (uint16_t)value;
		else
			old.vlan_pcp = (uint8_t)value;
		return of_action_append(p, list, &old);
	}
	if (!p->has_vlan) {
		rc = of_action_append(p, list, &push);
		if (rc != 0)
			return rc;
		p->has_vlan = true;
	}
	return append_field(p, list, field, arg);
}

static int transport_word(struct of_parser *p, struct of_action_list *list, bool src,
			  const char *arg, const char *word)
{
	enum of_field field;
	uint64_t value;
	int rc = of_argument_parse(p, word, arg, UINT16_MAX, &value);

	if (rc != 0)
		return rc;
	switch (p->ip_proto) {
	case 6:
		field = src ? OF_FIELD_TCP_SRC : OF_FIELD_TCP_DST;
		break;
	case 17:
		field = src ? OF_FIELD_UDP_SRC : OF_FIELD_UDP_DST;
		break;
	case 132:
		field = src ? OF_FIELD_SCTP_SRC : OF_FIELD_SCTP_DST;
		break;
	default:
		return of_parser_fail(p,
				      "%s: the flow does not say which protocol: add tcp, udp or "
				      "sctp to the match",
				      word);
	}
	return append_field(p, list, field, arg);
}

/* `mod_dl_src` and the like: the field that they set. */
static int mod_field(const char *word)
{
	static const struct {
		const char *word;
		enum of_field field;
	} rows[] = {
		{"mod_dl_src", OF_FIELD_ETH_SRC},     {"mod_dl_dst", OF_FIELD_ETH_DST},
		{"mod_nw_src", OF_FIELD_IPV4_SRC},    {"mod_nw_dst", OF_FIELD_IPV4_DST},
		{"mod_nw_ecn", OF_FIELD_IP_ECN},      {"set_mpls_label", OF_FIELD_MPLS_LABEL},
		{"set_mpls_tc", OF_FIELD_MPLS_TC},    {"set_tunnel", OF_FIELD_TUNNEL_ID},
		{"set_tunnel64", OF_FIELD_TUNNEL_ID},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].word, word) == 0)
			return (int)rows[i].field;
	return -1;
}

int of_field_action_word(struct of_parser *p, struct of_action_list *list, const char *word,
			 char *arg)
{
	int rc;

	if (strcmp(word, "set_field") == 0)
		rc = set_field(p, list, arg);
	else if (strcmp(word, "load") == 0)
		rc = load(p, list, arg);
	else if (strcmp(word, "move") == 0)
		rc = move(p, list, arg);
	else if (strcmp(word, "push") == 0 || strcmp(word, "pop") == 0)
		rc = stack(p, list, strcmp(word, "push") == 0, arg);
	else if (strcmp(word, "mod_vlan_vid") == 0 || strcmp(word, "set_vlan_vid") == 0)
		rc = vlan_word(p, list, OF_FIELD_VLAN_VID, arg, word);
	else if (strcmp(word, "mod_vlan_pcp") == 0 || strcmp(word, "set_vlan_pcp") == 0)
		rc = vlan_word(p, list, OF_FIELD_VLAN_PCP, arg, word);
	else if (strcmp(word, "mod_tp_src") == 0)
		rc = transport_word(p, list, true, arg, word);
	else if (strcmp(word, "mod_tp_dst") == 0)
		rc = transport_word(p, list, false, arg, word);
	else if (strcmp(word, "mod_nw_tos") == 0)
		rc = tos_word(p, list, word, arg);
	else if (mod_field(word) >= 0 && arg != NULL)
		rc = append_field(p, list, (enum of_field)mod_field(word), arg);
	else
		return 0;
	return rc != 0 ? rc : 1;
}
