// SPDX-License-Identifier: Apache-2.0
#include "datapath/table/group.h"

#include <errno.h>
#include <stdlib.h>

#include "datapath/table/reclaim.h"

struct group *group_create(uint32_t id, struct group_buckets *buckets)
{
	struct group *group = calloc(1, sizeof(*group));

	if (group == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	group->id = id;
	group->buckets = buckets;
	return group;
}

void group_buckets_free(struct group_buckets *buckets)
{
	if (buckets == NULL)
		return;
	for (uint32_t i = 0; i < buckets->n; i++)
		free(buckets->b[i].actions);
	free(buckets);
}

static void free_buckets(void *buckets)
{
	group_buckets_free(buckets);
}

void group_set_buckets(struct group *group, struct group_buckets *buckets, struct reclaim *reclaim)
{
	struct group_buckets *old = group->buckets;

	__atomic_store_n(&group->buckets, buckets, __ATOMIC_RELEASE);
	reclaim_retire(reclaim, free_buckets, old);
}

static void free_group(void *arg)
{
	struct group *group = arg;

	group_buckets_free(group->buckets);
	free(group);
}

void group_retire(struct group *group, struct reclaim *reclaim)
{
	reclaim_retire(reclaim, free_group, group);
}
