// SPDX-License-Identifier: Apache-2.0
/* OFPT_FLOW_MOD (OpenFlow 1.3.5 §6.4, §7.3.4.1) and what follows from it. */
#include "datapath/agent/connections.h"
#include "datapath/agent/dispatch.h"
#include "datapath/agent/flow_mods.h"
#include "datapath/agent/restore.h"
#include "datapath/agent/standalone.h"

#include <utlist.h>

#define KNOWN_FLAGS                                                                                \
	(OFPFF_SEND_FLOW_REM | OFPFF_CHECK_OVERLAP | OFPFF_RESET_COUNTS | OFPFF_NO_PKT_COUNTS |    \
	 OFPFF_NO_BYT_COUNTS)

enum of_err flow_filter_init(struct flow_filter *filter, uint8_t table_id, uint64_t cookie,
			     uint64_t cookie_mask, uint32_t out_port, uint32_t out_group,
			     const struct of_match *match)
{
	*filter = (struct flow_filter){
		.table_id = table_id,
		.cookie = cookie,
		.cookie_mask = cookie_mask,
		.out_port = out_port,
		.out_group = out_group,
		.match = match,
	};
	return compile_match(match, &filter->care);
}

static enum of_err add(struct agent *agent, const struct of_flow_mod *mod, uint64_t row)
{
	struct flow_match match;
	struct flow_entry entry = {.mod = mod, .match = &match, .row = row};
	struct program *program;
	enum of_err err;

	if (mod->table_id >= AGENT_N_TABLES)
		return OFPFMFC_BAD_TABLE_ID;
	err = compile_match(&mod->match, &match);
	if (err != OF_OK)
		return err;
	err = compile_instructions(&agent->env, &mod->instructions, &mod->match, mod->priority,
				   mod->table_id, &program);
	if (err != OF_OK)
		return err;
	err = flow_store_add(agent->flows, &entry, program);
	if (err != OF_OK)
		program_free(program);
	return err;
}

static enum of_err modify_one(struct agent *agent, const struct of_flow_mod *mod, struct flow *flow)
{
	struct program *program;
	struct of_match match;
	enum of_err err;

	flow_match_of(flow, &match);
	err = compile_instructions(&agent->env, &mod->instructions, &match,
				   (uint16_t)flow->rule->priority, flow->rule->table_id, &program);
	if (err != OF_OK)
		return err;
	err = flow_store_modify(agent->flows, flow, &mod->instructions, mod->flags, program);
	if (err != OF_OK)
		program_free(program);
	return err;
}

/* Calls `each` for every flow that the flow-mod means, until one fails. */
static enum of_err for_each(struct agent *agent, const struct of_flow_mod *mod, bool strict,
			    enum of_err (*each)(struct agent *agent, const struct of_flow_mod *mod,
						struct flow *flow))
{
	bool del = mod->command == OFPFC_DELETE || mod->command == OFPFC_DELETE_STRICT;
	uint32_t budget = UINT32_MAX;
	struct flow_filter filter;
	struct flow_cursor cursor;
	struct flow *flow;
	enum of_err err;

	/* §7.3.4.1: out_port and out_group restrict deletes only. */
	err = flow_filter_init(&filter, mod->table_id, mod->cookie, mod->cookie_mask,
			       del ? mod->out_port : OFPP_ANY, del ? mod->out_group : OFPG_ANY,
			       &mod->match);
	if (err != OF_OK)
		return err;
	filter.strict = strict;
	filter.priority = mod->priority;
	if (strict && mod->table_id != OFPTT_ALL) {
		flow = flow_store_find(agent->flows, mod->table_id, mod->priority, &mod->match);
		return flow != NULL && flow_filter_takes(&filter, flow) ? each(agent, mod, flow)
									: OF_OK;
	}
	flow_cursor_start(&cursor, agent->flows, mod->table_id);
	while (err == OF_OK) {
		flow = flow_cursor_next(&cursor, &filter, &budget);
		if (flow == NULL && cursor.ended)
			break;
		if (flow != NULL)
			err = each(agent, mod, flow);
		else
			budget = UINT32_MAX;
	}
	flow_cursor_end(&cursor);
	return err;
}

static enum of_err delete_one(struct agent *agent, const struct of_flow_mod *mod, struct flow *flow)
{
	flow_store_remove(agent->flows, flow, OFPRR_DELETE);
	return OF_OK;
}

