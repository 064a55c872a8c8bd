// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/flow_store_impl.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "datapath/agent/group_store.h"

#define KEPT_FLAGS (OFPFF_SEND_FLOW_REM | OFPFF_NO_PKT_COUNTS | OFPFF_NO_BYT_COUNTS)

struct flow_store *flow_store_create(const struct flow_store_config *config)
{
	struct flow_store *store = calloc(1, sizeof(*store));

	if (store == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	store->cfg = *config;
	store->next_row = 1;
	store->scratch = wbuf_init(2 * OF_MESSAGE_MAX);
	store->wheel_tick = config->now_ms() / FLOW_WHEEL_TICK_MS;
	return store;
}

/* Each group knows how many flows name it (ref_count of its statistics). */
static void count_list(struct group_store *groups, const struct action_list *list, int by)
{
	if (list == NULL)
		return;
	for (const struct action *a = action_first(list); a < action_end(list);
	     a = action_next(a)) {
		if (a->op == ACTION_GROUP)
			group_store_count_flow(groups, action_group(a)->id, by);
	}
}

static void count_groups(struct flow_store *store, const struct program *program, int by)
{
	count_list(store->cfg.groups, program->apply, by);
	count_list(store->cfg.groups, program->write, by);
}

/* Takes the flow out of everything but its rule's table, and frees it. */
static void unlink_flow(struct flow_store *store, struct flow *flow)
{
	flow_cursors_skip(store, flow);
	flow_wheel_del(store, flow);
	HASH_DEL(store->table[flow->rule->table_id], flow);
	store->n_flows--;
	count_groups(store, flow->rule->program, -1);
	pipeline_remove_rule(store->cfg.pipeline, flow->rule);
	free(flow->base);
	free(flow->instructions);
	free(flow);
}

void flow_store_destroy(struct flow_store *store)
{
	if (store == NULL)
		return;
	for (int t = 0; t < PIPELINE_N_TABLES; t++) {
		struct flow *flow, *next;

		HASH_ITER (hh, store->table[t], flow, next) {
			unlink_flow(store, flow);
		}
	}
	wbuf_free(&store->scratch);
	free(store);
}

uint32_t flow_store_count(const struct flow_store *store, uint8_t table_id)
{
	return table_id == OFPTT_ALL ? store->n_flows : HASH_COUNT(store->table[table_id]);
}

bool flow_key_pack(struct flow_store *store, uint16_t priority, const struct of_match *match)
{
	struct wbuf *b = &store->scratch;

	b->len = 0;
	wbuf_u16(b, priority);
	if (of_match_pack(match, FLOW_MATCH_VERSION, b) != 0 || b->bad) {
		wbuf_free(b);
		b->bad = false;
		return false;
	}
	return true;
}

struct flow *flow_store_find(struct flow_store *store, uint8_t table_id, uint16_t priority,
			     const struct of_match *match)
{
	struct flow *flow = NULL;

	if (!flow_key_pack(store, priority, match))
		return NULL;
	HASH_FIND(hh, store->table[table_id], store->scratch.data, store->scratch.len, flow);
	return flow;
}

/* A packed copy of the instructions; NULL without memory. */
static uint8_t *pack_instructions(struct flow_store *store,
				  const struct of_instructions *instructions, uint16_t *size)
{
	struct wbuf *b = &store->scratch;
	uint8_t *copy = NULL;

	b->len = 0;
	if (of_instructions_pack(instructions, FLOW_INSTRUCTIONS_VERSION, b) == 0 && !b->bad)
		copy = malloc(b->len != 0 ? b->len : 1);
	if (copy != NULL) {
		*size = (uint16_t)b->len;
		if (b->len != 0)
			memcpy(copy, b->data, b->len);
	}
	if (b->bad)
		wbuf_free(b);
	return copy;
}

static uint8_t rule_flags_of(uint16_t flags)
{
	return (uint8_t)((flags & OFPFF_NO_PKT_COUNTS ? RULE_NO_PACKET_COUNTS : 0) |
			 (flags & OFPFF_NO_BYT_COUNTS ? RULE_NO_BYTE_COUNTS : 0));
}

/* Counts begin anew: what the lcores counted so far is remembered and subtracted. */
static void reset_counts(struct flow_store *store, struct flow *flow)
{
	if (flow->base == NULL)
		flow->base = malloc(sizeof(*flow->base));
	if (flow->base != NULL)
		flow_counters_sum(store->cfg.pipeline->counters, flow->rule->counter_id,
				  flow->base);
}

static void set_program(struct flow_store *store, struct flow *flow, struct program *program)
{
	count_groups(store, program, 1);
	count_groups(store, flow->rule->program, -1);
	rule_set_program(flow->rule, program, store->cfg.pipeline->reclaim);
}

/* The same match and priority again (§6.4): everything but the counters is new. */
static enum of_err replace(struct flow_store *store, struct flow *flow,
			   const struct flow_entry *entry, struct program *program)
{
	const struct of_flow_mod *mod = entry->mod;
	uint16_t size;
	uint8_t *instructions = pack_instructions(store, &mod->instructions, &size);
	uint8_t keep;

	if (instructions == NULL)
		return OF_ERR_NO_MEMORY;
	free(flow->instructions);
	flow->instructions = instructions;
	flow->instructions_size = size;
	flow_wheel_del(store, flow);
	flow->idle_s = mod->idle_timeout;
	flow->hard_s = mod->hard_timeout;
	flow->flags = mod->flags & KEPT_FLAGS;
	flow->importance = mod->importance;
	flow->created_ms = store->cfg.now_ms();
	flow->standalone = entry->standalone;
	if (mod->flags & OFPFF_RESET_COUNTS)
		reset_counts(store, flow);
	keep = flow->rule->flags & (uint8_t) ~(RULE_NO_PACKET_COUNTS | RULE_NO_BYTE_COUNTS);
	__atomic_store_n(&flow->rule->flags, keep | rule_flags_of(mod->flags), __ATOMIC_RELAXED);
	__atomic_store_n(&flow->rule->cookie, mod->cookie, __ATOMIC_RELAXED);
	set_program(store, flow, program);
	flow_wheel_add(store, flow);
	store->cfg.ops->changed(store->cfg.context, flow);
	return OF_OK;
}

/* Is there another flow of this priority that some frame could match too? */
static bool overlaps(const struct flow_store *store, const struct flow_entry *entry)
{
	for (const struct flow *f = store->table[entry->mod->table_id]; f != NULL; f = f->hh.next) {
		const struct rule_word *m = f->rule->match;
		uint32_t words = f->rule->words;
		bool apart = false;

		if (f->rule->priority != entry->mod->priority)
			continue;
		for (; words != 0 && !apart; words &= words - 1, m++) {
			int i = __builtin_ctz(words);

			apart = (m->value ^ entry->match->value.w[i]) & m->mask &
				entry->match->mask.w[i];
		}
		if (!apart)
			return true;
	}
	return false;
}

/* A flow object with its key (in store->scratch) and instructions, in no table. */
static struct flow *new_flow(struct flow_store *store, const struct flow_entry *entry)
{
	const struct of_flow_mod *mod = entry->mod;
	struct flow *flow = calloc(1, sizeof(*flow) + store->scratch.len);

