// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/connections.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <utlist.h>

#include "datapath/agent/dispatch.h"
#include "datapath/agent/standalone.h"
#include "lib/text.h"

#define OUTPUT_LIMIT (16u << 20)

struct of_async connection_default_async(void)
{
	return (struct of_async){
		.packet_in_mask = {1u << OFPR_NO_MATCH | 1u << OFPR_ACTION, 0},
		.port_status_mask = {7, 7},
		.flow_removed_mask = {0xf, 0},
	};
}

static void start_session(struct connection *conn)
{
	conn->role = OFPCR_ROLE_EQUAL;
	conn->async = connection_default_async();
	conn->miss_send_len = OFP_DEFAULT_MISS_SEND_LEN;
}

static void on_up(struct channel *channel, void *context, enum of_version version)
{
	struct connection *conn = context;

	conn->channel = channel;
	conn->up = true;
	conn->version = version;
	start_session(conn);
	if (conn->connector != NULL) {
		log_info("agent", "controller %s: connected, OpenFlow %s", conn->name,
			 of_version_name(version));
		standalone_controller_up(conn->agent);
	}
}

static void on_message(struct channel *channel, void *context, const struct of_msg *msg,
		       const uint8_t *raw, size_t len)
{
	struct connection *conn = context;
	enum of_err err = dispatch(conn, msg);

	if (err != OF_OK)
		channel_send_error(channel, err, raw, len);
}

static void free_passive(struct connection *conn)
{
	DL_DELETE(conn->agent->connections, conn);
	jobs_end(conn);
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
	if (conn->up)
		log_warning("agent", "controller %s: %s", conn->name, reason);
	conn->up = false;
	jobs_end(conn);
	conn->channel = NULL;
	standalone_controller_down(conn->agent);
}

static const struct channel_ops channel_callbacks = {
	.on_up = on_up,
	.on_message = on_message,
	.on_down = on_down,
};

static struct channel_config channel_settings(void)
{
	struct channel_config config = channel_config_default();

	config.versions = OF_VERSION_BIT(OF13);
	config.output_limit = OUTPUT_LIMIT;
	return config;
}

static struct connection *new_connection(struct agent *agent, const char *name)
{
	struct connection *conn = calloc(1, sizeof(*conn));

	if (conn == NULL)
		return NULL;
	conn->agent = agent;
	text_copy(conn->name, sizeof(conn->name), name);
	start_session(conn);
	return conn;
}

static struct connection *find_controller(struct agent *agent, const struct target *target)
{
	char name[TARGET_TEXT_SIZE];
	struct connection *conn;

	target_text(target, name);
	DL_FOREACH (agent->connections, conn) {
		if (conn->connector != NULL && strcmp(conn->name, name) == 0)
			return conn;
	}
	return NULL;
}

int agent_add_controller(struct agent *agent, const struct target *target)
{
	const struct connector_config config = {.channel = channel_settings()};
	struct connection *conn, *passive;
	char name[TARGET_TEXT_SIZE];

	if (find_controller(agent, target) != NULL)
		return -EEXIST;
	conn = new_connection(agent, target_text(target, name));
	if (conn == NULL)
		return -ENOMEM;
	conn->connector =
		connector_create(agent->cfg.base, target, &config, &channel_callbacks, conn);
	if (conn->connector == NULL) {
		free(conn);
		return -ENOMEM;
	}
	DL_FOREACH (agent->connections, passive) {
		if (passive->connector == NULL)
			break;
	}
	DL_PREPEND_ELEM(agent->connections, passive, conn); /* NULL: at the end */
	return 0;
}

static void free_controller(struct connection *conn)
{
	DL_DELETE(conn->agent->connections, conn);
	jobs_end(conn);
	connector_destroy(conn->connector);
	free(conn);
}

