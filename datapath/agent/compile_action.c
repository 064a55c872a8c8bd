// SPDX-License-Identifier: Apache-2.0
/* One action of OpenFlow becomes one of the fast path, or is refused (1.3.5 §7.2.5). */
#include <stdlib.h>
#include <string.h>

#include "datapath/agent/compile_list.h"
#include "datapath/pmd/punt.h"
#include "openflow/types.h"

#define ETH_TYPE_IPV4 0x0800
#define ETH_TYPE_IPV6 0x86dd
#define ETH_TYPE_VLAN 0x8100
#define ETH_TYPE_QINQ 0x88a8
#define ETH_TYPE_MPLS 0x8847
#define ETH_TYPE_MPLS_MULTICAST 0x8848
#define ETH_TYPE_PBB 0x88e7

/* --- what a frame may be --------------------------------------------------------------------- */

static bool may_be_ip(const struct list_state *s)
{
	return list_may_be(s, ETH_TYPE_IPV4, ETH_TYPE_IPV6);
}

static bool may_be_mpls(const struct list_state *s)
{
	return list_may_be(s, ETH_TYPE_MPLS, ETH_TYPE_MPLS_MULTICAST);
}

/* A time to live can be copied where there is one: in MPLS and in IP. */
static bool may_have_ttl(const struct list_state *s)
{
	return may_be_mpls(s) || may_be_ip(s);
}

/* --- ways out --------------------------------------------------------------------------------- */

static uint8_t punt_reason_of(const struct list_state *s)
{
	if (s->table_miss)
		return PUNT_NO_MATCH;
	switch (s->place) {
	case LIST_WRITE:
		return PUNT_ACTION_SET;
	case LIST_BUCKET:
		return PUNT_GROUP;
	case LIST_PACKET_OUT:
		return PUNT_PACKET_OUT;
	default:
		return PUNT_ACTION;
	}
}

static enum of_err add_output(struct list_state *s, uint32_t port, uint16_t max_len)
{
	struct action_builder *b = &s->builder;

	switch (port) {
	case OFPP_IN_PORT:
		action_add(b, ACTION_IN_PORT, 0);
		return OF_OK;
	case OFPP_ALL:
		action_add(b, ACTION_ALL, 0);
		return OF_OK;
	case OFPP_FLOOD:
		action_add(b, ACTION_FLOOD, 0);
		return OF_OK;
	case OFPP_NORMAL:
		action_add(b, ACTION_NORMAL, 0);
		return OF_OK;
	case OFPP_CONTROLLER:
		action_add_controller(b, max_len, punt_reason_of(s));
		return OF_OK;
	case OFPP_TABLE: /* §4.5: only in the action list of a packet-out */
		if (s->place != LIST_PACKET_OUT)
			return OFPBAC_BAD_OUT_PORT;
		action_add(b, ACTION_TABLE, 0);
		return OF_OK;
	}
	if (!s->env->port(s->env->context, port))
		return OFPBAC_BAD_OUT_PORT;
	action_add(b, ACTION_OUTPUT, port);
	return OF_OK;
}

/* OFPR_* as the controller asked for it. */
static enum of_err add_controller(struct list_state *s, const struct of_action *a)
{
	static const uint8_t reasons[] = {
		[OFPR_NO_MATCH] = PUNT_NO_MATCH,
		[OFPR_ACTION] = PUNT_ACTION,
		[OFPR_INVALID_TTL] = PUNT_INVALID_TTL,
		[OFPR_ACTION_SET] = PUNT_ACTION_SET,
		[OFPR_GROUP] = PUNT_GROUP,
		[OFPR_PACKET_OUT] = PUNT_PACKET_OUT,
	};

	if (a->controller.reason >= sizeof(reasons))
		return OFPBAC_BAD_ARGUMENT;
	action_add_controller(&s->builder,
			      a->controller.max_len | (uint32_t)a->controller.controller_id << 16,
			      s->table_miss ? PUNT_NO_MATCH : reasons[a->controller.reason]);
	return OF_OK;
}

