// SPDX-License-Identifier: Apache-2.0
/* /v1/drops: why frames did not go on, by reason and by port of entry. */
#include "datapath/agent/api.h"
#include "datapath/agent/host.h"

/* Frames that packet-outs brought in without a port count under index 0. */
static const char *port_name(const struct host *host, uint16_t index)
{
	const struct port_entry *entry = ports_at(host->ports, index);

	return entry != NULL ? entry->port->spec.name : "(packet-out)";
}

void api_get_drops(void *context, struct http_request *request)
{
	struct host *host = context;
	json_t *list = json_array(), *by_port[DROP_N_REASONS];
	uint64_t total[DROP_N_REASONS] = {0};

	for (int r = 0; r < DROP_N_REASONS; r++)
		by_port[r] = json_object();
	for (uint16_t i = 0; i < PIPELINE_MAX_PORTS; i++) {
		struct pmd_port_counters c;

		if (i != 0 && ports_at(host->ports, i) == NULL)
			continue;
		pmd_port_counters(host->pmd, i, &c);
		for (int r = 0; r < DROP_N_REASONS; r++) {
			if (c.drops[r] == 0)
				continue;
			total[r] += c.drops[r];
			json_object_set_new(by_port[r], port_name(host, i),
					    json_integer((json_int_t)c.drops[r]));
		}
	}
	for (int r = 0; r < DROP_N_REASONS; r++) {
		const struct drop_text *text = drop_text((enum drop_reason)r);

		json_array_append_new(list, json_pack("{s:s, s:s, s:I, s:o}", "reason", text->name,
						      "meaning", text->meaning, "packets",
						      (json_int_t)total[r], "ports", by_port[r]));
	}
	http_reply_json(request, 200, list);
}
