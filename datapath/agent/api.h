// SPDX-License-Identifier: Apache-2.0
/*
 * api: the HTTP API of the switch, described in docs/openapi.yaml. One family of paths a file; the
 * table of routes names their handlers. The context of every handler is the struct host. Control
 * thread.
 */
#pragma once

#include "datapath/agent/http.h"

/** All routes, for http_create. */
extern const struct http_route api_routes[];

struct host;

/**
 * Answers when all changes so far would survive a crash; `json` is given away, NULL for an answer
 * without a body.
 */
void api_answer_when_stored(struct host *host, struct http_request *request, int status,
			    json_t *json);

/* api_switch.c */
void api_get_switch(void *host, struct http_request *request);

/* api_ports.c */
void api_get_ports(void *host, struct http_request *request);
void api_get_port(void *host, struct http_request *request);
void api_add_port(void *host, struct http_request *request);
void api_set_port(void *host, struct http_request *request);
void api_remove_port(void *host, struct http_request *request);

/* api_lcores.c */
void api_get_lcores(void *host, struct http_request *request);

/* api_macs.c */
void api_get_macs(void *host, struct http_request *request);
void api_add_mac(void *host, struct http_request *request);
void api_remove_mac(void *host, struct http_request *request);
void api_flush_macs(void *host, struct http_request *request);

/* api_drops.c */
void api_get_drops(void *host, struct http_request *request);

/* api_metrics.c */
void api_get_metrics(void *host, struct http_request *request);
