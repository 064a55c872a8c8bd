// SPDX-License-Identifier: Apache-2.0
/* `egress` of /v1/ports: the rate and the queues of a port. */
#include "datapath/agent/api_queues.h"

#include <stdio.h>
#include <string.h>

#include "datapath/agent/port_queues.h"
#include "lib/text.h"

#define RATE_MIN 8000

static json_t *queue_json(const struct host *host, const struct port_entry *entry, uint32_t id)
{
	const struct pmd_queue *q = port_queues_find(&entry->settings.queues, id);
	struct pmd_queue_counters c = {0};

	pmd_queue_counters(host->pmd, entry->port->index, id, &c);
	return json_pack("{s:I, s:I, s:I, s:I, s:I}", "min_bps",
			 (json_int_t)(q != NULL ? q->min_bps : 0), "max_bps",
			 (json_int_t)(q != NULL ? q->max_bps : 0), "tx_packets",
			 (json_int_t)c.tx_packets, "tx_bytes", (json_int_t)c.tx_bytes, "tx_errors",
			 (json_int_t)c.tx_errors);
}

json_t *api_egress_json(const struct host *host, const struct port_entry *entry)
{
	const struct pmd_queues *queues = &entry->settings.queues;
	json_t *list = json_object();
	char id[16];

	json_object_set_new(list, "0", queue_json(host, entry, 0));
	for (uint16_t i = 0; i < queues->n; i++) {
		snprintf(id, sizeof(id), "%u", queues->queue[i].id);
		if (queues->queue[i].id != 0)
			json_object_set_new(list, id, queue_json(host, entry, queues->queue[i].id));
	}
	return json_pack("{s:I, s:o}", "rate_bps", (json_int_t)queues->rate_bps, "queues", list);
}

/* A rate, or null for none. */
static bool read_rate(const json_t *value, uint64_t *bps)
{
	json_int_t n = json_integer_value(value);

	*bps = 0;
	if (value == NULL || json_is_null(value))
		return true;
	if (!json_is_integer(value) || n < 0 || (n > 0 && n < RATE_MIN) ||
	    (uint64_t)n > PORT_RATE_MAX)
		return false;
	*bps = (uint64_t)n;
	return true;
}

static bool read_queue(struct port_change *change, const char *key, const json_t *value)
{
	struct pmd_queue queue = {0};
	uint64_t id;

	if (change->n_queues == PMD_MAX_QUEUES || text_parse_u64(key, UINT32_MAX - 1, &id) != 0)
		return false;
	queue.id = (uint32_t)id;
	if (!json_is_null(value) &&
	    (!json_is_object(value) ||
	     !read_rate(json_object_get(value, "min_bps"), &queue.min_bps) ||
	     !read_rate(json_object_get(value, "max_bps"), &queue.max_bps)))
		return false;
	change->queue[change->n_queues].queue = queue;
	change->queue[change->n_queues].gone = json_is_null(value);
	change->n_queues++;
	return true;
}

bool api_egress_read(struct port_change *change, const json_t *egress)
{
	const char *key, *id;
	json_t *value, *queue;

	if (!json_is_object(egress))
		return false;
	json_object_foreach((json_t *)egress, key, value)
	{
		if (strcmp(key, "rate_bps") == 0) {
			change->has_rate = true;
			if (!read_rate(value, &change->rate_bps))
				return false;
		} else if (strcmp(key, "queues") == 0 && json_is_object(value)) {
			json_object_foreach(value, id, queue)
			{
				if (!read_queue(change, id, queue))
					return false;
			}
		} else {
			return false;
		}
	}
	return true;
}
