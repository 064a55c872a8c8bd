// SPDX-License-Identifier: Apache-2.0
/* The search of a classifier: what lcores run. */
#include <emmintrin.h>

#include <rte_branch_prediction.h>

#include "datapath/table/classifier_impl.h"

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

/* All tuples in their order, for a table that has few. */
static void search_all(const struct tuple_list *list, const struct flow_key *keys, uint64_t want,
		       uint32_t version, const struct rule **found)
{
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

/* A tuple that may have a rule for a key. */
struct shot {
	const struct tuple_array *array;
	const struct tuple_bucket *bucket;
	uint16_t sig;
	uint8_t key;
	uint8_t place; /* of the tuple in the list */
};

#define MAX_SHOTS 256

/* The tuples for a key that the filter leaves, in the order of the list; returns how many. */
static inline uint32_t aim(const struct tuple_list *list, const struct tuple_filter *filter,
			   const struct flow_key *key, uint8_t i, struct shot *shot)
{
	uint64_t ids = tuple_filter_match(filter, key) & list->ids, places = 0;
	uint32_t n = 0;

	for (; ids != 0; ids &= ids - 1)
		places |= 1ull << list->place[__builtin_ctzll(ids)];
	for (; places != 0; places &= places - 1) {
		int place = __builtin_ctzll(places);
		const struct tuple *t = list->tuple[place];
		const struct tuple_array *a = __atomic_load_n(&t->array, __ATOMIC_ACQUIRE);
		uint64_t hash = tuple_key_hash(t, key);

		shot[n] = (struct shot){.array = a,
					.bucket = &a->buckets[hash & a->mask],
					.sig = tuple_sig(hash),
					.key = i,
					.place = (uint8_t)place};
		__builtin_prefetch(shot[n++].bucket);
	}
	return n;
}

/* Looks into the buckets, all rules fetched first, until nothing better can come. */
static inline void shoot(const struct tuple_list *list, const struct shot *shot, uint32_t n,
			 const struct flow_key *keys, uint32_t version, const struct rule **found)
{
	for (uint32_t s = 0; s < n; s++) {
		unsigned int hits = bucket_hits(shot[s].bucket, shot[s].sig);

		if (hits != 0)
			__builtin_prefetch(shot[s].bucket->rule[__builtin_ctz(hits)]);
	}
	for (uint32_t s = 0; s < n; s++) {
		const struct rule **best = &found[shot[s].key];

		if (*best != NULL &&
		    (*best)->priority + 1 >=
			    __atomic_load_n(&list->bound[shot[s].place], __ATOMIC_ACQUIRE))
			continue;
		*best = probe(shot[s].array, shot[s].bucket, shot[s].sig, &keys[shot[s].key],
			      version, *best);
	}
}

/* The tuples that the filter leaves for each key: all lines are fetched before the first is read.
 */
static void search_filtered(const struct tuple_list *list, const struct tuple_filter *filter,
			    const struct flow_key *keys, uint64_t want, uint32_t version,
			    const struct rule **found)
{
	struct shot shot[MAX_SHOTS];
	uint32_t n = 0;

	for (uint64_t w = want; w != 0; w &= w - 1) {
		int i = __builtin_ctzll(w);

		if (unlikely(n + CLASSIFIER_MAX_TUPLES > MAX_SHOTS)) {
			shoot(list, shot, n, keys, version, found);
			n = 0;
		}
		n += aim(list, filter, &keys[i], (uint8_t)i, &shot[n]);
	}
	shoot(list, shot, n, keys, version, found);
}

void classifier_lookup(const struct classifier *cls, const struct flow_key *keys, uint64_t want,
		       uint32_t version, const struct rule **found)
{
	const struct tuple_list *list = __atomic_load_n(&cls->list, __ATOMIC_ACQUIRE);
	/* After the list: it has all bits of what the list's tuples have. */
	const struct tuple_filter *filter = __atomic_load_n(&cls->filter, __ATOMIC_ACQUIRE);

	for (uint64_t w = want; w != 0; w &= w - 1)
		found[__builtin_ctzll(w)] = NULL;
	/* Where no rule has a piece to look at, the filter would leave all tuples. */
	if (filter != NULL && __atomic_load_n(&filter->used, __ATOMIC_ACQUIRE) != 0)
		search_filtered(list, filter, keys, want, version, found);
	else
		search_all(list, keys, want, version, found);
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
