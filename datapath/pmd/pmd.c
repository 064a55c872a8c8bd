// SPDX-License-Identifier: Apache-2.0
#include "datapath/pmd/pmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <rte_launch.h>
#include <rte_lcore.h>

#include "datapath/pmd/lcore.h"

struct pmd *pmd_create(struct pipeline *pipeline, const struct pmd_config *config)
{
	struct pmd *pmd = calloc(1, sizeof(*pmd));

	if (pmd == NULL)
		goto no_memory;
	pmd->pipeline = pipeline;
	pmd->config = *config;
	pmd->punt_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	if (pmd->punt_fd < 0)
		goto destroy;
	pmd->punt_drops = calloc(PIPELINE_MAX_PORTS, sizeof(*pmd->punt_drops));
	if (pmd->punt_drops == NULL)
		goto destroy;
	/* Ports need the rest. */
	if (config->mbufs != NULL)
		pmd->max_waiting = config->mbufs->size / 4 / config->n_lcores;
	for (unsigned int n = 0; n < config->n_lcores; n++) {
		pmd->lcore[n] = lcore_create(pmd, n);
		if (pmd->lcore[n] == NULL)
			goto destroy;
	}
	return pmd;

destroy:
	pmd_destroy(pmd);
no_memory:
	errno = ENOMEM;
	return NULL;
}

int pmd_start(struct pmd *pmd)
{
	for (unsigned int n = 0; n < pmd->config.n_lcores; n++) {
		int rc = rte_eal_remote_launch(lcore_run, pmd->lcore[n], pmd->lcore[n]->lcore_id);

		if (rc != 0) {
			pmd->running = true;
			pmd_stop(pmd);
			return rc;
		}
	}
	pmd->running = true;
	return 0;
}

void pmd_stop(struct pmd *pmd)
{
	if (!pmd->running)
		return;
	__atomic_store_n(&pmd->stop, 1, __ATOMIC_RELEASE);
	for (unsigned int n = 0; n < pmd->config.n_lcores; n++)
		rte_eal_wait_lcore(pmd->lcore[n]->lcore_id);
	__atomic_store_n(&pmd->stop, 0, __ATOMIC_RELEASE);
	pmd->running = false;
}

static void reap_packet_outs(struct pmd *pmd, bool all)
{
	struct packet_out **link = &pmd->packet_outs;

	while (*link != NULL) {
		struct packet_out *out = *link;

		if (!all && __atomic_load_n(&out->done, __ATOMIC_ACQUIRE) == 0) {
			link = &out->next;
			continue;
		}
		if (out->done == 0)
			rte_pktmbuf_free(out->frame);
		*link = out->next;
		action_list_free(out->actions);
		free(out);
		pmd->n_packet_outs--;
	}
}

void pmd_destroy(struct pmd *pmd)
{
	if (pmd == NULL)
		return;
	reap_packet_outs(pmd, true);
	for (int i = 0; i < PIPELINE_MAX_PORTS; i++)
		sched_end(pmd, pmd->sched[i]);
	for (unsigned int n = 0; n < pmd->config.n_lcores; n++)
		lcore_destroy(pmd->lcore[n]);
	free(pmd->punt_drops);
	if (pmd->punt_fd >= 0)
		close(pmd->punt_fd);
	free(pmd);
}

uint32_t pmd_turn(struct pmd *pmd, unsigned int n)
{
	return lcore_turn(pmd->lcore[n]);
}

/* --- ports ---------------------------------------------------------------------------------- */

static struct lcore *least_loaded(struct pmd *pmd)
{
	struct lcore *best = pmd->lcore[0];

	for (unsigned int n = 1; n < pmd->config.n_lcores; n++) {
		if (pmd->lcore[n]->rxqs->n < best->rxqs->n)
			best = pmd->lcore[n];
	}
	return best;
}

/* Publishes the lcore's queues less those of `without`, plus `more`. */
static int publish_rxqs(struct lcore *l, const struct port *without, struct rxq *more)
{
	struct rxq_list *old = l->rxqs;
	struct rxq_list *list = malloc(sizeof(*list) + (old->n + 1) * sizeof(list->rxq[0]));

	if (list == NULL)
		return -ENOMEM;
	list->n = 0;
	for (uint32_t i = 0; i < old->n; i++) {
		if (old->rxq[i]->port != without)
			list->rxq[list->n++] = old->rxq[i];
		else
			reclaim_retire(l->pipeline->reclaim, free, old->rxq[i]);
	}
	if (more != NULL)
		list->rxq[list->n++] = more;
	__atomic_store_n(&l->rxqs, list, __ATOMIC_RELEASE);
	reclaim_retire(l->pipeline->reclaim, free, old);
	return 0;
}

static int add_tx(struct lcore *l, struct port *port)
{
	struct lcore_tx *tx = calloc(1, sizeof(*tx));

	if (tx == NULL)
		return -ENOMEM;
	tx->port = port;
	tx->txq = (uint16_t)(l->number % RTE_MAX(port->n_txq, 1));
	__atomic_store_n(&l->tx[port->index], tx, __ATOMIC_RELEASE);
	return 0;
}

