// SPDX-License-Identifier: Apache-2.0
#include "openflow/connector.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/dns.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>

#define BACKOFF_FIRST_MS 500
#define BACKOFF_MAX_MS 8000
#define CONNECT_MS 5000
#define ERROR_SIZE 512

struct connector {
	struct event_base *base;
	struct evdns_base *dns; /* NULL for addresses that are numbers */
	struct target target;
	struct connector_config config;
	const struct channel_ops *ops;
	void *context;
	enum connector_state state;
	struct bufferevent *stream; /* while connecting; then the channel has it */
	struct channel *channel;
	struct event *timer; /* end of a connection attempt, or of a wait */
	uint32_t wait_ms;
	char last_error[ERROR_SIZE];
	unsigned depth;
	bool dead;
};

static void connect_start(struct connector *connector);

static void connector_free(struct connector *connector)
{
	channel_destroy(connector->channel);
	if (connector->stream != NULL)
		bufferevent_free(connector->stream);
	if (connector->timer != NULL)
		event_free(connector->timer);
	if (connector->dns != NULL)
		evdns_base_free(connector->dns, 0);
	free(connector);
}

static void connector_enter(struct connector *connector)
{
	connector->depth++;
}

static void connector_leave(struct connector *connector)
{
	if (--connector->depth == 0 && connector->dead)
		connector_free(connector);
}

static void timer_set(struct connector *connector, uint32_t ms)
{
	struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	evtimer_add(connector->timer, &tv);
}

static void retry_later(struct connector *connector)
{
	connector->state = CONNECTOR_BACKOFF;
	timer_set(connector, connector->wait_ms);
	connector->wait_ms *= 2;
	if (connector->wait_ms > connector->config.backoff_max_ms)
		connector->wait_ms = connector->config.backoff_max_ms;
}

static void connect_failed(struct connector *connector, const char *cause)
{
	char name[TARGET_TEXT_SIZE];

	snprintf(connector->last_error, sizeof(connector->last_error),
		 "cannot connect to %s: %s: check that it listens there",
		 target_text(&connector->target, name), cause);
	if (connector->stream != NULL)
		bufferevent_free(connector->stream);
	connector->stream = NULL;
	retry_later(connector);
}

static void channel_up(struct channel *channel, void *context, enum of_version version)
{
	struct connector *connector = context;

	connector->state = CONNECTOR_CONNECTED;
	connector->wait_ms = BACKOFF_FIRST_MS;
	connector->last_error[0] = '\0';
	connector->ops->on_up(channel, connector->context, version);
}

static void channel_message(struct channel *channel, void *context, const struct of_msg *msg,
			    const uint8_t *raw, size_t len)
{
	struct connector *connector = context;

	connector->ops->on_message(channel, connector->context, msg, raw, len);
}

static void channel_drained(struct channel *channel, void *context)
{
	struct connector *connector = context;

	if (connector->ops->on_drained != NULL)
		connector->ops->on_drained(channel, connector->context);
}

static void channel_gone(struct channel *channel, void *context, const char *reason)
{
	struct connector *connector = context;

	connector_enter(connector);
	text_copy(connector->last_error, sizeof(connector->last_error), reason);
	connector->state = CONNECTOR_BACKOFF;
	connector->ops->on_down(channel, connector->context, reason);
	if (!connector->dead) {
		channel_destroy(channel);
		connector->channel = NULL;
		retry_later(connector);
	}
	connector_leave(connector);
}

static const struct channel_ops channel_ops = {
	.on_up = channel_up,
	.on_message = channel_message,
	.on_down = channel_gone,
	.on_drained = channel_drained,
};

