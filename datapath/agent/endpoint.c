// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/endpoint.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROBE_S 5
#define BACKOFF_S 8
#define MAX_PEERS 128
#define BURST_PART 4 /* of the rate: the burst when it is not given */

/* A number among the options, where it lives, and on which side it means something. */
struct number {
	const char *name;
	size_t offset;
	uint32_t min, max;
	bool controller, listener;
};

static const struct number numbers[] = {
	{"probe", offsetof(struct endpoint, probe_s), 0, 3600, true, true},
	{"backoff", offsetof(struct endpoint, backoff_s), 1, 3600, true, false},
	{"packet-in-rate", offsetof(struct endpoint, packet_in_rate), 0, 1000000, true, true},
	{"packet-in-burst", offsetof(struct endpoint, packet_in_burst), 1, 1000000, true, true},
	{"max", offsetof(struct endpoint, max_peers), 1, 1024, false, true},
};

#define N_NUMBERS (sizeof(numbers) / sizeof(numbers[0]))

void endpoint_init(struct endpoint *e, const struct target *target)
{
	/* Padding too: endpoints are compared as bytes. */
	memset(e, 0, sizeof(*e));
	e->target.kind = target->kind;
	e->target.port = target->port;
	text_copy(e->target.host, sizeof(e->target.host), target->host);
	text_copy(e->target.path, sizeof(e->target.path), target->path);
	e->probe_s = PROBE_S;
	e->backoff_s = BACKOFF_S;
	e->max_peers = MAX_PEERS;
}

/* The comma where the options begin, NULL if there are none: paths of sockets may have commas. */
static const char *options_find(const char *text)
{
	for (const char *at = strchr(text, ','); at != NULL; at = strchr(at + 1, ',')) {
		size_t len = strspn(at + 1, "abcdefghijklmnopqrstuvwxyz-");

		if (len != 0 && at[1 + len] == '=')
			return at;
	}
	return NULL;
}

static int set_allow(struct endpoint *e, char *value, char *why, size_t why_size)
{
	char *rest = NULL;

	if (e->target.kind == TARGET_UNIX) {
		snprintf(why, why_size,
			 "allow= is for tcp and tls listeners: who may use %s is a matter of its "
			 "folder's rights",
			 e->target.path);
		return -EINVAL;
	}
	for (char *word = strtok_r(value, ";", &rest); word != NULL;
	     word = strtok_r(NULL, ";", &rest)) {
		if (e->n_allow == ENDPOINT_ALLOW_MAX) {
			snprintf(why, why_size, "allow= has more than %d ranges: join some",
				 ENDPOINT_ALLOW_MAX);
			return -EINVAL;
		}
		if (addr_range_parse(word, &e->allow[e->n_allow]) != 0) {
			snprintf(why, why_size,
				 "allow=%.60s is no range of addresses: write them as in "
				 "10.0.0.0/8;192.168.1.7, with no bits behind the prefix",
				 word);
			return -EINVAL;
		}
		e->n_allow++;
	}
	if (e->n_allow != 0)
		return 0;
	snprintf(why, why_size, "allow= names nobody: give ranges, or leave it out for everybody");
	return -EINVAL;
}

static int set_number(struct endpoint *e, const struct number *n, const char *value, char *why,
		      size_t why_size)
{
	uint64_t number;

	if (text_parse_u64(value, n->max, &number) != 0 || number < n->min) {
		snprintf(why, why_size, "%s=%.40s is not a number from %u to %u", n->name, value,
			 n->min, n->max);
		return -EINVAL;
	}
	*(uint32_t *)((char *)e + n->offset) = (uint32_t)number;
	return 0;
}

static int set_aux(struct endpoint *e, const char *value, char *why, size_t why_size)
{
	uint64_t number;

	if (text_parse_u64(value, ENDPOINT_AUX_MAX, &number) != 0) {
		snprintf(why, why_size, "aux=%.40s is not a number from 0 to %d", value,
			 ENDPOINT_AUX_MAX);
		return -EINVAL;
	}
	e->n_aux = (uint8_t)number;
	return 0;
}

