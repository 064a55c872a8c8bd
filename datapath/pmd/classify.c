// SPDX-License-Identifier: Apache-2.0
/* Third and fourth step of a turn: tables and what their rules say, for a burst at a time. */
#include "datapath/pmd/lcore.h"

/* Frames that met the same rule in a row are counted once for all. */
struct tally {
	const struct rule *rule;
	uint32_t packets;
	uint64_t bytes;
};

static void tally_flush(struct lcore *l, struct tally *t)
{
	if (t->rule == NULL)
		return;
	flow_counter_add(l->flow_counters, t->rule->counter_id,
			 t->rule->flags & RULE_NO_PACKET_COUNTS ? 0 : t->packets,
			 t->rule->flags & RULE_NO_BYTE_COUNTS ? 0 : t->bytes, l->now_tsc);
}

static inline void tally_add(struct lcore *l, struct tally *t, const struct rule *rule,
			     uint32_t bytes)
{
	if (rule != t->rule) {
		tally_flush(l, t);
		*t = (struct tally){.rule = rule};
	}
	t->packets++;
	t->bytes += bytes;
}

/* What a frame finds at its rule; true when it goes on to next_table. */
static inline bool run_rule(struct lcore *l, struct frame *f, const struct rule *rule)
{
	const struct program *p = __atomic_load_n(&rule->program, __ATOMIC_ACQUIRE);

	f->cookie = __atomic_load_n(&rule->cookie, __ATOMIC_RELAXED);
	if (p->apply != NULL)
		frame_execute(l, f, p->apply, !p->has_goto && f->set->present == 0);
	if (unlikely(p->clear))
		f->set->present = 0;
	if (unlikely(p->write != NULL))
		frame_write_actions(f, p->write);
	if (unlikely(p->metadata_mask != 0))
		f->key->metadata =
			(f->key->metadata & ~p->metadata_mask) | (p->metadata & p->metadata_mask);
	if (p->has_goto) {
		f->next_table = p->goto_table;
		return true;
	}
	if (unlikely(f->set->present != 0))
		frame_execute_set(l, f);
	return false;
}

/* A rule whose first action is NORMAL: its MAC table lines are fetched for the whole burst. */
static inline bool is_normal(const struct rule *rule)
{
	const struct program *p = __atomic_load_n(&rule->program, __ATOMIC_ACQUIRE);

	return p->apply != NULL && p->apply->n_words != 0 &&
	       action_first(p->apply)->op == ACTION_NORMAL;
}

/* One table for the frames of `want`; returns those that go on. */
static uint64_t run_table(struct lcore *l, uint8_t table_id, uint64_t want)
{
	const struct classifier *cls =
		__atomic_load_n(&l->pipeline->table[table_id], __ATOMIC_ACQUIRE);
	const struct rule *found[CLASSIFIER_BURST];
	struct tally tally = {0};
	uint64_t on = 0;
	uint32_t matches = 0;

	if (cls != NULL)
		classifier_lookup(cls, l->key, want, l->version, found);
	for (uint64_t w = want; w != 0 && cls != NULL; w &= w - 1) {
		int i = __builtin_ctzll(w);

		if (found[i] != NULL && is_normal(found[i]))
			frame_normal_prefetch(l, &l->frame[i]);
	}
	for (uint64_t w = want; w != 0; w &= w - 1) {
		int i = __builtin_ctzll(w);
		struct frame *f = &l->frame[i];

		f->table_id = table_id;
		if (unlikely(cls == NULL || found[i] == NULL)) {
			/* A miss drops the frame with its action set (1.3.5 §5.4). */
			if (f->reason != DROP_N_REASONS)
				f->reason = DROP_TABLE_MISS;
			frame_end(l, f);
			continue;
		}
		matches++;
		tally_add(l, &tally, found[i], rte_pktmbuf_pkt_len(f->m));
		if (run_rule(l, f, found[i]))
			on |= 1ull << i;
		else
			frame_end(l, f);
	}
	tally_flush(l, &tally);
	count(&l->table[table_id].lookups, (uint64_t)__builtin_popcountll(want));
	count(&l->table[table_id].matches, matches);
	return on;
}

void lcore_classify(struct lcore *l, uint32_t n)
{
	uint64_t live = n == 64 ? UINT64_MAX : (1ull << n) - 1;
	uint64_t on;

	l->version = __atomic_load_n(&l->pipeline->version, __ATOMIC_ACQUIRE);
	on = run_table(l, 0, live);
	/* A frame only ever goes to a later table, so the lowest one has all that will come. */
	while (unlikely(on != 0)) {
		uint64_t here = 0;
		uint8_t lowest = UINT8_MAX;

		for (uint64_t w = on; w != 0; w &= w - 1) {
			int i = __builtin_ctzll(w);
			uint8_t t = l->frame[i].next_table;

			if (t < lowest) {
				lowest = t;
				here = 0;
			}
			if (t == lowest)
				here |= 1ull << i;
		}
		on = (on & ~here) | run_table(l, lowest, here);
	}
}
