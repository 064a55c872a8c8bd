// SPDX-License-Identifier: Apache-2.0
/*
 * edit: changes of a frame's headers, with every checksum kept right; lcores.
 *
 * Checksums that the frame leaves to the device (offload flags, see port.h) hold the sum of the
 * pseudo header; they are kept right as such.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "datapath/pmd/parse.h"
#include "datapath/table/flow_key.h"
#include "datapath/table/program.h"

/** Puts a tag with this TPID and TCI (host order, PCP and VID) in front; false: no room. */
bool edit_push_vlan(struct rte_mbuf *m, uint16_t tpid, uint16_t tci);

/** Takes the outermost tag off; false: there is none. */
bool edit_pop_vlan(struct rte_mbuf *m);

/** Sets the VID of the outermost tag; false: there is none. */
bool edit_set_vid(struct rte_mbuf *m, uint16_t vid);

/**
 * Sets bits of the outermost tag as the key has them (2 bytes in network order). With the present
 * bit in the mask a tag is pushed (0x8100) or popped as its value says, and *moved is set. False:
 * there is no tag, or no room for one.
 */
bool edit_set_vlan(struct rte_mbuf *m, const uint8_t *value, const uint8_t *mask, bool *moved);

/*
 * The functions below need what is in the frame: they read it first where the key does not have
 * it. After a push or pop the caller reads the frame again (frame_parse).
 */

/** Reads all of the frame into the key unless that was done. */
static inline void edit_read_whole(struct rte_mbuf *m, struct flow_key *key,
				   struct frame_layout *layout)
{
	if (!layout->whole)
		frame_parse(m, FLOW_DEPTH_L4, FRAME_ALL_WORDS, key, layout);
}

/**
 * Puts a label stack entry behind the VLAN tags; label, TC and TTL are those of the entry that was
 * outermost, or 0 and the TTL of the IP header (1.3.5 §5.12.1). False: no room.
 */
bool edit_push_mpls(struct rte_mbuf *m, struct flow_key *key, struct frame_layout *layout,
		    uint16_t eth_type);

/** Takes the outermost entry off; what follows is of `eth_type`. False: there is none. */
bool edit_pop_mpls(struct rte_mbuf *m, const struct flow_key *key,
		   const struct frame_layout *layout, uint16_t eth_type);

/** Sets bits of the outermost entry (4 bytes, network order); false: there is none. */
bool edit_set_mpls(struct rte_mbuf *m, const struct flow_key *key,
		   const struct frame_layout *layout, const uint8_t *value, const uint8_t *mask);

/**
 * Puts a backbone header with an I-TAG in front: the customer's addresses, the I-SID of the I-TAG
 * that was outermost or 0, the priority of the VLAN tag (1.3.5 §5.12.1). False: no room.
 */
bool edit_push_pbb(struct rte_mbuf *m, struct flow_key *key, struct frame_layout *layout);

/** Takes all in front of the customer's frame off; false: there is no I-TAG. */
bool edit_pop_pbb(struct rte_mbuf *m, const struct flow_key *key,
		  const struct frame_layout *layout);

/** Sets bits of the I-TAG as struct flow_key has them (pbb_be); false: there is none. */
bool edit_set_pbb(struct rte_mbuf *m, const struct flow_key *key, const struct frame_layout *layout,
		  const uint8_t *value, const uint8_t *mask);

/**
 * Sets the bits of `mask` of a field to those of `value` (network order, the field's size), in the
 * frame and in its key. False: the frame has no such field.
 */
bool edit_set_field(struct rte_mbuf *m, struct flow_key *key, struct frame_layout *layout,
		    enum flow_field field, const uint8_t *value, const uint8_t *mask);

/** Makes the checksum of an SCTP packet anew; layout->l4 is its header. */
void edit_sctp_checksum(struct rte_mbuf *m, const struct flow_key *key,
			const struct frame_layout *layout);

/** Sets bits of a field to the lowest ones of `in`; false: the frame has no such field. */
bool edit_bits_set(struct rte_mbuf *m, struct flow_key *key, struct frame_layout *layout,
		   const struct flow_bits *to, const uint8_t in[16]);

/** Copies bits between fields (1.5.1 §5.6, copy-field); false: the frame lacks the target. */
bool edit_copy_field(struct rte_mbuf *m, struct flow_key *key, struct frame_layout *layout,
		     const struct flow_bits *from, const struct flow_bits *to);

enum edit_ttl { EDIT_TTL_OK, EDIT_TTL_EXPIRED, EDIT_TTL_NONE };

/** Decrements the TTL or hop limit; EXPIRED: it was 0 or would be (nothing is changed). */
enum edit_ttl edit_dec_ttl(struct rte_mbuf *m, struct flow_key *key, struct frame_layout *layout);

/** The same of the outermost label stack entry. */
enum edit_ttl edit_dec_mpls_ttl(struct rte_mbuf *m, struct flow_key *key,
				struct frame_layout *layout);

/**
 * Copies the TTL from the next header to the outermost one (`outwards`), or back: MPLS to MPLS, IP
 * to MPLS, IP to IP (1.3.5 §5.12). False: there are no two headers with a TTL.
 */
bool edit_copy_ttl(struct rte_mbuf *m, struct flow_key *key, struct frame_layout *layout,
		   bool outwards);
