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

bool frame_run_rule(struct lcore *l, struct frame *f, const struct rule *rule)
{
	const struct program *p = __atomic_load_n(&rule->program, __ATOMIC_ACQUIRE);

	f->cookie = __atomic_load_n(&rule->cookie, __ATOMIC_RELAXED);
	if (unlikely(p->meter != NULL) && !frame_meter(l, f, p->meter))
		return false;
	if (p->apply != NULL)
		frame_execute(l, f, p->apply,
			      !p->has_goto && f->resubmits == 0 && action_set_empty(f->set) &&
				      p->write == NULL);
	if (unlikely(f->ended || f->exited))
		return false;
	if (unlikely(p->clear)) {
		action_set_clear(f->set);
		f->key->actset_output = 0;
	}
	if (unlikely(p->write != NULL))
		frame_write_actions(f, p->write);
	if (unlikely(p->metadata_mask != 0))
		f->key->metadata =
			(f->key->metadata & ~p->metadata_mask) | (p->metadata & p->metadata_mask);
	f->next_table = p->goto_table;
	return p->has_goto;
}

/* What a frame of a burst finds at its rule; true when it goes on to next_table. */
static inline bool run_rule(struct lcore *l, struct frame *f, const struct rule *rule)
{
	if (frame_run_rule(l, f, rule))
		return true;
	if (unlikely(!action_set_empty(f->set)) && !f->ended)
		frame_execute_set(l, f);
	return false;
}

/* Finds the rule of each wanted place; NULL: none. */
static void look_up(struct lcore *l, const struct classifier *cls, uint8_t table_id, uint64_t want,
		    const struct rule **found)
{
	uint32_t words = __atomic_load_n(&classifier_shape(cls)->words, __ATOMIC_ACQUIRE);
	int first = __builtin_ctzll(want);

	if (words > 1) {
		flow_cache_lookup(l->cache, cls, table_id, l->key, want, l->version, found);
		return;
	}
	/* All frames of a burst came by one port: when no rule looks at more, one answer is all. */
	classifier_lookup(cls, l->key, 1ull << first, l->version, found);
	for (uint64_t w = want & (want - 1); w != 0; w &= w - 1)
		found[__builtin_ctzll(w)] = found[first];
}

/* The same for a table that has clauses of conjunctions beside its rules, or nothing else. */
static void look_up_clauses(struct lcore *l, const struct classifier *cls, uint8_t table_id,
			    uint64_t want, const struct rule **found)
{
	const struct classifier *clauses =
		__atomic_load_n(&l->pipeline->clauses[table_id], __ATOMIC_ACQUIRE);

	for (uint64_t w = want; w != 0; w &= w - 1) {
		int i = __builtin_ctzll(w);

		found[i] = NULL;
		if (cls != NULL)
			classifier_lookup(cls, l->key, 1ull << i, l->version, found);
		found[i] = frame_find_conjunction(l, cls, clauses, &l->key[i], found[i]);
	}
}

const struct rule *frame_look_up(struct lcore *l, struct frame *f, uint8_t table_id)
{
	const struct classifier *cls =
		__atomic_load_n(&l->pipeline->table[table_id], __ATOMIC_ACQUIRE);
	const struct classifier *clauses =
		__atomic_load_n(&l->pipeline->clauses[table_id], __ATOMIC_ACQUIRE);
	const struct rule *found = NULL;

	count(&l->table[table_id].lookups, 1);
	if (cls != NULL)
		classifier_lookup(cls, f->key, 1, l->version, &found);
	if (clauses != NULL)
		found = frame_find_conjunction(l, cls, clauses, f->key, found);
	if (found == NULL)
		return NULL;
	count(&l->table[table_id].matches, 1);
	flow_counter_add(
		l->flow_counters, found->counter_id, found->flags & RULE_NO_PACKET_COUNTS ? 0 : 1,
		found->flags & RULE_NO_BYTE_COUNTS ? 0 : rte_pktmbuf_pkt_len(f->m), l->now_tsc);
	return found;
}

/* The port that frames were sent to last, for runs of frames. */
struct last_port {
	uint32_t ofport; /* 0: none */
	uint16_t index;
	struct lcore_tx *tx;
};

