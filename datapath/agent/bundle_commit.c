// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include <utlist.h>

#include "datapath/agent/bundle_impl.h"
#include "datapath/agent/dispatch.h"
#include "datapath/agent/flow_mods.h"
#include "datapath/agent/group_mods.h"
#include "datapath/agent/meter_mods.h"
#include "datapath/agent/request_forwards.h"
#include "datapath/agent/standalone.h"
#include "lib/units.h"

#define MESSAGES_AT_ONCE 8 /* between two looks at the clock */

enum phase { COMMIT_PREPARE, COMMIT_KEEP, COMMIT_AFTER, COMMIT_UNDO, COMMIT_OVER };

struct bundle_commit {
	struct transaction transaction;
	struct bundle *bundle;
	enum phase phase;
	struct bundle_chunk *chunk; /* where it has got to */
	size_t at;
	const uint8_t *failed; /* the message that could not be carried out */
	size_t failed_size;
	enum of_err err;
	struct of_arena arena;
};

bool bundle_commits(const struct bundle *bundle)
{
	const struct bundle_commit *commit = bundle->conn->agent->commit;

	return commit != NULL && commit->bundle == bundle;
}

/* The next message; false when there is none. */
static bool next_message(struct bundle_commit *commit, struct of_msg *msg)
{
	const uint8_t *bytes;
	size_t len;

	while (commit->chunk != NULL && commit->at == commit->chunk->size) {
		commit->chunk = commit->chunk->next;
		commit->at = 0;
	}
	if (commit->chunk == NULL)
		return false;
	bytes = commit->chunk->bytes + commit->at;
	len = (size_t)(bytes[2] << 8 | bytes[3]);
	commit->failed = bytes;
	commit->failed_size = len;
	commit->at += len;
	of_arena_reset(&commit->arena);
	commit->err = of_msg_unpack(bytes, len, &commit->arena, msg);
	return true;
}

static void rewind_messages(struct bundle_commit *commit)
{
	commit->chunk = commit->bundle->first;
	commit->at = 0;
}

static enum of_err check_port_mod(const struct agent *agent, const struct of_port_mod *mod)
{
	const struct agent_port_entry *entry = agent_port_find(agent, mod->port_no);

	if (entry == NULL)
		return OFPPMFC_BAD_PORT;
	return memcmp(&mod->hw_addr, &entry->port.mac, sizeof(mod->hw_addr)) != 0
		       ? OFPPMFC_BAD_HW_ADDR
		       : OF_OK;
}

static enum of_err check_packet_out(const struct agent *agent, const struct of_packet_out *out)
{
	struct action_list *actions;
	enum of_err err;

	if (out->buffer_id != OFP_NO_BUFFER)
		return OFPBRC_BUFFER_UNKNOWN;
	err = compile_packet_out(&agent->env, &out->actions, &actions);
	if (err == OF_OK)
		action_list_free(actions);
	return err;
}

/* Ports and packets are no part of the tables: what they ask is checked first and done last. */
static enum of_err prepare_message(struct agent *agent, const struct of_msg *msg)
{
	switch (msg->type) {
	case OFPT_FLOW_MOD:
		return flow_mod_apply(agent, &msg->flow_mod, 0);
	case OFPT_GROUP_MOD:
		return group_mod_apply(agent, &msg->group_mod, 0);
	case OFPT_METER_MOD:
		return meter_mod_apply(agent, &msg->meter_mod, 0);
	case OFPT_PORT_MOD:
		return check_port_mod(agent, &msg->port_mod);
	case OFPT_PACKET_OUT:
		return check_packet_out(agent, &msg->packet_out);
	default:
		return OFPBFC_MSG_UNSUP;
	}
}

static bool slice_over(uint32_t n, uint64_t until_us)
{
	return n % MESSAGES_AT_ONCE == 0 && clock_us() >= until_us;
}

