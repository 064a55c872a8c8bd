// SPDX-License-Identifier: Apache-2.0
/*
 * parse: from the bytes of a frame to a flow_key. Second step of a lcore's turn.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <rte_byteorder.h>
#include <rte_ether.h>
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
#define FRAME_TYPE_PBB 0x88e7 /* what has an I-TAG: IEEE 802.1ah */

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

/** Is the frame, behind its tags, of that Ethernet type (host order)? */
static inline bool frame_is_type(const struct flow_key *key, uint16_t type)
{
	return key->eth_type_be == rte_cpu_to_be_16(type);
}

/** Is it IP, of either version? */
static inline bool frame_is_ip(const struct flow_key *key)
{
	return frame_is_type(key, RTE_ETHER_TYPE_IPV4) || frame_is_type(key, RTE_ETHER_TYPE_IPV6);
}

/** Does it have a label stack? */
static inline bool frame_is_mpls(const struct flow_key *key)
{
	return frame_is_type(key, RTE_ETHER_TYPE_MPLS) || frame_is_type(key, RTE_ETHER_TYPE_MPLSM);
}

/* The "bottom of stack" bit, in the third byte of a label stack entry. */
#define FRAME_MPLS_BOS 0x01
