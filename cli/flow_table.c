// SPDX-License-Identifier: Apache-2.0
/* The verbs of flow tables: what they hold, what they can do, what they do when they are full. */
#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/apply.h"
#include "cli/table.h"
#include "cli/verb.h"
#include "lib/text.h"
#include "openflow/flow_text.h"

#define N_TABLES 256

struct listing {
	struct of_table_desc desc[N_TABLES]; /* 1.4 and later */
	bool has_desc[N_TABLES];
	struct table *rows;
	json_t *json; /* NULL: lines for people */
};

static int desc_take(void *context, const union of_multipart_entry *entry)
{
	struct listing *list = context;

	list->desc[entry->table_desc.table_id] = entry->table_desc;
	list->has_desc[entry->table_desc.table_id] = true;
	return 0;
}

/* `eviction, vacancy 20-80 (now 93)` */
static void config_text(const struct of_table_desc *desc, struct text *t)
{
	if (desc->config & OFPTC_EVICTION)
		text_add(t, "eviction");
	if (desc->config & OFPTC_VACANCY_EVENTS && desc->properties.has_vacancy)
		text_add(t, "%svacancy %u-%u (now %u)", desc->config & OFPTC_EVICTION ? ", " : "",
			 desc->properties.vacancy_down, desc->properties.vacancy_up,
			 desc->properties.vacancy);
}

static int stats_print(void *context, const union of_multipart_entry *entry)
{
	struct listing *list = context;
	const struct of_table_stats *t = &entry->table;
	struct text config = {0};

	if (list->has_desc[t->table_id])
		config_text(&list->desc[t->table_id], &config);
	/* 254 tables, of which few are in use. */
	if (t->active_count == 0 && t->lookup_count == 0 && text_get(&config)[0] == '\0')
		return 0;
	if (list->json != NULL) {
		json_array_append_new(list->json,
				      json_pack("{s:i, s:I, s:I, s:I, s:s}", "table", t->table_id,
						"flows", (json_int_t)t->active_count, "lookups",
						(json_int_t)t->lookup_count, "matches",
						(json_int_t)t->matched_count, "config",
						text_get(&config)));
	} else {
		table_cell(list->rows, "%u", t->table_id);
		table_cell(list->rows, "%u", t->active_count);
		table_cell(list->rows, "%" PRIu64, t->lookup_count);
		table_cell(list->rows, "%" PRIu64, t->matched_count);
		table_cell(list->rows, "%s", text_get(&config));
	}
	text_free(&config);
	return 0;
}

int flow_table_show(const struct cli *cli, int argc, char **argv)
{
	struct listing *list = calloc(1, sizeof(*list));
	struct of_multipart_request request;
	struct session *s;
	int code;

	if (list == NULL)
		abort();
	s = session_open(cli, &code);
	if (s == NULL)
		goto end;
	list->rows = table_new(">TABLE|>FLOWS|>LOOKUPS|>MATCHES|CONFIG");
	list->json = cli->json ? json_array() : NULL;
	if (of_client_version(session_client(s)) >= OF14) {
		of_multipart_request_init(&request, OFPMP_TABLE_DESC);
		code = session_multipart(s, &request, desc_take, list);
	}
	of_multipart_request_init(&request, OFPMP_TABLE);
	if (code == CLI_OK)
		code = session_multipart(s, &request, stats_print, list);
	if (code == CLI_OK && list->json != NULL) {
		json_dumpf(list->json, stdout, JSON_INDENT(2));
		putchar('\n');
	} else if (code == CLI_OK) {
		table_print(list->rows, stdout, 0);
	}
	json_decref(list->json);
	table_free(list->rows);
	session_close(s);
end:
	free(list);
	return code;
}

/* `3`; a CLI_ code. */
static int table_id_read(const char *word, uint8_t *table_id)
{
	uint64_t value;

	if (strcmp(word, "all") == 0) {
		*table_id = OFPTT_ALL;
		return CLI_OK;
	}
	if (text_parse_u64(word, OFPTT_MAX, &value) != 0) {
		cli_error("'%s' is no table; give a number from 0 to %d, or all", word, OFPTT_MAX);
		return CLI_USAGE;
	}
	*table_id = (uint8_t)value;
	return CLI_OK;
}

struct wanted {
	uint8_t table_id; /* OFPTT_ALL */
	bool found;
};

static int features_print(void *context, const union of_multipart_entry *entry)
{
	struct wanted *wanted = context;
	struct text line = {0};

	if (wanted->table_id != OFPTT_ALL && entry->table_features.table_id != wanted->table_id)
		return 0;
	wanted->found = true;
	of_multipart_entry_text(OFPMP_TABLE_FEATURES, entry, NULL, &line);
	table_print_lines(text_get(&line), stdout);
	text_free(&line);
	return 0;
}

int flow_table_features(const struct cli *cli, int argc, char **argv)
{
	struct wanted wanted = {.table_id = 0};
	int code = argc == 1 ? table_id_read(argv[0], &wanted.table_id) : CLI_OK;

	if (code != CLI_OK)
		return code;
	code = session_list(cli, OFPMP_TABLE_FEATURES, features_print, &wanted);
	if (code == CLI_OK && !wanted.found) {
		cli_error("the switch has no table %u; heddle table features all lists them",
			  wanted.table_id);
		code = CLI_REFUSED;
	}
	return code;
}

/* `TABLE eviction`, `TABLE vacancy:20,80` and their opposites, as ovs-ofctl's mod-table has them.
 */
static int parse_set(const struct line_kind *kind, const char *text, bool from_file,
		     const struct of_names *names, struct of_arena *arena, struct of_msg *msg,
		     char *why, size_t why_size)
{
	unsigned int table_id, low, high;
	char word[32];
	int end = 0;

	*msg = (struct of_msg){.type = OFPT_TABLE_MOD};
	if (sscanf(text, "%u %31s%n", &table_id, word, &end) != 2 || text[end] != '\0' ||
	    table_id > OFPTT_ALL)
		goto wrong;
	msg->table_mod.table_id = (uint8_t)table_id;
	if (strcmp(word, "eviction") == 0) {
		msg->table_mod.config = OFPTC_EVICTION;
	} else if (sscanf(word, "vacancy:%u,%u%n", &low, &high, &end) == 2 && word[end] == '\0' &&
		   low <= high && high <= 100) {
		msg->table_mod.config = OFPTC_VACANCY_EVENTS;
		msg->table_mod.properties.has_vacancy = true;
		msg->table_mod.properties.vacancy_down = (uint8_t)low;
		msg->table_mod.properties.vacancy_up = (uint8_t)high;
	} else if (strcmp(word, "none") != 0) {
		goto wrong;
	}
	return 0;

wrong:
	snprintf(why, why_size,
		 "'%.60s' is no setting of a table; give its number and eviction, "
		 "vacancy:LOW,HIGH (percent that is free) or none",
		 text);
	return -EINVAL;
}

int flow_table_set(const struct cli *cli, int argc, char **argv)
{
	static const struct line_kind setting = {.noun = "table's setting", .parse = parse_set};
	uint8_t table_id;
	char text[96];
	int code = table_id_read(argv[0], &table_id);

	if (code != CLI_OK)
		return code;
	snprintf(text, sizeof(text), "%u %.64s", table_id, argv[1]);
	return apply_text(cli, text, &setting);
}
