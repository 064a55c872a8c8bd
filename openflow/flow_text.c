// SPDX-License-Identifier: Apache-2.0
#include "openflow/flow_text.h"
#include "openflow/port.h"
#include "openflow/text_form.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

static const struct {
	const char *word;
	uint16_t flag;
} flags[] = {
	{"send_flow_rem", OFPFF_SEND_FLOW_REM},  {"check_overlap", OFPFF_CHECK_OVERLAP},
	{"reset_counts", OFPFF_RESET_COUNTS},    {"no_packet_counts", OFPFF_NO_PKT_COUNTS},
	{"no_byte_counts", OFPFF_NO_BYT_COUNTS},
};

/*
 * Cuts `text` in front of `actions=` (or `action=`); returns what follows it, or NULL when there is
 * none.
 */
static char *actions_cut(char *text)
{
	for (char *at = text; (at = strstr(at, "action")) != NULL; at++) {
		char *end = at + strlen("action");

		if (*end == 's')
			end++;
		if (*end != '=' || (at != text && strchr(", \t\r\n", at[-1]) == NULL))
			continue;
		*at = '\0';
		return end + 1;
	}
	return NULL;
}

static int number_word(struct of_parser *p, const struct of_word *word, uint64_t max,
		       uint64_t *value)
{
	int rc = word->value != NULL ? text_parse_u64(word->value, max, value) : -EINVAL;

	if (rc == -ERANGE)
		return of_parser_fail(p, "%s=%.40s: the number is too large: the largest is %llu",
				      word->key, word->value, (unsigned long long)max);
	if (rc != 0)
		return of_parser_fail(p, "%s=%.40s: it is no number: write %s=N", word->key,
				      word->value != NULL ? word->value : "", word->key);
	return 0;
}

static int port_word(struct of_parser *p, const struct of_word *word, uint32_t *port)
{
	if (word->value == NULL || of_port_no_parse(word->value, p->names, port) != 0)
		return of_parser_fail(p,
				      "%s=%.40s: there is no such port: write its number or a name "
				      "that the switch shows",
				      word->key, word->value != NULL ? word->value : "");
	return 0;
}

/* `cookie=V` names the cookie of a new flow; `cookie=V/M` asks for flows that have it. */
static int cookie_word(struct of_parser *p, struct of_word *word, bool is_filter, uint64_t *cookie,
		       uint64_t *mask)
{
	struct of_word part = *word;
	char *slash = word->value != NULL ? strchr(word->value, '/') : NULL;
	int rc;

	*mask = is_filter ? UINT64_MAX : 0;
	if (slash != NULL) {
		*slash = '\0';
		part.value = slash + 1;
		if (strcmp(part.value, "-1") == 0) {
			*mask = UINT64_MAX;
		} else {
			rc = number_word(p, &part, UINT64_MAX, mask);
			if (rc != 0)
				return rc;
		}
	}
	part.value = word->value;
	return number_word(p, &part, UINT64_MAX, cookie);
}

/* What a flow and a filter have in common. 1: it was such a word. */
static int filter_word(struct of_parser *p, struct of_word *word,
		       struct of_flow_stats_request *filter, bool is_filter)
{
	uint64_t value;
	int rc;

	if (strcmp(word->key, "table") == 0) {
		if (word->value != NULL && is_filter && strcmp(word->value, "all") == 0)
			return 1;
		rc = number_word(p, word, is_filter ? OFPTT_ALL : OFPTT_MAX, &value);
		if (rc == 0)
			filter->table_id = (uint8_t)value;
	} else if (strcmp(word->key, "cookie") == 0) {
		rc = cookie_word(p, word, is_filter, &filter->cookie, &filter->cookie_mask);
	} else if (strcmp(word->key, "out_port") == 0) {
		rc = port_word(p, word, &filter->out_port);
	} else if (strcmp(word->key, "out_group") == 0) {
		rc = number_word(p, word, UINT32_MAX, &value);
		if (rc == 0)
			filter->out_group = (uint32_t)value;
	} else {
		return 0;
	}
	return rc != 0 ? rc : 1;
}

