// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/agent.h"

#include <errno.h>
#include <stdlib.h>

#include <rte_cycles.h>
#include <utlist.h>

#include "datapath/agent/bundle.h"
#include "datapath/agent/connections.h"
#include "datapath/agent/flow_monitor.h"
#include "datapath/agent/flow_trigger.h"
#include "datapath/agent/learn.h"
#include "datapath/agent/packet_in.h"
#include "datapath/agent/restore.h"
#include "datapath/agent/table_config.h"
#include "datapath/agent/table_features.h"
#include "lib/text.h"
#include "lib/units.h"

#define TICK_US 20000 /* when nothing is pressing */
#define SLOW_POLL_US 1000
#define MAX_POLLS 500 /* grace periods are polled for at once so often */
#define TIDY_MS 1000
#define EXPIRE_BUDGET 2048  /* flows looked at in a slice */
#define TRIGGER_BUDGET 1024 /* the same, of those with stat triggers */

static const struct agent_host_ops no_ops;

static uint64_t tsc_now(void)
{
	return rte_get_tsc_cycles();
}

static struct group *env_group(const void *context, uint32_t group_id)
{
	const struct agent *agent = context;
	const struct group_entry *entry = group_store_find(agent->groups, group_id);

	return entry != NULL ? entry->group : NULL;
}

static struct meter *env_meter(const void *context, uint32_t meter_id)
{
	const struct agent *agent = context;
	const struct meter_entry *entry = NULL;

	if (meter_id <= OFPM_MAX) /* the others are no flow's */
		entry = meter_store_find(agent->meters, meter_id);
	return entry != NULL ? entry->meter : NULL;
}

static bool env_port(const void *context, uint32_t port_no)
{
	const struct agent *agent = context;

	/* Stored flows are back before the ports are. */
	if (agent->restoring)
		return pipeline_place(port_no) != 0;
	return agent_port_find(agent, port_no) != NULL;
}

static void on_work(evutil_socket_t fd, short what, void *arg)
{
	jobs_run(arg);
}

static void schedule_tick(struct agent *agent, long usec)
{
	struct timeval tv = {.tv_usec = usec};

	event_add(agent->reclaim, &tv);
}

void agent_poll_soon(struct agent *agent)
{
	schedule_tick(agent, 0);
}

static void on_tick(evutil_socket_t fd, short what, void *arg)
{
	struct agent *agent = arg;
	uint64_t now = agent_now_ms(agent);
	bool more = flow_store_expire(agent->flows, EXPIRE_BUDGET);
	long usec = TICK_US;

	flow_triggers_poll(agent->flows, TRIGGER_BUDGET);
	flow_monitors_poll(agent);

	if (now - agent->tidied_ms >= TIDY_MS) {
		agent->tidied_ms = now;
		pipeline_tidy(agent->cfg.pipeline);
		bundles_poll(agent);
	}
	if (reclaim_poll(agent->cfg.pipeline->reclaim) == 0 || agent->n_waiting == 0)
		agent->n_polls = 0;
	else if (agent->n_polls++ < MAX_POLLS)
		more = true;
	else /* a lcore is long at something: no reason to burn this core */
		usec = SLOW_POLL_US;
	more |= reclaim_ripe(agent->cfg.pipeline->reclaim);
	schedule_tick(agent, more ? 0 : usec);
}

static int create_stores(struct agent *agent)
{
	struct flow_store_config flows = {
		.pipeline = agent->cfg.pipeline,
		.max_flows = agent->cfg.max_flows,
		.now_ms = agent->cfg.now_ms,
		.now_tsc = tsc_now,
		.tsc_hz = rte_get_tsc_hz(),
		.ops = &agent_flow_ops,
		.context = agent,
	};

	struct meter_store_config meters = {
		.pipeline = agent->cfg.pipeline,
		.pmd = agent->cfg.pmd,
		.max_meters = AGENT_MAX_METERS,
		.now_ms = agent->cfg.now_ms,
		.tsc_hz = rte_get_tsc_hz(),
		.ops = &agent_meter_ops,
		.context = agent,
	};

	agent->meters = meter_store_create(&meters);
	agent->groups =
		group_store_create(agent->cfg.pipeline, agent->cfg.pmd, agent->cfg.max_groups,
				   agent->cfg.now_ms, &agent_group_ops, agent);
	flows.groups = agent->groups;
	agent->flows = flow_store_create(&flows);
	return agent->meters != NULL && agent->groups != NULL && agent->flows != NULL ? 0 : -ENOMEM;
}

static int create_events(struct agent *agent)
{
	agent->work = event_new(agent->cfg.base, -1, 0, on_work, agent);
	agent->reclaim = event_new(agent->cfg.base, -1, 0, on_tick, agent);
	if (agent->work == NULL || agent->reclaim == NULL)
		return -ENOMEM;
	schedule_tick(agent, TICK_US);
	return agent->cfg.pmd != NULL ? packet_in_start(agent) : 0;
}

static struct learn_handle *env_learn(const void *context, const struct of_learn *learn,
				      enum of_err *err)
{
	const struct agent *agent = context;

