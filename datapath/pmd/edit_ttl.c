// SPDX-License-Identifier: Apache-2.0
/* Times to live: of IP headers and of MPLS label stack entries. */
#include <stddef.h>

#include <rte_byteorder.h>
#include <rte_ether.h>
#include <rte_ip.h>

#include "datapath/pmd/checksum.h"
#include "datapath/pmd/edit.h"

#define SHIM_SIZE 4
#define SHIM_TTL 3

/* A TTL in the frame. */
struct ttl {
	uint8_t *at;  /* NULL: there is none */
	uint8_t *ip4; /* the IPv4 header whose checksum follows it; NULL: none does */
};

/* The TTL of the IP header at `offset`, whatever says that one is there. */
static struct ttl ttl_of_ip(struct rte_mbuf *m, uint32_t offset)
{
	uint8_t *data = rte_pktmbuf_mtod(m, uint8_t *) + offset;
	uint32_t size = rte_pktmbuf_data_len(m);

	if (offset + sizeof(struct rte_ipv4_hdr) <= size && data[0] >> 4 == 4)
		return (struct ttl){data + offsetof(struct rte_ipv4_hdr, time_to_live), data};
	if (offset + sizeof(struct rte_ipv6_hdr) <= size && data[0] >> 4 == 6)
		return (struct ttl){data + offsetof(struct rte_ipv6_hdr, hop_limits), NULL};
	return (struct ttl){NULL, NULL};
}

static struct ttl outer_ttl(struct rte_mbuf *m, const struct flow_key *key,
			    const struct frame_layout *layout)
{
	uint8_t *data = rte_pktmbuf_mtod(m, uint8_t *);

	if (frame_is_mpls(key) && layout->body + SHIM_SIZE <= rte_pktmbuf_data_len(m))
		return (struct ttl){data + layout->body + SHIM_TTL, NULL};
	if (layout->l3 != 0 && frame_is_ip(key))
		return ttl_of_ip(m, layout->l3);
	return (struct ttl){NULL, NULL};
}

/* The next header with a TTL behind the outermost one: a label, or IP in MPLS or in IP. */
static struct ttl inner_ttl(struct rte_mbuf *m, const struct flow_key *key,
			    const struct frame_layout *layout)
{
	uint8_t *data = rte_pktmbuf_mtod(m, uint8_t *);
	uint32_t next = layout->body + SHIM_SIZE;

	if (frame_is_mpls(key) && next <= rte_pktmbuf_data_len(m)) {
		if (data[layout->body + 2] & FRAME_MPLS_BOS)
			return ttl_of_ip(m, next);
		if (next + SHIM_SIZE <= rte_pktmbuf_data_len(m))
			return (struct ttl){data + next + SHIM_TTL, NULL};
		return (struct ttl){NULL, NULL};
	}
	if (layout->l3 == 0 || (key->ip_proto != IPPROTO_IPIP && key->ip_proto != IPPROTO_IPV6))
		return (struct ttl){NULL, NULL};
	if (frame_is_type(key, RTE_ETHER_TYPE_IPV4))
		return ttl_of_ip(m, layout->l3 + (data[layout->l3] & 0x0fu) * 4);
	return ttl_of_ip(m, layout->l3 + sizeof(struct rte_ipv6_hdr));
}

static void set_ttl(struct ttl ttl, uint8_t value)
{
	uint16_t old_sum;

	if (ttl.ip4 == NULL) {
		*ttl.at = value;
		return;
	}
	/* With the protocol: checksums are of 16-bit words. */
	old_sum = get16(ttl.at);
	*ttl.at = value;
	checksum_change(ttl.ip4 + offsetof(struct rte_ipv4_hdr, hdr_checksum), old_sum,
			get16(ttl.at));
}

/* What the key says of the outermost TTL follows the frame. */
static void refresh_key(struct flow_key *key, uint8_t ttl)
{
	if (frame_is_mpls(key))
		((uint8_t *)&key->mpls_lse_be)[SHIM_TTL] = ttl;
	else
		key->ip_ttl = ttl;
}

static enum edit_ttl decrement(struct flow_key *key, struct ttl ttl)
{
	if (ttl.at == NULL)
		return EDIT_TTL_NONE;
	if (*ttl.at <= 1)
		return EDIT_TTL_EXPIRED;
	set_ttl(ttl, (uint8_t)(*ttl.at - 1));
	refresh_key(key, *ttl.at);
	return EDIT_TTL_OK;
}

enum edit_ttl edit_dec_ttl(struct rte_mbuf *m, struct flow_key *key, struct frame_layout *layout)
{
	edit_read_whole(m, key, layout);
	if (frame_is_mpls(key))
		return EDIT_TTL_NONE;
	return decrement(key, outer_ttl(m, key, layout));
}

enum edit_ttl edit_dec_mpls_ttl(struct rte_mbuf *m, struct flow_key *key,
				struct frame_layout *layout)
{
	edit_read_whole(m, key, layout);
	if (!frame_is_mpls(key))
		return EDIT_TTL_NONE;
	return decrement(key, outer_ttl(m, key, layout));
}

bool edit_copy_ttl(struct rte_mbuf *m, struct flow_key *key, struct frame_layout *layout,
		   bool outwards)
{
	struct ttl outer, inner;

	edit_read_whole(m, key, layout);
	outer = outer_ttl(m, key, layout);
	inner = inner_ttl(m, key, layout);
	if (outer.at == NULL || inner.at == NULL)
		return false;
	if (outwards) {
		set_ttl(outer, *inner.at);
		refresh_key(key, *outer.at);
	} else {
		set_ttl(inner, *outer.at);
	}
	return true;
}
