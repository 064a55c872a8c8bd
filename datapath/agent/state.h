// SPDX-License-Identifier: Apache-2.0
/*
 * state: what outlives the process, in a SQLite database of the state directory.
 *
 * Rows are keyed by (table, id) or (table, name) and opaque here. The control thread queues
 * changes; a thread of this module writes them in order, many in one durable transaction, so that a
 * slow disk delays nobody. A crash leaves the database as after some earlier change, never
 * between the two halves of one.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include <event2/event.h>

struct state;

/* The numbers are in the file: never reuse one. */
enum state_table {
	STATE_PORT = 1, /* name: port; value: spec, number and OFPPC_* bits */
	STATE_MAC = 2,  /* name: address/VLAN; value: port's name */
	STATE_META = 3, /* the agent's rows */
	STATE_GROUP = 4,
	STATE_FLOW = 5,
	STATE_METER = 6,
};

/**
 * Opens or makes the database. A file that is no database or that a newer version made is an
 * error. NULL with errno and a sentence in `why`. Control thread, as all that follow.
 */
struct state *state_open(const char *dir, struct event_base *base, char *why, size_t why_size);

/** Writes all that is queued, then closes. NULL is legal. */
void state_close(struct state *state);

/**
 * Calls `each` for every row of a table, in the order of their keys; before the first state_put.
 * Rows for which it returns non-zero are deleted. 0 or -EIO with a sentence in `why`.
 */
int state_load(struct state *state, enum state_table table,
	       int (*each)(void *context, const char *name, uint64_t id, const void *bytes,
			   size_t size),
	       void *context, char *why, size_t why_size);

/** Queues a row's value; NULL bytes: the row is gone. The key is `name` ("" for none) and `id`. */
void state_put(struct state *state, enum state_table table, const char *name, uint64_t id,
	       const void *bytes, size_t size);

/**
 * Calls `done(arg)` on the control thread when all that was queued before is durable (or could not
 * be written, which is logged).
 */
void state_when_stored(struct state *state, void (*done)(void *arg), void *arg);
