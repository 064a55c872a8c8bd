// SPDX-License-Identifier: Apache-2.0
/* Reads actions and instructions in ovs-ofctl's syntax. */
#include "openflow/port.h"
#include "openflow/text_form.h"

#include <errno.h>
#include <stdio.h>
#include <strings.h>

#define ACTIONS_MAX 1024

/* An action list that grows in a scratch array and is copied into the arena at its end. */
struct list {
	struct of_action *a;
	uint16_t n;
	uint16_t room;
};

static int append(struct of_parser *p, struct list *list, const struct of_action *action)
{
	if (list->n == ACTIONS_MAX)
		return of_parser_fail(p,
				      "there are more than %d actions: use a group or another "
				      "table for the rest",
				      ACTIONS_MAX);
	if (list->n == list->room) {
		uint16_t room = list->room != 0 ? list->room * 2 : 8;
		struct of_action *a = of_arena_alloc(p->arena, room * sizeof(*a));

		if (a == NULL)
			return -ENOMEM;
		if (list->n > 0)
			memcpy(a, list->a, list->n * sizeof(*a));
		list->a = a;
		list->room = room;
	}
	list->a[list->n++] = *action;
	return 0;
}

/* Reads the number behind the colon of `word:number`. */
static int argument(struct of_parser *p, const char *word, const char *arg, uint64_t max,
		    uint64_t *value)
{
	int rc = arg != NULL ? text_parse_u64(arg, max, value) : -EINVAL;

	if (rc == -ERANGE)
		return of_parser_fail(p, "%s:%.40s: the number is too large: the largest is %llu",
				      word, arg, (unsigned long long)max);
	if (rc != 0)
		return of_parser_fail(p, "%s:%.40s: a number is missing: write %s:N", word,
				      arg != NULL ? arg : "", word);
	return 0;
}

static int append_output(struct of_parser *p, struct list *list, uint32_t port, uint16_t max_len)
{
	struct of_action action = {.type = OF_ACTION_OUTPUT,
				   .output = {.port = port, .max_len = max_len}};

	return append(p, list, &action);
}

static int output_word(struct of_parser *p, struct list *list, const char *word)
{
	uint32_t port;

	if (of_port_no_parse(word, p->names, &port) != 0)
		return of_parser_fail(p,
				      "actions: \"%.40s\" is no action and no port: see "
				      "ovs-actions(7), or write output:N",
				      word);
	if (port == 0 || port == OFPP_ANY)
		return of_parser_fail(p, "actions: a frame cannot be sent to port %.40s", word);
	return append_output(p, list, port, port == OFPP_CONTROLLER ? OFPCML_NO_BUFFER : 0);
}

/* `controller`, `controller:128`, `controller(max_len=128)`. */
static int controller_word(struct of_parser *p, struct list *list, char *arg)
{
	uint64_t max_len = OFPCML_NO_BUFFER;
	int rc;

	if (arg != NULL && text_starts(arg, "max_len="))
		arg += strlen("max_len=");
	if (arg != NULL && *arg != '\0') {
		rc = argument(p, "controller", arg, UINT16_MAX, &max_len);
		if (rc != 0)
			return rc;
	}
	return append_output(p, list, OFPP_CONTROLLER, (uint16_t)max_len);
}

static int append_field(struct of_parser *p, struct list *list, enum of_field field,
			const char *value)
{
	struct of_action action = {.type = OF_ACTION_SET_FIELD};
	int rc;

	if (!of_field_info(field)->settable)
		return of_parser_fail(p, "%s: the field cannot be set", of_field_info(field)->text);
	rc = of_field_value_parse(p, field, value, &action.set_field);
	if (rc != 0)
		return rc;
	if (field == OF_FIELD_VLAN_VID && !action.set_field.masked)
		action.set_field.value[0] |= OFPVID_PRESENT >> 8;
	return append(p, list, &action);
}

/* `set_field:VALUE[/MASK]->FIELD` */
static int set_field_word(struct of_parser *p, struct list *list, char *arg)
{
	char *arrow = arg != NULL ? strstr(arg, "->") : NULL;
	int field;

	if (arrow == NULL)
		return of_parser_fail(p,
				      "set_field:%.40s: the field is missing: write "
				      "set_field:VALUE->FIELD",
				      arg != NULL ? arg : "");
	*arrow = '\0';
	field = of_field_from_name(arrow + 2);
	if (field < 0)
		return of_parser_fail(p,
				      "set_field: there is no field \"%.40s\": see "
				      "ovs-fields(7)",
				      arrow + 2);
	return append_field(p, list, (enum of_field)field, arg);
}