static void connected(struct connector *connector)
{
	struct bufferevent *stream = connector->stream;
	int on = 1;

	evtimer_del(connector->timer);
	connector->stream = NULL;
	if (connector->target.kind != TARGET_UNIX)
		setsockopt(bufferevent_getfd(stream), IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	connector->channel =
		channel_create(stream, &connector->config.channel, &channel_ops, connector);
	if (connector->channel == NULL)
		connect_failed(connector, strerror(errno));
}

/* The connection stands, so that what fails is what is said over it. */
static bool is_reachable(struct bufferevent *stream)
{
	struct sockaddr_storage peer;
	socklen_t size = sizeof(peer);

	return getpeername(bufferevent_getfd(stream), (struct sockaddr *)&peer, &size) == 0;
}

static void handshake_failed(struct connector *connector, const char *why)
{
	char name[TARGET_TEXT_SIZE];

	snprintf(connector->last_error, sizeof(connector->last_error), "no TLS with %s: %s",
		 target_text(&connector->target, name), why);
	bufferevent_free(connector->stream);
	connector->stream = NULL;
	retry_later(connector);
}

static void on_event(struct bufferevent *stream, short what, void *context)
{
	struct connector *connector = context;
	int socket_error = EVUTIL_SOCKET_ERROR();
	int dns_error = bufferevent_socket_get_dns_error(stream);
	char why[300];

	if (what & BEV_EVENT_CONNECTED)
		connected(connector);
	else if (what & (BEV_EVENT_ERROR | BEV_EVENT_EOF) && dns_error != 0)
		connect_failed(connector, evutil_gai_strerror(dns_error));
	else if (what & (BEV_EVENT_ERROR | BEV_EVENT_EOF) && is_reachable(stream) &&
		 tls_stream_why(stream, why, sizeof(why)))
		handshake_failed(connector, why);
	else if (what & (BEV_EVENT_ERROR | BEV_EVENT_EOF))
		connect_failed(connector, evutil_socket_error_to_string(socket_error));
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	struct connector *connector = context;

	(void)fd;
	(void)what;
	if (connector->state == CONNECTOR_CONNECTING)
		connect_failed(connector, "no answer in time");
	else
		connect_start(connector);
}

static int stream_connect(struct connector *connector)
{
	const struct target *target = &connector->target;
	struct sockaddr_un un = {.sun_family = AF_UNIX};

	if (target->kind != TARGET_UNIX)
		return bufferevent_socket_connect_hostname(connector->stream, connector->dns,
							   AF_UNSPEC, target->host, target->port);
	text_copy(un.sun_path, sizeof(un.sun_path), target->path);
	return bufferevent_socket_connect(connector->stream, (struct sockaddr *)&un, sizeof(un));
}

static void connect_start(struct connector *connector)
{
	struct bufferevent *stream;

	connector->state = CONNECTOR_CONNECTING;
	if (connector->target.kind == TARGET_TLS)
		stream = tls_stream(connector->config.tls, connector->base, -1);
	else
		stream = bufferevent_socket_new(connector->base, -1,
						BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
	if (stream == NULL) {
		connect_failed(connector, strerror(ENOMEM));
		return;
	}
	connector->stream = stream;
	bufferevent_setcb(stream, NULL, NULL, on_event, connector);
	timer_set(connector, CONNECT_MS);
	/* A failure that is known at once is told by on_event too, but not for every cause. */
	if (stream_connect(connector) != 0 && connector->stream == stream)
		connect_failed(connector, strerror(errno));
}

/* True when the host is an address, so that no resolver is needed. */
static bool host_is_number(const struct target *target)
{
	struct in6_addr addr;

	return target->kind == TARGET_UNIX || inet_pton(AF_INET, target->host, &addr) == 1 ||
	       inet_pton(AF_INET6, target->host, &addr) == 1;
}

struct connector *connector_create(struct event_base *base, const struct target *target,
				   const struct connector_config *config,
				   const struct channel_ops *ops, void *context)
{
	static const struct timeval now;
	struct connector *connector;

	if (target->kind == TARGET_TLS && config->tls == NULL) {
		errno = EINVAL;
		return NULL;
	}
	connector = calloc(1, sizeof(*connector));
	if (connector == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	connector->base = base;
	connector->target = *target;
	connector->config = *config;
	connector->ops = ops;
	connector->context = context;
	connector->state = CONNECTOR_BACKOFF;
	connector->wait_ms = BACKOFF_FIRST_MS;
	if (connector->config.backoff_max_ms == 0)
		connector->config.backoff_max_ms = BACKOFF_MAX_MS;
	connector->timer = evtimer_new(base, on_timer, connector);
	if (connector->timer == NULL)
		goto free_connector;
	if (!host_is_number(target)) {
		connector->dns = evdns_base_new(base, EVDNS_BASE_INITIALIZE_NAMESERVERS |
							      EVDNS_BASE_DISABLE_WHEN_INACTIVE);
		if (connector->dns == NULL)
			goto free_connector;
	}
	evtimer_add(connector->timer, &now);
	return connector;

free_connector:
	connector_free(connector);
	errno = ENOMEM;
	return NULL;
}

void connector_destroy(struct connector *connector)
{
	if (connector == NULL)
		return;
	if (connector->depth > 0) {
		connector->dead = true;
		return;
	}
	connector_free(connector);
}

enum connector_state connector_state(const struct connector *connector)
{
	return connector->state;
}

const struct target *connector_target(const struct connector *connector)
{
	return &connector->target;
}

const char *connector_last_error(const struct connector *connector)
{
	return connector->last_error;
}

struct channel *connector_channel(const struct connector *connector)
{
	return connector->channel;
}