static void prepare(struct agent *agent, struct bundle_commit *commit, uint64_t until_us)
{
	struct of_msg msg;

	for (uint32_t n = 1; next_message(commit, &msg); n++) {
		if (commit->err == OF_OK) {
			agent->actor.xid = commit->transaction.xid = msg.xid;
			commit->err = prepare_message(agent, &msg);
		}
		if (commit->err != OF_OK) {
			commit->phase = COMMIT_UNDO;
			return;
		}
		if (slice_over(n, until_us))
			return;
	}
	/* The instant. */
	transaction_publish(&commit->transaction);
	agent_changed(agent);
	commit->phase = COMMIT_KEEP;
}

/* The messages that are no part of the tables. */
static void after(struct agent *agent, struct bundle_commit *commit, uint64_t until_us)
{
	struct of_msg msg;

	for (uint32_t n = 1; next_message(commit, &msg); n++) {
		enum of_err err = OF_OK;

		agent->actor.xid = msg.xid;
		if (msg.type == OFPT_PORT_MOD)
			err = handle_port_mod(commit->bundle->conn, &msg);
		else if (msg.type == OFPT_PACKET_OUT)
			err = handle_packet_out(commit->bundle->conn, &msg);
		else if (msg.type == OFPT_GROUP_MOD || msg.type == OFPT_METER_MOD)
			request_forward(agent, commit->bundle->conn, &msg);
		if (err != OF_OK)
			channel_send_error(commit->bundle->conn->channel, err, commit->failed,
					   commit->failed_size);
		if (slice_over(n, until_us))
			return;
	}
	commit->phase = COMMIT_OVER;
}

static void wake_all(struct agent *agent)
{
	struct connection *conn;

	DL_FOREACH (agent->connections, conn) {
		if (conn->jobs != NULL && conn->jobs->waiting)
			job_wake(conn->jobs);
	}
}

/* The stores are everybody's again. */
static void finish(struct agent *agent, struct bundle_commit *commit)
{
	flow_store_set_transaction(agent->flows, NULL);
	group_store_set_transaction(agent->groups, NULL);
	meter_store_set_transaction(agent->meters, NULL);
	agent->transaction = NULL;
	agent->commit = NULL;
	of_arena_free(&commit->arena);
	free(commit);
	if (agent->fail_mode_late)
		standalone_late(agent);
	wake_all(agent);
}

static void answer(struct bundle_commit *commit)
{
	struct bundle *bundle = commit->bundle;

	if (commit->err == OF_OK) {
		bundle_reply(bundle);
		return;
	}
	/* §7.3.9.6: first the message that failed, in its own name. */
	if (bundle->conn->up)
		channel_send_error(bundle->conn->channel, commit->err, commit->failed,
				   commit->failed_size);
	bundle_error(bundle, OFPBFC_MSG_FAILED);
}

/* One step on; `until_us` UINT64_MAX: as far as it goes. */
static void step(struct agent *agent, struct bundle_commit *commit, uint64_t until_us)
{
	struct transaction *t = &commit->transaction;

	switch (commit->phase) {
	case COMMIT_PREPARE:
		prepare(agent, commit, until_us);
		break;
	case COMMIT_KEEP:
		if (transaction_keep(t, until_us)) {
			rewind_messages(commit);
			commit->phase = COMMIT_AFTER;
		}
		break;
	case COMMIT_AFTER:
		after(agent, commit, until_us);
		break;
	case COMMIT_UNDO:
		if (transaction_undo(t, until_us))
			commit->phase = COMMIT_OVER;
		break;
	case COMMIT_OVER:
		break;
	}
}

