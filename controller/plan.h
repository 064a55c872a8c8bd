// SPDX-License-Identifier: Apache-2.0
/*
 * plan: from the intent and a switch's ports to the flows and groups that the switch should have.
 *
 * Three tables, standard OpenFlow 1.3:
 *   0 ingress  which frames a port may send: untagged ones of an attachment get the network's
 *              tag, an uplink's must carry one of its networks; everything else is dropped.
 *   1 source   a known source passes; an unknown one is shown to the controller and passes too. A
 *              port with a fixed address passes that one only, and nobody else passes it.
 *   2 target   a known destination goes to its port; everything else to the network's group, which
 *              has a bucket for each of the network's ports.
 * Between table 0 and the output every frame carries its network's VLAN tag; an attachment's and a
 * native network's are popped on the way out. So nothing depends on the controller being there:
 * while it is away, unknown destinations are flooded inside their network.
 *
 * Pure functions: the same input gives the same rules.
 */
#pragma once

#include "controller/intent.h"
#include "controller/rule.h"

#define PLAN_TABLE_INGRESS 0
#define PLAN_TABLE_SOURCE 1
#define PLAN_TABLE_TARGET 2

/* After this much silence a learned address is forgotten (IEEE 802.1Q's ageing time). */
#define PLAN_AGEING_S 300
/* How long a port that shows too many addresses is not listened to. */
#define PLAN_QUIET_S 10
/* Bytes of a frame that the controller wants to see: addresses and tag. */
#define PLAN_PUNT_BYTES 64

struct plan_port {
	uint32_t number;
	char name[OF_PORT_WIRE_NAME_SIZE + 1];
};

/* A learned address. */
struct plan_mac {
	uint16_t vlan;
	struct eth_addr mac;
	uint32_t port;
};

/* One port in one network. */
struct plan_member {
	uint32_t port;
	uint16_t vlan;
	bool tagged;
	bool uplink;
	bool has_mac; /* attachments only */
	struct eth_addr mac;
};

/* A switch's ports joined with the intent; the intent need not outlive it. */
struct plan {
	unsigned n;
	struct plan_member *members; /* sorted by VLAN, then port */
	struct plan_fixed *fixed;    /* addresses that the intent fixes to a port here */
};

/**
 * Joins what the intent says of its switch `sw` (an index) with the ports that the switch has.
 * Ports that the intent names and the switch does not have are left out until they come. NULL: no
 * memory. End with plan_destroy.
 */
struct plan *plan_create(const struct intent *intent, unsigned sw, const struct plan_port *ports,
			 unsigned n_ports);

/** Frees; NULL is legal. */
void plan_destroy(struct plan *plan);

/** Puts the flows and groups that follow from the plan into `rules`. -ENOMEM. */
int plan_rules(const struct plan *plan, struct rules *rules);

/**
 * Puts the two flows of a learned address into `rules`. -ENOENT: the port is not in that network,
 * or the intent fixes the address to a port; -ENOMEM.
 */
int plan_mac_rules(const struct plan *plan, const struct plan_mac *mac, struct rules *rules);

/** Puts the flow that stops a port from being listened to for PLAN_QUIET_S. -ENOMEM. */
int plan_quiet_rules(uint32_t port, struct rules *rules);

/** How a port takes part in the network of a VLAN; NULL when it does not. */
const struct plan_member *plan_member(const struct plan *plan, uint32_t port, uint16_t vlan);

/** True when the intent fixes the address to a port of this switch. */
bool plan_mac_fixed(const struct plan *plan, uint16_t vlan, const struct eth_addr *mac);

/** Reads the learned address out of its source flow; false when the flow is another. */
bool plan_mac_of_flow(const struct rule_flow *flow, struct plan_mac *mac);