static enum of_err add_group(struct list_state *s, uint32_t group_id)
{
	struct group *group = s->env->group(s->env->context, group_id);

	if (group == NULL)
		return OFPBAC_BAD_OUT_GROUP;
	action_add_group(&s->builder, group);
	return OF_OK;
}

static enum of_err add_meter(struct list_state *s, uint32_t meter_id)
{
	struct meter *meter =
		s->env->meter != NULL ? s->env->meter(s->env->context, meter_id) : NULL;

	if (meter == NULL)
		return OFPBAC_BAD_METER;
	action_add_pointer(&s->builder, ACTION_METER, meter);
	return OF_OK;
}

static enum of_err add_enqueue(struct list_state *s, const struct of_action *a)
{
	enum of_err err;

	action_add(&s->builder, ACTION_SET_QUEUE, a->enqueue.queue_id);
	err = add_output(s, a->enqueue.port, 0);
	action_add(&s->builder, ACTION_POP_QUEUE, 0);
	return err;
}

/* --- pushes, pops, times to live -------------------------------------------------------------- */

static enum of_err add_push_vlan(struct list_state *s, const struct of_action *a)
{
	if (a->ethertype != ETH_TYPE_VLAN && a->ethertype != ETH_TYPE_QINQ)
		return OFPBAC_BAD_ARGUMENT;
	action_add(&s->builder, ACTION_PUSH_VLAN, a->ethertype);
	if (s->known != NULL) {
		of_match_remove(s->known, OF_FIELD_VLAN_VID);
		of_match_add_u64_masked(s->known, OF_FIELD_VLAN_VID, OFPVID_PRESENT,
					OFPVID_PRESENT);
	}
	return OF_OK;
}

static enum of_err add_pop_vlan(struct list_state *s)
{
	if (list_known_untagged(s))
		return OFPBAC_MATCH_INCONSISTENT;
	action_add(&s->builder, ACTION_POP_VLAN, 0);
	if (s->known != NULL) {
		of_match_remove(s->known, OF_FIELD_VLAN_PCP);
		of_match_remove(s->known, OF_FIELD_VLAN_VID);
	}
	return OF_OK;
}

static enum of_err add_mpls(struct list_state *s, const struct of_action *a)
{
	bool push = a->type == OF_ACTION_PUSH_MPLS;

	if (push && a->ethertype != ETH_TYPE_MPLS && a->ethertype != ETH_TYPE_MPLS_MULTICAST)
		return OFPBAC_BAD_ARGUMENT;
	if (!push && !may_be_mpls(s))
		return OFPBAC_MATCH_INCONSISTENT;
	action_add(&s->builder, push ? ACTION_PUSH_MPLS : ACTION_POP_MPLS, a->ethertype);
	list_know_type(s, a->ethertype);
	return OF_OK;
}

static enum of_err add_pbb(struct list_state *s, const struct of_action *a)
{
	if (a->type == OF_ACTION_PUSH_PBB) {
		if (a->ethertype != ETH_TYPE_PBB)
			return OFPBAC_BAD_ARGUMENT;
		action_add(&s->builder, ACTION_PUSH_PBB, 0);
		list_know_type(s, ETH_TYPE_PBB);
		if (s->known != NULL) { /* the tags are inside now */
			of_match_remove(s->known, OF_FIELD_VLAN_PCP);
			of_match_remove(s->known, OF_FIELD_VLAN_VID);
		}
		return OF_OK;
	}
	if (!list_may_be(s, ETH_TYPE_PBB, 0))
		return OFPBAC_MATCH_INCONSISTENT;
	action_add(&s->builder, ACTION_POP_PBB, 0);
	s->known = NULL; /* the customer's frame may be any */
	return OF_OK;
}

