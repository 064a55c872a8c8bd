// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/jobs.h"

#include <utlist.h>

#include "datapath/agent/bundle.h"
#include "datapath/agent/connections.h"
#include "datapath/agent/flow_monitor.h"
#include "lib/units.h"

#define MAX_JOBS 16                   /* more of a connection make its next messages wait */
#define OUTPUT_ENOUGH (1024u * 1024u) /* bytes that a peer has to read before it gets more */

static void schedule(struct agent *agent, long usec)
{
	struct timeval tv = {.tv_usec = usec};

	event_add(agent->work, &tv);
}

/* Reads on or not, as the jobs ask for it. */
static void set_pause(struct connection *conn)
{
	bool pause = conn->n_jobs >= MAX_JOBS;
	struct job *job;

	DL_FOREACH (conn->jobs, job)
		pause |= job->holds;
	if (pause == conn->paused || conn->channel == NULL)
		return;
	conn->paused = pause;
	if (pause)
		channel_pause(conn->channel);
	else
		channel_resume(conn->channel);
}

void job_add(struct connection *conn, struct job *job)
{
	job->conn = conn;
	DL_APPEND(conn->jobs, job);
	conn->n_jobs++;
	set_pause(conn);
	schedule(conn->agent, 0);
}

void job_wake(struct job *job)
{
	job->waiting = false;
	schedule(job->conn->agent, 0);
}

static void remove_job(struct connection *conn, struct job *job)
{
	DL_DELETE(conn->jobs, job);
	conn->n_jobs--;
	job->end(job);
}

void jobs_soon(struct agent *agent)
{
	schedule(agent, 0);
}

void jobs_end(struct connection *conn)
{
	bundles_end(conn);
	while (conn->jobs != NULL)
		remove_job(conn, conn->jobs);
	flow_monitors_end(conn);
	conn->paused = false;
}

bool job_slice_over(const struct job *job)
{
	return clock_us() >= job->conn->agent->slice_until_us;
}

/* What each connection with something to do may take of the time. */
static uint64_t share_us(const struct agent *agent)
{
	const struct connection *conn;
	uint64_t n = 1;

	DL_FOREACH (agent->connections, conn)
		n += conn->jobs != NULL && !conn->jobs->waiting;
	return JOBS_SLICE_US / n;
}

void jobs_run(struct agent *agent)
{
	uint64_t each_us = share_us(agent);
	struct connection *conn;
	bool more = bundle_commit_run(agent), unread = false;

	DL_FOREACH (agent->connections, conn) {
		struct job *job = conn->jobs;

		if (job == NULL || job->waiting)
			continue;
		if (channel_output_pending(conn->channel) > OUTPUT_ENOUGH) {
			unread = true;
			continue;
		}
		agent->slice_until_us = clock_us() + each_us;
		switch (job->run(job)) {
		case JOB_WAITS:
			job->waiting = true;
			break;
		case JOB_DONE:
			remove_job(conn, job);
			set_pause(conn);
			more |= conn->jobs != NULL;
			break;
		case JOB_MORE:
			more = true;
			break;
		}
	}
	if (more)
		schedule(agent, 0);
	else if (unread && !event_pending(agent->work, EV_TIMEOUT, NULL))
		schedule(agent, 1000);
}
