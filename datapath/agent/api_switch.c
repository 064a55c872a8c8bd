// SPDX-License-Identifier: Apache-2.0
/* /v1/switch: how the switch is. */
#include <inttypes.h>
#include <stdio.h>

#include "datapath/agent/api.h"
#include "datapath/agent/host.h"
#include "lib/units.h"

static void add_connection(void *context, const struct agent_connection_status *c)
{
	json_array_append_new(
		context,
		json_pack("{s:s, s:b, s:i, s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:I, s:I}", "target",
			  c->target, "passive", c->passive, "auxiliary_id", (int)c->auxiliary_id,
			  "role", c->role, "state", c->state, "version", c->version, "last_error",
			  c->last_error, "rx_messages", (json_int_t)c->rx_messages, "tx_messages",
			  (json_int_t)c->tx_messages, "packet_ins", (json_int_t)c->packet_ins,
			  "packet_ins_dropped",
			  (json_int_t)(c->packet_ins_unread + c->packet_ins_limited),
			  "packet_ins_limited", (json_int_t)c->packet_ins_limited));
}

static void add_listener(void *context, const struct agent_listener_status *l)
{
	json_array_append_new(context, json_string(l->target));
}

static json_t *memory_json(const struct host *host)
{
	uint64_t held, used;
	char size[UNITS_TEXT_SIZE], note[200];
	uint32_t n = host->mbufs->size;

	eal_memory(&held, &used);
	units_bytes(used, size);
	snprintf(note, sizeof(note),
		 host->eal.hugepages
			 ? "%s on hugepages"
			 : "%s on normal pages; hugepages would save address look-ups, which costs "
			   "most with large tables and many buffers",
		 size);
	return json_pack("{s:s, s:I, s:I, s:I, s:I, s:s}", "pages",
			 host->eal.hugepages ? "hugepages" : "normal", "mbufs", (json_int_t)n,
			 "mbufs_free", (json_int_t)rte_mempool_avail_count(host->mbufs),
			 "held_bytes", (json_int_t)held, "used_bytes", (json_int_t)used, "note",
			 note);
}

static json_t *lcores_json(const struct host *host)
{
	json_t *list = json_array();

	for (unsigned int i = 0; i < host->eal.n_lcores; i++)
		json_array_append_new(list, json_integer(host->eal.lcore_id[i]));
	return list;
}

/* Frames of all ports together. */
static void add_totals(const struct host *host, json_t *json)
{
	const struct port_entry *entry;
	uint64_t rx = 0, tx = 0, drops = 0;
	uint16_t at = 0;

	while ((entry = ports_next(host->ports, &at)) != NULL) {
		struct pmd_port_counters c;

		pmd_port_counters(host->pmd, entry->port->index, &c);
		rx += c.rx_packets;
		tx += c.tx_packets;
		for (int r = 0; r < DROP_N_REASONS; r++)
			drops += c.drops[r];
	}
	json_object_set_new(json, "rx_packets", json_integer((json_int_t)rx));
	json_object_set_new(json, "tx_packets", json_integer((json_int_t)tx));
	json_object_set_new(json, "drops", json_integer((json_int_t)drops));
}

void api_get_switch(void *context, struct http_request *request)
{
	struct host *host = context;
	struct agent_counts counts;
	json_t *json, *controllers = json_array(), *listeners = json_array();
	char dpid[17];

	agent_counts(host->agent, &counts);
	agent_each_connection(host->agent, add_connection, controllers);
	agent_each_listener(host->agent, add_listener, listeners);
	snprintf(dpid, sizeof(dpid), "%016" PRIx64, host->options.dpid);
	json = json_pack(
		"{s:s, s:s, s:s, s:I, s:s, s:o, s:o, s:i, s:i, s:i, s:i, s:i, s:i, s:o, s:o}",
		"name", host->options.name, "version", HEDDLE_VERSION, "dpid", dpid, "uptime_s",
		(json_int_t)((clock_ms() - host->started_ms) / 1000), "fail_mode",
		agent_fail_mode_name(host->agent), "lcores", lcores_json(host), "memory",
		memory_json(host), "n_ports", (int)ports_count(host->ports), "n_flows",
		(int)counts.n_flows, "n_groups", (int)counts.n_groups, "n_macs",
		(int)mac_count(host->pipeline->macs), "mac_table_size",
		(int)host->pipeline->macs->n_entries, "mac_ageing_s",
		(int)host->options.mac_ageing_s, "controllers", controllers, "listeners",
		listeners);
	add_totals(host, json);
	http_reply_json(request, 200, json);
}
