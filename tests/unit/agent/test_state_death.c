// SPDX-License-Identifier: Apache-2.0
/* A process that dies while it writes leaves all that it promised, and one moment of its past. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "datapath/agent/state.h"

#define N_ALIVE 1000 /* rows that are there at a time */

static char dir[] = "/tmp/heddle-death-XXXXXX";

struct report {
	int fd;
	uint64_t n;
};

static void report_stored(void *arg)
{
	struct report *r = arg;

	if (write(r->fd, &r->n, sizeof(r->n)) < 0)
		_exit(3);
	free(r);
}

/* Writes rows 0, 1, … for ever and says how many are durable; each deletes the one N_ALIVE ago. */
static void write_for_ever(int fd)
{
	char why[256];
	struct event_base *base = event_base_new();
	struct state *state = state_open(dir, base, why, sizeof(why));

	if (state == NULL)
		_exit(2);
	for (uint64_t id = 0;; id++) {
		struct report *r;

		state_put(state, STATE_FLOW, "", id, "x", 1);
		if (id >= N_ALIVE)
			state_put(state, STATE_FLOW, "", id - N_ALIVE, NULL, 0);
		if (id % 100 != 99)
			continue;
		r = malloc(sizeof(*r));
		if (r == NULL)
			_exit(4);
		*r = (struct report){fd, id + 1};
		state_when_stored(state, report_stored, r);
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
}

/* Lets a child write until `n` rows are durable, kills it; what it promised until then. */
static uint64_t kill_after(uint64_t n)
{
	uint64_t promised = 0;
	int fds[2], status;
	pid_t child;

	assert_int_equal(pipe(fds), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		write_for_ever(fds[1]);
	close(fds[1]);
	while (promised < n && read(fds[0], &promised, sizeof(promised)) == sizeof(promised))
		;
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	while (read(fds[0], &promised, sizeof(promised)) == sizeof(promised))
		;
	close(fds[0]);
	assert_true(WIFSIGNALED(status) && promised >= n);
	return promised;
}

struct run {
	uint64_t first, last, n;
};

static int note_row(void *context, const char *name, uint64_t id, const void *bytes, size_t size)
{
	struct run *run = context;

	if (run->n++ == 0)
		run->first = id;
	run->last = id;
	return 0;
}

static void a_death_in_mid_write_leaves_a_moment_of_the_past(void **context)
{
	for (unsigned int round = 0; round < 3; round++) {
		uint64_t promised = kill_after(2000 + 1500 * round);
		struct event_base *base = event_base_new();
		struct run run = {0};
		char why[256] = "";
		struct state *state = state_open(dir, base, why, sizeof(why));

		assert_non_null(state);
		assert_int_equal(state_load(state, STATE_FLOW, note_row, &run, why, sizeof(why)),
				 0);
		assert_true(run.last + 1 >= promised);
		/* no hole, and no deletion without what was written before it */
		assert_int_equal(run.n, run.last - run.first + 1);
		assert_in_range(run.n, N_ALIVE, N_ALIVE + 1);
		for (uint64_t id = run.first; id <= run.last; id++)
			state_put(state, STATE_FLOW, "", id, NULL, 0);
		state_close(state);
		event_base_free(base);
	}
}

static int set_up(void **context)
{
	return mkdtemp(dir) != NULL ? 0 : -1;
}

static int tear_down(void **context)
{
	static const char *const files[] = {"state.db", "state.db-wal", "state.db-shm"};
	char path[64];

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		unlink(path);
	}
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_death_in_mid_write_leaves_a_moment_of_the_past),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
