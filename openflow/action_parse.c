// SPDX-License-Identifier: Apache-2.0
/* Reads lists of actions in ovs-ofctl's syntax. */
#include "openflow/action_words.h"

#include <errno.h>

#define ACTIONS_MAX 1024

int of_action_append(struct of_parser *p, struct of_action_list *list,
		     const struct of_action *action)
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

int of_argument_parse(struct of_parser *p, const char *word, const char *arg, uint64_t max,
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

/* Actions that are a word and a number, or a word alone. */
static const struct {
	const char *word;
	enum of_action_type type;
	bool has_argument;
	uint64_t max;
} simple[] = {
	{"group", OF_ACTION_GROUP, true, UINT32_MAX},
	{"meter", OF_ACTION_METER, true, UINT32_MAX},
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
static int simple_word(struct of_parser *p, struct of_action_list *list, const char *word,
		       const char *arg)
{
	for (size_t i = 0; i < sizeof(simple) / sizeof(simple[0]); i++) {
		struct of_action action = {.type = simple[i].type};
		uint64_t value = 0;
		int rc = 0;

		if (strcmp(simple[i].word, word) != 0)
			continue;
		if (simple[i].has_argument)
			rc = of_argument_parse(p, word, arg, simple[i].max, &value);
		else if (arg != NULL && *arg != '\0')
			rc = of_parser_fail(p, "%s: it takes no argument: leave out \"%.40s\"",
					    word, arg);
		if (rc != 0)
			return rc;
		if (simple[i].max == UINT32_MAX)
			action.group_id = (uint32_t)value; /* the others' lie in the same place */
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
			rc = of_action_append(p, list, &action);
		return rc != 0 ? rc : 1;
	}
	return 0;
}

int of_action_word(struct of_parser *p, struct of_action_list *list, char *word, char *arg)
{
	int rc = of_nicira_word(p, list, word, arg);

	if (rc == 0)
		rc = simple_word(p, list, word, arg);
	if (rc == 0)
		rc = of_field_action_word(p, list, word, arg);
	if (rc == 0)
		rc = of_output_word(p, list, word, arg);
	if (rc == 0)
		return of_parser_fail(p,
				      "actions: \"%.40s\" is not known: see ovs-actions(7) for the "
				      "actions",
				      word);
	return rc < 0 ? rc : 0;
}

int of_action_word_next(struct of_parser *p, char **text, char **word, char **arg)
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
	struct of_action_list list = {0};
	char *word, *arg;
	bool drop = false;
	int rc;

	while ((rc = of_action_word_next(p, &text, &word, &arg)) == 1) {
		if (strcmp(word, "drop") == 0 && arg == NULL)
			drop = true;
		else if ((rc = of_action_word(p, &list, word, arg)) != 0)
			return rc;
		if (drop && list.n > 0)
			return of_parser_fail(p, "actions: drop stands alone: leave it out, or the "
						 "other actions");
	}
	actions->a = list.a;
	actions->n = list.n;
	return rc;
}
