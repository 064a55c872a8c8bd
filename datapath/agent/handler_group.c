// SPDX-License-Identifier: Apache-2.0
/* OFPT_GROUP_MOD (OpenFlow 1.3.5 §6.7, §7.3.4.2) and what follows from it. */
#include "datapath/agent/dispatch.h"
#include "datapath/agent/group_mods.h"
#include "datapath/agent/restore.h"

/* What add and modify have in common: compiled buckets that may be put in force. */
static enum of_err prepare(struct agent *agent, const struct of_group_mod *mod,
			   struct group_buckets **buckets)
{
	enum of_err err;

	if (mod->group_id > OFPG_MAX)
		return OFPGMFC_INVALID_GROUP;
	err = group_store_check_chain(agent->groups, mod->group_id, &mod->buckets);
	if (err != OF_OK)
		return err;
	return compile_buckets(&agent->env, mod->type, &mod->buckets, buckets);
}

static enum of_err add(struct agent *agent, const struct of_group_mod *mod, uint64_t row)
{
	struct group_buckets *buckets;
	enum of_err err;

	if (group_store_find(agent->groups, mod->group_id) != NULL)
		return OFPGMFC_GROUP_EXISTS;
	err = prepare(agent, mod, &buckets);
	if (err != OF_OK)
		return err;
	err = group_store_add(agent->groups, mod, buckets, row);
	if (err != OF_OK)
		group_buckets_free(buckets);
	return err;
}

static enum of_err modify(struct agent *agent, const struct of_group_mod *mod)
{
	struct group_entry *entry = group_store_find(agent->groups, mod->group_id);
	struct group_buckets *buckets;
	enum of_err err;

	if (entry == NULL)
		return OFPGMFC_UNKNOWN_GROUP;
	err = prepare(agent, mod, &buckets);
	if (err != OF_OK)
		return err;
	err = group_store_modify(agent->groups, entry, mod, buckets);
	if (err != OF_OK)
		group_buckets_free(buckets);
	return err;
}

/* §6.7: flows that name a group go with it. */
static void remove_flows(struct agent *agent, uint32_t group_id)
{
	struct flow_filter filter = {
		.table_id = OFPTT_ALL, .out_port = OFPP_ANY, .out_group = group_id};
	struct flow_cursor cursor;
	struct flow *flow;

	flow_cursor_start(&cursor, agent->flows, OFPTT_ALL);
	while (!cursor.ended) {
		uint32_t budget = UINT32_MAX;

		flow = flow_cursor_next(&cursor, &filter, &budget);
		if (flow != NULL)
			flow_store_remove(agent->flows, flow, OFPRR_GROUP_DELETE);
	}
	flow_cursor_end(&cursor);
}

static enum of_err delete_groups(struct agent *agent, const struct of_group_mod *mod)
{
	struct group_entry *entry;

	if (mod->group_id == OFPG_ALL) {
		for (entry = group_store_first(agent->groups); entry != NULL;
		     entry = entry->hh.next) {
			if (entry->n_flows != 0)
				remove_flows(agent, entry->group->id);
		}
		group_store_clear(agent->groups);
		return OF_OK;
	}
	if (mod->group_id > OFPG_MAX)
		return OFPGMFC_INVALID_GROUP;
	entry = group_store_find(agent->groups, mod->group_id);
	if (entry == NULL) /* §6.7: no error, nothing happens */
		return OF_OK;
	if (entry->n_groups != 0)
		return OFPGMFC_CHAINED_GROUP;
	if (entry->n_flows != 0)
		remove_flows(agent, mod->group_id);
	group_store_remove(agent->groups, entry);
	return OF_OK;
}

enum of_err group_mod_apply(struct agent *agent, const struct of_group_mod *mod, uint64_t row)
{
	agent_changed(agent);
	switch (mod->command) {
	case OFPGC_ADD:
		return add(agent, mod, row);
	case OFPGC_MODIFY:
		return modify(agent, mod);
	case OFPGC_DELETE:
		return delete_groups(agent, mod);
	default:
		return OFPGMFC_BAD_COMMAND;
	}
}

enum of_err handle_group_mod(struct connection *conn, const struct of_msg *msg)
{
	return group_mod_apply(conn->agent, &msg->group_mod, 0);
}

static void group_changed(void *context, const struct group_entry *entry)
{
	restore_keep_group(context, entry);
}

static void group_removed(void *context, const struct group_entry *entry)
{
	restore_forget(context, AGENT_ROW_GROUP, entry->row);
}

const struct group_store_ops agent_group_ops = {.changed = group_changed, .removed = group_removed};
