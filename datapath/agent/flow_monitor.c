// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/flow_monitor.h"

#include <stdlib.h>

#include <utlist.h>

#include "datapath/agent/flow_mods.h"
#include "datapath/agent/multipart.h"
#include "openflow/nicira_msg.h"

#define MAX_MONITORS 256              /* of a connection */
#define PAUSE_AT (1024u * 1024u)      /* bytes that the peer has not read */
#define RESUME_AT (PAUSE_AT / 4)      /* … and below which it gets updates again */
#define LOOKED_AT_ONCE 64             /* flows between two looks at the clock */
#define KNOWN_FLAGS 0x7f              /* enum of_flow_monitor_flags */
#define WANTED(event) (1u << (event)) /* OFPFMF_INITIAL … in the order of the events */

struct flow_monitor {
	struct flow_monitor *prev, *next;
	uint32_t id;
	uint16_t flags;
	struct of_match match;
	struct flow_filter filter;
};

/* A walk over all flows: what is there when a monitor begins, or what changed in a pause. */
struct walk {
	struct job job;
	struct flow_cursor cursor;
	struct flow_monitor *monitor; /* INITIAL: the one that began; NULL: after a pause */
	uint32_t monitor_id;
	uint32_t since; /* after a pause: changes of the store before this one are known */
	uint32_t until; /* … and the last one when the walk began */
	struct of_multipart_writer w;
};

struct flow_monitors {
	struct flow_monitor *list;
	uint32_t n;
	uint16_t form; /* of updates: the multipart's type that asked */
	bool paused;
	bool walking;     /* a walk after a pause is under way */
	uint32_t since;   /* the store's changes when the pause began */
	uint64_t row;     /* the newest flow then */
	bool abbreviated; /* `xid` has its OFPFME_ABBREV */
	uint32_t xid;
};

static struct flow_monitor *find(const struct connection *conn, uint32_t id)
{
	struct flow_monitor *m = NULL;

	if (conn->monitors != NULL)
		DL_SEARCH_SCALAR(conn->monitors->list, m, id, id);
	return m;
}

/* --- updates ------------------------------------------------------------------------------- */

static void add_update(struct of_multipart_writer *w, const struct flow *flow, uint16_t event,
		       uint8_t reason, bool instructions)
{
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	struct of_flow_update update = {
		.event = event,
		.table_id = flow->rule->table_id,
		.reason = reason,
		.idle_timeout = flow->idle_s,
		.hard_timeout = flow->hard_s,
		.priority = (uint16_t)flow->rule->priority,
		.cookie = flow->rule->cookie,
	};

	flow_match_of(flow, &update.match);
	if (!instructions || flow_instructions_of(flow, &arena, &update.instructions) != OF_OK)
		update.instructions = (struct of_instructions){0};
	of_multipart_writer_add(w, &update);
	of_arena_free(&arena);
}

static void writer_init(struct of_multipart_writer *w, struct connection *conn, uint32_t xid)
{
	of_multipart_writer_init(w, conn->version, xid,
				 conn->monitors != NULL ? conn->monitors->form : OFPMP_FLOW_MONITOR,
				 multipart_emit, conn);
}

static void send_update(struct connection *conn, const struct flow *flow, uint16_t event,
			uint8_t reason, bool instructions)
{
	struct of_multipart_writer w;

	writer_init(&w, conn, 0);
	add_update(&w, flow, event, reason, instructions);
	of_multipart_writer_end(&w);
}

