// SPDX-License-Identifier: Apache-2.0
/* /v1/lcores: what each lcore and each of its queues did, in TSC cycles. */
#include "datapath/agent/api.h"
#include "datapath/agent/host.h"

static json_t *rxq_json(const struct host *host, const struct pmd_rxq_load *q)
{
	const struct port_entry *entry = ports_at(host->ports, q->port_index);

	return json_pack("{s:s, s:i, s:I, s:I}", "port",
			 entry != NULL ? entry->port->spec.name : "", "queue", (int)q->queue,
			 "busy_cycles", (json_int_t)q->busy_cycles, "packets",
			 (json_int_t)q->packets);
}

void api_get_lcores(void *context, struct http_request *request)
{
	struct host *host = context;
	json_t *list = json_array();

	for (unsigned int n = 0; n < pmd_n_lcores(host->pmd); n++) {
		struct pmd_load load;
		json_t *rxqs = json_array();

		pmd_load(host->pmd, n, &load);
		for (uint32_t i = 0; i < load.n_rxqs; i++)
			json_array_append_new(rxqs, rxq_json(host, &load.rxq[i]));
		json_array_append_new(list, json_pack("{s:i, s:I, s:I, s:I, s:o}", "lcore",
						      (int)load.lcore_id, "busy_cycles",
						      (json_int_t)load.busy_cycles, "idle_cycles",
						      (json_int_t)load.idle_cycles, "packets",
						      (json_int_t)load.packets, "rxqs", rxqs));
	}
	http_reply_json(request, 200, list);
}
