// SPDX-License-Identifier: Apache-2.0
/*
 * lcore: what one forwarding thread has to itself; private to pmd/.
 *
 * Fields marked "ctl" are written by the control thread and read by the lcore; all others are the
 * lcore's own (counters are read by the control thread, with relaxed loads).
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <rte_branch_prediction.h>
#include <rte_mbuf.h>
#include <rte_ring.h>

#include "datapath/pmd/flow_cache.h"
#include "datapath/pmd/parse.h"
#include "datapath/pmd/pmd.h"
#include "datapath/pmd/tx_sched.h"
#include "datapath/table/group.h"
#include "datapath/table/meter.h"
#include "datapath/table/pipeline.h"

#define TX_BUFFER PMD_BURST

/* Reserved port numbers that frames can meet at run time; those of OpenFlow (1.3.5 §7.2.1). */
#define PORT_NO_IN_PORT 0xfffffff8u
#define PORT_NO_NORMAL 0xfffffffau
#define PORT_NO_FLOOD 0xfffffffbu
#define PORT_NO_ALL 0xfffffffcu
#define PORT_NO_CONTROLLER 0xfffffffdu

/* One port for sending; made and retired by the control thread, filled by the lcore. */
struct lcore_tx {
	struct port *port;   /* ctl */
	struct sched *sched; /* ctl, atomic: frames wait there first; NULL: they leave at once */
	uint16_t txq;        /* ctl */
	uint16_t n;
	struct rte_mbuf *frames[TX_BUFFER];
};

/* One receive queue; made and retired by the control thread. */
struct rxq {
	struct port *port; /* ctl */
	uint16_t queue;    /* ctl */
	uint16_t index;    /* ctl: of the port */
	uint64_t packets, busy_cycles;
};

/* The queues of a lcore, in the order of polling; replaced as a whole. */
struct rxq_list {
	uint32_t n;
	struct rxq *rxq[];
};

/* Where a frame goes next, kept back until it is known whether the frame itself or a copy goes. */
struct pending {
	enum { PENDING_NONE, PENDING_PORT, PENDING_PUNT } kind;
	enum vlan_edit { VLAN_KEEP, VLAN_PUSH, VLAN_POP, VLAN_SET_VID } vlan;
	uint16_t index;    /* PENDING_PORT */
	uint16_t vid;      /* VLAN_PUSH, VLAN_SET_VID */
	uint32_t queue_id; /* PENDING_PORT */
	uint16_t max_len;
	uint16_t controller_id; /* PENDING_PUNT */
	uint8_t reason;         /* PENDING_PUNT: enum punt_reason */
	uint8_t table_id;       /* PENDING_PUNT */
	uint64_t cookie;        /* PENDING_PUNT */
};

/* What a frame's write-actions instructions collected (OpenFlow 1.3.5 §5.10). */
struct action_set {
	uint64_t present[2]; /* bit i of both together: slot[i] is set */
	const struct action *slot[N_SLOTS];
};

/** Nothing is in it. */
static inline bool action_set_empty(const struct action_set *set)
{
	return (set->present[0] | set->present[1]) == 0;
}

/** Takes everything out. */
static inline void action_set_clear(struct action_set *set)
{
	set->present[0] = set->present[1] = 0;
}

#define STACK_DEPTH 8

/* The stack of Nicira's push and pop. */
struct frame_stack {
	uint32_t n;
	uint8_t value[STACK_DEPTH][16];
};

/* What one frame may cause: buckets, resubmits and clones, whatever their nesting. */
#define FRAME_MAX_STEPS 8192
#define FRAME_MAX_RESUBMITS 32 /* nested */

/*
 * A frame on its way through the pipeline. Most frames never need one: it is opened when a rule
 * does more than its program's shortcut says.
 */
struct frame {
	struct rte_mbuf *m;
	struct flow_key *key;
	struct action_set *set;
	struct frame_stack *stack;
	struct frame_layout layout;
	struct pending pending;
	uint16_t n_failed;  /* outputs that could not be; each is counted as a copy that was dropped
			     */
	uint8_t depth;      /* of groups */
	uint32_t queue_id;  /* of the port that it leaves by; 0: the default queue */
	uint8_t resubmits;  /* nested ones */
	bool submit;        /* packet-out to TABLE */
	bool ended;         /* nothing more happens to it */
	bool exited;        /* no more lists; its action set is still executed */
	bool in_egress;     /* it passes the egress tables */
	uint8_t reason;     /* enum drop_reason if it goes nowhere */
	uint8_t table_id;   /* where it is */
	uint8_t next_table; /* where it goes to when its bit in the burst is set */
	uint64_t cookie;    /* of the rule at work, for packet-ins */
};

