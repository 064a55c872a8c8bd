// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/session.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "lib/text.h"
#include "openflow/flow_text.h"

struct listing {
	const struct of_names *names;
	bool json;
	size_t n;
};

/* One flow as JSON; match and actions stay text, in the syntax that `flow add` takes. */
static json_t *flow_json(const struct of_flow_stats *f, const struct of_names *names)
{
	struct text match = {0}, actions = {0};
	char cookie[24];
	json_t *json;

	of_match_text(&f->match, names, &match);
	of_instructions_text(&f->instructions, names, &actions);
	snprintf(cookie, sizeof(cookie), "0x%llx", (unsigned long long)f->cookie);
	json = json_pack("{s:i, s:i, s:s, s:s, s:s, s:I, s:I, s:f, s:i, s:i}", "table", f->table_id,
			 "priority", f->priority, "match", text_get(&match), "actions",
			 text_get(&actions), "cookie", cookie, "n_packets",
			 (json_int_t)f->n_packets, "n_bytes", (json_int_t)f->n_bytes, "duration_s",
			 f->duration_s + f->duration_ns / 1e9, "idle_timeout_s", f->idle_timeout,
			 "hard_timeout_s", f->hard_timeout);
	text_free(&match);
	text_free(&actions);
	return json;
}

/* Printed as they come, so that a million flows need no memory. */
static int flow_print(void *context, const union of_multipart_entry *entry)
{
	struct listing *list = context;
	struct text line = {0};

	if (list->json) {
		json_t *flow = flow_json(&entry->flow, list->names);

		fputs(list->n == 0 ? "\n" : ",\n", stdout);
		json_dumpf(flow, stdout, JSON_REAL_PRECISION(9));
		json_decref(flow);
	} else {
		of_flow_stats_text(&entry->flow, list->names, &line);
		table_print_text(text_get(&line), stdout);
		putchar('\n');
		text_free(&line);
	}
	list->n++;
	return 0;
}

int flow_show(const struct cli *cli, int argc, char **argv)
{
	struct of_multipart_request request;
	struct listing list = {.json = cli->json};
	char why[OF_WHY_SIZE];
	struct session *s;
	int code;

	s = session_open(cli, &code);
	if (s == NULL)
		return code;
	list.names = session_names(s);
	of_multipart_request_init(&request, OFPMP_FLOW);
	if (argc == 1 &&
	    of_flow_filter_parse(argv[0], list.names, &request.flow, why, sizeof(why)) != 0) {
		cli_error("%s", why);
		session_close(s);
		return CLI_USAGE;
	}
	if (cli->json)
		putchar('[');
	code = session_multipart(s, &request, flow_print, &list);
	if (cli->json)
		puts(list.n == 0 ? "]" : "\n]");
	session_close(s);
	return code;
}

/* In files a line may say what is to be done, as ovs-ofctl's do: `delete in_port=1`. */
static enum of_flow_mod_command command_take(const char **text)
{
	static const struct {
		const char *word;
		enum of_flow_mod_command command;
	} words[] = {
		{"add", OFPFC_ADD},
		{"modify", OFPFC_MODIFY},
		{"modify_strict", OFPFC_MODIFY_STRICT},
		{"delete", OFPFC_DELETE},
		{"delete_strict", OFPFC_DELETE_STRICT},
	};
	size_t len = strcspn(*text, " \t");

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strlen(words[i].word) != len || strncmp(words[i].word, *text, len) != 0)
			continue;
		*text += len;
		*text += strspn(*text, " \t");
		return words[i].command;
	}
	return OFPFC_ADD;
}

static int parse_add(const char *text, bool from_file, const struct of_names *names,
		     struct of_arena *arena, struct of_msg *msg, char *why, size_t why_size)
{
	enum of_flow_mod_command command = from_file ? command_take(&text) : OFPFC_ADD;

	*msg = (struct of_msg){.type = OFPT_FLOW_MOD};
	return of_flow_parse(text, command, names, arena, &msg->flow_mod, why, why_size);
}

static int parse_del(const char *text, bool from_file, const struct of_names *names,
		     struct of_arena *arena, struct of_msg *msg, char *why, size_t why_size)
{
	*msg = (struct of_msg){.type = OFPT_FLOW_MOD};
	return of_flow_parse(text, OFPFC_DELETE, names, arena, &msg->flow_mod, why, why_size);
}

static int parse_del_strict(const char *text, bool from_file, const struct of_names *names,
			    struct of_arena *arena, struct of_msg *msg, char *why, size_t why_size)
{
	*msg = (struct of_msg){.type = OFPT_FLOW_MOD};
	return of_flow_parse(text, OFPFC_DELETE_STRICT, names, arena, &msg->flow_mod, why,
			     why_size);
}

int flow_add(const struct cli *cli, int argc, char **argv)
{
	struct input in;
	struct session *s;
	int code = input_read(cli, argc, argv, &in);

	if (code != CLI_OK)
		return code;
	s = session_open(cli, &code);
	if (s != NULL)
		code = session_apply(s, &in, "flow", parse_add);
	session_close(s);
	input_free(&in);
	return code;
}

int flow_del(const struct cli *cli, int argc, char **argv)
{
	struct input_line line = {.text = argc == 1 ? argv[0] : ""};
	struct input in = {.lines = &line, .n = 1};
	struct session *s;
	int code;

	s = session_open(cli, &code);
	if (s != NULL)
		code = session_apply(s, &in, "flow", cli->strict ? parse_del_strict : parse_del);
	session_close(s);
	return code;
}
