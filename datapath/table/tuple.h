// SPDX-License-Identifier: Apache-2.0
/*
 * tuple: a hash table of rules over the key bits that all of them care for; private to classifier.
 *
 * Buckets are cache lines of six rules with 16 bits of their hash; a full one links to an overflow
 * bucket. One writer; readers need no lock: a rule's pointer is stored before its hash bits, a
 * reader compares the rule itself, and growing builds a new array and retires the old.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "datapath/table/flow_key.h"
#include "datapath/table/rule.h"

#define TUPLE_BUCKET_RULES 6

struct tuple_bucket {
	uint16_t sig[TUPLE_BUCKET_RULES];            /* atomic; 0: free */
	uint32_t next;                               /* atomic; overflow bucket, 0: none */
	const struct rule *rule[TUPLE_BUCKET_RULES]; /* atomic */
} __attribute__((aligned(64)));

/* What a reader needs of the buckets, replaced as a whole. */
struct tuple_array {
	uint32_t mask;       /* home buckets - 1 */
	uint32_t n_overflow; /* overflow buckets in use; writer only */
	uint32_t room_overflow;
	struct tuple_bucket *buckets; /* mask + 1 home ones, then the overflow */
};

struct tuple {
	struct tuple_array *array; /* atomic */
	uint32_t words;            /* which words have a mask */
	uint8_t n_words;
	uint8_t word[FLOW_KEY_WORDS];
	uint64_t mask[FLOW_KEY_WORDS]; /* n_words of them, for word[i] */
	uint8_t id;                    /* of the filter; its classifier's while it is listed */
	/* writer only: */
	uint32_t n_rules;
	uint32_t best_priority; /* upper bound: not lowered until tidied */
	uint32_t n_best;        /* rules of that priority */
	bool untidy;            /* the last rule of that priority was removed */
};

struct reclaim;

/** An empty tuple for these masks; NULL with ENOMEM. */
struct tuple *tuple_create(const struct flow_key *mask);

/** Frees it at once, without its rules. NULL is legal. */
void tuple_free(struct tuple *t);

/** May a rule live here: does it care for every bit of the tuple? */
bool tuple_accepts(const struct tuple *t, const struct rule *rule);

/** How many bits the tuple looks at. */
uint32_t tuple_bits(const struct tuple *t);

/** The hash of a rule here (its bits outside the tuple's mask do not count). */
uint64_t tuple_rule_hash(const struct tuple *t, const struct rule *rule);

/** How many rules a probe of this hash has to look at now. */
uint32_t tuple_chain(const struct tuple *t, uint64_t hash);

/** Adds a rule with its hash; grows when needed. 0 or -ENOMEM. */
int tuple_add(struct tuple *t, struct rule *rule, uint64_t hash, struct reclaim *reclaim);

/** Takes the rule out of its bucket. */
void tuple_remove(struct tuple *t, const struct rule *rule);

/** Calls `each` for all rules. */
void tuple_each(const struct tuple *t, void (*each)(const struct rule *rule, void *arg), void *arg);

/** The longest chain of buckets. */
uint32_t tuple_longest_chain(const struct tuple *t);

static inline uint64_t tuple_mix(uint64_t h, uint64_t v)
{
	__uint128_t p = (__uint128_t)(h ^ v) * 0x9e3779b97f4a7c15ull;

	return (uint64_t)p ^ (uint64_t)(p >> 64);
}

#define TUPLE_HASH_SEED 0x243f6a8885a308d3ull

/** The hash of a key: lcores. */
static inline uint64_t tuple_key_hash(const struct tuple *t, const struct flow_key *key)
{
	uint64_t h = TUPLE_HASH_SEED;

	for (unsigned int i = 0; i < t->n_words; i++)
		h = tuple_mix(h, key->w[t->word[i]] & t->mask[i]);
	return h;
}

/** The bits of a hash that a bucket keeps; never 0. */
static inline uint16_t tuple_sig(uint64_t hash)
{
	return (uint16_t)(hash >> 48 | 1);
}
