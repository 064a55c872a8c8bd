// SPDX-License-Identifier: Apache-2.0
#include "openflow/channel_state.h"
#include "openflow/tls.h"

#include <errno.h>
#include <event2/buffer.h>
#include <stdio.h>
#include <stdlib.h>

/* What may lie unread in the input: one message, and one read's worth behind it. */
#define INPUT_LIMIT (2u * (OF_MESSAGE_MAX + 1))

struct channel_config channel_config_default(void)
{
	return (struct channel_config){
		.versions = OF_VERSION_BIT(OF13),
		.probe_ms = 5000,
		.hello_ms = 10000,
		.output_limit = 16u << 20,
		.turn_messages = 64,
	};
}

static void channel_free(struct channel *channel)
{
	if (channel->timer != NULL)
		event_free(channel->timer);
	if (channel->turn != NULL)
		event_free(channel->turn);
	tls_stream_end(channel->stream);
	bufferevent_free(channel->stream);
	of_arena_free(&channel->arena);
	wbuf_free(&channel->out);
	free(channel);
}

/* Every entry from the event loop is between enter and leave, so that callbacks may destroy. */
static void channel_enter(struct channel *channel)
{
	channel->depth++;
}

static void channel_leave(struct channel *channel)
{
	if (--channel->depth == 0 && channel->dead)
		channel_free(channel);
}

static void timer_set(struct channel *channel, uint32_t ms)
{
	struct timeval tv = {.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};

	if (ms != 0)
		evtimer_add(channel->timer, &tv);
}

static void channel_down(struct channel *channel, const char *reason)
{
	if (channel->state == STATE_DOWN)
		return;
	channel->state = STATE_DOWN;
	channel->closing = false;
	bufferevent_disable(channel->stream, EV_READ);
	evtimer_del(channel->timer);
	if (!channel->dead)
		channel->ops->on_down(channel, channel->context, reason);
}

/*
 * Asks for on_turn in the next round of the event loop, behind the other connections. (A timer
 * without delay: event_active would come in the same round.)
 */
static void turn_request(struct channel *channel)
{
	static const struct timeval now;

	evtimer_add(channel->turn, &now);
}

void channel_close(struct channel *channel, const char *reason)
{
	if (channel->state == STATE_DOWN || channel->closing)
		return;
	channel->closing = true;
	text_copy(channel->reason, sizeof(channel->reason), reason);
	turn_request(channel);
}

static void hello_send(struct channel *channel)
{
	struct of_msg msg;

	of_msg_init(&msg, (enum of_version)(31 - __builtin_clz(channel->config.versions)),
		    OFPT_HELLO, channel_next_xid(channel));
	msg.hello.versions = channel->config.versions;
	(void)channel_message_send(channel, &msg);
}

/* `1.3 or 1.4`: those that we speak. */
static const char *versions_text(const struct channel *channel, char *to, size_t size)
{
	size_t len = 0;

	for (unsigned version = 0; version < 32 && len < size; version++) {
		if (channel->config.versions & OF_VERSION_BIT(version))
			len += (size_t)snprintf(to + len, size - len, "%s%s",
						len != 0 ? " or " : "",
						of_version_name((enum of_version)version));
	}
	return to;
}

static void hello_refuse(struct channel *channel, const struct of_msg *hello)
{
	static const char text[] = "the two sides have no OpenFlow version in common";
	char reason[CHANNEL_REASON_SIZE], ours[40];

	(void)channel_error_send(channel, hello->version < OF13 ? hello->version : OF13,
				 OFPHFC_INCOMPATIBLE, (const uint8_t *)text, strlen(text),
				 hello->xid);
	snprintf(
		reason, sizeof(reason),
		"the peer speaks no OpenFlow version of ours (its highest is wire version %u): set "
		"it to %s",
		(unsigned)hello->version, versions_text(channel, ours, sizeof(ours)));
	text_copy(channel->reason, sizeof(channel->reason), reason);
	channel->draining = true; /* the hello's timer bounds it */
}

static void hello_handle(struct channel *channel, const struct of_msg *hello)
{
	int version = of_hello_negotiate(channel->config.versions, &hello->hello);

	if (version == 0) {
		hello_refuse(channel, hello);
		return;
	}
	channel->version = (enum of_version)version;
	channel->state = STATE_UP;
	evtimer_del(channel->timer);
	channel->rx_bytes_at_timer = channel->counters.rx_bytes;
	timer_set(channel, channel->config.probe_ms);
	channel->ops->on_up(channel, channel->context, channel->version);
}

