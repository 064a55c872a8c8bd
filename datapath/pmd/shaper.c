// SPDX-License-Identifier: Apache-2.0
#include "datapath/pmd/shaper.h"

#include <string.h>

#include <rte_common.h>

static double bytes_a_cycle(uint64_t bps, uint64_t hz)
{
	return (double)bps / 8 / (double)hz;
}

static void place_set(struct shaper_plan *plan, unsigned int i, const struct pmd_queue *queue,
		      uint64_t hz, double cycles)
{
	plan->place[i].live = true;
	plan->place[i].id = queue->id;
	plan->place[i].min = bytes_a_cycle(queue->min_bps, hz);
	plan->place[i].max = bytes_a_cycle(queue->max_bps, hz);
	plan->place[i].min_depth = plan->place[i].min * cycles;
	plan->place[i].max_depth = plan->place[i].max * cycles;
}

/* The place of a queue in the plan before, or PMD_MAX_QUEUES. */
static unsigned int place_before(const struct shaper_plan *before, uint32_t id)
{
	for (unsigned int i = 0; before != NULL && i < PMD_MAX_QUEUES; i++) {
		if (before->place[i].live && before->place[i].id == id)
			return i;
	}
	return PMD_MAX_QUEUES;
}

void shaper_plan_make(struct shaper_plan *plan, const struct shaper_plan *before,
		      const struct pmd_queues *queues, uint64_t hz, uint32_t interval_us)
{
	static uint64_t serial; /* control thread */
	const struct pmd_queue default_queue = {.id = 0};
	double cycles = (double)hz / 1e6 * RTE_MAX(interval_us, SHAPER_DEPTH_US);

	memset(plan, 0, sizeof(*plan));
	plan->serial = ++serial;
	plan->rate = bytes_a_cycle(queues->rate_bps, hz);
	plan->depth = plan->rate * cycles;
	place_set(plan, SHAPER_DEFAULT, &default_queue, hz, cycles);
	for (uint16_t i = 0; i < queues->n; i++) {
		unsigned int at = place_before(before, queues->queue[i].id);

		if (queues->queue[i].id == 0)
			at = SHAPER_DEFAULT;
		if (at < PMD_MAX_QUEUES)
			place_set(plan, at, &queues->queue[i], hz, cycles);
	}
	/* Those that are new, where no queue was before if there is such a place. */
	for (uint16_t i = 0; i < queues->n; i++) {
		unsigned int at = 1;

		if (place_before(plan, queues->queue[i].id) < PMD_MAX_QUEUES)
			continue;
		while (at < PMD_MAX_QUEUES &&
		       (plan->place[at].live || (before != NULL && before->place[at].live)))
			at++;
		for (unsigned int j = 1; at == PMD_MAX_QUEUES && j < PMD_MAX_QUEUES; j++)
			at = plan->place[j].live ? at : j;
		if (at < PMD_MAX_QUEUES)
			place_set(plan, at, &queues->queue[i], hz, cycles);
	}
}

static struct rte_mbuf *pop(struct shaper *s, struct shaper_queue *q)
{
	struct rte_mbuf *m = q->frame[q->first];

	q->first = (q->first + 1) % SHAPER_FRAMES;
	q->n--;
	q->bytes -= rte_pktmbuf_pkt_len(m);
	s->n--;
	return m;
}

static bool is_same(const struct shaper_plan *a, const struct shaper_plan *b, unsigned int i)
{
	return a->place[i].live && b->place[i].live && a->place[i].id == b->place[i].id;
}

