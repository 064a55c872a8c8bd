// SPDX-License-Identifier: Apache-2.0
/* What DPDK is told: the words of --eal, and which CPU does what on machines of several sizes. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "datapath/agent/eal_args.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static cpu_set_t cpus(unsigned int from, unsigned int n)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	for (; n > 0; n--)
		CPU_SET(from++, &set);
	return set;
}

static void words_are_split_at_blanks_outside_of_quotes(void **state)
{
	struct eal_args args = {0};

	assert_int_equal(eal_args_split(&args, "  -d x.so\t--vdev 'a b' c\"d e\"f  "), 0);
	assert_int_equal(args.n, 5);
	assert_string_equal(args.at[0], "-d");
	assert_string_equal(args.at[3], "a b");
	assert_string_equal(args.at[4], "cd ef");
	eal_args_free(&args);
	eal_args_free(&args);
	assert_int_equal(eal_args_split(&args, ""), 0);
	assert_int_equal(args.n, 0);
	assert_int_equal(eal_args_split(&args, "-d 'x"), -EINVAL);
	eal_args_free(&args);
}

static void too_many_words_are_noticed(void **state)
{
	struct eal_args args = {0};

	for (int i = 0; i < EAL_ARGS_MAX; i++)
		eal_args_add(&args, "%d", i);
	assert_false(args.full);
	eal_args_add(&args, "x");
	assert_true(args.full);
	assert_int_equal(args.n, EAL_ARGS_MAX);
	eal_args_free(&args);
}

static void options_are_found_in_each_of_their_forms(void **state)
{
	struct eal_args args = {0};

	assert_int_equal(eal_args_split(&args, "--no-huge -m64 --file-prefix=x -l 0"), 0);
	assert_true(eal_args_have(&args, "--no-huge"));
	assert_true(eal_args_have(&args, "-m"));
	assert_true(eal_args_have(&args, "--file-prefix"));
	assert_true(eal_args_have(&args, "-l"));
	assert_false(eal_args_have(&args, "--no-hug"));
	assert_false(eal_args_have(&args, "--lcores"));
	assert_false(eal_args_have(&args, "-c"));
	eal_args_remove(&args, "--no-huge");
	assert_false(eal_args_have(&args, "--no-huge"));
	assert_int_equal(args.n, 4);
	assert_null(args.at[4]);
	eal_args_free(&args);
}

static void lists_of_cpus_are_read(void **state)
{
	cpu_set_t set, wanted = cpus(3, 3);

	CPU_SET(1, &wanted);
	assert_int_equal(eal_cpus_parse("1,3-5", &set), 0);
	assert_true(CPU_EQUAL(&set, &wanted));
	assert_int_equal(eal_cpus_parse("3-5,4,1", &set), 0);
	assert_true(CPU_EQUAL(&set, &wanted));
}

static void lists_that_are_none_are_refused(void **state)
{
	static const char *const refused[] = {"",    ",", "1,",  ",1",  "1-",   "-1",
					      "5-3", "a", "1;2", "1 2", "1-2-3"};
	cpu_set_t set;

	for (size_t i = 0; i < N(refused); i++)
		assert_int_equal(eal_cpus_parse(refused[i], &set), -EINVAL);
	assert_int_equal(eal_cpus_parse("99999", &set), -ERANGE);
	assert_int_equal(eal_cpus_parse("1-99999999999999999999", &set), -ERANGE);
}

static void assert_map(unsigned int n_cpus, unsigned int n_poll, const char *wanted)
{
	cpu_set_t allowed = cpus(0, n_cpus), poll;
	unsigned int main_lcore;
	char map[256];

	eal_cpus_pick(&allowed, &poll);
	assert_int_equal(CPU_COUNT(&poll), n_poll);
	assert_int_equal(eal_lcores_map(&allowed, &poll, &main_lcore, map, sizeof(map)), 0);
	assert_string_equal(map, wanted);
}

static void lcores_are_picked_from_what_there_is(void **state)
{
	assert_map(1, 1, "1@(0),0@0");
	assert_map(2, 1, "0@(0,1),1@1");
	assert_map(3, 1, "0@(0,2),1@1");
	assert_map(8, 2, "0@(0,3,4,5,6,7),1@1,2@2");
	assert_map(16, 4, "0@(0,5,6,7,8,9,10,11,12,13,14,15),1@1,2@2,3@3,4@4");
}

static void only_cpus_that_the_process_may_use_are_picked(void **state)
{
	cpu_set_t allowed = cpus(4, 2), poll;
	unsigned int main_lcore;
	char map[64];

	eal_cpus_pick(&allowed, &poll);
	assert_true(CPU_ISSET(5, &poll));
	assert_int_equal(CPU_COUNT(&poll), 1);
	assert_int_equal(eal_lcores_map(&allowed, &poll, &main_lcore, map, sizeof(map)), 0);
	assert_int_equal(main_lcore, 0);
	assert_string_equal(map, "0@(4,5),5@5");
}

static void all_cpus_may_poll(void **state)
{
	cpu_set_t all = cpus(0, 2);
	unsigned int main_lcore;
	char map[64];

	assert_int_equal(eal_lcores_map(&all, &all, &main_lcore, map, sizeof(map)), 0);
	assert_int_equal(main_lcore, 2);
	assert_string_equal(map, "2@(0,1),0@0,1@1");
	assert_int_equal(eal_lcores_map(&all, &all, &main_lcore, map, 8), -ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_split_at_blanks_outside_of_quotes),
		cmocka_unit_test(too_many_words_are_noticed),
		cmocka_unit_test(options_are_found_in_each_of_their_forms),
		cmocka_unit_test(lists_of_cpus_are_read),
		cmocka_unit_test(lists_that_are_none_are_refused),
		cmocka_unit_test(lcores_are_picked_from_what_there_is),
		cmocka_unit_test(only_cpus_that_the_process_may_use_are_picked),
		cmocka_unit_test(all_cpus_may_poll),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
