// SPDX-License-Identifier: Apache-2.0
/* OFPT_MULTIPART_REQUEST (OpenFlow 1.3.5 §7.3.5): short replies at once, long ones by dump.c. */
#include "datapath/agent/dispatch.h"
#include "datapath/agent/dump.h"
#include "datapath/agent/multipart.h"

struct row {
	enum of_err (*answer)(struct connection *conn, const struct of_msg *msg,
			      struct of_multipart_writer *w);
	bool sliced; /* `answer` starts a job and does not use the writer */
};

static enum of_err answer_desc(struct connection *conn, const struct of_msg *msg,
			       struct of_multipart_writer *w)
{
	struct of_desc desc = {
		.mfr_desc = "Heddle",
		.hw_desc = "heddled (DPDK poll mode)",
		.sw_desc = HEDDLE_VERSION,
	};

	memcpy(desc.serial_num, conn->agent->serial_num, sizeof(desc.serial_num));
	memcpy(desc.dp_desc, conn->agent->dp_desc, sizeof(desc.dp_desc));
	of_multipart_writer_add(w, &desc);
	return OF_OK;
}

static enum of_err answer_table(struct connection *conn, const struct of_msg *msg,
				struct of_multipart_writer *w)
{
	const struct agent *agent = conn->agent;

	for (unsigned int t = 0; t < AGENT_N_TABLES; t++) {
		struct pipeline_table_counter sum = {0};
		struct of_table_stats stats = {.table_id = (uint8_t)t};

		if (agent->cfg.pmd != NULL)
			pmd_table_counters(agent->cfg.pmd, (uint8_t)t, &sum);
		stats.active_count = flow_store_count(agent->flows, (uint8_t)t);
		stats.lookup_count = sum.lookups;
		stats.matched_count = sum.matches;
		stats.max_entries = agent->cfg.max_flows;
		of_multipart_writer_add(w, &stats);
	}
	return OF_OK;
}

static void add_port_stats(const struct agent *agent, const struct agent_port_entry *entry,
			   struct of_multipart_writer *w)
{
	uint64_t age = agent_now_ms(agent) - entry->added_ms;
	struct pmd_port_counters c = {0};
	struct of_port_stats stats = {
		.port_no = entry->port.ofport,
		.duration_s = (uint32_t)(age / 1000),
		.duration_ns = (uint32_t)(age % 1000 * 1000000),
		.rx_frame_err = UINT64_MAX,
		.rx_over_err = UINT64_MAX,
		.rx_crc_err = UINT64_MAX,
		.collisions = UINT64_MAX,
	};

	if (agent->cfg.pmd != NULL)
		pmd_port_counters(agent->cfg.pmd, entry->port.index, &c);
	stats.rx_packets = c.rx_packets;
	stats.rx_bytes = c.rx_bytes;
	stats.tx_packets = c.tx_packets;
	stats.tx_bytes = c.tx_bytes;
	/* What the port itself refused; what tables dropped is no loss of the port. */
	stats.rx_dropped = c.drops[DROP_PORT_DOWN] + c.drops[DROP_PORT_NO_RECV];
	stats.rx_errors = c.drops[DROP_RX_MALFORMED] + c.drops[DROP_RUNT];
	stats.tx_dropped = c.tx_dropped;
	of_multipart_writer_add(w, &stats);
}

static enum of_err answer_port_stats(struct connection *conn, const struct of_msg *msg,
				     struct of_multipart_writer *w)
{
	uint32_t port_no = msg->multipart_request.port_no;
	const struct agent_port_entry *entry;

	if (port_no != OFPP_ANY) {
		entry = agent_port_find(conn->agent, port_no);
		if (entry == NULL)
			return OFPBRC_BAD_PORT;
		add_port_stats(conn->agent, entry, w);
		return OF_OK;
	}
	for (entry = conn->agent->ports; entry != NULL; entry = entry->hh.next)
		add_port_stats(conn->agent, entry, w);
	return OF_OK;
}

static enum of_err answer_port_desc(struct connection *conn, const struct of_msg *msg,
				    struct of_multipart_writer *w)
{
	const struct agent_port_entry *entry;

	for (entry = conn->agent->ports; entry != NULL; entry = entry->hh.next) {
		struct of_port port;

		agent_port_describe(&entry->port, &port);
		of_multipart_writer_add(w, &port);
	}
	return OF_OK;
}

/* There are no queues; asking for one by number is asking for what is not there. */
static enum of_err answer_queue(struct connection *conn, const struct of_msg *msg,
				struct of_multipart_writer *w)
{
	const struct of_queue_stats_request *request = &msg->multipart_request.queue;

	if (request->port_no != OFPP_ANY && agent_port_find(conn->agent, request->port_no) == NULL)
		return OFPQOFC_BAD_PORT;
	return request->queue_id != OFPQ_ALL ? OFPQOFC_BAD_QUEUE : OF_OK;
}

static enum of_err answer_group(struct connection *conn, const struct of_msg *msg,
				struct of_multipart_writer *w)
{
	const struct agent *agent = conn->agent;
	uint32_t id = msg->multipart_request.group_id;
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	const struct group_entry *entry;