static void refused_by_peer(struct channel *channel)
{
	char reason[CHANNEL_REASON_SIZE], ours[40];

	snprintf(reason, sizeof(reason), "the peer refused our OpenFlow versions: set it to %s",
		 versions_text(channel, ours, sizeof(ours)));
	channel_close(channel, reason);
}

/* The first message: a hello of any version, or the peer's refusal of ours. */
static void first_handle(struct channel *channel, const struct of_msg *msg)
{
	if (msg->type == OFPT_HELLO)
		hello_handle(channel, msg);
	else if (msg->type == OFPT_ERROR)
		refused_by_peer(channel);
	else
		channel_close(channel, "the peer's first message is no hello: it does not speak "
				       "OpenFlow as it should");
}

static void echo_answer(struct channel *channel, const struct of_msg *request)
{
	struct of_msg reply;

	of_msg_init(&reply, request->version, OFPT_ECHO_REPLY, request->xid);
	reply.echo = request->echo;
	(void)channel_message_send(channel, &reply);
}

static void message_handle(struct channel *channel, const uint8_t *raw, size_t len)
{
	static __thread struct of_msg msg; /* kilobytes, and never needed by two at a time */
	enum of_err err;

	channel->counters.rx_messages++;
	of_arena_reset(&channel->arena);
	err = of_msg_unpack(raw, len, &channel->arena, &msg);
	if (channel->state == STATE_HELLO && msg.type == OFPT_HELLO) {
		first_handle(channel, &msg);
		return;
	}
	if (channel->state == STATE_HELLO) {
		if (msg.type == OFPT_ECHO_REQUEST && err == OF_OK)
			echo_answer(channel, &msg);
		else
			first_handle(channel, &msg);
		return;
	}
	if (err == OF_OK && msg.version != channel->version && msg.type != OFPT_HELLO)
		err = OFPBRC_BAD_VERSION;
	if (err != OF_OK) {
		if (msg.type != OFPT_ERROR) /* an error is never answered with an error */
			(void)channel_send_error(channel, err, raw, len);
		return;
	}
	switch (msg.type) {
	case OFPT_HELLO:
	case OFPT_ECHO_REPLY:
		break;
	case OFPT_ECHO_REQUEST:
		echo_answer(channel, &msg);
		break;
	default:
		channel->ops->on_message(channel, channel->context, &msg, raw, len);
	}
}

/* The length of the message at the head of the input; 0 when it is not all there yet. */
static size_t frame_len(struct channel *channel, struct evbuffer *input)
{
	size_t have = evbuffer_get_length(input);
	uint8_t header[4];
	size_t len;

	if (have < OF_HEADER_SIZE || evbuffer_copyout(input, header, sizeof(header)) < 4)
		return 0;
	len = (size_t)(header[2] << 8 | header[3]);
	if (len < OF_HEADER_SIZE) {
		channel_close(channel, "the peer sent a message shorter than its header: the "
				       "stream cannot be followed any more");
		return 0;
	}
	return have >= len ? len : 0;
}

static bool may_read(const struct channel *channel)
{
	return channel->state != STATE_DOWN && !channel->paused && !channel->closing &&
	       !channel->draining && !channel->dead;
}

/* Handles at most one turn's worth of messages, and asks for another turn if there are more. */
static void input_handle(struct channel *channel)
{
	struct evbuffer *input = bufferevent_get_input(channel->stream);
	unsigned left = channel->config.turn_messages;

	while (may_read(channel) && left > 0) {
		size_t len = frame_len(channel, input);
		uint8_t *raw;

		if (len == 0 && channel->eof)
			channel_close(channel, "the peer closed the connection");
		if (len == 0)
			return;
		raw = evbuffer_pullup(input, (ev_ssize_t)len);
		if (raw == NULL) {
			channel_close(channel, "there is no memory for the peer's message");
			return;
		}
		channel->counters.rx_bytes += len;
		message_handle(channel, raw, len);
		evbuffer_drain(input, len);
		left--;
	}
	if (may_read(channel) && (channel->eof || evbuffer_get_length(input) >= OF_HEADER_SIZE))
		turn_request(channel);
}

static void on_read(struct bufferevent *stream, void *context)
{
	struct channel *channel = context;

	(void)stream;
	channel_enter(channel);
	/* While a turn is pending it will come to this input; so a busy peer gets no extra ones. */
	if (!event_pending(channel->turn, EV_TIMEOUT, NULL))
		input_handle(channel);
	channel_leave(channel);
}

static void on_write(struct bufferevent *stream, void *context)
{
	struct channel *channel = context;

	channel_enter(channel);
	if (channel->draining && evbuffer_get_length(bufferevent_get_output(stream)) == 0)
		channel_down(channel, channel->reason);
	if (channel->stalled && channel->state == STATE_UP && !channel->closing) {
		channel->stalled = false;
		if (channel->ops->on_drained != NULL)
			channel->ops->on_drained(channel, channel->context);
	}
	channel_leave(channel);
}

