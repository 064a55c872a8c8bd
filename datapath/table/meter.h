// SPDX-License-Identifier: Apache-2.0
/*
 * meter: how much a set of flows may send (OpenFlow 1.3.5 §5.7), behind a handle that stays.
 *
 * Programs point to the handle; a modification publishes other bands and retires the old ones.
 * Each band is a bucket of its own, kept as the time at which it will be full again: one word that
 * all lcores advance together by compare and exchange, without locks.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "datapath/table/flow_counters.h"

#define METER_MAX_BANDS 8
#define METER_MAX_BURST_S 4000000 /* how long a burst may last at its band's rate */

struct meter;
struct meter_bands;
struct reclaim;

/* What becomes of a frame. */
enum meter_verdict { METER_PASS, METER_DROP, METER_REMARK };

struct meter_band_config {
	enum meter_verdict verdict; /* what the band does: METER_DROP or METER_REMARK */
	uint8_t prec_level;         /* METER_REMARK */
	uint32_t counter_id;        /* of flow_counters; 0: none */
	uint64_t rate;              /* bit/s or packets/s; not 0 */
	uint64_t burst;             /* bits or packets; 0: a small one that suits the rate */
};

struct meter_config {
	bool packets;        /* rates and bursts are in packets, not bits */
	uint32_t counter_id; /* of flow_counters: all that comes in; 0: none */
	uint32_t n_bands;
	struct meter_band_config band[METER_MAX_BANDS];
};

/**
 * Charges a frame of `bytes` to the meter. METER_REMARK: the drop precedence of its DSCP is to be
 * raised by *prec_level (meter_dscp). Of the bands that are exceeded the one with the highest rate
 * acts (§5.7.1). Any lcore; several may charge one meter at once, and their clocks may differ a
 * little. `counters` may be NULL: nothing is counted.
 */
enum meter_verdict meter_run(struct meter *meter, struct flow_counters_lcore *counters,
			     uint32_t bytes, uint64_t now_tsc, uint8_t *prec_level);

/**
 * A DSCP (6 bits) with its drop precedence raised by prec_level, at most to the highest one; only
 * the assured forwarding classes have one (RFC 2597), others stay as they are.
 */
static inline uint8_t meter_dscp(uint8_t dscp, uint8_t prec_level)
{
	uint32_t class = dscp >> 3, precedence = dscp >> 1 & 3;

	if (class < 1 || class > 4 || precedence == 0 || (dscp & 1))
		return dscp;
	precedence += prec_level;
	return (uint8_t)(class << 3 | (precedence > 3 ? 3 : precedence) << 1);
}

/** Bands with full buckets; `tsc_hz` is the clock of meter_run. NULL with ENOMEM. */
struct meter_bands *meter_bands_create(const struct meter_config *config, uint64_t tsc_hz);

/** Frees bands that no lcore can see; NULL is legal. */
void meter_bands_free(struct meter_bands *bands);

/** A handle that takes the bands over; NULL with ENOMEM (they stay the caller's). */
struct meter *meter_create(struct meter_bands *bands);

/** Puts other bands in force; the old ones are freed after a grace period. */
void meter_set_bands(struct meter *meter, struct meter_bands *bands, struct reclaim *reclaim);

/** Who keeps the meter; NULL until it is set. Control thread. */
void *meter_owner(const struct meter *meter);
void meter_set_owner(struct meter *meter, void *owner);

/** Frees a meter that no lcore can see; NULL is legal. */
void meter_free(struct meter *meter);
