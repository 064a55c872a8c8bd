// SPDX-License-Identifier: Apache-2.0
/* Making, changing and ending the queues of ports; on the control thread. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_mempool.h>

#include "datapath/pmd/lcore.h"
#include "datapath/pmd/tx_sched.h"

#define HANDED_RING 1024

/* Publishes the schedulers of a lcore less `without`, plus `more`. */
static int list_publish(struct lcore *l, const struct sched *without, struct sched *more)
{
	struct sched_list *old = l->scheds;
	struct sched_list *list = malloc(sizeof(*list) + (old->n + 1) * sizeof(list->sched[0]));

	if (list == NULL)
		return -ENOMEM;
	list->n = 0;
	for (uint32_t i = 0; i < old->n; i++) {
		if (old->sched[i] != without)
			list->sched[list->n++] = old->sched[i];
	}
	if (more != NULL)
		list->sched[list->n++] = more;
	__atomic_store_n(&l->scheds, list, __ATOMIC_RELEASE);
	reclaim_retire(l->pipeline->reclaim, free, old);
	return 0;
}

static void sched_free(struct sched *s)
{
	if (s == NULL)
		return;
	rte_ring_free(s->handed);
	free(s->plan);
	free(s->errors);
	free(s);
}

/* What the port has sent so far was sent by its default queue. */
static void base_take(const struct pmd *pmd, struct sched *s)
{
	struct pmd_port_counters port;

	pmd_port_counters(pmd, s->index, &port);
	s->base_packets = port.tx_packets;
	s->base_bytes = port.tx_bytes;
	__atomic_store_n(&s->tx_packets[SHAPER_DEFAULT], 0, __ATOMIC_RELAXED);
	__atomic_store_n(&s->tx_bytes[SHAPER_DEFAULT], 0, __ATOMIC_RELAXED);
}

/* The scheduler of a port, with a first plan; no lcore knows it yet. */
static struct sched *sched_make(struct pmd *pmd, uint16_t index)
{
	static unsigned int serial;
	char name[RTE_RING_NAMESIZE];
	struct sched *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	snprintf(name, sizeof(name), "sched%u_%u", index, serial++);
	s->index = index;
	s->owner = index % pmd->config.n_lcores;
	s->handed = rte_ring_create(name, HANDED_RING, SOCKET_ID_ANY, RING_F_SC_DEQ);
	s->errors = calloc((size_t)pmd->config.n_lcores * PMD_MAX_QUEUES, sizeof(*s->errors));
	s->plan = malloc(sizeof(*s->plan));
	if (s->handed == NULL || s->errors == NULL || s->plan == NULL) {
		sched_free(s);
		return NULL;
	}
	base_take(pmd, s);
	return s;
}

/* Frames go by the scheduler, or past it (NULL), from the next on. */
static void route(struct pmd *pmd, uint16_t index, struct sched *s)
{
	for (unsigned int n = 0; n < pmd->config.n_lcores; n++) {
		struct lcore_tx *tx = pmd->lcore[n]->tx[index];

		if (tx != NULL)
			__atomic_store_n(&tx->sched, s, __ATOMIC_RELEASE);
	}
}

static void plan_make(const struct pmd *pmd, struct shaper_plan *plan,
		      const struct shaper_plan *before, const struct pmd_queues *queues)
{
	shaper_plan_make(plan, before, queues, rte_get_tsc_hz(), 4 * pmd->config.idle_sleep_us);
}

static int sched_begin(struct pmd *pmd, uint16_t index, const struct pmd_queues *queues)
{
	struct sched *s = sched_make(pmd, index);

	if (s == NULL)
		return -ENOMEM;
	plan_make(pmd, s->plan, NULL, queues);
	(void)shaper_adopt(&s->shaper, s->plan, rte_rdtsc(), NULL);
	if (list_publish(pmd->lcore[s->owner], NULL, s) != 0) {
		sched_free(s);
		return -ENOMEM;
	}
	pmd->sched[index] = s;
	route(pmd, index, s);
	return 0;
}