static void on_event(struct bufferevent *stream, short what, void *context)
{
	struct channel *channel = context;
	const char *broken = evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR());
	char reason[CHANNEL_REASON_SIZE];

	channel_enter(channel);
	if (channel->closing || channel->draining) {
		channel_down(channel, channel->reason);
	} else if (what & BEV_EVENT_EOF && channel->state == STATE_HELLO) {
		channel_down(channel, "the peer closed the connection before its hello");
	} else if (what & BEV_EVENT_EOF) {
		channel->eof = true;
		input_handle(channel);
	} else if (what & BEV_EVENT_ERROR) {
		if (!tls_stream_why(stream, reason, sizeof(reason)))
			snprintf(reason, sizeof(reason), "the connection broke: %s", broken);
		channel_down(channel, reason);
	}
	channel_leave(channel);
}

static void on_turn(evutil_socket_t fd, short what, void *context)
{
	struct channel *channel = context;

	(void)fd;
	(void)what;
	channel_enter(channel);
	if (channel->closing)
		channel_down(channel, channel->reason);
	else
		input_handle(channel);
	channel_leave(channel);
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	struct channel *channel = context;
	size_t unread = evbuffer_get_length(bufferevent_get_input(channel->stream));
	/* While we do not read ourselves, what lies there says nothing about the peer. */
	bool stuck = unread == 0 || (!channel->paused && unread == channel->unread_at_timer);
	bool silent = channel->counters.rx_bytes == channel->rx_bytes_at_timer && stuck;
	struct of_msg probe;

	(void)fd;
	(void)what;
	channel_enter(channel);
	channel->rx_bytes_at_timer = channel->counters.rx_bytes;
	channel->unread_at_timer = unread;
	if (channel->state == STATE_HELLO) {
		channel_down(channel, channel->draining ? channel->reason
							: "the peer sent no hello in time");
	} else if (silent && channel->probing) {
		channel_down(channel, "the peer does not answer echo requests");
	} else {
		channel->probing = silent;
		if (silent) {
			of_msg_init(&probe, channel->version, OFPT_ECHO_REQUEST,
				    channel_next_xid(channel));
			probe.echo = (struct of_echo){0};
			(void)channel_message_send(channel, &probe);
		}
		timer_set(channel, channel->config.probe_ms);
	}
	channel_leave(channel);
}

struct channel *channel_create(struct bufferevent *stream, const struct channel_config *config,
			       const struct channel_ops *ops, void *context)
{
	struct event_base *base = bufferevent_get_base(stream);
	struct channel *channel = calloc(1, sizeof(*channel));

	if (channel == NULL)
		goto free_stream;
	channel->stream = stream;
	channel->config = *config;
	channel->ops = ops;
	channel->context = context;
	channel->arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	channel->out = wbuf_init(2u * (OF_MESSAGE_MAX + 1));
	channel->timer = evtimer_new(base, on_timer, channel);
	channel->turn = event_new(base, -1, 0, on_turn, channel);
	if (channel->timer == NULL || channel->turn == NULL)
		goto free_channel;
	bufferevent_setcb(stream, on_read, on_write, on_event, channel);
	bufferevent_setwatermark(stream, EV_READ, 0, INPUT_LIMIT);
	/* on_write is called when the output has fallen to half of the limit. */
	bufferevent_setwatermark(stream, EV_WRITE, config->output_limit / 2, 0);
	if (bufferevent_enable(stream, EV_READ | EV_WRITE) != 0)
		goto free_channel;
	hello_send(channel);
	timer_set(channel, config->hello_ms);
	return channel;

free_channel:
	channel_free(channel);
	errno = ENOMEM;
	return NULL;
free_stream:
	bufferevent_free(stream);
	errno = ENOMEM;
	return NULL;
}

void channel_destroy(struct channel *channel)
{
	if (channel == NULL)
		return;
	channel->state = STATE_DOWN;
	channel->dead = true;
	if (channel->depth == 0)
		channel_free(channel);
}

enum of_version channel_version(const struct channel *channel)
{
	return channel->version;
}

uint32_t channel_next_xid(struct channel *channel)
{
	if (++channel->next_xid == 0)
		channel->next_xid = 1;
	return channel->next_xid;
}

void channel_pause(struct channel *channel)
{
	channel->paused = true;
}

void channel_resume(struct channel *channel)
{
	if (!channel->paused)
		return;
	channel->paused = false;
	turn_request(channel);
}

const struct channel_counters *channel_counters(const struct channel *channel)
{
	return &channel->counters;
}
