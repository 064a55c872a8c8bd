// SPDX-License-Identifier: Apache-2.0
#include "cli/parse.h"

#include <string.h>

#include "openflow/flow_text.h"

/* A word at the start of a line that says what is to be done; the last of a list has none. */
struct command {
	const char *word;
	int command;
};

static const struct command flow_commands[] = {
	{"add", OFPFC_ADD},
	{"modify", OFPFC_MODIFY},
	{"modify_strict", OFPFC_MODIFY_STRICT},
	{"delete", OFPFC_DELETE},
	{"delete_strict", OFPFC_DELETE_STRICT},
	{NULL, 0},
};

static const struct command group_commands[] = {
	{"add", OFPGC_ADD},
	{"modify", OFPGC_MODIFY},
	{"delete", OFPGC_DELETE},
	{"insert_bucket", OFPGC_INSERT_BUCKET},
	{"insert_buckets", OFPGC_INSERT_BUCKET},
	{"remove_bucket", OFPGC_REMOVE_BUCKET},
	{"remove_buckets", OFPGC_REMOVE_BUCKET},
	{NULL, 0},
};

static const struct command meter_commands[] = {
	{"add", OFPMC_ADD},
	{"modify", OFPMC_MODIFY},
	{"delete", OFPMC_DELETE},
	{NULL, 0},
};

/* What the line is to do; `*text` is behind the word that says so, if it has one. */
static int command_of(const struct line_kind *kind, bool from_file, const char **text,
		      const struct command *commands)
{
	size_t len = strcspn(*text, " \t,");

	if (!from_file || !kind->may_differ || (*text)[len] == ',')
		return kind->command;
	for (; commands->word != NULL; commands++) {
		if (strlen(commands->word) != len || strncmp(commands->word, *text, len) != 0)
			continue;
		*text += len;
		*text += strspn(*text, " \t");
		return commands->command;
	}
	return kind->command;
}

static int parse_flow(const struct line_kind *kind, const char *text, bool from_file,
		      const struct of_names *names, struct of_arena *arena, struct of_msg *msg,
		      char *why, size_t why_size)
{
	int command = command_of(kind, from_file, &text, flow_commands);

	*msg = (struct of_msg){.type = OFPT_FLOW_MOD};
	return of_flow_parse(text, (enum of_flow_mod_command)command, names, arena, &msg->flow_mod,
			     why, why_size);
}

static int parse_group(const struct line_kind *kind, const char *text, bool from_file,
		       const struct of_names *names, struct of_arena *arena, struct of_msg *msg,
		       char *why, size_t why_size)
{
	int command = command_of(kind, from_file, &text, group_commands);

	*msg = (struct of_msg){.type = OFPT_GROUP_MOD};
	return of_group_parse(text, (enum of_group_command)command, names, arena, &msg->group_mod,
			      why, why_size);
}

static int parse_meter(const struct line_kind *kind, const char *text, bool from_file,
		       const struct of_names *names, struct of_arena *arena, struct of_msg *msg,
		       char *why, size_t why_size)
{
	int command = command_of(kind, from_file, &text, meter_commands);

	*msg = (struct of_msg){.type = OFPT_METER_MOD};
	return of_meter_parse(text, (enum of_meter_command)command, arena, &msg->meter_mod, why,
			      why_size);
}

const struct line_kind line_flow_add = {"flow", parse_flow, OFPFC_ADD, true};
const struct line_kind line_flow_modify = {"flow", parse_flow, OFPFC_MODIFY, false};
const struct line_kind line_flow_modify_strict = {"flow", parse_flow, OFPFC_MODIFY_STRICT, false};
const struct line_kind line_flow_delete = {"flow", parse_flow, OFPFC_DELETE, false};
const struct line_kind line_flow_delete_strict = {"flow", parse_flow, OFPFC_DELETE_STRICT, false};
const struct line_kind line_group_add = {"group", parse_group, OFPGC_ADD, true};
const struct line_kind line_group_modify = {"group", parse_group, OFPGC_MODIFY, false};
const struct line_kind line_group_delete = {"group", parse_group, OFPGC_DELETE, false};
const struct line_kind line_group_insert = {"group", parse_group, OFPGC_INSERT_BUCKET, false};
const struct line_kind line_group_remove = {"group", parse_group, OFPGC_REMOVE_BUCKET, false};
const struct line_kind line_meter_add = {"meter", parse_meter, OFPMC_ADD, true};
const struct line_kind line_meter_modify = {"meter", parse_meter, OFPMC_MODIFY, false};
const struct line_kind line_meter_delete = {"meter", parse_meter, OFPMC_DELETE, false};
