// SPDX-License-Identifier: Apache-2.0
#include "datapath/pmd/flow_cache.h"

#include <string.h>

#include <rte_branch_prediction.h>

/* A table with fewer tuples is searched as fast as the cache. */
#define TUPLES_WORTH_IT 3
#define ROUND_KEYS 65536
#define REST_KEYS (16 * ROUND_KEYS)
#define PAYS_AT_LEAST (ROUND_KEYS / 6) /* hits of a round */
/* Of keys whose place holds another live one, one in this many takes it. */
#define TAKE_ONE_IN 4

/* The part of a key that a table looks at, and its place. */
struct probe {
	uint64_t word[FLOW_CACHE_WORDS];
	struct flow_cache_entry *entry;
};

static inline uint64_t mix(uint64_t h, uint64_t v)
{
	__uint128_t p = (__uint128_t)(h ^ v) * 0x9e3779b97f4a7c15ull;

	return (uint64_t)p ^ (uint64_t)(p >> 64);
}

/* The table's words and masks, gathered once for a burst. */
struct table_words {
	unsigned int n;
	uint8_t index[FLOW_CACHE_WORDS];
	uint64_t mask[FLOW_CACHE_WORDS];
};

static inline void make_probe(const struct flow_cache *cache, const struct table_words *t,
			      const struct flow_key *key, uint32_t table, struct probe *p)
{
	uint64_t h = cache->seed ^ table;

	for (unsigned int k = 0; k < FLOW_CACHE_WORDS; k++)
		p->word[k] = 0;
	for (unsigned int k = 0; k < t->n; k++) {
		p->word[k] = key->w[t->index[k]] & t->mask[k];
		h = mix(h, p->word[k]);
	}
	p->entry = &cache->entries[h % FLOW_CACHE_ENTRIES];
	__builtin_prefetch(p->entry);
}

static inline bool entry_is(const struct flow_cache_entry *e, const struct probe *p,
			    uint32_t generation, uint32_t table)
{
	uint64_t differ = (uint64_t)(e->generation ^ generation) | (e->table ^ table);

	for (unsigned int k = 0; k < FLOW_CACHE_WORDS; k++)
		differ |= e->word[k] ^ p->word[k];
	return differ == 0;
}

/* A place that holds a live entry is taken only now and then: those that come often win. */
static inline void store(struct flow_cache *cache, const struct probe *p, const struct rule *rule,
			 uint32_t generation, uint32_t table)
{
	struct flow_cache_entry *e = p->entry;

	if (e->table == table && e->generation == generation && ++cache->turn % TAKE_ONE_IN != 0)
		return;
	memcpy(e->word, p->word, sizeof(e->word));
	e->rule = rule;
	e->generation = generation;
	e->table = table;
}

static void note_gain(struct flow_cache_gain *gain, uint32_t n_keys, uint32_t n_hits)
{
	gain->n_keys += n_keys;
	gain->n_hits += n_hits;
	if (likely(gain->n_keys < ROUND_KEYS))
		return;
	gain->rest = gain->n_hits < PAYS_AT_LEAST ? REST_KEYS : 0;
	gain->n_keys = 0;
	gain->n_hits = 0;
}

void flow_cache_lookup(struct flow_cache *cache, const struct classifier *cls, uint8_t table_id,
		       const struct flow_key *keys, uint64_t want, uint32_t version,
		       const struct rule **found)
{
	const struct classifier_shape *shape = classifier_shape(cls);
	/* First of all: what is stored below must not be younger than its generation. */
	uint32_t generation = __atomic_load_n(&shape->generation, __ATOMIC_ACQUIRE);
	uint32_t words = __atomic_load_n(&shape->words, __ATOMIC_ACQUIRE);
	struct flow_cache_gain *gain = &cache->gain[table_id];
	uint32_t n = (uint32_t)__builtin_popcountll(want);
	/* Versions that differ in what is cut off are millions of bundles apart. */
	uint32_t table = (table_id + 1u) | version << 8;
	struct probe probe[CLASSIFIER_BURST];
	struct table_words t = {0};
	uint64_t missing = 0;

	if (gain->rest > n ||
	    __atomic_load_n(&shape->n_tuples, __ATOMIC_RELAXED) < TUPLES_WORTH_IT ||
	    __builtin_popcount(words) > FLOW_CACHE_WORDS) {
		gain->rest = gain->rest > n ? gain->rest - n : 0;
		classifier_lookup(cls, keys, want, version, found);
		return;
	}
	for (; words != 0; words &= words - 1) {
		t.index[t.n] = (uint8_t)__builtin_ctz(words);
		t.mask[t.n] = __atomic_load_n(&shape->mask[t.index[t.n]], __ATOMIC_RELAXED);
		t.n++;
	}
	for (uint64_t w = want; w != 0; w &= w - 1) {
		int i = __builtin_ctzll(w);

		make_probe(cache, &t, &keys[i], table, &probe[i]);
	}
	for (uint64_t w = want; w != 0; w &= w - 1) {
		int i = __builtin_ctzll(w);
		const struct flow_cache_entry *e = probe[i].entry;

		if (likely(entry_is(e, &probe[i], generation, table) &&
			   (e->rule == NULL || rule_visible(e->rule, version))))
			found[i] = e->rule;
		else
			missing |= 1ull << i;
	}
	note_gain(gain, n, n - (uint32_t)__builtin_popcountll(missing));
	if (missing == 0)
		return;
	classifier_lookup(cls, keys, missing, version, found);
	for (uint64_t w = missing; w != 0; w &= w - 1) {
		int i = __builtin_ctzll(w);

		store(cache, &probe[i], found[i], generation, table);
	}
}
