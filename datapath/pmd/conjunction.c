// SPDX-License-Identifier: Apache-2.0
/*
 * Conjunctions (ovs-actions(7)): a rule of a conjunction's id is met when a clause of each of its
 * dimensions matches, all of one priority. Only tables that have clauses come here.
 */
#include "datapath/pmd/lcore.h"

#define CLAUSES_MAX 256 /* rules that one frame may match; more are left out */
#define IDS_MAX 64      /* conjunctions of one priority */

struct candidate {
	uint32_t id;
	uint64_t met; /* bit k: a clause of dimension k matched */
	uint64_t all;
};

/* The highest priority below `below` among the rules; -1: there is none. */
static int64_t next_priority(const struct rule *const *rules, uint32_t n, int64_t below)
{
	int64_t best = -1;

	for (uint32_t i = 0; i < n; i++) {
		if (rules[i]->priority < below && (int64_t)rules[i]->priority > best)
			best = rules[i]->priority;
	}
	return best;
}

static uint32_t add_clause(struct candidate *ids, uint32_t n_ids, const struct conjunction *c)
{
	uint32_t i = 0;

	while (i < n_ids && ids[i].id != c->id)
		i++;
	if (i == n_ids) {
		if (n_ids == IDS_MAX)
			return n_ids;
		ids[n_ids++] = (struct candidate){
			.id = c->id,
			.all = c->n_clauses >= 64 ? UINT64_MAX : (1ull << c->n_clauses) - 1};
	}
	ids[i].met |= 1ull << c->clause;
	return n_ids;
}

/* The rule of a conjunction that is complete at this priority; NULL: none is, or has a rule. */
static const struct rule *find_complete(struct lcore *l, const struct classifier *cls,
					struct flow_key *key, const struct rule *const *rules,
					uint32_t n, int64_t priority)
{
	struct candidate ids[IDS_MAX];
	uint32_t n_ids = 0;

	for (uint32_t i = 0; i < n; i++) {
		const struct program *p = __atomic_load_n(&rules[i]->program, __ATOMIC_ACQUIRE);

		if (rules[i]->priority != priority || p->conjunctions == NULL)
			continue;
		for (uint32_t k = 0; k < p->conjunctions->n; k++)
			n_ids = add_clause(ids, n_ids, &p->conjunctions->c[k]);
	}
	for (uint32_t i = 0; i < n_ids; i++) {
		const struct rule *found;

		if (ids[i].met != ids[i].all)
			continue;
		key->conj_id = ids[i].id;
		classifier_lookup(cls, key, 1, l->version, &found);
		key->conj_id = 0;
		if (found != NULL)
			return found;
	}
	return NULL;
}

const struct rule *frame_find_conjunction(struct lcore *l, const struct classifier *cls,
					  const struct classifier *clauses, struct flow_key *key,
					  const struct rule *plain)
{
	const struct rule *rules[CLAUSES_MAX], *found;
	int64_t priority = plain != NULL ? (int64_t)plain->priority : -1;
	uint32_t n = classifier_match_all(clauses, key, priority, l->version, rules, CLAUSES_MAX);

	if (cls == NULL)
		return plain;
	for (priority = next_priority(rules, n, INT64_MAX); priority >= 0;
	     priority = next_priority(rules, n, priority)) {
		found = find_complete(l, cls, key, rules, n, priority);
		if (found != NULL)
			return found;
	}
	return plain;
}
