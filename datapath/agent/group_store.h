// SPDX-License-Identifier: Apache-2.0
/*
 * group_store: the groups as controllers know them (OpenFlow 1.3.5 §5.6, §6.7, 1.5.1 §6.7).
 *
 * A group is a handle of the fast path that programs point to, and its buckets' actions in packed
 * form. A modification publishes other buckets behind the same handle, so no flow is touched. The
 * store keeps count of the flows that name a group, refuses chains that loop or are too long, and
 * knows which buckets are live. Within a transaction changes are for its version and can be taken
 * back (transaction.h). Control thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <uthash.h>

#include "datapath/agent/transaction.h"
#include "datapath/pmd/pmd.h"
#include "datapath/table/group.h"
#include "datapath/table/pipeline.h"
#include "openflow/group_mod.h"
#include "openflow/group_stats.h"

#define GROUP_STORE_MAX_BUCKETS 524288 /* of all groups */

struct group_store;

struct group_entry {
	UT_hash_handle hh;               /* by id, in the order of creation */
	struct group_entry *prev, *next; /* of those whose buckets can die; group_liveness.c */
	struct group *group;             /* the handle of the fast path; has the id */
	uint8_t *actions;                /* of each bucket: size (2 bytes), packed actions */
	uint32_t actions_size;
	uint8_t actions_version; /* enum of_version in which they are packed */
	uint8_t type;            /* enum of_group_type */
	uint32_t n_flows;        /* actions of flows that name it */
	uint32_t n_groups;       /* actions of buckets that name it */
	uint32_t round;          /* group_chain.c: `height` is of this round */
	uint32_t height;         /* groups on the longest chain from here on */
	uint32_t live_round;     /* group_liveness.c: `live` is of this round */
	bool live;               /* a bucket of it is */
	bool can_die;            /* it is in that list */
	uint64_t row;
	uint64_t created_ms;
};

struct group_store_ops {
	/* The group is new or has other buckets. */
	void (*changed)(void *context, const struct group_entry *entry);
	/* The group goes: only its row and id may be used. */
	void (*removed)(void *context, const struct group_entry *entry);
	/* Is the port there, up, and its link too (OFPPS_LIVE)? NULL: all are. */
	bool (*port_live)(void *context, uint32_t port_no);
};

/** An empty store; NULL with ENOMEM. `pmd` may be NULL (tests). */
struct group_store *group_store_create(struct pipeline *pipeline, struct pmd *pmd,
				       uint32_t max_groups, uint64_t (*now_ms)(void),
				       const struct group_store_ops *ops, void *context);

/** Retires all groups, without `removed`, and frees; no flow may name one any more. NULL is legal.
 */
void group_store_destroy(struct group_store *store);

/**
 * From now on all changes are steps of `t`, as transaction.h says; NULL: they are for good again,
 * after `t` was kept or undone to the end.
 */
void group_store_set_transaction(struct group_store *store, struct transaction *t);

/** The group; NULL when there is none. */
struct group_entry *group_store_find(const struct group_store *store, uint32_t group_id);

/** The first group, the others follow with entry->hh.next; NULL when there are none. */
struct group_entry *group_store_first(const struct group_store *store);

/** How many there are. */
uint32_t group_store_count(const struct group_store *store);

/**
 * May a group `group_id` have these buckets? Naming a group and watching one both count.
 * OFPGMFC_LOOP; OFPGMFC_CHAINING_UNSUPPORTED when frames would pass more than GROUP_MAX_DEPTH
 * groups. Groups that do not exist are not its matter.
 */
enum of_err group_store_check_chain(struct group_store *store, uint32_t group_id,
				    const struct of_buckets *buckets);

/** A number that no entry has as its `round` or `live_round`. */
uint32_t group_store_new_round(struct group_store *store);

/* What a group is to be. */
struct group_content {
	uint8_t type; /* enum of_group_type */
	const struct of_buckets *buckets;
	struct group_buckets *compiled; /* taken on OF_OK */
	bool keep_counters;             /* buckets whose id was there before go on counting (1.5) */
};

/**
 * Adds a group; `row` 0: the next one. OFPGMFC_GROUP_EXISTS, OFPGMFC_OUT_OF_GROUPS,
 * OFPGMFC_OUT_OF_BUCKETS, OF_ERR_NO_MEMORY.
 */
enum of_err group_store_add(struct group_store *store, uint32_t group_id,
			    const struct group_content *content, uint64_t row);

/** Gives a group another type and buckets. OFPGMFC_OUT_OF_BUCKETS, OF_ERR_NO_MEMORY. */
enum of_err group_store_modify(struct group_store *store, struct group_entry *entry,
			       const struct group_content *content);

/** Removes a group that no flow and no other group names any more. OF_ERR_NO_MEMORY. */
enum of_err group_store_remove(struct group_store *store, struct group_entry *entry);

/** Removes all groups; no flow may name one any more. OF_ERR_NO_MEMORY: some are left. */
enum of_err group_store_clear(struct group_store *store);

/** Ports came, went or changed: frames go to buckets that are live from now on. */
void group_store_ports_changed(struct group_store *store);

/** The oldest version of a message that can say what the group is. */
enum of_version group_entry_version(const struct group_entry *entry);

/** Reads the buckets back into `arena`; OF_ERR_NO_MEMORY. */
enum of_err group_buckets_of(const struct group_entry *entry, struct of_arena *arena,
			     struct of_buckets *buckets);

/** Everything that OFPMP_GROUP says of a group; `arena` keeps the buckets' counters. */
enum of_err group_stats_of(const struct group_store *store, const struct group_entry *entry,
			   struct of_arena *arena, struct of_group_stats *stats);
