// SPDX-License-Identifier: Apache-2.0
/* The ends of a frame: sent, given to the control thread, or dropped under a reason. */
#include "datapath/pmd/edit.h"
#include "datapath/pmd/lcore.h"

void frame_drop(struct lcore *l, struct rte_mbuf *m, enum drop_reason reason)
{
	count(&ingress(l)->drops[reason], 1);
	rte_pktmbuf_free(m);
}

void frame_fail(struct lcore *l, struct frame *f, enum drop_reason reason)
{
	/* As if a copy had been made and dropped; frame_end takes one back for the frame itself. */
	count(&ingress(l)->copies, 1);
	count(&ingress(l)->drops[reason], 1);
	f->n_failed++;
}

/* --- sending -------------------------------------------------------------------------------- */

static const enum drop_reason tx_drop_reason[PORT_TX_N_DROPS] = {
	[PORT_TX_RING_FULL] = DROP_TX_RING_FULL, [PORT_TX_DOWN] = DROP_TX_DOWN,
	[PORT_TX_TOO_LONG] = DROP_TX_TOO_LONG,   [PORT_TX_MALFORMED] = DROP_TX_MALFORMED,
	[PORT_TX_NO_MBUF] = DROP_TX_NO_MBUF,
};

static void send_all(struct lcore *l, uint16_t index)
{
	struct lcore_tx *tx = __atomic_load_n(&l->tx[index], __ATOMIC_ACQUIRE);
	struct pmd_port_counters *in = ingress(l), *out = &l->port[index];
	struct port_tx_result result = {0};
	uint32_t dropped = 0;

	if (tx == NULL || tx->n == 0)
		return;
	tx->port->ops->tx(tx->port, tx->txq, tx->frames, tx->n, &result);
	tx->n = 0;
	count(&out->tx_packets, result.sent);
	count(&out->tx_bytes, result.sent_bytes);
	count(&in->forwarded, result.sent);
	if (unlikely(result.segments_added != 0))
		count(&in->copies, result.segments_added);
	for (int i = 0; i < PORT_TX_N_DROPS; i++) {
		if (likely(result.dropped[i] == 0))
			continue;
		count(&in->drops[tx_drop_reason[i]], result.dropped[i]);
		dropped += result.dropped[i];
	}
	if (unlikely(dropped != 0))
		count(&out->tx_dropped, dropped);
}

void lcore_flush(struct lcore *l)
{
	for (uint16_t i = 0; i < l->n_dirty; i++)
		send_all(l, l->dirty[i]);
	l->n_dirty = 0;
}

void lcore_flush_port(struct lcore *l, uint16_t index)
{
	send_all(l, index);
	for (uint16_t i = 0; i < l->n_dirty; i++) {
		if (l->dirty[i] == index) {
			l->dirty[i] = l->dirty[--l->n_dirty];
			return;
		}
	}
}

bool frame_edit_vlan(struct rte_mbuf *m, enum vlan_edit edit, uint16_t vid)
{
	switch (edit) {
	case VLAN_KEEP:
		return true;
	case VLAN_PUSH:
		return edit_push_vlan(m, 0x8100, vid);
	case VLAN_POP:
		return edit_pop_vlan(m);
	case VLAN_SET_VID:
		return edit_set_vid(m, vid);
	}
	return false;
}

struct frame *frame_open(struct lcore *l, uint32_t i)
{
	struct frame *f = &l->frame[i];

	if (l->opened & 1ull << i)
		return f;
	l->opened |= 1ull << i;
	f->m = l->m[i];
	f->key = &l->key[i];
	f->layout = l->layout[i];
	f->set = &l->set[i];
	f->stack = &l->stack[i];
	f->stack->n = 0;
	action_set_clear(f->set);
	f->pending.kind = PENDING_NONE;
	f->n_failed = 0;
	f->depth = 0;
	f->queue_id = 0;
	f->resubmits = 0;
	f->submit = f->ended = f->exited = f->in_egress = false;
	f->reason = DROP_RULE;
	f->table_id = 0;
	f->cookie = UINT64_MAX;
	return f;
}

