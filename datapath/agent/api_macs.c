// SPDX-License-Identifier: Apache-2.0
/* /v1/macs: the addresses that NORMAL knows; static ones come and go here. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "datapath/agent/api.h"
#include "datapath/agent/host.h"
#include "lib/text.h"

/* A large table goes out in parts of so many rows. */
#define ROWS_A_PART 500

struct listing {
	struct host *host;
	uint32_t at;
	bool started;
};

static void add_row(const struct listing *l, const struct mac_row *row, struct text *text)
{
	const struct port_entry *entry = ports_at(l->host->ports, row->port);
	uint32_t now_s = pmd_clock_s();
	char mac[ETH_ADDR_TEXT_SIZE];

	text_add(text, "{\"mac\":\"%s\",\"vlan\":%u,\"port\":\"%s\",\"age_s\":%u,\"static\":%s}",
		 eth_addr_text(&row->addr, mac), row->vid,
		 entry != NULL ? entry->port->spec.name : "",
		 row->is_static || now_s < row->seen_s ? 0 : now_s - row->seen_s,
		 row->is_static ? "true" : "false");
}

static int next_part(void *arg, struct text *text)
{
	struct listing *l = arg;
	struct mac_row row;

	if (!l->started)
		text_add(text, "[");
	for (int i = 0; i < ROWS_A_PART; i++) {
		if (!mac_next(l->host->pipeline->macs, &l->at, &row)) {
			text_add(text, "]\n");
			return 0;
		}
		if (l->started)
			text_add(text, ",");
		l->started = true;
		add_row(l, &row, text);
	}
	return 1;
}

void api_get_macs(void *context, struct http_request *request)
{
	struct listing *l = calloc(1, sizeof(*l));

	if (l == NULL) {
		http_reply_error(request, 507, "there is no memory for the list; free some");
		return;
	}
	l->host = context;
	http_reply_parts(request, "application/json", next_part, free, l);
}

void api_add_mac(void *context, struct http_request *request)
{
	struct host *host = context;
	json_t *body = http_body(request);
	const struct port_entry *entry;
	const char *mac, *port;
	struct eth_addr addr;
	json_int_t vlan;

	if (body == NULL)
		return;
	mac = json_string_value(json_object_get(body, "mac"));
	port = json_string_value(json_object_get(body, "port"));
	vlan = json_integer_value(json_object_get(body, "vlan"));
	entry = port != NULL ? ports_find(host->ports, port) : NULL;
	if (mac == NULL || eth_addr_parse(mac, &addr) < 0 || eth_addr_is_multicast(&addr) ||
	    vlan < 0 || vlan > 4094)
		http_reply_error(request, 400,
				 "this is no address of a station in a VLAN; send {\"mac\": "
				 "\"52:54:00:00:00:01\", \"vlan\": 0 to 4094, \"port\": NAME}");
	else if (entry == NULL)
		http_reply_error(request, 404, "there is no port %.40s; heddle port show lists all",
				 port != NULL ? port : "");
	else if (mac_add_static(host->pipeline->macs, &addr, (uint16_t)vlan, entry->port->index) <
		 0)
		http_reply_error(request, 507,
				 "static addresses fill the place of %.20s in the MAC table; start "
				 "the switch with a larger --mac-table-size",
				 mac);
	else {
		host_store_mac(host, &addr, (uint16_t)vlan, port);
		api_answer_when_stored(host, request, 204, NULL);
	}
	json_decref(body);
}

void api_remove_mac(void *context, struct http_request *request)
{
	struct host *host = context;
	const char *mac = http_arg(request, 0);
	struct eth_addr addr;
	uint64_t vlan;

	if (eth_addr_parse(mac, &addr) < 0 ||
	    text_parse_u64(http_arg(request, 1), 4094, &vlan) < 0) {
		http_reply_error(request, 400,
				 "the path needs an address and a VLAN, as in "
				 "/v1/macs/52:54:00:00:00:01/10");
		return;
	}
	if (mac_remove(host->pipeline->macs, &addr, (uint16_t)vlan) < 0) {
		http_reply_error(request, 404,
				 "%.20s is not known in VLAN %u; heddle mac show lists all", mac,
				 (unsigned int)vlan);
		return;
	}
	host_store_mac(host, &addr, (uint16_t)vlan, NULL);
	api_answer_when_stored(host, request, 204, NULL);
}

void api_flush_macs(void *context, struct http_request *request)
{
	struct host *host = context;
	uint32_t n = mac_flush(host->pipeline->macs, 0, false);

	http_reply_json(request, 200, json_pack("{s:i}", "forgotten", (int)n));
}
