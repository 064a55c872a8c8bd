// SPDX-License-Identifier: Apache-2.0
/*
 * flow_counters: packets, bytes and last use of each rule, group and bucket, one array a lcore.
 *
 * The control thread hands out ids and sums on demand; each lcore writes only its own array, so no
 * cache line is shared. Arrays grow by chunks while lcores run.
 */
#pragma once

#include <stdint.h>

#define FLOW_COUNTERS_CHUNK 4096
#define FLOW_COUNTERS_CHUNKS 1024 /* 4 Mi ids */

struct flow_counter {
	uint64_t packets;
	uint64_t bytes;
	uint64_t used_tsc; /* when last hit; 0: never */
};

/* One lcore's arrays: written by it, read by the control thread. */
struct flow_counters_lcore {
	struct flow_counter *chunk[FLOW_COUNTERS_CHUNKS]; /* atomic, set by the control thread */
} __attribute__((aligned(64)));

struct flow_counters;

/** Counters for `n_lcores` writers; NULL with ENOMEM. Control thread. */
struct flow_counters *flow_counters_create(unsigned int n_lcores);

/** Frees all; no lcore may count any more. NULL is legal. */
void flow_counters_destroy(struct flow_counters *fc);

/** A fresh id with zero counts in *id; 0, -ENOMEM or -ENOSPC. Id 0 is never handed out. */
int flow_counters_take(struct flow_counters *fc, uint32_t *id);

/** Gives an id back; call it only after a grace period (rules do through their retirement). */
void flow_counters_give(struct flow_counters *fc, uint32_t id);

/** Sums an id over all lcores; used_tsc is the latest. Control thread. */
void flow_counters_sum(const struct flow_counters *fc, uint32_t id, struct flow_counter *sum);

/** The arrays of writer `lcore` (0…n_lcores-1). */
struct flow_counters_lcore *flow_counters_lcore(struct flow_counters *fc, unsigned int lcore);

/** Counts one frame. The lcore that owns `l`. */
static inline void flow_counter_add(struct flow_counters_lcore *l, uint32_t id, uint32_t packets,
				    uint64_t bytes, uint64_t now_tsc)
{
	struct flow_counter *c = &l->chunk[id / FLOW_COUNTERS_CHUNK][id % FLOW_COUNTERS_CHUNK];

	__atomic_store_n(&c->packets, c->packets + packets, __ATOMIC_RELAXED);
	__atomic_store_n(&c->bytes, c->bytes + bytes, __ATOMIC_RELAXED);
	__atomic_store_n(&c->used_tsc, now_tsc, __ATOMIC_RELAXED);
}
