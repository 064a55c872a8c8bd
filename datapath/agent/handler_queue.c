// SPDX-License-Identifier: Apache-2.0
/*
 * The queues of ports: OFPT_QUEUE_GET_CONFIG_REQUEST (1.0.0 §5.3.4, 1.3.5 §7.3.6), OFPMP_QUEUE and
 * OFPMP_QUEUE_DESC (1.4.1 §7.3.5.8, §7.3.5.16). Operators set queues; each port has queue 0.
 */
#include "datapath/agent/dispatch.h"
#include "datapath/agent/multipart.h"
#include "datapath/agent/port_queues.h"

/* A rate as a part of the port's, in tenths of a percent: of its own rate, else of its speed. */
static uint16_t permille(const struct agent_port *port, uint64_t bps)
{
	uint64_t whole = port->queues.rate_bps != 0 ? port->queues.rate_bps : port->speed_bps;
	uint64_t part;

	if (bps == 0 || whole == 0)
		return OFPQ_RATE_UNKNOWN;
	part = (bps * 1000 + whole / 2) / whole;
	return part == 0 ? 1 : part > 1000 ? 1000 : (uint16_t)part;
}

static struct of_queue describe(const struct agent_port *port, uint32_t id)
{
	const struct pmd_queue *q = port_queues_find(&port->queues, id);

	return (struct of_queue){
		.queue_id = id,
		.port_no = port->ofport,
		.min_rate_permille = permille(port, q != NULL ? q->min_bps : 0),
		.max_rate_permille = permille(port, q != NULL ? q->max_bps : 0),
	};
}

/*
 * Calls `each` for the queues that are asked for, of one port or all (OFPP_ANY), one id or all
 * (OFPQ_ALL).
 */
static enum of_err each_queue(const struct agent *agent, uint32_t port_no, uint32_t queue_id,
			      void (*each)(void *context, const struct agent_port_entry *entry,
					   uint32_t id),
			      void *context)
{
	const struct agent_port_entry *entry = agent->ports;
	bool any = queue_id == OFPQ_ALL;

	if (port_no != OFPP_ANY) {
		entry = agent_port_find(agent, port_no);
		if (entry == NULL)
			return OFPQOFC_BAD_PORT;
	}
	for (; entry != NULL; entry = port_no == OFPP_ANY ? entry->hh.next : NULL) {
		const struct pmd_queues *queues = &entry->port.queues;

		if (queue_id == OFPQ_ALL || queue_id == 0) {
			each(context, entry, 0);
			any = true;
		}
		for (uint16_t i = 0; i < queues->n; i++) {
			uint32_t id = queues->queue[i].id;

			if (id == 0 || (queue_id != OFPQ_ALL && queue_id != id))
				continue;
			each(context, entry, id);
			any = true;
		}
	}
	return any ? OF_OK : OFPQOFC_BAD_QUEUE;
}

/* --- configuration -------------------------------------------------------------------------- */

/* What a reply has room for; version 1.0 to 1.3 have no way to send several. */
#define CONFIG_MAX_QUEUES 1000

struct config_answer {
	struct of_queue queue[CONFIG_MAX_QUEUES];
	uint16_t n;
};

static void add_config(void *context, const struct agent_port_entry *entry, uint32_t id)
{
	struct config_answer *answer = context;

	if (answer->n < CONFIG_MAX_QUEUES)
		answer->queue[answer->n++] = describe(&entry->port, id);
}

enum of_err handle_queue_config(struct connection *conn, const struct of_msg *msg)
{
	uint32_t port_no = msg->queue_config.port_no;
	struct config_answer answer;
	struct of_msg reply;
	enum of_err err;

	answer.n = 0;
	err = each_queue(conn->agent, port_no, OFPQ_ALL, add_config, &answer);
	if (err != OF_OK)
		return err;
	connection_reply_init(&reply, msg, OFPT_QUEUE_GET_CONFIG_REPLY);
	reply.queue_config = (struct of_queue_config){
		.port_no = port_no, .n_queues = answer.n, .queues = answer.queue};
	connection_send(conn, &reply);
	return OF_OK;
}

static void add_desc(void *context, const struct agent_port_entry *entry, uint32_t id)
{
	struct of_queue queue = describe(&entry->port, id);

	of_multipart_writer_add(context, &queue);
}

enum of_err answer_queue_desc(struct connection *conn, const struct of_msg *msg,
			      struct of_multipart_writer *w)
{
	const struct of_queue_stats_request *request = &msg->multipart_request.queue;

	return each_queue(conn->agent, request->port_no, request->queue_id, add_desc, w);
}

/* --- statistics ----------------------------------------------------------------------------- */

struct stats_answer {
	const struct agent *agent;
	struct of_multipart_writer *w;
};

/* When the queue was set; the default queue is as old as its port. */
static uint64_t since_ms(const struct agent_port_entry *entry, uint32_t id)
{
	for (uint16_t i = 0; id != 0 && i < entry->port.queues.n; i++) {
		if (entry->port.queues.queue[i].id == id)
			return entry->queue_since_ms[i];
	}
	return entry->added_ms;
}

static void add_stats(void *context, const struct agent_port_entry *entry, uint32_t id)
{
	const struct stats_answer *answer = context;
	const struct agent *agent = answer->agent;
	uint64_t age = agent_now_ms(agent) - since_ms(entry, id);
	struct pmd_queue_counters c = {0};
	struct of_queue_stats stats = {
		.port_no = entry->port.ofport,
		.queue_id = id,
		.duration_s = (uint32_t)(age / 1000),
		.duration_ns = (uint32_t)(age % 1000 * 1000000),
	};

	if (agent->cfg.pmd != NULL)
		pmd_queue_counters(agent->cfg.pmd, entry->port.index, id, &c);
	stats.tx_packets = c.tx_packets;
	stats.tx_bytes = c.tx_bytes;
	stats.tx_errors = c.tx_errors;
	of_multipart_writer_add(answer->w, &stats);
}

enum of_err answer_queue(struct connection *conn, const struct of_msg *msg,
			 struct of_multipart_writer *w)
{
	const struct of_queue_stats_request *request = &msg->multipart_request.queue;
	struct stats_answer answer = {.agent = conn->agent, .w = w};

	return each_queue(conn->agent, request->port_no, request->queue_id, add_stats, &answer);
}
