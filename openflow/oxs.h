// SPDX-License-Identifier: Apache-2.0
/*
 * oxs: `struct ofp_stats`, the counters of a flow as a list (1.5.1 §7.2.4.1).
 */
#pragma once

#include "lib/cursor.h"
#include "openflow/err.h"
#include "openflow/instruction.h"

#define OF_N_STAT_FIELDS 6

/* By enum of_stat_field; durations in nanoseconds. */
struct of_oxs {
	uint32_t present; /* bit n: field n is there */
	uint64_t value[OF_N_STAT_FIELDS];
};

/* In `present`: a field was there that this program does not know. */
#define OF_OXS_UNKNOWN (1u << 31)

/** Reads one `struct ofp_stats` with its padding; OFPBRC_BAD_LEN: a length lies. */
enum of_err of_oxs_unpack(struct cursor *c, struct of_oxs *oxs);

/** Appends the fields that are present, and the padding. */
void of_oxs_pack(const struct of_oxs *oxs, struct wbuf *b);

/** Adds a field. */
static inline void of_oxs_set(struct of_oxs *oxs, enum of_stat_field field, uint64_t value)
{
	oxs->present |= 1u << field;
	oxs->value[field] = value;
}

/** The value of a field; `otherwise` when it is not there. */
static inline uint64_t of_oxs_get(const struct of_oxs *oxs, enum of_stat_field field,
				  uint64_t otherwise)
{
	return oxs->present & 1u << field ? oxs->value[field] : otherwise;
}
