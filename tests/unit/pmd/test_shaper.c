// SPDX-License-Identifier: Apache-2.0
/* The queues of a port, in a time of the test's own: a cycle is a nanosecond. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "datapath/pmd/shaper.h"

#define HZ 1000000000ull
#define MBIT 1000000ull
#define STEP 50000 /* how often a lcore comes by: 50 µs */

/* What stands in for mbufs: only the length is looked at. */
static struct rte_mbuf *frame_of(uint32_t size)
{
	struct rte_mbuf *m = aligned_alloc(64, sizeof(*m));

	assert_non_null(m);
	memset(m, 0, sizeof(*m));
	m->pkt_len = size;
	return m;
}

struct bench {
	struct shaper *s;
	struct shaper_plan plan;
	uint64_t now;
	uint64_t bytes[PMD_MAX_QUEUES]; /* that left, by place */
};

static void drop_homeless(struct bench *b, struct rte_mbuf **homeless, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		if (!shaper_put(b->s, SHAPER_DEFAULT, homeless[i]))
			free(homeless[i]);
	}
}

static void bench_plan(struct bench *b, const struct pmd_queues *queues)
{
	struct rte_mbuf *homeless[SHAPER_FRAMES];
	struct shaper_plan plan;
	uint32_t n;

	shaper_plan_make(&plan, b->plan.serial != 0 ? &b->plan : NULL, queues, HZ, 800);
	while ((n = shaper_adopt(b->s, &plan, b->now, homeless)) != 0)
		drop_homeless(b, homeless, n);
	b->plan = plan;
}

static struct bench bench_open(const struct pmd_queues *queues)
{
	struct bench b = {.s = calloc(1, sizeof(*b.s)), .now = 12345};

	assert_non_null(b.s);
	bench_plan(&b, queues);
	return b;
}

static void bench_close(struct bench *b)
{
	struct rte_mbuf *m;

	while ((m = shaper_take(b->s)) != NULL)
		free(m);
	assert_int_equal(b->s->n, 0);
	free(b->s);
}

/* Runs for `ms`, while each queue named has always something to send. */
static void bench_run(struct bench *b, uint64_t ms, const uint32_t *ids, uint32_t n_ids,
		      uint32_t size)
{
	memset(b->bytes, 0, sizeof(b->bytes));
	for (uint64_t end = b->now + ms * 1000000; b->now < end; b->now += STEP) {
		struct rte_mbuf *m;
		unsigned int place;

		for (uint32_t i = 0; i < n_ids; i++) {
			unsigned int to = shaper_place(&b->plan, ids[i]);

			while (b->s->queue[to].bytes < 100000 &&
			       b->s->queue[to].n < SHAPER_FRAMES) {
				m = frame_of(size);
				assert_true(shaper_put(b->s, to, m));
			}
		}
		shaper_fill(b->s, b->now);
		while ((m = shaper_next(b->s, &place)) != NULL) {
			b->bytes[place] += m->pkt_len;
			free(m);
		}
	}
}

static uint64_t left_by(const struct bench *b, uint32_t id)
{
	return b->bytes[shaper_place(&b->plan, id)];
}

static void assert_rate(uint64_t bytes, uint64_t ms, uint64_t bps)
{
	uint64_t wanted = bps / 8 * ms / 1000;

	if (bytes < wanted - wanted / 50 || bytes > wanted + wanted / 50)
		fail_msg("%lu bytes left where %lu were due", bytes, wanted);
}

static void a_queue_has_its_rate_for_frames_of_any_size(void **state)
{
	static const uint32_t sizes[] = {60, 1514, 9014, 64000};
	static const uint64_t rates[] = {10 * MBIT, 100 * MBIT, 1000 * MBIT};

	for (size_t r = 0; r < RTE_DIM(rates); r++) {
		const struct pmd_queues queues = {.n = 1,
						  .queue = {{.id = 1, .max_bps = rates[r]}}};

		for (size_t i = 0; i < RTE_DIM(sizes); i++) {
			struct bench b = bench_open(&queues);
			const uint32_t id = 1;

			bench_run(&b, 200, &id, 1, sizes[i]); /* the buckets are full at first */
			bench_run(&b, 4000, &id, 1, sizes[i]);
			assert_rate(left_by(&b, 1), 4000, rates[r]);
			bench_close(&b);
		}
	}
}

static void a_port_has_its_rate_and_queues_share_it(void **state)
{
	const struct pmd_queues queues = {
		.rate_bps = 100 * MBIT, .n = 2, .queue = {{.id = 1}, {.id = 2}}};
	const uint32_t ids[] = {0, 1, 2};
	struct bench b = bench_open(&queues);

	bench_run(&b, 100, ids, 3, 1000);
	bench_run(&b, 3000, ids, 3, 1000);
	for (int i = 0; i < 3; i++)
		assert_rate(left_by(&b, ids[i]), 3000, 100 * MBIT / 3);
	/* Alone, each has all of it. */
	bench_run(&b, 100, &ids[1], 1, 1000);
	bench_run(&b, 3000, &ids[1], 1, 1000);
	assert_rate(left_by(&b, 1), 3000, 100 * MBIT);
	bench_close(&b);
}

