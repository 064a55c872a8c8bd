// SPDX-License-Identifier: Apache-2.0
#include "datapath/table/classifier.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <emmintrin.h>

#include <rte_branch_prediction.h>

#include "datapath/table/reclaim.h"
#include "datapath/table/tuple.h"

/* More rules than this behind one hash make a stricter tuple. */
#define CHAIN_LIMIT 8

/*
 * The tuples in the order of the search. bound[i] is at least the best priority in tuples i and
 * later: with that much in hand a search ends at i. Bounds rise in place before a rule that
 * raises them can be seen; everything else makes a new list.
 */
struct tuple_list {
	uint32_t n;
	struct tuple *tuple[CLASSIFIER_MAX_TUPLES];
	uint32_t bound[CLASSIFIER_MAX_TUPLES]; /* atomic; priority + 1, so that 0 is none */
};

struct classifier {
	struct classifier_shape shape; /* the first member: see classifier_shape */
	struct tuple_list *list;       /* atomic */
	struct reclaim *reclaim;
	uint32_t n_rules; /* writer only */
	bool untidy;
};

struct classifier *classifier_create(struct reclaim *reclaim)
{
	struct classifier *cls = calloc(1, sizeof(*cls));

	if (cls == NULL)
		goto no_memory;
	cls->list = calloc(1, sizeof(*cls->list));
	if (cls->list == NULL) {
		free(cls);
		goto no_memory;
	}
	cls->reclaim = reclaim;
	return cls;

no_memory:
	errno = ENOMEM;
	return NULL;
}

static void free_rule(void *rule)
{
	rule_free(rule);
}

static void free_each(const struct rule *rule, void *arg)
{
	(void)arg;
	rule_free((struct rule *)(uintptr_t)rule);
}

static void free_tuple(void *tuple)
{
	tuple_free(tuple);
}

void classifier_destroy(struct classifier *cls)
{
	if (cls == NULL)
		return;
	for (uint32_t i = 0; i < cls->list->n; i++) {
		tuple_each(cls->list->tuple[i], free_each, NULL);
		tuple_free(cls->list->tuple[i]);
	}
	free(cls->list);
	free(cls);
}

uint32_t classifier_count(const struct classifier *cls)
{
	return cls->n_rules;
}

/* --- the list of tuples ------------------------------------------------------------------- */

static int by_priority(const void *a, const void *b)
{
	const struct tuple *x = *(struct tuple *const *)a, *y = *(struct tuple *const *)b;

	return x->best_priority < y->best_priority   ? 1
	       : x->best_priority > y->best_priority ? -1
						     : 0;
}

/* Publishes the tuples in their order, with one more when `more` is not NULL. */
static int publish(struct classifier *cls, struct tuple *more)
{
	struct tuple_list *old = cls->list, *list = calloc(1, sizeof(*list));
	uint32_t bound = 0;

	if (list == NULL)
		return -ENOMEM;
	for (uint32_t i = 0; i < old->n; i++) {
		if (old->tuple[i]->n_rules != 0)
			list->tuple[list->n++] = old->tuple[i];
		else
			reclaim_retire(cls->reclaim, free_tuple, old->tuple[i]);
	}
	if (more != NULL)
		list->tuple[list->n++] = more;
	qsort(list->tuple, list->n, sizeof(struct tuple *), by_priority);
	for (uint32_t i = list->n; i-- > 0;) {
		if (list->tuple[i]->best_priority + 1 > bound)
			bound = list->tuple[i]->best_priority + 1;
		list->bound[i] = bound;
	}
	__atomic_store_n(&cls->list, list, __ATOMIC_RELEASE);
	__atomic_store_n(&cls->shape.n_tuples, list->n, __ATOMIC_RELEASE);
	reclaim_retire(cls->reclaim, free, old);
	return 0;
}

/* Before a rule of `priority` enters tuple `t`, no search may end in front of it. */
static void raise_bounds(struct classifier *cls, const struct tuple *t, uint32_t priority)
{
	struct tuple_list *list = cls->list;
	uint32_t at = 0;

	while (list->tuple[at] != t)
		at++;
	for (uint32_t i = 0; i <= at; i++) {
		if (list->bound[i] < priority + 1)
			__atomic_store_n(&list->bound[i], priority + 1, __ATOMIC_RELEASE);
	}
	/* A good rule behind many tuples: worth sorting anew, but not for each of a batch. */
	if (at != 0 && list->tuple[at - 1]->best_priority < priority)
		cls->untidy = true;
}

struct best {
	uint32_t priority;
	uint32_t n; /* rules of it */
};

