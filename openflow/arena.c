// SPDX-License-Identifier: Apache-2.0
#include "openflow/arena.h"

#include <stdlib.h>
#include <string.h>

#define BLOCK_SIZE (16u << 10)
#define ALIGNMENT 16u

struct of_arena_block {
	struct of_arena_block *next;
	size_t size;
	size_t used;
	_Alignas(ALIGNMENT) uint8_t bytes[];
};

struct of_arena of_arena_init(size_t limit)
{
	return (struct of_arena){.limit = limit};
}

/* Moves on to a block with room for `size`, appending one when there is none. */
static struct of_arena_block *block_with_room(struct of_arena *arena, size_t size)
{
	struct of_arena_block **link = arena->now != NULL ? &arena->now : &arena->first;
	struct of_arena_block *block;

	while (*link != NULL) {
		if ((*link)->size - (*link)->used >= size)
			return *link;
		link = &(*link)->next;
	}
	size_t block_size = size > BLOCK_SIZE ? size : BLOCK_SIZE;

	block = malloc(sizeof(*block) + block_size);
	if (block == NULL)
		return NULL;
	block->next = NULL;
	block->size = block_size;
	block->used = 0;
	*link = block;
	return block;
}

void *of_arena_alloc(struct of_arena *arena, size_t size)
{
	struct of_arena_block *block;
	void *p;

	if (size > arena->limit - arena->used || size > SIZE_MAX / 2)
		return NULL;
	size = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
	block = arena->now;
	if (block == NULL || block->size - block->used < size) {
		block = block_with_room(arena, size);
		if (block == NULL)
			return NULL;
		arena->now = block;
	}
	p = block->bytes + block->used;
	block->used += size;
	arena->used += size < arena->limit - arena->used ? size : arena->limit - arena->used;
	return p;
}

void *of_arena_copy(struct of_arena *arena, const void *from, size_t size)
{
	void *p = of_arena_alloc(arena, size);

	if (p != NULL && size != 0)
		memcpy(p, from, size);
	return p;
}

void of_arena_reset(struct of_arena *arena)
{
	if (arena->used == 0)
		return;
	for (struct of_arena_block *b = arena->first; b != NULL; b = b->next) {
		b->used = 0;
		if (b == arena->now)
			break;
	}
	arena->now = arena->first;
	arena->used = 0;
}

void of_arena_free(struct of_arena *arena)
{
	struct of_arena_block *next;

	for (struct of_arena_block *b = arena->first; b != NULL; b = next) {
		next = b->next;
		free(b);
	}
	arena->first = NULL;
	arena->now = NULL;
	arena->used = 0;
}
