// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/flow_store_impl.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/random.h>

#include "datapath/agent/flow_trigger.h"
#include "datapath/agent/uses.h"

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
	if (getrandom(&store->seed, sizeof(store->seed), GRND_NONBLOCK) < 0)
		store->seed = config->now_tsc();
	return store;
}

void flow_free_instructions(struct flow *flow, uint8_t *instructions)
{
	if (instructions != flow->key + flow->key_size)
		free(instructions);
}

void flow_free(struct flow_store *store, struct flow *flow)
{
	flow_cursors_skip(store, flow);
	flow_wheel_del(store, flow);
	flow_heap_del(store, flow);
	flow_trigger_set(store, flow, NULL);
	if (!flow->gone)
		store->n_flows--;
	flow_map_del(&store->table[flow->rule->table_id].map, flow);
	flow_free_instructions(flow, flow->instructions);
	free(flow->base);
	free(flow);
}

/* Takes the flow out of everything, and frees it. */
static void unlink_flow(struct flow_store *store, struct flow *flow)
{
	struct rule *rule = flow->rule;

	uses_count(rule->program, -1);
	flow_free(store, flow);
	pipeline_remove_rule(store->cfg.pipeline, rule);
}

void flow_store_destroy(struct flow_store *store)
{
	if (store == NULL)
		return;
	for (int t = 0; t < PIPELINE_N_TABLES; t++) {
		while (store->table[t].map.first != NULL)
			unlink_flow(store, store->table[t].map.first);
		free(store->table[t].heap.at);
	}
	wbuf_free(&store->scratch);
	free(store);
}

void flow_store_set_transaction(struct flow_store *store, struct transaction *t)
{
	store->transaction = t;
}

uint32_t flow_store_count(const struct flow_store *store, uint8_t table_id)
{
	return table_id == OFPTT_ALL ? store->n_flows : store->table[table_id].map.n;
}

uint32_t flow_store_changes(const struct flow_store *store)
{
	return store->n_changes;
}

uint64_t flow_store_newest_row(const struct flow_store *store)
{
	return store->next_row - 1;
}

struct flow *flow_store_first(const struct flow_store *store, uint8_t table_id)
{
	return store->table[table_id].map.first;
}

const struct flow_table_settings *flow_store_settings(const struct flow_store *store,
						      uint8_t table_id)
{
	return &store->table[table_id].settings;
}

uint32_t flow_store_room(const struct flow_store *store, uint8_t table_id, uint32_t *left)
{
	const struct flow_table *table = &store->table[table_id];
	uint32_t max = store->cfg.max_flows, all_left;

	all_left = store->n_flows < max ? max - store->n_flows : 0;
	if (table->settings.max_entries != 0 && table->settings.max_entries < max)
		max = table->settings.max_entries;
	*left = table->map.n < max ? max - table->map.n : 0;
	if (*left > all_left)
		*left = all_left;
	return max;
}

bool flow_key_pack(struct flow_store *store, uint16_t priority, const struct of_match *match)
{
	struct wbuf *b = &store->scratch;

	b->len = 0;
	wbuf_u16(b, priority);
	if (of_match_pack(match, FLOW_MATCH_VERSION, b) != 0 || b->bad) {
		wbuf_free(b);
		return false;
	}
	return true;
}

struct flow *flow_store_find_key(const struct flow_store *store, uint8_t table_id)
{
	const struct wbuf *b = &store->scratch;

	return flow_map_find(&store->table[table_id].map, b->data, b->len,
			     flow_map_hash(b->data, b->len, store->seed));
}

struct flow *flow_store_find(struct flow_store *store, uint8_t table_id, uint16_t priority,
			     const struct of_match *match)
{
	return flow_key_pack(store, priority, match) ? flow_store_find_key(store, table_id) : NULL;
}

/* Appends the instructions to store->scratch; false without memory. */
static bool pack_instructions(struct flow_store *store, const struct of_instructions *instructions)
{
	struct wbuf *b = &store->scratch;

	if (of_instructions_pack(instructions, OF_STORED, b) == 0 && !b->bad)
		return true;
	if (b->bad)
		wbuf_free(b);
	return false;
}

/* The instructions in a block of their own; NULL without memory. */
static uint8_t *copy_instructions(struct flow_store *store,
				  const struct of_instructions *instructions, uint16_t *size)
{
	uint8_t *copy;

	store->scratch.len = 0;
	if (!pack_instructions(store, instructions))
		return NULL;
	*size = (uint16_t)store->scratch.len;
	copy = malloc(*size != 0 ? *size : 1);
	if (copy != NULL && *size != 0)
		memcpy(copy, store->scratch.data, *size);
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
	flow_trigger_restart(flow);
}