uint32_t shaper_adopt(struct shaper *s, const struct shaper_plan *plan, uint64_t now,
		      struct rte_mbuf **homeless)
{
	shaper_fill(s, now);
	for (unsigned int i = 0; i < PMD_MAX_QUEUES; i++) {
		struct shaper_queue *q = &s->queue[i];
		bool same = is_same(&s->plan, plan, i);
		uint32_t n = 0;

		while (!same && q->n > 0)
			homeless[n++] = pop(s, q);
		if (n > 0)
			return n;
	}
	for (unsigned int i = 0; i < PMD_MAX_QUEUES; i++) {
		struct shaper_queue *q = &s->queue[i];
		bool same = is_same(&s->plan, plan, i);

		q->min_tokens = same ? RTE_MIN(q->min_tokens, plan->place[i].min_depth)
				     : plan->place[i].min_depth;
		q->max_tokens = same && s->plan.place[i].max > 0
					? RTE_MIN(q->max_tokens, plan->place[i].max_depth)
					: plan->place[i].max_depth;
	}
	s->tokens = s->plan.rate > 0 ? RTE_MIN(s->tokens, plan->depth) : plan->depth;
	s->last = now;
	s->plan = *plan;
	return 0;
}

bool shaper_put(struct shaper *s, unsigned int place, struct rte_mbuf *m)
{
	struct shaper_queue *q = &s->queue[place];
	uint32_t size = rte_pktmbuf_pkt_len(m);

	if (q->n == SHAPER_FRAMES || (q->n > 0 && q->bytes + size > SHAPER_BYTES))
		return false;
	q->frame[(q->first + q->n) % SHAPER_FRAMES] = m;
	q->n++;
	q->bytes += size;
	s->n++;
	return true;
}

void shaper_fill(struct shaper *s, uint64_t now)
{
	const struct shaper_plan *plan = &s->plan;
	double cycles = now > s->last ? (double)(now - s->last) : 0;

	s->last = RTE_MAX(s->last, now);
	s->tokens = RTE_MIN(s->tokens + plan->rate * cycles, plan->depth);
	for (unsigned int i = 0; i < PMD_MAX_QUEUES; i++) {
		struct shaper_queue *q = &s->queue[i];

		if (!plan->place[i].live)
			continue;
		q->min_tokens = RTE_MIN(q->min_tokens + plan->place[i].min * cycles,
					plan->place[i].min_depth);
		q->max_tokens = RTE_MIN(q->max_tokens + plan->place[i].max * cycles,
					plan->place[i].max_depth);
	}
}

/* The next queue in turn that may send; `min`: of those below their guaranteed rate. */
static unsigned int choose(const struct shaper *s, uint8_t turn, bool min)
{
	for (unsigned int k = 1; k <= PMD_MAX_QUEUES; k++) {
		unsigned int i = (turn + k) % PMD_MAX_QUEUES;
		const struct shaper_queue *q = &s->queue[i];

		if (q->n == 0 || (s->plan.place[i].max > 0 && q->max_tokens <= 0))
			continue;
		if (!min || (s->plan.place[i].min > 0 && q->min_tokens > 0))
			return i;
	}
	return PMD_MAX_QUEUES;
}

struct rte_mbuf *shaper_next(struct shaper *s, unsigned int *place)
{
	unsigned int i;
	struct shaper_queue *q;
	struct rte_mbuf *m;
	double size, floor;

	if (s->n == 0 || (s->plan.rate > 0 && s->tokens <= 0))
		return NULL;
	i = choose(s, s->turn_min, true);
	if (i < PMD_MAX_QUEUES) {
		s->turn_min = (uint8_t)i;
	} else {
		i = choose(s, s->turn_rest, false);
		if (i == PMD_MAX_QUEUES)
			return NULL;
		s->turn_rest = (uint8_t)i;
	}
	q = &s->queue[i];
	m = pop(s, q);
	/* A bucket may go below zero: a frame leaves as a whole, and what follows waits for it. */
	size = rte_pktmbuf_pkt_len(m);
	s->tokens -= size;
	q->max_tokens -= size;
	/* What a queue gets beyond its guarantee does not count against it for long. */
	floor = RTE_MIN(q->min_tokens, -s->plan.place[i].min_depth);
	if (q->min_tokens > 0)
		q->min_tokens -= size;
	else
		q->min_tokens = RTE_MAX(q->min_tokens - size, floor);
	*place = i;
	return m;
}

struct rte_mbuf *shaper_take(struct shaper *s)
{
	for (unsigned int i = 0; i < PMD_MAX_QUEUES; i++) {
		if (s->queue[i].n > 0)
			return pop(s, &s->queue[i]);
	}
	return NULL;
}
