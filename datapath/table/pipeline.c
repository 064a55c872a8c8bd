// SPDX-License-Identifier: Apache-2.0
#include "datapath/table/pipeline.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct pipeline *pipeline_create(unsigned int n_lcores, uint32_t mac_table_size)
{
	struct pipeline *p = calloc(1, sizeof(*p));

	if (p == NULL)
		goto no_memory;
	p->flood = calloc(1, sizeof(*p->flood));
	if (p->flood == NULL)
		goto free_pipeline;
	p->reclaim = reclaim_create(n_lcores);
	if (p->reclaim == NULL)
		goto free_flood;
	p->counters = flow_counters_create(n_lcores);
	if (p->counters == NULL)
		goto destroy_reclaim;
	p->macs = mac_table_create(mac_table_size);
	if (p->macs == NULL)
		goto destroy_counters;
	p->version = 1;
	p->last_version = 1;
	return p;

destroy_counters:
	flow_counters_destroy(p->counters);
destroy_reclaim:
	reclaim_destroy(p->reclaim);
free_flood:
	free(p->flood);
free_pipeline:
	free(p);
no_memory:
	errno = ENOMEM;
	return NULL;
}

void pipeline_destroy(struct pipeline *p)
{
	if (p == NULL)
		return;
	/* What is retired may still give back counters and name groups: first of all. */
	reclaim_destroy(p->reclaim);
	for (int i = 0; i < PIPELINE_N_TABLES; i++) {
		classifier_destroy(p->table[i]);
		classifier_destroy(p->clauses[i]);
	}
	for (int i = 0; i < PIPELINE_MAX_PORTS; i++)
		free(p->port[i]);
	mac_table_destroy(p->macs);
	flow_counters_destroy(p->counters);
	free(p->flood);
	free(p);
}

static void set_depth(struct pipeline *p)
{
	enum flow_depth depth = p->n_rules_of_depth[FLOW_DEPTH_L4]   ? FLOW_DEPTH_L4
				: p->n_rules_of_depth[FLOW_DEPTH_L3] ? FLOW_DEPTH_L3
								     : FLOW_DEPTH_L2;

	__atomic_store_n(&p->depth, (uint8_t)depth, __ATOMIC_RELEASE);
}

static enum flow_depth rule_depth(const struct rule *rule)
{
	struct flow_match match;

	rule_match(rule, &match);
	return flow_match_depth(&match);
}

/* Clauses of conjunctions are looked up beside the other rules of their table. */
static struct classifier **classifier_of(struct pipeline *p, const struct rule *rule)
{
	return rule->flags & RULE_CLAUSE ? &p->clauses[rule->table_id] : &p->table[rule->table_id];
}

int pipeline_add_rule(struct pipeline *p, struct rule *rule)
{
	struct classifier *cls = *classifier_of(p, rule);
	bool took_counter = false;
	int rc;

	if (cls == NULL) {
		cls = classifier_create(p->reclaim);
		if (cls == NULL)
			return -ENOMEM;
		__atomic_store_n(classifier_of(p, rule), cls, __ATOMIC_RELEASE);
	}
	if (rule->counter_id == 0) {
		rc = flow_counters_take(p->counters, &rule->counter_id);
		if (rc != 0)
			return rc;
		took_counter = true;
	}
	/* Frames must be parsed deep enough before the rule can be met. */
	p->n_rules_of_depth[rule_depth(rule)]++;
	set_depth(p);
	__atomic_store_n(&p->words, p->words | rule->words, __ATOMIC_RELEASE);
	rc = classifier_insert(cls, rule);
	if (rc != 0)
		goto undo;
	if (rule->flags & RULE_CLAUSE)
		__atomic_add_fetch(&p->n_clauses[rule->table_id], 1, __ATOMIC_RELEASE);
	return 0;

undo:
	p->n_rules_of_depth[rule_depth(rule)]--;
	set_depth(p);
	if (took_counter) {
		flow_counters_give(p->counters, rule->counter_id);
		rule->counter_id = 0;
	}
	return rc;
}

static void take_rule(struct pipeline *p, struct rule *rule)
{
	p->n_rules_of_depth[rule_depth(rule)]--;
	set_depth(p);
	classifier_take(*classifier_of(p, rule), rule);
	if (rule->flags & RULE_CLAUSE)
		__atomic_sub_fetch(&p->n_clauses[rule->table_id], 1, __ATOMIC_RELEASE);
}

