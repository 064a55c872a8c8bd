// SPDX-License-Identifier: Apache-2.0
/*
 * agent: the OpenFlow side of the switch (OpenFlow 1.3.5): connections, flows, groups, ports as
 * controllers see them, packet-in and packet-out.
 *
 * Life: agent_create → agent_restore for each stored row → agent_restore_end → lcores start →
 * agent_add_listener, agent_add_controller, agent_port_added … → agent_destroy. Everything runs in
 * the thread of the event base (the control thread) and never waits.
 *
 * The agent owns what is in the pipeline's tables. It has its own timers in the event base: flow
 * timeouts, reclaim_poll and pipeline_tidy of the pipeline (so the host calls neither), and it
 * alone calls pmd_punted and pmd_packet_out. Ports, MAC table and settings belong to the host,
 * which tells the agent of each change.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <event2/event.h>
#include <rte_mempool.h>

#include "datapath/agent/endpoint.h"
#include "datapath/pmd/pmd.h"
#include "datapath/pmd/queues.h"
#include "datapath/table/pipeline.h"
#include "lib/addr.h"
#include "openflow/tls.h"
#include "openflow/types.h"

struct agent;

/* The versions that the agent speaks. */
#define AGENT_VERSIONS                                                                             \
	(OF_VERSION_BIT(OF10) | OF_VERSION_BIT(OF13) | OF_VERSION_BIT(OF14) | OF_VERSION_BIT(OF15))

/* What the switch does while no controller is there (§6.3.2). */
enum agent_fail_mode {
	AGENT_FAIL_SECURE,     /* only what the tables say */
	AGENT_FAIL_STANDALONE, /* a learning switch until a controller was reached */
};

/* Kinds of rows that the host stores for the agent. Restore order: META, METER, GROUP, FLOW. */
enum agent_row_kind { AGENT_ROW_META, AGENT_ROW_METER, AGENT_ROW_GROUP, AGENT_ROW_FLOW };

/* What the agent asks of its host. Every member may be NULL. Called on the control thread. */
struct agent_host_ops {
	/*
	 * A controller's port-mod: sets the OFPPC_* bits of `mask` to those of `config`. The host
	 * publishes them (pipeline_set_port, set_admin), stores them, and calls agent_port_changed
	 * before it returns. 0 or -errno (OFPPMFC_EPERM goes to the controller).
	 */
	int (*port_mod)(void *host, uint32_t ofport, uint32_t config, uint32_t mask);
	/*
	 * The value of a row is now `bytes` (opaque, valid during the call); NULL: the row is gone.
	 * (kind, row) is its key and stays the same for the life of a flow or group. The host makes
	 * it durable at its own pace (batches) and in order. NULL member: nothing is stored.
	 */
	void (*store)(void *host, enum agent_row_kind kind, uint64_t row, const void *bytes,
		      size_t size);
};

struct agent_config {
	uint64_t dpid;
	struct event_base *base;
	struct pipeline *pipeline;
	struct pmd *pmd;           /* NULL in tests: no packet-in, -out, port counters */
	struct rte_mempool *mbufs; /* for packet-outs; NULL with pmd */
	enum agent_fail_mode fail_mode;
	uint32_t of_versions;             /* OF_VERSION_BIT of each; 0: AGENT_VERSIONS */
	struct tls *tls;                  /* for tls targets; NULL: none; outlives the agent */
	uint32_t max_flows;               /* 0: 1,000,000 */
	uint32_t max_groups;              /* 0: 65,536 */
	const char *dp_desc;              /* OFPMP_DESC: the name of the switch; copied */
	const char *serial_num;           /* NULL: "None"; copied */
	const struct agent_host_ops *ops; /* static; NULL: none */
	void *host;
	uint64_t (*now_ms)(void); /* NULL: clock_ms; tests move it */
};

/** An agent without connections, ports and flows; NULL with errno. */
struct agent *agent_create(const struct agent_config *config);

/**
 * Closes all connections, takes all flows and groups out of the pipeline, frees. After pmd_stop,
 * before pmd_destroy and pipeline_destroy. NULL is legal.
 */
void agent_destroy(struct agent *agent);

/**
 * Puts back one row that `store` once got. -EINVAL (with a sentence in `why`) when the bytes are
 * not a row of this program: the host may drop the row and go on. Before agent_restore_end only.
 */
int agent_restore(struct agent *agent, enum agent_row_kind kind, uint64_t row, const void *bytes,
		  size_t size, char *why, size_t why_size);

