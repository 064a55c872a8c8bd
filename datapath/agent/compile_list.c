// SPDX-License-Identifier: Apache-2.0
/* Lists of actions, and what makes a list an action set (OpenFlow 1.3.5 §5.10). */
#include "datapath/agent/compile_list.h"

#include <string.h>

_Static_assert(SLOT_SET_LAST - SLOT_SET_FIRST + 1 >= OF_N_FIELDS, "a slot for each field");

static enum action_slot field_slot(enum of_field field)
{
	return (enum action_slot)(SLOT_SET_FIRST + (int)field);
}

enum action_slot list_slot(const struct of_action *a)
{
	switch (a->type) {
	case OF_ACTION_COPY_TTL_IN:
		return SLOT_COPY_TTL_IN;
	case OF_ACTION_POP_VLAN:
		return SLOT_POP_VLAN;
	case OF_ACTION_POP_MPLS:
		return SLOT_POP_MPLS;
	case OF_ACTION_POP_PBB:
		return SLOT_POP_PBB;
	case OF_ACTION_PUSH_MPLS:
		return SLOT_PUSH_MPLS;
	case OF_ACTION_PUSH_PBB:
		return SLOT_PUSH_PBB;
	case OF_ACTION_PUSH_VLAN:
		return SLOT_PUSH_VLAN;
	case OF_ACTION_COPY_TTL_OUT:
		return SLOT_COPY_TTL_OUT;
	case OF_ACTION_DEC_NW_TTL:
		return SLOT_DEC_TTL;
	case OF_ACTION_DEC_MPLS_TTL:
		return SLOT_DEC_MPLS_TTL;
	case OF_ACTION_SET_FIELD:
		return field_slot(a->set_field.field);
	case OF_ACTION_COPY_FIELD:
		return field_slot(a->copy_field.to);
	case OF_ACTION_SET_NW_TTL:
		return field_slot(OF_FIELD_NW_TTL);
	case OF_ACTION_SET_MPLS_TTL:
		return field_slot(OF_FIELD_MPLS_TTL);
	case OF_ACTION_SET_VLAN_VID:
		return field_slot(OF_FIELD_VLAN_VID);
	case OF_ACTION_SET_VLAN_PCP:
		return field_slot(OF_FIELD_VLAN_PCP);
	case OF_ACTION_METER:
		return SLOT_METER;
	case OF_ACTION_SET_QUEUE:
		return SLOT_QUEUE;
	case OF_ACTION_GROUP:
		return SLOT_GROUP;
	case OF_ACTION_OUTPUT:
	case OF_ACTION_CONTROLLER:
	case OF_ACTION_OUTPUT_REG:
	case OF_ACTION_RESUBMIT: /* of a bucket: the way on */
		return SLOT_OUTPUT;
	case OF_ACTION_NOTE:
		return SLOT_SET_LAST; /* it does nothing, anywhere */
	default:
		return N_SLOTS;
	}
}

/* The registers that a wide one is made of have slots of their own. */
static void spread_slots(struct action_builder *b, uint32_t from)
{
	struct action *a;

	for (uint64_t *w = b->words + from; w < b->words + b->n_words; w += a->n_words) {
		a = (struct action *)w;
		if (a->op == ACTION_SET_FIELD && a->arg >= FLOW_REG0)
			a->slot = (uint8_t)field_slot(
				(enum of_field)(OF_FIELD_REG0 + (a->arg - FLOW_REG0)));
		else if (a->op == ACTION_COPY_FIELD && action_bits(a)[1].field >= FLOW_REG0)
			a->slot = (uint8_t)field_slot((enum of_field)(
				OF_FIELD_REG0 + (action_bits(a)[1].field - FLOW_REG0)));
	}
}

/* The last action of each slot, in the order of the slots; a group leaves no output (§5.10). */
static void emit_set(struct action_builder *scratch, struct action_builder *out)
{
	const struct action *of_slot[N_SLOTS] = {0};

	if (scratch->failed) {
		out->failed = true;
		return;
	}
	for (uint32_t at = 0; at < scratch->n_words;) {
		const struct action *a = (const struct action *)(scratch->words + at);

		of_slot[a->slot] = a;
		at += a->n_words;
	}
	if (of_slot[SLOT_GROUP] != NULL)
		of_slot[SLOT_OUTPUT] = NULL;
	for (int slot = 0; slot < N_SLOTS; slot++) {
		if (of_slot[slot] != NULL)
			action_add_copy(out, of_slot[slot]);
	}
}

/*
 * A set is checked and done in the order of its slots, whatever the order in which it was written:
 * a tag may be set that a later action of the list pushes.
 */
static enum of_err add_set(struct list_state *s, const struct of_actions *actions)
{
	struct action_builder out = s->builder;
	enum of_err err = OF_OK;

	s->builder = (struct action_builder){0};
	for (int slot = 0; slot <= N_SLOTS && err == OF_OK; slot++) {
		for (uint16_t i = 0; i < actions->n && err == OF_OK; i++) {
			uint32_t before = s->builder.n_words;

			if (list_slot(&actions->a[i]) != (enum action_slot)slot)
				continue;
			err = list_add(s, &actions->a[i]);
			if (err == OF_OK)
				spread_slots(&s->builder, before);
		}
	}
	if (err == OF_OK)
		emit_set(&s->builder, &out);
	action_builder_drop(&s->builder);
	s->builder = out;
	return err;
}

enum of_err list_add_all(struct list_state *s, const struct of_actions *actions)
{
	if (list_is_set(s))
		return add_set(s, actions);
	for (uint16_t i = 0; i < actions->n; i++) {
		enum of_err err = list_add(s, &actions->a[i]);

		if (err != OF_OK)
			return err;
	}
	return OF_OK;
}
