// SPDX-License-Identifier: Apache-2.0
/*
 * table_features: what each table can do (OFPMP_TABLE_FEATURES; OpenFlow 1.3.5 §7.3.5.5, 1.4.1
 * §7.3.5.5, 1.5.1 §7.3.5.18), what a controller wants it to do, and that flows keep to it.
 *
 * A table that nobody configured can do all that compile.h serves and costs nothing. What a
 * controller asked for is kept, stored and enforced for new flows; flows that no longer fit are
 * removed by who changed it. Control thread.
 */
#pragma once

#include "datapath/agent/agent_state.h"

/** The actions that buckets of groups may have, bit n for enum of_action_type n. */
uint32_t table_features_actions(void);

/** Everything that a table can be asked to do. */
void table_abilities(const struct agent *agent, uint8_t table_id, struct of_table_features *out);

/** What the table does now; false: it was taken out of the pipeline. */
bool table_features_get(const struct agent *agent, uint8_t table_id, struct of_table_features *out);

/**
 * May such a flow be in the table? A NULL match is not looked at. OFPFMFC_BAD_TABLE_ID (the table
 * was taken away), OFPBMC_BAD_FIELD, OFPBMC_BAD_MASK, OFPBMC_BAD_WILDCARDS (a field that must not
 * be left out), OFPBIC_UNSUP_INST, OFPBIC_BAD_TABLE_ID, OFPBIC_UNSUP_METADATA,
 * OFPBIC_UNSUP_METADATA_MASK, OFPBAC_BAD_TYPE, OFPBAC_BAD_SET_TYPE. How many flows it may have is
 * flow_store's to know.
 */
enum of_err table_features_check(const struct agent *agent, uint8_t table_id, uint16_t priority,
				 const struct of_match *match,
				 const struct of_instructions *instructions);

/* A wish: features of some tables. */
struct table_wish {
	enum of_version version;
	uint8_t command; /* enum of_table_features_command; before 1.5: OFPTFC_REPLACE */
	uint16_t n;
	struct of_table_features *of[AGENT_N_TABLES]; /* by table; NULL: not in the wish */
};

/**
 * Adds one table to a wish, which copies it. OFPTFFC_BAD_TABLE (no such table, or named twice),
 * OFPTFFC_BAD_COMMAND (unknown, or not the one of the others), OF_ERR_NO_MEMORY.
 */
enum of_err table_wish_add(struct table_wish *wish, const struct of_table_features *features);

/** Frees what it holds. */
void table_wish_drop(struct table_wish *wish);

/**
 * For table_features.c: what one table will do. `result` holds what stays where the wish says
 * nothing. Errors as table_features_set.
 */
enum of_err table_wish_resolve(const struct table_wish *wish,
			       const struct of_table_features *wanted,
			       const struct of_table_features *abilities,
			       struct of_table_features *result);

/**
 * Does what a wish says, for all its tables or for none. Flows that do not fit are the caller's to
 * remove, see table_features_check. OFPTFFC_BAD_TABLE (table 0 would go), OFPTFFC_BAD_TYPE,
 * OFPTFFC_BAD_ARGUMENT (1.4 and later: OFPBPC_BAD_TYPE, _BAD_EXPERIMENTER, _BAD_VALUE),
 * OFPTFFC_BAD_CAPABILITIES, OFPTFFC_BAD_MAX_ENT, OFPTFFC_BAD_FEATURES, OF_ERR_NO_MEMORY.
 */
enum of_err table_features_set(struct agent *agent, const struct table_wish *wish);

/** Puts back the stored features of a table. -EINVAL, -ENOMEM. */
int table_features_restore(struct agent *agent, uint64_t row, const void *bytes, size_t size);

/** Is the row of AGENT_ROW_META one of a table's features? */
bool table_features_owns_row(uint64_t row);

/** Frees what it keeps. */
void table_features_end(struct agent *agent);
