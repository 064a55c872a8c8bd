// SPDX-License-Identifier: Apache-2.0
/*
 * flow_text: the text syntax of flows, groups and actions that ovs-ofctl(8) and ovs-fields(7)
 * made known: `priority=100,in_port=vm1,dl_vlan=10,actions=output:2`.
 *
 * On -EINVAL `why` holds one sentence that names the word, the cause and the remedy. What is parsed
 * is allocated in the arena. `names` may be NULL. Pure functions; any thread.
 */
#pragma once

#include "openflow/flow_mod.h"
#include "openflow/flow_stats.h"
#include "openflow/group_mod.h"
#include "openflow/meter_mod.h"

#define OF_WHY_SIZE 320

/**
 * Reads a flow. `command` says what it is for: OFPFC_ADD and OFPFC_MODIFY* want actions;
 * OFPFC_DELETE* take none and know out_port= and out_group=; deletes without `table=` mean all
 * tables. -EINVAL with a sentence in `why`; -ENOMEM.
 */
int of_flow_parse(const char *text, enum of_flow_mod_command command, const struct of_names *names,
		  struct of_arena *arena, struct of_flow_mod *flow, char *why, size_t why_size);

/**
 * As of_flow_parse, for a switch of `version`: mod_vlan_vid and mod_vlan_pcp are actions of their
 * own in 1.0, and a push where the match has no tag, and a set_field, in later ones.
 */
int of_flow_parse_for(enum of_version version, const char *text, enum of_flow_mod_command command,
		      const struct of_names *names, struct of_arena *arena,
		      struct of_flow_mod *flow, char *why, size_t why_size);

/** Reads the filter of a listing: match fields, table=, cookie=VALUE/MASK, out_port=, out_group=.
 */
int of_flow_filter_parse(const char *text, const struct of_names *names,
			 struct of_flow_stats_request *filter, char *why, size_t why_size);

/** Reads `group_id=1,type=all,bucket=output:1,bucket=…`; deletes take group_id=N or `all`. */
int of_group_parse(const char *text, enum of_group_command command, const struct of_names *names,
		   struct of_arena *arena, struct of_group_mod *group, char *why, size_t why_size);

/** Reads `meter=1,kbps,burst,stats,bands=type=drop,rate=1000,burst_size=100`; deletes take `all`.
 */
int of_meter_parse(const char *text, enum of_meter_command command, struct of_arena *arena,
		   struct of_meter_mod *mod, char *why, size_t why_size);

/** Reads what follows `actions=`. */
int of_instructions_parse(const char *text, const struct of_names *names, struct of_arena *arena,
			  struct of_instructions *instructions, char *why, size_t why_size);

/** Reads a list of actions without instructions (packet-out, bucket). */
int of_actions_parse(const char *text, const struct of_names *names, struct of_arena *arena,
		     struct of_actions *actions, char *why, size_t why_size);

/** Appends a flow-mod as of_flow_parse reads it. */
void of_flow_text(const struct of_flow_mod *flow, const struct of_names *names, struct text *t);
