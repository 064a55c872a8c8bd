// SPDX-License-Identifier: Apache-2.0
/* Action lists, action sets and groups. */
#include "datapath/pmd/edit.h"
#include "datapath/pmd/lcore.h"

/* The frame's bytes moved: what was read from them is read again. */
static void reparse(struct frame *f)
{
	frame_parse(f->m, (enum flow_depth)f->layout.depth, FRAME_ALL_WORDS, f->key, &f->layout);
}

static void output(struct lcore *l, struct frame *f, uint32_t ofport)
{
	const struct pipeline_port *port = pipeline_port(l->pipeline, ofport);

	if (unlikely(port == NULL))
		frame_fail(l, f, DROP_NO_SUCH_PORT);
	else if (unlikely(port->index == l->in_index))
		frame_fail(l, f, DROP_TO_IN_PORT);
	else
		frame_output(l, f, port, VLAN_KEEP, 0);
}

static void output_in_port(struct lcore *l, struct frame *f)
{
	const struct pipeline_port *port =
		__atomic_load_n(&l->pipeline->port[l->in_index], __ATOMIC_ACQUIRE);

	if (port == NULL)
		frame_fail(l, f, DROP_NO_SUCH_PORT);
	else
		frame_output(l, f, port, VLAN_KEEP, 0);
}

static void output_all(struct lcore *l, struct frame *f, bool is_flood)
{
	const struct pipeline_flood *ports = __atomic_load_n(&l->pipeline->flood, __ATOMIC_ACQUIRE);
	bool any = false;

	for (uint16_t i = 0; i < ports->n; i++) {
		const struct pipeline_port *port =
			__atomic_load_n(&l->pipeline->port[ports->index[i]], __ATOMIC_ACQUIRE);

		if (port == NULL || port->index == l->in_index || port->no_fwd ||
		    (is_flood && port->no_flood))
			continue;
		frame_output(l, f, port, VLAN_KEEP, 0);
		any = true;
	}
	if (!any)
		frame_fail(l, f, DROP_FLOOD_EMPTY);
}

static void push_vlan(struct lcore *l, struct frame *f, uint16_t tpid)
{
	/* VID and PCP of the new tag are those of the outermost one (1.3.5 §5.12.1). */
	uint16_t tci = rte_be_to_cpu_16(f->key->vlan_tci_be) & (uint16_t)~FLOW_VLAN_PRESENT;

	frame_settle(l, f);
	if (unlikely(!edit_push_vlan(f->m, tpid, tci)))
		frame_fail(l, f, DROP_BAD_ACTION);
	else
		reparse(f);
}

static void pop_vlan(struct lcore *l, struct frame *f)
{
	frame_settle(l, f);
	if (edit_pop_vlan(f->m))
		reparse(f);
}

/* False: the frame is at its end. */
static bool dec_ttl(struct lcore *l, struct frame *f)
{
	frame_settle(l, f);
	if (likely(edit_dec_ttl(f->m, f->key, &f->layout) != EDIT_TTL_EXPIRED))
		return true;
	frame_fail(l, f, DROP_TTL_EXPIRED);
	return false;
}

/* --- groups --------------------------------------------------------------------------------- */

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
 * as a flood does (1.3.5 §5.6.1): that is no drop.
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
		} else if (a->op != ACTION_SET_FIELD && a->op != ACTION_PUSH_VLAN &&
			   a->op != ACTION_POP_VLAN && a->op != ACTION_DEC_TTL) {
			return false;
		}
	}
	return any;
}

/* Runs a bucket on a copy, so that what follows sees the frame as it came. */
static void run_bucket_on_copy(struct lcore *l, struct frame *f, const struct action_list *list)
{
	struct flow_key key = *f->key;
	struct frame sub = *f;

	sub.m = rte_pktmbuf_copy(f->m, l->mbufs, 0, UINT32_MAX);
	if (unlikely(sub.m == NULL)) {
		frame_fail(l, f, DROP_NO_MBUF);
		return;
	}
	sub.m->tx_offload = f->m->tx_offload;
	count(&ingress(l)->copies, 1);
	sub.key = &key;
	sub.pending.kind = PENDING_NONE;
	sub.n_failed = 0;
	sub.reason = DROP_RULE;
	frame_execute(l, &sub, list, true);
	frame_end(l, &sub);
	if (f->pending.kind == PENDING_NONE)
		f->reason = DROP_N_REASONS;
}

static void run_group(struct lcore *l, struct frame *f, const struct group *group, bool final)
{
	const struct group_buckets *buckets = __atomic_load_n(&group->buckets, __ATOMIC_ACQUIRE);
	uint32_t bytes = rte_pktmbuf_pkt_len(f->m);
	uint32_t n_left_out = 0;

	if (unlikely(f->depth >= GROUP_MAX_DEPTH)) {
		frame_fail(l, f, DROP_GROUP_DEPTH);
		return;
	}
	if (group->counter_id != 0)
		flow_counter_add(l->flow_counters, group->counter_id, 1, bytes, l->now_tsc);
	if (buckets->n == 0) {
		frame_fail(l, f, DROP_GROUP_EMPTY);
		return;
	}
	f->depth++;
	for (uint32_t i = 0; i < buckets->n; i++) {
		const struct group_bucket *b = &buckets->b[i];

		if (buckets->kind == GROUP_ALL && only_to_in_port(b->actions, l->in_port)) {
			n_left_out++;
			continue;
		}
		if (b->counter_id != 0)
			flow_counter_add(l->flow_counters, b->counter_id, 1, bytes, l->now_tsc);
		if ((final && i + 1 == buckets->n) || !changes_frame(b->actions))
			frame_execute(l, f, b->actions, final && i + 1 == buckets->n);
		else
			run_bucket_on_copy(l, f, b->actions);
	}
	f->depth--;
	if (unlikely(n_left_out == buckets->n))
		frame_fail(l, f, DROP_TO_IN_PORT);
}

