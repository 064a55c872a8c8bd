// SPDX-License-Identifier: Apache-2.0
#include "openflow/match.h"

#include <string.h>

void of_match_copy(struct of_match *to, const struct of_match *from)
{
	to->n = from->n;
	memcpy(to->f, from->f, from->n * sizeof(from->f[0]));
}

const struct of_match_field *of_match_find(const struct of_match *match, enum of_field field)
{
	for (unsigned i = 0; i < match->n; i++)
		if (match->f[i].field == field)
			return &match->f[i];
	return NULL;
}

/* The field's significant bits as a mask of n_bytes bytes. */
static void field_ones(const struct of_field_info *info, uint8_t *mask)
{
	unsigned spare = info->n_bytes * 8u - info->n_bits;

	memset(mask, 0xff, info->n_bytes);
	for (unsigned i = 0; spare > 0; i++) {
		unsigned here = spare < 8 ? spare : 8;

		mask[i] = (uint8_t)(0xff >> here);
		spare -= here;
	}
}

/* Fills in value and mask; OF_OK, or what is wrong with them. */
static enum of_err entry_fill(struct of_match_field *f, const struct of_field_info *info,
			      const uint8_t *value, const uint8_t *mask)
{
	uint8_t ones[16];
	unsigned full = 0;

	field_ones(info, ones);
	memset(f->value, 0, sizeof(f->value));
	memset(f->mask, 0, sizeof(f->mask));
	memcpy(f->value, value, info->n_bytes);
	memcpy(f->mask, mask != NULL ? mask : ones, info->n_bytes);
	for (unsigned i = 0; i < info->n_bytes; i++) {
		if (f->value[i] & ~ones[i])
			return OFPBMC_BAD_VALUE;
		if (f->value[i] & ~f->mask[i])
			return OFPBMC_BAD_WILDCARDS;
		f->mask[i] &= ones[i];
		full += f->mask[i] == ones[i];
	}
	f->masked = full != info->n_bytes;
	return OF_OK;
}

static bool entry_mask_is_zero(const struct of_match_field *f)
{
	static const uint8_t zero[16];

	return memcmp(f->mask, zero, sizeof(zero)) == 0;
}

enum of_err of_match_add(struct of_match *match, enum of_field field, const void *value,
			 const void *mask)
{
	const struct of_field_info *info = of_field_info(field);
	struct of_match_field entry = {.field = field};
	unsigned at = match->n;
	enum of_err err;

	if (info == NULL || match->n == OF_MATCH_MAX)
		return OFPBMC_BAD_FIELD;
	while (at > 0 && match->f[at - 1].field >= field) {
		if (match->f[at - 1].field == field)
			return OFPBMC_DUP_FIELD;
		at--;
	}
	err = entry_fill(&entry, info, value, mask);
	if (err != OF_OK)
		return err;
	if (entry.masked && entry_mask_is_zero(&entry))
		return OF_OK; /* matches all values: the same as not being there */
	if (entry.masked && !info->maskable)
		return OFPBMC_BAD_MASK;
	memmove(&match->f[at + 1], &match->f[at], (match->n - at) * sizeof(match->f[0]));
	match->f[at] = entry;
	match->n++;
	return OF_OK;
}

static void put_be(uint8_t *to, unsigned n_bytes, uint64_t v)
{
	for (unsigned i = 0; i < n_bytes; i++)
		to[i] = (uint8_t)(v >> (8 * (n_bytes - 1 - i)));
}

enum of_err of_match_add_u64_masked(struct of_match *match, enum of_field field, uint64_t value,
				    uint64_t mask)
{
	const struct of_field_info *info = of_field_info(field);
	uint8_t v[8], m[8];

	if (info == NULL || info->n_bytes > 8)
		return OFPBMC_BAD_FIELD;
	if (info->n_bits < 64 && value >> info->n_bits != 0)
		return OFPBMC_BAD_VALUE;
	put_be(v, info->n_bytes, value);
	put_be(m, info->n_bytes, mask);
	return of_match_add(match, field, v, m);
}

