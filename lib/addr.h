// SPDX-License-Identifier: Apache-2.0
/*
 * addr: Ethernet and IP addresses and socket targets as text. Pure functions, any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct eth_addr {
	uint8_t b[6];
};

#define ETH_ADDR_TEXT_SIZE 18
#define IPV6_TEXT_SIZE 46

/** Writes `aa:bb:cc:dd:ee:ff` to `to` (ETH_ADDR_TEXT_SIZE bytes) and returns `to`. */
char *eth_addr_text(const struct eth_addr *a, char *to);

/** Reads `aa:bb:cc:dd:ee:ff`; -EINVAL when the text is anything else. */
int eth_addr_parse(const char *text, struct eth_addr *a);

/** True for group addresses, broadcast included (IEEE 802-2014 §8.2.2). */
static inline bool eth_addr_is_multicast(const struct eth_addr *a)
{
	return (a->b[0] & 1) != 0;
}

/** True when all bits are zero. */
bool eth_addr_is_zero(const struct eth_addr *a);

struct sockaddr;

/* A range of addresses: `10.0.0.0/8`, `2001:db8::/32`, or one address. */
struct addr_range {
	uint8_t b[16]; /* IPv4 stands behind ::ffff:0:0/96 */
	uint8_t len;   /* of the prefix, of 128 bits */
};

#define ADDR_RANGE_TEXT_SIZE 50

/** Reads a range; -EINVAL when it is none, or has bits behind its prefix. */
int addr_range_parse(const char *text, struct addr_range *range);

/** True when the address of an IPv4 or IPv6 peer is in the range; false for other families. */
bool addr_range_has(const struct addr_range *range, const struct sockaddr *peer);

/** Writes the range as addr_range_parse reads it to `to` (ADDR_RANGE_TEXT_SIZE bytes). */
char *addr_range_text(const struct addr_range *range, char *to);

/* Where an OpenFlow peer is: `tcp:HOST:PORT`, `tcp:[V6]:PORT`, `tls:HOST:PORT`, `unix:PATH`. */
enum target_kind { TARGET_TCP, TARGET_UNIX, TARGET_TLS };

struct target {
	enum target_kind kind;
	char host[256]; /* tcp and tls: host name or address */
	uint16_t port;
	char path[108]; /* unix: as sockaddr_un takes it */
};

/**
 * Reads a target; `ssl:`, as others call it, is `tls:`. `default_port` serves `tcp:HOST`. On
 * -EINVAL `why` (of `why_size` bytes) has one sentence with the cause and the remedy.
 */
int target_parse(const char *text, uint16_t default_port, struct target *target, char *why,
		 size_t why_size);

#define TARGET_TEXT_SIZE 280

/** Writes the target as target_parse reads it to `to` (TARGET_TEXT_SIZE bytes); returns `to`. */
char *target_text(const struct target *target, char *to);
