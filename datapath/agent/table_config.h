// SPDX-License-Identifier: Apache-2.0
/*
 * table_config: OFPT_TABLE_MOD, OFPMP_TABLE_DESC and OFPT_TABLE_STATUS: eviction, and messages when
 * a table runs full or empties again (OpenFlow 1.4.1 §6.5, §7.3.3, §7.3.5.15, §7.4.5). Control
 * thread.
 */
#pragma once

#include "datapath/agent/agent_state.h"

/** The table has more or fewer flows: sends OFPTR_VACANCY_DOWN and _UP as the thresholds ask. */
void table_config_changed(struct agent *agent, uint8_t table_id);

/** What OFPMP_TABLE_DESC says of a table. */
void table_config_desc(const struct agent *agent, uint8_t table_id, struct of_table_desc *desc);

/** Puts back the stored configuration of a table. -EINVAL. */
int table_config_restore(struct agent *agent, uint64_t row, const void *bytes, size_t size);

/** Is the row of AGENT_ROW_META one of a table's configuration? */
bool table_config_owns_row(uint64_t row);

/** Frees what it keeps. */
void table_config_end(struct agent *agent);
