// SPDX-License-Identifier: Apache-2.0
/* OFPT_FLOW_MOD (OpenFlow 1.3.5 §6.4, §7.3.4.1) and what follows from it. */
#include "datapath/agent/connections.h"
#include "datapath/agent/dispatch.h"
#include "datapath/agent/flow_mods.h"
#include "datapath/agent/flow_monitor.h"
#include "datapath/agent/multipart.h"
#include "datapath/agent/restore.h"
#include "datapath/agent/standalone.h"
#include "datapath/agent/table_config.h"
#include "openflow/nicira_msg.h"

#include <utlist.h>

enum of_err handle_flow_mod(struct connection *conn, const struct of_msg *msg)
{
	return flow_mod_start(conn, &msg->flow_mod);
}

/* Reasons that a version does not have yet are deletions there (§7.4.2). */
static uint8_t reason_in(enum of_version version, uint8_t reason)
{
	uint8_t last = version == OF10  ? OFPRR_DELETE
		       : version < OF14 ? OFPRR_GROUP_DELETE
					: UINT8_MAX;

	return reason > last ? OFPRR_DELETE : reason;
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
		/* Nicira's form says what a match of 1.0 cannot. */
		msg.nicira = conn->version == OF10 && conn->nicira.flow_format == NXFF_NXM;
		removed->reason = reason_in(conn->version, reason);
		if (connection_wants(conn, conn->async.flow_removed_mask, removed->reason))
			connection_send(conn, &msg);
	}
}

/* Who made the change, when a bundle makes it known later. */
static void set_actor(struct agent *agent)
{
	if (agent->transaction != NULL)
		agent->actor.xid = agent->transaction->xid;
}

static void flow_removed(void *context, const struct flow *flow, uint8_t reason)
{
	struct agent *agent = context;

	agent_changed(agent);
	set_actor(agent);
	if (flow->standalone)
		standalone_rule_gone(agent);
	if (flow->flags & OFPFF_SEND_FLOW_REM)
		send_flow_removed(agent, flow, reason);
	flow_monitors_changed(agent, flow, OFPFME_REMOVED, reason);
	table_config_changed(agent, flow->rule->table_id);
	if (!flow->standalone)
		restore_forget(agent, AGENT_ROW_FLOW, flow->row);
}

static void flow_changed(void *context, const struct flow *flow, bool added)
{
	struct agent *agent = context;

	set_actor(agent);
	flow_monitors_changed(agent, flow, added ? OFPFME_ADDED : OFPFME_MODIFIED, 0);
	if (added)
		table_config_changed(agent, flow->rule->table_id);
	if (flow->standalone)
		return;
	restore_keep_flow(agent, flow);
	/* A rule for misses of table 0 took the place of the switch's own. */
	if (!agent->decided && flow->rule->flags & RULE_TABLE_MISS && flow->rule->table_id == 0)
		standalone_rule_gone(agent);
}

/* 1.5.1 §7.2.5.1: OFPMP_FLOW_STATS that nobody asked for, to those that want it. */
static void flow_triggered(void *context, const struct flow *flow)
{
	struct agent *agent = context;
	struct connection *conn;

	DL_FOREACH (agent->connections, conn) {
		struct of_multipart_writer w;
		struct of_flow_stats stats;
		struct of_arena arena;

		if (conn->version < OF15 ||
		    !connection_wants(conn, conn->async.flow_stats_mask, OFPFSR_STAT_TRIGGER))
			continue;
		arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
		if (flow_stats_of(agent->flows, flow, &arena, &stats) == OF_OK) {
			stats.reason = OFPFSR_STAT_TRIGGER;
			of_multipart_writer_init(&w, conn->version, 0, OFPMP_FLOW_STATS,
						 multipart_emit, conn);
			of_multipart_writer_add(&w, &stats);
			of_multipart_writer_end(&w);
		}
		of_arena_free(&arena);
	}
}

const struct flow_store_ops agent_flow_ops = {
	.removed = flow_removed, .changed = flow_changed, .triggered = flow_triggered};
