// SPDX-License-Identifier: Apache-2.0
/*
 * parse: what lines of text may say, and how each kind becomes a message. Lines of the kinds that
 * add may begin with another command in a file, as those of ovs-ofctl's: `modify`, `modify_strict`,
 * `delete`, `delete_strict`, for groups `insert_bucket` and `remove_bucket` too. Any thread.
 */
#pragma once

#include "cli/apply.h"

extern const struct line_kind line_flow_add;
extern const struct line_kind line_flow_modify;
extern const struct line_kind line_flow_modify_strict;
extern const struct line_kind line_flow_delete;
extern const struct line_kind line_flow_delete_strict;
extern const struct line_kind line_group_add;
extern const struct line_kind line_group_modify;
extern const struct line_kind line_group_delete;
extern const struct line_kind line_group_insert;
extern const struct line_kind line_group_remove;
extern const struct line_kind line_meter_add;
extern const struct line_kind line_meter_modify;
extern const struct line_kind line_meter_delete;
