// SPDX-License-Identifier: Apache-2.0
/* /metrics: Prometheus' text format. */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "datapath/agent/api.h"
#include "datapath/agent/host.h"

static void head(struct text *t, const char *name, const char *type, const char *help)
{
	text_add(t, "# HELP heddle_%s %s\n# TYPE heddle_%s %s\n", name, help, name, type);
}

struct port_metric {
	const char *name, *help;
	size_t offset; /* in struct pmd_port_counters */
};

#define METRIC(field, help)                                                                        \
	{                                                                                          \
#field "_total", help, offsetof(struct pmd_port_counters, field)                   \
	}

static const struct port_metric port_metrics[] = {
	METRIC(rx_packets, "Frames received."),
	METRIC(rx_bytes, "Bytes received."),
	METRIC(tx_packets, "Frames sent."),
	METRIC(tx_bytes, "Bytes sent."),
	METRIC(tx_dropped, "Frames that could not be sent."),
	METRIC(copies, "Copies of received frames made by floods, groups and packet-ins."),
	METRIC(injected, "Packet-outs with this in_port."),
	METRIC(forwarded, "Received frames that some port sent."),
	METRIC(punted, "Received frames that went to controllers."),
};

static void add_ports(const struct host *host, struct text *t)
{
	for (size_t i = 0; i < sizeof(port_metrics) / sizeof(port_metrics[0]); i++) {
		const struct port_entry *entry;
		uint16_t at = 0;
		char name[64];

		snprintf(name, sizeof(name), "port_%s", port_metrics[i].name);
		head(t, name, "counter", port_metrics[i].help);
		while ((entry = ports_next(host->ports, &at)) != NULL) {
			struct pmd_port_counters c;

			pmd_port_counters(host->pmd, entry->port->index, &c);
			text_add(t, "heddle_%s{port=\"%s\"} %" PRIu64 "\n", name,
				 entry->port->spec.name,
				 *(uint64_t *)((char *)&c + port_metrics[i].offset));
		}
	}
}

static void add_drops(const struct host *host, struct text *t)
{
	const struct port_entry *entry;
	uint16_t at = 0;

	head(t, "port_drops_total", "counter", "Received frames that were dropped, by reason.");
	while ((entry = ports_next(host->ports, &at)) != NULL) {
		struct pmd_port_counters c;

		pmd_port_counters(host->pmd, entry->port->index, &c);
		for (int r = 0; r < DROP_N_REASONS; r++) {
			if (c.drops[r] != 0)
				text_add(t,
					 "heddle_port_drops_total{port=\"%s\",reason=\"%s\"} "
					 "%" PRIu64 "\n",
					 entry->port->spec.name,
					 drop_text((enum drop_reason)r)->name, c.drops[r]);
		}
	}
	at = 0;
	head(t, "port_up", "gauge", "1 while the link is up.");
	while ((entry = ports_next(host->ports, &at)) != NULL)
		text_add(t, "heddle_port_up{port=\"%s\"} %d\n", entry->port->spec.name,
			 entry->state.link_up);
}

static void add_lcores(const struct host *host, struct text *t)
{
	static const char *const names[] = {"lcore_busy_cycles_total", "lcore_idle_cycles_total",
					    "lcore_packets_total"};
	static const char *const helps[] = {"TSC cycles with frames.",
					    "TSC cycles without frames, and asleep.",
					    "Frames received."};

	for (int k = 0; k < 3; k++) {
		head(t, names[k], "counter", helps[k]);
		for (unsigned int n = 0; n < pmd_n_lcores(host->pmd); n++) {
			struct pmd_load load;

			pmd_load(host->pmd, n, &load);
			text_add(t, "heddle_%s{lcore=\"%u\"} %" PRIu64 "\n", names[k],
				 load.lcore_id,
				 k == 0   ? load.busy_cycles
				 : k == 1 ? load.idle_cycles
					  : load.packets);
		}
	}
}

