// SPDX-License-Identifier: Apache-2.0
/*
 * http: requests on a UNIX socket, handed to the route that serves them.
 *
 * A request is answered once, at once or later; the sizes of what a peer sends are bounded, and a
 * slow peer only waits for itself. Control thread.
 */
#pragma once

#include <stddef.h>

#include <event2/event.h>
#include <event2/http.h>
#include <jansson.h>

#include "lib/text.h"

struct http;
struct http_request;

struct http_route {
	enum evhttp_cmd_type method;
	const char *path; /* `/v1/ports/{}`: {} is any one segment */
	void (*handle)(void *context, struct http_request *request);
};

/**
 * Serves `routes` (static, ended by a row without a path) on the socket `path`, which is made with
 * mode 0660 in place of a stale one. NULL with errno and a sentence in `why`.
 */
struct http *http_create(struct event_base *base, const char *path, const struct http_route *routes,
			 void *context, char *why, size_t why_size);

/** Ends all connections, unlinks the socket, frees. NULL is legal. */
void http_destroy(struct http *http);

/** What stands in the path for the `n`th {}; "" when there is none. Lives with the request. */
const char *http_arg(const struct http_request *request, unsigned int n);

/**
 * The body as a JSON object, which the caller owns; NULL when it is not one, and the request is
 * answered with an error.
 */
json_t *http_body(struct http_request *request);

/** Answers with JSON, which is given away. All http_reply_* end the request. */
void http_reply_json(struct http_request *request, int status, json_t *json);

/** Answers without a body. */
void http_reply_empty(struct http_request *request, int status);

/** Answers with a text, which is emptied. */
void http_reply_text(struct http_request *request, const char *type, struct text *text);

/** Answers with {"error": sentence}. */
void http_reply_error(struct http_request *request, int status, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/**
 * Answers with a long text in parts, each made when the peer has taken the one before. `part`
 * appends to `text` and returns 1, or 0 at the end. `end(arg)` is called once, also when the peer
 * goes away.
 */
void http_reply_parts(struct http_request *request, const char *type,
		      int (*part)(void *arg, struct text *text), void (*end)(void *arg), void *arg);

/** The HTTP status for a negative errno: 404, 409, 400, 507 or 500. */
int http_status(int err);
