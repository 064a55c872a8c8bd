// SPDX-License-Identifier: Apache-2.0
/*
 * group_store_impl: what the files of the group store (group_store.c, group_steps.c,
 * group_chain.c, group_liveness.c) share and nobody else may see.
 */
#pragma once

#include "datapath/agent/group_store.h"
#include "datapath/agent/held_handles.h"

struct group_store {
	struct pipeline *pipeline;
	struct group_entry *groups;      /* uthash head */
	struct group_entry *can_die;     /* utlist: fast failover and select groups */
	struct transaction *transaction; /* NULL: none */
	uint32_t max_groups;
	uint32_t n_buckets;
	uint32_t n_watched; /* buckets that watch a group */
	uint32_t round;
	struct held_handles held;
	uint64_t next_row;
	uint64_t (*now_ms)(void);
	const struct group_store_ops *ops;
	void *context;
};

/** A counter for each bucket that has none; 0 or -errno, then those that were taken are back. */
int group_take_counters(struct group_store *store, struct group_buckets *buckets);

/** Gives counters of buckets back that no lcore has seen. */
void group_drop_counters(struct group_store *store, struct group_buckets *buckets);

/**
 * Gives counters back after a grace period: those of buckets that are not others' too, and the
 * group's unless it is 0.
 */
void group_retire_counters(struct group_store *store, const struct group_buckets *buckets,
			   uint32_t group_counter);

/** The group is in the store from now on, as it says; or no more. */
void group_link(struct group_store *store, struct group_entry *entry);
void group_unlink(struct group_store *store, struct group_entry *entry);

/** The buckets name and watch groups from now on; or no more (`by` 1 or -1). */
void group_count_buckets(struct group_store *store, const struct group_buckets *buckets, int by);

/** Retires handle, counters and entry of a group that is not linked. */
void group_entry_retire(struct group_store *store, struct group_entry *entry);

/* group_liveness.c */

/** Sets `dead` of all buckets, before they are published. */
void group_judge(struct group_store *store, struct group_buckets *buckets);

/** Looks at all groups anew if some watch a group: one of them changed. */
void group_changed(struct group_store *store);

/** The entry is to be looked at when ports change; or no more. */
void group_follow(struct group_store *store, struct group_entry *entry);
void group_unfollow(struct group_store *store, struct group_entry *entry);

/* group_steps.c: changes as steps of the transaction; without one they are kept at once. */

struct group_step;

/** A step to be; NULL without memory. free() it, or hand it to one of the functions below. */
struct group_step *group_step_new(struct group_store *store, struct group_entry *entry);

/** The group was added. */
void group_step_added(struct group_step *step);

/* What a modification replaces. */
struct group_before {
	struct group_buckets *buckets;
	uint8_t *actions;
	uint32_t actions_size;
	uint8_t actions_version, type;
};

/** The group has other buckets, published already; takes what it had. */
void group_step_modified(struct group_step *step, const struct group_before *before);

/** The group is not linked any more. */
void group_step_removed(struct group_step *step);