/* The lines of one metric stand together, so connections are gone through once for each. */
struct pass {
	struct text *t;
	int metric;
};

static void add_connection(void *context, const struct agent_connection_status *c)
{
	struct pass *pass = context;
	char labels[TARGET_TEXT_SIZE + 40];

	if (c->passive) /* they come and go, and would make ever new series */
		return;
	snprintf(labels, sizeof(labels), "target=\"%s\",auxiliary=\"%u\"", c->target,
		 c->auxiliary_id);
	if (pass->metric == 0)
		text_add(pass->t, "heddle_controller_up{%s} %d\n", labels,
			 strcmp(c->state, "connected") == 0);
	else if (pass->metric == 1)
		text_add(pass->t, "heddle_controller_packet_ins_total{%s} %" PRIu64 "\n", labels,
			 c->packet_ins);
	else
		text_add(pass->t,
			 "heddle_controller_packet_ins_dropped_total{%s,reason=\"rate\"} %" PRIu64
			 "\n"
			 "heddle_controller_packet_ins_dropped_total{%s,reason=\"unread\"} %" PRIu64
			 "\n",
			 labels, c->packet_ins_limited, labels, c->packet_ins_unread);
}

static void add_listener(void *context, const struct agent_listener_status *l)
{
	const struct {
		const char *reason;
		uint64_t n;
	} refused[] = {
		{"allow_list", l->refused}, {"tls", l->tls_failed}, {"full", l->turned_away}};
	struct pass *pass = context;

	if (pass->metric == 0)
		text_add(pass->t, "heddle_listener_accepted_total{target=\"%s\"} %" PRIu64 "\n",
			 l->target, l->accepted);
	for (size_t i = 0; pass->metric == 1 && i < 3; i++)
		text_add(pass->t,
			 "heddle_listener_refused_total{target=\"%s\",reason=\"%s\"} %" PRIu64 "\n",
			 l->target, refused[i].reason, refused[i].n);
}

static void add_connections(const struct host *host, struct text *t)
{
	static const char *const heads[][3] = {
		{"controller_up", "gauge", "1 while the controller is connected."},
		{"controller_packet_ins_total", "counter", "Packet-ins sent to the controller."},
		{"controller_packet_ins_dropped_total", "counter",
		 "Packet-ins that the controller wanted and did not get, by reason."},
		{"listener_accepted_total", "counter", "Connections that came by the listener."},
		{"listener_refused_total", "counter", "Peers that were turned away, by reason."},
	};
	struct pass pass = {.t = t};

	for (int i = 0; i < 5; i++) {
		head(t, heads[i][0], heads[i][1], heads[i][2]);
		pass.metric = i < 3 ? i : i - 3;
		if (i < 3)
			agent_each_connection(host->agent, add_connection, &pass);
		else
			agent_each_listener(host->agent, add_listener, &pass);
	}
}

static void add_gauge(struct text *t, const char *name, const char *help, uint64_t value)
{
	head(t, name, "gauge", help);
	text_add(t, "heddle_%s %" PRIu64 "\n", name, value);
}

void api_get_metrics(void *context, struct http_request *request)
{
	struct host *host = context;
	struct agent_counts counts;
	struct text t = {0};

	agent_counts(host->agent, &counts);
	add_ports(host, &t);
	add_drops(host, &t);
	add_lcores(host, &t);
	add_gauge(&t, "flows", "Flows in all tables.", counts.n_flows);
	add_gauge(&t, "groups", "Groups.", counts.n_groups);
	add_gauge(&t, "macs", "Addresses in the MAC table.", mac_count(host->pipeline->macs));
	add_gauge(&t, "mbufs_free", "Frame buffers that are free.",
		  rte_mempool_avail_count(host->mbufs));
	add_connections(host, &t);
	http_reply_text(request, "text/plain; version=0.0.4", &t);
}
