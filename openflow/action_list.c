// SPDX-License-Identifier: Apache-2.0
/* What one does with lists of actions, whatever their wire form. */
#include "openflow/learn.h"

#include <errno.h>

static int learn_copy(struct of_action *action, struct of_arena *arena)
{
	struct of_learn *learn = of_arena_copy(arena, action->learn, sizeof(*learn));

	if (learn == NULL)
		return -ENOMEM;
	learn->specs = of_arena_copy(arena, learn->specs, learn->n_specs * sizeof(*learn->specs));
	action->learn = learn;
	return learn->specs != NULL ? 0 : -ENOMEM;
}

/* Copies what the action points to. */
static int action_data_copy(struct of_action *action, struct of_arena *arena)
{
	struct of_actions clone;

	switch (action->type) {
	case OF_ACTION_EXPERIMENTER:
		action->experimenter.data =
			of_arena_copy(arena, action->experimenter.data, action->experimenter.len);
		return action->experimenter.data != NULL ? 0 : -ENOMEM;
	case OF_ACTION_NOTE:
		action->note.data = of_arena_copy(arena, action->note.data, action->note.len);
		return action->note.data != NULL ? 0 : -ENOMEM;
	case OF_ACTION_LEARN:
		return learn_copy(action, arena);
	case OF_ACTION_CLONE:
		clone = action->clone;
		return of_actions_copy(&action->clone, &clone, arena);
	case OF_ACTION_DEC_NW_TTL:
		if (!action->nicira)
			return 0;
		action->dec_ttl.ids = of_arena_copy(arena, action->dec_ttl.ids,
						    action->dec_ttl.n * sizeof(uint16_t));
		return action->dec_ttl.ids != NULL ? 0 : -ENOMEM;
	default:
		return 0;
	}
}

int of_actions_copy(struct of_actions *to, const struct of_actions *from, struct of_arena *arena)
{
	struct of_action *a = NULL;

	if (from->n > 0) {
		a = of_arena_copy(arena, from->a, from->n * sizeof(*a));
		if (a == NULL)
			return -ENOMEM;
	}
	for (unsigned i = 0; i < from->n; i++) {
		int rc = action_data_copy(&a[i], arena);

		if (rc != 0)
			return rc;
	}
	to->n = from->n;
	to->a = a;
	return 0;
}

static bool subfield_equal(const struct of_subfield *a, const struct of_subfield *b)
{
	return a->field == b->field && a->offset == b->offset && a->n_bits == b->n_bits;
}

static bool spec_equal(const struct of_learn_spec *a, const struct of_learn_spec *b)
{
	if (a->source != b->source || a->target != b->target || a->n_bits != b->n_bits)
		return false;
	if (a->target != OF_LEARN_OUTPUT && !subfield_equal(&a->to, &b->to))
		return false;
	return a->source == OF_LEARN_IMMEDIATE
		       ? memcmp(a->immediate, b->immediate, sizeof(a->immediate)) == 0
		       : subfield_equal(&a->from, &b->from);
}

static bool learn_equal(const struct of_learn *a, const struct of_learn *b)
{
	if (a->idle_timeout != b->idle_timeout || a->hard_timeout != b->hard_timeout ||
	    a->fin_idle_timeout != b->fin_idle_timeout ||
	    a->fin_hard_timeout != b->fin_hard_timeout || a->priority != b->priority ||
	    a->cookie != b->cookie || a->flags != b->flags || a->table_id != b->table_id ||
	    a->limit != b->limit || a->n_specs != b->n_specs)
		return false;
	for (unsigned i = 0; i < a->n_specs; i++)
		if (!spec_equal(&a->specs[i], &b->specs[i]))
			return false;
	return true;
}

static bool ttl_ids_equal(const struct of_action *a, const struct of_action *b)
{
	if (a->nicira != b->nicira || !a->nicira)
		return a->nicira == b->nicira;
	return a->dec_ttl.n == b->dec_ttl.n &&
	       memcmp(a->dec_ttl.ids, b->dec_ttl.ids, a->dec_ttl.n * sizeof(uint16_t)) == 0;
}