/* Before 1.4 there are messages of their own for a pause and its end. */
static void send_pause(struct connection *conn, uint16_t event)
{
	bool onf = conn->monitors->form == OFPMP_ONF_FLOW_MONITOR;
	bool paused = event == OFPFME_PAUSED;
	struct of_msg msg;

	of_msg_init(&msg, conn->version, OFPT_EXPERIMENTER, 0);
	msg.experimenter = (struct of_experimenter){0};
	msg.experimenter.id = onf ? OFP_EXPERIMENTER_ONF : OFP_EXPERIMENTER_NICIRA;
	if (onf)
		msg.experimenter.exp_type =
			paused ? ONFT_FLOW_MONITOR_PAUSED : ONFT_FLOW_MONITOR_RESUMED;
	else
		msg.experimenter.exp_type =
			paused ? NXT_FLOW_MONITOR_PAUSED : NXT_FLOW_MONITOR_RESUMED;
	connection_send(conn, &msg);
}

/* OFPFME_ABBREV, _PAUSED, _RESUMED. */
static void send_short(struct connection *conn, uint16_t event, uint32_t xid)
{
	struct of_flow_update update = {.event = event, .xid = xid};
	struct of_multipart_writer w;

	if (conn->version < OF14 && event != OFPFME_ABBREV) {
		send_pause(conn, event);
		return;
	}
	writer_init(&w, conn, 0);
	of_multipart_writer_add(&w, &update);
	of_multipart_writer_end(&w);
}

/* What the monitors that mean this flow and event want together; 0: there is none. */
static uint16_t wanted(const struct flow_monitors *ms, const struct flow *flow, uint16_t event,
		       bool own)
{
	const struct flow_monitor *m;
	uint16_t flags = 0;

	DL_FOREACH (ms->list, m) {
		if (m->flags & WANTED(event) && (own || !(m->flags & OFPFMF_ONLY_OWN)) &&
		    flow_filter_takes(&m->filter, flow))
			flags |= m->flags;
	}
	return flags;
}

static void tell(struct connection *conn, const struct flow *flow, uint16_t event, uint8_t reason)
{
	struct flow_monitors *ms = conn->monitors;
	const struct agent_actor *actor = &conn->agent->actor;
	bool own = actor->conn == conn;
	uint16_t flags = wanted(ms, flow, event, own);

	if (flags == 0)
		return;
	if (ms->paused && (event != OFPFME_REMOVED || (!ms->walking && flow->row > ms->row)))
		return;
	if (own && !(flags & OFPFMF_NO_ABBREV)) {
		if (!ms->abbreviated || ms->xid != actor->xid)
			send_short(conn, OFPFME_ABBREV, actor->xid);
		ms->abbreviated = true;
		ms->xid = actor->xid;
		return;
	}
	ms->abbreviated = false;
	if (!ms->paused && channel_output_pending(conn->channel) > PAUSE_AT) {
		ms->paused = true;
		ms->since = flow_store_changes(conn->agent->flows) - 1; /* this one is told later */
		ms->row = flow_store_newest_row(conn->agent->flows);
		send_short(conn, OFPFME_PAUSED, 0);
		if (event != OFPFME_REMOVED)
			return;
	}
	/* What is gone did what nobody needs to know. */
	send_update(conn, flow, event, reason,
		    flags & OFPFMF_INSTRUCTIONS && event != OFPFME_REMOVED);
}

void flow_monitors_changed(struct agent *agent, const struct flow *flow,
			   enum of_flow_update_event event, uint8_t reason)
{
	struct connection *conn;

	if (agent->n_monitors == 0)
		return;
	DL_FOREACH (agent->connections, conn) {
		if (conn->monitors != NULL && conn->up)
			tell(conn, flow, event, reason);
	}
}

/* --- walks --------------------------------------------------------------------------------- */

static void visit(struct walk *walk, const struct flow *flow)
{
	struct connection *conn = walk->job.conn;
	uint16_t flags, event;

	if (walk->monitor != NULL) {
		if (flow_filter_takes(&walk->monitor->filter, flow))
			add_update(&walk->w, flow, OFPFME_INITIAL, 0,
				   walk->monitor->flags & OFPFMF_INSTRUCTIONS);
		return;
	}
	if ((int32_t)(flow->changed - walk->since) <= 0)
		return;
	event = flow->row > conn->monitors->row ? OFPFME_ADDED : OFPFME_MODIFIED;
	flags = wanted(conn->monitors, flow, event, false);
	if (flags != 0)
		add_update(&walk->w, flow, event, 0, flags & OFPFMF_INSTRUCTIONS);
}