bool bundle_commit_run(struct agent *agent)
{
	uint64_t until_us = clock_us() + JOBS_SLICE_US;
	struct bundle_commit *commit = agent->commit;
	struct agent_actor actor = agent->actor;
	struct bundle *bundle;

	if (commit == NULL)
		return false;
	bundle = commit->bundle;
	agent->actor = (struct agent_actor){.conn = bundle->conn, .version = bundle->version};
	do {
		step(agent, commit, until_us);
	} while (commit->phase != COMMIT_OVER && clock_us() < until_us);
	agent->actor = actor;
	if (commit->phase != COMMIT_OVER)
		return true;
	answer(commit);
	finish(agent, commit);
	bundle_discard(bundle);
	return false;
}

enum of_err bundle_commit_start(struct bundle *bundle)
{
	struct agent *agent = bundle->conn->agent;
	struct bundle_commit *commit = calloc(1, sizeof(*commit));

	if (commit == NULL)
		return OF_ERR_NO_MEMORY;
	commit->bundle = bundle;
	commit->arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	rewind_messages(commit);
	transaction_begin(&commit->transaction, agent->cfg.pipeline);
	agent->commit = commit;
	agent->transaction = &commit->transaction;
	flow_store_set_transaction(agent->flows, agent->transaction);
	group_store_set_transaction(agent->groups, agent->transaction);
	meter_store_set_transaction(agent->meters, agent->transaction);
	if (bundle_commit_run(agent))
		jobs_soon(agent);
	return OF_OK;
}

void bundle_commit_abandon(struct connection *conn)
{
	struct agent *agent = conn->agent;
	struct bundle_commit *commit = agent->commit;

	if (commit == NULL || commit->bundle->conn != conn)
		return;
	if (commit->phase == COMMIT_PREPARE)
		commit->phase = COMMIT_UNDO;
	agent->actor = (struct agent_actor){.conn = conn, .version = commit->bundle->version};
	if (commit->phase == COMMIT_KEEP)
		transaction_keep(&commit->transaction, UINT64_MAX);
	else
		transaction_undo(&commit->transaction, UINT64_MAX);
	agent->actor = (struct agent_actor){0};
	finish(agent, commit);
}

/* --- what waits ---------------------------------------------------------------------------- */

bool bundle_makes_wait(const struct connection *conn, enum of_msg_type type)
{
	const struct bundle_commit *commit = conn->agent->commit;

	if (commit == NULL)
		return false;
	switch (type) {
	case OFPT_FLOW_MOD:
	case OFPT_GROUP_MOD:
	case OFPT_METER_MOD:
	case OFPT_PORT_MOD:
	case OFPT_TABLE_MOD:
	case OFPT_MULTIPART_REQUEST:
	case OFPT_BUNDLE_CONTROL:
		return true;
	case OFPT_ERROR:
		return false;
	default: /* its author's later messages come after it */
		return commit->bundle->conn == conn;
	}
}

struct postponed {
	struct job job;
	size_t len;
	uint8_t raw[];
};

static enum job_state run_postponed(struct job *job)
{
	struct postponed *p = (struct postponed *)job;
	struct connection *conn = job->conn;
	struct of_arena arena;
	struct of_msg msg;
	enum of_err err;

	if (conn->agent->commit != NULL)
		return JOB_WAITS;
	arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	err = of_msg_unpack(p->raw, p->len, &arena, &msg);
	if (err == OF_OK)
		err = dispatch(conn, &msg);
	if (err != OF_OK && conn->up)
		channel_send_error(conn->channel, err, p->raw, p->len);
	of_arena_free(&arena);
	return JOB_DONE;
}

static void end_postponed(struct job *job)
{
	free(job);
}

enum of_err bundle_postpone(struct connection *conn, const uint8_t *raw, size_t len)
{
	struct postponed *p = calloc(1, sizeof(*p) + len);

	if (p == NULL)
		return OF_ERR_NO_MEMORY;
	p->job.run = run_postponed;
	p->job.end = end_postponed;
	p->job.holds = true;
	p->len = len;
	memcpy(p->raw, raw, len);
	job_add(conn, &p->job);
	return OF_OK;
}
