// SPDX-License-Identifier: Apache-2.0
/*
 * listener: waits for connections on tcp or a UNIX socket. Event base's thread.
 */
#pragma once

#include "lib/addr.h"

#include <event2/bufferevent.h>
#include <event2/event.h>

struct listener;

/** A peer connected; the callback owns `stream` (channel_create takes it). `peer` names it. */
typedef void (*listener_accept_cb)(void *context, struct bufferevent *stream, const char *peer);

/**
 * Listens on `target`. A UNIX socket that nobody listens on any more is unlinked first; a live one
 * makes -EADDRINUSE. An empty host or `0.0.0.0` listens everywhere, port 0 on a free port. UNIX
 * sockets get mode 0660. NULL with errno; `why` gets one sentence then.
 */
struct listener *listener_create(struct event_base *base, const struct target *target,
				 listener_accept_cb on_accept, void *context, char *why,
				 size_t why_size);

/** Closes, unlinks the UNIX socket, frees; accepted connections stay. NULL is legal. */
void listener_destroy(struct listener *listener);

/** Where it listens; with the port that the kernel chose when 0 was asked. */
const struct target *listener_target(const struct listener *listener);
