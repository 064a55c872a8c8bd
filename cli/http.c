// SPDX-License-Identifier: Apache-2.0
#include "cli/http.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/text.h"

#define ANSWER_LIMIT (64u << 20) /* bytes; a table of a million MAC addresses fits */
#define CONNECT_MS 3000L
#define ANSWER_MS 15000L

struct http {
	CURL *curl;
	struct place place;
	struct text answer;
	bool too_long;
};

struct http *http_new(const struct place *place)
{
	struct http *http = calloc(1, sizeof(*http));

	if (http == NULL)
		abort();
	http->curl = curl_easy_init();
	if (http->curl == NULL)
		abort();
	http->place = *place;
	return http;
}

void http_free(struct http *http)
{
	if (http == NULL)
		return;
	curl_easy_cleanup(http->curl);
	text_free(&http->answer);
	free(http);
}

struct http *http_switch(const struct cli *cli, int *code)
{
	struct place place;

	*code = locate_switch(cli, &place);
	return *code == CLI_OK ? http_new(&place) : NULL;
}

struct http *http_controller(const struct cli *cli, int *code)
{
	struct place place;

	*code = locate_controller(cli, &place);
	return *code == CLI_OK ? http_new(&place) : NULL;
}

static size_t answer_take(char *data, size_t size, size_t n, void *arg)
{
	struct http *http = arg;

	if (size * n > ANSWER_LIMIT - http->answer.len) {
		http->too_long = true;
		return 0;
	}
	text_add_bytes(&http->answer, data, size * n);
	return size * n;
}

/* Says why nothing usable came back. */
static int transfer_error(struct http *http, CURLcode result)
{
	const struct place *p = &http->place;
	const char *cause;
	long os = 0;

	curl_easy_getinfo(http->curl, CURLINFO_OS_ERRNO, &os);
	if (http->too_long) {
		cli_error("the answer of %s at %s is longer than %u MiB; ask for less, or check "
			  "what listens there",
			  p->who, p->path, ANSWER_LIMIT >> 20);
		return CLI_UNREACHABLE;
	}
	if (result == CURLE_OPERATION_TIMEDOUT) {
		cli_error("%s at %s does not answer within %ld s; look at what it logs, or try "
			  "again",
			  p->who, p->path, ANSWER_MS / 1000);
		return CLI_UNREACHABLE;
	}
	if (os == ENOENT || os == ENOTDIR)
		cause = "no such file";
	else if (os == ECONNREFUSED)
		cause = "nobody listens there any more";
	else if (os != 0)
		cause = strerror((int)os);
	else
		cause = curl_easy_strerror(result);
	cli_error("cannot reach %s at %s: %s; %s", p->who, p->path, cause,
		  os == EACCES || os == EPERM ? "run it as root" : p->remedy);
	return CLI_UNREACHABLE;
}

/* Turns what came back into JSON, or an error. */
static int answer_read(struct http *http, json_t **answer)
{
	const struct place *p = &http->place;
	json_t *json = NULL;
	const char *said;
	json_error_t error;
	long status = 0;

	curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &status);
	if (http->answer.len != 0)
		json = json_loadb(http->answer.s, http->answer.len, JSON_DECODE_ANY, &error);
	if (status >= 200 && status < 300 && (json != NULL || http->answer.len == 0)) {
		*answer = json;
		return CLI_OK;
	}
	said = json_string_value(json_object_get(json, "error"));
	if (said != NULL)
		cli_error("%s", said);
	else if (status >= 200 && status < 300)
		cli_error("%s at %s answered with something else than JSON; check what listens "
			  "there",
			  p->who, p->path);
	else
		cli_error("%s at %s refused the request with HTTP status %ld; check that it is of "
			  "this version (" HEDDLE_VERSION ")",
			  p->who, p->path, status);
	json_decref(json);
	return CLI_REFUSED;
}

int http_request(struct http *http, const char *method, const char *path, const json_t *body,
		 json_t **answer)
{
	char *url = text_format("http://heddle%s", path);
	char *sent = body != NULL ? json_dumps(body, JSON_COMPACT) : NULL;
	struct curl_slist *headers = NULL;
	json_t *json = NULL;
	CURLcode result;
	int code;

	text_free(&http->answer);
	http->too_long = false;
	/* curl announces long bodies with Expect: 100-continue, which only costs a round trip. */
	headers = curl_slist_append(headers, "Expect:");
	headers = curl_slist_append(headers, "Content-Type: application/json");
	curl_easy_reset(http->curl);
	curl_easy_setopt(http->curl, CURLOPT_UNIX_SOCKET_PATH, http->place.path);
	curl_easy_setopt(http->curl, CURLOPT_URL, url);
	curl_easy_setopt(http->curl, CURLOPT_PROXY, "");
	curl_easy_setopt(http->curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(http->curl, CURLOPT_CONNECTTIMEOUT_MS, CONNECT_MS);
	curl_easy_setopt(http->curl, CURLOPT_TIMEOUT_MS, ANSWER_MS);
	curl_easy_setopt(http->curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(http->curl, CURLOPT_WRITEFUNCTION, answer_take);
	curl_easy_setopt(http->curl, CURLOPT_WRITEDATA, http);
	curl_easy_setopt(http->curl, CURLOPT_CUSTOMREQUEST, method);
	if (sent != NULL || strcmp(method, "POST") == 0)
		curl_easy_setopt(http->curl, CURLOPT_POSTFIELDS, sent != NULL ? sent : "");
	result = curl_easy_perform(http->curl);
	code = result == CURLE_OK ? answer_read(http, &json) : transfer_error(http, result);
	curl_slist_free_all(headers);
	free(sent);
	free(url);
	if (answer != NULL)
		*answer = json;
	else
		json_decref(json);
	return code;
}

int http_get(struct http *http, const char *path, json_type type, json_t **answer)
{
	int code = http_request(http, "GET", path, NULL, answer);

	if (code != CLI_OK || (*answer != NULL && json_typeof(*answer) == type))
		return code;
	cli_error("%s at %s answered GET %s with the wrong type of JSON; check that it is of this "
		  "version (" HEDDLE_VERSION ")",
		  http->place.who, http->place.path, path);
	json_decref(*answer);
	*answer = NULL;
	return CLI_REFUSED;
}

char *http_escape(const char *text)
{
	struct text escaped = {0};

	for (; *text != '\0'; text++) {
		unsigned char c = (unsigned char)*text;

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		    strchr("-._~:", c) != NULL)
			text_add_bytes(&escaped, text, 1);
		else
			text_add(&escaped, "%%%02X", c);
	}
	return text_steal(&escaped);
}

void http_print(const json_t *json)
{
	if (json == NULL)
		return;
	json_dumpf(json, stdout, JSON_INDENT(2) | JSON_ENCODE_ANY);
	putchar('\n');
}