static enum of_err add_plain(struct list_state *s, enum action_op op, bool fits)
{
	if (!fits)
		return OFPBAC_MATCH_INCONSISTENT;
	action_add(&s->builder, op, 0);
	return OF_OK;
}

static enum of_err add_set_ttl(struct list_state *s, enum of_field field, uint8_t ttl, bool fits)
{
	return fits ? list_add_set_number(s, field, ttl, UINT8_MAX) : OFPBAC_MATCH_INCONSISTENT;
}

/* --- Nicira's --------------------------------------------------------------------------------- */

static enum of_err add_resubmit(struct list_state *s, const struct of_action *a)
{
	uint8_t table = a->resubmit.table_id == OFPTT_ALL ? s->table_id : a->resubmit.table_id;

	if (table > OFPTT_MAX - 1)
		return OFPBAC_BAD_ARGUMENT;
	action_add_resubmit(&s->builder,
			    a->resubmit.in_port == OFPP_IN_PORT ? 0 : a->resubmit.in_port, table);
	return OF_OK;
}

static enum of_err add_learn(struct list_state *s, const struct of_learn *learn)
{
	struct flow_match words = {0};
	struct learn_handle *handle;
	enum of_err err = OF_OK;

	if (s->env->learn == NULL)
		return OFPBAC_BAD_EXP_TYPE;
	handle = s->env->learn(s->env->context, learn, &err);
	if (handle == NULL)
		return err;
	for (uint16_t i = 0; i < learn->n_specs; i++) {
		struct of_match_field f = {.field = learn->specs[i].from.field};

		if (learn->specs[i].source != OF_LEARN_FROM_FIELD)
			continue;
		memset(f.mask, 0xff, sizeof(f.mask));
		compile_field(&f, &words.value, &words.mask);
		list_keep(s, f.field);
	}
	action_add_learn(&s->builder, handle, flow_key_words(&words.mask));
	return OF_OK;
}

static enum of_err add_clone(struct list_state *s, const struct of_actions *actions)
{
	struct list_state inner = *s;
	struct of_match known;
	struct action_list *list;
	enum of_err err;

	if (s->nesting == LIST_MAX_NESTING)
		return OFPBAC_TOO_MANY;
	inner.builder = (struct action_builder){0};
	inner.place = LIST_APPLY;
	inner.nesting++;
	if (s->known != NULL) {
		of_match_copy(&known, s->known);
		inner.known = &known;
	}
	err = list_add_all(&inner, actions);
	if (err != OF_OK) {
		action_builder_drop(&inner.builder);
		return err;
	}
	list = action_build(&inner.builder);
	if (list == NULL)
		return OF_ERR_NO_MEMORY;
	return action_add_clone(&s->builder, list) ? OF_OK : OFPBAC_TOO_MANY;
}

/* Actions of 1.0 and of Nicira that have no number in 1.3. */
static enum of_err add_extension(struct list_state *s, const struct of_action *a)
{
	switch (a->type) {
	case OF_ACTION_SET_VLAN_VID:
		return list_add_set_number(s, OF_FIELD_VLAN_TCI, OFPVID_PRESENT | a->vlan_vid,
					   0x1fff);
	case OF_ACTION_SET_VLAN_PCP:
		return list_add_set_number(s, OF_FIELD_VLAN_TCI,
					   OFPVID_PRESENT | (uint64_t)a->vlan_pcp << 13, 0xf000);
	case OF_ACTION_ENQUEUE:
		return add_enqueue(s, a);
	case OF_ACTION_RESUBMIT:
		return add_resubmit(s, a);
	case OF_ACTION_LEARN:
		return add_learn(s, a->learn);
	case OF_ACTION_NOTE:
		return OF_OK;
	case OF_ACTION_CONTROLLER:
		return add_controller(s, a);
	case OF_ACTION_OUTPUT_REG:
		return list_add_bits(s, ACTION_OUTPUT_REG, &a->output_reg.from,
				     a->output_reg.max_len);
	case OF_ACTION_POP_QUEUE:
		action_add(&s->builder, ACTION_POP_QUEUE, 0);
		return OF_OK;
	case OF_ACTION_STACK_PUSH:
		return list_add_bits(s, ACTION_STACK_PUSH, &a->stack, 0);
	case OF_ACTION_STACK_POP:
		return list_add_bits(s, ACTION_STACK_POP, &a->stack, 0);
	case OF_ACTION_EXIT:
		action_add(&s->builder, ACTION_EXIT, 0);
		return OF_OK;
	case OF_ACTION_CLONE:
		return add_clone(s, &a->clone);
	case OF_ACTION_CONJUNCTION: /* compile.c takes those that stand by themselves */
		return OFPBAC_BAD_ARGUMENT;
	case OF_ACTION_EXPERIMENTER:
		return a->experimenter.id == OFP_EXPERIMENTER_NICIRA ||
				       a->experimenter.id == OFP_EXPERIMENTER_ONF
			       ? OFPBAC_BAD_EXP_TYPE
			       : OFPBAC_BAD_EXPERIMENTER;
	default:
		return OFPBAC_BAD_TYPE;
	}
}

