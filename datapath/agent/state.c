// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/state.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <sqlite3.h>

#include "lib/log.h"
#include "lib/text.h"

#define FORMAT_VERSION 1
#define TRANSACTION_MAX 4096
#define RETRY_S 1
/* What may wait while the disk takes nothing; beyond it changes are lost, and that is logged. */
#define QUEUED_MAX_SIZE ((size_t)256 << 20)

/* One queued change, or a request to be told (done is set). */
struct change {
	struct change *next;
	void (*done)(void *arg);
	void *arg;
	uint64_t id;
	size_t size;
	bool gone;
	uint8_t table;
	char name[64];
	uint8_t bytes[];
};

struct change_queue {
	struct change *first;
	struct change **end;
};

struct state {
	sqlite3 *db; /* the writer's once it runs */
	sqlite3_stmt *put, *del;
	char path[512];
	pthread_t writer;
	pthread_mutex_t lock; /* of the members below */
	pthread_cond_t wake;
	struct change_queue queued; /* control thread → writer */
	size_t queued_size;         /* bytes of changes that are not stored yet */
	struct change_queue stored; /* requests to be told: writer → control thread */
	bool stop;
	struct log_limit full_log; /* control thread */
	int stored_fd;
	struct event *stored_event;
};

static void queue_init(struct change_queue *queue)
{
	queue->first = NULL;
	queue->end = &queue->first;
}

static void queue_add(struct change_queue *queue, struct change *change)
{
	change->next = NULL;
	*queue->end = change;
	queue->end = &change->next;
}

static struct change *queue_take(struct change_queue *queue)
{
	struct change *first = queue->first;

	queue_init(queue);
	return first;
}

static int apply(struct state *state, const struct change *c)
{
	sqlite3_stmt *stmt = c->gone ? state->del : state->put;
	int rc;

	sqlite3_bind_int(stmt, 1, c->table);
	sqlite3_bind_text(stmt, 2, c->name, -1, SQLITE_STATIC);
	sqlite3_bind_int64(stmt, 3, (sqlite3_int64)c->id);
	if (!c->gone)
		sqlite3_bind_blob64(stmt, 4, c->bytes, c->size, SQLITE_STATIC);
	rc = sqlite3_step(stmt);
	sqlite3_reset(stmt);
	return rc == SQLITE_DONE ? 0 : -EIO;
}

/*
 * Writes up to TRANSACTION_MAX changes from *next on in one transaction; *next moves behind them.
 * False: nothing was written and *next stays.
 */
