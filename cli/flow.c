// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/parse.h"
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

int flow_add(const struct cli *cli, int argc, char **argv)
{
	return apply_verb(cli, argc, argv, &line_flow_add);
}

int flow_mod(const struct cli *cli, int argc, char **argv)
{
	return apply_verb(cli, argc, argv,
			  cli->strict ? &line_flow_modify_strict : &line_flow_modify);
}

int flow_del(const struct cli *cli, int argc, char **argv)
{
	char nothing[] = "";

	return apply_text(cli, argc == 1 ? argv[0] : nothing,
			  cli->strict ? &line_flow_delete_strict : &line_flow_delete);
}