enum of_err of_match_add_u64(struct of_match *match, enum of_field field, uint64_t value)
{
	return of_match_add_u64_masked(match, field, value, UINT64_MAX);
}

enum of_err of_match_add_eth(struct of_match *match, enum of_field field,
			     const struct eth_addr *addr)
{
	const struct of_field_info *info = of_field_info(field);

	if (info == NULL || info->n_bytes != sizeof(addr->b))
		return OFPBMC_BAD_FIELD;
	return of_match_add(match, field, addr->b, NULL);
}

static uint64_t get_be(enum of_field field, const uint8_t *from)
{
	const struct of_field_info *info = of_field_info(field);
	uint64_t v = 0;

	for (unsigned i = 0; info != NULL && i < info->n_bytes && i < 8; i++)
		v = v << 8 | from[i];
	return v;
}

uint64_t of_match_field_value(const struct of_match_field *f)
{
	return get_be(f->field, f->value);
}

uint64_t of_match_field_mask(const struct of_match_field *f)
{
	return get_be(f->field, f->mask);
}

uint64_t of_match_get_u64(const struct of_match *match, enum of_field field, uint64_t otherwise)
{
	const struct of_match_field *f = of_match_find(match, field);

	return f != NULL ? of_match_field_value(f) : otherwise;
}

void of_match_remove(struct of_match *match, enum of_field field)
{
	for (unsigned i = 0; i < match->n; i++) {
		if (match->f[i].field != field)
			continue;
		match->n--;
		memmove(&match->f[i], &match->f[i + 1], (match->n - i) * sizeof(match->f[0]));
		return;
	}
}

static bool has_u64(const struct of_match *match, enum of_field field, uint64_t value)
{
	const struct of_match_field *f = of_match_find(match, field);

	return f != NULL && !f->masked && of_match_field_value(f) == value;
}

static bool is_ip(const struct of_match *match)
{
	return has_u64(match, OF_FIELD_ETH_TYPE, 0x0800) ||
	       has_u64(match, OF_FIELD_ETH_TYPE, 0x86dd);
}

bool of_match_has_prerequisites(const struct of_match *match, enum of_field field)
{
	switch (field) {
	case OF_FIELD_IN_PHY_PORT:
		return of_match_find(match, OF_FIELD_IN_PORT) != NULL;
	case OF_FIELD_VLAN_PCP:
		return (of_match_get_u64(match, OF_FIELD_VLAN_VID, 0) & OFPVID_PRESENT) != 0;
	case OF_FIELD_IP_DSCP:
	case OF_FIELD_IP_ECN:
	case OF_FIELD_IP_PROTO:
	case OF_FIELD_NW_TTL:
	case OF_FIELD_NW_FRAG:
		return is_ip(match);
	case OF_FIELD_IPV4_SRC:
	case OF_FIELD_IPV4_DST:
		return has_u64(match, OF_FIELD_ETH_TYPE, 0x0800);
	case OF_FIELD_TCP_SRC:
	case OF_FIELD_TCP_DST:
	case OF_FIELD_TCP_FLAGS:
		return has_u64(match, OF_FIELD_IP_PROTO, 6);
	case OF_FIELD_UDP_SRC:
	case OF_FIELD_UDP_DST:
		return has_u64(match, OF_FIELD_IP_PROTO, 17);
	case OF_FIELD_SCTP_SRC:
	case OF_FIELD_SCTP_DST:
		return has_u64(match, OF_FIELD_IP_PROTO, 132);
	case OF_FIELD_ICMPV4_TYPE:
	case OF_FIELD_ICMPV4_CODE:
		return has_u64(match, OF_FIELD_ETH_TYPE, 0x0800) &&
		       has_u64(match, OF_FIELD_IP_PROTO, 1);
	case OF_FIELD_ARP_OP:
	case OF_FIELD_ARP_SPA:
	case OF_FIELD_ARP_TPA:
	case OF_FIELD_ARP_SHA:
	case OF_FIELD_ARP_THA:
		return has_u64(match, OF_FIELD_ETH_TYPE, 0x0806);
	case OF_FIELD_IPV6_SRC:
	case OF_FIELD_IPV6_DST:
	case OF_FIELD_IPV6_FLABEL:
	case OF_FIELD_IPV6_EXTHDR:
		return has_u64(match, OF_FIELD_ETH_TYPE, 0x86dd);
	case OF_FIELD_ICMPV6_TYPE:
	case OF_FIELD_ICMPV6_CODE:
		return has_u64(match, OF_FIELD_ETH_TYPE, 0x86dd) &&
		       has_u64(match, OF_FIELD_IP_PROTO, 58);
	case OF_FIELD_IPV6_ND_TARGET:
		return has_u64(match, OF_FIELD_ICMPV6_TYPE, 135) ||
		       has_u64(match, OF_FIELD_ICMPV6_TYPE, 136);
	case OF_FIELD_IPV6_ND_SLL:
		return has_u64(match, OF_FIELD_ICMPV6_TYPE, 135);
	case OF_FIELD_IPV6_ND_TLL:
		return has_u64(match, OF_FIELD_ICMPV6_TYPE, 136);
	case OF_FIELD_MPLS_LABEL:
	case OF_FIELD_MPLS_TC:
	case OF_FIELD_MPLS_BOS:
	case OF_FIELD_MPLS_TTL:
		return has_u64(match, OF_FIELD_ETH_TYPE, 0x8847) ||
		       has_u64(match, OF_FIELD_ETH_TYPE, 0x8848);
	case OF_FIELD_PBB_ISID:
	case OF_FIELD_PBB_UCA:
		return has_u64(match, OF_FIELD_ETH_TYPE, 0x88e7);
	default:
		return true;
	}
}

