// SPDX-License-Identifier: Apache-2.0
#include "datapath/port/prepare.h"

#include <errno.h>

#include <rte_branch_prediction.h>

#include "datapath/port/offload.h"
#include "datapath/port/segment.h"

/* A burst on its way: frames that are ready and not yet sent. */
struct preparation {
	struct port *port;
	uint16_t txq;
	uint16_t n;
	struct rte_mbuf *ready[PREPARE_BURST];
	struct port_tx_result *result;
	const struct tx_ability *ability;
	tx_plain_fn send;
};

static void flush(struct preparation *p)
{
	if (p->n > 0)
		p->send(p->port, p->txq, p->ready, p->n, p->result);
	p->n = 0;
}

static void drop(struct preparation *p, struct rte_mbuf *frame, enum port_tx_drop reason)
{
	prepare_drop(&frame, 1, p->result, reason);
}

static void append(struct preparation *p, struct rte_mbuf *frame)
{
	const struct tx_ability *ability = p->ability;

	if (unlikely(frame->nb_segs > 1 && !ability->chains)) {
		struct rte_mbuf *copy;

		if (frame->pkt_len > ability->buffer_size) {
			drop(p, frame, PORT_TX_TOO_LONG);
			return;
		}
		copy = rte_pktmbuf_copy(frame, ability->mbufs, 0, UINT32_MAX);
		if (copy == NULL) {
			drop(p, frame, PORT_TX_NO_MBUF);
			return;
		}
		rte_pktmbuf_free(frame);
		frame = copy;
	}
	p->ready[p->n++] = frame;
	if (p->n == PREPARE_BURST)
		flush(p);
}

static void segment(struct preparation *p, struct rte_mbuf *frame)
{
	struct segmenter s;

	if (segment_start(&s, frame, p->ability->mtu) != 0) {
		drop(p, frame, PORT_TX_MALFORMED);
		return;
	}
	p->result->segments_added += s.n_segments - 1;
	while (s.n_made < s.n_segments) {
		struct rte_mbuf *made;

		if (segment_next(&s, p->ability->mbufs, &made, 1) == 0) {
			p->result->dropped[PORT_TX_NO_MBUF] += s.n_segments - s.n_made;
			break;
		}
		append(p, made);
	}
	rte_pktmbuf_free(frame);
}

static void checksum(struct preparation *p, struct rte_mbuf *frame)
{
	int error = offload_checksum(&frame, p->ability->mbufs);

	if (error != 0)
		drop(p, frame, error == -ENOMEM ? PORT_TX_NO_MBUF : PORT_TX_MALFORMED);
	else
		append(p, frame);
}

static bool can_segment(const struct tx_ability *ability, const struct rte_mbuf *frame)
{
	return (frame->ol_flags & RTE_MBUF_F_TX_IPV6) ? ability->tso6 : ability->tso4;
}

void prepare_tx(struct port *port, uint16_t txq, struct rte_mbuf **frames, uint16_t n,
		struct port_tx_result *result, const struct tx_ability *ability, tx_plain_fn send)
{
	struct preparation p = {
		.port = port, .txq = txq, .result = result, .ability = ability, .send = send};

	for (uint16_t i = 0; i < n; i++) {
		struct rte_mbuf *frame = frames[i];
		bool offload = (frame->ol_flags & OFFLOAD_FLAGS) != 0;

		if (offload && offload_lengths(frame) != 0)
			drop(&p, frame, PORT_TX_MALFORMED);
		else if (offload && (frame->ol_flags & RTE_MBUF_F_TX_TCP_SEG) &&
			 !can_segment(ability, frame))
			segment(&p, frame);
		else if (!(frame->ol_flags & RTE_MBUF_F_TX_TCP_SEG) &&
			 frame->pkt_len > (uint32_t)ability->mtu + FRAME_OVERHEAD)
			drop(&p, frame, PORT_TX_TOO_LONG);
		else if (offload && !ability->checksum)
			checksum(&p, frame);
		else
			append(&p, frame);
	}
	flush(&p);
}