	assert(store->scratch.data != NULL); /* flow_store_find packed the key */
	if (flow == NULL)
		return NULL;
	flow->key_size = (uint16_t)store->scratch.len;
	memcpy(flow->key, store->scratch.data, store->scratch.len);
	flow->instructions = pack_instructions(store, &mod->instructions, &flow->instructions_size);
	if (flow->instructions == NULL) {
		free(flow);
		return NULL;
	}
	flow->idle_s = mod->idle_timeout;
	flow->hard_s = mod->hard_timeout;
	flow->flags = mod->flags & KEPT_FLAGS;
	flow->importance = mod->importance;
	flow->created_ms = store->cfg.now_ms();
	flow->standalone = entry->standalone;
	flow->row = entry->row != 0 ? entry->row : store->next_row;
	return flow;
}

enum of_err flow_store_add(struct flow_store *store, const struct flow_entry *entry,
			   struct program *program)
{
	const struct of_flow_mod *mod = entry->mod;
	struct flow *flow = flow_store_find(store, mod->table_id, mod->priority, &mod->match);

	if (flow != NULL)
		return replace(store, flow, entry, program);
	if (mod->flags & OFPFF_CHECK_OVERLAP && overlaps(store, entry))
		return OFPFMFC_OVERLAP;
	if (store->n_flows >= store->cfg.max_flows)
		return OFPFMFC_TABLE_FULL;
	flow = new_flow(store, entry);
	if (flow == NULL)
		return OF_ERR_NO_MEMORY;
	flow->rule = rule_create(entry->match, mod->priority, mod->table_id, mod->cookie, program);
	if (flow->rule == NULL)
		goto free_flow;
	flow->rule->owner = flow;
	flow->rule->flags |= rule_flags_of(mod->flags);
	if (pipeline_add_rule(store->cfg.pipeline, flow->rule) != 0)
		goto free_rule;
	HASH_ADD_KEYPTR(hh, store->table[mod->table_id], flow->key, flow->key_size, flow);
	store->n_flows++;
	if (flow->row >= store->next_row)
		store->next_row = flow->row + 1;
	count_groups(store, program, 1);
	flow_wheel_add(store, flow);
	store->cfg.ops->changed(store->cfg.context, flow);
	return OF_OK;

free_rule:
	flow->rule->program = NULL; /* stays the caller's */
	rule_free(flow->rule);
free_flow:
	free(flow->instructions);
	free(flow);
	return OF_ERR_NO_MEMORY;
}

enum of_err flow_store_modify(struct flow_store *store, struct flow *flow,
			      const struct of_instructions *instructions, uint16_t mod_flags,
			      struct program *program)
{
	uint16_t size;
	uint8_t *packed = pack_instructions(store, instructions, &size);

	if (packed == NULL)
		return OF_ERR_NO_MEMORY;
	free(flow->instructions);
	flow->instructions = packed;
	flow->instructions_size = size;
	flow->standalone = false;
	if (mod_flags & OFPFF_RESET_COUNTS)
		reset_counts(store, flow);
	set_program(store, flow, program);
	store->cfg.ops->changed(store->cfg.context, flow);
	return OF_OK;
}

void flow_store_remove(struct flow_store *store, struct flow *flow, uint8_t reason)
{
	store->cfg.ops->removed(store->cfg.context, flow, reason);
	unlink_flow(store, flow);
}
