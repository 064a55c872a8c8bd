// SPDX-License-Identifier: Apache-2.0
/*
 * group_store: the groups as controllers know them (OpenFlow 1.3.5 §5.6, §6.7).
 *
 * A group is a handle of the fast path that programs point to, and its buckets in packed form. A
 * modification publishes other buckets behind the same handle, so no flow is touched. The store
 * keeps count of the flows that name a group and refuses chains that loop or are too long.
 * Control thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <uthash.h>

#include "datapath/pmd/pmd.h"
#include "datapath/table/group.h"
#include "datapath/table/pipeline.h"
#include "openflow/group_mod.h"
#include "openflow/group_stats.h"

struct group_store;

struct group_entry {
	UT_hash_handle hh;   /* by id, in the order of creation */
	struct group *group; /* the handle of the fast path; has the id */
	uint8_t *buckets;    /* packed, GROUP_BUCKETS_VERSION */
	uint32_t buckets_size;
	uint8_t type;      /* enum of_group_type */
	uint32_t n_flows;  /* actions of flows that name it */
	uint32_t n_groups; /* actions of buckets that name it */
	uint32_t round;    /* group_chain.c: `height` is of this round */
	uint32_t height;   /* groups on the longest chain from here on */
	uint64_t row;
	uint64_t created_ms;
};

#define GROUP_BUCKETS_VERSION OF13

struct group_store_ops {
	/* The group is new or has other buckets. */
	void (*changed)(void *context, const struct group_entry *entry);
	/* The group is about to go. */
	void (*removed)(void *context, const struct group_entry *entry);
};

/** An empty store; NULL with ENOMEM. `pmd` may be NULL (tests). */
struct group_store *group_store_create(struct pipeline *pipeline, struct pmd *pmd,
				       uint32_t max_groups, uint64_t (*now_ms)(void),
				       const struct group_store_ops *ops, void *context);

/** Retires all groups, without `removed`, and frees; no flow may name one any more. NULL is legal.
 */
void group_store_destroy(struct group_store *store);

/** The group; NULL when there is none. */
struct group_entry *group_store_find(const struct group_store *store, uint32_t group_id);

/** The first group, the others follow with entry->hh.next; NULL when there are none. */
struct group_entry *group_store_first(const struct group_store *store);

/** How many there are. */
uint32_t group_store_count(const struct group_store *store);

/**
 * May a group `group_id` have these buckets? OFPGMFC_LOOP; OFPGMFC_CHAINING_UNSUPPORTED when frames
 * would pass more than GROUP_MAX_DEPTH groups. Groups that do not exist are not its matter.
 */
enum of_err group_store_check_chain(struct group_store *store, uint32_t group_id,
				    const struct of_buckets *buckets);

/** A number that no entry has as its `round`; for group_chain.c. */
uint32_t group_store_new_round(struct group_store *store);

/**
 * Adds a group; `row` 0: the next one. Takes `buckets`, the compiled form, on OF_OK.
 * OFPGMFC_GROUP_EXISTS, OFPGMFC_OUT_OF_GROUPS, OF_ERR_NO_MEMORY.
 */
enum of_err group_store_add(struct group_store *store, const struct of_group_mod *mod,
			    struct group_buckets *buckets, uint64_t row);

/** Gives a group another type and buckets; takes `buckets` on OF_OK. OF_ERR_NO_MEMORY. */
enum of_err group_store_modify(struct group_store *store, struct group_entry *entry,
			       const struct of_group_mod *mod, struct group_buckets *buckets);

/** Removes a group that no flow and no other group names any more. */
void group_store_remove(struct group_store *store, struct group_entry *entry);

/** Removes all groups; no flow may name one any more. */
void group_store_clear(struct group_store *store);

/** Notes that `by` more (or less) actions of flows name the group. */
void group_store_count_flow(struct group_store *store, uint32_t group_id, int by);

/** Reads the buckets back into `arena`; OF_ERR_NO_MEMORY. */
enum of_err group_buckets_of(const struct group_entry *entry, struct of_arena *arena,
			     struct of_buckets *buckets);

/** Everything that OFPMP_GROUP says of a group; `arena` keeps the buckets' counters. */
enum of_err group_stats_of(const struct group_store *store, const struct group_entry *entry,
			   struct of_arena *arena, struct of_group_stats *stats);
