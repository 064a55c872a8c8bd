// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/flow_trigger.h"

#include <stdlib.h>

#include <utlist.h>

#include "datapath/agent/flow_store_impl.h"

#define N_LIMITS 6 /* enum of_stat_field */

struct flow_trigger {
	struct flow_trigger *prev, *next; /* of all, the one that was looked at last at the end */
	struct flow *flow;
	uint32_t flags;
	uint32_t present; /* bit n: limit n has still something to report */
	uint64_t limit[N_LIMITS];
	uint64_t next_at[N_LIMITS];
};

static void drop(struct flow_store *store, struct flow *flow)
{
	if (flow->trigger == NULL)
		return;
	DL_DELETE(store->triggers, flow->trigger);
	free(flow->trigger);
	flow->trigger = NULL;
}

void flow_trigger_set(struct flow_store *store, struct flow *flow,
		      const struct of_instructions *instructions)
{
	const struct of_instruction *i = NULL;
	struct flow_trigger *t;

	drop(store, flow);
	if (instructions != NULL)
		i = of_instructions_find(instructions, OF_INSTRUCTION_STAT_TRIGGER);
	if (i == NULL)
		return;
	t = calloc(1, sizeof(*t));
	if (t == NULL)
		return; /* the flow forwards as it should, and says nothing */
	t->flow = flow;
	t->flags = i->stat_trigger.flags;
	for (int k = 0; k < N_LIMITS; k++) {
		t->limit[k] = i->stat_trigger.limit[k];
		t->next_at[k] = t->limit[k];
		if (i->stat_trigger.present & 1u << k && t->limit[k] != 0)
			t->present |= 1u << k;
	}
	flow->trigger = t;
	DL_APPEND(store->triggers, t);
}

void flow_trigger_reload(struct flow_store *store, struct flow *flow)
{
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	struct of_instructions instructions;

	if (flow_instructions_of(flow, &arena, &instructions) == OF_OK)
		flow_trigger_set(store, flow, &instructions);
	else
		drop(store, flow);
	of_arena_free(&arena);
}

void flow_trigger_restart(struct flow *flow)
{
	struct flow_trigger *t = flow->trigger;

	for (int k = 0; t != NULL && k < N_LIMITS; k++)
		t->next_at[k] = t->limit[k];
}

static void read_values(const struct flow_store *store, const struct flow *flow,
			uint64_t value[N_LIMITS])
{
	uint64_t now = store->cfg.now_ms();
	struct flow_counter sum;

	flow_counts(store, flow, &sum);
	value[OFPXST_DURATION] = flow_age_ms(store, flow) * 1000000;
	value[OFPXST_IDLE_TIME] = (now - flow_used_ms(store, flow)) * 1000000;
	value[2] = 0;
	value[OFPXST_FLOW_COUNT] = 1;
	value[OFPXST_PACKET_COUNT] = flow->flags & OFPFF_NO_PKT_COUNTS ? 0 : sum.packets;
	value[OFPXST_BYTE_COUNT] = flow->flags & OFPFF_NO_BYT_COUNTS ? 0 : sum.bytes;
}

/* The limit is behind: the next multiple, or none. */
static void pass(struct flow_trigger *t, int k, uint64_t value)
{
	if (t->flags & OFPSTF_PERIODIC)
		t->next_at[k] = (value / t->limit[k] + 1) * t->limit[k];
	else
		t->present &= ~(1u << k);
}

/* Has a limit been reached since the last look? */
static bool look_at(const struct flow_store *store, struct flow_trigger *t)
{
	uint64_t value[N_LIMITS];
	bool reached = false;

	if (t->present == 0)
		return false;
	read_values(store, t->flow, value);
	for (int k = 0; k < N_LIMITS; k++) {
		if (!(t->present & 1u << k))
			continue;
		/* A frame ended the idle time: the same limit can be reached again. */
		if (k == OFPXST_IDLE_TIME && value[k] < t->limit[k])
			t->next_at[k] = t->limit[k];
		if (value[k] < t->next_at[k])
			continue;
		reached = true;
		pass(t, k, value[k]);
	}
	if (!reached || !(t->flags & OFPSTF_ONLY_FIRST))
		return reached;
	if (!(t->flags & OFPSTF_PERIODIC))
		t->present = 0;
	for (int k = 0; k < N_LIMITS; k++) {
		if (t->present & 1u << k)
			t->next_at[k] = value[k] + t->limit[k];
	}
	return true;
}

void flow_triggers_poll(struct flow_store *store, uint32_t budget)
{
	struct flow_trigger *first = store->triggers;

	if (store->transaction != NULL)
		return;
	for (uint32_t n = 0; n < budget && store->triggers != NULL; n++) {
		struct flow_trigger *t = store->triggers;

		if (n != 0 && t == first)
			break;
		DL_DELETE(store->triggers, t);
		DL_APPEND(store->triggers, t);
		if (look_at(store, t))
			store->cfg.ops->triggered(store->cfg.context, t->flow);
	}
}
