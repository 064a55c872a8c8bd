// SPDX-License-Identifier: Apache-2.0
/*
 * units: numbers as people read them, and the clock. Pure but for the clock; any thread.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define UNITS_TEXT_SIZE 32

/** `1.25 M`, `999`, `12.3 k`: a count with a decimal prefix; `to` has UNITS_TEXT_SIZE bytes. */
char *units_count(double value, char *to);

/** A rate in bit/s with a decimal prefix: `9.41 Gbit/s`. */
char *units_bit_rate(double bps, char *to);

/** A size in bytes with a binary prefix: `39 MiB`. */
char *units_bytes(uint64_t bytes, char *to);

/** A time span: `3 d 4 h`, `12 m 5 s`, `8 s`. */
char *units_span(uint64_t seconds, char *to);

/**
 * Reads a rate in bit/s with an optional decimal prefix (`800000`, `10M`, `2.5G`; k, M, G, T in
 * either case). 0; -EINVAL: it is none; -ERANGE: it is above `max`.
 */
int units_parse_bit_rate(const char *text, uint64_t max, uint64_t *bps);

/** Milliseconds of the monotonic clock. */
uint64_t clock_ms(void);

/** Microseconds of the monotonic clock. */
uint64_t clock_us(void);
