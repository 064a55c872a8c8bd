// SPDX-License-Identifier: Apache-2.0
/*
 * channel_state: what channel.c (input, timers, life) and channel_output.c share. For these two
 * only.
 */
#pragma once

#include "openflow/channel.h"

#include <event2/event.h>

#define CHANNEL_REASON_SIZE 160

enum channel_state { STATE_HELLO, STATE_UP, STATE_DOWN };

struct channel {
	struct bufferevent *stream;
	struct event *timer; /* hello, probe */
	struct event *turn;  /* goes on with input, ends a connection, frees */
	struct channel_config config;
	const struct channel_ops *ops;
	void *context;
	enum channel_state state;
	enum of_version version;
	uint32_t next_xid;
	struct of_arena arena;
	struct wbuf out; /* the message being packed */
	struct channel_counters counters;
	uint64_t rx_bytes_at_timer; /* so that the timer sees silence */
	size_t unread_at_timer;     /* half a message that does not grow is silence too */
	bool probing;
	bool paused;
	bool stalled;   /* output is above the drain mark, on_drained is owed */
	bool eof;       /* the peer has closed; what it said before is still handled */
	bool closing;   /* on_down is owed, from the event loop */
	bool draining;  /* closes once the output, a last error, is with the kernel */
	bool dead;      /* destroyed in a callback */
	unsigned depth; /* callbacks under way */
	char reason[CHANNEL_REASON_SIZE];
};

/** Packs and queues in msg->version, whatever the state; errors as channel_send's. */
int channel_message_send(struct channel *channel, const struct of_msg *msg);

/** Queues an error; `data` is what it repeats. */
int channel_error_send(struct channel *channel, enum of_version version, enum of_err err,
		       const uint8_t *data, size_t len, uint32_t xid);
