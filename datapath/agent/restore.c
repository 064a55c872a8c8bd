// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/restore.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <utlist.h>

#include "datapath/agent/flow_mods.h"
#include "datapath/agent/flow_row.h"
#include "datapath/agent/group_mods.h"
#include "datapath/agent/meter_mods.h"
#include "datapath/agent/standalone.h"
#include "datapath/agent/table_config.h"
#include "datapath/agent/table_features.h"
#include "lib/text.h"

#define ROW_VERSION OF13
#define DECIDED_ROW 1

/* A row of a group whose members are not there yet. */
struct agent_row {
	struct agent_row *prev, *next;
	uint64_t row;
	size_t size;
	uint8_t bytes[];
};

static const struct {
	enum of_msg_type type;
	const char *name;
} kinds[] = {
	[AGENT_ROW_METER] = {OFPT_METER_MOD, "meter"},
	[AGENT_ROW_GROUP] = {OFPT_GROUP_MOD, "group"},
	[AGENT_ROW_FLOW] = {OFPT_FLOW_MOD, "flow"},
};

static void store_message(struct agent *agent, enum agent_row_kind kind, uint64_t row,
			  const struct of_msg *msg)
{
	struct wbuf b = wbuf_init(OF_MESSAGE_MAX);

	if (of_msg_pack(msg, &b) == 0)
		agent->cfg.ops->store(agent->cfg.host, kind, row, b.data, b.len);
	else
		log_limited(&agent->log_limit, LOG_LEVEL_WARNING, "agent",
			    "a %s is too large to be stored and will not outlive a restart; "
			    "split it",
			    kinds[kind].name);
	wbuf_free(&b);
}

static bool stores(const struct agent *agent)
{
	return agent->cfg.ops->store != NULL && !agent->restoring;
}

void restore_keep_flow(struct agent *agent, const struct flow *flow)
{
	struct wbuf *b = &agent->row;

	if (!stores(agent))
		return;
	b->len = 0;
	flow_row_pack(flow, b);
	if (!b->bad)
		agent->cfg.ops->store(agent->cfg.host, AGENT_ROW_FLOW, flow->row, b->data, b->len);
	else
		wbuf_free(b);
}

void restore_keep_group(struct agent *agent, const struct group_entry *entry)
{
	struct of_msg msg;

	if (!stores(agent))
		return;
	of_msg_init(&msg, group_entry_version(entry), OFPT_GROUP_MOD, 0);
	msg.group_mod = (struct of_group_mod){
		.command = OFPGC_ADD,
		.type = entry->type,
		.group_id = entry->group->id,
	};
	if (group_buckets_of(entry, &agent->arena, &msg.group_mod.buckets) == OF_OK)
		store_message(agent, AGENT_ROW_GROUP, entry->row, &msg);
	of_arena_reset(&agent->arena);
}

void restore_keep_meter(struct agent *agent, const struct meter_entry *entry)
{
	struct of_msg msg;

	if (!stores(agent))
		return;
	of_msg_init(&msg, ROW_VERSION, OFPT_METER_MOD, 0);
	msg.meter_mod = (struct of_meter_mod){.command = OFPMC_ADD, .meter = entry->said};
	store_message(agent, AGENT_ROW_METER, entry->row, &msg);
}

void restore_forget(struct agent *agent, enum agent_row_kind kind, uint64_t row)
{
	if (stores(agent))
		agent->cfg.ops->store(agent->cfg.host, kind, row, NULL, 0);
}

void restore_keep_decided(struct agent *agent)
{
	if (stores(agent))
		agent->cfg.ops->store(agent->cfg.host, AGENT_ROW_META, DECIDED_ROW,
				      agent->decided ? "decided" : NULL,
				      agent->decided ? sizeof("decided") : 0);
}

