// SPDX-License-Identifier: Apache-2.0
/*
 * host: all parts of one running switch, and what ties them together: ports to the OpenFlow agent
 * and to the state, the agent to ports and state. Control thread.
 */
#pragma once

#include <stdint.h>

#include <event2/event.h>
#include <rte_mempool.h>

#include "datapath/agent/agent.h"
#include "datapath/agent/eal.h"
#include "datapath/agent/http.h"
#include "datapath/agent/options.h"
#include "datapath/agent/ports.h"
#include "datapath/agent/state.h"
#include "datapath/pmd/pmd.h"
#include "datapath/table/pipeline.h"

struct host {
	struct options options;
	struct eal eal;
	struct event_base *base;
	struct rte_mempool *mbufs;
	struct pipeline *pipeline;
	struct pmd *pmd;
	struct agent *agent;
	struct tls *tls; /* NULL: no TLS */
	struct ports *ports;
	struct state *state; /* NULL: stateless */
	struct http *http;
	struct event *age_timer;
	uint32_t age_at; /* the bucket where ageing goes on */
	uint64_t started_ms;
};

/** What the agent and the ports call; `host` is their context. */
extern const struct agent_host_ops host_agent_ops;
extern const struct ports_ops host_ports_ops;

/** Opens the stored ports that are not open yet, and puts static addresses back. */
int host_restore_ports(struct host *host, char *why, size_t why_size);

/** Notes the numbers of stored ports, so that ports of the same name get them. */
int host_restore_numbers(struct host *host, char *why, size_t why_size);

/** Puts the agent's rows back. */
int host_restore_agent(struct host *host, char *why, size_t why_size);

/** Keeps a static address over restarts; `port` NULL: no more. */
void host_store_mac(struct host *host, const struct eth_addr *addr, uint16_t vid, const char *port);

/** Calls `done(arg)` when all changes so far are durable; at once in a stateless switch. */
void host_when_stored(struct host *host, void (*done)(void *arg), void *arg);

/** Starts ageing of the MAC table. 0 or -ENOMEM. */
int host_start_ageing(struct host *host);