/* What a place counted was another queue's. Its owner may count once more meanwhile: no matter. */
static void places_clear(const struct pmd *pmd, struct sched *s, const struct shaper_plan *plan)
{
	for (unsigned int i = 0; i < PMD_MAX_QUEUES; i++) {
		if (s->plan->place[i].live && plan->place[i].live &&
		    s->plan->place[i].id == plan->place[i].id)
			continue;
		__atomic_store_n(&s->tx_packets[i], 0, __ATOMIC_RELAXED);
		__atomic_store_n(&s->tx_bytes[i], 0, __ATOMIC_RELAXED);
		for (unsigned int n = 0; n < pmd->config.n_lcores; n++)
			__atomic_store_n(&s->errors[n * PMD_MAX_QUEUES + i], 0, __ATOMIC_RELAXED);
	}
}

int pmd_set_queues(struct pmd *pmd, uint16_t index, const struct pmd_queues *queues)
{
	struct sched *s = pmd->sched[index];
	struct shaper_plan *plan, *old;

	if (s == NULL)
		return pmd_queues_none(queues) ? 0 : sched_begin(pmd, index, queues);
	plan = malloc(sizeof(*plan));
	if (plan == NULL)
		return -ENOMEM;
	old = s->plan;
	plan_make(pmd, plan, old, queues);
	places_clear(pmd, s, plan);
	__atomic_store_n(&s->plan, plan, __ATOMIC_RELEASE);
	reclaim_retire(pmd->pipeline->reclaim, free, old);
	if (s->passed_by && !pmd_queues_none(queues))
		base_take(pmd, s);
	s->passed_by = pmd_queues_none(queues);
	route(pmd, index, s->passed_by ? NULL : s);
	return 0;
}

bool pmd_queue_counters(const struct pmd *pmd, uint16_t index, uint32_t queue_id,
			struct pmd_queue_counters *c)
{
	const struct sched *s = pmd->sched[index];
	struct pmd_port_counters port;
	unsigned int place;

	*c = (struct pmd_queue_counters){0};
	if (s == NULL || s->passed_by) {
		if (queue_id != 0)
			return false;
		pmd_port_counters(pmd, index, &port);
		c->tx_packets = port.tx_packets;
		c->tx_bytes = port.tx_bytes;
		return true;
	}
	place = shaper_place(s->plan, queue_id);
	if (place == SHAPER_DEFAULT && queue_id != 0)
		return false;
	c->tx_packets = __atomic_load_n(&s->tx_packets[place], __ATOMIC_RELAXED);
	c->tx_bytes = __atomic_load_n(&s->tx_bytes[place], __ATOMIC_RELAXED);
	if (place == SHAPER_DEFAULT) {
		c->tx_packets += s->base_packets;
		c->tx_bytes += s->base_bytes;
	}
	for (unsigned int n = 0; n < pmd->config.n_lcores; n++)
		c->tx_errors +=
			__atomic_load_n(&s->errors[n * PMD_MAX_QUEUES + place], __ATOMIC_RELAXED);
	return true;
}

struct sched *sched_withdraw(struct pmd *pmd, uint16_t index)
{
	struct sched *s = pmd->sched[index];

	if (s == NULL)
		return NULL;
	pmd->sched[index] = NULL;
	if (list_publish(pmd->lcore[s->owner], s, NULL) != 0)
		abort(); /* a few bytes at most */
	return s;
}

/* The control thread charges the drop: no lcore does any more. */
static void drop_waiting(struct pmd *pmd, struct rte_mbuf *m)
{
	uint16_t index = pmd->epoch[m->port] == m->hash.sched.reserved ? m->port : 0;

	pmd->punt_drops[index].punted++; /* see pmd_port_counters */
	pmd_count_punt_drop(pmd, index, DROP_NO_SUCH_PORT);
	rte_pktmbuf_free(m);
}

void sched_end(struct pmd *pmd, struct sched *s)
{
	struct rte_mbuf *m;

	if (s == NULL)
		return;
	while ((m = shaper_take(&s->shaper)) != NULL)
		drop_waiting(pmd, m);
	while (rte_ring_sc_dequeue(s->handed, (void **)&m) == 0)
		drop_waiting(pmd, m);
	sched_free(s);
}
