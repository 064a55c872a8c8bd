// SPDX-License-Identifier: Apache-2.0
/*
 * classifier: finds the rule of highest priority that a key matches.
 *
 * Rules live in tuples: hash tables over the key bits that all rules of the tuple care for. A rule
 * need not have exactly the mask of its tuple, only at least its bits, so rules with many
 * different masks share few tuples; a full bucket makes the next, stricter tuple. Tuples are tried
 * in the order of their best priority, and the search ends when no later one can do better. The
 * number of tuples is bounded (CLASSIFIER_MAX_TUPLES), so is the cost of a frame.
 *
 * One writer (the control thread), any number of readers; an insertion or removal writes one
 * bucket. What readers may still see is freed through reclaim.h.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "datapath/table/flow_key.h"
#include "datapath/table/rule.h"

#define CLASSIFIER_MAX_TUPLES 64
#define CLASSIFIER_BURST 64

struct classifier;
struct reclaim;

/*
 * What readers may know of a table to choose how to search it. The masks only grow while the table
 * has rules; all of them are written before the rule that needs them can be met.
 */
struct classifier_shape {
	uint64_t mask[FLOW_KEY_WORDS]; /* atomic; the union of the rules' masks */
	uint32_t words;                /* atomic; bit i: mask[i] is not zero */
	uint32_t generation;           /* atomic; changes with every insertion and removal */
	uint32_t n_tuples;             /* atomic */
};

/** The shape of a table. Lcores and the control thread. */
static inline const struct classifier_shape *classifier_shape(const struct classifier *cls)
{
	return (const struct classifier_shape *)cls; /* its first member */
}

/** An empty classifier; NULL with ENOMEM. `reclaim` must outlive it. Control thread. */
struct classifier *classifier_create(struct reclaim *reclaim);

/** Frees it and every rule in it; no lcore may use it any more. NULL is legal. */
void classifier_destroy(struct classifier *cls);

/**
 * Makes the rule visible to readers. Two rules with the same match and priority may be in it (one
 * of each version); keeping flows unique is the flow store's job. 0 or -ENOMEM. Control thread.
 */
int classifier_insert(struct classifier *cls, struct rule *rule);

/** Takes the rule out and retires it: readers lose it at once, its memory goes later. */
void classifier_remove(struct classifier *cls, struct rule *rule);

/** Takes the rule out; readers may still hold it, so retiring it is the caller's. Control thread.
 */
void classifier_take(struct classifier *cls, struct rule *rule);

/** Rules in it. Control thread. */
uint32_t classifier_count(const struct classifier *cls);

/**
 * Restores the order of the tuples and drops empty ones after removals; call it now and then.
 * Costs nothing when nothing was removed. Control thread.
 */
void classifier_tidy(struct classifier *cls);

/**
 * For each bit i of `want` looks up keys[i] and stores the best rule that is visible in `version`,
 * or NULL, in found[i]. At most CLASSIFIER_BURST keys. Lcores, between two quiescent states.
 */
void classifier_lookup(const struct classifier *cls, const struct flow_key *keys, uint64_t want,
		       uint32_t version, const struct rule **found);

/**
 * All visible rules of priority above `above` that the key matches, in no order; at most `room` of
 * them. Returns how many are in `found`. Lcores, between two quiescent states.
 */
uint32_t classifier_match_all(const struct classifier *cls, const struct flow_key *key,
			      int64_t above, uint32_t version, const struct rule **found,
			      uint32_t room);

/* What a search costs at most, for people. */
struct classifier_cost {
	uint32_t n_tuples;
	uint32_t n_rules;
	uint32_t longest_chain; /* buckets of six rules that one probe may have to look at */
};

/** The bounds now. Control thread. */
void classifier_cost(const struct classifier *cls, struct classifier_cost *cost);