struct lcore {
	struct pmd *pmd;
	struct pipeline *pipeline;
	struct flow_counters_lcore *flow_counters;
	struct rte_mempool *mbufs;
	struct flow_cache *cache;
	unsigned int number; /* 0…n_lcores-1: writer of counters, reader of the qsbr */
	unsigned int lcore_id;
	struct rxq_list *rxqs;                   /* ctl, atomic */
	struct lcore_tx *tx[PIPELINE_MAX_PORTS]; /* ctl, atomic */
	struct sched_list *scheds;               /* ctl, atomic: that it serves */
	uint32_t n_waiting;                      /* buffers of frames in their queues */
	struct rte_ring *punts;                  /* to the control thread */
	struct rte_ring *learns;                 /* to it: struct learn_request */
	struct rte_ring *packet_outs;            /* from it; first lcore only */
	struct learn_seen *learn_seen;           /* LEARN_SEEN of them: see learn.c */
	bool punted;                             /* in this turn */
	uint16_t in_index;                       /* of the frames at work */
	uint32_t in_port;                        /* of the frames at work */
	uint32_t version;                        /* of the pipeline, for this burst */
	uint32_t now_s;                          /* for the MAC table */
	uint64_t now_tsc, next_second_tsc;
	uint16_t dirty[PIPELINE_MAX_PORTS]; /* ports with frames to send */
	uint16_t n_dirty;
	/* The burst. */
	struct rte_mbuf *m[PMD_BURST];
	struct flow_key key[PMD_BURST];
	struct frame_layout layout[PMD_BURST];
	uint64_t opened; /* bit i: frame[i] is in use */
	struct frame frame[PMD_BURST];
	struct action_set set[PMD_BURST];
	struct frame_stack stack[PMD_BURST];
	uint32_t steps_left;  /* of the frame at work: see FRAME_MAX_STEPS */
	uint8_t first_egress; /* of the pipeline, for this burst; 0: no egress tables */
	/* Read by the control thread. */
	uint64_t busy_cycles, idle_cycles, packets;
	struct pipeline_table_counter table[PIPELINE_N_TABLES];
	struct pmd_port_counters port[PIPELINE_MAX_PORTS];
} __attribute__((aligned(64)));

/** Adds to a counter that the control thread reads. */
static inline void count(uint64_t *counter, uint64_t n)
{
	__atomic_store_n(counter, *counter + n, __ATOMIC_RELAXED);
}

/** The ledger of the ingress port at work. */
static inline struct pmd_port_counters *ingress(struct lcore *l)
{
	return &l->port[l->in_index];
}

/* lcore_setup.c */

/** A lcore that has nothing to do yet; NULL when there is no memory. Control thread. */
struct lcore *lcore_create(struct pmd *pmd, unsigned int number);

/** Frees it; it does not run. NULL is legal. Control thread. */
void lcore_destroy(struct lcore *l);

/* output.c: the ends of a frame */

/** Sends what is collected for a port. */
void lcore_flush_port(struct lcore *l, uint16_t index);

/** Collects a frame that leaves now. */
static inline void lcore_collect(struct lcore *l, struct lcore_tx *tx, uint16_t index,
				 struct rte_mbuf *m)
{
	if (tx->n == 0)
		l->dirty[l->n_dirty++] = index;
	tx->frames[tx->n++] = m;
	if (unlikely(tx->n == TX_BUFFER))
		lcore_flush_port(l, index);
}

/** Lets a frame leave by a port, through the default queue if the port has queues. */
static inline void lcore_send(struct lcore *l, struct lcore_tx *tx, uint16_t index,
			      struct rte_mbuf *m)
{
	struct sched *sched = __atomic_load_n(&tx->sched, __ATOMIC_ACQUIRE);

	if (unlikely(sched != NULL))
		sched_put(l, sched, m, 0);
	else
		lcore_collect(l, tx, index, m);
}

/** Changes the tag of a frame for a port; false: it does not fit. */
bool frame_edit_vlan(struct rte_mbuf *m, enum vlan_edit edit, uint16_t vid);

/** The frame of place `i` of the burst, opened if it was not. */
struct frame *frame_open(struct lcore *l, uint32_t i);

/** Lets the frame leave by a port of the pipeline, now or at its end. */
void frame_output(struct lcore *l, struct frame *f, const struct pipeline_port *port,
		  enum vlan_edit vlan, uint16_t vid);

/** Lets the frame go to the control thread, now or at its end. */
void frame_punt(struct lcore *l, struct frame *f, uint8_t reason, uint16_t max_len,
		uint16_t controller_id);