static void start_cursor(struct walk *walk)
{
	flow_cursor_start(&walk->cursor, walk->job.conn->agent->flows, OFPTT_ALL);
	walk->until = flow_store_changes(walk->job.conn->agent->flows);
}

static enum job_state run_walk(struct job *job)
{
	struct walk *walk = (struct walk *)job;
	struct connection *conn = job->conn;

	if (conn->agent->transaction != NULL)
		return JOB_WAITS;
	/* The monitor may have been deleted since. */
	if (walk->monitor != NULL && find(conn, walk->monitor_id) != walk->monitor)
		return JOB_DONE;
	while (!walk->cursor.ended) {
		uint32_t budget = LOOKED_AT_ONCE;
		struct flow *flow;

		while ((flow = flow_cursor_each(&walk->cursor, &budget)) != NULL)
			visit(walk, flow);
		if (job_slice_over(job))
			return JOB_MORE;
	}
	if (walk->monitor != NULL) {
		of_multipart_writer_end(&walk->w);
		return JOB_DONE;
	}
	/* What changed during the walk: another one, until nothing does. */
	if (walk->until != flow_store_changes(conn->agent->flows)) {
		flow_cursor_end(&walk->cursor);
		walk->since = walk->until;
		conn->monitors->row = UINT64_MAX; /* they all are modified by now */
		start_cursor(walk);
		return JOB_MORE;
	}
	of_multipart_writer_end(&walk->w);
	conn->monitors->paused = false;
	send_short(conn, OFPFME_RESUMED, 0);
	return JOB_DONE;
}

static void end_walk(struct job *job)
{
	struct walk *walk = (struct walk *)job;

	if (walk->monitor == NULL && job->conn->monitors != NULL)
		job->conn->monitors->walking = false;
	flow_cursor_end(&walk->cursor);
	of_multipart_writer_abort(&walk->w);
	free(walk);
}

static enum of_err start_walk(struct connection *conn, struct flow_monitor *m, uint32_t xid)
{
	struct walk *walk = calloc(1, sizeof(*walk));

	if (walk == NULL)
		return OF_ERR_NO_MEMORY;
	walk->job.conn = conn;
	walk->job.run = run_walk;
	walk->job.end = end_walk;
	walk->monitor = m;
	walk->monitor_id = m != NULL ? m->id : 0;
	walk->since = conn->monitors->since;
	writer_init(&walk->w, conn, xid);
	start_cursor(walk);
	job_add(conn, &walk->job);
	return OF_OK;
}

void flow_monitors_poll(struct agent *agent)
{
	struct connection *conn;

	if (agent->n_monitors == 0)
		return;
	DL_FOREACH (agent->connections, conn) {
		struct flow_monitors *ms = conn->monitors;

		if (ms == NULL || !ms->paused || ms->walking || !conn->up ||
		    channel_output_pending(conn->channel) > RESUME_AT)
			continue;
		ms->walking = start_walk(conn, NULL, 0) == OF_OK;
	}
}

/* --- requests ------------------------------------------------------------------------------ */

static void drop(struct connection *conn, struct flow_monitor *m)
{
	DL_DELETE(conn->monitors->list, m);
	conn->monitors->n--;
	conn->agent->n_monitors--;
	free(m);
}

enum of_err flow_monitor_cancel(struct connection *conn, uint32_t id)
{
	struct flow_monitor *m = conn->monitors != NULL ? find(conn, id) : NULL;

	if (m == NULL)
		return OFPMOFC_UNKNOWN_MONITOR;
	drop(conn, m);
	return OF_OK;
}

