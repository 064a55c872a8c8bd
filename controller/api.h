// SPDX-License-Identifier: Apache-2.0
/*
 * api: HTTP and JSON on a UNIX socket: what the controller knows, and the reload. Event base's
 * thread.
 *
 * GET /v1/networks, /v1/attachments, /v1/uplinks, /v1/switches; POST /v1/reload. Errors are 4xx
 * with
 * {"error": "one sentence"}.
 */
#pragma once

#include "controller/fleet.h"

struct api;

/**
 * Serves `fleet` at RUN_DIR/api.sock; makes the directory, and unlinks a socket that nobody listens
 * on. NULL with errno, and one sentence in `why`.
 */
struct api *api_create(struct event_base *base, const char *run_dir, struct fleet *fleet, char *why,
		       size_t why_size);

/** Closes, unlinks the socket and frees; NULL is legal. */
void api_destroy(struct api *api);
