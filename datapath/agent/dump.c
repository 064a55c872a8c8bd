// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/dump.h"

#include <stdlib.h>

#include "datapath/agent/flow_mods.h"
#include "datapath/agent/multipart.h"

#define LOOKED_AT_ONCE 64 /* flows between two looks at the clock */

struct dump {
	struct job job;
	bool aggregate;
	struct of_match match;
	struct flow_filter filter;
	struct flow_cursor cursor;
	struct of_arena arena;
	struct of_multipart_writer w;
	struct of_aggregate_stats sum;
};

static void take(struct dump *dump, const struct flow *flow)
{
	const struct flow_store *store = dump->job.conn->agent->flows;
	struct of_flow_stats stats;

	if (dump->aggregate) {
		struct flow_counter sum;

		flow_counts(store, flow, &sum);
		if (!(flow->flags & OFPFF_NO_PKT_COUNTS))
			dump->sum.n_packets += sum.packets;
		if (!(flow->flags & OFPFF_NO_BYT_COUNTS))
			dump->sum.n_bytes += sum.bytes;
		dump->sum.n_flows++;
		return;
	}
	of_arena_reset(&dump->arena);
	if (flow_stats_of(store, flow, &dump->arena, &stats) == OF_OK)
		of_multipart_writer_add(&dump->w, &stats);
}

static enum job_state run_dump(struct job *job)
{
	struct dump *dump = (struct dump *)job;

	if (job->conn->agent->transaction != NULL)
		return JOB_WAITS; /* flows are as they were or will be, and nothing between */
	do {
		uint32_t budget = LOOKED_AT_ONCE;
		struct flow *flow;

		while ((flow = flow_cursor_next(&dump->cursor, &dump->filter, &budget)) != NULL)
			take(dump, flow);
	} while (!dump->cursor.ended && !job_slice_over(job));
	if (!dump->cursor.ended)
		return JOB_MORE;
	if (dump->aggregate)
		of_multipart_writer_add(&dump->w, &dump->sum);
	of_multipart_writer_end(&dump->w);
	return JOB_DONE;
}

static void end_dump(struct job *job)
{
	struct dump *dump = (struct dump *)job;

	flow_cursor_end(&dump->cursor);
	of_multipart_writer_abort(&dump->w);
	of_arena_free(&dump->arena);
	free(dump);
}

enum of_err dump_start(struct connection *conn, const struct of_msg *msg)
{
	const struct of_flow_stats_request *request = &msg->multipart_request.flow;
	struct dump *dump;
	enum of_err err;

	if (request->table_id >= AGENT_N_TABLES && request->table_id != OFPTT_ALL)
		return OFPBRC_BAD_TABLE_ID;
	dump = calloc(1, sizeof(*dump));
	if (dump == NULL)
		return OF_ERR_NO_MEMORY;
	of_match_copy(&dump->match, &request->match);
	err = flow_filter_init(&dump->filter, request->table_id, request->cookie,
			       request->cookie_mask, request->out_port, request->out_group,
			       &dump->match);
	if (err != OF_OK) {
		free(dump);
		return err;
	}
	dump->job.run = run_dump;
	dump->job.end = end_dump;
	dump->aggregate = msg->multipart_request.type == OFPMP_AGGREGATE ||
			  msg->multipart_request.type == OFPMP_NX_AGGREGATE;
	dump->arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	flow_cursor_start(&dump->cursor, conn->agent->flows, request->table_id);
	of_multipart_writer_init(&dump->w, msg->version, msg->xid, msg->multipart_request.type,
				 multipart_emit, conn);
	job_add(conn, &dump->job);
	return OF_OK;
}
