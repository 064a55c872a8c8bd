// SPDX-License-Identifier: Apache-2.0
#include "datapath/table/tuple.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "datapath/table/reclaim.h"

#define FIRST_BUCKETS 2

static struct tuple_array *array_create(uint32_t n_buckets, uint32_t room_overflow)
{
	struct tuple_array *a = malloc(sizeof(*a));
	size_t size = ((size_t)n_buckets + room_overflow) * sizeof(struct tuple_bucket);

	if (a == NULL)
		return NULL;
	a->buckets = aligned_alloc(64, size);
	if (a->buckets == NULL) {
		free(a);
		return NULL;
	}
	memset(a->buckets, 0, size);
	a->mask = n_buckets - 1;
	a->n_overflow = 0;
	a->room_overflow = room_overflow;
	return a;
}

static void array_free(void *arg)
{
	struct tuple_array *a = arg;

	free(a->buckets);
	free(a);
}

struct tuple *tuple_create(const struct flow_key *mask)
{
	struct tuple *t = calloc(1, sizeof(*t));

	if (t == NULL)
		goto no_memory;
	t->array = array_create(FIRST_BUCKETS, 1);
	if (t->array == NULL) {
		free(t);
		goto no_memory;
	}
	for (int i = 0; i < FLOW_KEY_WORDS; i++) {
		if (mask->w[i] == 0)
			continue;
		t->words |= 1u << i;
		t->word[t->n_words] = (uint8_t)i;
		t->mask[t->n_words++] = mask->w[i];
	}
	return t;

no_memory:
	errno = ENOMEM;
	return NULL;
}

void tuple_free(struct tuple *t)
{
	if (t == NULL)
		return;
	array_free(t->array);
	free(t);
}

/* The rule's pair for a word that it has. */
static const struct rule_word *rule_word(const struct rule *rule, int word)
{
	return &rule->match[__builtin_popcount(rule->words & ((1u << word) - 1))];
}

bool tuple_accepts(const struct tuple *t, const struct rule *rule)
{
	if (t->words & ~rule->words)
		return false;
	for (unsigned int i = 0; i < t->n_words; i++) {
		if (t->mask[i] & ~rule_word(rule, t->word[i])->mask)
			return false;
	}
	return true;
}

uint32_t tuple_bits(const struct tuple *t)
{
	uint32_t n = 0;

	for (unsigned int i = 0; i < t->n_words; i++)
		n += (uint32_t)__builtin_popcountll(t->mask[i]);
	return n;
}

uint64_t tuple_rule_hash(const struct tuple *t, const struct rule *rule)
{
	uint64_t h = TUPLE_HASH_SEED;

	for (unsigned int i = 0; i < t->n_words; i++)
		h = tuple_mix(h, rule_word(rule, t->word[i])->value & t->mask[i]);
	return h;
}

uint32_t tuple_chain(const struct tuple *t, uint64_t hash)
{
	const struct tuple_bucket *b = &t->array->buckets[hash & t->array->mask];
	uint32_t n = 0;

	for (;;) {
		for (int i = 0; i < TUPLE_BUCKET_RULES; i++)
			n += b->sig[i] == tuple_sig(hash);
		if (b->next == 0)
			return n;
		b = &t->array->buckets[b->next];
	}
}

/* Puts a rule into a free slot of its chain; false when there is none and no overflow bucket. */
static bool array_add(struct tuple_array *a, const struct rule *rule, uint64_t hash)
{
	struct tuple_bucket *b = &a->buckets[hash & a->mask];

	for (;;) {
		for (int i = 0; i < TUPLE_BUCKET_RULES; i++) {
			if (b->sig[i] != 0)
				continue;
			__atomic_store_n(&b->rule[i], rule, __ATOMIC_RELEASE);
			__atomic_store_n(&b->sig[i], tuple_sig(hash), __ATOMIC_RELEASE);
			return true;
		}
		if (b->next == 0) {
			if (a->n_overflow == a->room_overflow)
				return false;
			__atomic_store_n(&b->next, a->mask + 1 + a->n_overflow++, __ATOMIC_RELEASE);
		}
		b = &a->buckets[b->next];
	}
}

struct copy {
	struct tuple_array *to;
	bool fits;
};

static void copy_rule(const struct rule *rule, void *arg)
{
	struct copy *copy = arg;

	if (copy->fits)
		copy->fits = array_add(copy->to, rule, rule->hash);
}

/*
 * A bigger array with the same rules. Chains that are long because hashes are equal do not get
 * shorter by more buckets, so the overflow has room for as many rules as there are.
 */
static int grow(struct tuple *t, struct reclaim *reclaim)
{
	uint32_t n_buckets = FIRST_BUCKETS;
	struct copy copy;

	while (n_buckets * 3 < t->n_rules + 1)
		n_buckets *= 2;
	for (uint32_t room = n_buckets / 4 + 2;; room *= 2) {
		copy = (struct copy){.to = array_create(n_buckets, room), .fits = true};
		if (copy.to == NULL)
			return -ENOMEM;
		tuple_each(t, copy_rule, &copy);
		if (copy.fits && copy.to->n_overflow < room)
			break;
		array_free(copy.to);
	}
	reclaim_retire(reclaim, array_free, t->array);
	__atomic_store_n(&t->array, copy.to, __ATOMIC_RELEASE);
	return 0;
}

int tuple_add(struct tuple *t, struct rule *rule, uint64_t hash, struct reclaim *reclaim)
{
	int rc;

	rule->hash = hash;
	rule->tuple = t;
	/* Buckets hold four rules on average before they are doubled. */
	if (t->n_rules + 1 > (t->array->mask + 1) * 4) {
		rc = grow(t, reclaim);
		if (rc != 0)
			return rc;
	}
	while (!array_add(t->array, rule, hash)) {
		rc = grow(t, reclaim);
		if (rc != 0)
			return rc;
	}
	t->n_rules++;
	if (rule->priority > t->best_priority) {
		t->best_priority = rule->priority;
		t->n_best = 0;
	}
	t->n_best += rule->priority == t->best_priority;
	return 0;
}

void tuple_remove(struct tuple *t, const struct rule *rule)
{
	struct tuple_bucket *b = &t->array->buckets[rule->hash & t->array->mask];

	for (;;) {
		for (int i = 0; i < TUPLE_BUCKET_RULES; i++) {
			if (b->sig[i] == 0 || b->rule[i] != rule)
				continue;
			__atomic_store_n(&b->sig[i], 0, __ATOMIC_RELEASE);
			t->n_rules--;
			if (rule->priority == t->best_priority && --t->n_best == 0)
				t->untidy = true;
			return;
		}
		if (b->next == 0)
			return;
		b = &t->array->buckets[b->next];
	}
}

void tuple_each(const struct tuple *t, void (*each)(const struct rule *rule, void *arg), void *arg)
{
	uint32_t n = t->array->mask + 1 + t->array->n_overflow;

	for (uint32_t k = 0; k < n; k++) {
		const struct tuple_bucket *b = &t->array->buckets[k];

		for (int i = 0; i < TUPLE_BUCKET_RULES; i++) {
			if (b->sig[i] != 0)
				each(b->rule[i], arg);
		}
	}
}

uint32_t tuple_longest_chain(const struct tuple *t)
{
	uint32_t longest = 0;

	for (uint32_t k = 0; k <= t->array->mask; k++) {
		const struct tuple_bucket *b = &t->array->buckets[k];
		uint32_t n = 1;

		while (b->next != 0) {
			b = &t->array->buckets[b->next];
			n++;
		}
		if (n > longest)
			longest = n;
	}
	return longest;
}
