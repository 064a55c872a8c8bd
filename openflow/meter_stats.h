// SPDX-License-Identifier: Apache-2.0
/*
 * meter_stats: OFPMP_METER and _FEATURES (1.3.5 §7.3.5.12, §7.3.5.14).
 */
#pragma once

#include <stdint.h>

struct of_meter_band_stats {
	uint64_t n_packets, n_bytes;
};

struct of_meter_stats {
	uint32_t meter_id;
	uint32_t flow_count;
	uint64_t n_packets_in, n_bytes_in;
	uint32_t duration_s;
	uint32_t duration_ns;
	uint16_t n_bands;
	struct of_meter_band_stats *bands;
};

enum of_meter_feature_flags {
	OFPMFF_ACTION_SET = 1 << 0,   /* meter actions in action sets */
	OFPMFF_ANY_POSITION = 1 << 1, /* anywhere in an action list */
	OFPMFF_MULTI_LIST = 1 << 2,   /* several in an action list */
};

struct of_meter_features {
	uint32_t max_meter;
	uint32_t band_types;   /* bit n: enum of_meter_band_type n */
	uint32_t capabilities; /* enum of_meter_flags */
	uint8_t max_bands;
	uint8_t max_color;
	uint32_t features; /* enum of_meter_feature_flags; 1.5 */
};
