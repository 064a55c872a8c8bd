// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/http.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <event2/buffer.h>
#include <event2/listener.h>

#include "lib/log.h"

#define HEADERS_MAX_SIZE (16 * 1024)
#define BODY_MAX_SIZE (64 * 1024)
#define TIMEOUT_S 30
#define ARGS_MAX 3
#define PATH_MAX_SIZE 1024
#define ACCEPT_PAUSE_S 1

struct http {
	struct evhttp *server;
	const struct http_route *routes;
	void *context;
	char path[108];
};

struct http_request {
	struct evhttp_request *req; /* NULL: the peer went away */
	char path[PATH_MAX_SIZE];   /* cut into segments by NULs */
	const char *arg[ARGS_MAX];
	/* of http_reply_parts: */
	int (*part)(void *arg, struct text *text);
	void (*end)(void *arg);
	void *part_arg;
};

static void on_peer_gone(struct evhttp_connection *connection, void *arg)
{
	struct http_request *r = arg;

	/* A request that still waits for its answer is cut off its connection first, and ours. */
	if (evhttp_request_get_connection(r->req) == NULL)
		evhttp_request_free(r->req);
	r->req = NULL;
	if (r->end != NULL) { /* parts are under way: nobody else will end them */
		r->end(r->part_arg);
		free(r);
	}
}

static void set_peer_gone(struct http_request *r, struct http_request *arg)
{
	evhttp_connection_set_closecb(evhttp_request_get_connection(r->req),
				      arg != NULL ? on_peer_gone : NULL, arg);
}

static void reply(struct http_request *r, int status, const char *type, const char *bytes,
		  size_t size)
{
	if (r->req != NULL) {
		set_peer_gone(r, NULL);
		if (size > 0) {
			evhttp_add_header(evhttp_request_get_output_headers(r->req), "Content-Type",
					  type);
			evbuffer_add(evhttp_request_get_output_buffer(r->req), bytes, size);
		}
		evhttp_send_reply(r->req, status, NULL, NULL);
	}
	free(r);
}

void http_reply_json(struct http_request *request, int status, json_t *json)
{
	char *text = json_dumps(json, JSON_COMPACT);
	size_t len;

	json_decref(json);
	if (text == NULL) {
		reply(request, 500, "application/json", "{\"error\":\"no memory\"}\n", 22);
		return;
	}
	len = strlen(text);
	text[len] = '\n'; /* in place of the NUL */
	reply(request, status, "application/json", text, len + 1);
	free(text);
}

void http_reply_empty(struct http_request *request, int status)
{
	reply(request, status, NULL, NULL, 0);
}

void http_reply_text(struct http_request *request, const char *type, struct text *text)
{
	reply(request, 200, type, text_get(text), text->len);
	text_free(text);
}

void http_reply_error(struct http_request *request, int status, const char *format, ...)
{
	char sentence[512];
	va_list args;

	va_start(args, format);
	vsnprintf(sentence, sizeof(sentence), format, args);
	va_end(args);
	http_reply_json(request, status, json_pack("{s:s%}", "error", sentence, strlen(sentence)));
}

static void end_parts(struct http_request *r)
{
	set_peer_gone(r, NULL);
	evhttp_send_reply_end(r->req);
	r->end(r->part_arg);
	free(r);
}

static void send_part(struct evhttp_connection *connection, void *arg)
{
	struct http_request *r = arg;
	struct text text = {0};
	int more = r->part(r->part_arg, &text);

	if (text.len > 0) {
		struct evbuffer *chunk = evbuffer_new();

		if (chunk != NULL) {
			evbuffer_add(chunk, text.s, text.len);
			evhttp_send_reply_chunk_with_cb(r->req, chunk, more ? send_part : NULL, r);
			evbuffer_free(chunk);
		} else {
			more = 0;
		}
	}
	text_free(&text);
	if (!more)
		end_parts(r);
}

void http_reply_parts(struct http_request *request, const char *type,
		      int (*part)(void *arg, struct text *text), void (*end)(void *arg), void *arg)
{
	if (request->req == NULL) {
		end(arg);
		free(request);
		return;
	}
	request->part = part;
	request->end = end;
	request->part_arg = arg;
	evhttp_add_header(evhttp_request_get_output_headers(request->req), "Content-Type", type);
	evhttp_send_reply_start(request->req, 200, "OK");
	send_part(NULL, request);
}

const char *http_arg(const struct http_request *request, unsigned int n)
{
	return n < ARGS_MAX && request->arg[n] != NULL ? request->arg[n] : "";
}

json_t *http_body(struct http_request *request)
{
	struct evbuffer *body = evhttp_request_get_input_buffer(request->req);
	size_t size = evbuffer_get_length(body);
	json_error_t error;
	json_t *json;

	json = json_loadb(size > 0 ? (const char *)evbuffer_pullup(body, -1) : "", size,
			  JSON_REJECT_DUPLICATES, &error);
	if (json_is_object(json))
		return json;
	if (json != NULL)
		http_reply_error(request, 400,
				 "the body is JSON but no object; send {\"key\": value}");
	else
		http_reply_error(request, 400,
				 "the body is not JSON (%s at line %d); send an object", error.text,
				 error.line);
	json_decref(json);
	return NULL;
}

int http_status(int err)
{
	switch (-err) {
	case ENOENT:
		return 404;
	case EEXIST:
	case EBUSY:
		return 409;
	case ENOSPC:
	case ENOMEM:
		return 507;
	default:
		return 400;
	}
}

