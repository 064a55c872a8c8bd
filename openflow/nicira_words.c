// SPDX-License-Identifier: Apache-2.0
/* Reads the actions that only Nicira has. */
#include "openflow/action_words.h"
#include "openflow/nicira_action.h"
#include "openflow/port.h"

#include <ctype.h>
#include <errno.h>

/* `resubmit:PORT`, `resubmit([PORT],[TABLE])` */
static int resubmit(struct of_parser *p, struct of_action_list *list, char *arg)
{
	struct of_action action = {.type = OF_ACTION_RESUBMIT,
				   .resubmit = {.in_port = OFPP_IN_PORT, .table_id = OFPTT_ALL}};
	char *table = arg != NULL ? strchr(arg, ',') : NULL;
	uint64_t number;
	int rc = 0;

	if (table != NULL)
		*table++ = '\0';
	if (arg == NULL || (*arg == '\0' && (table == NULL || *table == '\0')))
		return of_parser_fail(p, "resubmit: a port or table is missing: write "
					 "resubmit(,TABLE) or resubmit:PORT");
	if (*arg != '\0' && of_port_no_parse(arg, p->names, &action.resubmit.in_port) != 0)
		return of_parser_fail(p, "resubmit: there is no port \"%.40s\": write its number",
				      arg);
	if (of_port_from_of10(of_port_to_of10(action.resubmit.in_port)) != action.resubmit.in_port)
		return of_parser_fail(p, "resubmit: port %.40s has more than 16 bits", arg);
	if (table != NULL && strchr(table, ',') != NULL)
		return of_parser_fail(p,
				      "resubmit(%s,%.40s): connection tracking is not there yet: "
				      "leave out what follows the table",
				      arg, table);
	if (table != NULL && *table != '\0') {
		rc = of_argument_parse(p, "resubmit", table, OFPTT_MAX, &number);
		if (rc == 0)
			action.resubmit.table_id = (uint8_t)number;
	}
	return rc != 0 ? rc : of_action_append(p, list, &action);
}

/* `conjunction(ID,K/N)`, K from 1 */
static int conjunction(struct of_parser *p, struct of_action_list *list, char *arg)
{
	struct of_action action = {.type = OF_ACTION_CONJUNCTION};
	char *clause = arg != NULL ? strchr(arg, ',') : NULL;
	char *n_clauses = clause != NULL ? strchr(clause, '/') : NULL;
	uint64_t id, k, n;
	int rc;

	if (n_clauses == NULL)
		return of_parser_fail(p, "conjunction: it has no clause: write "
					 "conjunction(ID,K/N), K from 1 to N");
	*clause++ = '\0';
	*n_clauses++ = '\0';
	clause += strspn(clause, " ");
	rc = of_argument_parse(p, "conjunction", arg, UINT32_MAX, &id);
	if (rc == 0)
		rc = of_argument_parse(p, "conjunction", clause, 64, &k);
	if (rc == 0)
		rc = of_argument_parse(p, "conjunction", n_clauses, 64, &n);
	if (rc == 0 && (n < 2 || k < 1 || k > n))
		rc = of_parser_fail(p, "conjunction: there is no clause %s/%s: write 1/2 to 64/64",
				    clause, n_clauses);
	if (rc != 0)
		return rc;
	action.conjunction.id = (uint32_t)id;
	action.conjunction.clause = (uint8_t)(k - 1);
	action.conjunction.n_clauses = (uint8_t)n;
	return of_action_append(p, list, &action);
}

static int hex_digit(char c)
{
	if (isdigit((unsigned char)c))
		return c - '0';
	return isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10 : -1;
}

/* Reads pairs of hex digits, with dots between them or not, padded with zeros as on the wire. */
static int bytes_parse(struct of_parser *p, const char *word, const char *arg, unsigned unit,
		       unsigned rest, const uint8_t **data, uint16_t *len)
{
	size_t max = arg != NULL ? strlen(arg) : 0;
	uint8_t *bytes = of_arena_alloc(p->arena, max + unit);
	size_t n = 0;

	if (bytes == NULL)
		return -ENOMEM;
	for (const char *at = arg; at != NULL && *at != '\0'; at += 2) {
		if (*at == '.' && n > 0)
			at++;
		if (hex_digit(at[0]) < 0 || hex_digit(at[1]) < 0 || n > 60000)
			return of_parser_fail(p,
					      "%s: \"%.40s\" are no bytes: write pairs of hex "
					      "digits such as 01.02.ff",
					      word, arg);
		bytes[n++] = (uint8_t)(hex_digit(at[0]) << 4 | hex_digit(at[1]));
	}
	while (n % unit != rest)
		bytes[n++] = 0;
	*data = bytes;
	*len = (uint16_t)n;
	return 0;
}

static int note(struct of_parser *p, struct of_action_list *list, char *arg)
{
	struct of_action action = {.type = OF_ACTION_NOTE};
	int rc = bytes_parse(p, "note", arg, 8, 6, &action.note.data, &action.note.len);

	return rc != 0 ? rc : of_action_append(p, list, &action);
}

