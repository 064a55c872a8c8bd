// SPDX-License-Identifier: Apache-2.0
/* Meters against a clock that the test moves: rates, bursts, bands, several threads. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "datapath/table/meter.h"
#include "datapath/table/reclaim.h"

#define HZ 2500000000ull

static struct meter *make(const struct meter_config *config)
{
	struct meter_bands *bands = meter_bands_create(config, HZ);
	struct meter *meter = meter_create(bands);

	assert_non_null(meter);
	return meter;
}

static struct meter *make_drop(bool packets, uint64_t rate, uint64_t burst)
{
	struct meter_config config = {
		.packets = packets,
		.n_bands = 1,
		.band[0] = {.verdict = METER_DROP, .rate = rate, .burst = burst},
	};

	return make(&config);
}

/*
 * Sends frames of `bytes` at `load` times the rate for `n` frames that may pass; what passed, as a
 * part of what may.
 */
static double run(bool packets, uint64_t rate, uint32_t bytes, double load, uint32_t n)
{
	struct meter *meter = make_drop(packets, rate, packets ? 1 : 8ull * bytes);
	uint64_t per_frame = packets ? 1 : 8ull * bytes, passed = 0;
	double step = (double)HZ * (double)per_frame / ((double)rate * load);
	uint64_t n_frames = (uint64_t)(n * load);
	uint8_t prec;

	for (uint64_t i = 0; i < n_frames; i++) {
		uint64_t now = 1000000000000000ull + (uint64_t)((double)i * step);

		passed += meter_run(meter, NULL, bytes, now, &prec) == METER_PASS;
	}
	meter_free(meter);
	return (double)passed / n;
}

static void rates_are_kept_to_a_hundredth(void **state)
{
	static const uint64_t bit_rates[] = {1000,      64000,       1000000,     33333000,
					     100000000, 10000000000, 40000000000, 100000000000};
	static const uint32_t sizes[] = {64, 65, 594, 1518, 9000, 65535};
	static const uint64_t packet_rates[] = {1, 10, 999, 100000, 14880952, 100000000};

	for (size_t r = 0; r < sizeof(bit_rates) / sizeof(bit_rates[0]); r++) {
		for (size_t s = 0; s < sizeof(sizes) / sizeof(sizes[0]); s++) {
			double part = run(false, bit_rates[r], sizes[s], 3.7, 1000);

			assert_true(part > 0.99 && part < 1.01);
		}
	}
	for (size_t r = 0; r < sizeof(packet_rates) / sizeof(packet_rates[0]); r++) {
		double part = run(true, packet_rates[r], 100, 5.3, 1000);

		assert_true(part > 0.99 && part < 1.01);
	}
}

static void what_stays_below_the_rate_passes(void **state)
{
	assert_true(run(false, 1000000, 500, 0.99, 2000) > 0.98);
	assert_true(run(true, 1000, 500, 0.99, 2000) > 0.98);
	assert_true(run(true, 100000000, 64, 0.97, 2000) > 0.96);
}

static uint32_t pass_at(struct meter *meter, uint64_t now, uint32_t bytes, uint32_t n)
{
	uint32_t passed = 0;
	uint8_t prec;

	for (uint32_t i = 0; i < n; i++)
		passed += meter_run(meter, NULL, bytes, now, &prec) == METER_PASS;
	return passed;
}

static void a_burst_passes_at_once_and_fills_again(void **state)
{
	struct meter *meter = make_drop(true, 1000, 50);

	assert_int_equal(pass_at(meter, 7 * HZ, 100, 200), 50);
	assert_int_equal(pass_at(meter, 7 * HZ + HZ / 100, 100, 200), 10);
	assert_int_equal(pass_at(meter, 9 * HZ, 100, 200), 50); /* not more than it holds */
	meter_free(meter);
	meter = make_drop(false, 1000000, 80000); /* bits: ten frames of 1000 bytes */
	assert_int_equal(pass_at(meter, HZ, 1000, 200), 10);
	meter_free(meter);
}

static void the_default_burst_is_small(void **state)
{
	struct meter *meter = make_drop(true, 1000, 0);

	assert_in_range(pass_at(meter, HZ, 100, 1000), 1, 50);
	meter_free(meter);
	meter = make_drop(true, 1, 0);
	assert_int_equal(pass_at(meter, HZ, 100, 1000), 1);
	meter_free(meter);
	meter = make_drop(false, 1000, 0);
	assert_int_equal(pass_at(meter, HZ, 1518, 1000), 1);
	meter_free(meter);
}

static void a_frame_larger_than_the_bucket_is_paid_for_later(void **state)
{
	struct meter *meter = make_drop(false, 1000000, 1000);

	assert_int_equal(pass_at(meter, HZ, 65000, 3), 1);
	assert_int_equal(pass_at(meter, HZ + HZ / 2, 65000, 3), 0);
	assert_int_equal(pass_at(meter, HZ + HZ * 53 / 100, 65000, 3), 1);
	meter_free(meter);
}

static void a_clock_that_goes_round_or_back_does_no_harm(void **state)
{
	struct meter *meter = make_drop(true, 1000, 10);

	assert_int_equal(pass_at(meter, (1ull << 58) - 1, 100, 100), 10);
	assert_int_equal(pass_at(meter, (1ull << 58) + HZ, 100, 100), 10);
	/* another lcore is a little behind */
	assert_in_range(pass_at(meter, (1ull << 58) + HZ - 1000, 100, 100), 0, 1);
	/* years without a frame */
	assert_int_equal(pass_at(meter, (1ull << 57) + HZ, 100, 100), 10);
	meter_free(meter);
}

