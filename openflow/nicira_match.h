// SPDX-License-Identifier: Apache-2.0
/*
 * nicira_match: matches as Nicira's messages write them (nx_match), and what vlan_tci means in the
 * fields of the standard. Pure functions; any thread.
 */
#pragma once

#include "openflow/match.h"

/**
 * Adds what NXM_OF_VLAN_TCI says as vlan_vid and vlan_pcp, so that the match equals one in
 * OpenFlow's own fields. Value 0 and all mask bits: frames without a tag. Errors as of_match_add's;
 * OFPBMC_BAD_MASK: some bits of the priority but not all, which OpenFlow cannot say.
 */
enum of_err of_match_add_vlan_tci(struct of_match *match, uint16_t value, uint16_t mask);

/**
 * Adds what a match asks of xreg or xxreg as that of the registers that it is made of. Errors as
 * of_match_add's.
 */
enum of_err of_match_add_wide_register(struct of_match *match, enum of_field field,
				       const uint8_t *value, const uint8_t *mask);

/** What a match asks of the VLAN as value and mask of vlan_tci. */
void of_match_vlan_tci(const struct of_match *match, uint16_t *value, uint16_t *mask);

/** Reads OXM or NXM TLVs up to the end of the cursor into a match. Errors as of_match_unpack's. */
enum of_err of_oxm_list_unpack(struct cursor *c, enum of_version version, struct of_match *match);

/**
 * Reads an nx_match of `len` bytes with its padding to a multiple of 8. Every field may stand in
 * it, whatever the version of the message. Flow-mods and stats requests name the cookie that they
 * ask for there; elsewhere `cookie` and `cookie_mask` are NULL. Errors as of_match_unpack's.
 */
enum of_err of_nx_match_unpack(struct cursor *c, size_t len, struct of_match *match,
			       uint64_t *cookie, uint64_t *cookie_mask);

/**
 * Appends the match, in Nicira's headers where there are such, and its padding; `len` without. A
 * `cookie_mask` of 0: no cookie.
 */
int of_nx_match_pack(const struct of_match *match, uint64_t cookie, uint64_t cookie_mask,
		     struct wbuf *b, size_t *len);
