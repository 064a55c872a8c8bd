// SPDX-License-Identifier: Apache-2.0
/*
 * frame_pool: the buffers that frames live in. Control thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <rte_mempool.h>

/**
 * A pool of as many buffers as `size` bytes hold, each with a private area of PUNT_PRIV_SIZE. On
 * normal pages buffers may cross page boundaries, which saves 40 % of the memory and is harmless,
 * since no adapter reads them by physical address. NULL with rte_errno.
 */
struct rte_mempool *frame_pool_create(uint64_t size, bool hugepages);