static void raise_best(const struct rule *rule, void *arg)
{
	struct best *best = arg;

	if (rule->priority > best->priority)
		*best = (struct best){.priority = rule->priority};
	best->n += rule->priority == best->priority;
}

void classifier_tidy(struct classifier *cls)
{
	bool changed = cls->untidy;

	for (uint32_t i = 0; i < cls->list->n; i++) {
		struct tuple *t = cls->list->tuple[i];
		struct best best = {0};

		if (!t->untidy)
			continue;
		tuple_each(t, raise_best, &best);
		t->best_priority = best.priority;
		t->n_best = best.n;
		t->untidy = false;
		changed = true;
	}
	if (changed && publish(cls, NULL) == 0)
		cls->untidy = false;
}

/* --- where a rule goes --------------------------------------------------------------------- */

/* Keeps the leading bits of a network-order prefix mask, rounded down to a multiple of `step`. */
static void coarsen(uint8_t *mask, size_t size, unsigned int step)
{
	unsigned int bits = 0;

	while (bits < size * 8 && (mask[bits / 8] >> (7 - bits % 8) & 1))
		bits++;
	for (unsigned int i = bits; i < size * 8; i++) {
		if (mask[i / 8] >> (7 - i % 8) & 1)
			return; /* not a prefix: leave it */
	}
	bits -= bits % step;
	for (unsigned int i = bits; i < size * 8; i++)
		mask[i / 8] &= (uint8_t) ~(1u << (7 - i % 8));
}

/*
 * The mask of a new tuple for a rule: its own, made coarser so that rules with similar masks can
 * share the tuple. Prefixes lose the bits beyond the last whole step, and a source port next to
 * a destination port is left to the comparison.
 */
static void coarse_mask(const struct rule *rule, struct flow_key *mask)
{
	struct flow_match match;

	rule_match(rule, &match);
	*mask = match.mask;
	coarsen((uint8_t *)&mask->ipv4_src_be, 4, 8);
	coarsen((uint8_t *)&mask->ipv4_dst_be, 4, 8);
	coarsen(mask->ipv6_src, 16, 16);
	coarsen(mask->ipv6_dst, 16, 16);
	if (mask->l4_dst_be == UINT16_MAX)
		mask->l4_src_be = 0;
}

static void exact_mask(const struct rule *rule, struct flow_key *mask)
{
	struct flow_match match;

	rule_match(rule, &match);
	*mask = match.mask;
}

static bool same_mask(const struct tuple *t, const struct flow_key *mask)
{
	uint32_t n = 0;

	for (int i = 0; i < FLOW_KEY_WORDS; i++) {
		if (mask->w[i] == 0)
			continue;
		if (n == t->n_words || t->word[n] != i || t->mask[n] != mask->w[i])
			return false;
		n++;
	}
	return n == t->n_words;
}

/* Adds a tuple for the rule: coarse when there is none such yet, else with all of its bits. */
static struct tuple *new_tuple(struct classifier *cls, const struct rule *rule)
{
	const struct tuple_list *list = cls->list;
	struct flow_key mask;
	struct tuple *t;

	if (list->n + 1 >= CLASSIFIER_MAX_TUPLES)
		memset(&mask, 0, sizeof(mask)); /* the last one takes everything */
	else
		coarse_mask(rule, &mask);
	for (uint32_t i = 0; i < list->n; i++) {
		if (same_mask(list->tuple[i], &mask)) {
			exact_mask(rule, &mask);
			break;
		}
	}
	t = tuple_create(&mask);
	if (t == NULL)
		return NULL;
	t->best_priority = rule->priority;
	if (publish(cls, t) != 0) {
		tuple_free(t);
		return NULL;
	}
	return t;
}

/* Tuples that accept a rule, and how many bits each looks at; 0: it was asked, and has no room. */
struct candidates {
	uint32_t n;
	struct tuple *tuple[CLASSIFIER_MAX_TUPLES];
	uint32_t bits[CLASSIFIER_MAX_TUPLES]; /* + 1 */
};

static void find_candidates(const struct classifier *cls, const struct rule *rule,
			    struct candidates *c)
{
	c->n = 0;
	for (uint32_t i = 0; i < cls->list->n; i++) {
		struct tuple *t = cls->list->tuple[i];

		if (!tuple_accepts(t, rule))
			continue;
		c->tuple[c->n] = t;
		c->bits[c->n++] = tuple_bits(t) + 1;
	}
}

/* The one with the most bits that was not asked yet; NULL: all were. */
static struct tuple *next_candidate(struct candidates *c)
{
	uint32_t best = 0;

