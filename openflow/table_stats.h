// SPDX-License-Identifier: Apache-2.0
/*
 * table_stats: OFPMP_TABLE and OFPMP_TABLE_FEATURES (1.3.5 §7.3.5.4, §7.3.5.5).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/cursor.h"
#include "lib/text.h"
#include "openflow/field.h"

struct of_table_stats {
	uint8_t table_id;
	uint32_t active_count;
	uint64_t lookup_count;
	uint64_t matched_count;
	/* Version 1.0 only. */
	char name[33];
	uint32_t max_entries;
};

/* The kinds of properties of a table (1.3.5 §7.3.5.5.2); bit n of `present` is kind n. */
enum of_table_feature {
	OFPTFPT_INSTRUCTIONS = 0,
	OFPTFPT_INSTRUCTIONS_MISS = 1,
	OFPTFPT_NEXT_TABLES = 2,
	OFPTFPT_NEXT_TABLES_MISS = 3,
	OFPTFPT_WRITE_ACTIONS = 4,
	OFPTFPT_WRITE_ACTIONS_MISS = 5,
	OFPTFPT_APPLY_ACTIONS = 6,
	OFPTFPT_APPLY_ACTIONS_MISS = 7,
	OFPTFPT_MATCH = 8,
	OFPTFPT_WILDCARDS = 10,
	OFPTFPT_WRITE_SETFIELD = 12,
	OFPTFPT_WRITE_SETFIELD_MISS = 13,
	OFPTFPT_APPLY_SETFIELD = 14,
	OFPTFPT_APPLY_SETFIELD_MISS = 15,
	OFPTFPT_TABLE_SYNC_FROM = 16,      /* 1.4 */
	OFPTFPT_WRITE_COPYFIELD = 18,      /* 1.5 */
	OFPTFPT_WRITE_COPYFIELD_MISS = 19, /* 1.5 */
	OFPTFPT_APPLY_COPYFIELD = 20,      /* 1.5 */
	OFPTFPT_APPLY_COPYFIELD_MISS = 21, /* 1.5 */
	OFPTFPT_PACKET_TYPES = 22,         /* 1.5 */
	OF_N_TABLE_FEATURES = 24,
};

enum of_table_features_command {
	OFPTFC_REPLACE = 0,
	OFPTFC_MODIFY = 1,
	OFPTFC_ENABLE = 2,
	OFPTFC_DISABLE = 3
};

enum of_table_feature_flags {
	OFPTFF_INGRESS_TABLE = 1 << 0,
	OFPTFF_EGRESS_TABLE = 1 << 1,
	OFPTFF_FIRST_EGRESS = 1 << 4,
};

#define OF_FIELD_SET_WORDS ((OF_N_FIELDS + 63) / 64)

/* Bit n stands for enum of_field n. */
struct of_field_set {
	uint64_t w[OF_FIELD_SET_WORDS];
};

/* Bit n stands for table n. */
struct of_table_set {
	uint64_t w[4];
};

/*
 * One table. Members for the misses that are not present mean the same as those for hits. Numbers
 * that this program does not know (experimenters' too) are noted in `unknown`.
 */
struct of_table_features {
	uint8_t table_id;
	uint8_t command;   /* enum of_table_features_command; 1.5 */
	uint32_t features; /* enum of_table_feature_flags; 1.5 */
	char name[33];
	uint64_t metadata_match;
	uint64_t metadata_write;
	uint32_t config; /* 1.3: OFPTC_*; 1.4: capabilities */
	uint32_t max_entries;
	uint32_t present;            /* bit n: property of kind n */
	uint32_t unknown;            /* bit n: property n names what this program does not know */
	uint32_t instructions[2];    /* hit, miss; bit n: enum of_instruction_type n */
	struct of_table_set next[2]; /* hit, miss */
	uint32_t write_actions[2];   /* bit n: enum of_action_type n */
	uint32_t apply_actions[2];
	struct of_field_set match;      /* can be matched */
	struct of_field_set match_mask; /* … with a mask */
	struct of_field_set wildcards;
	struct of_field_set write_set[2], apply_set[2];   /* set-field */
	struct of_field_set write_copy[2], apply_copy[2]; /* copy-field, 1.5 */
	struct of_table_set sync_from;                    /* 1.4 */
	bool ethernet; /* 1.5: OFPTFPT_PACKET_TYPES names Ethernet, (0, 0) */
};

/* Bits of `unknown` beyond the kinds: a property of another kind, one of an experimenter. */
#define OF_TABLE_FEATURE_OTHER (1u << 30)
#define OF_TABLE_FEATURE_EXPERIMENTER (1u << 31)

/**
 * Reads one entry of a reply, or of the body of a request that sets features. What it does not know
 * is noted in `unknown`; a request must be refused for it. Before 1.4 OFPTFFC_BAD_LEN, and
 * OFPTFFC_BAD_TYPE for a property that comes twice; since then OFPBRC_BAD_LEN, OFPBPC_BAD_LEN,
 * OFPBPC_DUP_TYPE.
 */
enum of_err of_table_features_unpack(struct cursor *c, enum of_version version,
				     struct of_table_features *features);

/** Appends one entry; what `version` cannot say is left out. -EMSGSIZE. */
int of_table_features_pack(const struct of_table_features *features, enum of_version version,
			   struct wbuf *b);

/** The instructions or actions (bit n: number n) that `version` can name in such a property. */
uint32_t of_table_features_bits(enum of_version version, enum of_table_feature property);

/** Appends it in several lines. */
void of_table_features_text(const struct of_table_features *features, struct text *t);

/** Adds a table to a set. */
static inline void of_table_set_add(struct of_table_set *set, uint8_t table_id)
{
	set->w[table_id / 64] |= 1ull << table_id % 64;
}

/** Is the table in the set? */
static inline bool of_table_set_has(const struct of_table_set *set, uint8_t table_id)
{
	return (set->w[table_id / 64] >> table_id % 64 & 1) != 0;
}

/** Adds a field to a set. */
static inline void of_field_set_add(struct of_field_set *set, enum of_field field)
{
	set->w[field / 64] |= 1ull << field % 64;
}

/** Is the field in the set? */
static inline bool of_field_set_has(const struct of_field_set *set, enum of_field field)
{
	return (set->w[field / 64] >> field % 64 & 1) != 0;
}
