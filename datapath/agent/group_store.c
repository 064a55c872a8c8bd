// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/group_store.h"

#include <errno.h>
#include <stdlib.h>

#include <utlist.h>

struct group_store {
	struct pipeline *pipeline;
	struct group_entry *groups; /* uthash head */
	uint32_t max_groups;
	uint32_t round;
	struct pmd *pmd;   /* NULL in tests */
	struct held *held; /* utlist: handles that packet-outs may still name */
	uint64_t next_row;
	uint64_t (*now_ms)(void);
	const struct group_store_ops *ops;
	void *context;
};

/*
 * A handle on its way out. A packet-out may wait for its lcore with an action that names the group,
 * and no grace period says when that is over.
 */
struct held {
	struct held *prev, *next;
	struct group_store *store; /* NULL: it is gone, and lcores with it */
	struct group *group;
	uint64_t packet_outs; /* that may name it: all up to this one */
};

struct group_store *group_store_create(struct pipeline *pipeline, struct pmd *pmd,
				       uint32_t max_groups, uint64_t (*now_ms)(void),
				       const struct group_store_ops *ops, void *context)
{
	struct group_store *store = calloc(1, sizeof(*store));

	if (store == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	store->pipeline = pipeline;
	store->pmd = pmd;
	store->max_groups = max_groups;
	store->next_row = 1;
	store->now_ms = now_ms;
	store->ops = ops;
	store->context = context;
	return store;
}

struct group_entry *group_store_find(const struct group_store *store, uint32_t group_id)
{
	struct group_entry *entry;

	HASH_FIND(hh, store->groups, &group_id, sizeof(group_id), entry);
	return entry;
}

struct group_entry *group_store_first(const struct group_store *store)
{
	return store->groups;
}

uint32_t group_store_new_round(struct group_store *store)
{
	return ++store->round;
}

uint32_t group_store_count(const struct group_store *store)
{
	return HASH_COUNT(store->groups);
}

void group_store_count_flow(struct group_store *store, uint32_t group_id, int by)
{
	struct group_entry *entry = group_store_find(store, group_id);

	if (entry != NULL)
		entry->n_flows += (uint32_t)by;
}

/* Counters of buckets that lcores may still count in: given back after a grace period. */
struct counter_return {
	struct flow_counters *counters;
	uint32_t n;
	uint32_t ids[];
};

static void give_counters(void *arg)
{
	struct counter_return *ret = arg;

	for (uint32_t i = 0; i < ret->n; i++)
		flow_counters_give(ret->counters, ret->ids[i]);
	free(ret);
}

static void retire_counters(struct group_store *store, const struct group_buckets *buckets,
			    uint32_t group_counter)
{
	struct counter_return *ret = malloc(sizeof(*ret) + (buckets->n + 1) * sizeof(ret->ids[0]));

	if (ret == NULL)
		return;
	ret->counters = store->pipeline->counters;
	ret->n = 0;
	for (uint32_t i = 0; i < buckets->n; i++)
		ret->ids[ret->n++] = buckets->b[i].counter_id;
	if (group_counter != 0)
		ret->ids[ret->n++] = group_counter;
	reclaim_retire(store->pipeline->reclaim, give_counters, ret);
}

static void drop_counters(struct group_store *store, struct group_buckets *buckets)
{
	for (uint32_t i = 0; i < buckets->n; i++) {
		flow_counters_give(store->pipeline->counters, buckets->b[i].counter_id);
		buckets->b[i].counter_id = 0;
	}
}

/* A counter for each bucket; 0 or -errno, then none. */
static int take_counters(struct group_store *store, struct group_buckets *buckets)
{
	for (uint32_t i = 0; i < buckets->n; i++)
		buckets->b[i].counter_id = 0;
	for (uint32_t i = 0; i < buckets->n; i++) {
		int rc = flow_counters_take(store->pipeline->counters, &buckets->b[i].counter_id);

		if (rc != 0) {
			drop_counters(store, buckets);
			return rc;
		}
	}
	return 0;
}

static uint8_t *pack_buckets(const struct of_group_mod *mod, uint32_t *size)
{
	struct wbuf b = wbuf_init(2 * OF_MESSAGE_MAX);

	wbuf_grow(&b, 1); /* so that no bucket is not no memory */
	b.len = 0;
	if (of_buckets_pack(&mod->buckets, GROUP_BUCKETS_VERSION, mod->type, &b) != 0 || b.bad) {
		wbuf_free(&b);
		return NULL;
	}
	*size = (uint32_t)b.len;
	return b.data;
}

/* Each group knows how many buckets name it. */
static void count_chains(struct group_store *store, const struct group_buckets *buckets, int by)
{
	for (uint32_t i = 0; i < buckets->n; i++) {
		const struct action_list *list = buckets->b[i].actions;

		for (const struct action *a = action_first(list); a < action_end(list);
		     a = action_next(a)) {
			struct group_entry *to;

			if (a->op != ACTION_GROUP)
				continue;
			to = group_store_find(store, action_group(a)->id);
			if (to != NULL)
				to->n_groups += (uint32_t)by;
		}
	}
}

enum of_err group_store_add(struct group_store *store, const struct of_group_mod *mod,
			    struct group_buckets *buckets, uint64_t row)
{
	struct group_entry *entry;

	if (group_store_find(store, mod->group_id) != NULL)
		return OFPGMFC_GROUP_EXISTS;
	if (group_store_count(store) >= store->max_groups)
		return OFPGMFC_OUT_OF_GROUPS;
	entry = calloc(1, sizeof(*entry));
	if (entry == NULL)
		return OF_ERR_NO_MEMORY;
	entry->buckets = pack_buckets(mod, &entry->buckets_size);
	if (entry->buckets == NULL)
		goto free_entry;
	if (take_counters(store, buckets) != 0)
		goto free_packed;
	entry->group = group_create(mod->group_id, buckets);
	if (entry->group == NULL)
		goto give_back;
	if (flow_counters_take(store->pipeline->counters, &entry->group->counter_id) != 0)
		goto free_group;
	entry->type = mod->type;
	entry->row = row != 0 ? row : store->next_row;
	if (entry->row >= store->next_row)
		store->next_row = entry->row + 1;
	entry->created_ms = store->now_ms();
	HASH_ADD_KEYPTR(hh, store->groups, &entry->group->id, sizeof(entry->group->id), entry);
	count_chains(store, buckets, 1);
	store->ops->changed(store->context, entry);
	return OF_OK;

free_group:
	free(entry->group); /* no lcore has seen it; the buckets stay the caller's */
give_back:
	drop_counters(store, buckets);
free_packed:
	free(entry->buckets);
free_entry:
	free(entry);
	return OF_ERR_NO_MEMORY;
}

enum of_err group_store_modify(struct group_store *store, struct group_entry *entry,
			       const struct of_group_mod *mod, struct group_buckets *buckets)
{
	struct group_buckets *old = entry->group->buckets;
	uint32_t size;
	uint8_t *packed = pack_buckets(mod, &size);

	if (packed == NULL)
		return OF_ERR_NO_MEMORY;
	if (take_counters(store, buckets) != 0) {
		free(packed);
		return OF_ERR_NO_MEMORY;
	}
	free(entry->buckets);
	entry->buckets = packed;
	entry->buckets_size = size;
	entry->type = mod->type;
	count_chains(store, buckets, 1);
	count_chains(store, old, -1);
	retire_counters(store, old, 0);
	group_set_buckets(entry->group, buckets, 0);
	group_drop_older(buckets, store->pipeline->reclaim);
	store->ops->changed(store->context, entry);
	return OF_OK;
}

static void drop_held(void *arg)
{
	struct held *held = arg;

	group_buckets_free(held->group->buckets);
	free(held->group);
	free(held);
}

static void try_held(void *arg)
{
	struct held *held = arg;
	struct group_store *store = held->store;

	if (store == NULL) {
		drop_held(held);
		return;
	}
	if (pmd_packet_outs(store->pmd).done < held->packet_outs) {
		reclaim_retire(store->pipeline->reclaim, try_held, held);
		return;
	}
	/* The last of them may have been executed since the last quiescent state. */
	DL_DELETE(store->held, held);
	reclaim_retire(store->pipeline->reclaim, drop_held, held);
}

static void retire(struct group_store *store, struct group *group)
{
	struct held *held;

	struct pmd_packet_outs outs = {0};

	if (store->pmd != NULL)
		outs = pmd_packet_outs(store->pmd);
	if (outs.done == outs.taken) {
		group_retire(group, store->pipeline->reclaim);
		return;
	}
	held = malloc(sizeof(*held));
	if (held == NULL)
		return; /* never freed: better than too early */
	*held = (struct held){.store = store, .group = group, .packet_outs = outs.taken};
	DL_APPEND(store->held, held);
	reclaim_retire(store->pipeline->reclaim, try_held, held);
}

static void unlink_group(struct group_store *store, struct group_entry *entry)
{
	count_chains(store, entry->group->buckets, -1);
	HASH_DEL(store->groups, entry);
	retire_counters(store, entry->group->buckets, entry->group->counter_id);
	retire(store, entry->group);
	free(entry->buckets);
	free(entry);
}

void group_store_remove(struct group_store *store, struct group_entry *entry)
{
	store->ops->removed(store->context, entry);
	unlink_group(store, entry);
}

void group_store_clear(struct group_store *store)
{
	struct group_entry *entry, *next;

	HASH_ITER (hh, store->groups, entry, next) {
		group_store_remove(store, entry);
	}
}

void group_store_destroy(struct group_store *store)
{
	struct held *held, *next_held;
	struct group_entry *entry, *next;

	if (store == NULL)
		return;
	HASH_ITER (hh, store->groups, entry, next) {
		unlink_group(store, entry);
	}
	DL_FOREACH_SAFE (store->held, held, next_held)
		held->store = NULL;
	free(store);
}

enum of_err group_buckets_of(const struct group_entry *entry, struct of_arena *arena,
			     struct of_buckets *buckets)
{
	struct cursor c = cursor_init(entry->buckets, entry->buckets_size);

	return of_buckets_unpack(&c, GROUP_BUCKETS_VERSION, arena, buckets);
}

enum of_err group_stats_of(const struct group_store *store, const struct group_entry *entry,
			   struct of_arena *arena, struct of_group_stats *stats)
{
	const struct group_buckets *buckets = entry->group->buckets;
	const struct flow_counters *counters = store->pipeline->counters;
	uint64_t age = store->now_ms() - entry->created_ms;
	struct flow_counter sum;

	stats->buckets = of_arena_alloc(arena, buckets->n * sizeof(stats->buckets[0]));
	if (stats->buckets == NULL)
		return OF_ERR_NO_MEMORY;
	for (uint32_t i = 0; i < buckets->n; i++) {
		flow_counters_sum(counters, buckets->b[i].counter_id, &sum);
		stats->buckets[i].n_packets = sum.packets;
		stats->buckets[i].n_bytes = sum.bytes;
	}
	flow_counters_sum(counters, entry->group->counter_id, &sum);
	stats->group_id = entry->group->id;
	stats->ref_count = entry->n_flows + entry->n_groups;
	stats->n_packets = sum.packets;
	stats->n_bytes = sum.bytes;
	stats->duration_s = (uint32_t)(age / 1000);
	stats->duration_ns = (uint32_t)(age % 1000 * 1000000);
	stats->n_buckets = (uint16_t)buckets->n;
	return OF_OK;
}
