// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/flow_map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "datapath/agent/flow_store.h"

#define FIRST_HEADS 8
#define MOVED_AT_ONCE 8 /* chains with each addition; the map fills half as fast */

uint32_t flow_map_hash(const uint8_t *key, size_t size, uint64_t seed)
{
	uint64_t h = seed ^ size;

	for (size_t at = 0; at < size; at += 8) {
		uint64_t word = 0;
		__uint128_t p;

		memcpy(&word, key + at, size - at < 8 ? size - at : 8);
		p = (__uint128_t)(h ^ word) * 0x9e3779b97f4a7c15ull;
		h = (uint64_t)p ^ (uint64_t)(p >> 64);
	}
	return (uint32_t)(h ^ h >> 32);
}

static struct flow **head_of(const struct flow_map *map, uint32_t hash)
{
	if (map->old != NULL && (hash & map->old_mask) >= map->n_moved)
		return &map->old[hash & map->old_mask];
	return &map->heads[hash & map->mask];
}

struct flow *flow_map_find(const struct flow_map *map, const uint8_t *key, size_t size,
			   uint32_t hash)
{
	if (map->heads == NULL)
		return NULL;
	for (struct flow *f = *head_of(map, hash); f != NULL; f = f->map_next) {
		if (f->hash == hash && f->key_size == size && !f->gone &&
		    memcmp(f->key, key, size) == 0)
			return f;
	}
	return NULL;
}

/* Moves a few chains to the new heads; frees the old ones after the last. */
static void move(struct flow_map *map)
{
	for (int i = 0; i < MOVED_AT_ONCE && map->old != NULL; i++) {
		struct flow *f = map->old[map->n_moved], *next;

		for (; f != NULL; f = next) {
			struct flow **head = &map->heads[f->hash & map->mask];

			next = f->map_next;
			f->map_next = *head;
			*head = f;
		}
		if (map->n_moved++ == map->old_mask) {
			free(map->old);
			map->old = NULL;
		}
	}
}

/* More heads when there are more flows than heads; the doubling before has ended by then. */
static int make_room(struct flow_map *map)
{
	uint32_t n = map->heads != NULL ? 2 * (map->mask + 1) : FIRST_HEADS;
	struct flow **heads;

	move(map);
	if (map->old != NULL || (map->heads != NULL && map->n_all <= map->mask))
		return 0;
	heads = calloc(n, sizeof(struct flow *));
	if (heads == NULL)
		return map->heads != NULL ? 0 : -ENOMEM; /* longer chains will do */
	map->old = map->heads;
	map->old_mask = map->mask;
	map->n_moved = 0;
	map->heads = heads;
	map->mask = n - 1;
	return 0;
}

int flow_map_add(struct flow_map *map, struct flow *flow)
{
	struct flow **head;

	if (make_room(map) != 0)
		return -ENOMEM;
	head = head_of(map, flow->hash);
	flow->map_next = *head;
	*head = flow;
	flow->prev = map->last;
	flow->next = NULL;
	if (map->last != NULL)
		map->last->next = flow;
	else
		map->first = flow;
	map->last = flow;
	map->n++;
	map->n_all++;
	return 0;
}

void flow_map_del(struct flow_map *map, struct flow *flow)
{
	struct flow **at = head_of(map, flow->hash);

	while (*at != flow)
		at = &(*at)->map_next;
	*at = flow->map_next;
	if (flow->prev != NULL)
		flow->prev->next = flow->next;
	else
		map->first = flow->next;
	if (flow->next != NULL)
		flow->next->prev = flow->prev;
	else
		map->last = flow->prev;
	if (!flow->gone)
		map->n--;
	map->n_all--;
	if (map->n_all == 0)
		flow_map_free(map);
}

void flow_map_free(struct flow_map *map)
{
	free(map->heads);
	free(map->old);
	*map = (struct flow_map){0};
}
