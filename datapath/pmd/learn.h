// SPDX-License-Identifier: Apache-2.0
/* learn: what a lcore asked the control thread to learn lately; private to pmd/. */
#pragma once

#include <stdint.h>

#define LEARN_SEEN 1024 /* a power of two */
#define LEARN_RING 1024

struct learn_seen {
	uint64_t hash;
	uint32_t second;
};