static void the_band_of_the_highest_rate_that_is_exceeded_acts(void **state)
{
	struct flow_counters *counters = flow_counters_create(1);
	struct flow_counters_lcore *l = flow_counters_lcore(counters, 0);
	struct meter_config config = {.packets = true, .n_bands = 2};
	uint32_t passed = 0, dropped = 0, marked = 0;
	struct flow_counter sum;
	struct meter *meter;

	config.band[0] = (struct meter_band_config){
		.verdict = METER_REMARK, .prec_level = 2, .rate = 1000, .burst = 1};
	config.band[1] =
		(struct meter_band_config){.verdict = METER_DROP, .rate = 2000, .burst = 1};
	assert_int_equal(flow_counters_take(counters, &config.counter_id), 0);
	assert_int_equal(flow_counters_take(counters, &config.band[0].counter_id), 0);
	assert_int_equal(flow_counters_take(counters, &config.band[1].counter_id), 0);
	meter = make(&config);
	for (uint32_t i = 0; i < 3000; i++) { /* one second at 3000 a second */
		uint8_t prec = 0;

		switch (meter_run(meter, l, 100, HZ + i * (HZ / 3000), &prec)) {
		case METER_PASS:
			passed++;
			break;
		case METER_DROP:
			dropped++;
			break;
		case METER_REMARK:
			marked++;
			assert_int_equal(prec, 2);
			break;
		}
	}
	assert_in_range(passed, 950, 1050);
	assert_in_range(marked, 950, 1050);
	assert_in_range(dropped, 950, 1050);
	flow_counters_sum(counters, config.counter_id, &sum);
	assert_int_equal(sum.packets, 3000);
	assert_int_equal(sum.bytes, 300000);
	flow_counters_sum(counters, config.band[0].counter_id, &sum);
	assert_int_equal(sum.packets, marked);
	flow_counters_sum(counters, config.band[1].counter_id, &sum);
	assert_int_equal(sum.packets, dropped);
	meter_free(meter);
	flow_counters_destroy(counters);
}

static void a_meter_without_bands_only_counts(void **state)
{
	struct meter_config config = {0};
	struct meter *meter = make(&config);

	assert_int_equal(pass_at(meter, HZ, 1500, 1000), 1000);
	meter_free(meter);
}

static void other_bands_are_in_force_at_once(void **state)
{
	struct reclaim *reclaim = reclaim_create(1);
	struct meter *meter = make_drop(true, 10, 5);
	struct meter_config config = {.packets = true, .n_bands = 1};

	assert_int_equal(pass_at(meter, HZ, 100, 100), 5);
	config.band[0] = (struct meter_band_config){.verdict = METER_DROP, .rate = 10, .burst = 20};
	meter_set_bands(meter, meter_bands_create(&config, HZ), reclaim);
	assert_int_equal(pass_at(meter, HZ, 100, 100), 20);
	meter_free(meter);
	reclaim_destroy(reclaim);
}

static void drop_precedence_rises_in_assured_forwarding_only(void **state)
{
	assert_int_equal(meter_dscp(10, 1), 12); /* AF11 to AF12 */
	assert_int_equal(meter_dscp(10, 2), 14);
	assert_int_equal(meter_dscp(10, 9), 14);
	assert_int_equal(meter_dscp(36, 1), 38); /* AF42 to AF43 */
	assert_int_equal(meter_dscp(38, 1), 38);
	assert_int_equal(meter_dscp(26, 0), 26);
	assert_int_equal(meter_dscp(0, 1), 0);
	assert_int_equal(meter_dscp(8, 1), 8);   /* CS1 */
	assert_int_equal(meter_dscp(46, 1), 46); /* EF */
	assert_int_equal(meter_dscp(11, 1), 11);
	assert_int_equal(meter_dscp(48, 3), 48);
}

/* Two lcores that share a meter and a clock. */
struct shared {
	struct meter *meter;
	uint64_t clock;
	uint64_t passed[2];
};

struct worker {
	struct shared *shared;
	int number;
};

static void *work(void *arg)
{
	struct worker *w = arg;
	uint64_t passed = 0;

	for (int i = 0; i < 200000; i++) {
		uint64_t now =
			__atomic_add_fetch(&w->shared->clock, HZ / 1000000, __ATOMIC_RELAXED);
		uint8_t prec;

		passed += meter_run(w->shared->meter, NULL, 100, now, &prec) == METER_PASS;
	}
	w->shared->passed[w->number] = passed;
	return NULL;
}

static void lcores_share_the_rate(void **state)
{
	struct shared shared = {.meter = make_drop(true, 250000, 10), .clock = HZ};
	struct worker workers[2] = {{&shared, 0}, {&shared, 1}};
	pthread_t threads[2];
	uint64_t passed;

	/* 400000 frames, one a microsecond, of which a quarter may pass */
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	passed = shared.passed[0] + shared.passed[1];
	assert_in_range(passed, 99000, 101000);
	meter_free(shared.meter);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates_are_kept_to_a_hundredth),
		cmocka_unit_test(what_stays_below_the_rate_passes),
		cmocka_unit_test(a_burst_passes_at_once_and_fills_again),
		cmocka_unit_test(the_default_burst_is_small),
		cmocka_unit_test(a_frame_larger_than_the_bucket_is_paid_for_later),
		cmocka_unit_test(a_clock_that_goes_round_or_back_does_no_harm),
		cmocka_unit_test(the_band_of_the_highest_rate_that_is_exceeded_acts),
		cmocka_unit_test(a_meter_without_bands_only_counts),
		cmocka_unit_test(other_bands_are_in_force_at_once),
		cmocka_unit_test(drop_precedence_rises_in_assured_forwarding_only),
		cmocka_unit_test(lcores_share_the_rate),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