	for (uint32_t i = 1; i < c->n; i++) {
		if (c->bits[i] > c->bits[best])
			best = i;
	}
	if (c->n == 0 || c->bits[best] == 0)
		return NULL;
	c->bits[best] = 0;
	return c->tuple[best];
}

/*
 * The tuple for a rule: the one with the most bits that accepts it and whose bucket has room. When
 * all such are crowded a new one is made, as long as that helps. Buckets are far apart in memory,
 * so they are looked at one after the other, until one will do.
 */
static struct tuple *choose(struct classifier *cls, const struct rule *rule, uint64_t *hash)
{
	struct tuple *t, *shortest = NULL;
	uint32_t shortest_chain = UINT32_MAX;
	bool has_exact = false;
	struct candidates candidates;
	struct flow_key exact;

	find_candidates(cls, rule, &candidates);
	while ((t = next_candidate(&candidates)) != NULL) {
		uint32_t chain;

		*hash = tuple_rule_hash(t, rule);
		chain = tuple_chain(t, *hash);
		if (chain < CHAIN_LIMIT)
			return t;
		exact_mask(rule, &exact);
		has_exact |= same_mask(t, &exact);
		if (chain < shortest_chain) {
			shortest = t;
			shortest_chain = chain;
		}
	}
	t = shortest;
	if (t == NULL || !(has_exact || cls->list->n == CLASSIFIER_MAX_TUPLES))
		t = new_tuple(cls, rule);
	if (t != NULL)
		*hash = tuple_rule_hash(t, rule);
	return t;
}

/* What was found before may not be what a search finds now. */
static void next_generation(struct classifier *cls)
{
	__atomic_store_n(&cls->shape.generation, cls->shape.generation + 1, __ATOMIC_RELEASE);
}

/* Adds the rule's mask to the union. */
static void widen_shape(struct classifier_shape *shape, const struct rule *rule)
{
	const struct rule_word *m = rule->match;

	for (uint32_t words = rule->words; words != 0; words &= words - 1, m++) {
		uint64_t *mask = &shape->mask[__builtin_ctz(words)];

		__atomic_store_n(mask, *mask | m->mask, __ATOMIC_RELEASE);
	}
	__atomic_store_n(&shape->words, shape->words | rule->words, __ATOMIC_RELEASE);
}

static void clear_shape(struct classifier_shape *shape)
{
	__atomic_store_n(&shape->words, 0, __ATOMIC_RELEASE);
	for (int i = 0; i < FLOW_KEY_WORDS; i++)
		__atomic_store_n(&shape->mask[i], 0, __ATOMIC_RELEASE);
}

int classifier_insert(struct classifier *cls, struct rule *rule)
{
	uint64_t hash = 0;
	struct tuple *t = choose(cls, rule, &hash);
	int rc;

	if (t == NULL)
		return -ENOMEM;
	widen_shape(&cls->shape, rule);
	raise_bounds(cls, t, rule->priority);
	rc = tuple_add(t, rule, hash, cls->reclaim);
	if (rc == 0)
		cls->n_rules++;
	next_generation(cls);
	return rc;
}

void classifier_take(struct classifier *cls, struct rule *rule)
{
	tuple_remove(rule->tuple, rule);
	if (rule->tuple->n_rules == 0)
		cls->untidy = true;
	cls->n_rules--;
	next_generation(cls);
	if (cls->n_rules == 0)
		clear_shape(&cls->shape);
}

void classifier_remove(struct classifier *cls, struct rule *rule)
{
	classifier_take(cls, rule);
	reclaim_retire(cls->reclaim, free_rule, rule);
}

void classifier_cost(const struct classifier *cls, struct classifier_cost *cost)
{
	*cost = (struct classifier_cost){.n_tuples = cls->list->n, .n_rules = cls->n_rules};
	for (uint32_t i = 0; i < cls->list->n; i++) {
		uint32_t n = tuple_longest_chain(cls->list->tuple[i]);

		if (n > cost->longest_chain)
			cost->longest_chain = n;
	}
}

/* --- the search ---------------------------------------------------------------------------- */

/* Bits of the slots whose hash bits are `sig`; the free slots' zeros never match. */
static inline unsigned int bucket_hits(const struct tuple_bucket *b, uint16_t sig)
{
	__m128i line = _mm_load_si128((const __m128i *)b->sig);
	__m128i equal = _mm_cmpeq_epi16(line, _mm_set1_epi16((short)sig));

	return (unsigned int)_mm_movemask_epi8(_mm_packs_epi16(equal, _mm_setzero_si128())) & 0x3f;
}

