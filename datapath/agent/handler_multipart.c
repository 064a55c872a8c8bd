// SPDX-License-Identifier: Apache-2.0
/* OFPT_MULTIPART_REQUEST (OpenFlow 1.3.5 §7.3.5): short replies at once, long ones by dump.c. */
#include "datapath/agent/bundle.h"
#include "datapath/agent/dispatch.h"
#include "datapath/agent/dump.h"
#include "datapath/agent/flow_monitor.h"
#include "datapath/agent/multipart.h"
#include "datapath/agent/table_config.h"

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
	stats.rx_dropped = c.rx_missed + c.drops[DROP_PORT_DOWN] + c.drops[DROP_PORT_NO_RECV];
	stats.rx_over_err = c.rx_missed;
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

/* One port, or all; before 1.5 all are asked for (1.5.1 §7.3.5.7). */
static enum of_err answer_port_desc(struct connection *conn, const struct of_msg *msg,
				    struct of_multipart_writer *w)
{
	uint32_t port_no = msg->multipart_request.port_no;
	const struct agent_port_entry *entry;

	if (port_no != OFPP_ANY && agent_port_find(conn->agent, port_no) == NULL)
		return OFPBRC_BAD_PORT;
	for (entry = conn->agent->ports; entry != NULL; entry = entry->hh.next) {
		struct of_port port;

		if (port_no != OFPP_ANY && port_no != entry->port.ofport)
			continue;
		agent_port_describe(&entry->port, &port);
		of_multipart_writer_add(w, &port);
	}
	return OF_OK;
}

static enum of_err answer_table_features(struct connection *conn, const struct of_msg *msg,
					 struct of_multipart_writer *w)
{
	return handle_table_features(conn, msg);
}

static enum of_err answer_flow(struct connection *conn, const struct of_msg *msg,
			       struct of_multipart_writer *w)
{
	return dump_start(conn, msg);
}

static enum of_err answer_table_desc(struct connection *conn, const struct of_msg *msg,
				     struct of_multipart_writer *w)
{
	for (unsigned int t = 0; t < AGENT_N_TABLES; t++) {
		struct of_table_desc desc;

		table_config_desc(conn->agent, (uint8_t)t, &desc);
		of_multipart_writer_add(w, &desc);
	}
	return OF_OK;
}

static enum of_err answer_flow_monitor(struct connection *conn, const struct of_msg *msg,
				       struct of_multipart_writer *w)
{
	return flow_monitor_request(conn, msg);
}

static enum of_err answer_bundle_features(struct connection *conn, const struct of_msg *msg,
					  struct of_multipart_writer *w)
{
	struct of_bundle_features features;
	enum of_err err = bundle_features(conn, &msg->multipart_request.bundle_features, &features);

	if (err == OF_OK)
		of_multipart_writer_add(w, &features);
	return err;
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
	[OFPMP_METER_CONFIG] = {answer_meter_config, false},
	[OFPMP_METER_FEATURES] = {answer_meter_features, false},
	[OFPMP_TABLE_FEATURES] = {answer_table_features, true},
	[OFPMP_PORT_DESC] = {answer_port_desc, false},
	[OFPMP_TABLE_DESC] = {answer_table_desc, false},
	[OFPMP_FLOW_MONITOR] = {answer_flow_monitor, true},
	[OFPMP_FLOW_STATS] = {answer_flow, true},
	[OFPMP_CONTROLLER_STATUS] = {answer_controller_status, false},
	[OFPMP_QUEUE_DESC] = {answer_queue_desc, false},
	[OFPMP_BUNDLE_FEATURES] = {answer_bundle_features, false},
};

void multipart_emit(void *context, const uint8_t *message, size_t len)
{
	struct connection *conn = context;

	if (conn->up)
		channel_send_raw(conn->channel, message, len);
}

/* Nicira's mean the same as the standard's; the answer takes the form of the request. */
static uint16_t standard_type(uint16_t type)
{
	switch (type) {
	case OFPMP_NX_FLOW:
		return OFPMP_FLOW;
	case OFPMP_NX_AGGREGATE:
		return OFPMP_AGGREGATE;
	case OFPMP_NX_FLOW_MONITOR:
	case OFPMP_ONF_FLOW_MONITOR:
		return OFPMP_FLOW_MONITOR;
	default:
		return type;
	}
}

enum of_err handle_multipart(struct connection *conn, const struct of_msg *msg)
{
	const struct of_multipart_request *request = &msg->multipart_request;
	uint16_t type = standard_type(request->type);
	struct of_multipart_writer w;
	const struct row *row;
	enum of_err err;

	if (request->type == OFPMP_EXPERIMENTER)
		return request->experimenter.id == OFP_EXPERIMENTER_NICIRA ||
				       request->experimenter.id == OFP_EXPERIMENTER_ONF
			       ? OFPBRC_BAD_EXP_TYPE
			       : OFPBRC_BAD_EXPERIMENTER;
	if (type >= sizeof(rows) / sizeof(rows[0]))
		return OFPBRC_BAD_MULTIPART;
	/* §7.3.5: only that request is served when it is longer than a message. */
	if (request->flags & OFPMPF_REQ_MORE && request->type != OFPMP_TABLE_FEATURES)
		return OFPBRC_MULTIPART_BUFFER_OVERFLOW;
	row = &rows[type];
	if (row->answer == NULL)
		return OFPBRC_BAD_MULTIPART;
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
