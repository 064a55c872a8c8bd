// SPDX-License-Identifier: Apache-2.0
/* Select: shares in the ratio of the weights, and who moves when buckets come and go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "datapath/table/group.h"
#include "datapath/table/reclaim.h"

#define N_HASHES 200000

static struct reclaim *reclaim;

static int set_up(void **state)
{
	reclaim = reclaim_create(1);
	return reclaim == NULL;
}

static int tear_down(void **state)
{
	reclaim_destroy(reclaim);
	return 0;
}

/* Buckets that each output to their own port: `ports[i]`. */
static struct group_buckets *make(enum group_kind kind, const uint16_t *weights,
				  const uint32_t *ports, uint32_t n,
				  const struct group_buckets *old)
{
	struct group_buckets *buckets = group_buckets_create(kind, n);

	for (uint32_t i = 0; i < n; i++) {
		struct action_builder b = {0};

		action_add(&b, ACTION_OUTPUT, ports[i]);
		buckets->b[i].actions = action_build(&b);
		buckets->b[i].bucket_id = i;
		buckets->b[i].weight = weights[i];
	}
	assert_int_equal(group_buckets_prepare(buckets, 7, old), 0);
	return buckets;
}

static uint32_t port_of(const struct group_buckets *buckets, uint32_t hash)
{
	const struct group_bucket *b = group_select(buckets, hash);

	return b != NULL ? action_first(b->actions)->arg : 0;
}

/* Hashes that are anything but random: a counter. */
static void spread(const struct group_buckets *buckets, uint32_t *counts, uint32_t max)
{
	memset(counts, 0, (max + 1) * sizeof(*counts));
	for (uint32_t h = 0; h < N_HASHES; h++)
		counts[port_of(buckets, h)]++;
}

static uint32_t n_moved(const struct group_buckets *a, const struct group_buckets *b, uint32_t port)
{
	uint32_t n = 0;

	for (uint32_t h = 0; h < N_HASHES; h++) {
		uint32_t was = port_of(a, h), is = port_of(b, h);

		n += was != is && was != port && is != port;
	}
	return n;
}

static void shares_are_in_the_ratio_of_the_weights(void **state)
{
	static const struct {
		uint32_t n;
		uint16_t weights[8];
	} cases[] = {
		{2, {1, 1}},       {2, {1, 3}},          {3, {1, 1, 1}}, {3, {50, 30, 20}},
		{4, {1, 2, 3, 4}}, {2, {100, 1}},        {2, {0, 5}},    {5, {7, 11, 13, 17, 19}},
		{2, {65535, 1}},   {3, {40000, 1, 300}},
	};
	static const uint32_t ports[] = {1, 2, 3, 4, 5, 6, 7, 8};

	for (size_t c = 0; c < sizeof(cases) / sizeof(cases[0]); c++) {
		struct group_buckets *b =
			make(GROUP_SELECT, cases[c].weights, ports, cases[c].n, NULL);
		uint32_t counts[9], total = 0;

		for (uint32_t i = 0; i < cases[c].n; i++)
			total += cases[c].weights[i];
		spread(b, counts, 8);
		assert_int_equal(counts[0], 0);
		for (uint32_t i = 0; i < cases[c].n; i++) {
			double wanted = (double)N_HASHES * cases[c].weights[i] / total;
			double error = counts[i + 1] - wanted;

			/* the slots are exact, hashes scatter */
			assert_true(error * error <= 25 * wanted + N_HASHES * 0.005 * wanted / 50);
			if (cases[c].weights[i] == 0)
				assert_int_equal(counts[i + 1], 0);
		}
		group_buckets_free(b);
	}
}

