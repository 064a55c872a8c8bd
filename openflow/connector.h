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

#include <event2/event.h>

struct connector;

enum connector_state { CONNECTOR_CONNECTING, CONNECTOR_CONNECTED, CONNECTOR_BACKOFF };

/**
 * Starts connecting (from the event loop). `ops` are the channel's; on_down is called for
 * connections that were up or said no hello, not for attempts that found nobody. `backoff_max_ms` 0
 * means 8 s. NULL with errno.
 */
struct connector *connector_create(struct event_base *base, const struct target *target,
				   const struct channel_config *config,
				   const struct channel_ops *ops, void *context,
				   uint32_t backoff_max_ms);

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
