// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/api.h"

#include <stdlib.h>

#include "datapath/agent/host.h"

const struct http_route api_routes[] = {
	{EVHTTP_REQ_GET, "/v1/switch", api_get_switch},
	{EVHTTP_REQ_GET, "/v1/ports", api_get_ports},
	{EVHTTP_REQ_POST, "/v1/ports", api_add_port},
	{EVHTTP_REQ_GET, "/v1/ports/{}", api_get_port},
	{EVHTTP_REQ_PATCH, "/v1/ports/{}", api_set_port},
	{EVHTTP_REQ_DELETE, "/v1/ports/{}", api_remove_port},
	{EVHTTP_REQ_GET, "/v1/lcores", api_get_lcores},
	{EVHTTP_REQ_GET, "/v1/macs", api_get_macs},
	{EVHTTP_REQ_POST, "/v1/macs", api_add_mac},
	{EVHTTP_REQ_DELETE, "/v1/macs", api_flush_macs},
	{EVHTTP_REQ_DELETE, "/v1/macs/{}/{}", api_remove_mac},
	{EVHTTP_REQ_GET, "/v1/drops", api_get_drops},
	{EVHTTP_REQ_GET, "/metrics", api_get_metrics},
	{0, NULL, NULL},
};

/* An answer that waits until the change would survive a crash. */
struct answer {
	struct http_request *request;
	json_t *json; /* NULL: no body */
	int status;
};

static void send_answer(void *arg)
{
	struct answer *a = arg;

	if (a->json != NULL)
		http_reply_json(a->request, a->status, a->json);
	else
		http_reply_empty(a->request, a->status);
	free(a);
}

void api_answer_when_stored(struct host *host, struct http_request *request, int status,
			    json_t *json)
{
	struct answer *a = malloc(sizeof(*a));

	if (a == NULL) {
		json_decref(json);
		http_reply_error(request, 507, "there is no memory for the answer; free some");
		return;
	}
	*a = (struct answer){.request = request, .json = json, .status = status};
	host_when_stored(host, send_answer, a);
}