static void slots_are_exact_and_bounded(void **state)
{
	static uint16_t weights[GROUP_MAX_BUCKETS];
	static uint32_t got[GROUP_MAX_BUCKETS];
	struct group_slots *slots;

	for (uint32_t n = 1; n <= GROUP_MAX_BUCKETS; n = n * 3 / 2 + 1) {
		uint64_t total = 0;

		for (uint32_t i = 0; i < n; i++) {
			weights[i] = (uint16_t)(1 + i % 9);
			total += weights[i];
			got[i] = 0;
		}
		assert_int_equal(group_slots_make(weights, n, NULL, NULL, &slots), 0);
		assert_true(slots->mask < 65536);
		assert_true(slots->mask < 2048 * n);
		for (uint32_t s = 0; s <= slots->mask; s++)
			got[slots->bucket[s]]++;
		for (uint32_t i = 0; i < n; i++) {
			double wanted = (double)(slots->mask + 1) * weights[i] / (double)total;

			assert_true(got[i] > wanted - 1 && got[i] < wanted + 1);
		}
		free(slots);
	}
}

static void without_weights_there_is_nobody(void **state)
{
	static const uint16_t none[] = {0, 0};
	static const uint32_t ports[] = {1, 2};
	struct group_buckets *b = make(GROUP_SELECT, none, ports, 2, NULL);

	assert_null(group_select(b, 1));
	group_buckets_free(b);
	b = make(GROUP_SELECT, none, ports, 0, NULL);
	assert_null(group_select(b, 1));
	assert_null(group_failover(b));
	group_buckets_free(b);
}

static void only_flows_of_the_dead_move_and_they_come_back(void **state)
{
	static const uint16_t weights[] = {10, 20, 30, 40};
	static const uint32_t ports[] = {1, 2, 3, 4};
	struct group_buckets *b = make(GROUP_SELECT, weights, ports, 4, NULL);
	struct group_buckets *all = make(GROUP_SELECT, weights, ports, 4, NULL);
	uint32_t counts[5], lost_by_second = 0, moved_twice = 0;
	static uint32_t after_first[N_HASHES];

	b->b[2].dead = true;
	assert_int_equal(group_buckets_set_live(b, reclaim), 0);
	assert_int_equal(n_moved(all, b, 3), 0);
	spread(b, counts, 4);
	assert_int_equal(counts[3], 0);
	assert_true(abs((int)counts[1] - N_HASHES / 7) < N_HASHES / 100);
	assert_true(abs((int)counts[4] - N_HASHES * 4 / 7) < N_HASHES / 100);

	for (uint32_t h = 0; h < N_HASHES; h++)
		after_first[h] = port_of(b, h);
	b->b[0].dead = true;
	assert_int_equal(group_buckets_set_live(b, reclaim), 0);
	for (uint32_t h = 0; h < N_HASHES; h++) {
		lost_by_second += after_first[h] == 1;
		moved_twice += after_first[h] != 1 && after_first[h] != port_of(b, h);
	}
	assert_true(lost_by_second > 0);
	assert_int_equal(moved_twice, 0);

	b->b[1].dead = b->b[3].dead = true;
	assert_int_equal(group_buckets_set_live(b, reclaim), 0);
	assert_null(group_select(b, 1));

	for (int i = 0; i < 4; i++)
		b->b[i].dead = false;
	assert_int_equal(group_buckets_set_live(b, reclaim), 0);
	assert_int_equal(n_moved(all, b, 0), 0);
	group_buckets_free(b);
	group_buckets_free(all);
}

static void a_bucket_more_or_less_moves_only_its_share(void **state)
{
	static const uint16_t weights[] = {1, 1, 1, 1, 1, 1};
	static const uint32_t ports[] = {1, 2, 3, 4, 5, 6}, without3[] = {1, 2, 4, 5, 6};
	struct group_buckets *five = make(GROUP_SELECT, weights, ports, 5, NULL);
	struct group_buckets *six = make(GROUP_SELECT, weights, ports, 6, five);
	struct group_buckets *less = make(GROUP_SELECT, weights, without3, 5, six);
	uint32_t counts[7];

	/* what moves goes to the new one; 1/256 of the slots may pay for rounding */
	assert_true(n_moved(five, six, 6) <= N_HASHES / 256 * 3);
	spread(six, counts, 6);
	for (int p = 1; p <= 6; p++)
		assert_true(abs((int)counts[p] - N_HASHES / 6) < N_HASHES / 100);
	/* though all behind it stand at other places now */
	assert_true(n_moved(six, less, 3) <= N_HASHES / 256 * 3);
	group_buckets_free(five);
	group_buckets_free(six);
	group_buckets_free(less);
}