static enum of_err add_standard(struct list_state *s, const struct of_action *a)
{
	switch (a->type) {
	case OF_ACTION_OUTPUT:
		return add_output(s, a->output.port, a->output.max_len);
	case OF_ACTION_GROUP:
		return add_group(s, a->group_id);
	case OF_ACTION_METER:
		return add_meter(s, a->meter_id);
	case OF_ACTION_SET_QUEUE:
		if (a->queue_id == OFPQ_ALL)
			return OFPBAC_BAD_QUEUE;
		action_add(&s->builder, ACTION_SET_QUEUE, a->queue_id);
		return OF_OK;
	case OF_ACTION_PUSH_VLAN:
		return add_push_vlan(s, a);
	case OF_ACTION_POP_VLAN:
		return add_pop_vlan(s);
	case OF_ACTION_PUSH_MPLS:
	case OF_ACTION_POP_MPLS:
		return add_mpls(s, a);
	case OF_ACTION_PUSH_PBB:
	case OF_ACTION_POP_PBB:
		return add_pbb(s, a);
	case OF_ACTION_SET_FIELD:
		return list_add_set_field(s, &a->set_field);
	case OF_ACTION_COPY_FIELD:
		return list_add_copy(s, a);
	case OF_ACTION_SET_NW_TTL:
		return add_set_ttl(s, OF_FIELD_NW_TTL, a->ttl, may_be_ip(s));
	case OF_ACTION_SET_MPLS_TTL:
		return add_set_ttl(s, OF_FIELD_MPLS_TTL, a->ttl, may_be_mpls(s));
	case OF_ACTION_DEC_NW_TTL:
		return add_plain(s, ACTION_DEC_TTL, may_be_ip(s));
	case OF_ACTION_DEC_MPLS_TTL:
		return add_plain(s, ACTION_DEC_MPLS_TTL, may_be_mpls(s));
	case OF_ACTION_COPY_TTL_OUT:
		return add_plain(s, ACTION_COPY_TTL_OUT, may_have_ttl(s));
	case OF_ACTION_COPY_TTL_IN:
		return add_plain(s, ACTION_COPY_TTL_IN, may_have_ttl(s));
	default:
		return add_extension(s, a);
	}
}

enum of_err list_add(struct list_state *s, const struct of_action *a)
{
	enum action_slot slot = list_slot(a);
	uint32_t before = s->builder.n_words;
	enum of_err err;

	s->lenient = s->env->lenient || a->of10;
	err = add_standard(s, a);
	if (err == OF_OK && slot == N_SLOTS && list_is_set(s))
		return OFPBAC_UNSUPPORTED_ORDER;
	if (err == OF_OK && s->builder.n_words != before && slot != N_SLOTS)
		action_set_slot(&s->builder, slot);
	return err;
}