int agent_del_controller(struct agent *agent, const struct target *target)
{
	struct connection *conn = find_controller(agent, target);

	if (conn == NULL)
		return -ENOENT;
	free_controller(conn);
	standalone_controller_down(agent);
	return 0;
}

int connections_accept(struct agent *agent, struct agent_listener *listener,
		       struct bufferevent *stream, const char *peer)
{
	struct channel_config config = channel_settings();
	struct connection *conn = new_connection(agent, peer);

	if (conn == NULL) {
		bufferevent_free(stream);
		return -ENOMEM;
	}
	conn->listener = listener;
	conn->channel = channel_create(stream, &config, &channel_callbacks, conn);
	if (conn->channel == NULL) {
		free(conn);
		return -ENOMEM;
	}
	DL_APPEND(agent->connections, conn);
	return 0;
}

static void on_accept(void *context, struct bufferevent *stream, const char *peer)
{
	struct agent_listener *listener = context;

	connections_accept(listener->agent, listener, stream, peer);
}

static struct agent_listener *find_listener(struct agent *agent, const struct target *target)
{
	char wanted[TARGET_TEXT_SIZE], name[TARGET_TEXT_SIZE];
	struct agent_listener *l;

	target_text(target, wanted);
	DL_FOREACH (agent->listeners, l) {
		if (strcmp(target_text(&l->asked, name), wanted) == 0)
			return l;
	}
	return NULL;
}

int agent_add_listener(struct agent *agent, const struct target *target, char *why, size_t why_size)
{
	struct agent_listener *l;
	char name[TARGET_TEXT_SIZE];
	int rc;

	if (find_listener(agent, target) != NULL) {
		snprintf(why, why_size, "%s: already listening there, leave out the second one",
			 target_text(target, name));
		return -EEXIST;
	}
	l = calloc(1, sizeof(*l));
	if (l == NULL) {
		text_copy(why, why_size, "out of memory");
		return -ENOMEM;
	}
	l->agent = agent;
	l->asked = *target;
	l->listener = listener_create(agent->cfg.base, target, NULL, on_accept, l, why, why_size);
	if (l->listener == NULL) {
		rc = errno != 0 ? -errno : -EINVAL;
		free(l);
		return rc;
	}
	DL_APPEND(agent->listeners, l);
	return 0;
}

static void free_listener(struct agent_listener *l)
{
	struct agent *agent = l->agent;
	struct connection *conn, *next;

	DL_FOREACH_SAFE (agent->connections, conn, next) {
		if (conn->listener == l)
			free_passive(conn);
	}
	DL_DELETE(agent->listeners, l);
	listener_destroy(l->listener);
	free(l);
}

int agent_del_listener(struct agent *agent, const struct target *target)
{
	struct agent_listener *l = find_listener(agent, target);

	if (l == NULL)
		return -ENOENT;
	free_listener(l);
	return 0;
}

void connections_destroy(struct agent *agent)
{
	struct agent_listener *l, *next_listener;
	struct connection *conn, *next;

	DL_FOREACH_SAFE (agent->listeners, l, next_listener)
		free_listener(l);
	DL_FOREACH_SAFE (agent->connections, conn, next) {
		if (conn->connector != NULL)
			free_controller(conn);
		else
			free_passive(conn);
	}
}

bool connection_send(struct connection *conn, const struct of_msg *msg)
{
	return conn->up && channel_send(conn->channel, msg) == 0;
}

void connection_reply_init(struct of_msg *reply, const struct of_msg *request,
			   enum of_msg_type type)
{
	of_msg_init(reply, request->version, type, request->xid);
}

bool connections_any_controller(const struct agent *agent)
{
	const struct connection *conn;

	DL_FOREACH (agent->connections, conn) {
		if (conn->connector != NULL && conn->up)
			return true;
	}
	return false;
}

bool connection_wants(const struct connection *conn, const uint32_t mask[2], uint8_t reason)
{
	return conn->up && mask[conn->role == OFPCR_ROLE_SLAVE] & 1u << reason;
}