/* Nicira's actions and those of version 1.0. */
static bool extension_equal(const struct of_action *a, const struct of_action *b)
{
	switch (a->type) {
	case OF_ACTION_RESUBMIT:
		return a->resubmit.in_port == b->resubmit.in_port &&
		       a->resubmit.table_id == b->resubmit.table_id;
	case OF_ACTION_LEARN:
		return learn_equal(a->learn, b->learn);
	case OF_ACTION_CONJUNCTION:
		return a->conjunction.id == b->conjunction.id &&
		       a->conjunction.clause == b->conjunction.clause &&
		       a->conjunction.n_clauses == b->conjunction.n_clauses;
	case OF_ACTION_NOTE:
		return a->note.len == b->note.len &&
		       memcmp(a->note.data, b->note.data, a->note.len) == 0;
	case OF_ACTION_CONTROLLER:
		return a->controller.max_len == b->controller.max_len &&
		       a->controller.controller_id == b->controller.controller_id &&
		       a->controller.reason == b->controller.reason;
	case OF_ACTION_OUTPUT_REG:
		return a->output_reg.max_len == b->output_reg.max_len &&
		       subfield_equal(&a->output_reg.from, &b->output_reg.from);
	case OF_ACTION_STACK_PUSH:
	case OF_ACTION_STACK_POP:
		return subfield_equal(&a->stack, &b->stack);
	case OF_ACTION_CLONE:
		return of_actions_equal(&a->clone, &b->clone);
	case OF_ACTION_ENQUEUE:
		return a->enqueue.port == b->enqueue.port &&
		       a->enqueue.queue_id == b->enqueue.queue_id;
	case OF_ACTION_SET_VLAN_VID:
		return a->vlan_vid == b->vlan_vid;
	case OF_ACTION_SET_VLAN_PCP:
		return a->vlan_pcp == b->vlan_pcp;
	case OF_ACTION_DEC_NW_TTL:
		return ttl_ids_equal(a, b);
	default:
		return true;
	}
}

static bool action_equal(const struct of_action *a, const struct of_action *b)
{
	if (a->type != b->type)
		return false;
	switch (a->type) {
	case OF_ACTION_OUTPUT:
		return a->output.port == b->output.port && (a->output.port != OFPP_CONTROLLER ||
							    a->output.max_len == b->output.max_len);
	case OF_ACTION_GROUP:
		return a->group_id == b->group_id;
	case OF_ACTION_SET_QUEUE:
		return a->queue_id == b->queue_id;
	case OF_ACTION_METER:
		return a->meter_id == b->meter_id;
	case OF_ACTION_PUSH_VLAN:
	case OF_ACTION_PUSH_MPLS:
	case OF_ACTION_POP_MPLS:
	case OF_ACTION_PUSH_PBB:
		return a->ethertype == b->ethertype;
	case OF_ACTION_SET_MPLS_TTL:
	case OF_ACTION_SET_NW_TTL:
		return a->ttl == b->ttl;
	case OF_ACTION_SET_FIELD:
		return of_match_field_equal(&a->set_field, &b->set_field);
	case OF_ACTION_COPY_FIELD:
		return a->copy_field.from == b->copy_field.from &&
		       a->copy_field.to == b->copy_field.to &&
		       a->copy_field.n_bits == b->copy_field.n_bits &&
		       a->copy_field.from_offset == b->copy_field.from_offset &&
		       a->copy_field.to_offset == b->copy_field.to_offset;
	case OF_ACTION_EXPERIMENTER:
		return a->experimenter.id == b->experimenter.id &&
		       a->experimenter.len == b->experimenter.len &&
		       memcmp(a->experimenter.data, b->experimenter.data, a->experimenter.len) == 0;
	default:
		return extension_equal(a, b);
	}
}

bool of_actions_equal(const struct of_actions *a, const struct of_actions *b)
{
	if (a->n != b->n)
		return false;
	for (unsigned i = 0; i < a->n; i++)
		if (!action_equal(&a->a[i], &b->a[i]))
			return false;
	return true;
}

bool of_actions_output_to(const struct of_actions *actions, uint32_t port_no)
{
	for (unsigned i = 0; i < actions->n; i++) {
		const struct of_action *action = &actions->a[i];

		if ((action->type == OF_ACTION_OUTPUT && action->output.port == port_no) ||
		    (action->type == OF_ACTION_ENQUEUE && action->enqueue.port == port_no) ||
		    (action->type == OF_ACTION_CONTROLLER && port_no == OFPP_CONTROLLER) ||
		    (action->type == OF_ACTION_CLONE &&
		     of_actions_output_to(&action->clone, port_no)))
			return true;
	}
	return false;
}

bool of_actions_group_to(const struct of_actions *actions, uint32_t group_id)
{
	for (unsigned i = 0; i < actions->n; i++) {
		const struct of_action *action = &actions->a[i];

		if ((action->type == OF_ACTION_GROUP && action->group_id == group_id) ||
		    (action->type == OF_ACTION_CLONE &&
		     of_actions_group_to(&action->clone, group_id)))
			return true;
	}
	return false;
}
