// SPDX-License-Identifier: Apache-2.0
/* Which switch is meant when none, one or several run. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "cli/locate.h"

struct fixture {
	char root[64];
	char dir[LOCATE_PATH_SIZE];
	char name[64];
	char why[512];
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->root, "/tmp/heddle-locate-XXXXXX");
	*state = f;
	return mkdtemp(f->root) != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char command[128];

	snprintf(command, sizeof(command), "rm -rf '%s'", f->root);
	(void)!system(command);
	free(f);
	return 0;
}

/* A socket at ROOT/NAME/api.sock; listening unless it shall look left behind. */
static int switch_fake(struct fixture *f, const char *name, bool listening)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	char dir[96];
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(dir, sizeof(dir), "%s/%s", f->root, name);
	assert_int_equal(mkdir(dir, 0700), 0);
	snprintf(sun.sun_path, sizeof(sun.sun_path), "%.90s/api.sock", dir);
	assert_int_equal(bind(fd, (struct sockaddr *)&sun, sizeof(sun)), 0);
	if (listening)
		assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static int find(struct fixture *f, const struct cli *cli)
{
	return locate_run_dir(cli, f->root, f->dir, f->name, f->why, sizeof(f->why));
}

static void none_runs(void **state)
{
	struct fixture *f = *state;
	struct cli cli = {0};

	assert_int_equal(find(f, &cli), -ENOENT);
	assert_non_null(strstr(f->why, "no switch runs under"));
	assert_non_null(strstr(f->why, "start heddled"));
}

static void the_only_one_is_taken_and_a_dead_one_ignored(void **state)
{
	struct fixture *f = *state;
	struct cli cli = {0};
	int alive = switch_fake(f, "sw1", true);
	int dead = switch_fake(f, "sw2", false);

	assert_int_equal(find(f, &cli), 0);
	assert_string_equal(f->name, "sw1");
	assert_non_null(strstr(f->dir, "/sw1"));
	close(alive);
	close(dead);
}

static void several_are_listed(void **state)
{
	struct fixture *f = *state;
	struct cli cli = {0};
	int a = switch_fake(f, "a", true);
	int b = switch_fake(f, "b", true);

	assert_int_equal(find(f, &cli), -ENOTUNIQ);
	assert_non_null(strstr(f->why, "2 switches run here"));
	assert_true(strstr(f->why, "a, b") != NULL || strstr(f->why, "b, a") != NULL);
	assert_non_null(strstr(f->why, "-s"));
	close(a);
	close(b);
}

static void names_and_folders_are_taken_at_their_word(void **state)
{
	struct fixture *f = *state;
	struct cli named = {.switch_name = "sw7"};
	struct cli folder = {.run_dir = "/somewhere/else"};
	struct cli bad = {.switch_name = "../x"};

	assert_int_equal(find(f, &named), 0);
	assert_non_null(strstr(f->dir, "/sw7"));
	assert_int_equal(find(f, &folder), 0);
	assert_string_equal(f->dir, "/somewhere/else");
	assert_string_equal(f->name, "else");
	assert_int_equal(find(f, &bad), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(none_runs, setup, teardown),
		cmocka_unit_test_setup_teardown(the_only_one_is_taken_and_a_dead_one_ignored, setup,
						teardown),
		cmocka_unit_test_setup_teardown(several_are_listed, setup, teardown),
		cmocka_unit_test_setup_teardown(names_and_folders_are_taken_at_their_word, setup,
						teardown),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
