// SPDX-License-Identifier: Apache-2.0
/*
 * listener: waits for connections on tcp, TLS or a UNIX socket. Event base's thread.
 *
 * Peers that the allow-list does not name are closed at once. A TLS peer is handed on when its
 * handshake is done; one that is slow, speaks something else or shows a certificate that is not of
 * our CA is closed. Both are logged at a limited rate, and counted.
 */
#pragma once

#include "lib/addr.h"
#include "openflow/tls.h"

#include <event2/bufferevent.h>
#include <event2/event.h>

struct listener;

/* How peers are let in; copied by listener_create, but for `tls`, which outlives the listener. */
struct listener_config {
	struct tls *tls; /* needed for tls targets */
	const struct addr_range *allow;
	size_t n_allow;        /* 0: everybody */
	uint32_t handshake_ms; /* 0: 10 s */
};

struct listener_counters {
	uint64_t accepted;
	uint64_t refused;    /* not on the allow-list */
	uint64_t tls_failed; /* no handshake, or none in time */
};

/** A peer connected; the callback owns `stream` (channel_create takes it). `peer` names it. */
typedef void (*listener_accept_cb)(void *context, struct bufferevent *stream, const char *peer);

/**
 * Listens on `target`. A UNIX socket that nobody listens on any more is unlinked first; a live one
 * makes -EADDRINUSE. `config` NULL: everybody, no TLS. An empty host or `0.0.0.0` listens
 * everywhere, port 0 on a free port. UNIX sockets get mode 0660. NULL with errno; `why` gets one
 * sentence then.
 */
struct listener *listener_create(struct event_base *base, const struct target *target,
				 const struct listener_config *config, listener_accept_cb on_accept,
				 void *context, char *why, size_t why_size);

/** Closes, unlinks the UNIX socket, frees; accepted connections stay. NULL is legal. */
void listener_destroy(struct listener *listener);

/** What came; lives as long as the listener. */
const struct listener_counters *listener_counters(const struct listener *listener);

/** Puts another allow-list in force, for peers that are yet to come. 0 or -ENOMEM. */
int listener_allow(struct listener *listener, const struct addr_range *allow, size_t n_allow);

/** Where it listens; with the port that the kernel chose when 0 was asked. */
const struct target *listener_target(const struct listener *listener);
