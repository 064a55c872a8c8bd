// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/frame_pool.h"

#include <rte_errno.h>
#include <rte_mbuf.h>

#include "datapath/pmd/punt.h"

#define CACHE_SIZE 256

struct rte_mempool *frame_pool_create(uint64_t size, bool hugepages)
{
	struct rte_pktmbuf_pool_private priv = {.mbuf_data_room_size = RTE_MBUF_DEFAULT_BUF_SIZE,
						.mbuf_priv_size = PUNT_PRIV_SIZE};
	uint32_t one = sizeof(struct rte_mbuf) + PUNT_PRIV_SIZE + RTE_MBUF_DEFAULT_BUF_SIZE;
	uint32_t whole = rte_mempool_calc_obj_size(one, 0, NULL);
	struct rte_mempool *pool = rte_mempool_create_empty(
		"frames", (unsigned int)(size / whole), one, CACHE_SIZE, sizeof(priv),
		SOCKET_ID_ANY, hugepages ? 0 : RTE_MEMPOOL_F_NO_IOVA_CONTIG);
	int n;

	if (pool == NULL)
		return NULL;
	rte_pktmbuf_pool_init(pool, &priv);
	n = rte_mempool_populate_default(pool);
	if (n < 0) {
		rte_mempool_free(pool);
		rte_errno = -n;
		return NULL;
	}
	rte_mempool_obj_iter(pool, rte_pktmbuf_init, NULL);
	return pool;
}
