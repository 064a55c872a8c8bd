// SPDX-License-Identifier: Apache-2.0
/*
 * Changes of flows as steps of a transaction (transaction.h). A flow that is added is in its table,
 * with a rule of the next version; one that is changed has a second rule that shares the counter;
 * one that is removed is marked, and its rule ends with this version.
 */
#include <stdlib.h>

#include "datapath/agent/flow_store_impl.h"
#include "datapath/agent/flow_trigger.h"
#include "datapath/agent/uses.h"

/* What a change replaces. */
struct flow_before {
	struct rule *rule;
	uint8_t *instructions;
	uint64_t created_ms;
	struct flow_counter base;
	uint16_t instructions_size, idle_s, hard_s, flags, importance;
	bool standalone, has_base;
};

struct flow_step {
	struct transaction_step step;
	struct flow_store *store;
	struct flow *flow;
	struct flow_before before; /* of a change */
	uint8_t reason;            /* of a removal */
	bool added;                /* an add made the change */
};

static struct flow_step *new_step(struct flow_store *store, struct flow *flow)
{
	struct flow_step *s = calloc(1, sizeof(*s));

	if (s != NULL) {
		s->store = store;
		s->flow = flow;
	}
	return s;
}

/* --- added -------------------------------------------------------------------------------- */

static void undo_added(struct transaction *t, struct transaction_step *step)
{
	struct flow_step *s = (struct flow_step *)step;

	uses_count(s->flow->rule->program, -1);
	pipeline_remove_rule(t->pipeline, s->flow->rule);
	flow_free(s->store, s->flow);
	free(s);
}

static void keep_added(struct transaction *t, struct transaction_step *step)
{
	struct flow_step *s = (struct flow_step *)step;

	s->store->cfg.ops->changed(s->store->cfg.context, s->flow, true);
	free(s);
}

enum of_err flow_step_added(struct flow_store *store, struct flow *flow)
{
	struct flow_step *s = new_step(store, flow);

	if (s == NULL)
		return OF_ERR_NO_MEMORY;
	s->step.undo = undo_added;
	s->step.keep = keep_added;
	transaction_add(store->transaction, &s->step);
	return OF_OK;
}

/* --- changed ------------------------------------------------------------------------------ */

static void undo_change(struct transaction *t, struct transaction_step *step)
{
	struct flow_step *s = (struct flow_step *)step;
	const struct flow_before *b = &s->before;
	struct flow_store *store = s->store;
	struct flow *flow = s->flow;

	flow_wheel_del(store, flow);
	flow_heap_del(store, flow);
	uses_count(flow->rule->program, -1);
	uses_count(b->rule->program, 1);
	flow->rule->flags |= RULE_REPLACED; /* the counter is the old rule's */
	pipeline_remove_rule(t->pipeline, flow->rule);
	flow->rule = b->rule;
	__atomic_store_n(&flow->rule->visible_until, RULE_VERSION_NEVER, __ATOMIC_RELAXED);
	flow_free_instructions(flow, flow->instructions);
	flow->instructions = b->instructions;
	flow->instructions_size = b->instructions_size;
	flow->created_ms = b->created_ms;
	flow->idle_s = b->idle_s;
	flow->hard_s = b->hard_s;
	flow->flags = b->flags;
	flow->importance = b->importance;
	flow->standalone = b->standalone;
	if (b->has_base) {
		*flow->base = b->base;
	} else {
		free(flow->base);
		flow->base = NULL;
	}
	flow_trigger_reload(store, flow);
	flow_wheel_add(store, flow);
	(void)flow_heap_add(store, flow); /* without memory it is not evicted */
	free(s);
}

static void keep_change(struct transaction *t, struct transaction_step *step)
{
	struct flow_step *s = (struct flow_step *)step;

	flow_free_instructions(s->flow, s->before.instructions);
	s->before.rule->flags |= RULE_REPLACED;
	pipeline_remove_hidden_rule(t->pipeline, s->before.rule);
	s->store->cfg.ops->changed(s->store->cfg.context, s->flow, s->added);
	free(s);
}

