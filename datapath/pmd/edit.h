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

/** Puts a tag with this TPID and TCI (host order, PCP and VID) in front; false: no room. */
bool edit_push_vlan(struct rte_mbuf *m, uint16_t tpid, uint16_t tci);

/** Takes the outermost tag off; false: there is none. */
bool edit_pop_vlan(struct rte_mbuf *m);

/** Sets the VID of the outermost tag; false: there is none. */
bool edit_set_vid(struct rte_mbuf *m, uint16_t vid);

/**
 * Sets the bits of `mask` of a field to those of `value` (network order, the field's size), in the
 * frame and in its key. Parses deeper when needed. False: the frame has no such field.
 */
bool edit_set_field(struct rte_mbuf *m, struct flow_key *key, struct frame_layout *layout,
		    enum flow_field field, const uint8_t *value, const uint8_t *mask);

enum edit_ttl { EDIT_TTL_OK, EDIT_TTL_EXPIRED, EDIT_TTL_NONE };

/** Decrements the TTL or hop limit; EXPIRED: it was 0 or would be (nothing is changed). */
enum edit_ttl edit_dec_ttl(struct rte_mbuf *m, struct flow_key *key, struct frame_layout *layout);
