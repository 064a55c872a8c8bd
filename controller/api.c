// SPDX-License-Identifier: Apache-2.0
#include "controller/api.h"

#include "controller/view.h"
#include "lib/text.h"

#include <errno.h>
#include <event2/buffer.h>
#include <event2/http.h>
#include <event2/listener.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

struct api {
	struct fleet *fleet;
	struct evhttp *http;
	char path[108];
};

/* Takes the JSON over. */
static void answer(struct evhttp_request *request, int status, json_t *json)
{
	char *text = json != NULL ? json_dumps(json, JSON_COMPACT) : NULL;
	struct evbuffer *body = evhttp_request_get_output_buffer(request);

	evhttp_add_header(evhttp_request_get_output_headers(request), "Content-Type",
			  "application/json");
	if (text == NULL)
		status = 500;
	evbuffer_add_printf(body, "%s\n",
			    text ? text : "{\"error\":\"out of memory; ask for less\"}");
	evhttp_send_reply(request, status, NULL, NULL);
	free(text);
	json_decref(json);
}

static void refuse(struct evhttp_request *request, int status, const char *why)
{
	answer(request, status, json_pack("{s:s}", "error", why));
}

static void reload(struct evhttp_request *request, struct fleet *fleet)
{
	char why[INTENT_WHY_SIZE];
	struct mirror_counts counts;

	if (fleet_reload(fleet, &counts, why) != 0)
		refuse(request, 400, why);
	else
		answer(request, 200,
		       json_pack("{s:i, s:i, s:i}", "added", (int)counts.added, "deleted",
				 (int)counts.deleted, "modified", (int)counts.modified));
}

static void on_request(struct evhttp_request *request, void *context)
{
	static const struct {
		const char *path;
		json_t *(*view)(const struct fleet *fleet);
	} views[] = {
		{"/v1/networks", view_networks},
		{"/v1/attachments", view_attachments},
		{"/v1/uplinks", view_uplinks},
		{"/v1/switches", view_switches},
	};
	const char *path = evhttp_uri_get_path(evhttp_request_get_evhttp_uri(request));
	enum evhttp_cmd_type verb = evhttp_request_get_command(request);
	struct api *api = context;

	path = path != NULL ? path : "";
	if (strcmp(path, "/v1/reload") == 0) {
		if (verb == EVHTTP_REQ_POST)
			reload(request, api->fleet);
		else
			refuse(request, 405, "/v1/reload takes POST only; use POST");
		return;
	}
	for (size_t i = 0; i < sizeof(views) / sizeof(views[0]); i++) {
		if (strcmp(path, views[i].path) != 0)
			continue;
		if (verb == EVHTTP_REQ_GET)
			answer(request, 200, views[i].view(api->fleet));
		else
			refuse(request, 405, "this is for reading; use GET");
		return;
	}
	refuse(request, 404,
	       "there is no such resource; use /v1/networks, /v1/attachments, /v1/uplinks, "
	       "/v1/switches or /v1/reload");
}

/* Unlinks a socket that nobody listens on; -EADDRINUSE when somebody does. */
static int unlink_stale(const struct sockaddr_un *addr)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), err = 0;

	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)addr, sizeof(*addr)) == 0 || errno == EAGAIN)
		err = -EADDRINUSE;
	else if (errno == ECONNREFUSED && unlink(addr->sun_path) != 0)
		err = -errno;
	close(fd);
	return err;
}

static struct evconnlistener *listen_at(struct event_base *base, const char *path, int *err)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	struct evconnlistener *listener = NULL;
	mode_t mask;

	text_copy(addr.sun_path, sizeof(addr.sun_path), path);
	*err = unlink_stale(&addr);
	if (*err != 0)
		return NULL;
	mask = umask(0117);
	listener = evconnlistener_new_bind(base, NULL, NULL,
					   LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, 64,
					   (const struct sockaddr *)&addr, sizeof(addr));
	*err = listener != NULL ? 0 : errno != 0 ? -errno : -ENOMEM;
	umask(mask);
	return listener;
}

struct api *api_create(struct event_base *base, const char *run_dir, struct fleet *fleet, char *why,
		       size_t why_size)
{
	struct api *api = calloc(1, sizeof(*api));
	struct evconnlistener *listener = NULL;
	int err = -ENOMEM;

	if (api == NULL)
		goto fail;
	api->fleet = fleet;
	if ((size_t)snprintf(api->path, sizeof(api->path), "%s/api.sock", run_dir) >=
	    sizeof(api->path)) {
		err = -ENAMETOOLONG;
		goto fail;
	}
	if (mkdir(run_dir, 0755) != 0 && errno != EEXIST) {
		err = -errno;
		goto fail;
	}
	listener = listen_at(base, api->path, &err);
	if (listener == NULL)
		goto fail;
	err = -ENOMEM;
	api->http = evhttp_new(base);
	if (api->http == NULL || evhttp_bind_listener(api->http, listener) == NULL)
		goto undo_listen;
	evhttp_set_allowed_methods(api->http, EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_PUT |
						      EVHTTP_REQ_DELETE | EVHTTP_REQ_PATCH);
	evhttp_set_max_headers_size(api->http, 16384);
	evhttp_set_max_body_size(api->http, 65536);
	evhttp_set_timeout(api->http, 60);
	evhttp_set_gencb(api->http, on_request, api);
	return api;
undo_listen:
	evconnlistener_free(listener);
	unlink(api->path);
fail:
	if (err == -EADDRINUSE)
		snprintf(why, why_size,
			 "%s/api.sock: another heddle-controller serves it; stop that one or name "
			 "another directory with --run-dir",
			 run_dir);
	else
		snprintf(why, why_size,
			 "%s/api.sock: cannot be made (%s); name a directory that this user can "
			 "write "
			 "with --run-dir",
			 run_dir, strerror(-err));
	if (api != NULL && api->http != NULL)
		evhttp_free(api->http);
	free(api);
	errno = -err;
	return NULL;
}

void api_destroy(struct api *api)
{
	if (api == NULL)
		return;
	evhttp_free(api->http); /* with its listener */
	unlink(api->path);
	free(api);
}
