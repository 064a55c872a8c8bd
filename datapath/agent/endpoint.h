// SPDX-License-Identifier: Apache-2.0
/*
 * endpoint: a controller or a listener as an operator writes it: a target, and what holds for the
 * connections that it gives.
 *
 *   tcp:10.0.0.1:6653,probe=10,backoff=30,packet-in-rate=1000,packet-in-burst=200,aux=2
 *   tls:0.0.0.0:6654,allow=10.0.0.0/8;192.168.1.7,max=16
 *
 * Pure; any thread.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "lib/addr.h"
#include "lib/text.h"

#define ENDPOINT_ALLOW_MAX 32
#define ENDPOINT_AUX_MAX 8
#define ENDPOINT_PORT 6653 /* when a target does not say */

struct endpoint {
	struct target target;
	uint32_t probe_s;         /* silence after which the peer is asked; 0: never */
	uint32_t packet_in_rate;  /* packet-ins a second for each connection; 0: no limit */
	uint32_t packet_in_burst; /* that may come at once */
	/* Controllers. */
	uint32_t backoff_s; /* longest wait between two attempts */
	uint8_t n_aux;      /* auxiliary connections */
	/* Listeners. */
	uint32_t max_peers; /* connected at once */
	uint32_t n_allow;   /* 0: everybody */
	struct addr_range allow[ENDPOINT_ALLOW_MAX];
};

enum endpoint_side { ENDPOINT_CONTROLLER, ENDPOINT_LISTENER };

/** A target with the defaults. */
void endpoint_init(struct endpoint *e, const struct target *target);

/**
 * Reads `TARGET[,option=value]…`. On -EINVAL `why` has one sentence with the cause and the remedy.
 */
int endpoint_parse(const char *text, enum endpoint_side side, struct endpoint *e, char *why,
		   size_t why_size);

/** Appends it as endpoint_parse reads it, options that have their default left out. */
void endpoint_text(const struct endpoint *e, struct text *t);

/** Are they the same in everything? */
bool endpoint_equal(const struct endpoint *a, const struct endpoint *b);
