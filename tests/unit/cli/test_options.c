// SPDX-License-Identifier: Apache-2.0
/* The command line before any verb: what is understood, and the sentences for what is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/options.h"
#include "cli/verb.h"

#define ARGC(argv) ((int)(sizeof(argv) / sizeof((argv)[0])) - 1)

static void options_stand_anywhere(void **state)
{
	char *argv[] = {"heddle", "port", "-j", "show", "--run-dir", "/r", "vm1", NULL};
	struct cli cli;
	char why[256];

	assert_int_equal(options_parse(ARGC(argv), argv, &cli, why, sizeof(why)), 0);
	assert_true(cli.json);
	assert_string_equal(cli.run_dir, "/r");
	assert_int_equal(cli.n_words, 3);
	assert_string_equal(cli.words[0], "port");
	assert_string_equal(cli.words[2], "vm1");
}

static void words_behind_two_dashes_are_no_options(void **state)
{
	char *argv[] = {"heddle", "port", "show", "--", "-j", NULL};
	struct cli cli;
	char why[256];

	assert_int_equal(options_parse(ARGC(argv), argv, &cli, why, sizeof(why)), 0);
	assert_false(cli.json);
	assert_int_equal(cli.n_words, 3);
	assert_string_equal(cli.words[2], "-j");
}

static void options_of_some_verbs_are_noted(void **state)
{
	char *argv[] = {"heddle", "stats", "--interval", "2.5", "--count", "3", NULL};
	struct cli cli;
	char why[256];

	assert_int_equal(options_parse(ARGC(argv), argv, &cli, why, sizeof(why)), 0);
	assert_int_equal(cli.given, CLI_OPT_INTERVAL | CLI_OPT_COUNT);
	assert_true(cli.interval_s == 2.5);
	assert_int_equal(cli.count, 3);
}

static void bad_values_are_named(void **state)
{
	static char *const bad[] = {"0", "-1", "nan", "inf", "1s", "", "1e9"};
	struct cli cli;
	char why[256];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *argv[] = {"heddle", "stats", "--interval", bad[i], NULL};

		assert_int_not_equal(options_parse(ARGC(argv), argv, &cli, why, sizeof(why)), 0);
		assert_non_null(strstr(why, "is not a time; give seconds"));
	}
}

static void two_peers_are_refused(void **state)
{
	char *argv[] = {"heddle", "--of", "tcp:a", "-s", "b", "flow", "show", NULL};
	struct cli cli;
	char why[256];

	assert_int_not_equal(options_parse(ARGC(argv), argv, &cli, why, sizeof(why)), 0);
	assert_string_equal(why, "--switch and --of both name the peer; give one of them");
}

static void verbs_are_found_by_noun_and_action(void **state)
{
	char *words[] = {"port", "add", "x"};
	char *alone[] = {"drops"};
	char *wrong[] = {"mac", "shew"};
	const struct verb *v;
	char why[256];
	int used;

	v = verb_find(3, words, &used, why, sizeof(why));
	assert_non_null(v);
	assert_int_equal(used, 2);
	assert_ptr_equal(v->run, port_add);
	v = verb_find(1, alone, &used, why, sizeof(why));
	assert_non_null(v);
	assert_int_equal(used, 1);
	assert_null(verb_find(2, wrong, &used, why, sizeof(why)));
	assert_string_equal(why, "'mac' has no action 'shew'; it has show add del flush");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_stand_anywhere),
		cmocka_unit_test(words_behind_two_dashes_are_no_options),
		cmocka_unit_test(options_of_some_verbs_are_noted),
		cmocka_unit_test(bad_values_are_named),
		cmocka_unit_test(two_peers_are_refused),
		cmocka_unit_test(verbs_are_found_by_noun_and_action),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