/**
 * Ends the restore; also called when there was nothing to restore. In standalone mode the rule of
 * the learning switch is in force from here on, unless a controller programmed the switch before.
 * Returns how many rows could not be put back (groups whose members are missing and the like).
 */
uint32_t agent_restore_end(struct agent *agent);

/**
 * Keeps a connection to a controller up from now on. 0, -EEXIST, -ENOMEM, -EINVAL (a tls target
 * without agent_config.tls).
 */
int agent_add_controller(struct agent *agent, const struct endpoint *endpoint);

/** Closes it; -ENOENT. */
int agent_del_controller(struct agent *agent, const struct target *target);

/**
 * Makes these the controllers: connections to others are closed, those that are to stay as they are
 * do, the rest is opened. 0 or the first error of agent_add_controller.
 */
int agent_set_controllers(struct agent *agent, const struct endpoint *wanted, size_t n);

/**
 * Lets controllers and tools connect to `target`. 0, or -errno with a sentence in `why`
 * (-EADDRINUSE, -EEXIST …).
 */
int agent_add_listener(struct agent *agent, const struct endpoint *endpoint, char *why,
		       size_t why_size);

/** Stops listening and closes the connections that came by it; -ENOENT. */
int agent_del_listener(struct agent *agent, const struct target *target);

/**
 * Makes these the listeners; of those that stay, the options count for peers that are yet to come.
 * 0 or the first error of agent_add_listener.
 */
int agent_set_listeners(struct agent *agent, const struct endpoint *wanted, size_t n, char *why,
			size_t why_size);

/* A port as controllers see it. */
struct agent_port {
	uint32_t ofport; /* 1…PIPELINE_MAX_OFPORT, PIPELINE_LOCAL */
	uint16_t index;  /* of pipeline and pmd */
	char name[64];   /* cut to 15 characters on the wire */
	struct eth_addr mac;
	uint32_t config; /* OFPPC_* bits in force */
	bool link_up;
	uint64_t speed_bps; /* 0: unknown */
	struct pmd_queues queues;
};

/**
 * The host added a port (published in pipeline and pmd already): controllers are told. Copied.
 * 0, -EEXIST (the number), -ENOMEM.
 */
int agent_port_added(struct agent *agent, const struct agent_port *port);

/** Something of it changed, `ofport` and `index` stay; controllers are told if they can see it. */
int agent_port_changed(struct agent *agent, const struct agent_port *port);

/** The host is removing it. Flows that name it stay (§5.7). -ENOENT. */
int agent_port_removed(struct agent *agent, uint32_t ofport);

/* One connection, for people. Strings live during the callback. */
struct agent_connection_status {
	const char *target;     /* `tcp:10.0.0.1:6653`; of a passive one the peer's name */
	bool passive;           /* it came by a listener */
	uint8_t auxiliary_id;   /* 0: a main connection (§6.3.7) */
	const char *state;      /* connected, connecting, backoff */
	const char *role;       /* equal, master, slave; "" unless connected */
	const char *version;    /* `1.3`; "" unless connected */
	const char *last_error; /* one sentence; "" when there was none */
	uint64_t rx_messages, tx_messages;
	uint64_t packet_ins;
	uint64_t packet_ins_unread;  /* dropped: it does not read what it has */
	uint64_t packet_ins_limited; /* dropped: more than its packet-in-rate */
};

/** Calls `each` for all configured controllers, then for passive connections. */
void agent_each_connection(const struct agent *agent,
			   void (*each)(void *context, const struct agent_connection_status *c),
			   void *context);

/* One listener, for people. Strings live during the callback. */
struct agent_listener_status {
	const char *target; /* a chosen tcp port filled in */
	uint64_t accepted;
	uint64_t refused;     /* not on its allow-list */
	uint64_t tls_failed;  /* no TLS handshake */
	uint64_t turned_away; /* it had as many as it may */
};

/** Calls `each` for every listener. */
void agent_each_listener(const struct agent *agent,
			 void (*each)(void *context, const struct agent_listener_status *l),
			 void *context);

struct agent_counts {
	uint32_t n_flows, n_groups;
	uint64_t flow_mods, packet_ins, packet_ins_no_controller, packet_outs;
};

/** Numbers for the status page and metrics. */
void agent_counts(const struct agent *agent, struct agent_counts *counts);

/** The fail mode: `secure` or `standalone`. Static. */
const char *agent_fail_mode_name(const struct agent *agent);