/* At once. What becomes a clause of a conjunction, or no longer is one, is another rule. */
static bool set_program(struct flow_store *store, struct flow *flow, struct program *program,
			uint64_t cookie)
{
	struct pipeline *pipeline = store->cfg.pipeline;
	struct rule *old = flow->rule, *rule;

	uses_count(program, 1);
	uses_count(old->program, -1);
	if ((program->conjunctions != NULL) == ((old->flags & RULE_CLAUSE) != 0)) {
		__atomic_store_n(&old->cookie, cookie, __ATOMIC_RELAXED);
		rule_set_program(old, program, pipeline->reclaim);
	} else {
		rule = flow_other_rule(store, flow, program, cookie);
		if (rule == NULL) {
			uses_count(program, -1);
			uses_count(old->program, 1);
			return false;
		}
		flow->rule = rule;
		old->flags |= RULE_REPLACED;
		pipeline_remove_rule(pipeline, old);
	}
	flow_free_instructions(flow, flow->instructions);
	return true;
}

/*
 * Gives the flow other instructions and a program for them, at once or with the transaction. What
 * else changes is the caller's, after it.
 */
static enum of_err change(struct flow_store *store, struct flow *flow,
			  const struct of_instructions *instructions, struct program *program,
			  uint64_t cookie, bool added)
{
	uint16_t size;
	uint8_t *packed = copy_instructions(store, instructions, &size);

	if (packed == NULL)
		return OF_ERR_NO_MEMORY;
	if (store->transaction != NULL) {
		enum of_err err = flow_step_change(store, flow, program, cookie, added);

		if (err != OF_OK) {
			free(packed);
			return err;
		}
	} else if (!set_program(store, flow, program, cookie)) {
		free(packed);
		return OF_ERR_NO_MEMORY;
	}
	flow->instructions = packed;
	flow->instructions_size = size;
	flow->standalone = false;
	flow->changed = ++store->n_changes;
	flow_trigger_set(store, flow, instructions);
	return OF_OK;
}

/* The same match and priority again (§6.4): everything but the counters is new. */
static enum of_err replace(struct flow_store *store, struct flow *flow,
			   const struct flow_entry *entry, struct program *program)
{
	const struct of_flow_mod *mod = entry->mod;
	enum of_err err = change(store, flow, &mod->instructions, program, mod->cookie, true);
	uint8_t keep;

	if (err != OF_OK)
		return err;
	flow_wheel_del(store, flow);
	flow_heap_del(store, flow);
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
	flow_wheel_add(store, flow);
	(void)flow_heap_add(store, flow); /* without memory it is not evicted */
	if (store->transaction == NULL)
		store->cfg.ops->changed(store->cfg.context, flow, true);
	return OF_OK;
}

