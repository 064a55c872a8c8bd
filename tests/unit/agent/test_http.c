// SPDX-License-Identifier: Apache-2.0
/* Requests on a UNIX socket: routes, limits, answers that come later, peers that go away. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "datapath/agent/http.h"

static char dir[] = "/tmp/heddle-http-XXXXXX", path[64];
static struct event_base *base;
static struct http *http;
static struct http_request *waiting; /* of /later */
static unsigned int n_ended;         /* lists of /list that were ended */

/* --- the routes ----------------------------------------------------------------------------- */

static void echo(void *context, struct http_request *request)
{
	assert_ptr_equal(context, &base);
	http_reply_json(request, 200,
			json_pack("{s:s, s:s, s:s}", "a", http_arg(request, 0), "b",
				  http_arg(request, 1), "c", http_arg(request, 9)));
}

static void take_body(void *context, struct http_request *request)
{
	json_t *body = http_body(request);

	if (body != NULL)
		http_reply_json(request, 201, body);
}

static void keep(void *context, struct http_request *request)
{
	waiting = request;
}

static void fail_it(void *context, struct http_request *request)
{
	http_reply_error(request, http_status(-EEXIST), "%s exists", "x");
}

static void end_list(void *arg)
{
	n_ended++;
	free(arg);
}

static int next_part(void *arg, struct text *text)
{
	unsigned int *at = arg;

	for (int i = 0; i < 1000; i++)
		text_add(text, "%u\n", *at);
	return ++*at < 500;
}

static void list(void *context, struct http_request *request)
{
	http_reply_parts(request, "text/plain", next_part, end_list, calloc(1, sizeof(int)));
}

static const struct http_route routes[] = {
	{EVHTTP_REQ_GET, "/things", echo},
	{EVHTTP_REQ_POST, "/things", take_body},
	{EVHTTP_REQ_GET, "/things/{}", echo},
	{EVHTTP_REQ_GET, "/things/{}/of/{}", echo},
	{EVHTTP_REQ_DELETE, "/things/{}", fail_it},
	{EVHTTP_REQ_GET, "/later", keep},
	{EVHTTP_REQ_GET, "/list", list},
	{0, NULL, NULL},
};

/* --- a client ------------------------------------------------------------------------------- */

static int dial(void)
{
	struct sockaddr_un addr = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	strcpy(addr.sun_path, path);
	assert_true(fd >= 0);
	assert_int_equal(connect(fd, (struct sockaddr *)&addr, sizeof(addr)), 0);
	return fd;
}

