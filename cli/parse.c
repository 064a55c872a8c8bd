// SPDX-License-Identifier: Apache-2.0
#include "cli/parse.h"

#include <string.h>

#include "openflow/flow_text.h"

/* A word at the start of a line that says what is to be done. */
struct command {
	const char *word;
	int command;
};

/* The command that the line begins with, and what is behind it; the first one when it has none. */
static int command_take(const char **text, const struct command *commands, size_t n)
{
	size_t len = strcspn(*text, " \t,");

	for (size_t i = 0; i < n; i++) {
		if (strlen(commands[i].word) != len || strncmp(commands[i].word, *text, len) != 0 ||
		    (*text)[len] == ',')
			continue;
		*text += len;
		*text += strspn(*text, " \t");
		return commands[i].command;
	}
	return commands[0].command;
}

static int flow_read(const char *text, int command, const struct of_names *names,
		     struct of_arena *arena, struct of_msg *msg, char *why, size_t why_size)
{
	*msg = (struct of_msg){.type = OFPT_FLOW_MOD};
	return of_flow_parse(text, (enum of_flow_mod_command)command, names, arena, &msg->flow_mod,
			     why, why_size);
}

static int group_read(const char *text, int command, const struct of_names *names,
		      struct of_arena *arena, struct of_msg *msg, char *why, size_t why_size)
{
	*msg = (struct of_msg){.type = OFPT_GROUP_MOD};
	return of_group_parse(text, (enum of_group_command)command, names, arena, &msg->group_mod,
			      why, why_size);
}

static int meter_read(const char *text, int command, const struct of_names *names,
		      struct of_arena *arena, struct of_msg *msg, char *why, size_t why_size)
{
	*msg = (struct of_msg){.type = OFPT_METER_MOD};
	return of_meter_parse(text, (enum of_meter_command)command, arena, &msg->meter_mod, why,
			      why_size);
}

int parse_flow_command(const char *text, bool from_file, const struct of_names *names,
		       struct of_arena *arena, struct of_msg *msg, char *why, size_t why_size)
{
	static const struct command commands[] = {
		{"add", OFPFC_ADD},
		{"modify", OFPFC_MODIFY},
		{"modify_strict", OFPFC_MODIFY_STRICT},
		{"delete", OFPFC_DELETE},
		{"delete_strict", OFPFC_DELETE_STRICT},
	};
	int command =
		from_file ? command_take(&text, commands, sizeof(commands) / sizeof(commands[0]))
			  : commands[0].command;

	return flow_read(text, command, names, arena, msg, why, why_size);
}

int parse_group_command(const char *text, bool from_file, const struct of_names *names,
			struct of_arena *arena, struct of_msg *msg, char *why, size_t why_size)
{
	static const struct command commands[] = {
		{"add", OFPGC_ADD},
		{"modify", OFPGC_MODIFY},
		{"delete", OFPGC_DELETE},
		{"insert_bucket", OFPGC_INSERT_BUCKET},
		{"insert_buckets", OFPGC_INSERT_BUCKET},
		{"remove_bucket", OFPGC_REMOVE_BUCKET},
		{"remove_buckets", OFPGC_REMOVE_BUCKET},
	};
	int command =
		from_file ? command_take(&text, commands, sizeof(commands) / sizeof(commands[0]))
			  : commands[0].command;

	return group_read(text, command, names, arena, msg, why, why_size);
}

int parse_meter_command(const char *text, bool from_file, const struct of_names *names,
			struct of_arena *arena, struct of_msg *msg, char *why, size_t why_size)
{
	static const struct command commands[] = {
		{"add", OFPMC_ADD},
		{"modify", OFPMC_MODIFY},
		{"delete", OFPMC_DELETE},
	};
	int command =
		from_file ? command_take(&text, commands, sizeof(commands) / sizeof(commands[0]))
			  : commands[0].command;

	return meter_read(text, command, names, arena, msg, why, why_size);
}

int parse_flow_modify(const char *text, bool from_file, const struct of_names *names,
		      struct of_arena *arena, struct of_msg *msg, char *why, size_t why_size)
{
	return flow_read(text, OFPFC_MODIFY, names, arena, msg, why, why_size);
}

int parse_flow_modify_strict(const char *text, bool from_file, const struct of_names *names,
			     struct of_arena *arena, struct of_msg *msg, char *why, size_t why_size)
{
	return flow_read(text, OFPFC_MODIFY_STRICT, names, arena, msg, why, why_size);
}

int parse_flow_delete(const char *text, bool from_file, const struct of_names *names,
		      struct of_arena *arena, struct of_msg *msg, char *why, size_t why_size)
{
	return flow_read(text, OFPFC_DELETE, names, arena, msg, why, why_size);
}

int parse_flow_delete_strict(const char *text, bool from_file, const struct of_names *names,
			     struct of_arena *arena, struct of_msg *msg, char *why, size_t why_size)
{
	return flow_read(text, OFPFC_DELETE_STRICT, names, arena, msg, why, why_size);
}

int parse_group_modify(const char *text, bool from_file, const struct of_names *names,
		       struct of_arena *arena, struct of_msg *msg, char *why, size_t why_size)
{
	return group_read(text, OFPGC_MODIFY, names, arena, msg, why, why_size);
}

int parse_group_delete(const char *text, bool from_file, const struct of_names *names,
		       struct of_arena *arena, struct of_msg *msg, char *why, size_t why_size)
{
	return group_read(text, OFPGC_DELETE, names, arena, msg, why, why_size);
}

int parse_group_insert(const char *text, bool from_file, const struct of_names *names,
		       struct of_arena *arena, struct of_msg *msg, char *why, size_t why_size)
{
	return group_read(text, OFPGC_INSERT_BUCKET, names, arena, msg, why, why_size);
}

int parse_group_remove(const char *text, bool from_file, const struct of_names *names,
		       struct of_arena *arena, struct of_msg *msg, char *why, size_t why_size)
{
	return group_read(text, OFPGC_REMOVE_BUCKET, names, arena, msg, why, why_size);
}

int parse_meter_modify(const char *text, bool from_file, const struct of_names *names,
		       struct of_arena *arena, struct of_msg *msg, char *why, size_t why_size)
{
	return meter_read(text, OFPMC_MODIFY, names, arena, msg, why, why_size);
}

int parse_meter_delete(const char *text, bool from_file, const struct of_names *names,
		       struct of_arena *arena, struct of_msg *msg, char *why, size_t why_size)
{
	return meter_read(text, OFPMC_DELETE, names, arena, msg, why, why_size);
}
