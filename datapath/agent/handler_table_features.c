// SPDX-License-Identifier: Apache-2.0
/* OFPMP_TABLE_FEATURES: reading, and setting in one message or several (1.3.5 §7.3.5.5). */
#include <stdlib.h>

#include "datapath/agent/dispatch.h"
#include "datapath/agent/multipart.h"
#include "datapath/agent/table_features.h"

#define LOOKED_AT_ONCE 64        /* flows between two looks at the clock */
#define REQUEST_TIMEOUT_MS 10000 /* for the rest of a request to come */

/* A request of which more is to come. */
struct table_request {
	uint32_t xid;
	uint64_t started_ms;
	struct table_wish wish;
};

/* Removes the flows that do not fit any more, then answers. */
struct purge {
	struct job job;
	enum of_version version;
	uint32_t xid;
	struct flow_cursor cursor;
	struct of_arena arena;
};

static void answer(struct connection *conn, enum of_version version, uint32_t xid)
{
	struct of_multipart_writer w;

	of_multipart_writer_init(&w, version, xid, OFPMP_TABLE_FEATURES, multipart_emit, conn);
	for (unsigned int t = 0; t < AGENT_N_TABLES; t++) {
		struct of_table_features f;

		if (!table_features_get(conn->agent, (uint8_t)t, &f))
			continue;
		if (version < OF14) /* there are no such capabilities */
			f.config = 0;
		(void)of_multipart_writer_add(&w, &f);
	}
	(void)of_multipart_writer_end(&w);
}

static void purge_one(struct purge *purge, struct flow *flow)
{
	struct agent *agent = purge->job.conn->agent;
	struct of_instructions instructions;
	struct of_match match;

	of_arena_reset(&purge->arena);
	flow_match_of(flow, &match);
	if (flow->standalone || flow_instructions_of(flow, &purge->arena, &instructions) != OF_OK)
		return;
	if (table_features_check(agent, flow->rule->table_id, (uint16_t)flow->rule->priority,
				 &match, &instructions) != OF_OK)
		(void)flow_store_remove(agent->flows, flow, OFPRR_DELETE);
}

static void purge_slice(struct purge *purge, uint32_t budget)
{
	const struct of_match any = {.n = 0};
	struct flow_filter filter = {
		.table_id = OFPTT_ALL, .out_port = OFPP_ANY, .out_group = OFPG_ANY, .match = &any};

	for (;;) {
		struct flow *flow = flow_cursor_next(&purge->cursor, &filter, &budget);

		if (flow == NULL)
			return;
		purge_one(purge, flow);
	}
}

static enum job_state run_purge(struct job *job)
{
	struct purge *purge = (struct purge *)job;

	if (job->conn->agent->transaction != NULL)
		return JOB_WAITS;
	do {
		purge_slice(purge, LOOKED_AT_ONCE);
	} while (!purge->cursor.ended && !job_slice_over(job));
	if (!purge->cursor.ended)
		return JOB_MORE;
	answer(job->conn, purge->version, purge->xid);
	return JOB_DONE;
}

static void end_purge(struct job *job)
{
	struct purge *purge = (struct purge *)job;

	/* The connection went in between: what it set is in force, so the rest goes now. */
	while (!purge->cursor.ended)
		purge_slice(purge, LOOKED_AT_ONCE);
	flow_cursor_end(&purge->cursor);
	of_arena_free(&purge->arena);
	free(purge);
}

void table_request_drop(struct connection *conn)
{
	if (conn->table_request == NULL)
		return;
	table_wish_drop(&conn->table_request->wish);
	free(conn->table_request);
	conn->table_request = NULL;
}

static struct table_request *request_start(struct connection *conn, const struct of_msg *msg)
{
	struct table_request *request = calloc(1, sizeof(*request));

	if (request == NULL)
		return NULL;
	request->xid = msg->xid;
	request->started_ms = agent_now_ms(conn->agent);
	request->wish.version = msg->version;
	conn->table_request = request;
	return request;
}

static enum of_err request_take(struct table_request *request, const struct of_msg *msg)
{
	struct cursor c = cursor_init(msg->multipart_request.table_features.data,
				      msg->multipart_request.table_features.size);
	enum of_err err = OF_OK;

	while (err == OF_OK && cursor_left(&c) > 0) {
		struct of_table_features f;

		err = of_table_features_unpack(&c, msg->version, &f);
		if (err == OF_OK)
			err = table_wish_add(&request->wish, &f);
	}
	return err;
}

/* All of it is there. */
static enum of_err request_do(struct connection *conn, const struct of_msg *msg)
{
	struct purge *purge = malloc(sizeof(*purge));
	enum of_err err;

	if (purge == NULL)
		return OF_ERR_NO_MEMORY;
	err = table_features_set(conn->agent, &conn->table_request->wish);
	if (err != OF_OK) {
		free(purge);
		return err;
	}
	*purge = (struct purge){
		.job = {.run = run_purge, .end = end_purge, .holds = true},
		.version = msg->version,
		.xid = msg->xid,
		.arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT),
	};
	flow_cursor_start(&purge->cursor, conn->agent->flows, OFPTT_ALL);
	job_add(conn, &purge->job);
	return OF_OK;
}

enum of_err handle_table_features(struct connection *conn, const struct of_msg *msg)
{
	bool more = msg->multipart_request.flags & OFPMPF_REQ_MORE;
	struct table_request *request = conn->table_request;
	enum of_err err;

	if (request != NULL && request->xid != msg->xid &&
	    agent_now_ms(conn->agent) - request->started_ms >= REQUEST_TIMEOUT_MS) {
		table_request_drop(conn);
		request = NULL;
	}
	if (msg->multipart_request.table_features.size == 0 && !more &&
	    (request == NULL || request->xid != msg->xid)) {
		answer(conn, msg->version, msg->xid);
		return OF_OK;
	}
	if (conn->role == OFPCR_ROLE_SLAVE)
		return OFPBRC_IS_SLAVE;
	/* One at a time: so much, and no more, has a connection kept for it (§7.3.5). */
	if (request != NULL && request->xid != msg->xid)
		return OFPBRC_MULTIPART_BUFFER_OVERFLOW;
	if (request == NULL)
		request = request_start(conn, msg);
	if (request == NULL)
		return OF_ERR_NO_MEMORY;
	err = request_take(request, msg);
	if (err == OF_OK && more)
		return OF_OK;
	if (err == OF_OK)
		err = request_do(conn, msg);
	table_request_drop(conn);
	return err;
}
