// SPDX-License-Identifier: Apache-2.0
/*
 * Changes of groups as steps of a transaction (transaction.h). A group that is added is in the
 * store, named by nothing that frames see yet; other buckets are published for the next version;
 * one that is removed is only out of the store.
 */
#include <stdlib.h>

#include "datapath/agent/group_store_impl.h"

struct group_step {
	struct transaction_step step;
	struct group_store *store;
	struct group_entry *entry;
	struct group_before before;    /* of a modification */
	struct group_buckets *buckets; /* of a modification: the new ones */
};

struct group_step *group_step_new(struct group_store *store, struct group_entry *entry)
{
	struct group_step *s = calloc(1, sizeof(*s));

	if (s != NULL) {
		s->store = store;
		s->entry = entry;
	}
	return s;
}

static void finish(struct group_step *s)
{
	if (s->store->transaction != NULL)
		transaction_add(s->store->transaction, &s->step);
	else
		s->step.keep(NULL, &s->step);
}

/* --- added ---------------------------------------------------------------------------------- */

static void undo_added(struct transaction *t, struct transaction_step *step)
{
	struct group_step *s = (struct group_step *)step;

	group_unlink(s->store, s->entry);
	group_entry_retire(s->store, s->entry);
	free(s);
}

static void keep_added(struct transaction *t, struct transaction_step *step)
{
	struct group_step *s = (struct group_step *)step;

	s->store->ops->changed(s->store->context, s->entry);
	free(s);
}

void group_step_added(struct group_step *s)
{
	s->step.undo = undo_added;
	s->step.keep = keep_added;
	finish(s);
}

/* --- modified ------------------------------------------------------------------------------- */

static void undo_modified(struct transaction *t, struct transaction_step *step)
{
	struct group_step *s = (struct group_step *)step;
	struct group_store *store = s->store;
	struct group_entry *entry = s->entry;

	group_unfollow(store, entry);
	group_count_buckets(store, s->buckets, -1);
	group_count_buckets(store, s->before.buckets, 1);
	group_retire_counters(store, s->buckets, 0);
	for (uint32_t i = 0; i < s->before.buckets->n; i++)
		s->before.buckets->b[i].counter_given_on = false;
	group_restore_older(entry->group, store->pipeline->reclaim);
	free(entry->actions);
	entry->actions = s->before.actions;
	entry->actions_size = s->before.actions_size;
	entry->actions_version = s->before.actions_version;
	entry->type = s->before.type;
	group_follow(store, entry);
	free(s);
}

static void keep_modified(struct transaction *t, struct transaction_step *step)
{
	struct group_step *s = (struct group_step *)step;
	struct group_store *store = s->store;

	for (uint32_t i = 0; i < s->buckets->n; i++)
		s->buckets->b[i].counter_kept = false; /* its own from now on */
	group_retire_counters(store, s->before.buckets, 0);
	group_drop_older(s->buckets, store->pipeline->reclaim);
	free(s->before.actions);
	store->ops->changed(store->context, s->entry);
	free(s);
}

void group_step_modified(struct group_step *s, const struct group_before *before)
{
	s->before = *before;
	s->buckets = s->entry->group->buckets;
	s->step.undo = undo_modified;
	s->step.keep = keep_modified;
	finish(s);
}

/* --- removed -------------------------------------------------------------------------------- */

static void undo_removed(struct transaction *t, struct transaction_step *step)
{
	struct group_step *s = (struct group_step *)step;

	group_link(s->store, s->entry);
	free(s);
}

static void keep_removed(struct transaction *t, struct transaction_step *step)
{
	struct group_step *s = (struct group_step *)step;

	s->store->ops->removed(s->store->context, s->entry);
	group_entry_retire(s->store, s->entry);
	free(s);
}

void group_step_removed(struct group_step *s)
{
	s->step.undo = undo_removed;
	s->step.keep = keep_removed;
	finish(s);
}
