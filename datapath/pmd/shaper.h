// SPDX-License-Identifier: Apache-2.0
/*
 * shaper: the queues of one port: bounded FIFOs, and which frame leaves next and when. One thread
 * at a time; it knows no lcore, no port and no clock: time is a count of cycles that only grows.
 *
 * Each rate is a token bucket that holds some milliseconds' worth, so that a lcore may look after
 * it in intervals. A queue below its guaranteed rate goes first; what is left of the port's rate
 * the queues share in turn.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "datapath/pmd/queues.h"

#define SHAPER_FRAMES 512         /* that wait in one queue */
#define SHAPER_BYTES (512u << 10) /* of them, or one frame */
#define SHAPER_DEPTH_US 10000u    /* a bucket holds at least this long */

/* The place of the default queue. */
#define SHAPER_DEFAULT 0

/* What is asked for, by place. */
struct shaper_plan {
	uint64_t serial;    /* differs from that of every other plan */
	double rate, depth; /* of the port: bytes a cycle, bytes. 0: none */
	struct {
		bool live;
		uint32_t id;
		double min, max; /* bytes a cycle, 0: none */
		double min_depth, max_depth;
	} place[PMD_MAX_QUEUES];
};

struct shaper_queue {
	struct rte_mbuf *frame[SHAPER_FRAMES]; /* a ring */
	uint32_t first, n, bytes;
	double min_tokens, max_tokens;
};

struct shaper {
	struct shaper_plan plan; /* a copy */
	uint64_t last;           /* when buckets were filled */
	double tokens;
	uint32_t n; /* frames that wait in all queues */
	uint8_t turn_min, turn_rest;
	struct shaper_queue queue[PMD_MAX_QUEUES];
};

/**
 * Fills in the plan for `queues`. Queues that `before` (NULL: none) has keep their places. `hz`:
 * cycles a second; a bucket holds at least `interval_us`.
 */
void shaper_plan_make(struct shaper_plan *plan, const struct shaper_plan *before,
		      const struct pmd_queues *queues, uint64_t hz, uint32_t interval_us);

/** The place of a queue, the default one's for an id that the plan does not have. */
static inline unsigned int shaper_place(const struct shaper_plan *plan, uint32_t queue_id)
{
	for (unsigned int i = 0; i < PMD_MAX_QUEUES; i++) {
		if (plan->place[i].live && plan->place[i].id == queue_id)
			return i;
	}
	return SHAPER_DEFAULT;
}

/**
 * Goes over to a plan, which is copied, at `now`; buckets of queues that are new are full. Frames
 * whose queue the plan does not have are taken out into `homeless` (room for SHAPER_FRAMES), a
 * queue at a time: returns how many; call it until it gives 0.
 */
uint32_t shaper_adopt(struct shaper *s, const struct shaper_plan *plan, uint64_t now,
		      struct rte_mbuf **homeless);

/** Puts a frame behind the others of a queue; false: there is no room, the frame is not taken. */
bool shaper_put(struct shaper *s, unsigned int place, struct rte_mbuf *m);

/** Fills the buckets up to `now`. */
void shaper_fill(struct shaper *s, uint64_t now);

/** The frame that may leave now, and the place it had; NULL: none may. */
struct rte_mbuf *shaper_next(struct shaper *s, unsigned int *place);

/** Takes out any frame, whatever the rates; NULL: there is none. */
struct rte_mbuf *shaper_take(struct shaper *s);
