// SPDX-License-Identifier: Apache-2.0
/*
 * group: a set of buckets of actions (OpenFlow 1.3.5 §5.6) behind a handle that stays.
 *
 * Programs point to the handle; a modification publishes new buckets and retires the old ones, so
 * that no rule is touched. Writes by the control thread only.
 */
#pragma once

#include <stdint.h>

#include "datapath/table/program.h"

#define GROUP_MAX_DEPTH 8 /* groups that name groups */

enum group_kind { GROUP_ALL, GROUP_INDIRECT, GROUP_SELECT, GROUP_FAST_FAILOVER };

struct group_bucket {
	struct action_list *actions; /* owned; never NULL */
	uint32_t counter_id;         /* of flow_counters */
	uint32_t bucket_id;
	uint16_t weight;
	uint8_t dead; /* atomic: what it watches is down; the control thread keeps it */
	uint32_t watch_port, watch_group;
};

struct group_buckets {
	enum group_kind kind;
	uint32_t n;
	struct group_bucket b[];
};

struct group {
	uint32_t id;
	uint32_t counter_id;
	struct group_buckets *buckets; /* atomic; never NULL */
};

struct reclaim;

/** A handle that takes the buckets over; NULL with ENOMEM (buckets stay the caller's). */
struct group *group_create(uint32_t id, struct group_buckets *buckets);

/** Publishes other buckets; the old ones are freed after a grace period. Control thread. */
void group_set_buckets(struct group *group, struct group_buckets *buckets, struct reclaim *reclaim);

/** Frees the group and its buckets after a grace period; no program may name it any more. */
void group_retire(struct group *group, struct reclaim *reclaim);

/** Frees buckets that no lcore can see; NULL is legal. */
void group_buckets_free(struct group_buckets *buckets);
