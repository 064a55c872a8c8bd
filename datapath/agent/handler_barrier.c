// SPDX-License-Identifier: Apache-2.0
/*
 * OFPT_BARRIER_REQUEST (OpenFlow 1.3.5 §6.2, §7.3.8): answered when what came before it is in force
 * for every frame. Tables are written at once, but a frame that was under way may have met what
 * they were before; so a barrier behind a change waits for a grace period of the lcores. It never
 * blocks: the connection's later messages wait, everything else goes on.
 */
#include <stdlib.h>

#include "datapath/agent/dispatch.h"

enum barrier_step { BARRIER_START, BARRIER_GRACE, BARRIER_RIPE };

/* Shared by the job and the grace period; the later one frees it. */
struct grace {
	struct barrier *barrier; /* NULL: the connection is gone */
	uint64_t n_changes;      /* made when the period started */
};

struct barrier {
	struct job job;
	enum barrier_step step;
	struct grace *grace;
	enum of_version version;
	uint32_t xid;
};

static void grace_over(void *arg)
{
	struct grace *grace = arg;

	/* Without a barrier the agent itself may be gone. */
	if (grace->barrier != NULL) {
		struct agent *agent = grace->barrier->job.conn->agent;

		if (agent->n_in_force < grace->n_changes)
			agent->n_in_force = grace->n_changes;
		agent->n_waiting--;
		grace->barrier->grace = NULL;
		grace->barrier->step = BARRIER_RIPE;
		job_wake(&grace->barrier->job);
	}
	free(grace);
}

static void answer(struct barrier *barrier)
{
	struct of_msg reply;

	of_msg_init(&reply, barrier->version, OFPT_BARRIER_REPLY, barrier->xid);
	connection_send(barrier->job.conn, &reply);
}

static enum job_state run_barrier(struct job *job)
{
	struct barrier *barrier = (struct barrier *)job;
	struct agent *agent = job->conn->agent;

	if (barrier->step == BARRIER_START && agent->n_in_force != agent->n_changes) {
		struct grace *grace = malloc(sizeof(*grace));

		if (grace == NULL)
			return JOB_MORE; /* again when there is memory */
		*grace = (struct grace){barrier, agent->n_changes};
		barrier->grace = grace;
		barrier->step = BARRIER_GRACE;
		agent->n_waiting++;
		reclaim_retire(agent->cfg.pipeline->reclaim, grace_over, grace);
		agent_poll_soon(agent);
		return JOB_WAITS;
	}
	if (barrier->step == BARRIER_GRACE)
		return JOB_WAITS;
	answer(barrier);
	return JOB_DONE;
}

static void end_barrier(struct job *job)
{
	struct barrier *barrier = (struct barrier *)job;

	if (barrier->grace != NULL) {
		barrier->grace->barrier = NULL;
		barrier->job.conn->agent->n_waiting--;
	}
	free(barrier);
}

enum of_err handle_barrier(struct connection *conn, const struct of_msg *msg)
{
	struct agent *agent = conn->agent;
	struct barrier *barrier = calloc(1, sizeof(*barrier));

	if (barrier == NULL)
		return OF_ERR_NO_MEMORY;
	barrier->version = msg->version;
	barrier->xid = msg->xid;
	barrier->job.conn = conn;
	barrier->job.run = run_barrier;
	barrier->job.end = end_barrier;
	barrier->job.holds = true;
	/* Mostly the lcores are through at once, and the way over the timer can be spared. */
	if (conn->jobs == NULL && agent->n_in_force != agent->n_changes &&
	    reclaim_passed(agent->cfg.pipeline->reclaim))
		agent->n_in_force = agent->n_changes;
	if (conn->jobs == NULL && agent->n_in_force == agent->n_changes) {
		answer(barrier);
		free(barrier);
		return OF_OK;
	}
	job_add(conn, &barrier->job);
	return OF_OK;
}
