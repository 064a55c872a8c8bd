// SPDX-License-Identifier: Apache-2.0
/*
 * The loop of a lcore: for each queue rx, parse, classify and execute, tx.
 *
 * An idle lcore sleeps: after IDLE_BEFORE_SLEEP_US without a frame it naps, longer each time up to
 * the configured bound, so it costs little and is late by that bound at most.
 */
#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_ether.h>
#include <rte_prefetch.h>

#include "datapath/pmd/lcore.h"

#define IDLE_BEFORE_SLEEP_US 50

static void drop_burst(struct lcore *l, struct rte_mbuf **frames, uint16_t n,
		       enum drop_reason reason)
{
	for (uint16_t i = 0; i < n; i++)
		frame_drop(l, frames[i], reason);
}

/* The words of a key that do not come from the frame. */
static inline void key_start(struct flow_key *key, uint32_t in_port, uint32_t words)
{
	key->w[0] = (uint64_t)in_port << 32 | in_port;
	key->w[1] = 0;
	if (unlikely(words >> FLOW_FIRST_OWN_WORD != 0))
		memset(&key->w[FLOW_FIRST_OWN_WORD], 0,
		       (FLOW_KEY_WORDS - FLOW_FIRST_OWN_WORD) * sizeof(uint64_t));
}

/* Parses the frames of one queue into the places of the burst; returns how many there are. */
static uint32_t parse_burst(struct lcore *l, struct rte_mbuf **frames, uint16_t n)
{
	const struct pipeline *p = l->pipeline;
	enum flow_depth depth = (enum flow_depth)__atomic_load_n(&p->depth, __ATOMIC_ACQUIRE);
	uint32_t words = __atomic_load_n(&p->words, __ATOMIC_ACQUIRE);
	bool deny_fragments = __atomic_load_n(&p->deny_fragments, __ATOMIC_RELAXED);
	uint32_t kept = 0;

	if (unlikely(deny_fragments))
		depth = FLOW_DEPTH_L4;
	for (uint16_t i = 0; i < n; i++) {
		if (unlikely(rte_pktmbuf_data_len(frames[i]) < RTE_ETHER_HDR_LEN)) {
			frame_drop(l, frames[i], DROP_RUNT);
			continue;
		}
		key_start(&l->key[kept], l->in_port, words);
		frame_parse(frames[i], depth, words, &l->key[kept], &l->layout[kept]);
		if (unlikely(deny_fragments && l->key[kept].ip_frag != 0)) {
			frame_drop(l, frames[i], DROP_FRAGMENT);
			continue;
		}
		l->m[kept++] = frames[i];
	}
	return kept;
}

/* All steps between rx and the next queue. */
static void run_burst(struct lcore *l, uint16_t index, struct rte_mbuf **frames, uint16_t n)
{
	const struct pipeline_port *in =
		__atomic_load_n(&l->pipeline->port[index], __ATOMIC_ACQUIRE);
	uint64_t bytes = 0;

	l->in_index = index;
	for (uint16_t i = 0; i < n; i++) {
		rte_prefetch0(rte_pktmbuf_mtod(frames[i], void *));
		bytes += rte_pktmbuf_pkt_len(frames[i]);
	}
	count(&ingress(l)->rx_packets, n);
	count(&ingress(l)->rx_bytes, bytes);
	if (unlikely(in == NULL || in->no_recv)) {
		drop_burst(l, frames, n, in == NULL ? DROP_PORT_DOWN : DROP_PORT_NO_RECV);
		return;
	}
	l->in_port = in->ofport;
	l->opened = 0;
	lcore_classify(l, parse_burst(l, frames, n));
	lcore_flush(l);
}

/* --- packet-outs ---------------------------------------------------------------------------- */

static void run_packet_out(struct lcore *l, struct packet_out *out)
{
	const struct pipeline_port *in = pipeline_port(l->pipeline, out->in_port);
	struct frame *f;

	l->in_index = in != NULL ? in->index : 0;
	l->in_port = out->in_port;
	count(&ingress(l)->injected, 1);
	l->opened = 0;
	l->m[0] = out->frame;
	key_start(&l->key[0], l->in_port, FRAME_ALL_WORDS);
	l->key[0].metadata = out->metadata;
	l->key[0].tunnel_id = out->tunnel_id;
	frame_parse(out->frame, FLOW_DEPTH_L4, FRAME_ALL_WORDS, &l->key[0], &l->layout[0]);
	l->version = __atomic_load_n(&l->pipeline->version, __ATOMIC_ACQUIRE);
	l->first_egress = __atomic_load_n(&l->pipeline->first_egress, __ATOMIC_RELAXED);
	l->steps_left = FRAME_MAX_STEPS;
	f = frame_open(l, 0);
	frame_execute(l, f, out->actions, true);
	if (f->submit && !f->ended) {
		frame_settle(l, f);
		f->submit = f->exited = false;
		lcore_classify(l, 1);
	} else {
		frame_end(l, f);
	}
	lcore_flush(l);
	__atomic_store_n(&out->done, 1, __ATOMIC_RELEASE);
}