/* A rule that is out has no flow: its owner is the pipeline, which gets the counter back. */
static void free_with_counter(void *arg)
{
	struct rule *rule = arg;
	const struct pipeline *p = rule->owner;

	if (!(rule->flags & RULE_REPLACED))
		flow_counters_give(p->counters, rule->counter_id);
	rule_free(rule);
}

void pipeline_remove_rule(struct pipeline *p, struct rule *rule)
{
	take_rule(p, rule);
	rule->owner = p;
	reclaim_retire(p->reclaim, free_with_counter, rule);
}

static void remove_hidden(void *arg)
{
	struct rule *rule = arg;

	pipeline_remove_rule(rule->owner, rule);
}

void pipeline_remove_hidden_rule(struct pipeline *p, struct rule *rule)
{
	rule->owner = p;
	reclaim_retire(p->reclaim, remove_hidden, rule);
}

uint32_t pipeline_next_version(struct pipeline *p)
{
	/* Versions that came to nothing are not used again. */
	return ++p->last_version;
}

void pipeline_publish(struct pipeline *p, uint32_t version)
{
	__atomic_store_n(&p->version, version, __ATOMIC_RELEASE);
}

/* The words that tables still look at. */
static void tidy_words(struct pipeline *p)
{
	uint32_t words = p->kept_words;

	for (int i = 0; i < PIPELINE_N_TABLES; i++) {
		if (p->table[i] != NULL)
			words |= classifier_shape(p->table[i])->words;
		if (p->clauses[i] != NULL)
			words |= classifier_shape(p->clauses[i])->words;
	}
	__atomic_store_n(&p->words, words, __ATOMIC_RELEASE);
}

void pipeline_keep_words(struct pipeline *p, uint32_t words)
{
	p->kept_words |= words;
	__atomic_store_n(&p->words, p->words | words, __ATOMIC_RELEASE);
}

static int publish_flood(struct pipeline *p)
{
	struct pipeline_flood *flood, *old = p->flood;
	uint16_t n = 0;

	flood = malloc(sizeof(*flood) + PIPELINE_MAX_PORTS * sizeof(flood->index[0]));
	if (flood == NULL)
		return -ENOMEM;
	for (uint16_t i = 1; i < PIPELINE_MAX_PORTS; i++) {
		if (p->port[i] != NULL)
			flood->index[n++] = i;
	}
	flood->n = n;
	__atomic_store_n(&p->flood, flood, __ATOMIC_RELEASE);
	reclaim_retire(p->reclaim, free, old);
	return 0;
}

int pipeline_set_port(struct pipeline *p, const struct pipeline_port *port)
{
	struct pipeline_port *copy = malloc(sizeof(*copy)), *old = p->port[port->index];

	if (copy == NULL)
		return -ENOMEM;
	*copy = *port;
	__atomic_store_n(&p->port[port->index], copy, __ATOMIC_RELEASE);
	__atomic_store_n(&p->port_index[pipeline_place(port->ofport)], port->index,
			 __ATOMIC_RELEASE);
	if (old != NULL) {
		if (old->ofport != port->ofport)
			__atomic_store_n(&p->port_index[pipeline_place(old->ofport)], 0,
					 __ATOMIC_RELEASE);
		reclaim_retire(p->reclaim, free, old);
		return 0;
	}
	if (publish_flood(p) != 0) {
		pipeline_remove_port(p, port->index);
		return -ENOMEM;
	}
	return 0;
}

void pipeline_remove_port(struct pipeline *p, uint16_t index)
{
	struct pipeline_port *old = p->port[index];

	if (old == NULL)
		return;
	__atomic_store_n(&p->port_index[pipeline_place(old->ofport)], 0, __ATOMIC_RELEASE);
	__atomic_store_n(&p->port[index], NULL, __ATOMIC_RELEASE);
	reclaim_retire(p->reclaim, free, old);
	/* Without memory the old list stays; lcores skip indices without a port. */
	(void)publish_flood(p);
	mac_flush(p->macs, index, true);
}

void pipeline_tidy(struct pipeline *p)
{
	for (int i = 0; i < PIPELINE_N_TABLES; i++) {
		if (p->table[i] != NULL)
			classifier_tidy(p->table[i]);
		if (p->clauses[i] != NULL)
			classifier_tidy(p->clauses[i]);
	}
	tidy_words(p);
}
