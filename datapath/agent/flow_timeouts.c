// SPDX-License-Identifier: Apache-2.0
/*
 * A wheel of slots, one for each quarter of a second. A flow stands in the slot of the first moment
 * at which it can expire; when that moment comes it is removed, or, if it was used meanwhile, moved
 * to a later slot. So a flow costs something once in its idle time, not once a tick.
 */
#include <utlist.h>

#include "datapath/agent/flow_store_impl.h"

uint64_t flow_used_ms(const struct flow_store *store, const struct flow *flow)
{
	uint64_t now_ms = store->cfg.now_ms(), now_tsc, ago_ms;
	struct flow_counter sum;

	flow_counters_sum(store->cfg.pipeline->counters, flow->rule->counter_id, &sum);
	now_tsc = store->cfg.now_tsc();
	if (sum.used_tsc == 0 || store->cfg.tsc_hz == 0)
		return flow->created_ms;
	ago_ms = now_tsc > sum.used_tsc ? (uint64_t)((double)(now_tsc - sum.used_tsc) * 1000.0 /
						     (double)store->cfg.tsc_hz)
					: 0;
	if (ago_ms > now_ms || now_ms - ago_ms < flow->created_ms)
		return flow->created_ms;
	return now_ms - ago_ms;
}

/* When it expires if nothing uses it from now on, and for which reason. */
static uint64_t due_ms(const struct flow_store *store, const struct flow *flow, uint8_t *reason)
{
	uint64_t hard = UINT64_MAX, idle = UINT64_MAX;

	if (flow->hard_s != 0)
		hard = flow->created_ms + flow->hard_s * 1000ull;
	if (flow->idle_s != 0)
		idle = flow_used_ms(store, flow) + flow->idle_s * 1000ull;
	*reason = hard <= idle ? OFPRR_HARD_TIMEOUT : OFPRR_IDLE_TIMEOUT;
	return hard <= idle ? hard : idle;
}

uint64_t flow_due_ms(const struct flow_store *store, const struct flow *flow)
{
	uint8_t reason;

	return due_ms(store, flow, &reason);
}

/* The slot of the first tick that is not before `due` and still to come. */
static uint32_t slot_of(const struct flow_store *store, uint64_t due)
{
	uint64_t tick = (due + FLOW_WHEEL_TICK_MS - 1) / FLOW_WHEEL_TICK_MS;

	if (tick <= store->wheel_tick)
		tick = store->wheel_tick + 1;
	return (uint32_t)(tick % FLOW_WHEEL_SLOTS);
}

void flow_wheel_add(struct flow_store *store, struct flow *flow)
{
	uint8_t reason;

	if (flow->idle_s == 0 && flow->hard_s == 0)
		return;
	flow->wheel_slot = slot_of(store, due_ms(store, flow, &reason));
	DL_APPEND2(store->wheel[flow->wheel_slot], flow, wheel_prev, wheel_next);
	store->n_timed++;
}

void flow_wheel_del(struct flow_store *store, struct flow *flow)
{
	if (flow->wheel_prev == NULL)
		return;
	if (store->wheel_rest == flow)
		store->wheel_rest = flow->wheel_next;
	DL_DELETE2(store->wheel[flow->wheel_slot], flow, wheel_prev, wheel_next);
	flow->wheel_prev = flow->wheel_next = NULL;
	store->n_timed--;
}

/* Looks at flows of the current slot from wheel_rest on; false when the budget is used up. */
static bool expire_slot(struct flow_store *store, uint64_t now_ms, uint32_t *budget)
{
	while (store->wheel_rest != NULL) {
		struct flow *flow = store->wheel_rest;
		uint64_t due;
		uint8_t reason;

		if (*budget == 0)
			return false;
		(*budget)--;
		store->wheel_rest = flow->wheel_next;
		due = due_ms(store, flow, &reason);
		if (due <= now_ms) {
			flow_store_remove(store, flow, reason);
		} else if (slot_of(store, due) != flow->wheel_slot) {
			flow_wheel_del(store, flow);
			flow_wheel_add(store, flow);
		}
	}
	return true;
}

bool flow_store_expire(struct flow_store *store, uint32_t budget)
{
	uint64_t now_ms = store->cfg.now_ms(), now_tick = now_ms / FLOW_WHEEL_TICK_MS;

	if (store->transaction != NULL)
		return false; /* its flows stay as they are until it is over */
	if (store->n_timed == 0) {
		store->wheel_tick = now_tick;
		return false;
	}
	/* After a leap of the clock one turn of the wheel sees every flow. */
	if (now_tick - store->wheel_tick > FLOW_WHEEL_SLOTS && store->wheel_rest == NULL)
		store->wheel_tick = now_tick - FLOW_WHEEL_SLOTS;
	if (!expire_slot(store, now_ms, &budget))
		return true;
	while (store->wheel_tick < now_tick) {
		store->wheel_tick++;
		store->wheel_rest = store->wheel[store->wheel_tick % FLOW_WHEEL_SLOTS];
		if (!expire_slot(store, now_ms, &budget))
			return true;
	}
	return false;
}
