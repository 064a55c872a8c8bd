// SPDX-License-Identifier: Apache-2.0
/*
 * http: requests to the switch's or the controller's API, HTTP/1.1 and JSON on a UNIX socket.
 * Answers are bounded in size and time. One thread.
 */
#pragma once

#include <jansson.h>

#include "cli/locate.h"

struct http;

/** A client of the API at `place`; it keeps its connection. Frees with http_free. Never NULL. */
struct http *http_new(const struct place *place);

/** Ends it; NULL is legal. */
void http_free(struct http *http);

/** The switch that the command line means; NULL with `*code` when it cannot be told which. */
struct http *http_switch(const struct cli *cli, int *code);

/** As http_switch, for the controller. */
struct http *http_controller(const struct cli *cli, int *code);

/**
 * Sends `method` for `path` with the JSON `body` (NULL: none; the reference stays the caller's).
 * CLI_OK: `*answer` (may be NULL when it is not wanted) has the answer, for the caller to
 * json_decref, or NULL when there was none (204). Any other CLI_ code: the error has been said in
 * one sentence and `*answer` is NULL.
 */
int http_request(struct http *http, const char *method, const char *path, const json_t *body,
		 json_t **answer);

/** As http_request with GET; an answer of another type than `type` is an error too. */
int http_get(struct http *http, const char *path, json_type type, json_t **answer);

/** `text` so that it can stand in a path; the caller frees it. Never NULL. */
char *http_escape(const char *text);

/** Prints JSON for scripts, indented, with a newline at its end; NULL prints nothing. */
void http_print(const json_t *json);