void flow_monitors_end(struct connection *conn)
{
	if (conn->monitors == NULL)
		return;
	while (conn->monitors->list != NULL)
		drop(conn, conn->monitors->list);
	free(conn->monitors);
	conn->monitors = NULL;
}

static bool known_port(const struct agent *agent, uint32_t port)
{
	return port == OFPP_ANY || port >= OFPP_MAX || agent_port_find(agent, port) != NULL;
}

/* Would the request be carried out, after those before it in the same message? */
static enum of_err check(const struct connection *conn, const struct of_flow_monitor_request *r,
			 const struct of_flow_monitor_request *first)
{
	bool exists = find(conn, r->monitor_id) != NULL;
	struct flow_match match;

	for (; first != r; first++) {
		if (first->monitor_id == r->monitor_id)
			exists = first->command != OFPFMC_DELETE;
	}
	if (r->command > OFPFMC_DELETE)
		return OFPMOFC_BAD_COMMAND;
	if (r->command == OFPFMC_ADD && exists)
		return OFPMOFC_MONITOR_EXISTS;
	if (r->command != OFPFMC_ADD && !exists)
		return OFPMOFC_UNKNOWN_MONITOR;
	if (r->command == OFPFMC_DELETE)
		return OF_OK;
	if (r->flags & ~KNOWN_FLAGS)
		return OFPMOFC_BAD_FLAGS;
	if (r->table_id >= AGENT_N_TABLES && r->table_id != OFPTT_ALL)
		return OFPMOFC_BAD_TABLE_ID;
	if (!known_port(conn->agent, r->out_port) ||
	    (r->out_group != OFPG_ANY && r->out_group > OFPG_MAX))
		return OFPMOFC_BAD_OUT;
	return compile_match(&r->match, &match);
}

static enum of_err carry_out(struct connection *conn, const struct of_flow_monitor_request *r,
			     uint32_t xid)
{
	struct flow_monitor *m = find(conn, r->monitor_id);

	if (r->command == OFPFMC_DELETE) {
		drop(conn, m);
		return OF_OK;
	}
	if (m == NULL) {
		m = calloc(1, sizeof(*m));
		if (m == NULL)
			return OF_ERR_NO_MEMORY;
		m->id = r->monitor_id;
		DL_APPEND(conn->monitors->list, m);
		conn->monitors->n++;
		conn->agent->n_monitors++;
	}
	m->flags = r->flags;
	of_match_copy(&m->match, &r->match);
	(void)flow_filter_init(&m->filter, r->table_id, 0, 0, r->out_port, r->out_group,
			       &m->match); /* was checked */
	return r->flags & OFPFMF_INITIAL ? start_walk(conn, m, xid) : OF_OK;
}

enum of_err flow_monitor_request(struct connection *conn, const struct of_msg *msg)
{
	const struct of_flow_monitor_request *r = msg->multipart_request.flow_monitor.monitors;
	uint16_t n = msg->multipart_request.flow_monitor.n;
	struct of_multipart_writer w;
	bool initial = false;
	enum of_err err;

	if (conn->monitors == NULL)
		conn->monitors = calloc(1, sizeof(*conn->monitors));
	if (conn->monitors == NULL)
		return OF_ERR_NO_MEMORY;
	if (conn->monitors->n + n > MAX_MONITORS)
		return OFPMOFC_UNKNOWN;
	for (uint16_t i = 0; i < n; i++) {
		err = check(conn, &r[i], r);
		if (err != OF_OK)
			return err;
	}
	conn->monitors->form = msg->multipart_request.type;
	for (uint16_t i = 0; i < n; i++) {
		err = carry_out(conn, &r[i], msg->xid);
		if (err != OF_OK)
			return err;
		initial |= r[i].command != OFPFMC_DELETE && r[i].flags & OFPFMF_INITIAL;
	}
	if (!initial) { /* else the walk answers */
		writer_init(&w, conn, msg->xid);
		of_multipart_writer_end(&w);
	}
	return OF_OK;
}
