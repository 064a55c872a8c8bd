// SPDX-License-Identifier: Apache-2.0
/*
 * connector: keeps an active connection to one target up.
 *
 * Connects, creates a channel, and when that ends tries again: the first time within a second, then
 * with doubled waits up to `backoff_max_ms`, and anew from a second after a connection that came
 * up. The user's channel_ops are called through; the channel is the connector's. Event base's
 * thread.
 */
#pragma once

#include "lib/addr.h"
#include "openflow/channel.h"
#include "openflow/tls.h"

#include <event2/event.h>

struct connector;

enum connector_state { CONNECTOR_CONNECTING, CONNECTOR_CONNECTED, CONNECTOR_BACKOFF };

struct connector_config {
	struct channel_config channel;
	struct tls *tls;         /* needed for tls targets; outlives the connector */
	uint32_t backoff_max_ms; /* 0: 8 s */
};

/**
 * Starts connecting (from the event loop). `ops` are the channel's; on_down is called for
 * connections that were up or said no hello, not for attempts that found nobody. The configuration
 * is copied. NULL with errno; -EINVAL: a tls target without `tls`.
 */
struct connector *connector_create(struct event_base *base, const struct target *target,
				   const struct connector_config *config,
				   const struct channel_ops *ops, void *context);

/** Closes the channel without on_down and frees; NULL is legal. Legal in a callback. */
void connector_destroy(struct connector *connector);

/** Connected means: on_up was called. */
enum connector_state connector_state(const struct connector *connector);

/** The target as given. */
const struct target *connector_target(const struct connector *connector);

/** Why the last attempt or connection ended, one sentence; "" when none has. */
const char *connector_last_error(const struct connector *connector);

/** The channel, NULL unless one exists. */
struct channel *connector_channel(const struct connector *connector);