/* mod_vlan_vid and mod_vlan_pcp add the tag that they set where the match has none. */
static int vlan_word(struct of_parser *p, struct list *list, enum of_field field, const char *arg,
		     const char *word)
{
	struct of_action push = {.type = OF_ACTION_PUSH_VLAN, .ethertype = 0x8100};
	uint64_t value;
	int rc = argument(p, word, arg, field == OF_FIELD_VLAN_VID ? 4095 : 7, &value);

	if (rc != 0)
		return rc;
	if (!p->has_vlan) {
		rc = append(p, list, &push);
		if (rc != 0)
			return rc;
		p->has_vlan = true;
	}
	return append_field(p, list, field, arg);
}

static int transport_word(struct of_parser *p, struct list *list, bool src, const char *arg,
			  const char *word)
{
	enum of_field field;
	uint64_t value;
	int rc = argument(p, word, arg, UINT16_MAX, &value);

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

static int tos_word(struct of_parser *p, struct list *list, const char *arg)
{
	char dscp[16];
	uint64_t tos;
	int rc = argument(p, "mod_nw_tos", arg, UINT8_MAX, &tos);

	if (rc != 0)
		return rc;
	if (tos % 4 != 0)
		return of_parser_fail(p, "mod_nw_tos:%.40s has bits of ECN: use a multiple of 4",
				      arg);
	snprintf(dscp, sizeof(dscp), "%u", (unsigned)tos / 4);
	return append_field(p, list, OF_FIELD_IP_DSCP, dscp);
}

/* Actions that are a word and a number, or a word alone. */
static const struct {
	const char *word;
	enum of_action_type type;
	bool has_argument;
	uint64_t max;
} simple[] = {
	{"group", OF_ACTION_GROUP, true, UINT32_MAX},
	{"set_queue", OF_ACTION_SET_QUEUE, true, UINT32_MAX},
	{"push_vlan", OF_ACTION_PUSH_VLAN, true, UINT16_MAX},
	{"pop_vlan", OF_ACTION_POP_VLAN, false, 0},
	{"strip_vlan", OF_ACTION_POP_VLAN, false, 0},
	{"push_mpls", OF_ACTION_PUSH_MPLS, true, UINT16_MAX},
	{"pop_mpls", OF_ACTION_POP_MPLS, true, UINT16_MAX},
	{"push_pbb", OF_ACTION_PUSH_PBB, true, UINT16_MAX},
	{"pop_pbb", OF_ACTION_POP_PBB, false, 0},
	{"set_mpls_ttl", OF_ACTION_SET_MPLS_TTL, true, UINT8_MAX},
	{"dec_mpls_ttl", OF_ACTION_DEC_MPLS_TTL, false, 0},
	{"mod_nw_ttl", OF_ACTION_SET_NW_TTL, true, UINT8_MAX},
	{"set_nw_ttl", OF_ACTION_SET_NW_TTL, true, UINT8_MAX},
	{"dec_ttl", OF_ACTION_DEC_NW_TTL, false, 0},
	{"dec_nw_ttl", OF_ACTION_DEC_NW_TTL, false, 0},
	{"copy_ttl_out", OF_ACTION_COPY_TTL_OUT, false, 0},
	{"copy_ttl_in", OF_ACTION_COPY_TTL_IN, false, 0},
};

static int ethertype_check(struct of_parser *p, const struct of_action *action, const char *word)
{
	uint16_t type = action->ethertype;

	if (action->type == OF_ACTION_PUSH_VLAN && type != 0x8100 && type != 0x88a8)
		return of_parser_fail(p, "%s:0x%x: VLAN tags have type 0x8100 or 0x88a8", word,
				      type);
	if (action->type == OF_ACTION_PUSH_MPLS && type != 0x8847 && type != 0x8848)
		return of_parser_fail(p, "%s:0x%x: MPLS has type 0x8847 or 0x8848", word, type);
	if (action->type == OF_ACTION_PUSH_PBB && type != 0x88e7)
		return of_parser_fail(p, "%s:0x%x: PBB has type 0x88e7", word, type);
	return 0;
}

/* 1: it was one of these, 0: it was not. */
static int simple_word(struct of_parser *p, struct list *list, const char *word, const char *arg)
{
	for (size_t i = 0; i < sizeof(simple) / sizeof(simple[0]); i++) {
		struct of_action action = {.type = simple[i].type};
		uint64_t value = 0;
		int rc = 0;

		if (strcmp(simple[i].word, word) != 0)
			continue;
		if (simple[i].has_argument)
			rc = argument(p, word, arg, simple[i].max, &value);
		else if (arg != NULL && *arg != '\0')
			rc = of_parser_fail(p, "%s: it takes no argument: leave out \"%.40s\"",
					    word, arg);
		if (rc != 0)
			return rc;
		if (simple[i].max == UINT32_MAX)
			action.group_id = (uint32_t)value; /* set_queue's lies in the same place */
		else if (simple[i].max == UINT16_MAX)
			action.ethertype = (uint16_t)value;
		else if (simple[i].max == UINT8_MAX)
			action.ttl = (uint8_t)value;
		if (simple[i].max == UINT16_MAX)
			rc = ethertype_check(p, &action, word);
		if (action.type == OF_ACTION_PUSH_VLAN)
			p->has_vlan = true;
		else if (action.type == OF_ACTION_POP_VLAN)
			p->has_vlan = false;
		if (rc == 0)
			rc = append(p, list, &action);
		return rc != 0 ? rc : 1;
	}
	return 0;
}

/* `mod_dl_src` and the like: the field that they set. */
static int mod_field(const char *word)
{
	static const struct {
		const char *word;
		enum of_field field;
	} rows[] = {
		{"mod_dl_src", OF_FIELD_ETH_SRC},  {"mod_dl_dst", OF_FIELD_ETH_DST},
		{"mod_nw_src", OF_FIELD_IPV4_SRC}, {"mod_nw_dst", OF_FIELD_IPV4_DST},
		{"mod_nw_ecn", OF_FIELD_IP_ECN},   {"set_mpls_label", OF_FIELD_MPLS_LABEL},
		{"set_mpls_tc", OF_FIELD_MPLS_TC},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (strcmp(rows[i].word, word) == 0)
			return (int)rows[i].field;
	return -1;
}

/* One action; `arg` is what follows a colon or stands in parentheses, or NULL. */
static int action_word(struct of_parser *p, struct list *list, char *word, char *arg)
{
	int rc = simple_word(p, list, word, arg);

	if (rc != 0)
		return rc < 0 ? rc : 0;
	if (strcmp(word, "output") == 0 && arg != NULL)
		return output_word(p, list, arg);
	if (strcasecmp(word, "controller") == 0)
		return controller_word(p, list, arg);
	if (strcmp(word, "set_field") == 0)
		return set_field_word(p, list, arg);
	if (strcmp(word, "mod_vlan_vid") == 0 || strcmp(word, "set_vlan_vid") == 0)
		return vlan_word(p, list, OF_FIELD_VLAN_VID, arg, word);
	if (strcmp(word, "mod_vlan_pcp") == 0 || strcmp(word, "set_vlan_pcp") == 0)
		return vlan_word(p, list, OF_FIELD_VLAN_PCP, arg, word);
	if (strcmp(word, "mod_tp_src") == 0)
		return transport_word(p, list, true, arg, word);
	if (strcmp(word, "mod_tp_dst") == 0)
		return transport_word(p, list, false, arg, word);
	if (strcmp(word, "mod_nw_tos") == 0)
		return tos_word(p, list, arg);
	if (mod_field(word) >= 0 && arg != NULL)
		return append_field(p, list, (enum of_field)mod_field(word), arg);
	if (arg != NULL)
		return of_parser_fail(p,
				      "actions: \"%.40s\" is not known: see ovs-actions(7) for the "
				      "actions",
				      word);
	return output_word(p, list, word);
}

/*
 * Cuts the next word off `*text`, with its argument: `word:arg`, `word(arg)`, `word`. 1, 0 at the
 * end, -EINVAL.
 */
static int next_word(struct of_parser *p, char **text, char **word, char **arg)
{
	char *at = *text + strspn(*text, ", \t\r\n");
	char *paren;
	int depth = 0;

	if (*at == '\0')
		return 0;
	*word = at;
	for (; *at != '\0' && (depth > 0 || strchr(", \t\r\n", *at) == NULL); at++)
		depth += *at == '(' ? 1 : *at == ')' ? -1 : 0;
	if (depth != 0)
		return of_parser_fail(p, "actions: the parentheses of \"%.40s\" do not pair",
				      *word);
	*text = *at != '\0' ? at + 1 : at;
	*at = '\0';
	*arg = strpbrk(*word, ":(=");
	paren = *arg;
	if (paren == NULL)
		return 1;
	if (*paren == '(') {
		if (at[-1] != ')')
			return of_parser_fail(p,
					      "actions: \"%.40s\" has something behind its "
					      "parenthesis: a comma is missing",
					      *word);
		at[-1] = '\0';
	}
	*paren = '\0';
	(*arg)++;
	return 1;
}

int of_actions_text_parse(struct of_parser *p, char *text, struct of_actions *actions)
{
	struct list list = {0};
	char *word, *arg;
	bool drop = false;
	int rc;

	while ((rc = next_word(p, &text, &word, &arg)) == 1) {
		if (strcmp(word, "drop") == 0 && arg == NULL)
			drop = true;
		else if ((rc = action_word(p, &list, word, arg)) != 0)
			return rc;
		if (drop && list.n > 0)
			return of_parser_fail(p, "actions: drop stands alone: leave it out, or the "
						 "other actions");
	}
	actions->a = list.a;
	actions->n = list.n;
	return rc;
}

/* Reads an instruction's word. 1: it was one, 0: it was an action. */
static int instruction_word(struct of_parser *p, const char *word, char *arg,
			    struct of_instruction *in)
{
	uint64_t value = 0;
	char *slash;
	int rc = 0;

	if (strcmp(word, "goto_table") == 0) {
		in->type = OF_INSTRUCTION_GOTO_TABLE;
		rc = argument(p, word, arg, OFPTT_MAX, &value);
		in->table_id = (uint8_t)value;
	} else if (strcmp(word, "meter") == 0) {
		in->type = OF_INSTRUCTION_METER;
		rc = argument(p, word, arg, UINT32_MAX, &value);
		in->meter_id = (uint32_t)value;
	} else if (strcmp(word, "clear_actions") == 0) {
		in->type = OF_INSTRUCTION_CLEAR_ACTIONS;
	} else if (strcmp(word, "write_metadata") == 0) {
		in->type = OF_INSTRUCTION_WRITE_METADATA;
		in->metadata.mask = UINT64_MAX;
		slash = arg != NULL ? strchr(arg, '/') : NULL;
		if (slash != NULL) {
			*slash = '\0';
			rc = argument(p, word, slash + 1, UINT64_MAX, &in->metadata.mask);
		}
		if (rc == 0)
			rc = argument(p, word, arg, UINT64_MAX, &in->metadata.value);
	} else if (strcmp(word, "write_actions") == 0 || strcmp(word, "apply_actions") == 0) {
		in->type = word[0] == 'w' ? OF_INSTRUCTION_WRITE_ACTIONS
					  : OF_INSTRUCTION_APPLY_ACTIONS;
		if (arg == NULL)
			return of_parser_fail(p, "%s: the actions are missing: write %s(…)", word,
					      word);
		rc = of_actions_text_parse(p, arg, &in->actions);
	} else {
		return 0;
	}
	return rc != 0 ? rc : 1;
}

/* One of each kind, in the order of execution; `apply` comes from the plain actions. */
struct collected {
	struct of_instruction of_type[OF_INSTRUCTION_METER + 1];
	unsigned have; /* bit n: type n */
};

static int collect(struct of_parser *p, struct collected *all, const struct of_instruction *in,
		   const char *word)
{
	if (all->have & 1u << in->type)
		return of_parser_fail(p, "%s: it stands twice: a flow has one of each instruction",
				      word);
	all->have |= 1u << in->type;
	all->of_type[in->type] = *in;
	return 0;
}

static int collected_store(struct of_parser *p, const struct collected *all,
			   struct of_instructions *instructions)
{
	static const enum of_instruction_type order[] = {
		OF_INSTRUCTION_METER,          OF_INSTRUCTION_APPLY_ACTIONS,
		OF_INSTRUCTION_CLEAR_ACTIONS,  OF_INSTRUCTION_WRITE_ACTIONS,
		OF_INSTRUCTION_WRITE_METADATA, OF_INSTRUCTION_GOTO_TABLE,
	};

	instructions->n = 0;
	instructions->i = of_arena_alloc(p->arena, sizeof(all->of_type));
	if (instructions->i == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (all->have & 1u << order[i])
			instructions->i[instructions->n++] = all->of_type[order[i]];
	return 0;
}

int of_instructions_text_parse(struct of_parser *p, char *text,
			       struct of_instructions *instructions)
{
	struct collected all = {0};
	struct of_instruction apply = {.type = OF_INSTRUCTION_APPLY_ACTIONS};
	struct list list = {0};
	bool drop = false;
	char *word, *arg;
	int rc;

	while ((rc = next_word(p, &text, &word, &arg)) == 1) {
		struct of_instruction in = {0};

		rc = instruction_word(p, word, arg, &in);
		if (rc == 1)
			rc = collect(p, &all, &in, word);
		else if (rc == 0 && strcmp(word, "drop") == 0 && arg == NULL)
			drop = true;
		else if (rc == 0)
			rc = action_word(p, &list, word, arg);
		if (rc != 0)
			return rc;
		if (drop && (list.n > 0 || all.have != 0))
			return of_parser_fail(p, "actions: drop stands alone: leave it out, or the "
						 "other actions");
	}
	if (rc != 0)
		return rc;
	if (list.n > 0) {
		apply.actions = (struct of_actions){.n = list.n, .a = list.a};
		rc = collect(p, &all, &apply, "apply_actions");
	}
	return rc != 0 ? rc : collected_store(p, &all, instructions);
}