static void what_is_guaranteed_comes_first_and_the_rest_is_shared(void **state)
{
	const struct pmd_queues queues = {
		.rate_bps = 100 * MBIT,
		.n = 3,
		.queue = {{.id = 1, .min_bps = 60 * MBIT},
			  {.id = 2, .min_bps = 20 * MBIT},
			  {.id = 3, .max_bps = 5 * MBIT}},
	};
	const uint32_t ids[] = {0, 1, 2, 3};
	struct bench b = bench_open(&queues);

	bench_run(&b, 100, ids, 4, 1500);
	bench_run(&b, 4000, ids, 4, 1500);
	assert_true(left_by(&b, 1) >= 60 * MBIT / 8 * 4 * 98 / 100);
	assert_true(left_by(&b, 2) >= 20 * MBIT / 8 * 4 * 98 / 100);
	assert_true(left_by(&b, 3) <= 5 * MBIT / 8 * 4 * 102 / 100);
	assert_true(left_by(&b, 0) > 4 * MBIT / 8 * 4);
	assert_rate(left_by(&b, 0) + left_by(&b, 1) + left_by(&b, 2) + left_by(&b, 3), 4000,
		    100 * MBIT);
	bench_close(&b);
}

static void without_rates_frames_leave_at_once_in_order(void **state)
{
	const struct pmd_queues queues = {.n = 1, .queue = {{.id = 7}}};
	struct bench b = bench_open(&queues);
	struct rte_mbuf *m[100];
	unsigned int place;

	for (int i = 0; i < 100; i++) {
		m[i] = frame_of(60);
		assert_true(shaper_put(b.s, shaper_place(&b.plan, 7), m[i]));
	}
	for (int i = 0; i < 100; i++) {
		assert_ptr_equal(shaper_next(b.s, &place), m[i]);
		free(m[i]);
	}
	assert_null(shaper_next(b.s, &place));
	bench_close(&b);
}

static void queues_have_bounds(void **state)
{
	const struct pmd_queues queues = {.rate_bps = MBIT};
	struct bench b = bench_open(&queues);
	struct rte_mbuf *m;
	uint32_t n = 0;

	while (shaper_put(b.s, 0, m = frame_of(60)))
		n++;
	free(m);
	assert_int_equal(n, SHAPER_FRAMES);
	while ((m = shaper_take(b.s)) != NULL)
		free(m);
	for (n = 0; shaper_put(b.s, 0, m = frame_of(64000)); n++)
		;
	free(m);
	assert_int_equal(n, SHAPER_BYTES / 64000);
	bench_close(&b);
}

static void an_id_that_is_not_there_is_the_default_queue(void **state)
{
	const struct pmd_queues queues = {.n = 1, .queue = {{.id = 70000}}};
	struct bench b = bench_open(&queues);

	assert_int_equal(shaper_place(&b.plan, 0), SHAPER_DEFAULT);
	assert_int_equal(shaper_place(&b.plan, 5), SHAPER_DEFAULT);
	assert_int_not_equal(shaper_place(&b.plan, 70000), SHAPER_DEFAULT);
	bench_close(&b);
}

static void queues_come_and_go_and_no_frame_is_lost(void **state)
{
	struct pmd_queues queues = {.rate_bps = MBIT, .n = 2, .queue = {{.id = 1}, {.id = 2}}};
	struct bench b = bench_open(&queues);
	unsigned int one = shaper_place(&b.plan, 1), two = shaper_place(&b.plan, 2);

	for (int i = 0; i < 10; i++) {
		assert_true(shaper_put(b.s, one, frame_of(100)));
		assert_true(shaper_put(b.s, two, frame_of(100)));
	}
	/* 1 goes, 3 comes, 2 stays where it is. */
	queues.queue[0].id = 3;
	bench_plan(&b, &queues);
	assert_int_equal(shaper_place(&b.plan, 2), two);
	assert_int_equal(shaper_place(&b.plan, 1), SHAPER_DEFAULT);
	assert_int_equal(b.s->n, 20);
	assert_int_equal(b.s->queue[SHAPER_DEFAULT].n, 10);
	assert_int_equal(b.s->queue[two].n, 10);
	queues = (struct pmd_queues){0};
	bench_plan(&b, &queues);
	assert_int_equal(b.s->queue[SHAPER_DEFAULT].n, 20);
	bench_run(&b, 1, NULL, 0, 0);
	assert_int_equal(b.s->n, 0);
	bench_close(&b);
}

static void as_many_queues_as_there_are_places(void **state)
{
	struct pmd_queues queues = {.n = PMD_MAX_QUEUES - 1};
	struct bench b;

	for (uint32_t i = 0; i < queues.n; i++)
		queues.queue[i].id = i + 1;
	b = bench_open(&queues);
	/* All others at once. */
	for (uint32_t i = 0; i < queues.n; i++)
		queues.queue[i].id = i + 101;
	bench_plan(&b, &queues);
	for (uint32_t i = 0; i < queues.n; i++)
		assert_int_not_equal(shaper_place(&b.plan, i + 101), SHAPER_DEFAULT);
	bench_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_queue_has_its_rate_for_frames_of_any_size),
		cmocka_unit_test(a_port_has_its_rate_and_queues_share_it),
		cmocka_unit_test(what_is_guaranteed_comes_first_and_the_rest_is_shared),
		cmocka_unit_test(without_rates_frames_leave_at_once_in_order),
		cmocka_unit_test(queues_have_bounds),
		cmocka_unit_test(an_id_that_is_not_there_is_the_default_queue),
		cmocka_unit_test(queues_come_and_go_and_no_frame_is_lost),
		cmocka_unit_test(as_many_queues_as_there_are_places),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
