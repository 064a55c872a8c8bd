// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/flow_store_impl.h"

#include <utlist.h>

#include "datapath/agent/uses.h"
#include "datapath/table/group.h"
#include "datapath/table/meter.h"

/* The wire port that an action sends to; 0 for actions that send nowhere. */
static uint32_t output_port(const struct action *a)
{
	switch (a->op) {
	case ACTION_OUTPUT:
		return a->arg;
	case ACTION_IN_PORT:
		return OFPP_IN_PORT;
	case ACTION_ALL:
		return OFPP_ALL;
	case ACTION_FLOOD:
		return OFPP_FLOOD;
	case ACTION_NORMAL:
		return OFPP_NORMAL;
	case ACTION_CONTROLLER:
		return OFPP_CONTROLLER;
	default:
		return 0;
	}
}

static bool list_outputs(const struct action_list *list, uint32_t port)
{
	if (list == NULL)
		return false;
	for (const struct action *a = action_first(list); a < action_end(list);
	     a = action_next(a)) {
		if (output_port(a) == port)
			return true;
		if (a->op == ACTION_CLONE && list_outputs(action_nested(a), port))
			return true;
	}
	return false;
}

static bool uses_port(const struct program *program, uint32_t port)
{
	return list_outputs(program->apply, port) || list_outputs(program->write, port);
}

static void match_group(void *context, struct group *group)
{
	uint64_t *id = context;

	if (group->id == (uint32_t)*id)
		*id |= 1ull << 32;
}

static bool names_group(const struct program *program, uint32_t group_id)
{
	uint64_t id = group_id; /* and above it: found */

	uses_each(program->apply, match_group, NULL, &id);
	uses_each(program->write, match_group, NULL, &id);
	return id >> 32 != 0;
}

/* Is every frame of the rule one that the filter's match covers? */
static bool covered(const struct flow_match *wide, const struct rule *narrow)
{
	const struct rule_word *m = narrow->match;
	uint32_t words = narrow->words;

	for (int i = 0; i < FLOW_KEY_WORDS; i++) {
		uint64_t value = 0, mask = 0;

		if (words & 1u << i) {
			value = m->value;
			mask = m->mask;
			m++;
		}
		if (wide->mask.w[i] & ~mask || (wide->value.w[i] ^ value) & wide->mask.w[i])
			return false;
	}
	return true;
}

bool flow_filter_takes(const struct flow_filter *filter, const struct flow *flow)
{
	const struct rule *rule = flow->rule;

	if (filter->table_id != OFPTT_ALL && filter->table_id != rule->table_id)
		return false;
	if (filter->strict && filter->priority != rule->priority)
		return false;
	if ((filter->cookie ^ rule->cookie) & filter->cookie_mask)
		return false;
	if (!covered(&filter->care, rule))
		return false;
	if (filter->strict) {
		struct of_match match;

		flow_match_of(flow, &match);
		if (!of_match_equal(filter->match, &match))
			return false;
	}
	if (filter->out_port != OFPP_ANY && !uses_port(rule->program, filter->out_port))
		return false;
	if (filter->meter != NULL && !uses_meter(rule->program, filter->meter))
		return false;
	return filter->out_group == OFPG_ANY || names_group(rule->program, filter->out_group);
}

void flow_cursor_start(struct flow_cursor *cursor, struct flow_store *store, uint8_t table_id)
{
	*cursor = (struct flow_cursor){.store = store};
	cursor->table_id = table_id == OFPTT_ALL ? 0 : table_id;
	cursor->last_table = table_id == OFPTT_ALL ? PIPELINE_N_TABLES - 1 : table_id;
	cursor->at = store->table[cursor->table_id].map.first;
	cursor->started = true;
	DL_APPEND(store->cursors, cursor);
}

struct flow *flow_cursor_each(struct flow_cursor *cursor, uint32_t *budget)
{
	while (!cursor->ended && *budget > 0) {
		struct flow *flow = cursor->at;

		if (flow == NULL) {
			if (cursor->table_id == cursor->last_table)
				cursor->ended = true;
			else
				cursor->at = cursor->store->table[++cursor->table_id].map.first;
			continue;
		}
		(*budget)--;
		cursor->at = flow->next;
		if (!flow->gone)
			return flow;
	}
	return NULL;
}

struct flow *flow_cursor_next(struct flow_cursor *cursor, const struct flow_filter *filter,
			      uint32_t *budget)
{
	struct flow *flow;

	while ((flow = flow_cursor_each(cursor, budget)) != NULL) {
		if (flow_filter_takes(filter, flow))
			return flow;
	}
	return NULL;
}

void flow_cursor_end(struct flow_cursor *cursor)
{
	if (cursor->started)
		DL_DELETE(cursor->store->cursors, cursor);
	cursor->started = false;
	cursor->ended = true;
}

void flow_cursors_skip(struct flow_store *store, const struct flow *flow)
{
	struct flow_cursor *cursor;

	DL_FOREACH (store->cursors, cursor) {
		if (cursor->at == flow)
			cursor->at = flow->next;
	}
}

void flow_match_of(const struct flow *flow, struct of_match *match)
{
	struct cursor c = cursor_init(flow->key + 2, flow->key_size - 2u);

	if (of_match_unpack(&c, FLOW_MATCH_VERSION, match) != OF_OK)
		of_match_init(match); /* cannot be: it was packed by us */
}

enum of_err flow_instructions_of(const struct flow *flow, struct of_arena *arena,
				 struct of_instructions *instructions)
{
	struct cursor c = cursor_init(flow->instructions, flow->instructions_size);

	return of_instructions_unpack(&c, OF_STORED, arena, instructions);
}

void flow_counts(const struct flow_store *store, const struct flow *flow, struct flow_counter *sum)
{
	flow_counters_sum(store->cfg.pipeline->counters, flow->rule->counter_id, sum);
	if (flow->base != NULL) {
		sum->packets -= flow->base->packets;
		sum->bytes -= flow->base->bytes;
	}
	/* Counters that the controller does not want read as not available (§7.3.5.2). */
	if (flow->flags & OFPFF_NO_PKT_COUNTS)
		sum->packets = UINT64_MAX;
	if (flow->flags & OFPFF_NO_BYT_COUNTS)
		sum->bytes = UINT64_MAX;
}

uint64_t flow_age_ms(const struct flow_store *store, const struct flow *flow)
{
	return store->cfg.now_ms() - flow->created_ms;
}

enum of_err flow_stats_of(const struct flow_store *store, const struct flow *flow,
			  struct of_arena *arena, struct of_flow_stats *stats)
{
	uint64_t age = flow_age_ms(store, flow);
	struct flow_counter sum;

	flow_counts(store, flow, &sum);
	stats->table_id = flow->rule->table_id;
	stats->duration_s = (uint32_t)(age / 1000);
	stats->duration_ns = (uint32_t)(age % 1000 * 1000000);
	stats->priority = (uint16_t)flow->rule->priority;
	stats->idle_timeout = flow->idle_s;
	stats->hard_timeout = flow->hard_s;
	stats->flags = flow->flags;
	stats->importance = flow->importance;
	stats->reason = OFPFSR_STATS_REQUEST;
	stats->idle_age_s = (uint32_t)((store->cfg.now_ms() - flow_used_ms(store, flow)) / 1000);
	stats->cookie = flow->rule->cookie;
	stats->n_packets = sum.packets;
	stats->n_bytes = sum.bytes;
	flow_match_of(flow, &stats->match);
	return flow_instructions_of(flow, arena, &stats->instructions);
}
