// SPDX-License-Identifier: Apache-2.0
/*
 * sample: counters of the switch at two moments, and the rates between them. One owner.
 */
#pragma once

#include "cli/http.h"

struct sample {
	uint64_t at_ms; /* lib/units.h's clock */
	json_t *ports;  /* as GET /v1/ports answers; NULL when it was not asked for */
	json_t *lcores; /* as GET /v1/lcores answers; NULL when it was not asked for */
};

/** What a port did between two samples, in each second. */
struct port_rate {
	double rx_pps, rx_bps, tx_pps, tx_bps, drop_pps;
};

/** What a lcore or one of its queues did between two samples. */
struct lcore_rate {
	double busy;             /* share of the lcore's cycles, 0 to 1 */
	double pps;              /* frames received in each second */
	double cycles_per_frame; /* busy cycles; 0 when there was no frame */
};

/** Asks for both, or one; a CLI_ code, with the error said. */
int sample_take(struct http *http, bool ports, bool lcores, struct sample *s);

/** Frees what it holds; legal twice. */
void sample_free(struct sample *s);

/** Waits `seconds` between two samples. */
void sample_wait(double seconds);

/**
 * The rates of `port`, an element of `now->ports`. All zero when the port was not there before, or
 * was made anew under its name (its counters went back).
 */
struct port_rate sample_port_rate(const struct sample *before, const struct sample *now,
				  const json_t *port);

/** The rates of `lcore`, an element of `now->lcores`. */
struct lcore_rate sample_lcore_rate(const struct sample *before, const struct sample *now,
				    const json_t *lcore);

/** The rates of `rxq`, one of the lcore's queues; `busy` is its share of the lcore's cycles. */
struct lcore_rate sample_rxq_rate(const struct sample *before, const struct sample *now,
				  const json_t *lcore, const json_t *rxq);

/** Frames that a port dropped since it was added, over all reasons. */
uint64_t sample_port_drops(const json_t *port);
