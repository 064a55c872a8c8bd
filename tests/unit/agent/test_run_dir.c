// SPDX-License-Identifier: Apache-2.0
/* The directory of a running switch: one at a time, and made when it is not there. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "datapath/agent/run_dir.h"

static void a_directory_is_one_switchs_at_a_time(void **state)
{
	char dir[] = "/tmp/heddle-run-XXXXXX", deep[64], why[256] = "";
	int lock, other;

	assert_non_null(mkdtemp(dir));
	snprintf(deep, sizeof(deep), "%s/a/b", dir);
	assert_int_equal(run_dir_make(deep, "--run-dir", why, sizeof(why)), 0);
	assert_int_equal(run_dir_make(deep, "--run-dir", why, sizeof(why)), 0);
	lock = run_dir_lock(deep, why, sizeof(why));
	assert_true(lock >= 0);
	other = run_dir_lock(deep, why, sizeof(why));
	assert_int_equal(other, -EBUSY);
	assert_non_null(strstr(why, deep));
	run_dir_unlock(deep, lock);
	lock = run_dir_lock(deep, why, sizeof(why));
	assert_true(lock >= 0);
	run_dir_unlock(deep, lock);
	rmdir(deep);
	*strrchr(deep, '/') = '\0';
	rmdir(deep);
	rmdir(dir);
	assert_true(run_dir_make("/proc/nowhere/x", "--run-dir", why, sizeof(why)) < 0);
	assert_non_null(strstr(why, "--run-dir"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_directory_is_one_switchs_at_a_time),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
