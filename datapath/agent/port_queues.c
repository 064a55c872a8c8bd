// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/port_queues.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/units.h"
#include "openflow/types.h"

#define FORM_SIZE 128

static int parse_rate(const char *key, const char *value, uint64_t *bps, char *why, size_t why_size)
{
	if (units_parse_bit_rate(value, PORT_RATE_MAX, bps) == 0 && *bps >= 8000)
		return 0;
	snprintf(why, why_size,
		 "%s=%.20s is not a rate; give bits in a second from 8k to 1T, such as 10M or 2.5G",
		 key, value);
	return -EINVAL;
}

/* `min=10M`, `max=100M`. */
static int parse_part(struct pmd_queue *queue, char *part, char *why, size_t why_size)
{
	if (text_starts(part, "min="))
		return parse_rate("min", part + 4, &queue->min_bps, why, why_size);
	if (text_starts(part, "max="))
		return parse_rate("max", part + 4, &queue->max_bps, why, why_size);
	snprintf(why, why_size,
		 "a queue has no '%.20s'; write queue=ID:min=RATE:max=RATE, either may be left out",
		 part);
	return -EINVAL;
}

static int parse_queue(struct pmd_queues *queues, const char *value, char *why, size_t why_size)
{
	char copy[FORM_SIZE], *at = copy, *part;
	struct pmd_queue queue = {0};
	uint64_t id;
	int error = 0;

	if (!text_copy(copy, sizeof(copy), value) ||
	    text_parse_u64(strsep(&at, ":"), OFPQ_ALL - 1, &id) != 0) {
		snprintf(why, why_size,
			 "queue=%.40s does not begin with a number; write "
			 "queue=ID:min=RATE:max=RATE",
			 value);
		return -EINVAL;
	}
	queue.id = (uint32_t)id;
	while (error == 0 && (part = strsep(&at, ":")) != NULL)
		error = parse_part(&queue, part, why, why_size);
	if (error == 0 && port_queues_find(queues, queue.id) != NULL) {
		snprintf(why, why_size, "queue %u is given twice; leave one out", queue.id);
		error = -EINVAL;
	}
	return error != 0 ? error : port_queues_set(queues, &queue, why, why_size);
}

int port_queues_option(struct pmd_queues *queues, const char *key, const char *value, char *why,
		       size_t why_size)
{
	if (strcmp(key, "rate") == 0)
		return parse_rate(key, value, &queues->rate_bps, why, why_size);
	return parse_queue(queues, value, why, why_size);
}

static struct pmd_queue *find(struct pmd_queues *queues, uint32_t id)
{
	for (uint16_t i = 0; i < queues->n; i++) {
		if (queues->queue[i].id == id)
			return &queues->queue[i];
	}
	return NULL;
}

const struct pmd_queue *port_queues_find(const struct pmd_queues *queues, uint32_t id)
{
	return find((struct pmd_queues *)queues, id);
}

int port_queues_set(struct pmd_queues *queues, const struct pmd_queue *queue, char *why,
		    size_t why_size)
{
	struct pmd_queue *at = find(queues, queue->id);
	/* The default queue has its place in any case. */
	uint16_t most = port_queues_find(queues, 0) != NULL || queue->id == 0 ? PMD_MAX_QUEUES
									      : PMD_MAX_QUEUES - 1;

	if (at == NULL && queues->n >= most) {
		snprintf(why, why_size,
			 "a port has %d queues at most, the default queue 0 among them; take one "
			 "away",
			 PMD_MAX_QUEUES);
		return -ENOSPC;
	}
	if (at == NULL)
		at = &queues->queue[queues->n++];
	*at = *queue;
	return 0;
}

void port_queues_unset(struct pmd_queues *queues, uint32_t id)
{
	struct pmd_queue *at = find(queues, id);

	if (at != NULL)
		*at = queues->queue[--queues->n];
}

int port_queues_check(const struct pmd_queues *queues, char *why, size_t why_size)
{
	uint64_t sum = 0;

	for (uint16_t i = 0; i < queues->n; i++) {
		const struct pmd_queue *q = &queues->queue[i];

		sum += q->min_bps;
		if (q->max_bps != 0 && q->min_bps > q->max_bps) {
			snprintf(why, why_size, "queue %u has a min above its max; correct one",
				 q->id);
			return -EINVAL;
		}
	}
	if (queues->rate_bps != 0 && sum > queues->rate_bps) {
		snprintf(why, why_size,
			 "the queues' min add up to %" PRIu64 " bit/s, beyond the port's rate of "
			 "%" PRIu64 "; lower them or raise the rate",
			 sum, queues->rate_bps);
		return -EINVAL;
	}
	return 0;
}

void port_queues_text(const struct pmd_queues *queues, struct text *text)
{
	if (queues->rate_bps != 0)
		text_add(text, ",rate=%" PRIu64, queues->rate_bps);
	for (uint16_t i = 0; i < queues->n; i++) {
		const struct pmd_queue *q = &queues->queue[i];

		text_add(text, ",queue=%u", q->id);
		if (q->min_bps != 0)
			text_add(text, ":min=%" PRIu64, q->min_bps);
		if (q->max_bps != 0)
			text_add(text, ":max=%" PRIu64, q->max_bps);
	}
}
