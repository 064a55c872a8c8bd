// SPDX-License-Identifier: Apache-2.0
/* Making and freeing what a lcore has to itself; on the control thread, while it does not run. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_random.h>

#include <rte_ring_elem.h>

#include "datapath/pmd/lcore.h"
#include "datapath/pmd/learn.h"

struct flow_cache *flow_cache_create(unsigned int n_tables)
{
	size_t size = FLOW_CACHE_ENTRIES * sizeof(struct flow_cache_entry);
	struct flow_cache *cache = calloc(1, sizeof(*cache));

	if (cache == NULL)
		goto no_memory;
	cache->gain = calloc(n_tables, sizeof(*cache->gain));
	cache->entries = aligned_alloc(64, size);
	if (cache->gain == NULL || cache->entries == NULL) {
		flow_cache_destroy(cache);
		goto no_memory;
	}
	memset(cache->entries, 0, size);
	cache->seed = rte_rand();
	return cache;

no_memory:
	errno = ENOMEM;
	return NULL;
}

void flow_cache_destroy(struct flow_cache *cache)
{
	if (cache == NULL)
		return;
	free(cache->entries);
	free(cache->gain);
	free(cache);
}

#define PUNT_RING 1024
#define PACKET_OUT_RING 1024

static struct rte_ring *make_ring(const char *what, unsigned int number, unsigned int elem_size,
				  unsigned int size, unsigned int flags)
{
	static unsigned int serial; /* control thread; a process may have several pmds in tests */
	char name[RTE_RING_NAMESIZE];

	snprintf(name, sizeof(name), "%s%u_%u", what, number, serial++);
	return rte_ring_create_elem(name, elem_size, size, SOCKET_ID_ANY, flags);
}

void lcore_destroy(struct lcore *l)
{
	struct rte_mbuf *m;

	if (l == NULL)
		return;
	if (l->punts != NULL) {
		while (rte_ring_sc_dequeue(l->punts, (void **)&m) == 0)
			rte_pktmbuf_free(m);
	}
	rte_ring_free(l->punts);
	rte_ring_free(l->learns);
	rte_ring_free(l->packet_outs);
	free(l->learn_seen);
	if (l->rxqs != NULL) {
		for (uint32_t i = 0; i < l->rxqs->n; i++)
			free(l->rxqs->rxq[i]);
	}
	free(l->rxqs);
	free(l->scheds);
	for (int i = 0; i < PIPELINE_MAX_PORTS; i++)
		free(l->tx[i]);
	flow_cache_destroy(l->cache);
	free(l);
}

struct lcore *lcore_create(struct pmd *pmd, unsigned int number)
{
	const unsigned int flags = RING_F_SP_ENQ | RING_F_SC_DEQ;
	struct lcore *l = aligned_alloc(64, (sizeof(*l) + 63) / 64 * 64);

	if (l == NULL)
		return NULL;
	memset(l, 0, sizeof(*l));
	l->pmd = pmd;
	l->pipeline = pmd->pipeline;
	l->flow_counters = flow_counters_lcore(pmd->pipeline->counters, number);
	l->mbufs = pmd->config.mbufs;
	l->number = number;
	l->lcore_id = pmd->config.lcore_id[number];
	l->cache = flow_cache_create(PIPELINE_N_TABLES);
	l->rxqs = calloc(1, sizeof(*l->rxqs));
	l->scheds = calloc(1, sizeof(*l->scheds));
	l->learn_seen = calloc(LEARN_SEEN, sizeof(*l->learn_seen));
	l->punts = make_ring("punt", number, sizeof(void *), PUNT_RING, flags);
	l->learns = make_ring("learn", number, sizeof(struct learn_request), LEARN_RING, flags);
	if (number == 0)
		l->packet_outs =
			make_ring("pktout", number, sizeof(void *), PACKET_OUT_RING, flags);
	if (l->cache == NULL || l->rxqs == NULL || l->scheds == NULL || l->punts == NULL ||
	    l->learns == NULL || l->learn_seen == NULL || (number == 0 && l->packet_outs == NULL)) {
		lcore_destroy(l);
		return NULL;
	}
	return l;
}
