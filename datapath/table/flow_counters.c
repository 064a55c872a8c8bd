// SPDX-License-Identifier: Apache-2.0
#include "datapath/table/flow_counters.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct flow_counters {
	unsigned int n_lcores;
	uint32_t n_chunks;
	uint32_t *free_ids; /* a stack */
	uint32_t n_free, room_free;
	struct flow_counters_lcore *lcore;
};

struct flow_counters *flow_counters_create(unsigned int n_lcores)
{
	struct flow_counters *fc = calloc(1, sizeof(*fc));

	if (fc == NULL)
		return NULL;
	fc->n_lcores = n_lcores;
	fc->lcore = aligned_alloc(64, n_lcores * sizeof(*fc->lcore));
	if (fc->lcore == NULL) {
		free(fc);
		errno = ENOMEM;
		return NULL;
	}
	memset(fc->lcore, 0, n_lcores * sizeof(*fc->lcore));
	return fc;
}

void flow_counters_destroy(struct flow_counters *fc)
{
	if (fc == NULL)
		return;
	for (unsigned int l = 0; l < fc->n_lcores; l++) {
		for (uint32_t c = 0; c < fc->n_chunks; c++)
			free(fc->lcore[l].chunk[c]);
	}
	free(fc->lcore);
	free(fc->free_ids);
	free(fc);
}

/* A chunk for each lcore; its ids go on the stack, the lowest on top. */
static int add_chunk(struct flow_counters *fc)
{
	uint32_t room = (fc->n_chunks + 1) * FLOW_COUNTERS_CHUNK, first = fc->n_chunks;
	uint32_t *bigger;

	if (first == FLOW_COUNTERS_CHUNKS)
		return -ENOSPC;
	if (fc->room_free < room) {
		bigger = realloc(fc->free_ids, room * sizeof(*bigger));
		if (bigger == NULL)
			return -ENOMEM;
		fc->free_ids = bigger;
		fc->room_free = room;
	}
	for (unsigned int l = 0; l < fc->n_lcores; l++) {
		struct flow_counter *c = calloc(FLOW_COUNTERS_CHUNK, sizeof(*c));

		if (c == NULL) {
			while (l-- > 0) {
				free(fc->lcore[l].chunk[first]);
				fc->lcore[l].chunk[first] = NULL;
			}
			return -ENOMEM;
		}
		__atomic_store_n(&fc->lcore[l].chunk[first], c, __ATOMIC_RELEASE);
	}
	fc->n_chunks++;
	for (uint32_t i = FLOW_COUNTERS_CHUNK; i-- > 0;) {
		uint32_t id = first * FLOW_COUNTERS_CHUNK + i;

		if (id != 0)
			fc->free_ids[fc->n_free++] = id;
	}
	return 0;
}

int flow_counters_take(struct flow_counters *fc, uint32_t *id)
{
	int rc = fc->n_free == 0 ? add_chunk(fc) : 0;

	if (rc != 0)
		return rc;
	*id = fc->free_ids[--fc->n_free];
	for (unsigned int l = 0; l < fc->n_lcores; l++)
		memset(&fc->lcore[l].chunk[*id / FLOW_COUNTERS_CHUNK][*id % FLOW_COUNTERS_CHUNK], 0,
		       sizeof(struct flow_counter));
	return 0;
}

void flow_counters_give(struct flow_counters *fc, uint32_t id)
{
	if (id != 0)
		fc->free_ids[fc->n_free++] = id;
}

void flow_counters_sum(const struct flow_counters *fc, uint32_t id, struct flow_counter *sum)
{
	*sum = (struct flow_counter){0};
	if (id == 0 || id / FLOW_COUNTERS_CHUNK >= fc->n_chunks)
		return;
	for (unsigned int l = 0; l < fc->n_lcores; l++) {
		const struct flow_counter *c =
			&fc->lcore[l].chunk[id / FLOW_COUNTERS_CHUNK][id % FLOW_COUNTERS_CHUNK];
		uint64_t used = __atomic_load_n(&c->used_tsc, __ATOMIC_RELAXED);

		sum->packets += __atomic_load_n(&c->packets, __ATOMIC_RELAXED);
		sum->bytes += __atomic_load_n(&c->bytes, __ATOMIC_RELAXED);
		if (used > sum->used_tsc)
			sum->used_tsc = used;
	}
}

struct flow_counters_lcore *flow_counters_lcore(struct flow_counters *fc, unsigned int lcore)
{
	return &fc->lcore[lcore];
}
