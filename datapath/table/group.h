// SPDX-License-Identifier: Apache-2.0
/*
 * group: a set of buckets of actions (OpenFlow 1.3.5 §5.6) behind a handle that stays.
 *
 * Programs point to the handle; a modification publishes new buckets and retires the old ones, so
 * that no rule is touched. Buckets hold from one version of the pipeline on, as rules do: until
 * no frame can run in an older version, the ones that they replace stay linked behind them. All
 * writes by the control thread; lcores only read, by the inline functions below.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "datapath/table/group_slots.h"
#include "datapath/table/program.h"

#define GROUP_MAX_DEPTH 8 /* groups that name groups */
#define GROUP_MAX_BUCKETS GROUP_SLOTS_MAX_BUCKETS

enum group_kind { GROUP_ALL, GROUP_INDIRECT, GROUP_SELECT, GROUP_FAST_FAILOVER };

struct group_bucket {
	struct action_list *actions; /* owned; never NULL */
	uint32_t counter_id;         /* of flow_counters */
	uint32_t bucket_id;
	uint32_t watch_port, watch_group; /* as told; see group_watch */
	uint16_t weight;
	/* Control thread only: */
	bool dead;             /* what it watches is down */
	bool counter_kept;     /* the counter is the one of the bucket in the older buckets */
	bool counter_given_on; /* … and here it belongs to the newer buckets by now */
};

struct group_buckets {
	enum group_kind kind;
	uint32_t n;
	uint32_t visible_from; /* the first version of the pipeline that sees them */
	uint32_t salt;         /* of the select hash: chained groups choose independently */
	struct group_buckets
		*older;            /* atomic; what older versions see, NULL: nobody can any more */
	struct group_slots *slots; /* atomic; select: the live ones' shares, NULL: none lives */
	uint32_t first_live;       /* atomic; fast failover: index, `n`: none lives */
	struct group_slots *base;  /* control thread: the shares if all lived; may be `slots` */
	struct group_bucket b[];
};

struct group {
	uint32_t id;
	uint32_t counter_id;
	struct group_buckets *buckets; /* atomic; never NULL */
	void *owner;                   /* control thread: who keeps it; NULL: nobody any more */
};

struct reclaim;

/* What the life of a bucket hangs on. */
struct group_watch {
	uint32_t port, group; /* GROUP_WATCHES_NOTHING */
};

#define GROUP_WATCHES_NOTHING 0xffffffffu /* OFPP_ANY, OFPG_ANY */

/**
 * What a bucket of a group of that kind watches, of what it was told to. Port 0 is none, and
 * libraries fill both with zeros where nobody watches anything; groups of all and indirect ones do
 * not watch (OpenFlow 1.3.5 §7.3.4.2). Any thread.
 */
static inline struct group_watch group_watch(enum group_kind kind, uint32_t port, uint32_t group)
{
	bool zeros = port == 0 && group == 0;

	if (zeros || kind == GROUP_ALL || kind == GROUP_INDIRECT)
		return (struct group_watch){GROUP_WATCHES_NOTHING, GROUP_WATCHES_NOTHING};
	return (struct group_watch){port == 0 ? GROUP_WATCHES_NOTHING : port, group};
}

/** What a frame that runs in `version` of the pipeline sees. Lcores. */
static inline const struct group_buckets *group_buckets_in(const struct group *group,
							   uint32_t version)
{
	const struct group_buckets *buckets = __atomic_load_n(&group->buckets, __ATOMIC_ACQUIRE);

	while (__builtin_expect(buckets->visible_from > version, 0)) {
		const struct group_buckets *older =
			__atomic_load_n(&buckets->older, __ATOMIC_ACQUIRE);

		if (older == NULL)
			break;
		buckets = older;
	}
	return buckets;
}

/**
 * The bucket of a select group for a frame with that hash; NULL when no bucket lives. The same
 * hash gets the same bucket until it dies or the group changes. Lcores.
 */
static inline const struct group_bucket *group_select(const struct group_buckets *buckets,
						      uint32_t hash)
{
	const struct group_slots *slots = __atomic_load_n(&buckets->slots, __ATOMIC_ACQUIRE);

	if (__builtin_expect(slots == NULL, 0))
		return NULL;
	return &buckets->b[group_slots_find(slots, hash ^ buckets->salt)];
}

/** The first live bucket of a fast-failover group; NULL when none lives. Lcores. */
static inline const struct group_bucket *group_failover(const struct group_buckets *buckets)
{
	uint32_t i = __atomic_load_n(&buckets->first_live, __ATOMIC_RELAXED);

	return i < buckets->n ? &buckets->b[i] : NULL;
}

/** Room for `n` buckets, all zero; NULL with ENOMEM. Control thread. */
struct group_buckets *group_buckets_create(enum group_kind kind, uint32_t n);

/**
 * Makes buckets ready to be published: shares of a select group that move no more than they must
 * from those of `old` (NULL: there is none). `dead` of all buckets must be set. 0 or -ENOMEM.
 */
int group_buckets_prepare(struct group_buckets *buckets, uint32_t group_id,
			  const struct group_buckets *old);

/**
 * Publishes which buckets are live, after `dead` of some changed; frames go to others from now on.
 * Only flows of buckets that died, or came back, move. 0, or -ENOMEM: all is as before.
 */
int group_buckets_set_live(struct group_buckets *buckets, struct reclaim *reclaim);

/** Frees buckets that no lcore can see, not `older`; NULL is legal. */
void group_buckets_free(struct group_buckets *buckets);

/** A handle that takes the buckets over; NULL with ENOMEM (buckets stay the caller's). */
struct group *group_create(uint32_t id, struct group_buckets *buckets);

/**
 * Publishes other buckets, from version `visible_from` on; what was published stays behind them
 * until group_drop_older or group_restore_older.
 */
void group_set_buckets(struct group *group, struct group_buckets *buckets, uint32_t visible_from);

/**
 * Ends a change for good: the buckets behind `buckets` are freed after a grace period, which starts
 * after the pipeline's version was published.
 */
void group_drop_older(struct group_buckets *buckets, struct reclaim *reclaim);

/** Takes the latest change back: its buckets are freed after a grace period. */
void group_restore_older(struct group *group, struct reclaim *reclaim);

/** Frees the group and its buckets after a grace period; no program may name it any more. */
void group_retire(struct group *group, struct reclaim *reclaim);

/** Frees a group that no lcore can see, with its buckets. */
void group_free(struct group *group);
