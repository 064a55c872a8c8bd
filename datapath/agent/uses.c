// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/uses.h"

#include "datapath/agent/group_store.h"
#include "datapath/agent/meter_store.h"

void uses_each(const struct action_list *list, void (*group)(void *context, struct group *group),
	       void (*meter)(void *context, struct meter *meter), void *context)
{
	if (list == NULL)
		return;
	for (const struct action *a = action_first(list); a < action_end(list);
	     a = action_next(a)) {
		if (a->op == ACTION_GROUP && group != NULL)
			group(context, action_group(a));
		else if (a->op == ACTION_METER && meter != NULL)
			meter(context, action_meter(a));
		else if (a->op == ACTION_CLONE)
			uses_each(action_nested(a), group, meter, context);
	}
}

static void count_group(void *context, struct group *group)
{
	struct group_entry *entry = group->owner;
	const int *by = context;

	if (entry != NULL)
		entry->n_flows += (uint32_t)*by;
}

static void count_meter(void *context, struct meter *meter)
{
	struct meter_entry *entry = meter_owner(meter);
	const int *by = context;

	if (entry != NULL)
		entry->n_flows += (uint32_t)*by;
}

void uses_count(const struct program *program, int by)
{
	uses_each(program->apply, count_group, count_meter, &by);
	uses_each(program->write, count_group, count_meter, &by);
	if (program->meter != NULL)
		count_meter(&by, program->meter);
}

struct search {
	const void *handle; /* NULL: any */
	bool found;
};

static void find_group(void *context, struct group *group)
{
	struct search *search = context;

	search->found |= search->handle == NULL || search->handle == group;
}

static void find_meter(void *context, struct meter *meter)
{
	struct search *search = context;

	search->found |= search->handle == NULL || search->handle == meter;
}

bool uses_group(const struct program *program, const struct group *group)
{
	struct search search = {.handle = group};

	uses_each(program->apply, find_group, NULL, &search);
	uses_each(program->write, find_group, NULL, &search);
	return search.found;
}

bool uses_meter(const struct program *program, const struct meter *meter)
{
	struct search search = {.handle = meter};

	uses_each(program->apply, NULL, find_meter, &search);
	uses_each(program->write, NULL, find_meter, &search);
	if (program->meter != NULL)
		find_meter(&search, program->meter);
	return search.found;
}
