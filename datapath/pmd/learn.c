// SPDX-License-Identifier: Apache-2.0
/*
 * Frames that teach the tables (ovs-actions(7), learn): lcores write no table, so they ask the
 * control thread to. What was asked lately is not asked again, or the answer to one new station
 * would be as many requests as it sends frames.
 */
#include <rte_ring_elem.h>

#include "datapath/pmd/lcore.h"
#include "datapath/pmd/learn.h"
#include "datapath/table/spread.h"

void frame_learn(struct lcore *l, const struct frame *f, const struct action *a)
{
	const struct learn_handle *handle = (const struct learn_handle *)(uintptr_t)a->payload[0];
	struct learn_request request = {.learn_id = handle->id, .table_id = f->table_id};
	uint64_t hash = handle->id;
	struct learn_seen *seen;

	for (uint32_t words = (uint32_t)a->payload[1]; words != 0; words &= words - 1)
		hash = spread_mix(hash, f->key->w[__builtin_ctz(words)]);
	seen = &l->learn_seen[hash % LEARN_SEEN];
	if (seen->hash == hash && seen->second == l->now_s)
		return;
	request.key = *f->key;
	/* A full ring loses it; the next frame asks again. */
	if (rte_ring_sp_enqueue_elem(l->learns, &request, sizeof(request)) != 0)
		return;
	*seen = (struct learn_seen){.hash = hash, .second = l->now_s};
	l->punted = true;
}
