// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/connections.h"
#include "datapath/agent/multipart.h"

#include <errno.h>
#include <stdlib.h>

#include <utlist.h>

#include "datapath/agent/bundle.h"
#include "datapath/agent/controller_status.h"
#include "datapath/agent/dispatch.h"
#include "datapath/agent/standalone.h"
#include "lib/text.h"

/* A connection has at most so much that its peer did not read, then it is cut off. */
#define OUTPUT_LIMIT (8u << 20)

/* --- sessions ------------------------------------------------------------------------------- */

static void start_session(struct connection *conn, enum of_version version)
{
	const struct endpoint *e = &conn->endpoint;

	conn->version = version;
	conn->role = conn->main != NULL ? conn->main->role : OFPCR_ROLE_EQUAL;
	conn->short_id = OFPCID_UNDEFINED;
	conn->controller_id = 0;
	memset(&conn->nicira, 0, sizeof(conn->nicira));
	conn->async = connection_default_async(version);
	conn->packet_in_limit = packet_in_limit_init(e->packet_in_rate, e->packet_in_burst,
						     agent_now_ms(conn->agent));
	/* In 1.0 it says too who wants frames that no rule matches: tools that drop in do not. */
	conn->miss_send_len =
		version == OF10 && conn->connector == NULL ? 0 : OFP_DEFAULT_MISS_SEND_LEN;
}

static void on_up(struct channel *channel, void *context, enum of_version version)
{
	struct connection *conn = context;

	conn->channel = channel;
	conn->up = true;
	start_session(conn, version);
	connections_changed(conn->agent);
	if (conn->main != NULL)
		return;
	if (conn->connector != NULL) {
		log_info("agent", "controller %s: connected, OpenFlow %s", conn->name,
			 of_version_name(version));
		standalone_controller_up(conn->agent);
		auxiliaries_open(conn);
	}
	controller_status_announce(conn, OFPCSR_CHANNEL_STATUS);
}

static void on_message(struct channel *channel, void *context, const struct of_msg *msg,
		       const uint8_t *raw, size_t len)
{
	struct connection *conn = context;
	enum of_err err = bundle_makes_wait(conn, msg->type) ? bundle_postpone(conn, raw, len)
							     : dispatch(conn, msg);

	if (err != OF_OK)
		channel_send_error(channel, err, raw, len);
}

/* The peer is gone; the others are told, and the frames that only it wanted stay below. */
static void end_session(struct connection *conn)
{
	bool was_up = conn->up;

	conn->up = false;
	jobs_end(conn);
	table_request_drop(conn);
	if (conn->main != NULL)
		return;
	auxiliaries_close(conn);
	if (was_up) {
		connections_changed(conn->agent);
		controller_status_announce(conn, OFPCSR_CHANNEL_STATUS);
	}
}

static void free_passive(struct connection *conn)
{
	end_session(conn);
	DL_DELETE(conn->agent->connections, conn);
	channel_destroy(conn->channel);
	free(conn);
}

static void on_down(struct channel *channel, void *context, const char *reason)
{
	struct connection *conn = context;

	text_copy(conn->last_error, sizeof(conn->last_error), reason);
	if (conn->connector == NULL) {
		free_passive(conn);
		return;
	}
	if (conn->up && conn->main == NULL)
		log_warning("agent", "controller %s: %s", conn->name, reason);
	end_session(conn);
	conn->channel = NULL;
	if (conn->main == NULL)
		standalone_controller_down(conn->agent);
}

const struct channel_ops connection_ops = {
	.on_up = on_up,
	.on_message = on_message,
	.on_down = on_down,
};

struct channel_config connection_channel_config(const struct connection *conn)
{
	struct channel_config config = channel_config_default();

	config.versions = conn->main != NULL ? OF_VERSION_BIT(conn->main->version)
					     : conn->agent->cfg.of_versions;
	config.output_limit = OUTPUT_LIMIT;
	config.probe_ms = conn->endpoint.probe_s * 1000;
	return config;
}

struct connection *connection_create(struct agent *agent, const struct endpoint *endpoint,
				     const char *name)
{
	struct connection *conn = calloc(1, sizeof(*conn));

	if (conn == NULL)
		return NULL;
	conn->agent = agent;
	conn->endpoint = *endpoint;
	text_copy(conn->name, sizeof(conn->name), name);
	start_session(conn, OF13);
	return conn;
}

/* --- configured controllers ----------------------------------------------------------------- */

static struct connection *find_controller(struct agent *agent, const struct target *target)
{
	char name[TARGET_TEXT_SIZE];
	struct connection *conn;

	target_text(target, name);
	DL_FOREACH (agent->connections, conn) {
		if (conn->connector != NULL && conn->main == NULL && strcmp(conn->name, name) == 0)
			return conn;
	}
	return NULL;
}

