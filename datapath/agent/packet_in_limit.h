// SPDX-License-Identifier: Apache-2.0
/*
 * packet_in_limit: how many packet-ins a second one connection gets: a bucket of tokens.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct packet_in_limit {
	uint32_t rate, burst; /* packets a second, packets; rate 0: no limit */
	uint64_t filled_ms;   /* when tokens were added last */
	uint64_t tokens;      /* thousandths of a packet */
};

/** A full bucket. */
static inline struct packet_in_limit packet_in_limit_init(uint32_t rate, uint32_t burst,
							  uint64_t now_ms)
{
	return (struct packet_in_limit){.rate = rate,
					.burst = burst,
					.filled_ms = now_ms,
					.tokens = (uint64_t)burst * 1000};
}

/** Takes a token; false when there is none: the packet-in is dropped. */
static inline bool packet_in_limit_take(struct packet_in_limit *l, uint64_t now_ms)
{
	if (l->rate == 0)
		return true;
	if (now_ms > l->filled_ms) {
		uint64_t full = (uint64_t)l->burst * 1000;
		uint64_t ms = now_ms - l->filled_ms;
		/* The bucket is full long before the product could overflow. */
		uint64_t fresh = ms > full ? full : ms * l->rate;

		l->tokens = l->tokens + fresh < full ? l->tokens + fresh : full;
		l->filled_ms = now_ms;
	}
	if (l->tokens < 1000)
		return false;
	l->tokens -= 1000;
	return true;
}
