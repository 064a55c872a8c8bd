// SPDX-License-Identifier: Apache-2.0
/*
 * tx_sched: the scheduler of a port with a rate or queues; private to pmd/. One lcore serves it: it
 * has the queues to itself (shaper.h), others hand frames over by a ring. Ports without a rate and
 * queues have none, and their frames never come here.
 *
 * A frame that waits keeps the index of the port that it came by in `m->port`, so that the ledger
 * of that port is charged when it leaves; the epoch of the index tells whether it is still that
 * port.
 *
 * Life: made by the first pmd_set_queues that asks for something, in use until the port goes: when
 * all is taken back frames pass it by, and what waits in it leaves unshaped.
 */
#pragma once

#include <stdint.h>

#include <rte_mbuf.h>
#include <rte_ring.h>

#include "datapath/pmd/shaper.h"

struct lcore;
struct pmd;

struct sched {
	uint16_t index;           /* of the port */
	unsigned int owner;       /* the lcore that serves it, by number */
	struct shaper_plan *plan; /* ctl, atomic */
	struct rte_ring *handed;  /* by the other lcores */
	struct shaper shaper;     /* the owner's */
	uint32_t n_buffers;       /* the owner's: of the frames that wait */
	bool passed_by;           /* ctl: frames do not come here at the moment */
	/* By place; written by the owner. */
	uint64_t tx_packets[PMD_MAX_QUEUES], tx_bytes[PMD_MAX_QUEUES];
	uint64_t base_packets, base_bytes; /* ctl: of the port, before it had queues */
	uint64_t *errors;                  /* [lcore number][place]: each lcore writes its own */
};

/* The schedulers that one lcore serves; replaced as a whole. */
struct sched_list {
	uint32_t n;
	struct sched *sched[];
};

/** Puts a frame into the queue of that id, or the default queue; takes it. Any lcore. */
void sched_put(struct lcore *l, struct sched *s, struct rte_mbuf *m, uint32_t queue_id);

/** Sends what is due of all schedulers of a lcore; returns how many frames. */
uint32_t sched_run(struct lcore *l);

/**
 * Takes the scheduler of a port from its lcore; NULL: it has none. To be given to sched_end after
 * a grace period. Control thread.
 */
struct sched *sched_withdraw(struct pmd *pmd, uint16_t index);

/** Drops what waits in it, and frees it; no lcore uses it any more. NULL is legal. */
void sched_end(struct pmd *pmd, struct sched *s);
