// SPDX-License-Identifier: Apache-2.0
/* OFPT_GROUP_MOD (OpenFlow 1.3.5 §6.7, §7.3.4.2, 1.5.1 §6.7) and what follows from it. */
#include "datapath/agent/dispatch.h"
#include "datapath/agent/group_mods.h"
#include "datapath/agent/request_forwards.h"
#include "datapath/agent/restore.h"
#include "datapath/agent/uses.h"

/* What is watched must be there. Stored groups are back before ports, and in any order. */
static enum of_err check_watched(struct agent *agent, const struct group_buckets *buckets)
{
	if (agent->restoring)
		return OF_OK;
	for (uint32_t i = 0; i < buckets->n; i++) {
		struct group_watch watch = group_watch(buckets->kind, buckets->b[i].watch_port,
						       buckets->b[i].watch_group);

		if (watch.port != GROUP_WATCHES_NOTHING &&
		    agent_port_find(agent, watch.port) == NULL)
			return OFPGMFC_BAD_WATCH;
		if (watch.group != GROUP_WATCHES_NOTHING &&
		    group_store_find(agent->groups, watch.group) == NULL)
			return OFPGMFC_BAD_WATCH;
	}
	return OF_OK;
}

/* Compiles what a group is to be; group_buckets_free frees it if nobody takes it. */
static enum of_err prepare(struct agent *agent, uint32_t group_id, struct group_content *content)
{
	enum of_err err;

	if (group_id > OFPG_MAX)
		return OFPGMFC_INVALID_GROUP;
	err = group_store_check_chain(agent->groups, group_id, content->buckets);
	if (err == OF_OK)
		err = compile_buckets(&agent->env, content->type, content->buckets,
				      &content->compiled);
	if (err != OF_OK)
		return err;
	err = check_watched(agent, content->compiled);
	if (err != OF_OK)
		group_buckets_free(content->compiled);
	return err;
}

static enum of_err add(struct agent *agent, const struct of_group_mod *mod, uint64_t row)
{
	struct group_content content = {.type = mod->type, .buckets = &mod->buckets};
	enum of_err err;

	if (group_store_find(agent->groups, mod->group_id) != NULL)
		return OFPGMFC_GROUP_EXISTS;
	err = prepare(agent, mod->group_id, &content);
	if (err != OF_OK)
		return err;
	err = group_store_add(agent->groups, mod->group_id, &content, row);
	if (err != OF_OK)
		group_buckets_free(content.compiled);
	return err;
}

static enum of_err change(struct agent *agent, struct group_entry *entry,
			  struct group_content *content)
{
	enum of_err err = prepare(agent, entry->group->id, content);

	if (err != OF_OK)
		return err;
	err = group_store_modify(agent->groups, entry, content);
	if (err != OF_OK)
		group_buckets_free(content->compiled);
	return err;
}

static enum of_err modify(struct agent *agent, const struct of_group_mod *mod)
{
	struct group_content content = {.type = mod->type, .buckets = &mod->buckets};
	struct group_entry *entry = group_store_find(agent->groups, mod->group_id);

	return entry != NULL ? change(agent, entry, &content) : OFPGMFC_UNKNOWN_GROUP;
}

/* --- buckets one by one (1.5.1 §6.7) -------------------------------------------------------- */

/* The place of a bucket; buckets->n when there is none of that id. */
static uint16_t place_of(const struct of_buckets *buckets, uint32_t bucket_id)
{
	uint16_t i = 0;

	if (bucket_id == OFPG_BUCKET_LAST && buckets->n != 0)
		return buckets->n - 1;
	if (bucket_id == OFPG_BUCKET_FIRST)
		return 0;
	while (i < buckets->n && buckets->b[i].bucket_id != bucket_id)
		i++;
	return i;
}

/* Puts the buckets of the group-mod between those that are there. */
static enum of_err insert(const struct of_group_mod *mod, const struct of_buckets *old,
			  struct of_arena *arena, struct of_buckets *out)
{
	uint32_t n = (uint32_t)old->n + mod->buckets.n;
	uint16_t at = old->n; /* how many of the old ones come first */

	if (mod->command_bucket_id == OFPG_BUCKET_FIRST)
		at = 0;
	else if (mod->command_bucket_id != OFPG_BUCKET_LAST) {
		uint16_t place = mod->command_bucket_id > OFPG_BUCKET_MAX
					 ? old->n
					 : place_of(old, mod->command_bucket_id);

		if (place == old->n)
			return OFPGMFC_UNKNOWN_BUCKET;
		at = place + 1;
	}
	if (n > GROUP_MAX_BUCKETS)
		return OFPGMFC_OUT_OF_BUCKETS;
	*out = (struct of_buckets){.n = (uint16_t)n};
	if (n == 0)
		return OF_OK;
	out->b = of_arena_alloc(arena, n * sizeof(out->b[0]));
	if (out->b == NULL)
		return OF_ERR_NO_MEMORY;
	for (uint16_t i = 0; i < at; i++)
		out->b[i] = old->b[i];
	for (uint16_t i = 0; i < mod->buckets.n; i++)
		out->b[at + i] = mod->buckets.b[i];
	for (uint16_t i = at; i < old->n; i++)
		out->b[i + mod->buckets.n] = old->b[i];
	return OF_OK;
}

static enum of_err take_out(const struct of_group_mod *mod, const struct of_buckets *old,
			    struct of_buckets *out)
{
	uint16_t place;