/* A frame that only goes to one port; false: there is more to say about it. */
static inline bool send_straight(struct lcore *l, struct last_port *last, uint32_t ofport,
				 struct rte_mbuf *m)
{
	if (unlikely(ofport != last->ofport)) {
		const struct pipeline_port *port = pipeline_port(l->pipeline, ofport);

		if (port == NULL || port->no_fwd || port->index == l->in_index)
			return false;
		last->tx = __atomic_load_n(&l->tx[port->index], __ATOMIC_ACQUIRE);
		if (last->tx == NULL)
			return false;
		last->index = port->index;
		last->ofport = ofport;
	}
	lcore_send(l, last->tx, last->index, m);
	return true;
}

static void miss(struct lcore *l, uint32_t i, uint8_t table_id)
{
	struct frame *f = frame_open(l, i);

	f->table_id = table_id;
	if (unlikely(__atomic_load_n(&l->pipeline->punt_misses, __ATOMIC_RELAXED))) {
		f->cookie = UINT64_MAX;
		frame_punt(l, f, PUNT_IMPLICIT_MISS, UINT16_MAX, 0);
		frame_end(l, f);
		return;
	}
	/* A miss drops the frame with its action set (1.3.5 §5.4). */
	if (f->reason != DROP_N_REASONS)
		f->reason = DROP_TABLE_MISS;
	frame_end(l, f);
}

/* One table for the places of `want`; returns those that go on. */
static uint64_t run_table(struct lcore *l, uint8_t table_id, uint64_t want)
{
	const struct classifier *cls =
		__atomic_load_n(&l->pipeline->table[table_id], __ATOMIC_ACQUIRE);
	const struct rule *found[CLASSIFIER_BURST];
	struct last_port last = {0};
	struct tally tally = {0};
	uint8_t normal[PMD_BURST];
	uint32_t n_normal = 0, matches = 0;
	bool straight = l->first_egress == 0; /* frames leave without egress tables */
	uint64_t on = 0;
	bool has_clauses =
		__atomic_load_n(&l->pipeline->n_clauses[table_id], __ATOMIC_ACQUIRE) != 0;

	if (unlikely(has_clauses))
		look_up_clauses(l, cls, table_id, want, found);
	else if (likely(cls != NULL))
		look_up(l, cls, table_id, want, found);
	for (uint64_t w = want; w != 0; w &= w - 1) {
		uint32_t i = (uint32_t)__builtin_ctzll(w);
		const struct program *program;
		struct frame *f;

		if (unlikely((cls == NULL && !has_clauses) || found[i] == NULL)) {
			miss(l, i, table_id);
			continue;
		}
		matches++;
		tally_add(l, &tally, found[i], rte_pktmbuf_pkt_len(l->m[i]));
		program = __atomic_load_n(&found[i]->program, __ATOMIC_ACQUIRE);
		if (likely(program->shortcut != SHORTCUT_NONE && straight &&
			   !(l->opened & 1ull << i))) {
			if (program->shortcut == SHORTCUT_NORMAL) {
				normal[n_normal++] = (uint8_t)i;
				continue;
			}
			if (send_straight(l, &last, program->shortcut_port, l->m[i]))
				continue;
		}
		f = frame_open(l, i);
		f->table_id = table_id;
		l->steps_left = FRAME_MAX_STEPS;
		if (run_rule(l, f, found[i]))
			on |= 1ull << i;
		else
			frame_end(l, f);
	}
	tally_flush(l, &tally);
	if (n_normal != 0)
		lcore_normal(l, normal, n_normal);
	count(&l->table[table_id].lookups, (uint64_t)__builtin_popcountll(want));
	count(&l->table[table_id].matches, matches);
	return on;
}

void lcore_classify(struct lcore *l, uint32_t n)
{
	uint64_t live = n == 64 ? UINT64_MAX : (1ull << n) - 1;
	uint64_t on;

	if (unlikely(n == 0))
		return;
	l->version = __atomic_load_n(&l->pipeline->version, __ATOMIC_ACQUIRE);
	l->first_egress = __atomic_load_n(&l->pipeline->first_egress, __ATOMIC_RELAXED);
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
