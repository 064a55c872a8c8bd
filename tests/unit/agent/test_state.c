// SPDX-License-Identifier: Apache-2.0
/* What outlives the process: rows written, overwritten, gone; files that cannot serve. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "datapath/agent/state.h"
#include "lib/log.h"
#include "lib/text.h"

struct fixture {
	struct event_base *base;
	char dir[64];
	char file[96];
	struct text seen; /* rows that were loaded */
};

static int setup(void **arg)
{
	struct fixture *f = calloc(1, sizeof(*f));

	strcpy(f->dir, "/tmp/heddle-state-XXXXXX");
	if (mkdtemp(f->dir) == NULL)
		return -1;
	snprintf(f->file, sizeof(f->file), "%s/state.db", f->dir);
	f->base = event_base_new();
	*arg = f;
	return 0;
}

static int teardown(void **arg)
{
	struct fixture *f = *arg;
	char path[128];

	for (const char *const *end = (const char *const[]){"", "-wal", "-shm", NULL}; *end != NULL;
	     end++) {
		snprintf(path, sizeof(path), "%s%s", f->file, *end);
		unlink(path);
	}
	rmdir(f->dir);
	event_base_free(f->base);
	text_free(&f->seen);
	free(f);
	return 0;
}

static struct state *open_state(struct fixture *f)
{
	char why[256] = "";
	struct state *s = state_open(f->dir, f->base, why, sizeof(why));

	if (s == NULL)
		fail_msg("%s", why);
	return s;
}

static int note(void *context, const char *name, uint64_t id, const void *bytes, size_t size)
{
	struct fixture *f = context;

	text_add(&f->seen, "%s/%llu=%.*s ", name, (unsigned long long)id, (int)size,
		 (const char *)bytes);
	return 0;
}

static int refuse_odd(void *context, const char *name, uint64_t id, const void *bytes, size_t size)
{
	return id % 2 == 1 ? -1 : 0;
}

static const char *rows(struct fixture *f, struct state *s, enum state_table table)
{
	char why[256] = "";

	text_free(&f->seen);
	if (state_load(s, table, note, f, why, sizeof(why)) < 0)
		fail_msg("%s", why);
	return text_get(&f->seen);
}

static void put(struct state *s, enum state_table table, const char *name, uint64_t id,
		const char *value)
{
	state_put(s, table, name, id, value, value != NULL ? strlen(value) : 0);
}

static void set_flag(void *arg)
{
	*(bool *)arg = true;
}

static void rows_come_back_in_order_by_table(void **arg)
{
	struct fixture *f = *arg;
	struct state *s = open_state(f);

	put(s, STATE_FLOW, "", 10, "ten");
	put(s, STATE_FLOW, "", 9, "nine");
	put(s, STATE_PORT, "b", 0, "B");
	put(s, STATE_PORT, "a", 0, "A");
	put(s, STATE_PORT, "b", 0, "B2");
	put(s, STATE_FLOW, "", 11, "eleven");
	put(s, STATE_FLOW, "", 11, NULL);
	put(s, STATE_META, "", 0, "");
	state_close(s);
	s = open_state(f);
	assert_string_equal(rows(f, s, STATE_PORT), "a/0=A b/0=B2 ");
	assert_string_equal(rows(f, s, STATE_FLOW), "/9=nine /10=ten ");
	assert_string_equal(rows(f, s, STATE_META), "/0= ");
	assert_string_equal(rows(f, s, STATE_GROUP), "");
	state_close(s);
}

static void a_row_that_its_owner_refuses_is_gone(void **arg)
{
	struct fixture *f = *arg;
	struct state *s = open_state(f);
	char why[256] = "";

	for (int i = 0; i < 4; i++)
		put(s, STATE_GROUP, "", (uint64_t)i, "g");
	state_close(s);
	s = open_state(f);
	assert_int_equal(state_load(s, STATE_GROUP, refuse_odd, NULL, why, sizeof(why)), 0);
	state_close(s);
	s = open_state(f);
	assert_string_equal(rows(f, s, STATE_GROUP), "/0=g /2=g ");
	state_close(s);
}

