// SPDX-License-Identifier: Apache-2.0
#include "controller/diff.h"

#include <errno.h>

static int add(struct changes *changes, enum change_kind kind, const struct rule_flow *flow,
	       const struct rule_group *group)
{
	if (changes->n == changes->room) {
		unsigned room = changes->room ? changes->room * 2 : 64;
		struct change *c = realloc(changes->c, room * sizeof(*c));

		if (c == NULL)
			return -ENOMEM;
		changes->c = c;
		changes->room = room;
	}
	changes->c[changes->n++] = (struct change){.kind = kind, .flow = flow, .group = group};
	switch (kind) {
	case CHANGE_GROUP_ADD:
	case CHANGE_FLOW_ADD:
		changes->n_added++;
		break;
	case CHANGE_GROUP_MODIFY:
	case CHANGE_FLOW_MODIFY:
		changes->n_modified++;
		break;
	case CHANGE_FLOW_DELETE:
	case CHANGE_GROUP_DELETE:
		changes->n_deleted++;
		break;
	case CHANGE_BARRIER:
		break;
	}
	return 0;
}

static int barrier(struct changes *changes)
{
	return changes->n == 0 || changes->c[changes->n - 1].kind == CHANGE_BARRIER
		       ? 0
		       : add(changes, CHANGE_BARRIER, NULL, NULL);
}

static int groups_wanted(const struct rules *present, const struct rules *wanted,
			 struct changes *changes)
{
	const struct rule_group *group, *old;
	int err = 0;

	for (group = wanted->groups; group != NULL && err == 0; group = group->hh.next) {
		old = rules_find_group(present, group->id);
		if (old == NULL)
			err = add(changes, CHANGE_GROUP_ADD, NULL, group);
		else if (!rule_group_equal(old, group))
			err = add(changes, CHANGE_GROUP_MODIFY, NULL, group);
	}
	return err;
}

static int flow_wanted(const struct rules *present, const struct rule_flow *flow,
		       struct changes *changes)
{
	const struct rule_flow *old = rules_like_flow(present, flow);

	if (old == NULL)
		return add(changes, CHANGE_FLOW_ADD, flow, NULL);
	if (rule_flow_equal(old, flow))
		return 0;
	/* A modify sets neither cookie nor timeouts (§6.4), so that an add replaces the flow then.
	 */
	if (old->cookie == flow->cookie && old->idle_s == flow->idle_s &&
	    old->hard_s == flow->hard_s && old->notify == flow->notify)
		return add(changes, CHANGE_FLOW_MODIFY, flow, NULL);
	/* For the count it is a change of something that is there. */
	changes->n_added--;
	changes->n_modified++;
	return add(changes, CHANGE_FLOW_ADD, flow, NULL);
}

/* Bit n: a flow of the set is in table n. */
static void tables_of(const struct rules *rules, bool tables[256])
{
	for (const struct rule_flow *flow = rules->flows; flow != NULL; flow = flow->hh.next)
		tables[rule_flow_table(flow)] = true;
}

static int flows_wanted(const struct rules *present, const struct rules *wanted,
			struct changes *changes)
{
	bool tables[256] = {false};
	int err = 0;

	tables_of(wanted, tables);
	for (int table = 255; table >= 0 && err == 0; table--) {
		const struct rule_flow *flow = tables[table] ? wanted->flows : NULL;

		for (; flow != NULL && err == 0; flow = flow->hh.next) {
			if (rule_flow_table(flow) == table)
				err = flow_wanted(present, flow, changes);
		}
	}
	return err;
}

static int flows_unwanted(const struct rules *present, const struct rules *wanted,
			  struct changes *changes)
{
	bool tables[256] = {false};
	int err = 0;

	tables_of(present, tables);
	for (int table = 0; table < 256 && err == 0; table++) {
		const struct rule_flow *flow = tables[table] ? present->flows : NULL;

		for (; flow != NULL && err == 0; flow = flow->hh.next) {
			if (rule_flow_table(flow) == table &&
			    RULE_COOKIE_KIND(flow->cookie) != RULE_KIND_QUIET &&
			    rules_like_flow(wanted, flow) == NULL)
				err = add(changes, CHANGE_FLOW_DELETE, flow, NULL);
		}
	}
	return err;
}

static int groups_unwanted(const struct rules *present, const struct rules *wanted,
			   struct changes *changes)
{
	int err = 0;

	for (const struct rule_group *group = present->groups; group != NULL && err == 0;
	     group = group->hh.next) {
		if (rules_find_group(wanted, group->id) == NULL)
			err = add(changes, CHANGE_GROUP_DELETE, NULL, group);
	}
	return err;
}

int changes_make(const struct rules *present, const struct rules *wanted, struct changes *changes)
{
	int err;

	*changes = (struct changes){0};
	err = groups_wanted(present, wanted, changes);
	if (err == 0)
		err = barrier(changes);
	if (err == 0)
		err = flows_wanted(present, wanted, changes);
	if (err == 0)
		err = barrier(changes);
	if (err == 0)
		err = flows_unwanted(present, wanted, changes);
	if (err == 0)
		err = barrier(changes);
	if (err == 0)
		err = groups_unwanted(present, wanted, changes);
	if (err == 0)
		err = barrier(changes);
	if (err != 0)
		changes_free(changes);
	return err;
}

void changes_free(struct changes *changes)
{
	free(changes->c);
	*changes = (struct changes){0};
}

void change_text(const struct change *change, struct text *t)
{
	static const char *const words[] = {
		[CHANGE_GROUP_ADD] = "add ",      [CHANGE_GROUP_MODIFY] = "modify ",
		[CHANGE_FLOW_ADD] = "add ",       [CHANGE_FLOW_MODIFY] = "modify ",
		[CHANGE_FLOW_DELETE] = "delete ", [CHANGE_GROUP_DELETE] = "delete ",
		[CHANGE_BARRIER] = "barrier",
	};

	text_add(t, "%s", words[change->kind]);
	if (change->flow != NULL)
		rule_flow_text(change->flow, t);
	if (change->group != NULL)
		rule_group_text(change->group, t);
}
