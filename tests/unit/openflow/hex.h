// SPDX-License-Identifier: Apache-2.0
/*
 * Bytes written as hex digits in tests.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/** Reads hex digits (blanks are skipped) into `to`; the number of bytes. */
static inline size_t hex_read(const char *hex, uint8_t *to, size_t size)
{
	size_t n = 0;

	while (*hex != '\0' && n < size) {
		unsigned byte;

		if (*hex == ' ') {
			hex++;
			continue;
		}
		if (sscanf(hex, "%2x", &byte) != 1)
			break;
		to[n++] = (uint8_t)byte;
		hex += 2;
	}
	return n;
}
