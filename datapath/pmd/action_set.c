// SPDX-License-Identifier: Apache-2.0
/* The action set of a frame (OpenFlow 1.3.5 §5.10): one action in each slot, done in their order.
 */
#include "datapath/pmd/lcore.h"

static bool has_slot(const uint64_t present[2], int slot)
{
	return (present[slot / 64] >> slot % 64 & 1) != 0;
}

/* Where the set sends the frame, as a match sees it: 0 when nowhere (1.5.1 §7.2.3.8). */
static uint32_t output_of(const struct action_set *set)
{
	const struct action *a;

	if (has_slot(set->present, SLOT_GROUP) || !has_slot(set->present, SLOT_OUTPUT))
		return 0;
	a = set->slot[SLOT_OUTPUT];
	switch ((enum action_op)a->op) {
	case ACTION_OUTPUT:
		return a->arg;
	case ACTION_IN_PORT:
		return PORT_NO_IN_PORT;
	case ACTION_NORMAL:
		return PORT_NO_NORMAL;
	case ACTION_FLOOD:
		return PORT_NO_FLOOD;
	case ACTION_ALL:
		return PORT_NO_ALL;
	case ACTION_CONTROLLER:
		return PORT_NO_CONTROLLER;
	default:
		return 0;
	}
}

void frame_write_actions(struct frame *f, const struct action_list *list)
{
	for (const struct action *a = action_first(list); a != action_end(list);
	     a = action_next(a)) {
		f->set->slot[a->slot] = a;
		f->set->present[a->slot / 64] |= 1ull << a->slot % 64;
	}
	f->key->actset_output = output_of(f->set);
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

void frame_execute_set(struct lcore *l, struct frame *f)
{
	uint64_t left[2] = {f->set->present[0], f->set->present[1]};

	if (has_slot(left, SLOT_GROUP)) /* §5.10: a group takes precedence */
		left[SLOT_OUTPUT / 64] &= ~(1ull << SLOT_OUTPUT % 64);
	else if (!has_slot(left, SLOT_OUTPUT) && f->reason != DROP_N_REASONS)
		f->reason = DROP_SET_EMPTY;
	for (int slot; (slot = next_slot(left)) != N_SLOTS;) {
		if (!frame_execute_one(l, f, f->set->slot[slot], (left[0] | left[1]) == 0))
			return;
	}
}