static int add_rxq(struct pmd *pmd, struct port *port, uint16_t queue)
{
	struct rxq *q = calloc(1, sizeof(*q));
	int rc;

	if (q == NULL)
		return -ENOMEM;
	q->port = port;
	q->queue = queue;
	q->index = port->index;
	rc = publish_rxqs(least_loaded(pmd), NULL, q);
	if (rc != 0)
		free(q);
	return rc;
}

int pmd_add_port(struct pmd *pmd, struct port *port)
{
	int rc = 0;

	for (unsigned int n = 0; n < pmd->config.n_lcores && rc == 0; n++)
		rc = add_tx(pmd->lcore[n], port);
	for (uint16_t q = 0; q < port->n_rxq && rc == 0; q++)
		rc = add_rxq(pmd, port, q);
	return rc;
}

struct removal {
	struct pmd *pmd;
	struct sched *sched;
	void (*done)(void *arg);
	void *arg;
};

static void removal_done(void *arg)
{
	struct removal removal = *(struct removal *)arg;

	free(arg);
	sched_end(removal.pmd, removal.sched);
	removal.done(removal.arg);
}

void pmd_remove_port(struct pmd *pmd, struct port *port, void (*done)(void *arg), void *arg)
{
	struct removal *removal = malloc(sizeof(*removal));

	if (removal == NULL)
		abort(); /* a few bytes at most */
	*removal = (struct removal){
		.pmd = pmd, .sched = sched_withdraw(pmd, port->index), .done = done, .arg = arg};
	for (unsigned int n = 0; n < pmd->config.n_lcores; n++) {
		struct lcore *l = pmd->lcore[n];
		struct lcore_tx *tx = l->tx[port->index];

		__atomic_store_n(&l->tx[port->index], NULL, __ATOMIC_RELEASE);
		if (tx != NULL)
			reclaim_retire(pmd->pipeline->reclaim, free, tx);
		if (publish_rxqs(l, port, NULL) != 0)
			abort();
	}
	reclaim_retire(pmd->pipeline->reclaim, removal_done, removal);
}

/* --- to and from the control thread --------------------------------------------------------- */

uint32_t pmd_punted(struct pmd *pmd, struct rte_mbuf **frames, uint32_t n)
{
	uint32_t got = 0;

	for (unsigned int i = 0; i < pmd->config.n_lcores && got < n; i++)
		got += rte_ring_sc_dequeue_burst(pmd->lcore[i]->punts, (void **)frames + got,
						 n - got, NULL);
	return got;
}

uint32_t pmd_learns(struct pmd *pmd, struct learn_request *requests, uint32_t n)
{
	uint32_t got = 0;

	for (unsigned int i = 0; i < pmd->config.n_lcores && got < n; i++)
		got += rte_ring_sc_dequeue_burst_elem(pmd->lcore[i]->learns, requests + got,
						      sizeof(*requests), n - got, NULL);
	return got;
}

int pmd_punt_fd(const struct pmd *pmd)
{
	return pmd->punt_fd;
}

bool pmd_punt_arm(struct pmd *pmd)
{
	__atomic_store_n(&pmd->punt_armed, 1, __ATOMIC_SEQ_CST);
	for (unsigned int i = 0; i < pmd->config.n_lcores; i++) {
		if (!rte_ring_empty(pmd->lcore[i]->punts) ||
		    !rte_ring_empty(pmd->lcore[i]->learns)) {
			__atomic_store_n(&pmd->punt_armed, 0, __ATOMIC_SEQ_CST);
			return false;
		}
	}
	return true;
}

int pmd_packet_out(struct pmd *pmd, struct rte_mbuf *frame, struct action_list *actions,
		   const struct packet_out_fields *fields)
{
	struct packet_out *out = calloc(1, sizeof(*out));
	int rc = -ENOMEM;

	reap_packet_outs(pmd, false);
	if (out == NULL)
		goto drop;
	*out = (struct packet_out){
		.frame = frame,
		.actions = actions,
		.in_port = fields->in_port,
		.metadata = fields->metadata,
		.tunnel_id = fields->tunnel_id,
	};
	rc = -ENOSPC;
	if (rte_ring_sp_enqueue(pmd->lcore[0]->packet_outs, out) != 0)
		goto free_out;
	out->next = pmd->packet_outs;
	pmd->packet_outs = out;
	pmd->n_packet_outs++;
	pmd->n_packet_outs_taken++;
	return 0;

free_out:
	free(out);
drop:
	rte_pktmbuf_free(frame);
	action_list_free(actions);
	return rc;
}

struct pmd_packet_outs pmd_packet_outs(struct pmd *pmd)
{
	reap_packet_outs(pmd, false);
	return (struct pmd_packet_outs){pmd->n_packet_outs_taken,
					pmd->n_packet_outs_taken - pmd->n_packet_outs};
}
