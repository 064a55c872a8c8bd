// SPDX-License-Identifier: Apache-2.0
/*
 * HTTP requests on the API's socket, from the first byte of a connection on: any bytes are answered
 * or end their own connection, and the next connection is served.
 */
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "datapath/agent/http.h"
#include "lib/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define TURNS_MAX 200

static struct event_base *base;
static char path[64];

static void echo(void *context, struct http_request *request)
{
	http_reply_json(
		request, 200,
		json_pack("{s:s*, s:s*}", "a", http_arg(request, 0), "b", http_arg(request, 1)));
}

static void take(void *context, struct http_request *request)
{
	json_t *body = http_body(request);

	if (body != NULL)
		http_reply_json(request, 201, body);
}

static int part(void *arg, struct text *text)
{
	unsigned int *n = arg;

	text_add(text, "%u\n", *n);
	return ++*n < 5;
}

static void list(void *context, struct http_request *request)
{
	http_reply_parts(request, "text/plain", part, free, calloc(1, sizeof(unsigned int)));
}

static const struct http_route routes[] = {
	{EVHTTP_REQ_GET, "/v1/ports/{}", echo}, {EVHTTP_REQ_DELETE, "/v1/macs/{}/{}", echo},
	{EVHTTP_REQ_POST, "/v1/ports", take},   {EVHTTP_REQ_PATCH, "/v1/ports/{}", take},
	{EVHTTP_REQ_GET, "/v1/macs", list},     {0, NULL, NULL},
};

static void clean_up(void)
{
	unlink(path);
}

static void start(void)
{
	char why[256] = "";

	signal(SIGPIPE, SIG_IGN);
	snprintf(path, sizeof(path), "/tmp/heddle-fuzz-http-%d.sock", (int)getpid());
	base = event_base_new();
	if (base == NULL || http_create(base, path, routes, NULL, why, sizeof(why)) == NULL)
		abort();
	atexit(clean_up);
}

/* Sends the bytes and reads until the peer has said all; true when it said something. */
static bool ask(const void *bytes, size_t size)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	bool heard = false;

	text_copy(addr.sun_path, sizeof(addr.sun_path), path);
	if (fd < 0 || connect(fd, (struct sockaddr *)&addr, sizeof(addr)) < 0)
		abort();
	send(fd, bytes, size, MSG_DONTWAIT | MSG_NOSIGNAL);
	shutdown(fd, SHUT_WR);
	for (int i = 0; i < TURNS_MAX; i++) {
		char answer[4096];
		ssize_t n;

		event_base_loop(base, EVLOOP_NONBLOCK);
		n = recv(fd, answer, sizeof(answer), MSG_DONTWAIT);
		heard |= n > 0;
		if (n == 0)
			break;
	}
	close(fd);
	event_base_loop(base, EVLOOP_NONBLOCK);
	return heard;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char good[] = "GET /v1/ports/vm1 HTTP/1.0\r\n\r\n";

	if (base == NULL)
		start();
	ask(data, size);
	if (!ask(good, sizeof(good) - 1))
		abort();
	return 0;
}
