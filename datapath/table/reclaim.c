// SPDX-License-Identifier: Apache-2.0
#include "datapath/table/reclaim.h"

#include <errno.h>
#include <stdlib.h>

#include <rte_pause.h>

#include "lib/log.h"

/*
 * Retired items wait in an array in the order of their tokens. A token is taken for each item; the
 * first item that is not ripe ends a poll, since all behind it are younger.
 */
#define AT_ONCE 2048 /* items of a poll: about a millisecond */
#define LOOKS 16     /* of reclaim_passed */

struct item {
	void (*done)(void *arg);
	void *arg;
	uint64_t token;
};

struct reclaim {
	struct rte_rcu_qsbr *qsbr;
	bool ripe;          /* the last poll ended before it met an item that is not */
	struct item *items; /* a ring of `room` (a power of two) */
	uint32_t head, n, room;
};

struct reclaim *reclaim_create(unsigned int n_lcores)
{
	struct reclaim *r = calloc(1, sizeof(*r));
	size_t size = rte_rcu_qsbr_get_memsize(n_lcores);

	if (r == NULL)
		goto no_memory;
	r->qsbr = aligned_alloc(64, (size + 63) / 64 * 64);
	if (r->qsbr == NULL)
		goto free_reclaim;
	rte_rcu_qsbr_init(r->qsbr, n_lcores);
	r->room = 1024;
	r->items = malloc(r->room * sizeof(*r->items));
	if (r->items == NULL)
		goto free_qsbr;
	return r;

free_qsbr:
	free(r->qsbr);
free_reclaim:
	free(r);
no_memory:
	errno = ENOMEM;
	return NULL;
}

void reclaim_destroy(struct reclaim *r)
{
	if (r == NULL)
		return;
	while (r->n != 0) {
		struct item it = r->items[r->head++ & (r->room - 1)];

		r->n--;
		it.done(it.arg);
	}
	free(r->items);
	free(r->qsbr);
	free(r);
}

struct rte_rcu_qsbr *reclaim_qsbr(struct reclaim *r)
{
	return r->qsbr;
}

static void grow(struct reclaim *r)
{
	struct item *bigger = malloc(2 * r->room * sizeof(*bigger));

	if (bigger == NULL) {
		log_error("reclaim", "out of memory");
		abort();
	}
	for (uint32_t i = 0; i < r->n; i++)
		bigger[i] = r->items[(r->head + i) & (r->room - 1)];
	free(r->items);
	r->items = bigger;
	r->head = 0;
	r->room *= 2;
}

void reclaim_retire(struct reclaim *r, void (*done)(void *arg), void *arg)
{
	if (r->n == r->room)
		grow(r);
	r->items[(r->head + r->n) & (r->room - 1)] =
		(struct item){.done = done, .arg = arg, .token = rte_rcu_qsbr_start(r->qsbr)};
	r->n++;
}

uint32_t reclaim_poll(struct reclaim *r)
{
	uint64_t ripe = 0;

	r->ripe = false;
	for (uint32_t i = 0; r->n != 0; i++) {
		struct item it = r->items[r->head & (r->room - 1)];

		if (i == AT_ONCE) {
			r->ripe = true;
			break;
		}
		if (it.token > ripe) {
			if (!rte_rcu_qsbr_check(r->qsbr, it.token, false))
				break;
			ripe = it.token;
		}
		r->head++;
		r->n--;
		it.done(it.arg);
	}
	return r->n;
}

bool reclaim_passed(struct reclaim *r)
{
	uint64_t token = rte_rcu_qsbr_start(r->qsbr);

	for (int i = 0; i < LOOKS; i++) {
		if (rte_rcu_qsbr_check(r->qsbr, token, false))
			return true;
		rte_pause();
	}
	return false;
}

bool reclaim_ripe(const struct reclaim *r)
{
	return r->ripe && r->n != 0;
}
