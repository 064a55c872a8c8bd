// SPDX-License-Identifier: Apache-2.0
/*
 * channel: one OpenFlow connection over a libevent bufferevent, from hello to end (1.3.5 §6.3).
 *
 * Life: created over a connected stream, sends HELLO, waits for the peer's, `on_up`; then messages
 * through `on_message` in order; `on_down` once, after which only channel_destroy is legal. The
 * channel answers echo requests and probes a silent peer by itself. A malformed message is answered
 * with the right OFPT_ERROR and not handed on. Everything runs in the event base's thread.
 * Callbacks may call any function of the channel, channel_destroy included.
 */
#pragma once

#include "openflow/msg.h"

#include <event2/bufferevent.h>

struct channel;

struct channel_ops {
	/* The hellos agree on `version`. */
	void (*on_up)(struct channel *channel, void *context, enum of_version version);
	/* One message; it and `raw` live until the callback returns. Hello and echo are not shown.
	 */
	void (*on_message)(struct channel *channel, void *context, const struct of_msg *msg,
			   const uint8_t *raw, size_t len);
	/* The connection ended; `reason` is one sentence. Not called by channel_destroy. */
	void (*on_down)(struct channel *channel, void *context, const char *reason);
	/* Output fell below half of the limit: goes on with what was put off. May be NULL. */
	void (*on_drained)(struct channel *channel, void *context);
};

struct channel_config {
	uint32_t versions; /* OF_VERSION_BIT of each that we speak */
	uint32_t probe_ms; /* silence after which an echo goes out; as long again ends it; 0: never
			    */
	uint32_t hello_ms; /* how long the peer may take to say hello */
	size_t output_limit;    /* bytes; a peer that leaves more unread is cut off */
	unsigned turn_messages; /* messages handled before other connections get their turn */
};

/** Versions 1.3 only, probe 5 s, hello 10 s, 16 MiB, 64 messages. */
struct channel_config channel_config_default(void);

/**
 * A channel over `stream`, which it owns from now on, also when it fails. Sends the hello at once;
 * calls nothing back before it returns. NULL with errno.
 */
struct channel *channel_create(struct bufferevent *stream, const struct channel_config *config,
			       const struct channel_ops *ops, void *context);

/** Closes and frees; NULL is legal. */
void channel_destroy(struct channel *channel);

/** The negotiated version; 0 before on_up. */
enum of_version channel_version(const struct channel *channel);

/** A transaction id that this channel has not used yet (never 0). */
uint32_t channel_next_xid(struct channel *channel);

/**
 * Packs and queues; the version is the channel's, whatever `msg` says. -EPROTONOSUPPORT, -EMSGSIZE,
 * -ENOTCONN (down, or not up yet). When the peer has left more than output_limit unread the
 * connection goes down from the event loop, and -ENOBUFS is returned.
 */
int channel_send(struct channel *channel, const struct of_msg *msg);

/** Queues finished bytes of whole messages; errors as channel_send's. */
int channel_send_raw(struct channel *channel, const void *data, size_t len);

/**
 * Answers `request` (its bytes) with an error: its xid and version, its first 64 bytes or more as
 * data (§7.4.4). -ENOTCONN, -ENOBUFS.
 */
int channel_send_error(struct channel *channel, enum of_err err, const uint8_t *request,
		       size_t len);

/** Bytes queued that the kernel has not taken yet. */
size_t channel_output_pending(const struct channel *channel);

/**
 * Stops handing on messages (slow work of an earlier one is under way); nests not. Input stays
 * within its bound meanwhile. Echo requests wait too.
 */
void channel_pause(struct channel *channel);

/** Goes on after channel_pause, from the event loop. */
void channel_resume(struct channel *channel);

/** Ends the connection from the event loop: on_down is called with `reason`. */
void channel_close(struct channel *channel, const char *reason);

struct channel_counters {
	uint64_t rx_messages, tx_messages, rx_bytes, tx_bytes, errors_sent;
};

/** What went through; lives as long as the channel. */
const struct channel_counters *channel_counters(const struct channel *channel);
