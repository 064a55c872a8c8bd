// SPDX-License-Identifier: Apache-2.0
/*
 * table_stats: OFPMP_TABLE and OFPMP_TABLE_FEATURES (1.3.5 §7.3.5.4, §7.3.5.5).
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct of_table_stats {
	uint8_t table_id;
	uint32_t active_count;
	uint64_t lookup_count;
	uint64_t matched_count;
	/* Version 1.0 only. */
	char name[33];
	uint32_t max_entries;
};

/* One table; its properties are left in their wire form. */
struct of_table_features {
	uint8_t table_id;
	char name[33];
	uint64_t metadata_match;
	uint64_t metadata_write;
	uint32_t config;
	uint32_t max_entries;
	const uint8_t *properties;
	size_t properties_size;
};