/* Sends all, as the server takes it; false when it hung up before. */
static bool say(int fd, const char *bytes, size_t size)
{
	while (size > 0) {
		ssize_t n = send(fd, bytes, size, MSG_NOSIGNAL);

		if (n < 0 && errno != EAGAIN)
			return false;
		if (n > 0) {
			bytes += n;
			size -= (size_t)n;
		}
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	return true;
}

/* All that comes until the server hangs up; the caller frees. */
static char *hear(int fd)
{
	struct text text = {0};
	char bytes[4096];
	ssize_t n;

	while ((n = recv(fd, bytes, sizeof(bytes), 0)) != 0) {
		if (n > 0)
			text_add_bytes(&text, bytes, (size_t)n);
		else if (errno != EAGAIN)
			break;
		else
			event_base_loop(base, EVLOOP_NONBLOCK);
	}
	close(fd);
	return text.len > 0 ? text_steal(&text) : strdup("");
}

static char *ask(const char *method, const char *target, const char *body)
{
	char *request = text_format("%s %s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
				    "Content-Length: %zu\r\n\r\n%s",
				    method, target, strlen(body), body);
	int fd = dial();

	say(fd, request, strlen(request));
	free(request);
	return hear(fd);
}

static void assert_answer(const char *method, const char *target, const char *body, int status,
			  const char *has)
{
	char *answer = ask(method, target, body);
	int got = 0;

	sscanf(answer, "HTTP/1.1 %d", &got);
	if (got != status || strstr(answer, has) == NULL)
		fail_msg("%s %s: %s", method, target, answer);
	free(answer);
}

/* --- tests ---------------------------------------------------------------------------------- */

static void segments_of_the_path_are_arguments(void **state)
{
	assert_answer("GET", "/things", "", 200, "{\"a\":\"\",\"b\":\"\",\"c\":\"\"}");
	assert_answer("GET", "/things/x", "", 200, "{\"a\":\"x\",\"b\":\"\"");
	assert_answer("GET", "/things/x/of/y", "", 200, "{\"a\":\"x\",\"b\":\"y\"");
	assert_answer("GET", "/things/x?y=z", "", 200, "{\"a\":\"x\"");
	assert_answer("GET", "/things/a%20b%2fc", "", 200, "{\"a\":\"a b/c\"");
	assert_answer("GET", "http://host/things/x", "", 200, "{\"a\":\"x\"");
}

static void what_has_no_route_is_not_found(void **state)
{
	static const char *const none[] = {"/",
					   "/thing",
					   "/thingss",
					   "/things/",
					   "/things//of/x",
					   "/things/x/of",
					   "/things/x/of/",
					   "/things/x/of/y/z",
					   "/THINGS"};

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_answer("GET", none[i], "", 404,
			      "{\"error\":\"there is nothing at this path");
	assert_answer("PUT", "/things", "", 405, "{\"error\":\"this method does nothing here");
	assert_answer("POST", "/things/x", "{}", 405, "docs/openapi.yaml");
}

static void bodies_are_json_objects(void **state)
{
	static const char *const bad[] = {"",         "x",
					  "{",        "{\"a\":1}}",
					  "[1]",      "1",
					  "null",     "{\"a\":1,\"a\":2}",
					  "\xff\xfe", "{\"a\":\"\xff\"}"};

	assert_answer("POST", "/things", "{\"a\": [1, null]}", 201, "\r\n\r\n{\"a\":[1,null]}\n");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_answer("POST", "/things", bad[i], 400, "{\"error\":\"the body is");
}

static void deep_json_is_refused(void **state)
{
	char deep[20001];

	memset(deep, '[', 20000);
	memcpy(deep, "{\"a\":", 5);
	deep[20000] = '\0';
	assert_answer("POST", "/things", deep, 400, "{\"error\":\"the body is not JSON");
}

static void errors_have_one_sentence_and_their_status(void **state)
{
	assert_answer("DELETE", "/things/x", "", 409, "{\"error\":\"x exists\"}\n");
	assert_int_equal(http_status(-ENOENT), 404);
	assert_int_equal(http_status(-EEXIST), 409);
	assert_int_equal(http_status(-ENOSPC), 507);
	assert_int_equal(http_status(-EINVAL), 400);
}

static void sizes_are_bounded(void **state)
{
	static char big[100001];
	char *target;

	memset(big, 'x', sizeof(big) - 1);
	assert_answer("POST", "/things", big, 413, "");
	target = text_format("/things/%.20000s", big);
	assert_answer("GET", target, "", 400, "");
	free(target);
	target = text_format("/things/%.2000s", big);
	assert_answer("GET", target, "", 404, "");
	free(target);
}

static void garbage_only_ends_its_connection(void **state)
{
	static const char *const garbage[] = {
		"\r\n\r\n",
		"GET\r\n\r\n",
		"\x16\x03\x01\x02\x00\x01\xfc\x03\x03\r\n\r\n",
		"POST /things HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
		"POST /things HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
		"POST /things HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
		"GET /things HTTP/9.9\r\n\r\n",
		"BREW /things HTTP/1.1\r\n\r\n",
		": : :\r\n: :\r\n\r\n",
	};

	for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++) {
		int fd = dial();

		say(fd, garbage[i], strlen(garbage[i]));
		shutdown(fd, SHUT_WR);
		free(hear(fd));
	}
	assert_answer("GET", "/things", "", 200, "{");
}

static void answers_may_come_later(void **state)
{
	int fd = dial();
	char *answer;

	waiting = NULL;
	assert_true(say(fd, "GET /later HTTP/1.0\r\n\r\n", 23));
	while (waiting == NULL)
		event_base_loop(base, EVLOOP_NONBLOCK);
	assert_answer("GET", "/things", "", 200, "{"); /* others do not wait */
	http_reply_empty(waiting, 204);
	answer = hear(fd);
	assert_non_null(strstr(answer, "204"));
	free(answer);
}

