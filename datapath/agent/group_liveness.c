// SPDX-License-Identifier: Apache-2.0
/*
 * Which buckets are live (OpenFlow 1.3.5 §6.7). A bucket that watches a port or group lives as that
 * does; one that watches nothing never lives in a fast-failover group and always elsewhere, but in
 * a select group it is not chosen while all ports that it names are down (§5.6.1). Fast failover
 * and select groups are looked at anew at each change of a port, and buckets that died are passed
 * over from the next frame on.
 */
#include <utlist.h>

#include "datapath/agent/group_store_impl.h"

static bool port_live(const struct group_store *store, uint32_t port_no)
{
	return store->ops->port_live == NULL || store->ops->port_live(store->context, port_no);
}

static bool group_live(struct group_store *store, struct group_entry *entry);

/* Does the list send to ports by number, and only to such that are down? */
static bool only_to_dead_ports(const struct group_store *store, const struct action_list *list)
{
	bool any = false;

	for (const struct action *a = action_first(list); a < action_end(list);
	     a = action_next(a)) {
		if (a->op != ACTION_OUTPUT)
			continue;
		if (port_live(store, a->arg))
			return false;
		any = true;
	}
	return any;
}

static bool bucket_live(struct group_store *store, enum group_kind kind,
			const struct group_bucket *b)
{
	struct group_watch watch = group_watch(kind, b->watch_port, b->watch_group);
	struct group_entry *watched;

	if (watch.port == GROUP_WATCHES_NOTHING && watch.group == GROUP_WATCHES_NOTHING) {
		if (kind == GROUP_SELECT)
			return !only_to_dead_ports(store, b->actions);
		return kind != GROUP_FAST_FAILOVER;
	}
	if (watch.port != GROUP_WATCHES_NOTHING && port_live(store, watch.port))
		return true;
	if (watch.group == GROUP_WATCHES_NOTHING)
		return false;
	watched = group_store_find(store, watch.group);
	return watched != NULL && group_live(store, watched);
}

/* Looks at all buckets of a group; true when some bucket died or came back. */
static bool judge(struct group_store *store, struct group_buckets *buckets)
{
	bool changed = false;

	for (uint32_t i = 0; i < buckets->n; i++) {
		struct group_bucket *b = &buckets->b[i];
		bool dead = !bucket_live(store, buckets->kind, b);

		changed |= dead != b->dead;
		b->dead = dead;
	}
	return changed;
}

/* Ends, since groups that watch each other are refused as loops. */
static bool group_live(struct group_store *store, struct group_entry *entry)
{
	struct group_buckets *buckets = entry->group->buckets;

	if (entry->live_round == store->round)
		return entry->live;
	/* Without memory frames go where they went, until the next change of a port. */
	if (judge(store, buckets))
		(void)group_buckets_set_live(buckets, store->pipeline->reclaim);
	entry->live = false;
	for (uint32_t i = 0; i < buckets->n && !entry->live; i++)
		entry->live = !buckets->b[i].dead;
	entry->live_round = store->round;
	return entry->live;
}

void group_judge(struct group_store *store, struct group_buckets *buckets)
{
	group_store_new_round(store);
	judge(store, buckets);
}

void group_store_ports_changed(struct group_store *store)
{
	struct group_entry *entry;

	group_store_new_round(store);
	DL_FOREACH (store->can_die, entry)
		group_live(store, entry);
}

void group_changed(struct group_store *store)
{
	if (store->n_watched != 0 && store->transaction == NULL)
		group_store_ports_changed(store);
}

void group_follow(struct group_store *store, struct group_entry *entry)
{
	enum group_kind kind = entry->group->buckets->kind;

	entry->can_die = kind == GROUP_SELECT || kind == GROUP_FAST_FAILOVER;
	if (entry->can_die)
		DL_APPEND(store->can_die, entry);
}

void group_unfollow(struct group_store *store, struct group_entry *entry)
{
	if (entry->can_die)
		DL_DELETE(store->can_die, entry);
	entry->can_die = false;
}