static int set_option(struct endpoint *e, enum endpoint_side side, char *name, char *why,
		      size_t why_size)
{
	char *value = strchr(name, '=');

	if (value == NULL) {
		snprintf(why, why_size, "\"%.60s\" has no value: write option=value", name);
		return -EINVAL;
	}
	*value++ = '\0';
	for (size_t i = 0; i < N_NUMBERS; i++) {
		bool here = side == ENDPOINT_LISTENER ? numbers[i].listener : numbers[i].controller;

		if (here && strcmp(numbers[i].name, name) == 0)
			return set_number(e, &numbers[i], value, why, why_size);
	}
	if (side == ENDPOINT_LISTENER && strcmp(name, "allow") == 0)
		return set_allow(e, value, why, why_size);
	if (side == ENDPOINT_CONTROLLER && strcmp(name, "aux") == 0)
		return set_aux(e, value, why, why_size);
	snprintf(why, why_size,
		 "option %.40s is unknown: a %s takes probe, packet-in-rate, "
		 "packet-in-burst, %s",
		 name, side == ENDPOINT_LISTENER ? "listener" : "controller",
		 side == ENDPOINT_LISTENER ? "allow and max" : "backoff and aux");
	return -EINVAL;
}

int endpoint_parse(const char *text, enum endpoint_side side, struct endpoint *e, char *why,
		   size_t why_size)
{
	const char *options = options_find(text);
	char *copy = text_format("%s", text), *rest = NULL;
	struct target target;
	int rc;

	if (options != NULL)
		copy[options - text] = '\0';
	rc = target_parse(copy, ENDPOINT_PORT, &target, why, why_size);
	endpoint_init(e, &target);
	if (options != NULL && rc == 0) {
		for (char *word = strtok_r(copy + (options - text) + 1, ",", &rest);
		     word != NULL && rc == 0; word = strtok_r(NULL, ",", &rest))
			rc = set_option(e, side, word, why, why_size);
	}
	free(copy);
	if (rc != 0)
		return rc;
	if (e->packet_in_rate == 0 && e->packet_in_burst != 0) {
		snprintf(why, why_size,
			 "packet-in-burst= does nothing without a rate: give packet-in-rate= too");
		return -EINVAL;
	}
	if (e->packet_in_rate != 0 && e->packet_in_burst == 0)
		e->packet_in_burst = (e->packet_in_rate + BURST_PART - 1) / BURST_PART;
	return 0;
}

void endpoint_text(const struct endpoint *e, struct text *t)
{
	char name[TARGET_TEXT_SIZE], range[ADDR_RANGE_TEXT_SIZE];
	struct endpoint plain;

	endpoint_init(&plain, &e->target);
	text_add(t, "%s", target_text(&e->target, name));
	for (size_t i = 0; i < N_NUMBERS; i++) {
		uint32_t value = *(const uint32_t *)((const char *)e + numbers[i].offset);

		if (value != *(const uint32_t *)((const char *)&plain + numbers[i].offset))
			text_add(t, ",%s=%u", numbers[i].name, value);
	}
	if (e->n_aux != 0)
		text_add(t, ",aux=%u", e->n_aux);
	for (uint32_t i = 0; i < e->n_allow; i++)
		text_add(t, "%s%s", i == 0 ? ",allow=" : ";", addr_range_text(&e->allow[i], range));
}

bool endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
	struct text of_a = {0}, of_b = {0};
	bool equal;

	/* What is written the same means the same. */
	endpoint_text(a, &of_a);
	endpoint_text(b, &of_b);
	equal = strcmp(text_get(&of_a), text_get(&of_b)) == 0;
	text_free(&of_a);
	text_free(&of_b);
	return equal;
}
