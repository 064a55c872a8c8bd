// SPDX-License-Identifier: Apache-2.0
/*
 * arena: what unpacking allocates, freed in one step.
 *
 * A bump allocator with a bound: a message from a peer can cost at most `limit` bytes. Blocks are
 * kept by a reset, so that in steady state no message allocates. One owner, no locks.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct of_arena_block;

struct of_arena {
	struct of_arena_block *first;
	struct of_arena_block *now; /* where the next allocation is tried */
	size_t used;                /* bytes handed out since the last reset */
	size_t limit;
};

/** What serves one message of 64 KiB in every case that the standard allows. */
#define OF_ARENA_DEFAULT_LIMIT (4u << 20)

/** An empty arena that hands out at most `limit` bytes between resets; end with of_arena_free. */
struct of_arena of_arena_init(size_t limit);

/**
 * `size` bytes aligned for any object, not cleared; NULL when the bound or the memory is reached.
 * Valid until the arena is reset or freed; `size` 0 gives a pointer that may not be followed.
 */
void *of_arena_alloc(struct of_arena *arena, size_t size);

/** A copy of `size` bytes; NULL as of_arena_alloc. */
void *of_arena_copy(struct of_arena *arena, const void *from, size_t size);

/** Forgets everything handed out; keeps the blocks for the next message. */
void of_arena_reset(struct of_arena *arena);

/** Frees all; legal twice. */
void of_arena_free(struct of_arena *arena);
