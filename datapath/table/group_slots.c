// SPDX-License-Identifier: Apache-2.0
#include "datapath/table/group_slots.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define MIN_SLOTS 256
#define MAX_SLOTS 65536
#define MIN_SLOTS_A_BUCKET 64
#define MAX_SLOTS_A_BUCKET 1024
#define ERROR_DIVISOR 200 /* 0.5 % */

/* How many slots each bucket should have. */
struct quotas {
	uint32_t n;
	uint32_t slots[GROUP_SLOTS_MAX_BUCKETS];
};

struct remainder {
	uint64_t rest;
	uint32_t index;
};

static int by_rest(const void *va, const void *vb)
{
	const struct remainder *a = va, *b = vb;

	if (a->rest != b->rest)
		return a->rest > b->rest ? -1 : 1;
	return a->index < b->index ? -1 : 1;
}

/* Exact shares of `n_slots`, what rounding leaves goes to the largest remainders. */
static void quotas_set(struct quotas *q, const uint16_t *weights, const bool *dead, uint32_t n,
		       uint32_t n_slots)
{
	struct remainder rest[GROUP_SLOTS_MAX_BUCKETS];
	uint64_t total = 0;
	uint32_t left = n_slots;

	q->n = n;
	for (uint32_t i = 0; i < n; i++)
		total += dead != NULL && dead[i] ? 0 : weights[i];
	for (uint32_t i = 0; i < n; i++) {
		uint64_t part = dead != NULL && dead[i] ? 0 : (uint64_t)weights[i] * n_slots;

		q->slots[i] = total != 0 ? (uint32_t)(part / total) : 0;
		rest[i] = (struct remainder){total != 0 ? part % total : 0, i};
		left -= q->slots[i];
	}
	if (total == 0)
		return;
	qsort(rest, n, sizeof(rest[0]), by_rest);
	for (uint32_t i = 0; i < left; i++) /* fewer than there are buckets with a remainder */
		q->slots[rest[i].index]++;
}

static bool quotas_exact_enough(const struct quotas *q, const uint16_t *weights, uint32_t n_slots)
{
	uint64_t total = 0;

	for (uint32_t i = 0; i < q->n; i++)
		total += weights[i];
	for (uint32_t i = 0; i < q->n; i++) {
		uint64_t is = q->slots[i] * total, wanted = (uint64_t)weights[i] * n_slots;

		if ((is > wanted ? is - wanted : wanted - is) * ERROR_DIVISOR > wanted)
			return false;
	}
	return true;
}

static uint32_t power_of_two(uint32_t at_least)
{
	uint32_t n = 1;

	while (n < at_least)
		n *= 2;
	return n;
}

/* The number of slots for these weights, and who gets how many. */
static uint32_t choose_size(struct quotas *q, const uint16_t *weights, uint32_t n,
			    uint32_t n_weighted, uint32_t n_old)
{
	uint32_t most = power_of_two(n_weighted * MAX_SLOTS_A_BUCKET);
	uint32_t size = power_of_two(n_weighted * MIN_SLOTS_A_BUCKET);

	size = size < MIN_SLOTS ? MIN_SLOTS : size;
	most = most > MAX_SLOTS ? MAX_SLOTS : most;
	if (n_weighted == 1)
		size = most = 1;
	quotas_set(q, weights, NULL, n, size);
	while (size < most && !quotas_exact_enough(q, weights, size)) {
		size *= 2;
		quotas_set(q, weights, NULL, n, size);
	}
	/* A table that shrinks moves flows: only when much is gained. */
	if (n_old > size && n_old / 16 <= size && n_weighted > 1) {
		size = n_old;
		quotas_set(q, weights, NULL, n, size);
	}
	return size;
}

static struct group_slots *slots_alloc(uint32_t n)
{
	struct group_slots *slots = malloc(sizeof(*slots) + n * sizeof(slots->bucket[0]));

	if (slots != NULL)
		slots->mask = n - 1;
	return slots;
}

/* Gives a slot to a bucket if it may have one more. */
static bool take(struct group_slots *slots, uint32_t slot, uint32_t bucket, struct quotas *left)
{
	if (bucket >= left->n || left->slots[bucket] == 0)
		return false;
	left->slots[bucket]--;
	slots->bucket[slot] = (uint16_t)bucket;
	return true;
}

/* Gives the slots that nobody has to the buckets that may have more. */
static void fill(struct group_slots *slots, struct quotas *left)
{
	uint32_t bucket = 0;

	for (uint32_t s = 0; s <= slots->mask; s++) {
		if (slots->bucket[s] != GROUP_SLOTS_NONE)
			continue;
		while (!take(slots, s, bucket, left)) {
			bucket++;
			assert(bucket < left->n); /* quotas are for all slots */
		}
	}
}

int group_slots_make(const uint16_t *weights, uint32_t n, const struct group_slots *old,
		     const uint16_t *was, struct group_slots **out)
{
	uint16_t is[GROUP_SLOTS_MAX_BUCKETS]; /* indices of the old table in the new one */
	struct group_slots *slots;
	uint32_t n_weighted = 0, size;
	struct quotas left;

	*out = NULL;
	for (uint32_t i = 0; i < n; i++)
		n_weighted += weights[i] != 0;
	if (n_weighted == 0)
		return 0;
	size = choose_size(&left, weights, n, n_weighted, old != NULL ? old->mask + 1 : 0);
	slots = slots_alloc(size);
	if (slots == NULL)
		return -ENOMEM;
	memset(is, 0xff, sizeof(is));
	for (uint32_t i = 0; old != NULL && i < n; i++) {
		if (was[i] != GROUP_SLOTS_NONE)
			is[was[i]] = (uint16_t)i;
	}
	for (uint32_t s = 0; s < size; s++) {
		slots->bucket[s] = GROUP_SLOTS_NONE;
		if (old != NULL)
			take(slots, s, is[old->bucket[s & old->mask]], &left);
	}
	fill(slots, &left);
	*out = slots;
	return 0;
}

int group_slots_without(const struct group_slots *base, const struct group_slots *last,
			const uint16_t *weights, const bool *dead, uint32_t n,
			struct group_slots **out)
{
	uint32_t size = base->mask + 1;
	struct group_slots *slots;
	struct quotas left;
	bool any = false;

	*out = NULL;
	for (uint32_t i = 0; i < n; i++)
		any |= weights[i] != 0 && !dead[i];
	if (!any)
		return 0;
	slots = slots_alloc(size);
	if (slots == NULL)
		return -ENOMEM;
	quotas_set(&left, weights, dead, n, size);
	for (uint32_t s = 0; s < size; s++) {
		uint16_t bucket = base->bucket[s];

		slots->bucket[s] = dead[bucket] ? GROUP_SLOTS_NONE : bucket;
		/* Rounding may want less than it has; it keeps what it has. */
		if (!dead[bucket] && left.slots[bucket] != 0)
			left.slots[bucket]--;
	}
	for (uint32_t s = 0; last != NULL && last->mask == base->mask && s < size; s++) {
		if (slots->bucket[s] == GROUP_SLOTS_NONE)
			take(slots, s, last->bucket[s], &left);
	}
	fill(slots, &left);
	*out = slots;
	return 0;
}
