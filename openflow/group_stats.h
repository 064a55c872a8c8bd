// SPDX-License-Identifier: Apache-2.0
/*
 * group_stats: OFPMP_GROUP, _DESC and _FEATURES (1.3.5 §7.3.5.9 to §7.3.5.11).
 */
#pragma once

#include "openflow/group_mod.h"

struct of_bucket_counter {
	uint64_t n_packets, n_bytes;
};

struct of_group_stats {
	uint32_t group_id;
	uint32_t ref_count;
	uint64_t n_packets, n_bytes;
	uint32_t duration_s;
	uint32_t duration_ns;
	uint16_t n_buckets;
	struct of_bucket_counter *buckets;
};

struct of_group_desc {
	uint8_t type; /* enum of_group_type */
	uint32_t group_id;
	struct of_buckets buckets;
};

/* Arrays are indexed by enum of_group_type. */
struct of_group_features {
	uint32_t types;        /* bit n: type n */
	uint32_t capabilities; /* enum of_group_capabilities */
	uint32_t max_groups[4];
	uint32_t actions[4]; /* bit n: action type n */
};

/** Appends `group_id=1,type=all,bucket=actions=output:1,…` as ovs-ofctl does. */
void of_group_desc_text(const struct of_group_desc *group, const struct of_names *names,
			struct text *t);
