// SPDX-License-Identifier: Apache-2.0
/*
 * rule: one entry of a table, as lcores see it.
 *
 * Life: rule_create → classifier_insert → [rule_set_program…] → classifier_remove → retired, and
 * freed after a grace period. All writes by the control thread; lcores only read.
 */
#pragma once

#include <stdint.h>

#include "datapath/table/flow_key.h"
#include "datapath/table/program.h"

struct reclaim;
struct tuple;

#define RULE_VERSION_NEVER UINT32_MAX

struct rule_word {
	uint64_t value;
	uint64_t mask;
};

struct rule {
	uint32_t priority;
	uint32_t words; /* which words of the key have a mask: bit i is word i */
	/* A frame that runs in version v sees the rule when from <= v < until. Atomic. */
	uint32_t visible_from;
	uint32_t visible_until;
	struct program *program; /* atomic; never NULL once inserted */
	uint32_t counter_id;     /* of flow_counters */
	uint8_t table_id;
	uint8_t flags; /* RULE_* */
	uint8_t n_match_words;
	uint8_t unused;
	uint64_t cookie;          /* atomic: shown in packet-ins */
	void *owner;              /* control thread: the flow; the pipeline once it is removed */
	struct tuple *tuple;      /* control thread: where the classifier put it */
	uint64_t hash;            /* control thread: its hash there */
	struct rule_word match[]; /* one for each bit of `words`, lowest first */
};

#define RULE_NO_PACKET_COUNTS 1
#define RULE_NO_BYTE_COUNTS 2
#define RULE_CLAUSE 8     /* its program has conjunctions: never the answer of a lookup */
#define RULE_TABLE_MISS 4 /* priority 0 that matches all: a packet-in from it says "no match" */
#define RULE_REPLACED 16  /* control thread: another rule goes on with its counter */

/**
 * A rule that takes `program` over; not in any table yet. NULL with ENOMEM (program stays the
 * caller's). Control thread.
 */
struct rule *rule_create(const struct flow_match *match, uint32_t priority, uint8_t table_id,
			 uint64_t cookie, struct program *program);

/** Writes the rule's match back. Control thread. */
void rule_match(const struct rule *rule, struct flow_match *match);

/**
 * Publishes new instructions; the old ones are freed after a grace period. Control thread.
 */
void rule_set_program(struct rule *rule, struct program *program, struct reclaim *reclaim);

/** Frees a rule that no lcore can see, and its program; NULL is legal. Control thread. */
void rule_free(struct rule *rule);

/** Does the key match? Lcores and tests. */
static inline bool rule_covers(const struct rule *rule, const struct flow_key *key)
{
	uint32_t words = rule->words;
	const struct rule_word *m = rule->match;

	while (words != 0) {
		int i = __builtin_ctz(words);

		if ((key->w[i] ^ m->value) & m->mask)
			return false;
		words &= words - 1;
		m++;
	}
	return true;
}

/** Is the rule in force in that version? Lcores. */
static inline bool rule_visible(const struct rule *rule, uint32_t version)
{
	return __atomic_load_n(&rule->visible_from, __ATOMIC_RELAXED) <= version &&
	       version < __atomic_load_n(&rule->visible_until, __ATOMIC_RELAXED);
}
