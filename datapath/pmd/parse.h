// SPDX-License-Identifier: Apache-2.0
/*
 * parse: from the bytes of a frame to a flow_key. Second step of a lcore's turn.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "datapath/table/flow_key.h"

/* Where the headers of a frame stand; offsets in bytes from the start of the frame. */
struct frame_layout {
	uint8_t depth;  /* enum flow_depth: what of this and of the key is filled */
	uint8_t n_tags; /* VLAN tags */
	bool whole;     /* all words of the key are this frame's */
	uint16_t body;  /* what follows the Ethernet type, which stands right before it */
	uint16_t l3;    /* 0: no IP or ARP header that can be trusted */
	uint16_t proto; /* of the byte that says what the IP header carries; with l3 */
	uint16_t l4;    /* 0: no TCP, UDP, SCTP or ICMP header that can be trusted */
};

#define FRAME_MAX_TAGS 8

#define FRAME_ALL_WORDS UINT32_MAX

/**
 * Fills the words of `key` down to `depth` and the layout; in_port, metadata, tunnel and registers
 * are not touched. Words that are not in `words` (bit i: word i) may be left as they were. A header
 * that does not fit its frame leaves its fields, and those of what it carries, zero. The frame must
 * have an Ethernet header (RTE_ETHER_HDR_LEN bytes in its first segment). Only bytes of the first
 * segment are looked at.
 */
void frame_parse(const struct rte_mbuf *m, enum flow_depth depth, uint32_t words,
		 struct flow_key *key, struct frame_layout *layout);