/* Is there another flow of this priority that some frame could match too? */
static bool overlaps(const struct flow_store *store, const struct flow_entry *entry)
{
	for (const struct flow *f = store->table[entry->mod->table_id].map.first; f != NULL;
	     f = f->next) {
		const struct rule_word *m = f->rule->match;
		uint32_t words = f->rule->words;
		bool apart = f->gone || f->rule->priority != entry->mod->priority;

		for (; words != 0 && !apart; words &= words - 1, m++) {
			int i = __builtin_ctz(words);

			apart = ((m->value ^ entry->match->value.w[i]) & m->mask &
				 entry->match->mask.w[i]) != 0;
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
	size_t key_size = store->scratch.len;
	struct flow *flow;

	assert(store->scratch.data != NULL); /* flow_store_add packed the key */
	if (!pack_instructions(store, &mod->instructions))
		return NULL;
	flow = malloc(sizeof(*flow) + store->scratch.len);
	if (flow == NULL)
		return NULL;
	memset(flow, 0, sizeof(*flow));
	memcpy(flow->key, store->scratch.data, store->scratch.len);
	flow->key_size = (uint16_t)key_size;
	flow->hash = flow_map_hash(flow->key, key_size, store->seed);
	flow->instructions = flow->key + key_size;
	flow->instructions_size = (uint16_t)(store->scratch.len - key_size);
	flow->idle_s = mod->idle_timeout;
	flow->hard_s = mod->hard_timeout;
	flow->flags = mod->flags & KEPT_FLAGS;
	flow->importance = mod->importance;
	flow->created_ms = store->cfg.now_ms();
	flow->standalone = entry->standalone;
	flow->changed = ++store->n_changes;
	flow->row = entry->row != 0 ? entry->row : store->next_row;
	return flow;
}

/* Room for one more flow in the table, if need be by a less important one's going. */
static enum of_err make_room(struct flow_store *store, const struct of_flow_mod *mod)
{
	struct flow *victim;
	uint32_t left;

	flow_store_room(store, mod->table_id, &left);
	if (left != 0)
		return OF_OK;
	victim = flow_heap_victim(store, mod->table_id, mod->importance);
	if (victim == NULL)
		return OFPFMFC_TABLE_FULL;
	return flow_store_remove(store, victim, OFPRR_EVICTION);
}

/* Puts a new flow with its rule into its table and in force. */
static enum of_err insert(struct flow_store *store, struct flow *flow, struct program *program)
{
	struct flow_map *map = &store->table[flow->rule->table_id].map;

	if (store->transaction != NULL)
		flow->rule->visible_from = store->transaction->version;
	if (flow_map_add(map, flow) != 0)
		return OF_ERR_NO_MEMORY;
	if (pipeline_add_rule(store->cfg.pipeline, flow->rule) != 0)
		goto take_out;
	if (store->transaction != NULL && flow_step_added(store, flow) != OF_OK)
		goto remove_rule;
	store->n_flows++;
	uses_count(program, 1);
	return OF_OK;

remove_rule:
	/* No frame has seen it; its counter is given back here, the rule is the caller's to free.
	 */
	flow_counters_give(store->cfg.pipeline->counters, flow->rule->counter_id);
	classifier_take(store->cfg.pipeline->table[flow->rule->table_id], flow->rule);
take_out:
	flow_map_del(map, flow);
	return OF_ERR_NO_MEMORY;
}

enum of_err flow_store_add(struct flow_store *store, const struct flow_entry *entry,
			   struct program *program)
{
	const struct of_flow_mod *mod = entry->mod;
	struct flow *flow;
	enum of_err err;

	if (!flow_key_pack(store, mod->priority, &mod->match))
		return OF_ERR_NO_MEMORY;
	flow = flow_store_find_key(store, mod->table_id);
	if (flow != NULL)
		return replace(store, flow, entry, program);
	if (mod->flags & OFPFF_CHECK_OVERLAP && overlaps(store, entry))
		return OFPFMFC_OVERLAP;
	flow = new_flow(store, entry);
	if (flow == NULL)
		return OF_ERR_NO_MEMORY;
	flow->rule = rule_create(entry->match, mod->priority, mod->table_id, mod->cookie, program);
	err = flow->rule != NULL ? make_room(store, mod) : OF_ERR_NO_MEMORY;
	if (err == OF_OK) {
		flow->rule->owner = flow;
		flow->rule->flags |= rule_flags_of(mod->flags);
		err = insert(store, flow, program);
	}
	if (err != OF_OK)
		goto free_flow;
	if (flow->row >= store->next_row)
		store->next_row = flow->row + 1;
	flow_wheel_add(store, flow);
	(void)flow_heap_add(store, flow); /* without memory it is not evicted */
	flow_trigger_set(store, flow, &mod->instructions);
	if (store->transaction == NULL)
		store->cfg.ops->changed(store->cfg.context, flow, true);
	return OF_OK;

free_flow:
	if (flow->rule != NULL)
		flow->rule->program = NULL; /* stays the caller's */
	rule_free(flow->rule);
	free(flow);
	return err;
}

enum of_err flow_store_modify(struct flow_store *store, struct flow *flow, uint64_t cookie,
			      const struct of_instructions *instructions, uint16_t mod_flags,
			      struct program *program)
{
	enum of_err err = change(store, flow, instructions, program, cookie, false);

	if (err != OF_OK)
		return err;
	if (mod_flags & OFPFF_RESET_COUNTS)
		reset_counts(store, flow);
	if (store->transaction == NULL)
		store->cfg.ops->changed(store->cfg.context, flow, false);
	return OF_OK;
}

enum of_err flow_store_remove(struct flow_store *store, struct flow *flow, uint8_t reason)
{
	if (store->transaction != NULL)
		return flow_step_remove(store, flow, reason);
	store->cfg.ops->removed(store->cfg.context, flow, reason);
	unlink_flow(store, flow);
	return OF_OK;
}