enum of_err of_match_check(const struct of_match *match)
{
	for (unsigned i = 0; i < match->n; i++)
		if (!of_match_has_prerequisites(match, match->f[i].field))
			return OFPBMC_BAD_PREREQ;
	return OF_OK;
}

bool of_match_field_equal(const struct of_match_field *a, const struct of_match_field *b)
{
	return a->field == b->field && memcmp(a->value, b->value, sizeof(a->value)) == 0 &&
	       memcmp(a->mask, b->mask, sizeof(a->mask)) == 0;
}

bool of_match_equal(const struct of_match *a, const struct of_match *b)
{
	if (a->n != b->n)
		return false;
	for (unsigned i = 0; i < a->n; i++)
		if (!of_match_field_equal(&a->f[i], &b->f[i]))
			return false;
	return true;
}

bool of_match_covers(const struct of_match *wide, const struct of_match *narrow)
{
	unsigned j = 0;

	for (unsigned i = 0; i < wide->n; i++) {
		const struct of_match_field *w = &wide->f[i];
		const struct of_match_field *n;

		while (j < narrow->n && narrow->f[j].field < w->field)
			j++;
		if (j == narrow->n || narrow->f[j].field != w->field)
			return false;
		n = &narrow->f[j];
		for (unsigned k = 0; k < sizeof(w->mask); k++)
			if ((w->mask[k] & ~n->mask[k]) ||
			    ((w->value[k] ^ n->value[k]) & w->mask[k]))
				return false;
	}
	return true;
}

bool of_match_overlaps(const struct of_match *a, const struct of_match *b)
{
	for (unsigned i = 0; i < a->n; i++) {
		const struct of_match_field *x = &a->f[i];
		const struct of_match_field *y = of_match_find(b, x->field);

		for (unsigned k = 0; y != NULL && k < sizeof(x->mask); k++)
			if ((x->value[k] ^ y->value[k]) & x->mask[k] & y->mask[k])
				return false;
	}
	return true;
}

static uint64_t mix(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15ull;
	return h ^ h >> 32;
}

uint64_t of_match_hash(const struct of_match *match)
{
	uint64_t h = match->n;

	for (unsigned i = 0; i < match->n; i++) {
		uint64_t w[4];

		memcpy(w, match->f[i].value, 16);
		memcpy(w + 2, match->f[i].mask, 16);
		h = mix(h, match->f[i].field);
		for (unsigned k = 0; k < 4; k++)
			h = mix(h, w[k]);
	}
	return h;
}
