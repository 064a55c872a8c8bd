// SPDX-License-Identifier: Apache-2.0
/*
 * jobs: work for a connection that takes long (dumps) or has to wait (barriers), done in slices
 * between other events, in the order in which it was asked for. Control thread.
 */
#pragma once

#include <stdbool.h>

struct agent;
struct connection;

enum job_state { JOB_MORE, JOB_WAITS, JOB_DONE };

/* The head of each kind's own struct, which is allocated with malloc. */
struct job {
	struct job *prev, *next;
	struct connection *conn;
	/* Does one slice, until job_slice_over. JOB_WAITS: job_wake says when to go on. */
	enum job_state (*run)(struct job *job);
	/* Frees what the job holds and itself; also when the connection ended in mid-job. */
	void (*end)(struct job *job);
	bool holds;   /* messages that came after it wait until it is done */
	bool waiting; /* for job_wake */
};

/** Queues a job behind the others of the connection; `end` is called for it one day. */
void job_add(struct connection *conn, struct job *job);

/** Goes on with a job that waited. */
void job_wake(struct job *job);

/**
 * Has the job that runs used up its slice? All connections together have JOBS_SLICE_US, then other
 * events have their turn. Look at it after each few dozen flows.
 */
bool job_slice_over(const struct job *job);

#define JOBS_SLICE_US 2000

/** The loop runs jobs_run soon. */
void jobs_soon(struct agent *agent);

/** Ends all jobs, bundles and monitors of a connection that is going. */
void jobs_end(struct connection *conn);

/**
 * One slice of a bundle's commit and of the first job of each connection; the callback of
 * agent->work.
 */
void jobs_run(struct agent *agent);
