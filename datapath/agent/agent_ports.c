// SPDX-License-Identifier: Apache-2.0
/* Ports as controllers see them (OpenFlow 1.3.5 §7.2.1, §7.4.3). */
#include <errno.h>
#include <stdlib.h>

#include <utlist.h>

#include "datapath/agent/connections.h"
#include "lib/text.h"

struct agent_port_entry *agent_port_find(const struct agent *agent, uint32_t ofport)
{
	struct agent_port_entry *entry;

	HASH_FIND(hh, agent->ports, &ofport, sizeof(ofport), entry);
	return entry;
}

static uint32_t speed_features(uint64_t bps)
{
	static const struct {
		uint64_t bps;
		uint32_t bit;
	} speeds[] = {
		{10000000ull, OFPPF_10MB_FD},     {100000000ull, OFPPF_100MB_FD},
		{1000000000ull, OFPPF_1GB_FD},    {10000000000ull, OFPPF_10GB_FD},
		{40000000000ull, OFPPF_40GB_FD},  {100000000000ull, OFPPF_100GB_FD},
		{1000000000000ull, OFPPF_1TB_FD},
	};

	if (bps == 0)
		return 0;
	for (size_t i = 0; i < sizeof(speeds) / sizeof(speeds[0]); i++) {
		if (speeds[i].bps == bps)
			return speeds[i].bit;
	}
	return OFPPF_OTHER;
}

void agent_port_describe(const struct agent_port *port, struct of_port *out)
{
	uint64_t kbps = port->speed_bps / 1000;

	memset(out, 0, sizeof(*out));
	out->port_no = port->ofport;
	out->hw_addr = port->mac;
	out->config = port->config;
	out->state = agent_port_live(port) ? OFPPS_LIVE : port->link_up ? 0 : OFPPS_LINK_DOWN;
	out->curr = speed_features(port->speed_bps);
	out->curr_speed_kbps = kbps > UINT32_MAX ? UINT32_MAX : (uint32_t)kbps;
	out->max_speed_kbps = out->curr_speed_kbps;
	text_copy(out->name, sizeof(out->name), port->name);
}

void agent_port_announce(struct agent *agent, const struct agent_port *port, uint8_t reason)
{
	struct connection *conn;
	struct of_msg msg;

	of_msg_init(&msg, OF13, OFPT_PORT_STATUS, 0);
	msg.port_status.reason = reason;
	agent_port_describe(port, &msg.port_status.port);
	DL_FOREACH (agent->connections, conn) {
		if (connection_wants(conn, conn->async.port_status_mask, reason))
			connection_send(conn, &msg);
	}
}

static int by_number(const struct agent_port_entry *a, const struct agent_port_entry *b)
{
	return a->port.ofport < b->port.ofport ? -1 : a->port.ofport > b->port.ofport;
}

int agent_port_added(struct agent *agent, const struct agent_port *port)
{
	struct agent_port_entry *entry;

	if (agent_port_find(agent, port->ofport) != NULL)
		return -EEXIST;
	entry = calloc(1, sizeof(*entry));
	if (entry == NULL)
		return -ENOMEM;
	entry->port = *port;
	entry->added_ms = agent_now_ms(agent);
	for (uint16_t i = 0; i < port->queues.n; i++)
		entry->queue_since_ms[i] = entry->added_ms;
	HASH_ADD_INORDER(hh, agent->ports, port.ofport, sizeof(entry->port.ofport), entry,
			 by_number);
	agent_changed(agent);
	group_store_ports_changed(agent->groups);
	agent_port_announce(agent, port, OFPPR_ADD);
	return 0;
}

/* Is there nothing that a controller could see? */
static bool same(const struct of_port *a, const struct of_port *b)
{
	return a->config == b->config && a->state == b->state && a->curr == b->curr &&
	       a->curr_speed_kbps == b->curr_speed_kbps &&
	       memcmp(&a->hw_addr, &b->hw_addr, sizeof(a->hw_addr)) == 0 &&
	       strcmp(a->name, b->name) == 0;
}

/* Queues that stay keep the time when they were set. */
static void queues_date(const struct agent *agent, struct agent_port_entry *entry,
			const struct pmd_queues *queues)
{
	uint64_t since_ms[PMD_MAX_QUEUES];

	for (uint16_t i = 0; i < queues->n; i++) {
		const struct pmd_queues *before = &entry->port.queues;

		since_ms[i] = agent_now_ms(agent);
		for (uint16_t j = 0; j < before->n; j++) {
			if (before->queue[j].id == queues->queue[i].id)
				since_ms[i] = entry->queue_since_ms[j];
		}
	}
	memcpy(entry->queue_since_ms, since_ms, queues->n * sizeof(since_ms[0]));
}

int agent_port_changed(struct agent *agent, const struct agent_port *port)
{
	struct agent_port_entry *entry = agent_port_find(agent, port->ofport);
	struct of_port before, after;

	if (entry == NULL)
		return -ENOENT;
	agent_port_describe(&entry->port, &before);
	agent_port_describe(port, &after);
	queues_date(agent, entry, &port->queues);
	entry->port = *port;
	agent_changed(agent);
	group_store_ports_changed(agent->groups);
	if (!same(&before, &after))
		agent_port_announce(agent, port, OFPPR_MODIFY);
	return 0;
}

int agent_port_removed(struct agent *agent, uint32_t ofport)
{
	struct agent_port_entry *entry = agent_port_find(agent, ofport);

	if (entry == NULL)
		return -ENOENT;
	HASH_DEL(agent->ports, entry);
	agent_changed(agent);
	group_store_ports_changed(agent->groups);
	agent_port_announce(agent, &entry->port, OFPPR_DELETE);
	free(entry);
	return 0;
}
