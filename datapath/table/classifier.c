// SPDX-License-Identifier: Apache-2.0
#include "datapath/table/classifier_impl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "datapath/table/reclaim.h"

/* More rules than this behind one hash make a stricter tuple. */
#define CHAIN_LIMIT 8
/* With fewer tuples it costs less to ask each of them. */
#define FILTER_MIN_TUPLES 4

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
	tuple_filter_free(cls->filter);
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
		list->place[list->tuple[i]->id] = (uint8_t)i;
		list->ids |= 1ull << list->tuple[i]->id;
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
	t->id = (uint8_t)__builtin_ctzll(~list->ids);
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

/* --- the filter ---------------------------------------------------------------------------- */

struct refill {
	struct tuple_filter *filter;
	uint32_t id;
};

static void refill_rule(const struct rule *rule, void *arg)
{
	struct refill *refill = arg;

	tuple_filter_add(refill->filter, rule, refill->id);
}

/*
 * Makes the filter anew from the rules that are there. Without memory the old one stays: it is
 * right, only coarser.
 */
static void refilter(struct classifier *cls)
{
	struct tuple_filter *old = cls->filter;
	struct refill refill = {.filter = tuple_filter_create(cls->n_rules + 1)};

	if (refill.filter == NULL)
		return;
	for (uint32_t i = 0; i < cls->list->n; i++) {
		refill.id = cls->list->tuple[i]->id;
		tuple_each(cls->list->tuple[i], refill_rule, &refill);
	}
	__atomic_store_n(&cls->filter, refill.filter, __ATOMIC_RELEASE);
	if (old != NULL)
		reclaim_retire(cls->reclaim, tuple_filter_free, old);
}

/* Before a rule enters tuple `t`, no search may pass the tuple by. */
static void filter_rule(struct classifier *cls, const struct rule *rule, const struct tuple *t)
{
	if (cls->filter == NULL ? cls->list->n >= FILTER_MIN_TUPLES
				: tuple_filter_is_stale(cls->filter, cls->n_rules + 1))
		refilter(cls);
	if (cls->filter != NULL)
		tuple_filter_add(cls->filter, rule, t->id);
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
	filter_rule(cls, rule, t);
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
	if (cls->filter != NULL)
		tuple_filter_remove(cls->filter);
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