static enum of_err modify(struct agent *agent, const struct of_flow_mod *mod, bool strict)
{
	struct program *program;
	enum of_err err;

	if (mod->table_id >= AGENT_N_TABLES)
		return OFPFMFC_BAD_TABLE_ID;
	/* Refused before any flow has them, and whether some flow would get them or not. */
	err = compile_instructions(&agent->env, &mod->instructions, &mod->match, mod->priority,
				   mod->table_id, &program);
	if (err != OF_OK)
		return err;
	program_free(program);
	return for_each(agent, mod, strict, modify_one);
}

enum of_err flow_mod_apply(struct agent *agent, const struct of_flow_mod *mod, uint64_t row)
{
	bool del = mod->command == OFPFC_DELETE || mod->command == OFPFC_DELETE_STRICT;

	if (mod->flags & ~KNOWN_FLAGS)
		return OFPFMFC_BAD_FLAGS;
	if (mod->table_id >= AGENT_N_TABLES && !(del && mod->table_id == OFPTT_ALL))
		return OFPFMFC_BAD_TABLE_ID;
	/* There are no buffers (n_buffers is 0); deletes ignore the field. */
	if (!del && mod->buffer_id != OFP_NO_BUFFER)
		return OFPBRC_BUFFER_UNKNOWN;
	agent_changed(agent);
	agent->n_flow_mods++;
	switch (mod->command) {
	case OFPFC_ADD:
		return add(agent, mod, row);
	case OFPFC_MODIFY:
		return modify(agent, mod, false);
	case OFPFC_MODIFY_STRICT:
		return modify(agent, mod, true);
	case OFPFC_DELETE:
		return for_each(agent, mod, false, delete_one);
	case OFPFC_DELETE_STRICT:
		return for_each(agent, mod, true, delete_one);
	default:
		return OFPFMFC_BAD_COMMAND;
	}
}

enum of_err handle_flow_mod(struct connection *conn, const struct of_msg *msg)
{
	return flow_mod_apply(conn->agent, &msg->flow_mod, 0);
}

/* §7.4.2: to every connection that wants it. */
static void send_flow_removed(struct agent *agent, const struct flow *flow, uint8_t reason)
{
	struct of_flow_removed *removed;
	struct connection *conn;
	struct flow_counter sum;
	struct of_msg msg;
	uint64_t age;

	of_msg_init(&msg, OF13, OFPT_FLOW_REMOVED, 0);
	removed = &msg.flow_removed;
	flow_counts(agent->flows, flow, &sum);
	age = flow_age_ms(agent->flows, flow);
	removed->cookie = flow->rule->cookie;
	removed->priority = (uint16_t)flow->rule->priority;
	removed->reason = reason;
	removed->table_id = flow->rule->table_id;
	removed->duration_s = (uint32_t)(age / 1000);
	removed->duration_ns = (uint32_t)(age % 1000 * 1000000);
	removed->idle_timeout = flow->idle_s;
	removed->hard_timeout = flow->hard_s;
	removed->n_packets = sum.packets;
	removed->n_bytes = sum.bytes;
	flow_match_of(flow, &removed->match);
	DL_FOREACH (agent->connections, conn) {
		if (connection_wants(conn, conn->async.flow_removed_mask, reason))
			connection_send(conn, &msg);
	}
}

static void flow_removed(void *context, const struct flow *flow, uint8_t reason)
{
	struct agent *agent = context;

	agent_changed(agent);
	if (flow->standalone)
		standalone_rule_gone(agent);
	if (flow->flags & OFPFF_SEND_FLOW_REM)
		send_flow_removed(agent, flow, reason);
	if (!flow->standalone)
		restore_forget(agent, AGENT_ROW_FLOW, flow->row);
}

static void flow_changed(void *context, const struct flow *flow)
{
	struct agent *agent = context;

	if (flow->standalone)
		return;
	restore_keep_flow(agent, flow);
	/* A rule for misses of table 0 took the place of the switch's own. */
	if (!agent->decided && flow->rule->flags & RULE_TABLE_MISS && flow->rule->table_id == 0)
		standalone_rule_gone(agent);
}

const struct flow_store_ops agent_flow_ops = {.removed = flow_removed, .changed = flow_changed};
