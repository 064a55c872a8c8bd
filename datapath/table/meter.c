// SPDX-License-Identifier: Apache-2.0
#include "datapath/table/meter.h"

#include <errno.h>
#include <stdlib.h>

#include "datapath/table/reclaim.h"

/*
 * Time is counted in 1/64 TSC cycles: fine enough for 100 Gb/s in frames of 64 bytes (13 cycles
 * each), and a 64-bit word wraps after years. What a byte (or packet) costs is kept with 32 more
 * bits.
 */
#define TIME_SHIFT 6
#define COST_SHIFT 32
#define DEFAULT_BURST_MS 25 /* long enough for the gaps in which a lcore comes round */
#define DEFAULT_BURST_MIN_BITS (1518 * 8)
#define STALE_S 3600 /* so far ahead no bucket can be: the clock went round */

struct band {
	enum meter_verdict verdict;
	uint8_t prec_level;
	uint32_t counter_id;
	unsigned __int128 cost; /* of a byte or packet; time << COST_SHIFT */
	uint64_t limit;         /* the time that a full bucket is worth; not 0 */
	uint64_t full_at;       /* atomic: when the bucket will be full again */
} __attribute__((aligned(64)));

/* Bands with the highest rate first; constant but for `full_at`. */
struct meter_bands {
	bool packets;
	uint32_t counter_id;
	uint32_t n;
	uint64_t stale;
	struct band band[];
};

struct meter {
	struct meter_bands *bands; /* atomic; never NULL */
	void *owner;               /* control thread */
};

static uint64_t saturate(unsigned __int128 v)
{
	return v > UINT64_MAX / 4 ? UINT64_MAX / 4 : (uint64_t)v;
}

static struct band make_band(const struct meter_band_config *config, bool packets, uint64_t tsc_hz)
{
	unsigned __int128 second = (unsigned __int128)tsc_hz << TIME_SHIFT;
	uint64_t burst = config->burst;

	if (burst == 0) {
		uint64_t least = packets ? 1 : DEFAULT_BURST_MIN_BITS;

		burst = config->rate * DEFAULT_BURST_MS / 1000;
		burst = burst < least ? least : burst;
	}
	return (struct band){
		.verdict = config->verdict,
		.prec_level = config->prec_level,
		.counter_id = config->counter_id,
		.cost = ((packets ? second : 8 * second) << COST_SHIFT) / config->rate,
		.limit = saturate((burst * second + config->rate - 1) / config->rate),
	};
}

struct meter_bands *meter_bands_create(const struct meter_config *config, uint64_t tsc_hz)
{
	size_t size = sizeof(struct meter_bands) + config->n_bands * sizeof(struct band);
	struct meter_bands *bands = aligned_alloc(64, (size + 63) / 64 * 64);
	uint8_t order[METER_MAX_BANDS];

	if (bands == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	bands->packets = config->packets;
	bands->counter_id = config->counter_id;
	bands->n = config->n_bands;
	bands->stale = (tsc_hz << TIME_SHIFT) * STALE_S;
	for (uint32_t i = 0; i < config->n_bands; i++) {
		uint32_t at = i;

		for (; at > 0 && config->band[order[at - 1]].rate < config->band[i].rate; at--)
			order[at] = order[at - 1];
		order[at] = (uint8_t)i;
	}
	for (uint32_t i = 0; i < config->n_bands; i++)
		bands->band[i] = make_band(&config->band[order[i]], config->packets, tsc_hz);
	return bands;
}

void meter_bands_free(struct meter_bands *bands)
{
	free(bands);
}

struct meter *meter_create(struct meter_bands *bands)
{
	struct meter *meter = calloc(1, sizeof(*meter));

	if (meter == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	meter->bands = bands;
	return meter;
}

void meter_set_bands(struct meter *meter, struct meter_bands *bands, struct reclaim *reclaim)
{
	struct meter_bands *old = meter->bands;

	__atomic_store_n(&meter->bands, bands, __ATOMIC_RELEASE);
	reclaim_retire(reclaim, free, old);
}

void *meter_owner(const struct meter *meter)
{
	return meter->owner;
}

void meter_set_owner(struct meter *meter, void *owner)
{
	meter->owner = owner;
}

void meter_free(struct meter *meter)
{
	if (meter == NULL)
		return;
	meter_bands_free(meter->bands);
	free(meter);
}

/*
 * Takes what a frame costs out of the bucket unless that is empty. What a frame takes too much is
 * missing for those behind it: so no time is lost between two frames, however small the bucket.
 */
static bool band_charge(struct band *band, uint64_t units, uint64_t now, uint64_t stale)
{
	uint64_t cost = saturate(band->cost * units >> COST_SHIFT);
	uint64_t until = __atomic_load_n(&band->full_at, __ATOMIC_RELAXED);
	uint64_t ahead;

	do {
		ahead = until - now;
		if (ahead > UINT64_MAX / 2 || ahead > band->limit + stale)
			ahead = 0;
		if (ahead >= band->limit)
			return false;
	} while (!__atomic_compare_exchange_n(&band->full_at, &until, now + ahead + cost, true,
					      __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	return true;
}

enum meter_verdict meter_run(struct meter *meter, struct flow_counters_lcore *counters,
			     uint32_t bytes, uint64_t now_tsc, uint8_t *prec_level)
{
	struct meter_bands *bands = __atomic_load_n(&meter->bands, __ATOMIC_ACQUIRE);
	uint64_t units = bands->packets ? 1 : bytes, now = now_tsc << TIME_SHIFT;
	enum meter_verdict verdict = METER_PASS;

	if (counters != NULL && bands->counter_id != 0)
		flow_counter_add(counters, bands->counter_id, 1, bytes, now_tsc);
	for (uint32_t i = 0; i < bands->n; i++) {
		struct band *band = &bands->band[i];

		if (band_charge(band, units, now, bands->stale) || verdict != METER_PASS)
			continue;
		verdict = band->verdict;
		if (counters != NULL && band->counter_id != 0)
			flow_counter_add(counters, band->counter_id, 1, bytes, now_tsc);
		if (verdict == METER_DROP)
			break; /* it takes nothing more from the bands below */
		*prec_level = band->prec_level;
	}
	return verdict;
}
