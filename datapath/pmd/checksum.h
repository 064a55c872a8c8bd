// SPDX-License-Identifier: Apache-2.0
/*
 * checksum: Internet checksums that follow a change of bytes (RFC 1071, RFC 1624); private to pmd/.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/** Sum of 16-bit words; an odd last byte counts as the high one. */
static inline uint32_t sum_words(const uint8_t *p, size_t size)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < size; i += 2)
		sum += (uint32_t)p[i] << 8 | (i + 1 < size ? p[i + 1] : 0);
	return sum;
}

/** The sum in 16 bits. */
static inline uint16_t sum_fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

/** Reads two bytes in network order. */
static inline uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

/** Writes two bytes in network order. */
static inline void put16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

/** RFC 1624 equation 3: HC' = ~(~HC + ~m + m'). */
static inline void checksum_change(uint8_t *at, uint16_t old_sum, uint16_t new_sum)
{
	uint32_t sum = (uint16_t)~get16(at);

	sum += (uint16_t)~old_sum;
	sum += new_sum;
	put16(at, (uint16_t)~sum_fold(sum));
}

/** The same for a sum of the pseudo header, which is not complemented. */
static inline void partial_change(uint8_t *at, uint16_t old_sum, uint16_t new_sum)
{
	put16(at, sum_fold((uint32_t)get16(at) + (uint16_t)~old_sum + new_sum));
}
