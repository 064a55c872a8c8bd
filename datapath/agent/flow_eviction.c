// SPDX-License-Identifier: Apache-2.0
/*
 * Which flow makes room in a full table that evicts (OpenFlow 1.4.1 §6.5, §7.3.3): the least
 * important first, of those the one that would expire first. What is as important as the new flow
 * and has no timeout stays, so does the flow of the misses.
 *
 * The flows of such a table form a heap. An idle timeout moves with each frame, so a flow stands at
 * the time at which it expires if nobody uses it, and is looked at anew when it comes to the top.
 */
#include <stdlib.h>

#include "datapath/agent/flow_store_impl.h"
#include "openflow/table_mod.h"

/* What comes before another is evicted before it. */
static bool before(const struct flow_table_settings *s, const struct flow *a, const struct flow *b)
{
	if (s->eviction_flags & OFPTMPEF_IMPORTANCE && a->importance != b->importance)
		return a->importance < b->importance;
	if (a->evict_ms != b->evict_ms)
		return a->evict_ms < b->evict_ms;
	return a->row < b->row;
}

static void put(struct flow_heap *heap, uint32_t at, struct flow *flow)
{
	heap->at[at] = flow;
	flow->heap_at = at;
}

static void sift_up(struct flow_table *table, uint32_t at, struct flow *flow)
{
	struct flow_heap *heap = &table->heap;

	for (; at > 1 && before(&table->settings, flow, heap->at[at / 2]); at /= 2)
		put(heap, at, heap->at[at / 2]);
	put(heap, at, flow);
}

static void sift_down(struct flow_table *table, uint32_t at, struct flow *flow)
{
	struct flow_heap *heap = &table->heap;

	for (;;) {
		uint32_t next = 2 * at;

		if (next > heap->n)
			break;
		if (next < heap->n && before(&table->settings, heap->at[next + 1], heap->at[next]))
			next++;
		if (!before(&table->settings, heap->at[next], flow))
			break;
		put(heap, at, heap->at[next]);
		at = next;
	}
	put(heap, at, flow);
}

/* The order by lifetime is only asked for where the settings ask for it. */
static uint64_t evict_ms(const struct flow_store *store, const struct flow *flow)
{
	const struct flow_table_settings *s = &store->table[flow->rule->table_id].settings;

	if (s->eviction_flags & OFPTMPEF_LIFETIME || (flow->idle_s == 0 && flow->hard_s == 0))
		return flow_due_ms(store, flow);
	return flow->created_ms;
}

int flow_heap_add(struct flow_store *store, struct flow *flow)
{
	struct flow_table *table = &store->table[flow->rule->table_id];
	struct flow_heap *heap = &table->heap;

	if (!table->settings.evict || flow->rule->flags & RULE_TABLE_MISS)
		return 0;
	if (heap->n + 2 > heap->room) {
		uint32_t room = heap->room != 0 ? 2 * heap->room : 64;
		struct flow **bigger = realloc(heap->at, room * sizeof(struct flow *));

		if (bigger == NULL)
			return -1;
		heap->at = bigger;
		heap->room = room;
	}
	flow->evict_ms = evict_ms(store, flow);
	sift_up(table, ++heap->n, flow);
	return 0;
}

void flow_heap_del(struct flow_store *store, struct flow *flow)
{
	struct flow_table *table = &store->table[flow->rule->table_id];
	struct flow_heap *heap = &table->heap;
	uint32_t at = flow->heap_at;
	struct flow *last;

	if (at == 0)
		return;
	flow->heap_at = 0;
	last = heap->at[heap->n--];
	if (last == flow)
		return;
	if (at > 1 && before(&table->settings, last, heap->at[at / 2]))
		sift_up(table, at, last);
	else
		sift_down(table, at, last);
}

struct flow *flow_heap_victim(struct flow_store *store, uint8_t table_id, uint16_t importance)
{
	struct flow_table *table = &store->table[table_id];
	bool by_importance = table->settings.eviction_flags & OFPTMPEF_IMPORTANCE;

	while (table->heap.n != 0) {
		struct flow *top = table->heap.at[1];
		uint64_t now = evict_ms(store, top);

		if (now != top->evict_ms) { /* it was used since */
			top->evict_ms = now;
			sift_down(table, 1, top);
			continue;
		}
		if (by_importance && top->importance > importance)
			return NULL;
		if (top->idle_s == 0 && top->hard_s == 0 &&
		    !(by_importance && top->importance < importance))
			return NULL;
		return top;
	}
	return NULL;
}

static void drop_heap(struct flow_table *table)
{
	for (uint32_t i = 1; i <= table->heap.n; i++)
		table->heap.at[i]->heap_at = 0;
	free(table->heap.at);
	table->heap = (struct flow_heap){0};
}

enum of_err flow_store_set_settings(struct flow_store *store, uint8_t table_id,
				    const struct flow_table_settings *settings)
{
	struct flow_table *table = &store->table[table_id];
	struct flow_table_settings before_it = table->settings;

	if (settings->evict == before_it.evict &&
	    settings->eviction_flags == before_it.eviction_flags) {
		table->settings = *settings;
		return OF_OK;
	}
	drop_heap(table);
	table->settings = *settings;
	for (struct flow *f = table->map.first; f != NULL; f = f->next) {
		if (f->gone || flow_heap_add(store, f) == 0)
			continue;
		drop_heap(table);
		table->settings = before_it;
		table->settings.evict = false;
		return OF_ERR_NO_MEMORY;
	}
	return OF_OK;
}
