// SPDX-License-Identifier: Apache-2.0
/*
 * match: a set of match fields in canonical form, and its OXM encoding (1.3.5 §7.2.3).
 *
 * Canonical: sorted by `enum of_field`, each field once, values and masks in network order in the
 * first n_bytes bytes (zeros behind), value & ~mask = 0, fields whose mask is all zeros left out,
 * and a mask that covers the field means `masked` = false. `mask` is always filled in. So two
 * matches mean the same exactly when they are equal. Pure functions; any thread.
 */
#pragma once

#include "lib/addr.h"
#include "lib/cursor.h"
#include "lib/text.h"
#include "openflow/field.h"
#include "openflow/names.h"

#define OF_MATCH_MAX 64

struct of_match_field {
	enum of_field field;
	bool masked;
	uint8_t value[16];
	uint8_t mask[16];
};

/* Only the first n of `f` are initialized: copy with of_match_copy. */
struct of_match {
	uint16_t n;
	struct of_match_field f[OF_MATCH_MAX];
};

/** The match of everything. */
static inline void of_match_init(struct of_match *match)
{
	match->n = 0;
}

/** Copies what is in use. */
void of_match_copy(struct of_match *to, const struct of_match *from);

/** The entry of a field; NULL when the match does not have it. */
const struct of_match_field *of_match_find(const struct of_match *match, enum of_field field);

/**
 * Adds a field. `value` has the field's n_bytes bytes in network order, `mask` too or is NULL (all
 * ones). Checks what §7.2.3.5 asks of a single field: OFPBMC_BAD_FIELD (unknown), OFPBMC_DUP_FIELD,
 * OFPBMC_BAD_VALUE (a bit beyond the field's), OFPBMC_BAD_MASK (field takes no mask),
 * OFPBMC_BAD_WILDCARDS (a value bit outside of the mask). Prerequisites are of_match_check's.
 */
enum of_err of_match_add(struct of_match *match, enum of_field field, const void *value,
			 const void *mask);

/** As of_match_add, for fields of at most 8 bytes, in host order and without a mask. */
enum of_err of_match_add_u64(struct of_match *match, enum of_field field, uint64_t value);

/** As of_match_add_u64, with a mask. */
enum of_err of_match_add_u64_masked(struct of_match *match, enum of_field field, uint64_t value,
				    uint64_t mask);

/** Adds an Ethernet address without a mask. */
enum of_err of_match_add_eth(struct of_match *match, enum of_field field,
			     const struct eth_addr *addr);

/** The value of a field of at most 8 bytes in host order; `otherwise` when it is not there. */
uint64_t of_match_get_u64(const struct of_match *match, enum of_field field, uint64_t otherwise);

/** Value of an entry of at most 8 bytes in host order. */
uint64_t of_match_field_value(const struct of_match_field *f);

/** Mask of an entry of at most 8 bytes in host order. */
uint64_t of_match_field_mask(const struct of_match_field *f);

/** Removes a field if it is there. */
void of_match_remove(struct of_match *match, enum of_field field);

/** OF_OK, or OFPBMC_BAD_PREREQ when a field lacks what §7.2.3.6 wants beside it. */
enum of_err of_match_check(const struct of_match *match);

/**
 * True when the match has what §7.2.3.6 wants beside `field`, whether it has that field itself or
 * not: for actions that set it, too.
 */
bool of_match_has_prerequisites(const struct of_match *match, enum of_field field);

/** True when both entries are of the same field and mean the same. */
bool of_match_field_equal(const struct of_match_field *a, const struct of_match_field *b);

/** True when both mean the same. */
bool of_match_equal(const struct of_match *a, const struct of_match *b);

/**
 * True when every packet that `narrow` matches is matched by `wide` too: the loose filter of
 * delete, modify and stats requests (§6.4), where `wide` is the request's match.
 */
bool of_match_covers(const struct of_match *wide, const struct of_match *narrow);

/** True when some packet could match both (OFPFF_CHECK_OVERLAP, §6.4). */
bool of_match_overlaps(const struct of_match *a, const struct of_match *b);

/** A hash over all of it; equal matches have equal hashes. */
uint64_t of_match_hash(const struct of_match *match);

/**
 * Reads a `struct ofp_match` with its padding from the cursor.
 * OFPBMC_BAD_TYPE, OFPBMC_BAD_LEN, OFPBMC_BAD_FIELD, OFPBMC_BAD_VALUE, OFPBMC_BAD_MASK,
 * OFPBMC_BAD_WILDCARDS, OFPBMC_BAD_PREREQ, OFPBMC_DUP_FIELD.
 */
enum of_err of_match_unpack(struct cursor *c, enum of_version version, struct of_match *match);

/**
 * The version in which to read the match of what a switch tells: it may tell of fields of later
 * versions, as Open vSwitch does.
 */
static inline enum of_version of_match_told_version(enum of_version version)
{
	return version == OF10 ? OF10 : OF15;
}

/**
 * Appends a `struct ofp_match` with its padding; -EPROTONOSUPPORT: a field, or in 1.0 a mask, is
 * not in `version`.
 */
int of_match_pack(const struct of_match *match, enum of_version version, struct wbuf *b);

/** Reads one OXM TLV, as in a set-field action. Errors as of_match_unpack's. */
enum of_err of_oxm_unpack(struct cursor *c, enum of_version version, struct of_match_field *f);

/** Appends one OXM TLV without padding; -EPROTONOSUPPORT: the field is not in `version`. */
int of_oxm_pack(const struct of_match_field *f, enum of_version version, struct wbuf *b);

/**
 * Appends the match in ovs-ofctl's syntax (`tcp,in_port=1,dl_vlan=10,tp_dst=80`); nothing for the
 * match of everything. `names` may be NULL.
 */
void of_match_text(const struct of_match *match, const struct of_names *names, struct text *t);
