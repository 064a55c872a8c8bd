// SPDX-License-Identifier: Apache-2.0
/*
 * table_mod: OFPT_TABLE_MOD (1.3.5 §7.3.3, 1.4.1 §7.3.3) and OFPMP_TABLE_DESC (1.4.1 §7.3.5.6).
 */
#pragma once

#include <stdbool.h>

#include "lib/cursor.h"
#include "lib/text.h"
#include "openflow/arena.h"
#include "openflow/types.h"

struct of_msg;

enum of_table_config {
	OFPTC_DEPRECATED_MASK = 3,
	OFPTC_EVICTION = 1 << 2,
	OFPTC_VACANCY_EVENTS = 1 << 3,
};

enum of_eviction_flags {
	OFPTMPEF_OTHER = 1 << 0,
	OFPTMPEF_IMPORTANCE = 1 << 1,
	OFPTMPEF_LIFETIME = 1 << 2,
};

/* The properties of a table (1.4): those of its mod and of its description. */
struct of_table_properties {
	bool has_eviction;
	uint32_t eviction_flags; /* enum of_eviction_flags */
	bool has_vacancy;
	uint8_t vacancy_down, vacancy_up, vacancy; /* percent of free entries */
};

struct of_table_mod {
	uint8_t table_id; /* OFPTT_ALL */
	uint32_t config;  /* enum of_table_config */
	struct of_table_properties properties;
};

/* OFPMP_TABLE_DESC. */
struct of_table_desc {
	uint8_t table_id;
	uint32_t config;
	struct of_table_properties properties;
};

/* The codec of the family; each has the contract of `struct of_msg_ops` (msg.h). */

/** Reads the body that is left in `c` into `msg`. */
enum of_err of_table_mod_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg);

/** Appends the body. */
int of_table_mod_pack(const struct of_msg *msg, struct wbuf *b);

/** Appends the body as text. */
void of_table_mod_text(const struct of_msg *msg, struct text *t);
