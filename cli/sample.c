// SPDX-License-Identifier: Apache-2.0
#include "cli/sample.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "cli/field.h"
#include "lib/units.h"

int sample_take(struct http *http, bool ports, bool lcores, struct sample *s)
{
	int code = CLI_OK;

	*s = (struct sample){0};
	if (ports)
		code = http_get(http, "/v1/ports", JSON_ARRAY, &s->ports);
	if (code == CLI_OK && lcores)
		code = http_get(http, "/v1/lcores", JSON_ARRAY, &s->lcores);
	s->at_ms = clock_ms();
	if (code != CLI_OK)
		sample_free(s);
	return code;
}

void sample_free(struct sample *s)
{
	json_decref(s->ports);
	json_decref(s->lcores);
	s->ports = NULL;
	s->lcores = NULL;
}

void sample_wait(double seconds)
{
	struct timespec left = {.tv_sec = (time_t)seconds};

	left.tv_nsec = (long)((seconds - (double)left.tv_sec) * 1e9);
	while (nanosleep(&left, &left) != 0 && errno == EINTR)
		;
}

/* The difference of a counter; 0 when it went back. */
static double grown(const json_t *before, const json_t *now, const char *key)
{
	uint64_t a = field_u64(before, key);
	uint64_t b = field_u64(now, key);

	return b > a ? (double)(b - a) : 0;
}

static double seconds_between(const struct sample *before, const struct sample *now)
{
	return now->at_ms > before->at_ms ? (double)(now->at_ms - before->at_ms) / 1000 : 0.001;
}

uint64_t sample_port_drops(const json_t *port)
{
	return field_sum(json_object_get(json_object_get(port, "counters"), "drops"));
}

static const json_t *port_find(const json_t *ports, const char *name)
{
	size_t i;
	json_t *port;

	json_array_foreach((json_t *)ports, i, port)
	{
		if (strcmp(field_text(port, "name"), name) == 0)
			return port;
	}
	return NULL;
}

struct port_rate sample_port_rate(const struct sample *before, const struct sample *now,
				  const json_t *port)
{
	const json_t *old_port = port_find(before->ports, field_text(port, "name"));
	const json_t *old = json_object_get(old_port, "counters");
	const json_t *new = json_object_get(port, "counters");
	double s = seconds_between(before, now);
	uint64_t drops_old, drops_new;

	if (old == NULL || field_u64(old, "rx_packets") > field_u64(new, "rx_packets") ||
	    field_u64(old, "tx_packets") > field_u64(new, "tx_packets"))
		return (struct port_rate){0};
	drops_old = sample_port_drops(old_port);
	drops_new = sample_port_drops(port);
	return (struct port_rate){
		.rx_pps = grown(old, new, "rx_packets") / s,
		.rx_bps = grown(old, new, "rx_bytes") * 8 / s,
		.tx_pps = grown(old, new, "tx_packets") / s,
		.tx_bps = grown(old, new, "tx_bytes") * 8 / s,
		.drop_pps = drops_new > drops_old ? (double)(drops_new - drops_old) / s : 0,
	};
}

static const json_t *lcore_find(const json_t *lcores, uint64_t id)
{
	size_t i;
	json_t *lcore;

	json_array_foreach((json_t *)lcores, i, lcore)
	{
		if (field_u64(lcore, "lcore") == id)
			return lcore;
	}
	return NULL;
}

static const json_t *rxq_find(const json_t *lcore, const json_t *like)
{
	size_t i;
	json_t *rxq;

	json_array_foreach(json_object_get(lcore, "rxqs"), i, rxq)
	{
		if (strcmp(field_text(rxq, "port"), field_text(like, "port")) == 0 &&
		    field_u64(rxq, "queue") == field_u64(like, "queue"))
			return rxq;
	}
	return NULL;
}

/* `total`: cycles of the lcore between the samples. */
static struct lcore_rate rate(const json_t *old, const json_t *new, double total, double seconds)
{
	double busy = grown(old, new, "busy_cycles");
	double packets = grown(old, new, "packets");

	return (struct lcore_rate){
		.busy = total > 0 ? busy / total : 0,
		.pps = packets / seconds,
		.cycles_per_frame = packets > 0 ? busy / packets : 0,
	};
}

struct lcore_rate sample_lcore_rate(const struct sample *before, const struct sample *now,
				    const json_t *lcore)
{
	const json_t *old = lcore_find(before->lcores, field_u64(lcore, "lcore"));
	double total = grown(old, lcore, "busy_cycles") + grown(old, lcore, "idle_cycles");

	if (old == NULL)
		return (struct lcore_rate){0};
	return rate(old, lcore, total, seconds_between(before, now));
}

struct lcore_rate sample_rxq_rate(const struct sample *before, const struct sample *now,
				  const json_t *lcore, const json_t *rxq)
{
	const json_t *old = lcore_find(before->lcores, field_u64(lcore, "lcore"));
	const json_t *old_rxq = rxq_find(old, rxq);
	double total = grown(old, lcore, "busy_cycles") + grown(old, lcore, "idle_cycles");

	if (old_rxq == NULL)
		return (struct lcore_rate){0};
	return rate(old_rxq, rxq, total, seconds_between(before, now));
}
