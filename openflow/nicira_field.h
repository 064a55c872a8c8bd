// SPDX-License-Identifier: Apache-2.0
/*
 * nicira_field: the headers of match fields in Nicira's classes (ovs-fields(7)), which name fields
 * of OpenFlow-basic too. Static data; any thread.
 */
#pragma once

#include "lib/cursor.h"
#include "openflow/action.h"

/* How a value in Nicira's form becomes one of `enum of_field`. */
enum of_nxm_form {
	OF_NXM_PLAIN,
	OF_NXM_PORT,  /* 16 bits, numbers of version 1.0; the low half of in_port */
	OF_NXM_TOS,   /* the whole byte, whose upper six bits are ip_dscp */
	OF_NXM_FLAGS, /* 16 bits of which 12 are in use */
};

struct of_nxm {
	const char *name; /* NXM_OF_ETH_DST */
	uint16_t oxm_class;
	uint8_t oxm_field;
	uint8_t n_bytes;
	enum of_nxm_form form;
	enum of_field field;
};

/** The row with a header; NULL when it is not Nicira's or not known. */
const struct of_nxm *of_nxm_find(uint16_t oxm_class, uint8_t oxm_field);

/** The row that Nicira's own form of a field has; NULL when there is none. */
const struct of_nxm *of_nxm_of_field(enum of_field field);

/** Appends the name in capitals that actions use: `NXM_OF_ETH_DST`, `OXM_OF_METADATA`. */
void of_nxm_name_text(const struct of_subfield *part, struct text *t);

/**
 * The field behind a name of either kind (`NXM_NX_REG0`, `OXM_OF_METADATA`, `reg0`, `eth_src`);
 * `n_bits` is how wide that name makes it. -1 when there is none.
 */
int of_nxm_field_parse(const char *name, unsigned *n_bits);

/** True for names of connection tracking, which no switch of ours serves: ct_state, NXM_NX_CT_… */
bool of_nxm_is_conntrack(const char *name);

/**
 * Turns the header and bits of an action into `part`: OFPBAC_BAD_SET_TYPE (no such field, or a
 * mask bit, or a length that is not the field's), OFPBAC_BAD_SET_ARGUMENT (bits beyond the field).
 */
enum of_err of_subfield_from_header(uint32_t header, unsigned offset, unsigned n_bits,
				    struct of_subfield *part);

/** The header of the field of `part`, and what to add to its offset in that form. */
uint32_t of_subfield_header(const struct of_subfield *part, unsigned *offset);

/** True when Nicira's actions may change the field: what is settable, in_port and metadata. */
bool of_nxm_is_settable(enum of_field field);
