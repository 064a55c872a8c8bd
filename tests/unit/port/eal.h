// SPDX-License-Identifier: Apache-2.0
/*
 * eal: DPDK for unit tests, without root, hugepages or devices. One call, before any test.
 */
#pragma once

#include <rte_eal.h>
#include <rte_lcore.h>
#include <rte_mbuf.h>

/** Starts the EAL and makes a pool of `n` mbufs; NULL when it cannot. */
static inline struct rte_mempool *eal_start(unsigned int n)
{
	static char *argv[] = {
		"test",        "--no-huge",   "-m",    "64", "--no-pci", "--no-telemetry",
		"--no-shconf", "--log-level", "error", "-l", "0",        NULL};

	if (rte_eal_init(sizeof(argv) / sizeof(argv[0]) - 1, argv) < 0)
		return NULL;
	return rte_pktmbuf_pool_create("mbufs", n, 0, 64, RTE_MBUF_DEFAULT_BUF_SIZE, SOCKET_ID_ANY);
}
