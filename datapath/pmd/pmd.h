// SPDX-License-Identifier: Apache-2.0
/*
 * pmd: the lcores. Each turns in a loop of four calls: rx, parse, classify, execute (and tx), on
 * bursts, to completion. The control thread only changes what they read.
 *
 * Life: pmd_create → pmd_start → ports and rxqs come and go → pmd_stop → pmd_destroy.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "datapath/pmd/punt.h"
#include "datapath/port/port.h"
#include "datapath/table/drop.h"
#include "datapath/table/pipeline.h"

#define PMD_MAX_LCORES 64
#define PMD_BURST 32

struct pmd;

/* How lcores behave; fixed for the life of a pmd. */
struct pmd_config {
	unsigned int n_lcores;
	unsigned int lcore_id[PMD_MAX_LCORES]; /* EAL lcore ids to run on, n_lcores of them */
	struct rte_mempool *mbufs;             /* for copies; private area of PUNT_PRIV_SIZE */
	uint32_t idle_sleep_us;                /* longest sleep of an idle lcore; 0: never sleep */
};

/** Lcores for a pipeline; nothing runs yet. NULL with ENOMEM. Control thread. */
struct pmd *pmd_create(struct pipeline *pipeline, const struct pmd_config *config);

/** Launches the loops on their EAL lcores; 0 or -errno. Control thread. */
int pmd_start(struct pmd *pmd);

/** Ends the loops and waits for them. Control thread, at the end of the program. */
void pmd_stop(struct pmd *pmd);

/** Frees it; after pmd_stop. NULL is legal. */
void pmd_destroy(struct pmd *pmd);

/**
 * Runs one turn of lcore number `n` on the calling thread, for tests without EAL threads (pipeline
 * tests on pcap ports). Returns the frames received.
 */
uint32_t pmd_turn(struct pmd *pmd, unsigned int n);

/**
 * Lets lcores send to and receive from a port. port->index must be set (1…PIPELINE_MAX_PORTS-1)
 * and its settings published with pipeline_set_port. Its rxqs are spread over the lcores, to the
 * one with the fewest. 0 or -ENOMEM. Control thread.
 */
int pmd_add_port(struct pmd *pmd, struct port *port);

/**
 * Takes a port from all lcores and calls `done(arg)` on the control thread (from reclaim_poll)
 * when none uses it any more; only then may it be closed.
 */
void pmd_remove_port(struct pmd *pmd, struct port *port, void (*done)(void *arg), void *arg);

/* A port's share of the ledger, summed over lcores. rx + copies + injected =
 * forwarded + punted + Σ drops, where all but tx_* are of frames that entered by this port. */
struct pmd_port_counters {
	uint64_t rx_packets, rx_bytes;
	uint64_t rx_missed;            /* lost before the switch had them; not in rx_packets */
	uint64_t tx_packets, tx_bytes; /* frames that left by this port */
	uint64_t tx_dropped;           /* frames that should have left by this port */
	uint64_t copies;               /* made by floods, groups, packet-ins, segmentation */
	uint64_t injected;             /* packet-outs with this in_port */
	uint64_t forwarded;            /* to any port */
	uint64_t punted;               /* to the control thread */
	uint64_t drops[DROP_N_REASONS];
};

/** The counters of a port index; index 0 has packet-outs without an ingress port. */
void pmd_port_counters(const struct pmd *pmd, uint16_t index, struct pmd_port_counters *c);

/** Sets all counters of an index to zero: for an index that a new port will use. */
void pmd_port_counters_clear(struct pmd *pmd, uint16_t index);

/** Charges a drop that the control thread made (a punted frame that no controller took). */
void pmd_count_punt_drop(struct pmd *pmd, uint16_t index, enum drop_reason reason);

struct pmd_rxq_load {
	uint16_t port_index;
	uint16_t queue;
	uint64_t packets;
	uint64_t busy_cycles;
};

/* What a lcore did since the start, in TSC cycles. */
struct pmd_load {
	unsigned int lcore_id;
	uint64_t busy_cycles; /* turns with frames */
	uint64_t idle_cycles; /* turns without, and sleep */
	uint64_t packets;     /* received */
	uint32_t n_rxqs;
	struct pmd_rxq_load rxq[128];
};

/** How many lcores there are. */
unsigned int pmd_n_lcores(const struct pmd *pmd);

/** The load of lcore number `n` (0…pmd_n_lcores-1). Control thread. */
void pmd_load(const struct pmd *pmd, unsigned int n, struct pmd_load *load);

/** The clock of the MAC table, in whole seconds: what lcores write as "last seen". Any thread. */
uint32_t pmd_clock_s(void);

/** Lookups and matches of a table over all lcores. */
void pmd_table_counters(const struct pmd *pmd, uint8_t table_id,
			struct pipeline_table_counter *sum);

/** Takes up to `n` punted frames; the caller owns them. Control thread. */
uint32_t pmd_punted(struct pmd *pmd, struct rte_mbuf **frames, uint32_t n);

/** Takes up to `n` requests to learn. Control thread. */
uint32_t pmd_learns(struct pmd *pmd, struct learn_request *requests, uint32_t n);

/**
 * A file descriptor that turns readable when frames or requests were punted while the control
 * thread waited. Call pmd_punt_arm before waiting (false: there are frames already), read 8 bytes
 * after waking.
 */
int pmd_punt_fd(const struct pmd *pmd);

/** See pmd_punt_fd. */
bool pmd_punt_arm(struct pmd *pmd);

/* What the pipeline shall take a frame of the control thread's for. */
struct packet_out_fields {
	uint32_t in_port; /* a port's number or a reserved one */
	uint64_t metadata, tunnel_id;
};

/**
 * Sends a frame through an action list, as the next frame of the first lcore. Takes frame and
 * actions, on error too. -ENOSPC: too many are under way. Control thread.
 */
int pmd_packet_out(struct pmd *pmd, struct rte_mbuf *frame, struct action_list *actions,
		   const struct packet_out_fields *fields);

/* How far packet-outs are: they are executed in the order in which they were taken. */
struct pmd_packet_outs {
	uint64_t taken; /* by pmd_packet_out, since the start */
	uint64_t done;  /* lcores are through with */
};

/**
 * For who frees what the actions of a packet-out name (a group): it may go when `done` has reached
 * what `taken` was when no new packet-out could name it. Control thread.
 */
struct pmd_packet_outs pmd_packet_outs(struct pmd *pmd);
