// SPDX-License-Identifier: Apache-2.0
#include "datapath/table/group.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "datapath/table/reclaim.h"

struct group_buckets *group_buckets_create(enum group_kind kind, uint32_t n)
{
	struct group_buckets *buckets;

	buckets = calloc(1, sizeof(*buckets) + n * sizeof(buckets->b[0]));
	if (buckets == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	buckets->kind = kind;
	buckets->n = n;
	return buckets;
}

void group_buckets_free(struct group_buckets *buckets)
{
	if (buckets == NULL)
		return;
	for (uint32_t i = 0; i < buckets->n; i++)
		action_list_free(buckets->b[i].actions);
	if (buckets->slots != buckets->base)
		free(buckets->slots);
	free(buckets->base);
	free(buckets);
}

static void free_buckets(void *buckets)
{
	group_buckets_free(buckets);
}

/* --- select: who gets which share ----------------------------------------------------------- */

static bool same_actions(const struct group_bucket *a, const struct group_bucket *b)
{
	return a->actions->n_words == b->actions->n_words &&
	       memcmp(a->actions->words, b->actions->words,
		      a->actions->n_words * sizeof(a->actions->words[0])) == 0;
}

/*
 * Which of the old buckets each new one is: the one that does the same, since ids are mere places
 * in the list before OpenFlow 1.5, else the one that has its id.
 */
static void match_buckets(const struct group_buckets *buckets, const struct group_buckets *old,
			  uint16_t *was)
{
	bool taken[GROUP_MAX_BUCKETS] = {false};

	memset(was, 0xff, buckets->n * sizeof(was[0]));
	for (int pass = 0; pass < 3; pass++) {
		bool by_id = pass != 1, by_actions = pass != 2;

		for (uint32_t i = 0; i < buckets->n; i++) {
			const struct group_bucket *b = &buckets->b[i];

			for (uint32_t j = 0; was[i] == GROUP_SLOTS_NONE && j < old->n; j++) {
				if (taken[j] || (by_id && old->b[j].bucket_id != b->bucket_id) ||
				    (by_actions && !same_actions(&old->b[j], b)))
					continue;
				was[i] = (uint16_t)j;
				taken[j] = true;
			}
		}
	}
}

/* The buckets' weights and deaths as arrays; false when all live. */
static bool get_deaths(const struct group_buckets *buckets, uint16_t *weights, bool *dead)
{
	bool any = false;

	for (uint32_t i = 0; i < buckets->n; i++) {
		weights[i] = buckets->b[i].weight;
		dead[i] = buckets->b[i].dead;
		any |= dead[i];
	}
	return any;
}

/* The table for the buckets that live, from `base`; it may be that itself. */
static int make_live(const struct group_buckets *buckets, struct group_slots **slots)
{
	uint16_t weights[GROUP_MAX_BUCKETS];
	bool dead[GROUP_MAX_BUCKETS];

	*slots = buckets->base;
	if (buckets->base == NULL || !get_deaths(buckets, weights, dead))
		return 0;
	return group_slots_without(buckets->base, buckets->slots, weights, dead, buckets->n, slots);
}

static uint32_t find_first_live(const struct group_buckets *buckets)
{
	uint32_t i = 0;

	while (i < buckets->n && buckets->b[i].dead)
		i++;
	return i;
}

int group_buckets_prepare(struct group_buckets *buckets, uint32_t group_id,
			  const struct group_buckets *old)
{
	uint16_t weights[GROUP_MAX_BUCKETS], was[GROUP_MAX_BUCKETS];
	const struct group_slots *old_base = NULL;
	bool dead[GROUP_MAX_BUCKETS];
	int rc;

	buckets->salt = group_id * 0x9e3779b1u;
	buckets->first_live = find_first_live(buckets);
	if (buckets->kind != GROUP_SELECT)
		return 0;
	get_deaths(buckets, weights, dead);
	if (old != NULL && old->kind == GROUP_SELECT && old->base != NULL) {
		old_base = old->base;
		match_buckets(buckets, old, was);
	}
	rc = group_slots_make(weights, buckets->n, old_base, was, &buckets->base);
	return rc == 0 ? make_live(buckets, &buckets->slots) : rc;
}

int group_buckets_set_live(struct group_buckets *buckets, struct reclaim *reclaim)
{
	struct group_slots *slots, *old = buckets->slots;
	int rc;

	__atomic_store_n(&buckets->first_live, find_first_live(buckets), __ATOMIC_RELEASE);
	if (buckets->kind != GROUP_SELECT)
		return 0;
	rc = make_live(buckets, &slots);
	if (rc != 0)
		return rc;
	__atomic_store_n(&buckets->slots, slots, __ATOMIC_RELEASE);
	if (old != NULL && old != buckets->base)
		reclaim_retire(reclaim, free, old);
	return 0;
}

/* --- the handle ----------------------------------------------------------------------------- */

struct group *group_create(uint32_t id, struct group_buckets *buckets)
{
	struct group *group = calloc(1, sizeof(*group));

	if (group == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	group->id = id;
	group->buckets = buckets;
	return group;
}

void group_set_buckets(struct group *group, struct group_buckets *buckets, uint32_t visible_from)
{
	buckets->visible_from = visible_from;
	buckets->older = group->buckets;
	__atomic_store_n(&group->buckets, buckets, __ATOMIC_RELEASE);
}

static void free_older(void *arg)
{
	struct group_buckets *buckets = arg, *older = buckets->older;

	__atomic_store_n(&buckets->older, NULL, __ATOMIC_RELEASE);
	group_buckets_free(older);
}

void group_drop_older(struct group_buckets *buckets, struct reclaim *reclaim)
{
	/* A frame that runs in an old version may walk there until then. */
	if (buckets->older != NULL)
		reclaim_retire(reclaim, free_older, buckets);
}

void group_restore_older(struct group *group, struct reclaim *reclaim)
{
	struct group_buckets *buckets = group->buckets;

	__atomic_store_n(&group->buckets, buckets->older, __ATOMIC_RELEASE);
	reclaim_retire(reclaim, free_buckets, buckets);
}

void group_free(struct group *group)
{
	group_buckets_free(group->buckets);
	free(group);
}

static void free_group(void *group)
{
	group_free(group);
}

void group_retire(struct group *group, struct reclaim *reclaim)
{
	reclaim_retire(reclaim, free_group, group);
}