static bool write_some(struct state *state, struct change **next, struct log_limit *limit)
{
	struct change *c = *next;
	bool failed = sqlite3_exec(state->db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK;

	for (int n = 0; c != NULL && n < TRANSACTION_MAX && !failed; n++, c = c->next) {
		if (c->done == NULL)
			failed = apply(state, c) < 0;
	}
	if (!failed)
		failed = sqlite3_exec(state->db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK;
	if (failed) {
		log_limited(limit, LOG_LEVEL_ERROR, "state",
			    "changes cannot be stored in %s and would be lost in a restart: %s; "
			    "make room or check the disk, it is tried again every second",
			    state->path, sqlite3_errmsg(state->db));
		sqlite3_exec(state->db, "ROLLBACK", NULL, NULL, NULL);
		return false;
	}
	*next = c;
	return true;
}

/* Hands a request to be told to the control thread. */
static void pass_on(struct state *state, struct change *c)
{
	pthread_mutex_lock(&state->lock);
	queue_add(&state->stored, c);
	pthread_mutex_unlock(&state->lock);
	eventfd_write(state->stored_fd, 1);
}

/* What a change counts in queued_size. */
static size_t change_size(const struct change *c)
{
	return sizeof(*c) + c->size;
}

/* Frees the changes up to `end`, and passes requests to be told on. */
static void release(struct state *state, struct change *c, const struct change *end)
{
	size_t size = 0;

	while (c != end) {
		struct change *next = c->next;

		if (c->done != NULL) {
			pass_on(state, c);
		} else {
			size += change_size(c);
			free(c);
		}
		c = next;
	}
	pthread_mutex_lock(&state->lock);
	state->queued_size -= size;
	pthread_mutex_unlock(&state->lock);
}

/* Nobody waits for a disk that takes nothing: the log has said so. Returns what is left. */
static struct change *tell_all(struct state *state, struct change *first)
{
	struct change **link = &first;

	while (*link != NULL) {
		struct change *c = *link;

		if (c->done != NULL) {
			*link = c->next;
			pass_on(state, c);
		} else {
			link = &c->next;
		}
	}
	return first;
}

/* Waits before the next try; false when the state is being closed. */
static bool wait_to_retry(struct state *state)
{
	struct timespec until;
	bool stop;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += RETRY_S;
	pthread_mutex_lock(&state->lock);
	while (!state->stop &&
	       pthread_cond_timedwait(&state->wake, &state->lock, &until) != ETIMEDOUT)
		;
	stop = state->stop;
	pthread_mutex_unlock(&state->lock);
	return !stop;
}

static void write_all(struct state *state, struct change *c, struct log_limit *limit)
{
	while (c != NULL) {
		struct change *written = c;

		if (write_some(state, &c, limit)) {
			release(state, written, c);
			continue;
		}
		c = tell_all(state, c);
		if (!wait_to_retry(state)) {
			release(state, c, NULL);
			return;
		}
	}
}

static void *run_writer(void *arg)
{
	struct state *state = arg;
	struct log_limit limit = {0};

	pthread_mutex_lock(&state->lock);
	for (;;) {
		struct change *c;

		while (state->queued.first == NULL && !state->stop)
			pthread_cond_wait(&state->wake, &state->lock);
		c = queue_take(&state->queued);
		if (c == NULL)
			break;
		pthread_mutex_unlock(&state->lock);
		write_all(state, c, &limit);
		pthread_mutex_lock(&state->lock);
	}
	pthread_mutex_unlock(&state->lock);
	return NULL;
}

static void tell_stored(struct state *state)
{
	struct change *c;

	pthread_mutex_lock(&state->lock);
	c = queue_take(&state->stored);
	pthread_mutex_unlock(&state->lock);
	while (c != NULL) {
		struct change *next = c->next;

		c->done(c->arg);
		free(c);
		c = next;
	}
}

static void on_stored(evutil_socket_t fd, short what, void *arg)
{
	eventfd_t count;

	if (eventfd_read(fd, &count) == 0)
		tell_stored(arg);
}

static int refuse(const struct state *state, const char *cause, char *why, size_t why_size)
{
	snprintf(
		why, why_size,
		"the state in %s cannot be used: %s; move the file away, or start with --stateless",
		state->path, cause);
	return -EIO;
}

static int prepare(struct state *state, char *why, size_t why_size)
{
	static const char *const setup =
		"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA busy_timeout=2000;"
		"CREATE TABLE IF NOT EXISTS state_row (kind INTEGER, name TEXT, id INTEGER, value "
		"BLOB, PRIMARY KEY (kind, name, id)) WITHOUT ROWID;";
	sqlite3_stmt *stmt = NULL;
	int version = -1;

	if (sqlite3_prepare_v2(state->db, "PRAGMA user_version", -1, &stmt, NULL) == SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW)
		version = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	if (version < 0)
		return refuse(state, sqlite3_errmsg(state->db), why, why_size);
	if (version > FORMAT_VERSION)
		return refuse(state, "a newer heddled wrote it", why, why_size);
	if (sqlite3_exec(state->db, setup, NULL, NULL, NULL) != SQLITE_OK)
		return refuse(state, sqlite3_errmsg(state->db), why, why_size);
	if (version != FORMAT_VERSION &&
	    sqlite3_exec(state->db, "PRAGMA user_version=1", NULL, NULL, NULL) != SQLITE_OK)
		return refuse(state, sqlite3_errmsg(state->db), why, why_size);
	if (sqlite3_prepare_v2(state->db, "REPLACE INTO state_row VALUES (?,?,?,?)", -1,
			       &state->put, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(state->db, "DELETE FROM state_row WHERE kind=? AND name=? AND id=?",
			       -1, &state->del, NULL) != SQLITE_OK)
		return refuse(state, sqlite3_errmsg(state->db), why, why_size);
	return 0;
}

static void close_db(struct state *state)
{
	sqlite3_finalize(state->put);
	sqlite3_finalize(state->del);
	sqlite3_close(state->db);
}

static int start_writer(struct state *state, struct event_base *base)
{
	sigset_t all, before;
	int err;

	state->stored_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (state->stored_fd < 0)
		return -errno;
	state->stored_event =
		event_new(base, state->stored_fd, EV_READ | EV_PERSIST, on_stored, state);
	if (state->stored_event == NULL || event_add(state->stored_event, NULL) < 0) {
		err = ENOMEM;
		goto failed;
	}
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	err = pthread_create(&state->writer, NULL, run_writer, state);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (err == 0) {
		pthread_setname_np(state->writer, "state");
		return 0;
	}
failed:
	if (state->stored_event != NULL)
		event_free(state->stored_event);
	close(state->stored_fd);
	return -err;
}

struct state *state_open(const char *dir, struct event_base *base, char *why, size_t why_size)
{
	struct state *state = calloc(1, sizeof(*state));
	int err;

	if (state == NULL)
		return NULL;
	queue_init(&state->queued);
	queue_init(&state->stored);
	pthread_mutex_init(&state->lock, NULL);
	pthread_cond_init(&state->wake, NULL);
	snprintf(state->path, sizeof(state->path), "%s/state.db", dir);
	if (sqlite3_open(state->path, &state->db) != SQLITE_OK) {
		err = refuse(state, sqlite3_errmsg(state->db), why, why_size);
		goto close_db;
	}
	chmod(state->path, 0600);
	err = prepare(state, why, why_size);
	if (err < 0)
		goto close_db;
	err = start_writer(state, base);
	if (err < 0) {
		snprintf(why, why_size, "no thread for the state: %s", strerror(-err));
		goto close_db;
	}
	return state;

close_db:
	close_db(state);
	free(state);
	errno = -err;
	return NULL;
}

void state_close(struct state *state)
{
	if (state == NULL)
		return;
	pthread_mutex_lock(&state->lock);
	state->stop = true;
	pthread_cond_signal(&state->wake);
	pthread_mutex_unlock(&state->lock);
	pthread_join(state->writer, NULL);
	tell_stored(state);
	event_free(state->stored_event);
	close(state->stored_fd);
	close_db(state);
	pthread_cond_destroy(&state->wake);
	pthread_mutex_destroy(&state->lock);
	free(state);
}

int state_load(struct state *state, enum state_table table,
	       int (*each)(void *context, const char *name, uint64_t id, const void *bytes,
			   size_t size),
	       void *context, char *why, size_t why_size)
{
	sqlite3_stmt *stmt = NULL;
	int rc;

	if (sqlite3_prepare_v2(
		    state->db,
		    "SELECT name, id, value FROM state_row WHERE kind=? ORDER BY name, id", -1,
		    &stmt, NULL) != SQLITE_OK)
		return refuse(state, sqlite3_errmsg(state->db), why, why_size);
	sqlite3_bind_int(stmt, 1, table);
	while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
		const char *name = (const char *)sqlite3_column_text(stmt, 0);
		uint64_t id = (uint64_t)sqlite3_column_int64(stmt, 1);
		const void *bytes = sqlite3_column_blob(stmt, 2);
		size_t size = (size_t)sqlite3_column_bytes(stmt, 2);

		if (each(context, name != NULL ? name : "", id, bytes != NULL ? bytes : "", size) !=
		    0)
			state_put(state, table, name != NULL ? name : "", id, NULL, 0);
	}
	sqlite3_finalize(stmt);
	return rc == SQLITE_DONE ? 0 : refuse(state, sqlite3_errmsg(state->db), why, why_size);
}

/* Takes the change over; false, and it is freed, when too much waits already. */
static bool enqueue(struct state *state, struct change *change)
{
	bool taken;

	pthread_mutex_lock(&state->lock);
	taken = change->done != NULL || state->queued_size < QUEUED_MAX_SIZE;
	if (taken) {
		if (state->queued.first == NULL)
			pthread_cond_signal(&state->wake);
		if (change->done == NULL)
			state->queued_size += change_size(change);
		queue_add(&state->queued, change);
	}
	pthread_mutex_unlock(&state->lock);
	if (!taken)
		free(change);
	return taken;
}

void state_put(struct state *state, enum state_table table, const char *name, uint64_t id,
	       const void *bytes, size_t size)
{
	struct change *c = calloc(1, sizeof(*c) + size);

	if (c == NULL) {
		log_error("state", "a change was not stored for want of memory");
		return;
	}
	c->table = (uint8_t)table;
	c->id = id;
	c->gone = bytes == NULL;
	c->size = size;
	text_copy(c->name, sizeof(c->name), name);
	if (size > 0)
		memcpy(c->bytes, bytes, size);
	if (!enqueue(state, c))
		log_limited(&state->full_log, LOG_LEVEL_ERROR, "state",
			    "%s is too far behind, a change is not stored; make room or check the "
			    "disk, then set the change again",
			    state->path);
}

void state_when_stored(struct state *state, void (*done)(void *arg), void *arg)
{
	struct change *c = calloc(1, sizeof(*c));

	if (c == NULL) {
		done(arg);
		return;
	}
	c->done = done;
	c->arg = arg;
	enqueue(state, c);
}
