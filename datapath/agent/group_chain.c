// SPDX-License-Identifier: Apache-2.0
/*
 * Which groups hand frames to which, or watch which: no loops, and no chains longer than the fast
 * path follows (OpenFlow 1.3.5 §6.7: a switch that says OFPGFC_CHAINING_CHECKS must refuse loops).
 * Each group is looked at once a check, whatever the number of chains through it.
 */
#include "datapath/agent/group_store.h"
#include "datapath/agent/uses.h"

struct walk {
	const struct group_store *store;
	uint32_t target; /* the group that is to change */
	uint32_t round;
	bool meets_target;
	unsigned int deepest; /* below the buckets at work */
};

static unsigned int height_of(struct walk *walk, struct group_entry *entry);

static void go_below(struct walk *walk, uint32_t group_id)
{
	struct group_entry *entry = group_store_find(walk->store, group_id);
	unsigned int height;

	if (group_id == walk->target)
		walk->meets_target = true;
	height = entry != NULL ? height_of(walk, entry) : 0;
	walk->deepest = height > walk->deepest ? height : walk->deepest;
}

static void go_below_named(void *context, struct group *group)
{
	go_below(context, group->id);
}

/* Groups on the longest chain from this one on. Ends, since what is stored has no loops. */
static unsigned int height_of(struct walk *walk, struct group_entry *entry)
{
	const struct group_buckets *buckets = entry->group->buckets;
	unsigned int above = walk->deepest;
	uint32_t watched;

	if (entry->round == walk->round)
		return entry->height;
	walk->deepest = 0;
	for (uint32_t i = 0; i < buckets->n; i++) {
		uses_each(buckets->b[i].actions, go_below_named, NULL, walk);
		watched = group_watch(buckets->kind, buckets->b[i].watch_port,
				      buckets->b[i].watch_group)
				  .group;
		if (watched != GROUP_WATCHES_NOTHING)
			go_below(walk, watched);
	}
	entry->round = walk->round;
	entry->height = walk->deepest + 1;
	walk->deepest = above;
	return entry->height;
}

static void go_below_actions(struct walk *walk, const struct of_actions *actions)
{
	for (uint16_t j = 0; j < actions->n; j++) {
		if (actions->a[j].type == OF_ACTION_GROUP)
			go_below(walk, actions->a[j].group_id);
		else if (actions->a[j].type == OF_ACTION_CLONE)
			go_below_actions(walk, &actions->a[j].clone);
	}
}

enum of_err group_store_check_chain(struct group_store *store, uint32_t group_id,
				    const struct of_buckets *buckets)
{
	struct walk walk = {.store = store, .target = group_id};
	struct group_entry *entry = group_store_find(store, group_id);
	unsigned int height;

	walk.round = group_store_new_round(store);
	for (uint16_t i = 0; i < buckets->n; i++) {
		/* As if it were of a kind that watches: one that does not may be made one later. */
		uint32_t watched = group_watch(GROUP_SELECT, buckets->b[i].watch_port,
					       buckets->b[i].watch_group)
					   .group;

		go_below_actions(&walk, &buckets->b[i].actions);
		if (watched != GROUP_WATCHES_NOTHING)
			go_below(&walk, watched);
	}
	height = walk.deepest + 1;
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