/* --- lists and sets ------------------------------------------------------------------------- */

/* One action; false when the frame is at its end. */
static bool run_action(struct lcore *l, struct frame *f, const struct action *a, bool final)
{
	switch ((enum action_op)a->op) {
	case ACTION_OUTPUT:
		output(l, f, a->arg);
		return true;
	case ACTION_NORMAL:
		frame_normal(l, f);
		return true;
	case ACTION_GROUP:
		run_group(l, f, action_group(a), final);
		return true;
	case ACTION_SET_FIELD:
		frame_settle(l, f);
		if (unlikely(!edit_set_field(f->m, f->key, &f->layout, (enum flow_field)a->arg,
					     action_value(a), action_mask(a)))) {
			frame_fail(l, f, DROP_BAD_ACTION);
			return false;
		}
		return true;
	case ACTION_PUSH_VLAN:
		push_vlan(l, f, (uint16_t)a->arg);
		return true;
	case ACTION_POP_VLAN:
		pop_vlan(l, f);
		return true;
	case ACTION_DEC_TTL:
		return dec_ttl(l, f);
	case ACTION_CONTROLLER:
		frame_punt(l, f, a->reason, (uint16_t)a->arg);
		return true;
	case ACTION_IN_PORT:
		output_in_port(l, f);
		return true;
	case ACTION_ALL:
	case ACTION_FLOOD:
		output_all(l, f, a->op == ACTION_FLOOD);
		return true;
	case ACTION_TABLE:
		f->submit = true;
		return true;
	case ACTION_SET_QUEUE:
	case ACTION_METER:
	case ACTION_N_OPS:
		return true;
	}
	return true;
}

void frame_execute(struct lcore *l, struct frame *f, const struct action_list *list, bool final)
{
	const struct action *end = action_end(list);

	for (const struct action *a = action_first(list), *next; a != end; a = next) {
		next = action_next(a);
		if (unlikely(!run_action(l, f, a, final && next == end)))
			return;
	}
}

static enum action_slot slot_of(const struct action *a)
{
	switch ((enum action_op)a->op) {
	case ACTION_POP_VLAN:
		return SLOT_POP_VLAN;
	case ACTION_PUSH_VLAN:
		return SLOT_PUSH_VLAN;
	case ACTION_DEC_TTL:
		return SLOT_DEC_TTL;
	case ACTION_SET_FIELD:
		if (a->arg == FLOW_VLAN_TCI && (action_mask(a)[0] & 0x0f) == 0 &&
		    action_mask(a)[1] == 0)
			return SLOT_SET_PCP;
		if (a->arg == FLOW_IP_TOS && (action_mask(a)[0] & 0xfc) == 0)
			return SLOT_SET_ECN;
		return (enum action_slot)(SLOT_SET_FIRST + a->arg);
	case ACTION_SET_QUEUE:
		return SLOT_QUEUE;
	case ACTION_GROUP:
		return SLOT_GROUP;
	default:
		return SLOT_OUTPUT;
	}
}

void frame_write_actions(struct frame *f, const struct action_list *list)
{
	for (const struct action *a = action_first(list); a != action_end(list);
	     a = action_next(a)) {
		enum action_slot slot = slot_of(a);

		f->set->slot[slot] = a;
		f->set->present[slot / 64] |= 1ull << slot % 64;
	}
}

/* Takes the first slot out of what is left of a set; N_SLOTS when it is empty. */
static int next_slot(uint64_t left[2])
{
	int word = left[0] != 0 ? 0 : 1, slot;

	if (left[word] == 0)
		return N_SLOTS;
	slot = word * 64 + __builtin_ctzll(left[word]);
	left[word] &= left[word] - 1;
	return slot;
}

static bool has_slot(const uint64_t present[2], int slot)
{
	return (present[slot / 64] >> slot % 64 & 1) != 0;
}

void frame_execute_set(struct lcore *l, struct frame *f)
{
	uint64_t left[2] = {f->set->present[0], f->set->present[1]};

	if (has_slot(left, SLOT_GROUP)) /* §5.10: a group takes precedence */
		left[SLOT_OUTPUT / 64] &= ~(1ull << SLOT_OUTPUT % 64);
	else if (!has_slot(left, SLOT_OUTPUT) && f->reason != DROP_N_REASONS)
		f->reason = DROP_SET_EMPTY;
	for (int slot; (slot = next_slot(left)) != N_SLOTS;) {
		if (!run_action(l, f, f->set->slot[slot], (left[0] | left[1]) == 0))
			return;
	}
}