/* `experimenter(id=0x1234,data=00ff)` */
static int experimenter(struct of_parser *p, struct of_action_list *list, char *arg)
{
	struct of_action action = {.type = OF_ACTION_EXPERIMENTER};
	char *data = arg != NULL ? strstr(arg, ",data=") : NULL;
	uint64_t id;
	int rc;

	if (data == NULL || !text_starts(arg, "id="))
		return of_parser_fail(p, "experimenter: write experimenter(id=N,data=HEX)");
	*data = '\0';
	rc = of_argument_parse(p, "experimenter", arg + strlen("id="), UINT32_MAX, &id);
	if (rc == 0)
		rc = bytes_parse(p, "experimenter", data + strlen(",data="), 8, 0,
				 &action.experimenter.data, &action.experimenter.len);
	action.experimenter.id = (uint32_t)id;
	return rc != 0 ? rc : of_action_append(p, list, &action);
}

/* `dec_ttl(ID,ID…)`; without ids it is the standard's. */
static int dec_ttl(struct of_parser *p, struct of_action_list *list, char *arg)
{
	struct of_action action = {.type = OF_ACTION_DEC_NW_TTL, .nicira = true};
	uint16_t *ids = of_arena_alloc(p->arena, OF_WORDS_MAX * sizeof(*ids));
	struct of_word words[OF_WORDS_MAX];
	int n = of_words_split(p, arg, words);

	if (n < 0 || ids == NULL)
		return n < 0 ? n : -ENOMEM;
	for (int i = 0; i < n; i++) {
		uint64_t id;
		int rc = of_argument_parse(p, "dec_ttl", words[i].key, UINT16_MAX, &id);

		if (rc != 0)
			return rc;
		ids[i] = (uint16_t)id;
	}
	action.nicira = n > 0;
	action.dec_ttl.n = (uint16_t)n;
	action.dec_ttl.ids = ids;
	return of_action_append(p, list, &action);
}

static int clone(struct of_parser *p, struct of_action_list *list, char *arg)
{
	struct of_action action = {.type = OF_ACTION_CLONE};
	int rc;

	if (arg == NULL)
		return of_parser_fail(p, "clone: the actions are missing: write clone(…)");
	if (p->clone_depth == OF_CLONE_DEPTH_MAX)
		return of_parser_fail(p, "clone: they are nested more than %u deep: use a table",
				      OF_CLONE_DEPTH_MAX);
	p->clone_depth++;
	rc = of_actions_text_parse(p, arg, &action.clone);
	p->clone_depth--;
	return rc != 0 ? rc : of_action_append(p, list, &action);
}

static int bare(struct of_parser *p, struct of_action_list *list, enum of_action_type type,
		const char *word, const char *arg)
{
	struct of_action action = {.type = type};

	if (arg != NULL && *arg != '\0')
		return of_parser_fail(p, "%s: it takes no argument: leave out \"%.40s\"", word,
				      arg);
	return of_action_append(p, list, &action);
}

/* Words of ovs-actions(7) that the switch does not carry out. */
static int unserved(struct of_parser *p, const char *word)
{
	static const char *const words[] = {
		"multipath",        "bundle",     "bundle_load",  "sample",
		"fin_timeout",      "decap",      "encap",        "nat",
		"check_pkt_larger", "move_range", "delete_field", "output_trunc",
	};

	if (strcmp(word, "ct") == 0 || strcmp(word, "ct_clear") == 0)
		return of_parser_fail(p,
				      "%s: connection tracking is not there yet: write the flow "
				      "without it",
				      word);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i], word) == 0)
			return of_parser_fail(p,
					      "%s: the action is not served: docs/openflow.md has "
					      "those that are",
					      word);
	return 0;
}

int of_nicira_word(struct of_parser *p, struct of_action_list *list, const char *word, char *arg)
{
	int rc;

	if (strcmp(word, "resubmit") == 0)
		rc = resubmit(p, list, arg);
	else if (strcmp(word, "learn") == 0)
		rc = of_learn_parse(p, list, arg);
	else if (strcmp(word, "conjunction") == 0)
		rc = conjunction(p, list, arg);
	else if (strcmp(word, "note") == 0)
		rc = note(p, list, arg);
	else if (strcmp(word, "experimenter") == 0)
		rc = experimenter(p, list, arg);
	else if (strcmp(word, "dec_ttl") == 0 && arg != NULL)
		rc = dec_ttl(p, list, arg);
	else if (strcmp(word, "clone") == 0)
		rc = clone(p, list, arg);
	else if (strcmp(word, "exit") == 0)
		rc = bare(p, list, OF_ACTION_EXIT, word, arg);
	else if (strcmp(word, "pop_queue") == 0)
		rc = bare(p, list, OF_ACTION_POP_QUEUE, word, arg);
	else
		return unserved(p, word);
	return rc != 0 ? rc : 1;
}
