// SPDX-License-Identifier: Apache-2.0
/* Tables for one frame at a time, beside the burst: resubmits and egress tables. */
#include "datapath/pmd/lcore.h"

/* Runs the frame from `table_id` on; its action set is left to the caller. True: some rule met. */
static bool walk(struct lcore *l, struct frame *f, uint8_t table_id)
{
	bool met = false;

	for (;;) {
		const struct rule *rule = frame_look_up(l, f, table_id);

		if (rule == NULL)
			return met;
		met = true;
		f->table_id = table_id;
		if (!frame_run_rule(l, f, rule))
			return true;
		table_id = f->next_table;
	}
}

void frame_resubmit(struct lcore *l, struct frame *f, uint32_t in_port, uint8_t table_id)
{
	uint32_t port_before = f->key->in_port;
	uint8_t table_before = f->table_id;
	uint64_t cookie_before = f->cookie;

	if (unlikely(f->resubmits >= FRAME_MAX_RESUBMITS)) {
		frame_fail(l, f, DROP_TOO_MANY_STEPS);
		f->ended = true;
		return;
	}
	if (!frame_step(l, f))
		return;
	f->resubmits++;
	if (in_port != 0)
		f->key->in_port = in_port;
	/* A resubmit that finds nothing has done nothing: what comes behind it goes on. */
	(void)walk(l, f, table_id);
	f->resubmits--;
	f->key->in_port = port_before;
	f->table_id = table_before;
	f->cookie = cookie_before;
}

void frame_egress(struct lcore *l, const struct frame *f, struct rte_mbuf *m,
		  const struct pending *p)
{
	const struct pipeline_port *port =
		__atomic_load_n(&l->pipeline->port[p->index], __ATOMIC_ACQUIRE);
	struct action output = {.op = ACTION_OUTPUT, .n_words = 1, .slot = SLOT_OUTPUT};
	struct flow_key key = *f->key;
	struct frame_stack stack = {0};
	struct action_set set;
	struct frame sub = *f;

	if (unlikely(port == NULL)) {
		frame_drop(l, m, DROP_NO_SUCH_PORT);
		return;
	}
	output.arg = port->ofport;
	action_set_clear(&set);
	set.slot[SLOT_OUTPUT] = &output;
	set.present[SLOT_OUTPUT / 64] = 1ull << SLOT_OUTPUT % 64;
	key.actset_output = port->ofport;
	sub.m = m;
	sub.key = &key;
	sub.set = &set;
	sub.stack = &stack;
	sub.pending.kind = PENDING_NONE;
	sub.n_failed = 0;
	sub.reason = DROP_RULE;
	sub.in_egress = true;
	sub.queue_id = p->queue_id;
	sub.ended = sub.exited = false;
	if (p->vlan != VLAN_KEEP && !frame_edit_vlan(m, p->vlan, p->vid)) {
		frame_drop(l, m, DROP_BAD_ACTION);
		return;
	}
	frame_parse(m, FLOW_DEPTH_L4, FRAME_ALL_WORDS, &key, &sub.layout);
	if (!walk(l, &sub, l->first_egress))
		sub.reason = DROP_TABLE_MISS;
	else if (!sub.ended && !action_set_empty(&set))
		frame_execute_set(l, &sub);
	frame_end(l, &sub);
}
