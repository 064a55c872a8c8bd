// SPDX-License-Identifier: Apache-2.0
/* What one does with lists of actions, whatever their wire form. */
#include "openflow/action.h"

#include <errno.h>

int of_actions_copy(struct of_actions *to, const struct of_actions *from, struct of_arena *arena)
{
	struct of_action *a = NULL;

	if (from->n > 0) {
		a = of_arena_copy(arena, from->a, from->n * sizeof(*a));
		if (a == NULL)
			return -ENOMEM;
	}
	for (unsigned i = 0; i < from->n; i++) {
		if (a[i].type != OF_ACTION_EXPERIMENTER)
			continue;
		a[i].experimenter.data =
			of_arena_copy(arena, a[i].experimenter.data, a[i].experimenter.len);
		if (a[i].experimenter.data == NULL)
			return -ENOMEM;
	}
	to->n = from->n;
	to->a = a;
	return 0;
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
		return true;
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
	for (unsigned i = 0; i < actions->n; i++)
		if (actions->a[i].type == OF_ACTION_OUTPUT && actions->a[i].output.port == port_no)
			return true;
	return false;
}

bool of_actions_group_to(const struct of_actions *actions, uint32_t group_id)
{
	for (unsigned i = 0; i < actions->n; i++)
		if (actions->a[i].type == OF_ACTION_GROUP && actions->a[i].group_id == group_id)
			return true;
	return false;
}
