// SPDX-License-Identifier: Apache-2.0
/*
 * Which groups hand frames to which: no loops, and no chains longer than the fast path follows
 * (OpenFlow 1.3.5 §6.7: a switch that says OFPGFC_CHAINING_CHECKS must refuse loops). Each group is
 * looked at once a check, whatever the number of chains through it.
 */
#include "datapath/agent/group_store.h"

struct walk {
	const struct group_store *store;
	uint32_t target; /* the group that is to change */
	uint32_t round;
	bool meets_target;
};

static unsigned int height_of(struct walk *walk, struct group_entry *entry);

static unsigned int height_of_id(struct walk *walk, uint32_t group_id)
{
	struct group_entry *entry;

	if (group_id == walk->target)
		walk->meets_target = true;
	entry = group_store_find(walk->store, group_id);
	return entry != NULL ? height_of(walk, entry) : 0;
}

/* Groups on the longest chain from this one on. Ends, since what is stored has no loops. */
static unsigned int height_of(struct walk *walk, struct group_entry *entry)
{
	const struct group_buckets *buckets = entry->group->buckets;
	unsigned int deepest = 0;

	if (entry->round == walk->round)
		return entry->height;
	for (uint32_t i = 0; i < buckets->n; i++) {
		const struct action_list *list = buckets->b[i].actions;

		for (const struct action *a = action_first(list); a < action_end(list);
		     a = action_next(a)) {
			unsigned int below;

			if (a->op != ACTION_GROUP)
				continue;
			below = height_of_id(walk, action_group(a)->id);
			deepest = below > deepest ? below : deepest;
		}
	}
	entry->round = walk->round;
	entry->height = deepest + 1;
	return entry->height;
}

/* The longest chain that starts in one of these buckets. */
static unsigned int height_below(struct walk *walk, const struct of_buckets *buckets)
{
	unsigned int deepest = 0;

	for (uint16_t i = 0; i < buckets->n; i++) {
		const struct of_actions *actions = &buckets->b[i].actions;

		for (uint16_t j = 0; j < actions->n; j++) {
			unsigned int below;

			if (actions->a[j].type != OF_ACTION_GROUP)
				continue;
			below = height_of_id(walk, actions->a[j].group_id);
			deepest = below > deepest ? below : deepest;
		}
	}
	return deepest;
}

enum of_err group_store_check_chain(struct group_store *store, uint32_t group_id,
				    const struct of_buckets *buckets)
{
	struct walk walk = {.store = store, .target = group_id};
	struct group_entry *entry = group_store_find(store, group_id);
	unsigned int height;

	walk.round = group_store_new_round(store);
	height = height_below(&walk, buckets) + 1;
	if (walk.meets_target)
		return OFPGMFC_LOOP;
	if (height == 1)
		return OF_OK;
	if (height > GROUP_MAX_DEPTH)
		return OFPGMFC_CHAINING_UNSUPPORTED;
	if (entry == NULL || entry->n_groups == 0)
		return OF_OK;
	/* What stands above the group gets higher with it. */
	walk.round = group_store_new_round(store);
	entry->round = walk.round;
	entry->height = height;
	for (entry = group_store_first(store); entry != NULL; entry = entry->hh.next) {
		if (height_of(&walk, entry) > GROUP_MAX_DEPTH)
			return OFPGMFC_CHAINING_UNSUPPORTED;
	}
	return OF_OK;
}
