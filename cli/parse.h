// SPDX-License-Identifier: Apache-2.0
/*
 * parse: lines of text that become messages (session_parse of apply.h). Pure; any thread.
 */
#pragma once

#include "cli/apply.h"

/*
 * Lines that may begin with what is to be done, as those of ovs-ofctl's files: `add` (the default),
 * `modify`, `modify_strict`, `delete`, `delete_strict`, for groups `insert_bucket` and
 * `remove_bucket` too.
 */
int parse_flow_command(const char *text, bool from_file, const struct of_names *names,
		       struct of_arena *arena, struct of_msg *msg, char *why, size_t why_size);
int parse_group_command(const char *text, bool from_file, const struct of_names *names,
			struct of_arena *arena, struct of_msg *msg, char *why, size_t why_size);
int parse_meter_command(const char *text, bool from_file, const struct of_names *names,
			struct of_arena *arena, struct of_msg *msg, char *why, size_t why_size);

/* Lines that say one thing only. */
int parse_flow_modify(const char *text, bool from_file, const struct of_names *names,
		      struct of_arena *arena, struct of_msg *msg, char *why, size_t why_size);
int parse_flow_modify_strict(const char *text, bool from_file, const struct of_names *names,
			     struct of_arena *arena, struct of_msg *msg, char *why,
			     size_t why_size);
int parse_flow_delete(const char *text, bool from_file, const struct of_names *names,
		      struct of_arena *arena, struct of_msg *msg, char *why, size_t why_size);
int parse_flow_delete_strict(const char *text, bool from_file, const struct of_names *names,
			     struct of_arena *arena, struct of_msg *msg, char *why,
			     size_t why_size);
int parse_group_modify(const char *text, bool from_file, const struct of_names *names,
		       struct of_arena *arena, struct of_msg *msg, char *why, size_t why_size);
int parse_group_delete(const char *text, bool from_file, const struct of_names *names,
		       struct of_arena *arena, struct of_msg *msg, char *why, size_t why_size);
int parse_group_insert(const char *text, bool from_file, const struct of_names *names,
		       struct of_arena *arena, struct of_msg *msg, char *why, size_t why_size);
int parse_group_remove(const char *text, bool from_file, const struct of_names *names,
		       struct of_arena *arena, struct of_msg *msg, char *why, size_t why_size);
int parse_meter_modify(const char *text, bool from_file, const struct of_names *names,
		       struct of_arena *arena, struct of_msg *msg, char *why, size_t why_size);
int parse_meter_delete(const char *text, bool from_file, const struct of_names *names,
		       struct of_arena *arena, struct of_msg *msg, char *why, size_t why_size);
