// SPDX-License-Identifier: Apache-2.0
/*
 * spread: the number by which select groups spread flows (OpenFlow 1.3.5 §5.6.1).
 *
 * It covers what distinguishes flows, at L2, in ARP, at L3 and L4, and nothing that differs between
 * the frames of one: TTL, DSCP, TCP flags, and of fragmented datagrams the ports, which later
 * fragments do not have.
 */
#pragma once

#include "datapath/table/flow_key.h"

/** One step of mixing 64 bits into a hash. */
static inline uint64_t spread_mix(uint64_t h, uint64_t v)
{
	__uint128_t p = (__uint128_t)(h ^ v ^ 0x9e3779b97f4a7c15ull) * 0xd6e8feb86659fd93ull;

	return (uint64_t)p ^ (uint64_t)(p >> 64);
}

/** The hash of a key of which all words are known. Any thread. */
static inline uint32_t flow_spread(const struct flow_key *key)
{
	uint64_t ports = (uint64_t)key->l4_src_be << 16 | key->l4_dst_be;
	uint64_t h = key->ip_proto;
	uint32_t shim;

	if (key->ip_frag != 0)
		ports = 0;
	__builtin_memcpy(&shim, &key->mpls_lse_be, sizeof(shim));
	((uint8_t *)&shim)[3] = 0;    /* its TTL */
	h = spread_mix(h, key->w[2]); /* eth_dst, eth_type */
	h = spread_mix(h, key->w[3]); /* eth_src, tag */
	h = spread_mix(h, ports << 32 | shim);
	h = spread_mix(h, key->w[5]); /* IPv4 or ARP addresses */
	for (int i = 6; i < 10; i++)  /* IPv6 addresses */
		h = spread_mix(h, key->w[i]);
	h = spread_mix(h, (uint64_t)key->ipv6_flabel_be << 32 | key->pbb_be);
	h = spread_mix(h, key->w[11]); /* arp_sha, arp_op */
	return (uint32_t)(h ^ h >> 32);
}

_Static_assert(offsetof(struct flow_key, eth_dst) == 2 * 8, "word of eth_dst");
_Static_assert(offsetof(struct flow_key, ipv4_src_be) == 5 * 8, "word of the IPv4 addresses");
_Static_assert(offsetof(struct flow_key, ipv6_src) == 6 * 8, "first word of the IPv6 addresses");
_Static_assert(offsetof(struct flow_key, arp_sha) == 11 * 8, "word of arp_sha");
