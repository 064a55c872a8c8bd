// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/api.h"

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