static void chained_groups_choose_independently(void **state)
{
	static const uint16_t weights[] = {1, 1};
	static const uint32_t ports[] = {1, 2};
	struct group_buckets *a = make(GROUP_SELECT, weights, ports, 2, NULL), *b;
	uint32_t n[3] = {0};

	b = make(GROUP_SELECT, weights, ports, 2, NULL);
	free(b->base);
	b->base = b->slots = NULL;
	assert_int_equal(group_buckets_prepare(b, 8, NULL), 0);
	for (uint32_t h = 0; h < N_HASHES; h++) {
		if (port_of(a, h) == 1)
			n[port_of(b, h)]++;
	}
	assert_true(abs((int)n[1] - (int)n[2]) < N_HASHES / 50);
	group_buckets_free(a);
	group_buckets_free(b);
}

static void the_first_that_lives_takes_over(void **state)
{
	static const uint16_t weights[] = {0, 0, 0};
	static const uint32_t ports[] = {1, 2, 3};
	struct group_buckets *b = make(GROUP_FAST_FAILOVER, weights, ports, 3, NULL);

	assert_ptr_equal(group_failover(b), &b->b[0]);
	b->b[0].dead = true;
	group_buckets_set_live(b, reclaim);
	assert_ptr_equal(group_failover(b), &b->b[1]);
	b->b[1].dead = b->b[2].dead = true;
	group_buckets_set_live(b, reclaim);
	assert_null(group_failover(b));
	b->b[2].dead = false;
	group_buckets_set_live(b, reclaim);
	assert_ptr_equal(group_failover(b), &b->b[2]);
	group_buckets_free(b);
}

static void each_version_sees_its_own_buckets(void **state)
{
	static const uint16_t weights[] = {1};
	static const uint32_t ports[] = {1};
	struct group_buckets *a = make(GROUP_INDIRECT, weights, ports, 1, NULL);
	struct group_buckets *b = make(GROUP_INDIRECT, weights, ports, 1, NULL);
	struct group_buckets *c = make(GROUP_INDIRECT, weights, ports, 1, NULL);
	struct group *group = group_create(1, a);

	assert_ptr_equal(group_buckets_in(group, 4), a);
	group_set_buckets(group, b, 5);
	assert_ptr_equal(group_buckets_in(group, 4), a);
	assert_ptr_equal(group_buckets_in(group, 5), b);
	group_set_buckets(group, c, 5); /* twice in one bundle */
	assert_ptr_equal(group_buckets_in(group, 4), a);
	assert_ptr_equal(group_buckets_in(group, 6), c);
	group_restore_older(group, reclaim);
	assert_ptr_equal(group_buckets_in(group, 5), b);
	group_drop_older(b, reclaim);
	reclaim_poll(reclaim); /* no reader is registered: all is ripe */
	assert_ptr_equal(group_buckets_in(group, 4), b);
	group_retire(group, reclaim);
	reclaim_poll(reclaim);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shares_are_in_the_ratio_of_the_weights),
		cmocka_unit_test(slots_are_exact_and_bounded),
		cmocka_unit_test(without_weights_there_is_nobody),
		cmocka_unit_test(only_flows_of_the_dead_move_and_they_come_back),
		cmocka_unit_test(a_bucket_more_or_less_moves_only_its_share),
		cmocka_unit_test(chained_groups_choose_independently),
		cmocka_unit_test(the_first_that_lives_takes_over),
		cmocka_unit_test(each_version_sees_its_own_buckets),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