static uint32_t run_packet_outs(struct lcore *l)
{
	struct packet_out *out;
	uint32_t n = 0;

	while (n < PMD_BURST && rte_ring_sc_dequeue(l->packet_outs, (void **)&out) == 0) {
		run_packet_out(l, out);
		n++;
	}
	return n;
}

/* --- turns ---------------------------------------------------------------------------------- */

static void wake_control(struct lcore *l)
{
	static const uint64_t one = 1;

	l->punted = false;
	if (__atomic_load_n(&l->pmd->punt_armed, __ATOMIC_SEQ_CST) != 0 &&
	    __atomic_exchange_n(&l->pmd->punt_armed, 0, __ATOMIC_SEQ_CST) != 0) {
		ssize_t ignored = write(l->pmd->punt_fd, &one, sizeof(one));

		(void)ignored;
	}
}

/* The clock of the MAC table in whole seconds. */
static void advance_clock(struct lcore *l)
{
	if (likely(l->now_tsc < l->next_second_tsc))
		return;
	l->now_s = (uint32_t)(l->now_tsc / rte_get_tsc_hz());
	l->next_second_tsc = ((uint64_t)l->now_s + 1) * rte_get_tsc_hz();
}

uint32_t lcore_turn(struct lcore *l)
{
	const struct rxq_list *list = __atomic_load_n(&l->rxqs, __ATOMIC_ACQUIRE);
	struct rte_mbuf *frames[PMD_BURST];
	uint64_t before = rte_rdtsc();
	uint32_t total = 0;

	l->now_tsc = before;
	advance_clock(l);
	for (uint32_t i = 0; i < list->n; i++) {
		struct rxq *q = list->rxq[i];
		uint32_t malformed = 0;
		uint16_t n = q->port->ops->rx(q->port, q->queue, frames, PMD_BURST, &malformed);
		uint64_t after;

		if (unlikely(malformed != 0)) {
			count(&l->port[q->index].rx_packets, malformed);
			count(&l->port[q->index].drops[DROP_RX_MALFORMED], malformed);
		}
		if (n != 0)
			run_burst(l, q->index, frames, n);
		after = rte_rdtsc();
		if (n != 0) {
			count(&q->packets, n);
			count(&q->busy_cycles, after - before);
			count(&l->busy_cycles, after - before);
			l->now_tsc = after;
		} else {
			count(&l->idle_cycles, after - before);
		}
		before = after;
		total += n;
	}
	count(&l->packets, total);
	if (l->packet_outs != NULL && !rte_ring_empty(l->packet_outs))
		total += run_packet_outs(l);
	total += sched_run(l);
	if (unlikely(l->punted))
		wake_control(l);
	return total;
}

/* Naps; nothing of the pipeline is in use meanwhile. */
static void nap(struct lcore *l, uint32_t us)
{
	struct rte_rcu_qsbr *qsbr = reclaim_qsbr(l->pipeline->reclaim);
	struct timespec ts = {.tv_nsec = us * 1000l};
	uint64_t before = rte_rdtsc();

	rte_rcu_qsbr_thread_offline(qsbr, l->number);
	nanosleep(&ts, NULL);
	rte_rcu_qsbr_thread_online(qsbr, l->number);
	count(&l->idle_cycles, rte_rdtsc() - before);
}

int lcore_run(void *arg)
{
	struct lcore *l = arg;
	struct rte_rcu_qsbr *qsbr = reclaim_qsbr(l->pipeline->reclaim);
	uint64_t patience = rte_get_tsc_hz() / 1000000 * IDLE_BEFORE_SLEEP_US;
	uint64_t busy_at = rte_rdtsc();
	uint32_t nap_us = 1;

	prctl(PR_SET_TIMERSLACK, 1ul, 0ul, 0ul, 0ul);
	rte_rcu_qsbr_thread_register(qsbr, l->number);
	rte_rcu_qsbr_thread_online(qsbr, l->number);
	while (__atomic_load_n(&l->pmd->stop, __ATOMIC_RELAXED) == 0) {
		uint32_t n = lcore_turn(l);

		rte_rcu_qsbr_quiescent(qsbr, l->number);
		if (n != 0) {
			busy_at = l->now_tsc;
			nap_us = 1;
		} else if (l->pmd->config.idle_sleep_us != 0 && l->now_tsc - busy_at > patience) {
			nap(l, nap_us);
			nap_us = RTE_MIN(nap_us * 2, l->pmd->config.idle_sleep_us);
		}
	}
	rte_rcu_qsbr_thread_offline(qsbr, l->number);
	rte_rcu_qsbr_thread_unregister(qsbr, l->number);
	return 0;
}
