// SPDX-License-Identifier: Apache-2.0
/*
 * restore: flows, groups and meters as rows that the host keeps, and back (agent_restore in
 * agent.h).
 *
 * A row's value is the OpenFlow message that makes it: OFPT_GROUP_MOD with OFPGC_ADD,
 * OFPT_METER_MOD with OFPMC_ADD; a flow's is shorter (flow_row.h). Times start anew with the
 * restore.
 */
#pragma once

#include "datapath/agent/agent_state.h"

/** Gives the host the row of a flow that is new or changed. */
void restore_keep_flow(struct agent *agent, const struct flow *flow);

/** Gives the host the row of a group that is new or changed. */
void restore_keep_group(struct agent *agent, const struct group_entry *entry);

/** Gives the host the row of a meter that is new or changed. */
void restore_keep_meter(struct agent *agent, const struct meter_entry *entry);

/** Tells the host that a row is gone. */
void restore_forget(struct agent *agent, enum agent_row_kind kind, uint64_t row);

/** Stores or forgets that the fail mode has done its part (agent->decided). */
void restore_keep_decided(struct agent *agent);

/** Frees rows that were put off. */
void restore_drop(struct agent *agent);