	if (mod->buckets.n != 0)
		return OFPGMFC_BAD_BUCKET;
	*out = *old;
	if (mod->command_bucket_id == OFPG_BUCKET_ALL) {
		out->n = 0;
		return OF_OK;
	}
	place = place_of(old, mod->command_bucket_id);
	if (place >= old->n)
		return OFPGMFC_UNKNOWN_BUCKET;
	out->n--;
	for (uint16_t i = place; i < out->n; i++)
		out->b[i] = out->b[i + 1];
	return OF_OK;
}

static enum of_err change_buckets(struct agent *agent, const struct of_group_mod *mod)
{
	struct group_entry *entry = group_store_find(agent->groups, mod->group_id);
	struct of_arena arena = of_arena_init(2 * OF_ARENA_DEFAULT_LIMIT);
	struct of_buckets old, buckets;
	struct group_content content = {.buckets = &buckets, .keep_counters = true};
	enum of_err err;

	if (mod->group_id > OFPG_MAX)
		return OFPGMFC_INVALID_GROUP;
	if (entry == NULL)
		return OFPGMFC_UNKNOWN_GROUP;
	content.type = entry->type;
	err = group_buckets_of(entry, &arena, &old);
	if (err == OF_OK)
		err = mod->command == OFPGC_INSERT_BUCKET ? insert(mod, &old, &arena, &buckets)
							  : take_out(mod, &old, &buckets);
	if (err == OF_OK)
		err = change(agent, entry, &content);
	of_arena_free(&arena);
	return err;
}

/* --- delete --------------------------------------------------------------------------------- */

/* §6.7: flows that name a group go with it; NULL: those that name any. */
static enum of_err remove_flows(struct agent *agent, const struct group_entry *entry)
{
	struct flow_filter filter = {
		.table_id = OFPTT_ALL, .out_port = OFPP_ANY, .out_group = OFPG_ANY};
	const struct group *group = entry != NULL ? entry->group : NULL;
	struct flow_cursor cursor;
	enum of_err err = OF_OK;
	struct flow *flow;

	flow_cursor_start(&cursor, agent->flows, OFPTT_ALL);
	while (!cursor.ended && err == OF_OK && (entry == NULL || entry->n_flows != 0)) {
		uint32_t budget = UINT32_MAX;

		flow = flow_cursor_next(&cursor, &filter, &budget);
		if (flow != NULL && uses_group(flow->rule->program, group))
			err = flow_store_remove(agent->flows, flow, OFPRR_GROUP_DELETE);
	}
	flow_cursor_end(&cursor);
	return err;
}

static enum of_err delete_all(struct agent *agent)
{
	struct group_entry *entry = group_store_first(agent->groups);
	enum of_err err = OF_OK;

	while (entry != NULL && entry->n_flows == 0)
		entry = entry->hh.next;
	if (entry != NULL)
		err = remove_flows(agent, NULL);
	return err == OF_OK ? group_store_clear(agent->groups) : err;
}

static enum of_err delete_groups(struct agent *agent, const struct of_group_mod *mod)
{
	struct group_entry *entry;
	enum of_err err = OF_OK;

	if (mod->group_id == OFPG_ALL)
		return delete_all(agent);
	if (mod->group_id > OFPG_MAX)
		return OFPGMFC_INVALID_GROUP;
	entry = group_store_find(agent->groups, mod->group_id);
	if (entry == NULL) /* §6.7: no error, nothing happens */
		return OF_OK;
	if (entry->n_groups != 0)
		return OFPGMFC_CHAINED_GROUP;
	if (entry->n_flows != 0)
		err = remove_flows(agent, entry);
	return err == OF_OK ? group_store_remove(agent->groups, entry) : err;
}

enum of_err group_mod_apply(struct agent *agent, const struct of_group_mod *mod, uint64_t row)
{
	agent_changed(agent);
	switch (mod->command) {
	case OFPGC_ADD:
		return add(agent, mod, row);
	case OFPGC_MODIFY:
		return modify(agent, mod);
	case OFPGC_ADD_OR_MODIFY:
		return group_store_find(agent->groups, mod->group_id) != NULL
			       ? modify(agent, mod)
			       : add(agent, mod, row);
	case OFPGC_DELETE:
		return delete_groups(agent, mod);
	case OFPGC_INSERT_BUCKET:
	case OFPGC_REMOVE_BUCKET:
		return change_buckets(agent, mod);
	default:
		return OFPGMFC_BAD_COMMAND;
	}
}

enum of_err handle_group_mod(struct connection *conn, const struct of_msg *msg)
{
	enum of_err err = group_mod_apply(conn->agent, &msg->group_mod, 0);

	if (err == OF_OK)
		request_forward(conn->agent, conn, msg);
	return err;
}

static void group_changed(void *context, const struct group_entry *entry)
{
	restore_keep_group(context, entry);
}

static void group_removed(void *context, const struct group_entry *entry)
{
	restore_forget(context, AGENT_ROW_GROUP, entry->row);
}

static bool port_live(void *context, uint32_t port_no)
{
	const struct agent_port_entry *entry = agent_port_find(context, port_no);

	return entry != NULL && agent_port_live(&entry->port);
}

const struct group_store_ops agent_group_ops = {
	.changed = group_changed,
	.removed = group_removed,
	.port_live = port_live,
};
