// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/group_store.h"

#include <errno.h>
#include <stdlib.h>

#include "datapath/agent/group_store_impl.h"
#include "datapath/agent/meter_store.h"
#include "datapath/agent/uses.h"

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
	store->held = (struct held_handles){.reclaim = pipeline->reclaim, .pmd = pmd};
	store->max_groups = max_groups;
	store->next_row = 1;
	store->now_ms = now_ms;
	store->ops = ops;
	store->context = context;
	return store;
}

void group_store_set_transaction(struct group_store *store, struct transaction *t)
{
	store->transaction = t;
	if (t == NULL) /* what was not looked at meanwhile */
		group_store_ports_changed(store);
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

/* --- counters ------------------------------------------------------------------------------- */

/* Counters that lcores may still count in: given back after a grace period. */
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

void group_retire_counters(struct group_store *store, const struct group_buckets *buckets,
			   uint32_t group_counter)
{
	struct counter_return *ret = malloc(sizeof(*ret) + (buckets->n + 1) * sizeof(ret->ids[0]));

	if (ret == NULL)
		return; /* lost: better than shared by two */
	ret->counters = store->pipeline->counters;
	ret->n = 0;
	for (uint32_t i = 0; i < buckets->n; i++) {
		if (!buckets->b[i].counter_kept && !buckets->b[i].counter_given_on)
			ret->ids[ret->n++] = buckets->b[i].counter_id;
	}
	if (group_counter != 0)
		ret->ids[ret->n++] = group_counter;
	reclaim_retire(store->pipeline->reclaim, give_counters, ret);
}

void group_drop_counters(struct group_store *store, struct group_buckets *buckets)
{
	for (uint32_t i = 0; i < buckets->n; i++) {
		if (!buckets->b[i].counter_kept)
			flow_counters_give(store->pipeline->counters, buckets->b[i].counter_id);
		buckets->b[i].counter_id = 0;
	}
}

int group_take_counters(struct group_store *store, struct group_buckets *buckets)
{
	for (uint32_t i = 0; i < buckets->n; i++) {
		int rc = 0;

		if (!buckets->b[i].counter_kept)
			rc = flow_counters_take(store->pipeline->counters,
						&buckets->b[i].counter_id);
		if (rc != 0) {
			group_drop_counters(store, buckets);
			return rc;
		}
	}
	return 0;
}

/* Buckets that were there go on counting where they did. */
static void keep_counters(struct group_buckets *buckets, struct group_buckets *old)
{
	uint32_t at = 0; /* both have their common buckets in the same order, but for a rotation */

	for (uint32_t i = 0; i < buckets->n; i++) {
		for (uint32_t tries = 0; tries < old->n; tries++, at++) {
			struct group_bucket *b = &old->b[at % old->n];

			if (b->bucket_id != buckets->b[i].bucket_id)
				continue;
			buckets->b[i].counter_id = b->counter_id;
			buckets->b[i].counter_kept = true;
			b->counter_given_on = true;
			break;
		}
	}
}

/* --- what a group is made of ---------------------------------------------------------------- */

/* The buckets' actions as bytes; what 1.3 cannot say, 1.5 can. */
static bool pack_actions(const struct of_buckets *buckets, enum of_version version, struct wbuf *b)
{
	b->len = 0;
	for (uint16_t i = 0; i < buckets->n; i++) {
		size_t start = b->len;

		wbuf_u16(b, 0);
		if (of_actions_pack(&buckets->b[i].actions, version, b) != 0 || b->bad)
			return false;
		wbuf_set_u16(b, start, (uint16_t)(b->len - start - 2));
	}
	return !b->bad;
}

static bool set_actions(struct group_entry *entry, const struct of_buckets *buckets)
{
	static const enum of_version versions[] = {OF13, OF15};
	struct wbuf b = wbuf_init(4 * OF_MESSAGE_MAX);

	wbuf_grow(&b, 1); /* so that no bucket is not no memory */
	for (unsigned i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		if (!pack_actions(buckets, versions[i], &b))
			continue;
		entry->actions = b.data;
		entry->actions_size = (uint32_t)b.len;
		entry->actions_version = (uint8_t)versions[i];
		return true;
	}
	wbuf_free(&b);
	return false;
}

static void count_group(void *context, struct group *group)
{
	struct group_entry *entry = group->owner;
	const int *by = context;

	if (entry != NULL)
		entry->n_groups += (uint32_t)*by;
}

static void count_meter(void *context, struct meter *meter)
{
	struct meter_entry *entry = meter_owner(meter);
	const int *by = context;

	if (entry != NULL)
		entry->n_buckets += (uint32_t)*by;
}

void group_count_buckets(struct group_store *store, const struct group_buckets *buckets, int by)
{
	for (uint32_t i = 0; i < buckets->n; i++) {
		uses_each(buckets->b[i].actions, count_group, count_meter, &by);
		if (buckets->b[i].watch_group != OFPG_ANY)
			store->n_watched += (uint32_t)by;
	}
	store->n_buckets += (uint32_t)by * buckets->n;
}

void group_link(struct group_store *store, struct group_entry *entry)
{
	HASH_ADD_KEYPTR(hh, store->groups, &entry->group->id, sizeof(entry->group->id), entry);
	group_count_buckets(store, entry->group->buckets, 1);
	group_follow(store, entry);
}

void group_unlink(struct group_store *store, struct group_entry *entry)
{
	group_unfollow(store, entry);
	group_count_buckets(store, entry->group->buckets, -1);
	HASH_DEL(store->groups, entry);
}

static void free_group(void *group)
{
	group_free(group);
}

void group_entry_retire(struct group_store *store, struct group_entry *entry)
{
	group_retire_counters(store, entry->group->buckets, entry->group->counter_id);
	entry->group->owner = NULL;
	held_handles_retire(&store->held, free_group, entry->group);
	free(entry->actions);
	free(entry);
}

/* --- changes -------------------------------------------------------------------------------- */

static bool has_room(const struct group_store *store, uint32_t n_before, uint32_t n)
{
	return store->n_buckets - n_before + n <= GROUP_STORE_MAX_BUCKETS;
}

/* An entry with all that it needs but its buckets' counters; NULL without memory. */
static struct group_entry *new_entry(struct group_store *store, uint32_t group_id,
				     const struct group_content *content)
{
	struct group_entry *entry = calloc(1, sizeof(*entry));

	if (entry == NULL)
		return NULL;
	if (!set_actions(entry, content->buckets))
		goto free_entry;
	entry->group = group_create(group_id, content->compiled);
	if (entry->group == NULL)
		goto free_actions;
	entry->group->owner = entry;
	if (flow_counters_take(store->pipeline->counters, &entry->group->counter_id) != 0)
		goto free_group;
	entry->type = content->type;
	entry->created_ms = store->now_ms();
	return entry;

free_group:
	free(entry->group);
free_actions:
	free(entry->actions);
free_entry:
	free(entry);
	return NULL;
}

enum of_err group_store_add(struct group_store *store, uint32_t group_id,
			    const struct group_content *content, uint64_t row)
{
	struct group_buckets *buckets = content->compiled;
	struct group_entry *entry;
	struct group_step *step;

	if (group_store_find(store, group_id) != NULL)
		return OFPGMFC_GROUP_EXISTS;
	if (group_store_count(store) >= store->max_groups)
		return OFPGMFC_OUT_OF_GROUPS;
	if (!has_room(store, 0, buckets->n))
		return OFPGMFC_OUT_OF_BUCKETS;
	group_judge(store, buckets);
	if (group_buckets_prepare(buckets, group_id, NULL) != 0)
		return OF_ERR_NO_MEMORY;
	entry = new_entry(store, group_id, content);
	if (entry == NULL)
		return OF_ERR_NO_MEMORY;
	step = group_step_new(store, entry);
	if (step == NULL || group_take_counters(store, buckets) != 0)
		goto undo;
	entry->row = row != 0 ? row : store->next_row;
	if (entry->row >= store->next_row)
		store->next_row = entry->row + 1;
	group_link(store, entry);
	group_step_added(step);
	group_changed(store);
	return OF_OK;

undo:
	free(step);
	flow_counters_give(store->pipeline->counters, entry->group->counter_id);
	free(entry->group); /* no lcore has seen it; the buckets stay the caller's */
	free(entry->actions);
	free(entry);
	return OF_ERR_NO_MEMORY;
}

enum of_err group_store_modify(struct group_store *store, struct group_entry *entry,
			       const struct group_content *content)
{
	struct group_buckets *buckets = content->compiled, *old = entry->group->buckets;
	struct group_before before = {
		.buckets = old,
		.actions = entry->actions,
		.actions_size = entry->actions_size,
		.actions_version = entry->actions_version,
		.type = entry->type,
	};
	struct group_step *step;

	if (!has_room(store, old->n, buckets->n))
		return OFPGMFC_OUT_OF_BUCKETS;
	step = group_step_new(store, entry);
	if (step == NULL)
		return OF_ERR_NO_MEMORY;
	group_judge(store, buckets);
	if (content->keep_counters)
		keep_counters(buckets, old);
	if (group_buckets_prepare(buckets, entry->group->id, old) != 0 ||
	    group_take_counters(store, buckets) != 0)
		goto undo;
	if (!set_actions(entry, content->buckets)) {
		group_drop_counters(store, buckets);
		goto undo;
	}
	entry->type = content->type;
	group_unfollow(store, entry);
	group_count_buckets(store, buckets, 1);
	group_count_buckets(store, old, -1);
	group_set_buckets(entry->group, buckets,
			  store->transaction != NULL ? store->transaction->version : 0);
	group_follow(store, entry);
	group_step_modified(step, &before);
	group_changed(store);
	return OF_OK;

undo:
	for (uint32_t i = 0; i < old->n; i++)
		old->b[i].counter_given_on = false;
	free(step);
	return OF_ERR_NO_MEMORY;
}

enum of_err group_store_remove(struct group_store *store, struct group_entry *entry)
{
	struct group_step *step = group_step_new(store, entry);

	if (step == NULL)
		return OF_ERR_NO_MEMORY;
	group_unlink(store, entry);
	group_step_removed(step);
	group_changed(store);
	return OF_OK;
}

enum of_err group_store_clear(struct group_store *store)
{
	struct group_entry *entry, *next;
	enum of_err err = OF_OK;

	HASH_ITER (hh, store->groups, entry, next) {
		if (err == OF_OK)
			err = group_store_remove(store, entry);
	}
	return err;
}

void group_store_destroy(struct group_store *store)
{
	struct group_entry *entry, *next;

	if (store == NULL)
		return;
	HASH_ITER (hh, store->groups, entry, next) {
		HASH_DEL(store->groups, entry);
		group_entry_retire(store, entry);
	}
	held_handles_end(&store->held);
	free(store);
}

/* --- reading -------------------------------------------------------------------------------- */

enum of_version group_entry_version(const struct group_entry *entry)
{
	const struct group_buckets *buckets = entry->group->buckets;

	for (uint32_t i = 0; i < buckets->n; i++) {
		if (buckets->b[i].bucket_id != i) /* before 1.5 ids are places */
			return OF15;
	}
	return (enum of_version)entry->actions_version;
}

enum of_err group_buckets_of(const struct group_entry *entry, struct of_arena *arena,
			     struct of_buckets *buckets)
{
	const struct group_buckets *compiled = entry->group->buckets;
	struct cursor c = cursor_init(entry->actions, entry->actions_size);

	buckets->n = (uint16_t)compiled->n;
	buckets->b = NULL;
	if (compiled->n == 0)
		return OF_OK;
	buckets->b = of_arena_alloc(arena, compiled->n * sizeof(buckets->b[0]));
	if (buckets->b == NULL)
		return OF_ERR_NO_MEMORY;
	for (uint32_t i = 0; i < compiled->n; i++) {
		const struct group_bucket *b = &compiled->b[i];
		struct of_bucket *out = &buckets->b[i];
		enum of_err err;

		*out = (struct of_bucket){
			.bucket_id = b->bucket_id,
			.weight = b->weight,
			.watch_port = b->watch_port,
			.watch_group = b->watch_group,
		};
		err = of_actions_unpack(&c, cursor_u16(&c), entry->actions_version, arena,
					&out->actions);
		if (err != OF_OK)
			return err;
	}
	return OF_OK;
}

enum of_err group_stats_of(const struct group_store *store, const struct group_entry *entry,
			   struct of_arena *arena, struct of_group_stats *stats)
{
	const struct group_buckets *buckets = entry->group->buckets;
	const struct flow_counters *counters = store->pipeline->counters;
	uint64_t age = store->now_ms() - entry->created_ms;
	struct flow_counter sum;

	stats->buckets = NULL;
	if (buckets->n != 0) {
		stats->buckets = of_arena_alloc(arena, buckets->n * sizeof(stats->buckets[0]));
		if (stats->buckets == NULL)
			return OF_ERR_NO_MEMORY;
	}
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