struct rule *flow_other_rule(struct flow_store *store, struct flow *flow, struct program *program,
			     uint64_t cookie)
{
	struct rule *old = flow->rule, *rule;
	struct flow_match match;

	rule_match(old, &match);
	rule = rule_create(&match, old->priority, old->table_id, cookie, program);
	if (rule == NULL)
		return NULL;
	rule->flags |= old->flags & (RULE_NO_PACKET_COUNTS | RULE_NO_BYTE_COUNTS);
	rule->counter_id = old->counter_id;
	rule->owner = flow;
	if (store->transaction != NULL)
		rule->visible_from = store->transaction->version;
	if (pipeline_add_rule(store->cfg.pipeline, rule) != 0) {
		rule->program = NULL; /* stays the caller's */
		rule_free(rule);
		return NULL;
	}
	return rule;
}

enum of_err flow_step_change(struct flow_store *store, struct flow *flow, struct program *program,
			     uint64_t cookie, bool added)
{
	struct flow_step *s = new_step(store, flow);
	struct rule *rule;

	if (s == NULL)
		return OF_ERR_NO_MEMORY;
	rule = flow_other_rule(store, flow, program, cookie);
	if (rule == NULL) {
		free(s);
		return OF_ERR_NO_MEMORY;
	}
	s->added = added;
	s->before = (struct flow_before){
		.rule = flow->rule,
		.instructions = flow->instructions,
		.instructions_size = flow->instructions_size,
		.created_ms = flow->created_ms,
		.idle_s = flow->idle_s,
		.hard_s = flow->hard_s,
		.flags = flow->flags,
		.importance = flow->importance,
		.standalone = flow->standalone,
		.has_base = flow->base != NULL,
	};
	if (flow->base != NULL)
		s->before.base = *flow->base;
	flow->instructions = NULL; /* the step's; the caller sets new ones */
	flow->instructions_size = 0;
	__atomic_store_n(&flow->rule->visible_until, store->transaction->version, __ATOMIC_RELAXED);
	uses_count(program, 1);
	uses_count(flow->rule->program, -1);
	flow->rule = rule;
	s->step.undo = undo_change;
	s->step.keep = keep_change;
	transaction_add(store->transaction, &s->step);
	return OF_OK;
}

/* --- removed ------------------------------------------------------------------------------ */

static void undo_remove(struct transaction *t, struct transaction_step *step)
{
	struct flow_step *s = (struct flow_step *)step;
	struct flow *flow = s->flow;

	flow->gone = false;
	s->store->table[flow->rule->table_id].map.n++;
	s->store->n_flows++;
	uses_count(flow->rule->program, 1);
	__atomic_store_n(&flow->rule->visible_until, RULE_VERSION_NEVER, __ATOMIC_RELAXED);
	flow_wheel_add(s->store, flow);
	(void)flow_heap_add(s->store, flow);
	free(s);
}

static void keep_remove(struct transaction *t, struct transaction_step *step)
{
	struct flow_step *s = (struct flow_step *)step;
	struct rule *rule = s->flow->rule;

	s->store->cfg.ops->removed(s->store->cfg.context, s->flow, s->reason);
	flow_free(s->store, s->flow);
	pipeline_remove_hidden_rule(t->pipeline, rule);
	free(s);
}

enum of_err flow_step_remove(struct flow_store *store, struct flow *flow, uint8_t reason)
{
	struct flow_step *s = new_step(store, flow);

	if (s == NULL)
		return OF_ERR_NO_MEMORY;
	s->reason = reason;
	s->step.undo = undo_remove;
	s->step.keep = keep_remove;
	flow_wheel_del(store, flow);
	flow_heap_del(store, flow);
	flow->gone = true;
	store->table[flow->rule->table_id].map.n--;
	store->n_flows--;
	uses_count(flow->rule->program, -1);
	__atomic_store_n(&flow->rule->visible_until, store->transaction->version, __ATOMIC_RELAXED);
	transaction_add(store->transaction, &s->step);
	return OF_OK;
}