	return learns_add(agent->learns, learn, err);
}

static void env_keep_words(const void *context, uint32_t words)
{
	const struct agent *agent = context;

	pipeline_keep_words(agent->cfg.pipeline, words);
}

struct agent *agent_create(const struct agent_config *config)
{
	struct agent *agent = calloc(1, sizeof(*agent));

	if (agent == NULL)
		goto no_memory;
	agent->cfg = *config;
	if (agent->cfg.now_ms == NULL)
		agent->cfg.now_ms = clock_ms;
	if (agent->cfg.ops == NULL)
		agent->cfg.ops = &no_ops;
	if (agent->cfg.of_versions == 0)
		agent->cfg.of_versions = AGENT_VERSIONS;
	if (agent->cfg.max_flows == 0)
		agent->cfg.max_flows = AGENT_MAX_FLOWS;
	if (agent->cfg.max_groups == 0)
		agent->cfg.max_groups = AGENT_MAX_GROUPS;
	text_copy(agent->dp_desc, sizeof(agent->dp_desc), config->dp_desc ? config->dp_desc : "");
	text_copy(agent->serial_num, sizeof(agent->serial_num),
		  config->serial_num ? config->serial_num : "None");
	agent->cfg.dp_desc = agent->dp_desc;
	agent->cfg.serial_num = agent->serial_num;
	agent->env = (struct compile_env){
		.group = env_group,
		.meter = env_meter,
		.port = env_port,
		.learn = env_learn,
		.keep_words = env_keep_words,
		.context = agent,
		.lenient = true, /* until all is restored */
	};
	agent->learns = learns_create();
	agent->restoring = true;
	agent->arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	agent->row = wbuf_init(3 * OF_MESSAGE_MAX);
	if (agent->learns == NULL || create_stores(agent) != 0 || create_events(agent) != 0)
		goto destroy;
	return agent;

destroy:
	agent_destroy(agent);
no_memory:
	errno = ENOMEM;
	return NULL;
}

static void free_ports(struct agent *agent)
{
	struct agent_port_entry *entry = agent->ports, *next;

	HASH_CLEAR(hh, agent->ports);
	for (; entry != NULL; entry = next) {
		next = entry->hh.next;
		free(entry);
	}
}

void agent_destroy(struct agent *agent)
{
	if (agent == NULL)
		return;
	connections_destroy(agent);
	packet_in_stop(agent);
	if (agent->reclaim != NULL)
		event_free(agent->reclaim);
	if (agent->work != NULL)
		event_free(agent->work);
	restore_drop(agent);
	flow_store_destroy(agent->flows);
	table_config_end(agent);
	table_features_end(agent);
	group_store_destroy(agent->groups);
	meter_store_destroy(agent->meters);
	learns_destroy(agent->learns);
	free_ports(agent);
	of_arena_free(&agent->arena);
	wbuf_free(&agent->row);
	free(agent);
}

void agent_counts(const struct agent *agent, struct agent_counts *counts)
{
	*counts = (struct agent_counts){
		.n_flows = flow_store_count(agent->flows, OFPTT_ALL),
		.n_groups = group_store_count(agent->groups),
		.flow_mods = agent->n_flow_mods,
		.packet_ins = agent->n_packet_ins,
		.packet_ins_no_controller = agent->n_packet_ins_no_controller,
		.packet_outs = agent->n_packet_outs,
	};
}

const char *agent_fail_mode_name(const struct agent *agent)
{
	return agent->cfg.fail_mode == AGENT_FAIL_STANDALONE ? "standalone" : "secure";
}

static const char *role_name(uint32_t role)
{
	return role == OFPCR_ROLE_MASTER ? "master" : role == OFPCR_ROLE_SLAVE ? "slave" : "equal";
}

static const char *state_name(const struct connection *conn)
{
	if (conn->connector == NULL)
		return conn->up ? "connected" : "connecting";
	switch (connector_state(conn->connector)) {
	case CONNECTOR_CONNECTED:
		return "connected";
	case CONNECTOR_BACKOFF:
		return "backoff";
	default:
		return "connecting";
	}
}

void agent_each_connection(const struct agent *agent,
			   void (*each)(void *context, const struct agent_connection_status *c),
			   void *context)
{
	const struct connection *conn;

	DL_FOREACH (agent->connections, conn) {
		struct agent_connection_status c = {
			.target = conn->name,
			.passive = conn->connector == NULL,
			.auxiliary_id = conn->auxiliary_id,
			.state = state_name(conn),
			.role = conn->up ? role_name(conn->role) : "",
			.version = conn->up ? of_version_name(conn->version) : "",
			.last_error = conn->connector != NULL
					      ? connector_last_error(conn->connector)
					      : conn->last_error,
			.packet_ins = conn->n_packet_ins,
			.packet_ins_unread = conn->n_packet_ins_unread,
			.packet_ins_limited = conn->n_packet_ins_limited,
		};

		if (conn->up) {
			c.rx_messages = channel_counters(conn->channel)->rx_messages;
			c.tx_messages = channel_counters(conn->channel)->tx_messages;
		}
		each(context, &c);
	}
}