/* The rest of what a flow can say. 1: it was such a word. */
static int flow_word(struct of_parser *p, struct of_word *word, struct of_flow_mod *flow)
{
	uint64_t value = 0;
	int rc;

	for (size_t i = 0; word->value == NULL && i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (strcmp(flags[i].word, word->key) == 0) {
			flow->flags |= flags[i].flag;
			return 1;
		}
	}
	if (strcmp(word->key, "priority") == 0) {
		rc = number_word(p, word, UINT16_MAX, &value);
		flow->priority = (uint16_t)value;
	} else if (strcmp(word->key, "idle_timeout") == 0) {
		rc = number_word(p, word, UINT16_MAX, &value);
		flow->idle_timeout = (uint16_t)value;
	} else if (strcmp(word->key, "hard_timeout") == 0) {
		rc = number_word(p, word, UINT16_MAX, &value);
		flow->hard_timeout = (uint16_t)value;
	} else if (strcmp(word->key, "importance") == 0) {
		rc = number_word(p, word, UINT16_MAX, &value);
		flow->importance = (uint16_t)value;
	} else if (strcmp(word->key, "duration") == 0 || strcmp(word->key, "n_packets") == 0 ||
		   strcmp(word->key, "n_bytes") == 0 || strcmp(word->key, "idle_age") == 0 ||
		   strcmp(word->key, "hard_age") == 0) {
		rc = 0; /* a line of a dump: what it has counted says nothing about the flow */
	} else {
		return 0;
	}
	return rc != 0 ? rc : 1;
}

static int unknown_word(struct of_parser *p, const struct of_word *word)
{
	if (word->value == NULL)
		return of_parser_fail(p,
				      "\"%.40s\" is no protocol and no flag: see ovs-fields(7), or "
				      "write actions= in front of actions",
				      word->key);
	return of_parser_fail(p, "\"%.40s\" is no match field: see ovs-fields(7) for the names",
			      word->key);
}

static int flow_words_parse(struct of_parser *p, char *text, struct of_flow_mod *flow,
			    bool is_filter)
{
	struct of_flow_stats_request filter;
	struct of_word words[OF_WORDS_MAX];
	int n = of_words_split(p, text, words);
	int rc;

	if (n < 0)
		return n;
	of_flow_stats_request_init(&filter);
	filter.table_id = flow->table_id;
	rc = of_match_words_parse(p, words, n, &flow->match);
	for (int i = 0; i < n && rc == 0; i++) {
		if (words[i].key == NULL)
			continue;
		rc = filter_word(p, &words[i], &filter, is_filter);
		if (rc == 0)
			rc = flow_word(p, &words[i], flow);
		if (rc == 0)
			rc = unknown_word(p, &words[i]);
		else if (rc == 1)
			rc = 0;
	}
	flow->table_id = filter.table_id;
	flow->cookie = filter.cookie;
	flow->cookie_mask = filter.cookie_mask;
	flow->out_port = filter.out_port;
	flow->out_group = filter.out_group;
	return rc;
}

static int flow_parse(struct of_parser *p, char *text, struct of_flow_mod *flow)
{
	bool is_delete = flow->command >= OFPFC_DELETE;
	char *actions = actions_cut(text);
	int rc;

	rc = flow_words_parse(p, text, flow, is_delete);
	if (rc != 0)
		return rc;
	if (is_delete)
		return actions == NULL ? 0
				       : of_parser_fail(p, "a delete takes no actions: leave out "
							   "actions=…");
	if (flow->out_port != OFPP_ANY || flow->out_group != OFPG_ANY)
		return of_parser_fail(p, "out_port and out_group choose what to delete or list: "
					 "leave them out here");
	if (actions == NULL)
		return of_parser_fail(p, "the actions are missing: end the flow with actions=… "
					 "(actions=drop to drop)");
	p->has_vlan = (of_match_get_u64(&flow->match, OF_FIELD_VLAN_VID, 0) & OFPVID_PRESENT) != 0;
	p->ip_proto = (int)of_match_get_u64(&flow->match, OF_FIELD_IP_PROTO, UINT64_MAX);
	return of_instructions_text_parse(p, actions, &flow->instructions);
}

int of_flow_parse(const char *text, enum of_flow_mod_command command, const struct of_names *names,
		  struct of_arena *arena, struct of_flow_mod *flow, char *why, size_t why_size)
{
	return of_flow_parse_for(OF13, text, command, names, arena, flow, why, why_size);
}

