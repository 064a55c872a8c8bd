// SPDX-License-Identifier: Apache-2.0
/*
 * agent_state: the agent as its own files see it (agent.c, connections.c, the handlers …); the host
 * sees agent.h only. Everything is the control thread's.
 */
#pragma once

#include <uthash.h>

#include "datapath/agent/agent.h"
#include "datapath/agent/compile.h"
#include "datapath/agent/flow_store.h"
#include "datapath/agent/group_store.h"
#include "datapath/agent/meter_store.h"
#include "lib/log.h"
#include "openflow/msg.h"

#define AGENT_N_TABLES PIPELINE_N_TABLES
#define AGENT_MAX_FLOWS 1000000
#define AGENT_MAX_GROUPS 65536
#define AGENT_MAX_METERS 65536

/* A port as controllers see it; see agent_ports.c. */
struct agent_port_entry {
	UT_hash_handle hh; /* by ofport */
	struct agent_port port;
	uint64_t added_ms;
	uint64_t queue_since_ms[PMD_MAX_QUEUES]; /* by place in port.queues */
};

struct connection;
struct agent_listener;
struct agent_row;
struct bundle_commit;

/* Whose message is being carried out; all zero: nobody's (a timeout, a restore). */
struct agent_actor {
	const struct connection *conn;
	enum of_version version;
	uint32_t xid;
};

struct agent {
	struct agent_config cfg; /* its strings are the two below */
	char dp_desc[257];
	char serial_num[33];
	struct flow_store *flows;
	struct group_store *groups;
	struct meter_store *meters;
	struct agent_port_entry *ports; /* uthash head, sorted by number */
	struct compile_env env;
	struct learns *learns;
	struct agent_actor actor;
	/*
	 * Of the bundle that is being committed: changes of flows, groups and meters are steps of
	 * it (transaction.h). NULL: none. What would change or read the stores waits meanwhile.
	 */
	struct transaction *transaction;
	struct bundle_commit *commit;             /* the same; bundle_commit.c */
	size_t bundle_bytes;                      /* that all connections keep in bundles */
	int64_t bundle_future_ns, bundle_past_ns; /* bundle_schedule.c; 0: the default */
	uint32_t n_monitors;                      /* flow_monitor.c: of all connections */
	bool fail_mode_late;       /* a controller came or went during a commit; see standalone.h */
	struct table_watch *watch; /* table_config.h: by table; NULL: none asked for */
	struct table_setups *tables; /* table_features.h; NULL: none was configured */

	struct connection *connections; /* utlist: configured ones first */
	struct agent_listener *listeners;
	struct event *work;        /* slices of slow work, see jobs.h */
	uint64_t slice_until_us;   /* of the job that runs */
	struct event *reclaim;     /* reclaim_poll, pipeline_tidy, expiry of flows */
	struct event *punted;      /* pmd_punt_fd is readable */
	struct event *punted_more; /* there is more than one slice took */
	uint64_t tidied_ms;

	uint16_t config_flags; /* OFPC_FRAG_* */
	bool has_generation;   /* a role request with a generation id came (§6.3.5) */
	uint64_t generation_id;
	bool restoring;            /* between agent_create and agent_restore_end */
	bool decided;              /* the fail mode has done its part, see standalone.h */
	struct of_arena arena;     /* restore.c */
	struct wbuf row;           /* the same */
	struct agent_row *put_off; /* groups that wait for others, see restore.c */
	uint32_t n_lost_rows;
	/* Changes of what frames meet: made, and known to be in force for every frame (§6.2). */
	uint64_t n_changes, n_in_force;
	uint32_t n_waiting; /* barriers that wait for a grace period */
	uint32_t n_polls;   /* made in vain for them */
	uint64_t n_flow_mods, n_packet_ins, n_packet_ins_no_controller, n_packet_outs;
	struct log_limit log_limit;
};

/** The current time. */
static inline uint64_t agent_now_ms(const struct agent *agent)
{
	return agent->cfg.now_ms();
}

/** Notes that tables, groups or ports are not as they were: the next barrier must wait. */
static inline void agent_changed(struct agent *agent)
{
	agent->n_changes++;
}

/** Looks at the grace periods soon instead of at the next tick: somebody waits for one. */
void agent_poll_soon(struct agent *agent);

/** The port of a number; NULL when there is none. */
struct agent_port_entry *agent_port_find(const struct agent *agent, uint32_t ofport);

/** Fills in what the wire says of a port. */
void agent_port_describe(const struct agent_port *port, struct of_port *out);

/** Can frames leave by the port: neither it nor its link is down (OFPPS_LIVE, §7.2.1)? */
static inline bool agent_port_live(const struct agent_port *port)
{
	return port->link_up && !(port->config & OFPPC_PORT_DOWN);
}

/** Tells all controllers that want to know: a port came, went or changed (OFPPR_*). */
void agent_port_announce(struct agent *agent, const struct agent_port *port, uint8_t reason);

/** The callbacks of the stores: flow-removed messages and the host's rows; context: the agent. */
extern const struct flow_store_ops agent_flow_ops;
extern const struct group_store_ops agent_group_ops;
extern const struct meter_store_ops agent_meter_ops;