static int put_off(struct agent *agent, uint64_t row, const void *bytes, size_t size)
{
	struct agent_row *later = malloc(sizeof(*later) + size);

	if (later == NULL)
		return -ENOMEM;
	later->row = row;
	later->size = size;
	memcpy(later->bytes, bytes, size);
	DL_APPEND(agent->put_off, later);
	return 0;
}

/* Does what the row's message says. */
static enum of_err apply(struct agent *agent, enum agent_row_kind kind, uint64_t row,
			 const void *bytes, size_t size)
{
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	struct of_msg msg;
	enum of_err err;

	if (kind == AGENT_ROW_FLOW && flow_row_is(bytes, size)) {
		err = flow_row_unpack(bytes, size, &arena, &msg.flow_mod);
		msg.type = OFPT_FLOW_MOD;
	} else {
		err = of_msg_unpack(bytes, size, &arena, &msg);
	}
	if (err == OF_OK && msg.type != kinds[kind].type)
		err = OFPBRC_BAD_TYPE;
	if (err == OF_OK && kind == AGENT_ROW_FLOW)
		err = flow_mod_apply(agent, &msg.flow_mod, row);
	else if (err == OF_OK && kind == AGENT_ROW_GROUP)
		err = group_mod_apply(agent, &msg.group_mod, row);
	else if (err == OF_OK)
		err = meter_mod_apply(agent, &msg.meter_mod, row);
	of_arena_free(&arena);
	return err;
}

static void drop_row(struct agent *agent, struct agent_row *row)
{
	DL_DELETE(agent->put_off, row);
	free(row);
}

void restore_drop(struct agent *agent)
{
	while (agent->put_off != NULL)
		drop_row(agent, agent->put_off);
}

/* Groups that waited for one that is there now. */
static void retry(struct agent *agent)
{
	struct agent_row *row, *next;
	bool progress = true;

	while (progress) {
		progress = false;
		DL_FOREACH_SAFE (agent->put_off, row, next) {
			enum of_err err =
				apply(agent, AGENT_ROW_GROUP, row->row, row->bytes, row->size);

			if (err == OFPBAC_BAD_OUT_GROUP)
				continue;
			agent->n_lost_rows += err != OF_OK;
			progress = true;
			drop_row(agent, row);
		}
	}
}

int agent_restore(struct agent *agent, enum agent_row_kind kind, uint64_t row, const void *bytes,
		  size_t size, char *why, size_t why_size)
{
	enum of_err err;

	if (kind == AGENT_ROW_META && table_config_owns_row(row)) {
		if (table_config_restore(agent, row, bytes, size) == 0)
			return 0;
		snprintf(why, why_size,
			 "the stored configuration of a table cannot be read; it is left out");
		return -EINVAL;
	}
	if (kind == AGENT_ROW_META && table_features_owns_row(row)) {
		if (table_features_restore(agent, row, bytes, size) == 0)
			return 0;
		snprintf(why, why_size,
			 "the stored features of a table cannot be read; it can do everything");
		return -EINVAL;
	}
	if (kind == AGENT_ROW_META) {
		agent->decided |= row == DECIDED_ROW;
		return 0;
	}
	err = apply(agent, kind, row, bytes, size);
	if (err == OFPBAC_BAD_OUT_GROUP && kind == AGENT_ROW_GROUP)
		return put_off(agent, row, bytes, size);
	if (err == OF_OK) {
		if (kind == AGENT_ROW_GROUP)
			retry(agent);
		return 0;
	}
	snprintf(why, why_size, "stored %s %llu: %s; it is left out", kinds[kind].name,
		 (unsigned long long)row, of_err_sentence(err));
	return -EINVAL;
}

uint32_t agent_restore_end(struct agent *agent)
{
	struct agent_row *row;

	agent->restoring = false;
	agent->env.lenient = false;
	DL_FOREACH (agent->put_off, row) {
		agent->n_lost_rows++;
		restore_forget(agent, AGENT_ROW_GROUP, row->row);
	}
	restore_drop(agent);
	standalone_start(agent);
	return agent->n_lost_rows;
}
