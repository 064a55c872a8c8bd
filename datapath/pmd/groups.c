// SPDX-License-Identifier: Apache-2.0
/* Groups (OpenFlow 1.3.5 §5.6): which of their buckets a frame goes through. */
#include "datapath/pmd/edit.h"
#include "datapath/pmd/lcore.h"
#include "datapath/table/spread.h"

/* A list that only outputs leaves the frame as it is: no copy is needed for it. */
static bool changes_frame(const struct action_list *list)
{
	for (const struct action *a = action_first(list); a != action_end(list);
	     a = action_next(a)) {
		if (a->op != ACTION_OUTPUT && a->op != ACTION_CONTROLLER && a->op != ACTION_IN_PORT)
			return true;
	}
	return false;
}

/*
 * Does a bucket only send back to where the frame came from? A group of all leaves that one out,
 * as a flood does (§5.6.1): that is no drop.
 */
static bool only_to_in_port(const struct action_list *list, uint32_t in_port)
{
	bool any = false;

	for (const struct action *a = action_first(list); a != action_end(list);
	     a = action_next(a)) {
		if (a->op == ACTION_OUTPUT) {
			if (a->arg != in_port)
				return false;
			any = true;
		} else if (a->slot >= SLOT_METER) {
			return false; /* another way out */
		}
	}
	return any;
}

static void run_bucket(struct lcore *l, struct frame *f, const struct group_bucket *b, bool final)
{
	if (b->counter_id != 0)
		flow_counter_add(l->flow_counters, b->counter_id, 1, rte_pktmbuf_pkt_len(f->m),
				 l->now_tsc);
	if (!frame_step(l, f))
		return;
	if (final || !changes_frame(b->actions))
		frame_execute(l, f, b->actions, final);
	else
		frame_execute_on_copy(l, f, b->actions);
}

static void run_all(struct lcore *l, struct frame *f, const struct group_buckets *buckets,
		    bool final)
{
	uint32_t n_left_out = 0;

	for (uint32_t i = 0; i < buckets->n && !f->ended; i++) {
		const struct group_bucket *b = &buckets->b[i];

		if (buckets->kind == GROUP_ALL && only_to_in_port(b->actions, l->in_port))
			n_left_out++;
		else
			run_bucket(l, f, b, final && i + 1 == buckets->n);
	}
	if (unlikely(n_left_out == buckets->n))
		frame_fail(l, f, n_left_out != 0 ? DROP_TO_IN_PORT : DROP_GROUP_EMPTY);
}

void frame_group(struct lcore *l, struct frame *f, const struct group *group, bool final)
{
	const struct group_buckets *buckets = group_buckets_in(group, l->version);
	const struct group_bucket *one;

	if (unlikely(f->depth >= GROUP_MAX_DEPTH)) {
		frame_fail(l, f, DROP_GROUP_DEPTH);
		return;
	}
	if (group->counter_id != 0)
		flow_counter_add(l->flow_counters, group->counter_id, 1, rte_pktmbuf_pkt_len(f->m),
				 l->now_tsc);
	if (buckets->kind == GROUP_ALL || buckets->kind == GROUP_INDIRECT) {
		f->depth++;
		run_all(l, f, buckets, final);
		f->depth--;
		return;
	}
	if (buckets->kind == GROUP_SELECT) {
		edit_read_whole(f->m, f->key, &f->layout);
		one = group_select(buckets, flow_spread(f->key));
	} else {
		one = group_failover(buckets);
	}
	if (one == NULL) {
		frame_fail(l, f, DROP_GROUP_EMPTY);
		return;
	}
	f->depth++;
	run_bucket(l, f, one, final);
	f->depth--;
}
