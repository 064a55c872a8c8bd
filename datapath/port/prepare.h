// SPDX-License-Identifier: Apache-2.0
/*
 * prepare: between the fast path's burst and a receiver that cannot take all of it as it is:
 * checks lengths, and does in software what the receiver lacks. A burst with nothing special
 * never comes here. Lcores.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "datapath/port/port.h"

#define PREPARE_BURST 64

/* Bytes of a frame beyond the MTU: Ethernet header and two VLAN tags. */
#define FRAME_OVERHEAD 22

/* What a receiver takes. */
struct tx_ability {
	bool checksum; /* completes TCP and UDP checksums */
	bool tso4;
	bool tso6;
	bool chains; /* frames in several mbufs */
	uint16_t mtu;
	uint16_t buffer_size; /* without chains: the longest frame that a copy can make linear */
	struct rte_mempool *mbufs;
};

/* Sends or frees all frames, which have nothing left to do; adds to `result`. */
typedef void (*tx_plain_fn)(struct port *port, uint16_t txq, struct rte_mbuf **frames, uint16_t n,
			    struct port_tx_result *result);

/** Sends a burst of any frames by `send`, in order; takes all of them. */
void prepare_tx(struct port *port, uint16_t txq, struct rte_mbuf **frames, uint16_t n,
		struct port_tx_result *result, const struct tx_ability *ability, tx_plain_fn send);

/* What a glance over a burst says; see prepare_look. */
struct burst_look {
	uint64_t flags; /* of any frame */
	uint64_t bytes; /* of all */
	uint32_t longest;
	uint16_t segments; /* bits of all nb_segs: above 1 when any frame is a chain */
};

/** Looks at what decides whether a burst needs prepare_tx. */
static inline struct burst_look prepare_look(struct rte_mbuf **frames, uint16_t n)
{
	struct burst_look look = {0};

	for (uint16_t i = 0; i < n; i++) {
		const struct rte_mbuf *m = frames[i];

		look.flags |= m->ol_flags;
		look.bytes += m->pkt_len;
		look.longest = m->pkt_len > look.longest ? m->pkt_len : look.longest;
		look.segments |= m->nb_segs;
	}
	return look;
}

/** Frees frames of a burst that were not sent, and says why. */
static inline void prepare_drop(struct rte_mbuf **frames, uint16_t n, struct port_tx_result *result,
				enum port_tx_drop reason)
{
	result->dropped[reason] += n;
	rte_pktmbuf_free_bulk(frames, n);
}