int of_flow_parse_for(enum of_version version, const char *text, enum of_flow_mod_command command,
		      const struct of_names *names, struct of_arena *arena,
		      struct of_flow_mod *flow, char *why, size_t why_size)
{
	struct of_parser p = {.names = names,
			      .arena = arena,
			      .why = why,
			      .why_size = why_size,
			      .ip_proto = -1,
			      .version = version};
	char *copy = strdup(text);
	int rc;

	if (copy == NULL)
		return -ENOMEM;
	of_flow_mod_init(flow);
	flow->command = (uint8_t)command;
	if (command >= OFPFC_DELETE)
		flow->table_id = OFPTT_ALL;
	rc = flow_parse(&p, copy, flow);
	free(copy);
	return rc;
}

int of_flow_filter_parse(const char *text, const struct of_names *names,
			 struct of_flow_stats_request *filter, char *why, size_t why_size)
{
	struct of_parser p = {.names = names, .why = why, .why_size = why_size, .ip_proto = -1};
	struct of_word words[OF_WORDS_MAX];
	char *copy = strdup(text);
	int n, rc;

	if (copy == NULL)
		return -ENOMEM;
	of_flow_stats_request_init(filter);
	n = of_words_split(&p, copy, words);
	rc = n < 0 ? n : of_match_words_parse(&p, words, n, &filter->match);
	for (int i = 0; i < n && rc == 0; i++) {
		if (words[i].key == NULL)
			continue;
		rc = filter_word(&p, &words[i], filter, true);
		if (rc == 0)
			rc = unknown_word(&p, &words[i]);
		else if (rc == 1)
			rc = 0;
	}
	free(copy);
	return rc;
}

int of_instructions_parse(const char *text, const struct of_names *names, struct of_arena *arena,
			  struct of_instructions *instructions, char *why, size_t why_size)
{
	struct of_parser p = {
		.names = names, .arena = arena, .why = why, .why_size = why_size, .ip_proto = -1};
	char *copy = strdup(text);
	int rc;

	if (copy == NULL)
		return -ENOMEM;
	rc = of_instructions_text_parse(&p, copy, instructions);
	free(copy);
	return rc;
}

int of_actions_parse(const char *text, const struct of_names *names, struct of_arena *arena,
		     struct of_actions *actions, char *why, size_t why_size)
{
	struct of_parser p = {
		.names = names, .arena = arena, .why = why, .why_size = why_size, .ip_proto = -1};
	char *copy = strdup(text);
	int rc;

	if (copy == NULL)
		return -ENOMEM;
	rc = of_actions_text_parse(&p, copy, actions);
	free(copy);
	return rc;
}

void of_flow_text(const struct of_flow_mod *flow, const struct of_names *names, struct text *t)
{
	bool is_delete = flow->command >= OFPFC_DELETE;

	if (flow->table_id != OFPTT_ALL)
		text_add(t, "table=%u,", flow->table_id);
	if (flow->cookie_mask != 0)
		text_add(t, "cookie=0x%" PRIx64 "/0x%" PRIx64 ",", flow->cookie, flow->cookie_mask);
	else if (flow->cookie != 0)
		text_add(t, "cookie=0x%" PRIx64 ",", flow->cookie);
	if (flow->idle_timeout != 0)
		text_add(t, "idle_timeout=%u,", flow->idle_timeout);
	if (flow->hard_timeout != 0)
		text_add(t, "hard_timeout=%u,", flow->hard_timeout);
	if (flow->importance != 0)
		text_add(t, "importance=%u,", flow->importance);
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (flow->flags & flags[i].flag)
			text_add(t, "%s,", flags[i].word);
	if (is_delete && flow->out_port != OFPP_ANY) {
		text_add(t, "out_port=");
		of_port_no_text(flow->out_port, names, t);
		text_add(t, ",");
	}
	if (is_delete && flow->out_group != OFPG_ANY)
		text_add(t, "out_group=%u,", flow->out_group);
	text_add(t, "priority=%u", flow->priority);
	if (flow->match.n > 0)
		text_add(t, ",");
	of_match_text(&flow->match, names, t);
	if (is_delete)
		return;
	text_add(t, " actions=");
	of_instructions_text(&flow->instructions, names, t);
}
