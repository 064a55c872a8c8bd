// SPDX-License-Identifier: Apache-2.0
/* Buckets of groups (OpenFlow 1.3.5 §5.6, §7.3.4.2, 1.5.1 §7.3.4.3). */
#include <stdlib.h>

#include "datapath/agent/compile.h"

static const enum group_kind kinds[] = {
	[OFPGT_ALL] = GROUP_ALL,
	[OFPGT_SELECT] = GROUP_SELECT,
	[OFPGT_INDIRECT] = GROUP_INDIRECT,
	[OFPGT_FF] = GROUP_FAST_FAILOVER,
};

static int by_id(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

static enum of_err check_ids(const struct of_buckets *buckets)
{
	uint32_t ids[GROUP_MAX_BUCKETS];

	for (uint16_t i = 0; i < buckets->n; i++) {
		ids[i] = buckets->b[i].bucket_id;
		if (ids[i] > OFPG_BUCKET_MAX)
			return OFPGMFC_BAD_BUCKET;
	}
	qsort(ids, buckets->n, sizeof(ids[0]), by_id);
	for (uint16_t i = 1; i < buckets->n; i++) {
		if (ids[i] == ids[i - 1])
			return OFPGMFC_BUCKET_EXISTS;
	}
	return OF_OK;
}

static enum of_err compile_one(const struct compile_env *env, enum group_kind kind,
			       const struct of_bucket *in, struct group_bucket *out)
{
	struct group_watch watch = group_watch(kind, in->watch_port, in->watch_group);

	if (kind == GROUP_FAST_FAILOVER && watch.port == GROUP_WATCHES_NOTHING &&
	    watch.group == GROUP_WATCHES_NOTHING)
		return OFPGMFC_BAD_WATCH;
	out->bucket_id = in->bucket_id;
	out->weight = in->weight;
	out->watch_port = in->watch_port;
	out->watch_group = in->watch_group;
	return compile_bucket(env, &in->actions, &out->actions);
}

enum of_err compile_buckets(const struct compile_env *env, uint8_t group_type,
			    const struct of_buckets *buckets, struct group_buckets **out)
{
	struct group_buckets *compiled;
	enum of_err err;

	if (group_type > OFPGT_FF)
		return OFPGMFC_BAD_TYPE;
	if (group_type == OFPGT_INDIRECT && buckets->n != 1)
		return OFPGMFC_INVALID_GROUP;
	if (buckets->n > GROUP_MAX_BUCKETS)
		return OFPGMFC_OUT_OF_BUCKETS;
	err = check_ids(buckets);
	if (err != OF_OK)
		return err;
	compiled = group_buckets_create(kinds[group_type], buckets->n);
	if (compiled == NULL)
		return OF_ERR_NO_MEMORY;
	compiled->n = 0;
	for (uint16_t i = 0; i < buckets->n; i++) {
		err = compile_one(env, compiled->kind, &buckets->b[i], &compiled->b[i]);
		if (err != OF_OK) {
			group_buckets_free(compiled);
			return err;
		}
		compiled->n++;
	}
	*out = compiled;
	return OF_OK;
}
