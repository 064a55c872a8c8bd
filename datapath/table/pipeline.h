// SPDX-License-Identifier: Apache-2.0
/*
 * pipeline: all that a frame meets between rx and tx: tables, ports by number, the MAC table.
 *
 * One for each switch. The control thread writes, lcores read; every pointer that changes while
 * they run is atomic and its old value goes through reclaim.h.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "datapath/table/classifier.h"
#include "datapath/table/flow_counters.h"
#include "datapath/table/mac_table.h"
#include "datapath/table/reclaim.h"
#include "datapath/table/vlan.h"

#define PIPELINE_N_TABLES 254
#define PIPELINE_MAX_PORTS 1024    /* indices 1…1023; 0 is no port */
#define PIPELINE_MAX_OFPORT 0xfeff /* numbers 1…0xfeff; the rest are reserved */
#define PIPELINE_LOCAL 0xfffffffeu /* the number of the port of the host itself (OFPP_LOCAL) */

/* A port as the pipeline sees it: immutable, replaced as a whole. */
struct pipeline_port {
	uint32_t ofport;
	uint16_t index;
	bool no_recv;      /* OFPPC_NO_RECV or OFPPC_PORT_DOWN: drop what enters */
	bool no_fwd;       /* OFPPC_NO_FWD or OFPPC_PORT_DOWN: drop what leaves */
	bool no_flood;     /* leave out of FLOOD */
	bool no_packet_in; /* OFPPC_NO_PACKET_IN */
	struct vlan_port vlan;
};

/* The ports for ALL and FLOOD, in the order of their numbers. */
struct pipeline_flood {
	uint16_t n;
	uint16_t index[];
};

/* Counters of a table: an array of one for each lcore, written by it. */
struct pipeline_table_counter {
	uint64_t lookups;
	uint64_t matches;
};

struct pipeline {
	struct classifier *table[PIPELINE_N_TABLES];    /* atomic; NULL: empty */
	struct classifier *clauses[PIPELINE_N_TABLES];  /* atomic; rules of conjunctions only */
	uint32_t n_clauses[PIPELINE_N_TABLES];          /* atomic: rules in clauses[] */
	struct pipeline_port *port[PIPELINE_MAX_PORTS]; /* atomic, by index */
	uint16_t port_index[PIPELINE_MAX_OFPORT + 2];   /* atomic, by pipeline_place; 0: none */
	struct pipeline_flood *flood;                   /* atomic; never NULL */
	struct mac_table *macs;
	struct flow_counters *counters;
	struct reclaim *reclaim;
	uint32_t version; /* atomic: frames run in the version that they find at their start */
	uint8_t depth;    /* atomic: enum flow_depth that some rule needs */
	uint32_t words;   /* atomic: words of the key that some rule looks at */
	bool punt_misses; /* atomic: a controller of version 1.0 wants frames that no rule matches
			   */
	bool deny_fragments;   /* atomic: OFPC_FRAG_DROP */
	bool punt_invalid_ttl; /* atomic: a controller wants frames whose TTL is used up */
	uint8_t first_egress; /* atomic: the first egress table (1.5.1 §5.1.3); 0: there are none */
	/* control thread only: */
	uint32_t last_version; /* handed out by pipeline_next_version */
	uint32_t n_rules_of_depth[3];
	uint32_t kept_words; /* of the key that programs read, whatever the rules look at */
};

/** An empty pipeline (every frame misses in table 0). NULL with ENOMEM. Control thread. */
struct pipeline *pipeline_create(unsigned int n_lcores, uint32_t mac_table_size);

/** Frees it with all rules; no lcore may run any more. NULL is legal. */
void pipeline_destroy(struct pipeline *p);

/**
 * Puts a rule in force, visible in the versions that it says (all, if nobody set them). Takes a
 * counter id if it has none. 0, -ENOMEM or -ENOSPC (no counter id); then the rule is the caller's
 * as before.
 */
int pipeline_add_rule(struct pipeline *p, struct rule *rule);

/** Takes a rule out of force; memory and counter id are given back after a grace period. */
void pipeline_remove_rule(struct pipeline *p, struct rule *rule);

/**
 * Takes a rule out that frames of the current version no longer see, but those of the version
 * before, which may still be under way, do: after a grace period, then as pipeline_remove_rule. The
 * counter of a RULE_REPLACED is kept, by this and by pipeline_remove_rule.
 */
void pipeline_remove_hidden_rule(struct pipeline *p, struct rule *rule);

/**
 * The version after the current one, for rules and buckets that are to become visible together. A
 * rule enters with `visible_from` set to it, and leaves with `visible_until`; nothing of it is seen
 * before pipeline_publish.
 */
uint32_t pipeline_next_version(struct pipeline *p);

/** Frames whose burst begins from now on run in `version`: one store. */
void pipeline_publish(struct pipeline *p, uint32_t version);

/**
 * Programs will read these words of the key, which are then always filled: registers and the like.
 * For the life of the pipeline.
 */
void pipeline_keep_words(struct pipeline *p, uint32_t words);

/** Publishes a port's settings (copied); a new one, or those of a known index. 0 or -ENOMEM. */
int pipeline_set_port(struct pipeline *p, const struct pipeline_port *port);

/** Takes a port out of numbers, floods and the MAC table. */
void pipeline_remove_port(struct pipeline *p, uint16_t index);

/** Restores order after many changes; call it from a timer. */
void pipeline_tidy(struct pipeline *p);

/** Where a port's number stands in port_index; 0: it is none. Any thread. */
static inline uint32_t pipeline_place(uint32_t ofport)
{
	if (__builtin_expect(ofport <= PIPELINE_MAX_OFPORT, 1))
		return ofport;
	return ofport == PIPELINE_LOCAL ? PIPELINE_MAX_OFPORT + 1 : 0;
}

/** The port of that number, NULL when there is none. Any thread. */
static inline const struct pipeline_port *pipeline_port(const struct pipeline *p, uint32_t ofport)
{
	/* Nobody has place 0. */
	uint16_t i = __atomic_load_n(&p->port_index[pipeline_place(ofport)], __ATOMIC_ACQUIRE);

	return i != 0 ? __atomic_load_n(&p->port[i], __ATOMIC_ACQUIRE) : NULL;
}
