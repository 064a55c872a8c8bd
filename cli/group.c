// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/numbered.h"
#include "cli/parse.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "lib/text.h"
#include "openflow/flow_text.h"

static const struct numbered groups = {
	.noun = "group",
	.key = "group_id=",
	.max = OFPG_MAX,
	.del = &line_group_delete,
	.features = OFPMP_GROUP_FEATURES,
};

/* The totals of one group; its buckets' counters live only while they are read. */
struct total {
	uint32_t group_id;
	uint32_t ref_count;
	uint64_t n_packets, n_bytes;
	uint32_t duration_s, duration_ns;
};

struct listing {
	const struct of_names *names;
	struct total *totals;
	size_t n_totals;
	json_t *json;      /* NULL: lines for people */
	uint32_t group_id; /* OFPG_ALL */
	size_t n_shown;
};

static int total_take(void *context, const union of_multipart_entry *entry)
{
	struct listing *list = context;
	const struct of_group_stats *g = &entry->group;

	if ((list->n_totals & (list->n_totals - 1)) == 0) {
		list->totals =
			realloc(list->totals, (list->n_totals != 0 ? list->n_totals * 2 : 1) *
						      sizeof(*list->totals));
		if (list->totals == NULL)
			abort();
	}
	list->totals[list->n_totals++] = (struct total){
		.group_id = g->group_id,
		.ref_count = g->ref_count,
		.n_packets = g->n_packets,
		.n_bytes = g->n_bytes,
		.duration_s = g->duration_s,
		.duration_ns = g->duration_ns,
	};
	return 0;
}

static struct total total_find(const struct listing *list, uint32_t group_id)
{
	for (size_t i = 0; i < list->n_totals; i++) {
		if (list->totals[i].group_id == group_id)
			return list->totals[i];
	}
	return (struct total){.group_id = group_id};
}

static json_t *buckets_json(const struct of_buckets *buckets, const struct of_names *names)
{
	json_t *list = json_array();

	for (uint16_t i = 0; i < buckets->n; i++) {
		struct text actions = {0};

		of_actions_text(&buckets->b[i].actions, names, &actions);
		json_array_append_new(list, json_pack("{s:i, s:s}", "weight", buckets->b[i].weight,
						      "actions", text_get(&actions)));
		text_free(&actions);
	}
	return list;
}

static int group_print(void *context, const union of_multipart_entry *entry)
{
	struct listing *list = context;
	const struct of_group_desc *g = &entry->group_desc;
	struct total total = total_find(list, g->group_id);
	double age = total.duration_s + total.duration_ns / 1e9;
	struct text line = {0};

	if (list->group_id != OFPG_ALL && list->group_id != g->group_id)
		return 0;
	list->n_shown++;
	if (list->json != NULL) {
		json_array_append_new(
			list->json,
			json_pack("{s:I, s:s, s:o, s:I, s:I, s:I, s:f}", "group_id",
				  (json_int_t)g->group_id, "type", of_group_type_name(g->type),
				  "buckets", buckets_json(&g->buckets, list->names), "n_packets",
				  (json_int_t)total.n_packets, "n_bytes", (json_int_t)total.n_bytes,
				  "ref_count", (json_int_t)total.ref_count, "duration_s", age));
		return 0;
	}
	text_add(&line,
		 "duration=%.3fs, ref_count=%u, n_packets=%" PRIu64 ", n_bytes=%" PRIu64 ", ", age,
		 total.ref_count, total.n_packets, total.n_bytes);
	of_group_desc_text(g, list->names, &line);
	table_print_text(text_get(&line), stdout);
	putchar('\n');
	text_free(&line);
	return 0;
}

/* Asks for the counters, then for the groups; a CLI_ code. */
static int groups_list(struct session *s, struct listing *list)
{
	struct of_multipart_request request;
	int code;

	of_multipart_request_init(&request, OFPMP_GROUP);
	code = session_multipart(s, &request, total_take, list);
	if (code != CLI_OK)
		return code;
	of_multipart_request_init(&request, OFPMP_GROUP_DESC);
	return session_multipart(s, &request, group_print, list);
}

int group_show(const struct cli *cli, int argc, char **argv)
{
	struct listing list = {.group_id = OFPG_ALL};
	struct session *s;
	int code = argc == 1 ? numbered_read(&groups, argv[0], &list.group_id) : CLI_OK;

	if (code != CLI_OK)
		return code;
	s = session_open(cli, &code);
	if (s == NULL)
		return code;
	list.names = session_names(s);
	list.json = cli->json ? json_array() : NULL;
	code = groups_list(s, &list);
	if (code == CLI_OK && list.json != NULL) {
		json_dumpf(list.json, stdout, JSON_INDENT(2) | JSON_REAL_PRECISION(9));
		putchar('\n');
	}
	if (code == CLI_OK && list.group_id != OFPG_ALL && list.n_shown == 0) {
		cli_error("there is no group %u at %s; heddle group show lists them", list.group_id,
			  session_target(s));
		code = CLI_REFUSED;
	}
	json_decref(list.json);
	free(list.totals);
	session_close(s);
	return code;
}

int group_add(const struct cli *cli, int argc, char **argv)
{
	return apply_verb(cli, argc, argv, &line_group_add);
}

int group_mod(const struct cli *cli, int argc, char **argv)
{
	return apply_verb(cli, argc, argv, &line_group_modify);
}

int group_del(const struct cli *cli, int argc, char **argv)
{
	return numbered_del(&groups, cli, argc, argv);
}

/* Buckets come and go one by one in version 1.5 only. */
static int change_buckets(const struct cli *cli, int argc, char **argv,
			  const struct line_kind *kind)
{
	struct cli newest = *cli;

	if (newest.of_versions == 0)
		newest.of_versions = OF_VERSION_BIT(OF15);
	return apply_verb(&newest, argc, argv, kind);
}

int group_insert(const struct cli *cli, int argc, char **argv)
{
	return change_buckets(cli, argc, argv, &line_group_insert);
}

int group_remove(const struct cli *cli, int argc, char **argv)
{
	return change_buckets(cli, argc, argv, &line_group_remove);
}

int group_features(const struct cli *cli, int argc, char **argv)
{
	return numbered_features(&groups, cli);
}