int agent_add_controller(struct agent *agent, const struct endpoint *endpoint)
{
	struct connector_config config = {.tls = agent->cfg.tls,
					  .backoff_max_ms = endpoint->backoff_s * 1000};
	struct connection *conn, *passive;
	char name[TARGET_TEXT_SIZE];
	int rc;

	if (find_controller(agent, &endpoint->target) != NULL)
		return -EEXIST;
	conn = connection_create(agent, endpoint, target_text(&endpoint->target, name));
	if (conn == NULL)
		return -ENOMEM;
	config.channel = connection_channel_config(conn);
	conn->connector = connector_create(agent->cfg.base, &endpoint->target, &config,
					   &connection_ops, conn);
	if (conn->connector == NULL) {
		rc = -errno;
		free(conn);
		return rc;
	}
	DL_FOREACH (agent->connections, passive) {
		if (passive->connector == NULL)
			break;
	}
	DL_PREPEND_ELEM(agent->connections, passive, conn); /* NULL: at the end */
	controller_status_announce(conn, OFPCSR_CONTROLLER_ADDED);
	return 0;
}

void connection_free_active(struct connection *conn)
{
	end_session(conn);
	DL_DELETE(conn->agent->connections, conn);
	connector_destroy(conn->connector);
	free(conn);
}

int agent_del_controller(struct agent *agent, const struct target *target)
{
	struct connection *conn = find_controller(agent, target);

	if (conn == NULL)
		return -ENOENT;
	controller_status_announce(conn, OFPCSR_CONTROLLER_REMOVED);
	connection_free_active(conn);
	standalone_controller_down(agent);
	return 0;
}

static bool is_among(const struct endpoint *e, const struct endpoint *wanted, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (endpoint_equal(e, &wanted[i]))
			return true;
	}
	return false;
}

int agent_set_controllers(struct agent *agent, const struct endpoint *wanted, size_t n)
{
	struct connection *conn, *next;
	int rc = 0;

	for (;;) { /* from the start each time: a controller takes its auxiliaries with it */
		DL_FOREACH_SAFE (agent->connections, conn, next) {
			if (conn->connector != NULL && conn->main == NULL &&
			    !is_among(&conn->endpoint, wanted, n))
				break;
		}
		if (conn == NULL)
			break;
		agent_del_controller(agent, &conn->endpoint.target);
	}
	for (size_t i = 0; i < n && rc == 0; i++) {
		rc = agent_add_controller(agent, &wanted[i]);
		if (rc == -EEXIST)
			rc = 0;
	}
	return rc;
}

/* --- passive connections -------------------------------------------------------------------- */

/* Makes room: the oldest one that said no hello yet goes. False: all are at work. */
static bool turn_away(struct agent_listener *listener)
{
	struct connection *conn, *silent = NULL;
	uint32_t n = 0;

	DL_FOREACH (listener->agent->connections, conn) {
		if (conn->listener != listener)
			continue;
		n++;
		if (!conn->up && silent == NULL)
			silent = conn;
	}
	if (n < listener->endpoint.max_peers)
		return true;
	listener->n_turned_away++;
	log_limited(&listener->agent->log_limit, LOG_LEVEL_WARNING, "agent",
		    "%s is turned away: its listener has %u connections; raise max= of the "
		    "listener",
		    silent != NULL ? silent->name : "a peer", n);
	if (silent == NULL)
		return false;
	free_passive(silent);
	return true;
}

int connections_accept(struct agent *agent, struct agent_listener *listener,
		       struct bufferevent *stream, const char *peer)
{
	const struct target nowhere = {0};
	struct channel_config config;
	struct endpoint endpoint;
	struct connection *conn;
	int rc = -ENOMEM;

	endpoint_init(&endpoint, &nowhere);
	if (listener != NULL && !turn_away(listener)) {
		rc = -EMFILE;
		goto free_stream;
	}
	conn = connection_create(agent, listener != NULL ? &listener->endpoint : &endpoint, peer);
	if (conn == NULL)
		goto free_stream;
	conn->listener = listener;
	config = connection_channel_config(conn);
	conn->channel = channel_create(stream, &config, &connection_ops, conn);
	if (conn->channel == NULL) {
		free(conn);
		return -ENOMEM;
	}
	DL_APPEND(agent->connections, conn);
	return 0;
free_stream:
	bufferevent_free(stream);
	return rc;
}

void connections_close_listener(struct agent *agent, const struct agent_listener *listener)
{
	struct connection *conn, *next;

	DL_FOREACH_SAFE (agent->connections, conn, next) {
		if (conn->listener == listener)
			free_passive(conn);
	}
}

void connections_destroy(struct agent *agent)
{
	while (agent->listeners != NULL)
		agent_del_listener(agent, &agent->listeners->endpoint.target);
	while (agent->connections != NULL) {
		struct connection *conn = agent->connections;

		if (conn->connector != NULL)
			connection_free_active(conn);
		else
			free_passive(conn);
	}
}

/* --- for the handlers ----------------------------------------------------------------------- */

bool connection_send(struct connection *conn, const struct of_msg *msg)
{
	return conn->up && channel_send(conn->channel, msg) == 0;
}

void connection_reply_init(struct of_msg *reply, const struct of_msg *request,
			   enum of_msg_type type)
{
	of_msg_init(reply, request->version, type, request->xid);
	reply->nicira = request->nicira;
}

bool connections_any_controller(const struct agent *agent)
{
	const struct connection *conn;

	DL_FOREACH (agent->connections, conn) {
		if (conn->connector != NULL && conn->main == NULL && conn->up)
			return true;
	}
	return false;
}