static void send_to_port(struct lcore *l, struct rte_mbuf *m, const struct pending *p)
{
	struct lcore_tx *tx = __atomic_load_n(&l->tx[p->index], __ATOMIC_ACQUIRE);

	if (unlikely(tx == NULL)) {
		frame_drop(l, m, DROP_NO_SUCH_PORT);
		return;
	}
	if (unlikely(!frame_edit_vlan(m, p->vlan, p->vid))) {
		frame_drop(l, m, DROP_BAD_ACTION);
		return;
	}
	if (likely(p->queue_id == 0)) {
		lcore_send(l, tx, p->index, m);
	} else {
		struct sched *sched = __atomic_load_n(&tx->sched, __ATOMIC_ACQUIRE);

		if (sched != NULL)
			sched_put(l, sched, m, p->queue_id);
		else
			lcore_collect(l, tx, p->index, m);
	}
}

static void send_to_control(struct lcore *l, struct frame *f, struct rte_mbuf *m,
			    const struct pending *p)
{
	struct punt_info *info = punt_info(m);

	*info = (struct punt_info){
		.cookie = p->cookie,
		.metadata = f->key->metadata,
		.in_port = l->in_port,
		.in_phy_port = l->in_port,
		.tunnel_id = f->key->tunnel_id,
		.max_len = p->max_len,
		.controller_id = p->controller_id,
		.table_id = p->table_id,
		.reason = p->reason,
	};
	m->port = l->in_index;
	if (rte_ring_sp_enqueue(l->punts, m) != 0) {
		frame_drop(l, m, DROP_PUNT_FULL);
		return;
	}
	count(&ingress(l)->punted, 1);
	l->punted = true;
}

static void send(struct lcore *l, struct frame *f, struct rte_mbuf *m)
{
	if (unlikely(l->first_egress != 0) && f->pending.kind == PENDING_PORT && !f->in_egress)
		frame_egress(l, f, m, &f->pending);
	else if (likely(f->pending.kind == PENDING_PORT))
		send_to_port(l, m, &f->pending);
	else
		send_to_control(l, f, m, &f->pending);
}

void frame_settle(struct lcore *l, struct frame *f)
{
	struct rte_mbuf *copy;

	if (f->pending.kind == PENDING_NONE)
		return;
	copy = rte_pktmbuf_copy(f->m, l->mbufs, 0, UINT32_MAX);
	if (unlikely(copy == NULL)) {
		frame_fail(l, f, DROP_NO_MBUF);
	} else {
		copy->tx_offload = f->m->tx_offload;
		count(&ingress(l)->copies, 1);
		send(l, f, copy);
	}
	f->pending.kind = PENDING_NONE;
	/* Should the frame itself go nowhere from here, that is no drop: it has left already. */
	f->reason = DROP_N_REASONS;
}

void frame_end(struct lcore *l, struct frame *f)
{
	if (likely(f->pending.kind != PENDING_NONE)) {
		send(l, f, f->m);
		return;
	}
	if (f->n_failed != 0 || f->reason == DROP_N_REASONS) {
		/*
		 * Each copy that was sent, and each output that failed, was counted as a copy of
		 * its own, so one of them was the frame itself.
		 */
		__atomic_store_n(&ingress(l)->copies, ingress(l)->copies - 1, __ATOMIC_RELAXED);
		rte_pktmbuf_free(f->m);
		return;
	}
	frame_drop(l, f->m, (enum drop_reason)f->reason);
}

void frame_output(struct lcore *l, struct frame *f, const struct pipeline_port *port,
		  enum vlan_edit vlan, uint16_t vid)
{
	if (unlikely(port->no_fwd)) {
		frame_fail(l, f, DROP_PORT_NO_FWD);
		return;
	}
	frame_settle(l, f);
	f->pending.kind = PENDING_PORT;
	f->pending.index = port->index;
	f->pending.vlan = vlan;
	f->pending.vid = vid;
	f->pending.queue_id = f->queue_id;
}

void frame_punt(struct lcore *l, struct frame *f, uint8_t reason, uint16_t max_len,
		uint16_t controller_id)
{
	const struct pipeline_port *in =
		__atomic_load_n(&l->pipeline->port[l->in_index], __ATOMIC_ACQUIRE);

	/* The bit keeps table misses down, not what a flow sends up by itself (1.3.5 §7.2.1). */
	if (in != NULL && in->no_packet_in &&
	    (reason == PUNT_NO_MATCH || reason == PUNT_IMPLICIT_MISS)) {
		frame_fail(l, f, DROP_NO_CONTROLLER);
		return;
	}
	frame_settle(l, f);
	f->pending = (struct pending){
		.kind = PENDING_PUNT,
		.reason = reason,
		.max_len = max_len,
		.controller_id = controller_id,
		.table_id = f->table_id,
		.cookie = f->cookie,
	};
}