static void a_peer_that_goes_away_before_its_answer_harms_nothing(void **state)
{
	for (int i = 0; i < 20; i++) {
		int fd = dial();

		waiting = NULL;
		assert_true(say(fd, "GET /later HTTP/1.1\r\n\r\n", 23));
		while (waiting == NULL)
			event_base_loop(base, EVLOOP_NONBLOCK);
		close(fd);
		event_base_loop(base, EVLOOP_NONBLOCK);
		http_reply_json(waiting, 200, json_object());
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	assert_answer("GET", "/things", "", 200, "{");
}

static void long_lists_come_whole(void **state)
{
	char *answer;
	unsigned int before = n_ended;

	answer = ask("GET", "/list", "");
	assert_non_null(strstr(answer, "\n0\n"));
	assert_non_null(strstr(answer, "\n499\n"));
	assert_int_equal(n_ended, before + 1);
	free(answer);
}

static void a_peer_that_goes_away_in_a_long_list_ends_it(void **state)
{
	unsigned int before = n_ended;

	for (int i = 0; i < 5; i++) {
		char bytes[100];
		int fd = dial();

		assert_true(say(fd, "GET /list HTTP/1.1\r\n\r\n", 22));
		while (recv(fd, bytes, sizeof(bytes), 0) < 0)
			event_base_loop(base, EVLOOP_NONBLOCK);
		close(fd);
		while (n_ended == before + (unsigned int)i)
			event_base_loop(base, EVLOOP_ONCE);
	}
	assert_int_equal(n_ended, before + 5);
}

static void many_connections_are_served(void **state)
{
	int fd[300];

	for (size_t i = 0; i < 300; i++) {
		fd[i] = dial();
		event_base_loop(base, EVLOOP_NONBLOCK);
	}
	for (size_t i = 0; i < 300; i++)
		assert_true(say(fd[i], "GET /things/x HTTP/1.0\r\n\r\n", 26));
	for (size_t i = 0; i < 300; i++) {
		char *answer = hear(fd[i]);

		assert_non_null(strstr(answer, "{\"a\":\"x\""));
		free(answer);
	}
}

static void socket_is_for_owner_and_group(void **state)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	assert_true(S_ISSOCK(st.st_mode));
	assert_int_equal(st.st_mode & 0777, 0660);
}

static void a_place_where_no_socket_can_be_is_refused(void **state)
{
	char why[256] = "";

	assert_null(http_create(base, "/nonexistent/api.sock", routes, NULL, why, sizeof(why)));
	assert_int_equal(errno, ENOENT);
	assert_non_null(strstr(why, "/nonexistent/api.sock"));
	assert_non_null(strstr(why, "--run-dir"));
	http_destroy(NULL);
}

static int set_up(void **state)
{
	char why[256];

	signal(SIGPIPE, SIG_IGN); /* as the program does */
	if (mkdtemp(dir) == NULL)
		return -1;
	snprintf(path, sizeof(path), "%s/api.sock", dir);
	base = event_base_new();
	http = http_create(base, path, routes, &base, why, sizeof(why));
	return http != NULL ? 0 : -1;
}

static int tear_down(void **state)
{
	http_destroy(http);
	event_base_free(base);
	return access(path, F_OK) == 0 ? -1 : rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(segments_of_the_path_are_arguments),
		cmocka_unit_test(what_has_no_route_is_not_found),
		cmocka_unit_test(bodies_are_json_objects),
		cmocka_unit_test(deep_json_is_refused),
		cmocka_unit_test(errors_have_one_sentence_and_their_status),
		cmocka_unit_test(sizes_are_bounded),
		cmocka_unit_test(garbage_only_ends_its_connection),
		cmocka_unit_test(answers_may_come_later),
		cmocka_unit_test(a_peer_that_goes_away_before_its_answer_harms_nothing),
		cmocka_unit_test(long_lists_come_whole),
		cmocka_unit_test(a_peer_that_goes_away_in_a_long_list_ends_it),
		cmocka_unit_test(many_connections_are_served),
		cmocka_unit_test(socket_is_for_owner_and_group),
		cmocka_unit_test(a_place_where_no_socket_can_be_is_refused),
	};

	signal(SIGPIPE, SIG_IGN); /* as the program does */
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
