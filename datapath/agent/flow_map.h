// SPDX-License-Identifier: Apache-2.0
/*
 * flow_map: the flows of one table by their key, in the order in which they came; private to the
 * flow store.
 *
 * Chains behind one array of heads that doubles a few chains at a time, so that no flow-mod pays
 * for all. A flow that the transaction under way removes stays, marked `gone`, and is not found: so
 * it is at its old place when the transaction is taken back. Control thread.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct flow;

struct flow_map {
	struct flow **heads; /* NULL: empty */
	struct flow **old;   /* while it doubles: chains that were not moved yet; else NULL */
	uint32_t mask, old_mask;
	uint32_t n_moved; /* of the old heads */
	uint32_t n;       /* flows that are not gone */
	uint32_t n_all;
	struct flow *first, *last; /* in the order in which they came */
};

/** Hash of a key. `seed`: nobody can aim at a chain who does not know it. */
uint32_t flow_map_hash(const uint8_t *key, size_t size, uint64_t seed);

/** The flow of that key that is not gone; NULL when there is none. */
struct flow *flow_map_find(const struct flow_map *map, const uint8_t *key, size_t size,
			   uint32_t hash);

/** Adds a flow with its key and hash as the last one; 0 or -ENOMEM. */
int flow_map_add(struct flow_map *map, struct flow *flow);

/** Takes it out. */
void flow_map_del(struct flow_map *map, struct flow *flow);

/** Frees the arrays of a map without flows. */
void flow_map_free(struct flow_map *map);