	for (entry = id == OFPG_ALL ? group_store_first(agent->groups)
				    : group_store_find(agent->groups, id);
	     entry != NULL; entry = id == OFPG_ALL ? entry->hh.next : NULL) {
		struct of_group_stats stats;

		of_arena_reset(&arena);
		if (group_stats_of(agent->groups, entry, &arena, &stats) == OF_OK)
			of_multipart_writer_add(w, &stats);
	}
	of_arena_free(&arena);
	return OF_OK;
}

static enum of_err answer_group_desc(struct connection *conn, const struct of_msg *msg,
				     struct of_multipart_writer *w)
{
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	const struct group_entry *entry;

	for (entry = group_store_first(conn->agent->groups); entry != NULL;
	     entry = entry->hh.next) {
		struct of_group_desc desc = {.type = entry->type, .group_id = entry->group->id};

		of_arena_reset(&arena);
		if (group_buckets_of(entry, &arena, &desc.buckets) == OF_OK)
			of_multipart_writer_add(w, &desc);
	}
	of_arena_free(&arena);
	return OF_OK;
}

static enum of_err answer_group_features(struct connection *conn, const struct of_msg *msg,
					 struct of_multipart_writer *w)
{
	uint32_t actions = table_features_actions();
	struct of_group_features features = {
		.types = 1u << OFPGT_ALL | 1u << OFPGT_INDIRECT,
		.capabilities = OFPGFC_CHAINING | OFPGFC_CHAINING_CHECKS,
	};

	features.max_groups[OFPGT_ALL] = conn->agent->cfg.max_groups;
	features.max_groups[OFPGT_INDIRECT] = conn->agent->cfg.max_groups;
	features.actions[OFPGT_ALL] = actions;
	features.actions[OFPGT_INDIRECT] = actions;
	of_multipart_writer_add(w, &features);
	return OF_OK;
}

/* There are no meters: nothing to list, and none of a number. */
static enum of_err answer_meter(struct connection *conn, const struct of_msg *msg,
				struct of_multipart_writer *w)
{
	return msg->multipart_request.meter_id == OFPM_ALL ? OF_OK : OFPMMFC_UNKNOWN_METER;
}

static enum of_err answer_meter_features(struct connection *conn, const struct of_msg *msg,
					 struct of_multipart_writer *w)
{
	struct of_meter_features features = {0};

	of_multipart_writer_add(w, &features);
	return OF_OK;
}

static enum of_err answer_table_features(struct connection *conn, const struct of_msg *msg,
					 struct of_multipart_writer *w)
{
	/* Tables are what they are: reading is served, setting is refused (§7.3.5.5). */
	if (msg->multipart_request.table_features.size != 0)
		return conn->role == OFPCR_ROLE_SLAVE ? OFPBRC_IS_SLAVE : OFPTFFC_EPERM;
	for (unsigned int t = 0; t < AGENT_N_TABLES; t++) {
		if (!table_features_add(w, (uint8_t)t, conn->agent->cfg.max_flows))
			return OF_ERR_NO_MEMORY;
	}
	return OF_OK;
}

static enum of_err answer_flow(struct connection *conn, const struct of_msg *msg,
			       struct of_multipart_writer *w)
{
	return dump_start(conn, msg);
}

static const struct row rows[] = {
	[OFPMP_DESC] = {answer_desc, false},
	[OFPMP_FLOW] = {answer_flow, true},
	[OFPMP_AGGREGATE] = {answer_flow, true},
	[OFPMP_TABLE] = {answer_table, false},
	[OFPMP_PORT_STATS] = {answer_port_stats, false},
	[OFPMP_QUEUE] = {answer_queue, false},
	[OFPMP_GROUP] = {answer_group, false},
	[OFPMP_GROUP_DESC] = {answer_group_desc, false},
	[OFPMP_GROUP_FEATURES] = {answer_group_features, false},
	[OFPMP_METER] = {answer_meter, false},
	[OFPMP_METER_CONFIG] = {answer_meter, false},
	[OFPMP_METER_FEATURES] = {answer_meter_features, false},
	[OFPMP_TABLE_FEATURES] = {answer_table_features, false},
	[OFPMP_PORT_DESC] = {answer_port_desc, false},
};

void multipart_emit(void *context, const uint8_t *message, size_t len)
{
	struct connection *conn = context;

	if (conn->up)
		channel_send_raw(conn->channel, message, len);
}

enum of_err handle_multipart(struct connection *conn, const struct of_msg *msg)
{
	const struct of_multipart_request *request = &msg->multipart_request;
	struct of_multipart_writer w;
	const struct row *row;
	enum of_err err;

	if (request->type == OFPMP_EXPERIMENTER)
		return OFPBRC_BAD_EXPERIMENTER;
	if (request->type >= sizeof(rows) / sizeof(rows[0]))
		return OFPBRC_BAD_MULTIPART;
	/* §7.3.5: no request that is served is longer than a message. */
	if (request->flags & OFPMPF_REQ_MORE)
		return OFPBRC_MULTIPART_BUFFER_OVERFLOW;
	row = &rows[request->type];
	if (row->sliced)
		return row->answer(conn, msg, NULL);
	of_multipart_writer_init(&w, msg->version, msg->xid, request->type, multipart_emit, conn);
	err = row->answer(conn, msg, &w);
	if (err == OF_OK)
		of_multipart_writer_end(&w);
	else
		of_multipart_writer_abort(&w);
	return err;
}