static void unescape(char *segment)
{
	size_t size;
	char *plain = evhttp_uridecode(segment, 0, &size);

	if (plain != NULL && strlen(plain) == size && size <= strlen(segment))
		memcpy(segment, plain, size + 1);
	free(plain);
}

/* Compares a path with a pattern; what stands for {} is cut out of `path` into `arg`. */
static bool path_matches(char *path, const char *pattern, const char **arg)
{
	unsigned int n_args = 0;

	while (*pattern != '\0') {
		if (text_starts(pattern, "{}")) {
			char *end = strchrnul(path, '/');
			bool more = *end == '/';

			if (end == path || n_args == ARGS_MAX || more != (pattern[2] == '/'))
				return false;
			arg[n_args++] = path;
			pattern += more ? 3 : 2;
			*end = '\0';
			path = end + more;
		} else if (*path++ != *pattern++) {
			return false;
		}
	}
	return *path == '\0';
}

static const struct http_route *find_route(const struct http *http, struct http_request *r,
					   bool *other_method)
{
	const char *path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(r->req));

	*other_method = false;
	for (const struct http_route *route = http->routes; route->path != NULL; route++) {
		memset(r->arg, 0, sizeof(r->arg));
		if (path == NULL || !text_copy(r->path, sizeof(r->path), path) ||
		    !path_matches(r->path, route->path, r->arg))
			continue;
		if (evhttp_request_get_command(r->req) == route->method)
			return route;
		*other_method = true;
	}
	return NULL;
}

static void on_request(struct evhttp_request *req, void *arg)
{
	struct http *http = arg;
	struct http_request *r = calloc(1, sizeof(*r));
	const struct http_route *route;
	bool other_method;

	if (r == NULL) {
		evhttp_send_error(req, 507, NULL);
		return;
	}
	r->req = req;
	set_peer_gone(r, r);
	route = find_route(http, r, &other_method);
	if (route == NULL) {
		http_reply_error(r, other_method ? 405 : 404,
				 other_method ? "this method does nothing here; docs/openapi.yaml "
						"lists what does"
					      : "there is nothing at this path; docs/openapi.yaml "
						"lists all");
		return;
	}
	for (unsigned int i = 0; i < ARGS_MAX && r->arg[i] != NULL; i++)
		unescape((char *)(uintptr_t)r->arg[i]);
	route->handle(http->context, r);
}

static void listen_again(evutil_socket_t fd, short what, void *listener)
{
	evconnlistener_enable(listener);
}

/* No descriptor is free for a peer that waits, which would be reported without end: a pause. */
static void on_accept_failed(struct evconnlistener *listener, void *server)
{
	static const struct timeval pause = {.tv_sec = ACCEPT_PAUSE_S};
	static struct log_limit limit;

	log_limited(&limit, LOG_LEVEL_WARNING, "api",
		    "a connection is not taken: %s; close others, or raise the limit of open files",
		    strerror(errno));
	/* The loop does not run any more when the listener is freed. */
	if (event_base_once(evconnlistener_get_base(listener), -1, EV_TIMEOUT, listen_again,
			    listener, &pause) == 0)
		evconnlistener_disable(listener);
}

/* Binds under another name and renames, so that the socket has its mode when it appears. */
static int listen_unix(const char *path)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	char early[sizeof(addr.sun_path) + 8];
	int fd, err;

	snprintf(early, sizeof(early), "%s.new", path);
	if (!text_copy(addr.sun_path, sizeof(addr.sun_path), early))
		return -ENAMETOOLONG;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	unlink(early);
	if (bind(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0 || chmod(early, 0660) < 0 ||
	    listen(fd, 64) < 0 || rename(early, path) < 0) {
		err = -errno;
		unlink(early);
		close(fd);
		return err;
	}
	return fd;
}

struct http *http_create(struct event_base *base, const char *path, const struct http_route *routes,
			 void *context, char *why, size_t why_size)
{
	struct http *http = calloc(1, sizeof(*http));
	struct evhttp_bound_socket *bound;
	int fd = -ENOMEM;

	if (http == NULL)
		goto failed;
	http->routes = routes;
	http->context = context;
	fd = text_copy(http->path, sizeof(http->path), path) ? listen_unix(path) : -ENAMETOOLONG;
	if (fd < 0)
		goto failed;
	http->server = evhttp_new(base);
	if (http->server == NULL)
		goto close_fd;
	evhttp_set_max_headers_size(http->server, HEADERS_MAX_SIZE);
	evhttp_set_max_body_size(http->server, BODY_MAX_SIZE);
	evhttp_set_timeout(http->server, TIMEOUT_S);
	evhttp_set_allowed_methods(http->server, EVHTTP_REQ_GET | EVHTTP_REQ_POST |
							 EVHTTP_REQ_PATCH | EVHTTP_REQ_DELETE |
							 EVHTTP_REQ_PUT | EVHTTP_REQ_HEAD);
	evhttp_set_gencb(http->server, on_request, http);
	bound = evhttp_accept_socket_with_handle(http->server, fd);
	if (bound == NULL)
		goto free_server;
	evconnlistener_set_error_cb(evhttp_bound_socket_get_listener(bound), on_accept_failed);
	return http;

free_server:
	evhttp_free(http->server);
close_fd:
	close(fd);
	fd = -ENOMEM;
failed:
	snprintf(why, why_size, "cannot listen on %s: %s; choose another --run-dir", path,
		 strerror(-fd));
	free(http);
	errno = -fd;
	return NULL;
}

void http_destroy(struct http *http)
{
	if (http == NULL)
		return;
	evhttp_free(http->server);
	unlink(http->path);
	free(http);
}