static void stored_means_that_a_killed_process_has_it(void **arg)
{
	struct fixture *f = *arg;
	struct state *s;
	int status;
	pid_t child = fork();

	if (child == 0) {
		struct event_base *base = event_base_new(); /* not the parent's */
		char why[256];
		bool stored = false;

		s = state_open(f->dir, base, why, sizeof(why));
		for (int i = 0; i < 5000; i++)
			put(s, STATE_FLOW, "", (uint64_t)i, "f");
		put(s, STATE_PORT, "last", 0, "L");
		state_when_stored(s, set_flag, &stored);
		while (!stored)
			event_base_loop(base, EVLOOP_ONCE);
		kill(getpid(), SIGKILL);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	s = open_state(f);
	assert_string_equal(rows(f, s, STATE_PORT), "last/0=L ");
	rows(f, s, STATE_FLOW);
	assert_int_equal(strncmp(text_get(&f->seen), "/0=f /1=f ", 10), 0);
	assert_non_null(strstr(text_get(&f->seen), "/4999=f "));
	state_close(s);
}

static void closing_writes_and_answers_what_is_queued(void **arg)
{
	struct fixture *f = *arg;
	struct state *s = open_state(f);
	bool stored = false;

	put(s, STATE_PORT, "p", 0, "P");
	state_when_stored(s, set_flag, &stored);
	state_close(s);
	assert_true(stored);
	s = open_state(f);
	assert_string_equal(rows(f, s, STATE_PORT), "p/0=P ");
	state_close(s);
}

static void large_values_with_any_byte_come_back(void **arg)
{
	struct fixture *f = *arg;
	struct state *s = open_state(f);
	size_t size = 65536;
	char *bytes = malloc(size);

	memset(bytes, 'x', size);
	bytes[0] = '\0';
	state_put(s, STATE_FLOW, "", UINT64_MAX, bytes, size);
	state_close(s);
	s = open_state(f);
	rows(f, s, STATE_FLOW);
	assert_non_null(strstr(text_get(&f->seen), "/18446744073709551615="));
	free(bytes);
	state_close(s);
}

static void refuses(struct fixture *f)
{
	char why[256] = "";

	assert_null(state_open(f->dir, f->base, why, sizeof(why)));
	if (strstr(why, f->file) == NULL || strstr(why, "--stateless") == NULL)
		fail_msg("said \"%s\"", why);
}

static void a_file_that_is_no_database_is_refused_with_a_sentence(void **arg)
{
	struct fixture *f = *arg;
	FILE *file = fopen(f->file, "w");

	for (int i = 0; i < 1000; i++)
		fputs("this is no database ", file);
	fclose(file);
	refuses(f);
}

static void a_newer_format_is_refused_with_a_sentence(void **arg)
{
	struct fixture *f = *arg;
	sqlite3 *db;

	state_close(open_state(f));
	assert_int_equal(sqlite3_open(f->file, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "PRAGMA user_version=99", NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	refuses(f);
}

static void a_directory_that_is_not_there_is_refused_with_a_sentence(void **arg)
{
	struct fixture *f = *arg;
	char why[256] = "";

	assert_null(state_open("/nowhere/at/all", f->base, why, sizeof(why)));
	assert_non_null(strstr(why, "/nowhere/at/all"));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(rows_come_back_in_order_by_table),
		T(a_row_that_its_owner_refuses_is_gone),
		T(stored_means_that_a_killed_process_has_it),
		T(closing_writes_and_answers_what_is_queued),
		T(large_values_with_any_byte_come_back),
		T(a_file_that_is_no_database_is_refused_with_a_sentence),
		T(a_newer_format_is_refused_with_a_sentence),
		T(a_directory_that_is_not_there_is_refused_with_a_sentence),
	};

	log_set_level(LOG_LEVEL_ERROR);
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