/** Notes an output that could not be. */
void frame_fail(struct lcore *l, struct frame *f, enum drop_reason reason);

/** What waits to be sent goes as a copy, because the frame is about to change. */
void frame_settle(struct lcore *l, struct frame *f);

/** Sends or drops the frame itself. */
void frame_end(struct lcore *l, struct frame *f);

/** Frees a frame under a reason. */
void frame_drop(struct lcore *l, struct rte_mbuf *m, enum drop_reason reason);

/** Hands everything that was collected to the ports. */
void lcore_flush(struct lcore *l);

/* normal.c */

/** Treats the frame as a VLAN-aware learning switch does. */
void frame_normal(struct lcore *l, struct frame *f);

/** The same for `n` places of the burst, `at`, that nothing has happened to yet. */
void lcore_normal(struct lcore *l, const uint8_t *at, uint32_t n);

/* execute.c */

/** Executes an action list. `final`: nothing comes behind it for this frame. */
void frame_execute(struct lcore *l, struct frame *f, const struct action_list *list, bool final);

/** Executes one action; false when the list ends with it. */
bool frame_execute_one(struct lcore *l, struct frame *f, const struct action *a, bool final);

/** Sends the frame to the port of that number, now or at its end. */
void frame_output_to(struct lcore *l, struct frame *f, uint32_t ofport);

/** Charges the frame to a meter; false: it was dropped, or could not be marked. */
bool frame_meter(struct lcore *l, struct frame *f, struct meter *meter);

/** Runs a list on a copy, so that what follows sees the frame as it came. */
void frame_execute_on_copy(struct lcore *l, struct frame *f, const struct action_list *list);

/** One more step of the frame at work; false: it had too many, which is its end. */
bool frame_step(struct lcore *l, struct frame *f);

/* action_set.c */

/** Merges a list into the frame's action set. */
void frame_write_actions(struct frame *f, const struct action_list *list);

/** Executes the action set. */
void frame_execute_set(struct lcore *l, struct frame *f);

/* groups.c */

/** Hands the frame to a group. */
void frame_group(struct lcore *l, struct frame *f, const struct group *group, bool final);

/* learn.c */

/** Asks the control thread to learn from the frame, unless it was asked the same just now. */
void frame_learn(struct lcore *l, const struct frame *f, const struct action *a);

/* classify.c */

/** Takes the first n places of the burst (m, key, layout) from the first table to their ends. */
void lcore_classify(struct lcore *l, uint32_t n);

/** Searches one table for one frame; NULL: no rule. */
const struct rule *frame_look_up(struct lcore *l, struct frame *f, uint8_t table_id);

/** Does what a rule says; true when the frame goes on to next_table. The set is not executed. */
bool frame_run_rule(struct lcore *l, struct frame *f, const struct rule *rule);

/* conjunction.c */

/**
 * The answer of a table that has clauses: the rule of a complete conjunction of a higher priority
 * than `plain` (which the other rules gave; NULL: none), else `plain`.
 */
const struct rule *frame_find_conjunction(struct lcore *l, const struct classifier *cls,
					  const struct classifier *clauses, struct flow_key *key,
					  const struct rule *plain);

/* walk.c: tables for a single frame, beside the burst */

/** Looks a table up in the midst of a list (ovs-actions(7), resubmit). */
void frame_resubmit(struct lcore *l, struct frame *f, uint32_t in_port, uint8_t table_id);

/** Takes a frame that is about to leave by a port through the egress tables (1.5.1 §5.1.3). */
void frame_egress(struct lcore *l, const struct frame *f, struct rte_mbuf *m,
		  const struct pending *p);

/* loop.c */

/** One turn over all queues; the number of frames received. */
uint32_t lcore_turn(struct lcore *l);

/** The loop of an EAL lcore; `arg` is the struct lcore. */
int lcore_run(void *arg);

struct pmd {
	struct pipeline *pipeline;
	struct pmd_config config;
	struct lcore *lcore[PMD_MAX_LCORES];
	bool running;                   /* control thread */
	uint32_t stop;                  /* atomic */
	int punt_fd;                    /* eventfd */
	uint32_t punt_armed;            /* atomic: the control thread sleeps */
	struct packet_out *packet_outs; /* control thread: under way */
	uint32_t n_packet_outs;
	uint64_t n_packet_outs_taken;
	struct pmd_port_counters *punt_drops;    /* control thread: drops only */
	struct sched *sched[PIPELINE_MAX_PORTS]; /* control thread */
	uint16_t
		epoch[PIPELINE_MAX_PORTS]; /* ctl, atomic: grows when another port gets the index */
	uint32_t max_waiting;              /* buffers that may wait in the queues of a lcore */
};
