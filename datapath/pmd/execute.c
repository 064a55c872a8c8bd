// SPDX-License-Identifier: Apache-2.0
/* Action lists, one action after the other. */
#include <string.h>

#include "datapath/pmd/edit.h"
#include "datapath/pmd/lcore.h"

/* The first reserved number where a register holds 16 bits, as in version 1.0. */
#define FIRST_RESERVED_16 0xff00u

/* The frame's bytes moved: what was read from them is read again. */
static void reparse(struct frame *f)
{
	frame_parse(f->m, (enum flow_depth)f->layout.depth, FRAME_ALL_WORDS, f->key, &f->layout);
}

void frame_output_to(struct lcore *l, struct frame *f, uint32_t ofport)
{
	const struct pipeline_port *port = pipeline_port(l->pipeline, ofport);

	if (unlikely(port == NULL))
		frame_fail(l, f, DROP_NO_SUCH_PORT);
	else if (unlikely(port->index == l->in_index) && !f->in_egress)
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

/* --- what ends a frame ----------------------------------------------------------------------- */

/* The frame is at its end; what was sent before stays sent. */
static bool end_frame(struct lcore *l, struct frame *f, enum drop_reason reason)
{
	frame_fail(l, f, reason);
	f->ended = true;
	return false;
}

bool frame_step(struct lcore *l, struct frame *f)
{
	if (likely(l->steps_left != 0)) {
		l->steps_left--;
		return true;
	}
	return end_frame(l, f, DROP_TOO_MANY_STEPS);
}

/* An expired TTL is the controller's to know, if one wants to (1.3.5 §7.4.1). */
static bool ttl_done(struct lcore *l, struct frame *f, enum edit_ttl result)
{
	if (likely(result != EDIT_TTL_EXPIRED))
		return true;
	if (!__atomic_load_n(&l->pipeline->punt_invalid_ttl, __ATOMIC_RELAXED))
		return end_frame(l, f, DROP_TTL_EXPIRED);
	frame_punt(l, f, PUNT_INVALID_TTL, UINT16_MAX, 0);
	f->ended = true;
	return false;
}

bool frame_meter(struct lcore *l, struct frame *f, struct meter *meter)
{
	uint8_t prec_level = 0, tos, mask = 0xfc;

	switch (meter_run(meter, l->flow_counters, rte_pktmbuf_pkt_len(f->m), l->now_tsc,
			  &prec_level)) {
	case METER_PASS:
		return true;
	case METER_DROP:
		return end_frame(l, f, DROP_METER);
	case METER_REMARK:
		break;
	}
	frame_settle(l, f);
	edit_read_whole(f->m, f->key, &f->layout);
	tos = (uint8_t)(meter_dscp(f->key->ip_tos >> 2, prec_level) << 2);
	/* A frame without a DSCP has nothing to mark. */
	if (tos != (f->key->ip_tos & mask))
		edit_set_field(f->m, f->key, &f->layout, FLOW_IP_TOS, &tos, &mask);
	return true;
}

/* --- pushes and pops -------------------------------------------------------------------------- */

/* What a push or pop did: the frame is read again. */
static bool moved(struct lcore *l, struct frame *f, bool done)
{
	if (unlikely(!done))
		return end_frame(l, f, DROP_BAD_ACTION);
	reparse(f);
	return true;
}

static bool push_vlan(struct lcore *l, struct frame *f, uint16_t tpid)
{
	/* VID and PCP of the new tag are those of the outermost one (1.3.5 §5.12.1). */
	uint16_t tci = rte_be_to_cpu_16(f->key->vlan_tci_be) & (uint16_t)~FLOW_VLAN_PRESENT;

	return moved(l, f, edit_push_vlan(f->m, tpid, tci));
}

/* A pop of what is not there changes nothing. */
static bool popped(struct frame *f, bool done)
{
	if (done)
		reparse(f);
	return true;
}

/* Actions that change the frame's bytes. */
static bool edit(struct lcore *l, struct frame *f, const struct action *a)
{
	struct frame_layout *layout = &f->layout;

	frame_settle(l, f);
	switch ((enum action_op)a->op) {
	case ACTION_SET_FIELD: /* a frame that has no such field stays as it is */
		edit_set_field(f->m, f->key, layout, (enum flow_field)a->arg, action_value(a),
			       action_mask(a));
		return true;
	case ACTION_PUSH_VLAN:
		return push_vlan(l, f, (uint16_t)a->arg);
	case ACTION_POP_VLAN:
		return popped(f, edit_pop_vlan(f->m));
	case ACTION_DEC_TTL:
		return ttl_done(l, f, edit_dec_ttl(f->m, f->key, layout));
	case ACTION_PUSH_MPLS:
		return moved(l, f, edit_push_mpls(f->m, f->key, layout, (uint16_t)a->arg));
	case ACTION_POP_MPLS:
		return popped(f, edit_pop_mpls(f->m, f->key, layout, (uint16_t)a->arg));
	case ACTION_PUSH_PBB:
		return moved(l, f, edit_push_pbb(f->m, f->key, layout));
	case ACTION_POP_PBB:
		return popped(f, edit_pop_pbb(f->m, f->key, layout));
	case ACTION_DEC_MPLS_TTL:
		return ttl_done(l, f, edit_dec_mpls_ttl(f->m, f->key, layout));
	case ACTION_COPY_TTL_OUT:
	case ACTION_COPY_TTL_IN:
		edit_copy_ttl(f->m, f->key, layout, a->op == ACTION_COPY_TTL_OUT);
		return true;
	case ACTION_COPY_FIELD:
		edit_copy_field(f->m, f->key, layout, &action_bits(a)[0], &action_bits(a)[1]);
		return true;
	default:
		return true;
	}
}

/* --- Nicira's --------------------------------------------------------------------------------- */

static void output_reg(struct lcore *l, struct frame *f, const struct action *a)
{
	uint8_t bits[16];
	uint32_t port;

	edit_read_whole(f->m, f->key, &f->layout);
	flow_bits_get(f->key, action_bits(a), bits);
	memcpy(&port, &bits[12], sizeof(port));
	port = rte_be_to_cpu_32(port);
	if (action_bits(a)->n_bits <= 16 && port >= FIRST_RESERVED_16) /* 1.0's numbers */
		port |= 0xffff0000;
	switch (port) {
	case PORT_NO_IN_PORT:
		output_in_port(l, f);
		return;
	case PORT_NO_NORMAL:
		frame_normal(l, f);
		return;
	case PORT_NO_FLOOD:
	case PORT_NO_ALL:
		output_all(l, f, port == PORT_NO_FLOOD);
		return;
	case PORT_NO_CONTROLLER:
		frame_punt(l, f, PUNT_ACTION, (uint16_t)a->arg, 0);
		return;
	default:
		frame_output_to(l, f, port);
	}
}

/* A push on a full stack and a pop of an empty one do nothing, as the field is used to. */
static void stack_op(struct lcore *l, struct frame *f, const struct action *a)
{
	struct frame_stack *stack = f->stack;

	if (a->op == ACTION_STACK_PUSH) {
		edit_read_whole(f->m, f->key, &f->layout);
		if (stack->n < STACK_DEPTH)
			flow_bits_get(f->key, action_bits(a), stack->value[stack->n++]);
		return;
	}
	if (stack->n == 0)
		return;
	frame_settle(l, f);
	edit_bits_set(f->m, f->key, &f->layout, action_bits(a), stack->value[--stack->n]);
}

void frame_execute_on_copy(struct lcore *l, struct frame *f, const struct action_list *list)
{
	struct flow_key key = *f->key;
	struct action_set set;
	struct frame sub = *f;

	sub.m = rte_pktmbuf_copy(f->m, l->mbufs, 0, UINT32_MAX);
	if (unlikely(sub.m == NULL)) {
		frame_fail(l, f, DROP_NO_MBUF);
		return;
	}
	sub.m->tx_offload = f->m->tx_offload;
	count(&ingress(l)->copies, 1);
	action_set_clear(&set);
	sub.key = &key;
	sub.set = &set;
	sub.pending.kind = PENDING_NONE;
	sub.n_failed = 0;
	sub.reason = DROP_RULE;
	frame_execute(l, &sub, list, true);
	frame_end(l, &sub);
	if (f->pending.kind == PENDING_NONE)
		f->reason = DROP_N_REASONS;
}

/* --- lists ------------------------------------------------------------------------------------ */

/* What is rare. */
static bool execute_rare(struct lcore *l, struct frame *f, const struct action *a)
{
	switch ((enum action_op)a->op) {
	case ACTION_TABLE:
		f->submit = true;
		return true;
	case ACTION_SET_QUEUE:
		f->queue_id = a->arg;
		return true;
	case ACTION_POP_QUEUE:
		f->queue_id = 0;
		return true;
	case ACTION_METER:
		return frame_meter(l, f, action_meter(a));
	case ACTION_OUTPUT_REG:
		output_reg(l, f, a);
		return true;
	case ACTION_RESUBMIT:
		frame_resubmit(l, f, a->arg, (uint8_t)a->payload[0]);
		return !f->ended && !f->exited;
	case ACTION_LEARN:
		edit_read_whole(f->m, f->key, &f->layout);
		frame_learn(l, f, a);
		return true;
	case ACTION_STACK_PUSH:
	case ACTION_STACK_POP:
		stack_op(l, f, a);
		return true;
	case ACTION_CLONE:
		if (!frame_step(l, f))
			return false;
		frame_execute_on_copy(l, f, action_nested(a));
		return true;
	case ACTION_EXIT:
		f->exited = true;
		return false;
	default:
		return edit(l, f, a);
	}
}

bool frame_execute_one(struct lcore *l, struct frame *f, const struct action *a, bool final)
{
	switch ((enum action_op)a->op) {
	case ACTION_OUTPUT:
		frame_output_to(l, f, a->arg);
		return true;
	case ACTION_NORMAL:
		frame_normal(l, f);
		return true;
	case ACTION_GROUP:
		frame_group(l, f, action_group(a), final);
		return !f->ended;
	case ACTION_CONTROLLER:
		frame_punt(l, f, a->reason, (uint16_t)a->arg, (uint16_t)(a->arg >> 16));
		return true;
	case ACTION_IN_PORT:
		output_in_port(l, f);
		return true;
	case ACTION_ALL:
	case ACTION_FLOOD:
		output_all(l, f, a->op == ACTION_FLOOD);
		return true;
	default:
		return execute_rare(l, f, a);
	}
}

void frame_execute(struct lcore *l, struct frame *f, const struct action_list *list, bool final)
{
	const struct action *end = action_end(list);

	for (const struct action *a = action_first(list), *next; a != end; a = next) {
		next = action_next(a);
		if (unlikely(!frame_execute_one(l, f, a, final && next == end)))
			return;
	}
}
