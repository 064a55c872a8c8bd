// SPDX-License-Identifier: Apache-2.0
/* What lcores do with the queues of ports. */
#include <rte_cycles.h>

#include "datapath/pmd/lcore.h"
#include "datapath/pmd/tx_sched.h"

#define RUN_BURST 64

/* The ingress port whose ledger the frame is in; index 0 when that port is gone. */
static uint16_t ingress_of(const struct lcore *l, const struct rte_mbuf *m)
{
	uint16_t epoch = __atomic_load_n(&l->pmd->epoch[m->port], __ATOMIC_RELAXED);

	return epoch == m->hash.sched.reserved ? m->port : 0;
}

static void refuse(struct lcore *l, struct sched *s, struct rte_mbuf *m, unsigned int place)
{
	l->in_index = ingress_of(l, m);
	count(&s->errors[l->number * PMD_MAX_QUEUES + place], 1);
	count(&l->port[s->index].tx_dropped, 1);
	frame_drop(l, m, DROP_QUEUE_FULL);
}

/* The owner puts a frame into its queue. Queues must not eat up the buffers that ports need. */
static void queue_put(struct lcore *l, struct sched *s, struct rte_mbuf *m, unsigned int place)
{
	uint32_t buffers = m->nb_segs;

	if (unlikely(l->n_waiting + buffers > l->pmd->max_waiting ||
		     !shaper_put(&s->shaper, place, m))) {
		refuse(l, s, m, place);
		return;
	}
	l->n_waiting += buffers;
	s->n_buffers += buffers;
}

void sched_put(struct lcore *l, struct sched *s, struct rte_mbuf *m, uint32_t queue_id)
{
	const struct shaper_plan *plan = __atomic_load_n(&s->plan, __ATOMIC_ACQUIRE);
	unsigned int place = shaper_place(plan, queue_id);

	m->port = l->in_index;
	m->hash.sched.reserved = __atomic_load_n(&l->pmd->epoch[l->in_index], __ATOMIC_RELAXED);
	m->hash.sched.queue_id = place;
	/* The owner, too, may meet a plan that its queues do not follow yet. */
	if (l->number == s->owner && s->shaper.plan.serial == plan->serial)
		queue_put(l, s, m, place);
	else if (unlikely(rte_ring_mp_enqueue(s->handed, m) != 0))
		refuse(l, s, m, place);
}

/* Goes over to a new plan; frames of queues that are gone continue in the default queue. */
static void plan_follow(struct lcore *l, struct sched *s, uint64_t now)
{
	const struct shaper_plan *plan = __atomic_load_n(&s->plan, __ATOMIC_ACQUIRE);
	struct rte_mbuf *homeless[SHAPER_FRAMES];
	uint32_t n;

	if (likely(s->shaper.plan.serial == plan->serial))
		return;
	do {
		n = shaper_adopt(&s->shaper, plan, now, homeless);
		for (uint32_t i = 0; i < n; i++) {
			l->n_waiting -= homeless[i]->nb_segs;
			s->n_buffers -= homeless[i]->nb_segs;
			queue_put(l, s, homeless[i], SHAPER_DEFAULT);
		}
	} while (n > 0);
}

static void take_handed(struct lcore *l, struct sched *s)
{
	struct rte_mbuf *frames[RUN_BURST];
	unsigned int n = rte_ring_sc_dequeue_burst(s->handed, (void **)frames, RUN_BURST, NULL);

	for (unsigned int i = 0; i < n; i++) {
		unsigned int place = frames[i]->hash.sched.queue_id;

		if (!s->shaper.plan.place[place].live)
			place = SHAPER_DEFAULT;
		queue_put(l, s, frames[i], place);
	}
}

/* Sends what is due; frames of one ingress port in a row go as one burst. */
static uint32_t send_due(struct lcore *l, struct sched *s, struct lcore_tx *tx)
{
	struct rte_mbuf *m;
	unsigned int place;
	uint32_t n = 0;

	while (n < RUN_BURST && (m = shaper_next(&s->shaper, &place)) != NULL) {
		uint16_t in_index = ingress_of(l, m);

		if (in_index != l->in_index)
			lcore_flush(l);
		l->in_index = in_index;
		l->n_waiting -= m->nb_segs;
		s->n_buffers -= m->nb_segs;
		count(&s->tx_packets[place], 1);
		count(&s->tx_bytes[place], rte_pktmbuf_pkt_len(m));
		lcore_collect(l, tx, s->index, m);
		n++;
	}
	lcore_flush(l);
	return n;
}

uint32_t sched_run(struct lcore *l)
{
	const struct sched_list *list = __atomic_load_n(&l->scheds, __ATOMIC_ACQUIRE);
	uint32_t sent = 0;

	l->n_waiting = 0;
	for (uint32_t i = 0; i < list->n; i++)
		l->n_waiting += list->sched[i]->n_buffers;
	for (uint32_t i = 0; i < list->n; i++) {
		struct sched *s = list->sched[i];
		struct lcore_tx *tx = __atomic_load_n(&l->tx[s->index], __ATOMIC_ACQUIRE);
		uint64_t now = rte_rdtsc();

		plan_follow(l, s, now);
		take_handed(l, s);
		if (s->shaper.n == 0 || tx == NULL)
			continue;
		shaper_fill(&s->shaper, now);
		sent += send_due(l, s, tx);
	}
	return sent;
}
