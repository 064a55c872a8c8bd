// SPDX-License-Identifier: Apache-2.0
#include "datapath/table/rule.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "datapath/table/reclaim.h"

struct rule *rule_create(const struct flow_match *match, uint32_t priority, uint8_t table_id,
			 uint64_t cookie, struct program *program)
{
	uint32_t words = 0, n = 0;
	struct rule *rule;

	for (int i = 0; i < FLOW_KEY_WORDS; i++) {
		if (match->mask.w[i] != 0)
			words |= 1u << i;
	}
	rule = calloc(1,
		      sizeof(*rule) + (size_t)__builtin_popcount(words) * sizeof(struct rule_word));
	if (rule == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	for (int i = 0; i < FLOW_KEY_WORDS; i++) {
		if (match->mask.w[i] == 0)
			continue;
		rule->match[n].mask = match->mask.w[i];
		rule->match[n].value = match->value.w[i] & match->mask.w[i];
		n++;
	}
	rule->words = words;
	rule->n_match_words = (uint8_t)n;
	rule->priority = priority;
	rule->visible_until = RULE_VERSION_NEVER;
	rule->table_id = table_id;
	rule->cookie = cookie;
	rule->program = program;
	program_seal(program);
	if (program->conjunctions != NULL)
		rule->flags |= RULE_CLAUSE;
	if (priority == 0 && n == 0)
		rule->flags |= RULE_TABLE_MISS;
	return rule;
}

void rule_match(const struct rule *rule, struct flow_match *match)
{
	const struct rule_word *m = rule->match;

	memset(match, 0, sizeof(*match));
	for (int i = 0; i < FLOW_KEY_WORDS; i++) {
		if (rule->words & 1u << i) {
			match->value.w[i] = m->value;
			match->mask.w[i] = m->mask;
			m++;
		}
	}
}

static void free_program(void *program)
{
	program_free(program);
}

void rule_set_program(struct rule *rule, struct program *program, struct reclaim *reclaim)
{
	struct program *old = rule->program;

	program_seal(program);
	__atomic_store_n(&rule->program, program, __ATOMIC_RELEASE);
	reclaim_retire(reclaim, free_program, old);
}

void rule_free(struct rule *rule)
{
	if (rule == NULL)
		return;
	program_free(rule->program);
	free(rule);
}