/* The best visible rule of a chain that beats `best`, else `best`. */
static inline const struct rule *probe(const struct tuple_array *a, const struct tuple_bucket *b,
				       uint16_t sig, const struct flow_key *key, uint32_t version,
				       const struct rule *best)
{
	for (;;) {
		unsigned int hits = bucket_hits(b, sig);
		uint32_t next;

		while (hits != 0) {
			const struct rule *rule =
				__atomic_load_n(&b->rule[__builtin_ctz(hits)], __ATOMIC_ACQUIRE);

			hits &= hits - 1;
			if ((best == NULL || rule->priority > best->priority) &&
			    rule_covers(rule, key) && rule_visible(rule, version))
				best = rule;
		}
		next = __atomic_load_n(&b->next, __ATOMIC_ACQUIRE);
		if (likely(next == 0))
			return best;
		b = &a->buckets[next];
	}
}

/* One tuple for all keys of `want`: all hashes, then all lines, so that the misses overlap. */
static inline void search_tuple(const struct tuple *t, const struct flow_key *keys, uint64_t want,
				uint32_t version, const struct rule **found)
{
	const struct tuple_array *a = __atomic_load_n(&t->array, __ATOMIC_ACQUIRE);
	const struct tuple_bucket *bucket[CLASSIFIER_BURST];
	uint16_t sig[CLASSIFIER_BURST];

	for (uint64_t w = want; w != 0; w &= w - 1) {
		int i = __builtin_ctzll(w);
		uint64_t hash = tuple_key_hash(t, &keys[i]);

		bucket[i] = &a->buckets[hash & a->mask];
		sig[i] = tuple_sig(hash);
		__builtin_prefetch(bucket[i]);
	}
	for (uint64_t w = want; w != 0; w &= w - 1) {
		int i = __builtin_ctzll(w);
		unsigned int hits = bucket_hits(bucket[i], sig[i]);

		if (hits != 0)
			__builtin_prefetch(bucket[i]->rule[__builtin_ctz(hits)]);
	}
	for (uint64_t w = want; w != 0; w &= w - 1) {
		int i = __builtin_ctzll(w);

		found[i] = probe(a, bucket[i], sig[i], &keys[i], version, found[i]);
	}
}

void classifier_lookup(const struct classifier *cls, const struct flow_key *keys, uint64_t want,
		       uint32_t version, const struct rule **found)
{
	const struct tuple_list *list = __atomic_load_n(&cls->list, __ATOMIC_ACQUIRE);

	for (uint64_t w = want; w != 0; w &= w - 1)
		found[__builtin_ctzll(w)] = NULL;
	for (uint32_t k = 0; k < list->n && want != 0; k++) {
		uint32_t bound = __atomic_load_n(&list->bound[k], __ATOMIC_ACQUIRE);

		if (k != 0) {
			for (uint64_t w = want; w != 0; w &= w - 1) {
				int i = __builtin_ctzll(w);

				if (found[i] != NULL && found[i]->priority + 1 >= bound)
					want &= ~(1ull << i);
			}
		}
		search_tuple(list->tuple[k], keys, want, version, found);
	}
}

/* All rules of one tuple; see classifier_match_all. */
static uint32_t match_tuple(const struct tuple *t, const struct flow_key *key, int64_t above,
			    uint32_t version, const struct rule **found, uint32_t room)
{
	const struct tuple_array *a = __atomic_load_n(&t->array, __ATOMIC_ACQUIRE);
	uint64_t hash = tuple_key_hash(t, key);
	const struct tuple_bucket *b = &a->buckets[hash & a->mask];
	uint32_t n = 0, next;

	for (;; b = &a->buckets[next]) {
		for (unsigned int hits = bucket_hits(b, tuple_sig(hash)); hits != 0 && n < room;
		     hits &= hits - 1) {
			const struct rule *rule =
				__atomic_load_n(&b->rule[__builtin_ctz(hits)], __ATOMIC_ACQUIRE);

			if (rule->priority > above && rule_covers(rule, key) &&
			    rule_visible(rule, version))
				found[n++] = rule;
		}
		next = __atomic_load_n(&b->next, __ATOMIC_ACQUIRE);
		if (next == 0)
			return n;
	}
}

uint32_t classifier_match_all(const struct classifier *cls, const struct flow_key *key,
			      int64_t above, uint32_t version, const struct rule **found,
			      uint32_t room)
{
	const struct tuple_list *list = __atomic_load_n(&cls->list, __ATOMIC_ACQUIRE);
	uint32_t n = 0;

	for (uint32_t k = 0; k < list->n && n < room; k++)
		n += match_tuple(list->tuple[k], key, above, version, found + n, room - n);
	return n;
}
