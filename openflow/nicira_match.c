// SPDX-License-Identifier: Apache-2.0
#include "openflow/nicira_match.h"
#include "openflow/nicira_field.h"
#include "openflow/port.h"

#include <errno.h>

#define TCI_VID 0x1fff /* with the bit that says that there is a tag */
#define TCI_PCP 0xe000

#define COOKIE_HEADER 0x00013c08u
#define COOKIE_MASKED_HEADER 0x00013d10u

enum of_err of_match_add_vlan_tci(struct of_match *match, uint16_t value, uint16_t mask)
{
	enum of_err err;

	if (value & ~mask)
		return OFPBMC_BAD_WILDCARDS;
	if ((mask & TCI_PCP) != 0 && (mask & TCI_PCP) != TCI_PCP)
		return OFPBMC_BAD_MASK;
	/* No tag, no priority. */
	if ((mask & OFPVID_PRESENT) && !(value & OFPVID_PRESENT) && !(value & TCI_PCP))
		mask &= TCI_VID;
	/* A priority is that of a tag. */
	if (mask & TCI_PCP) {
		if ((mask & OFPVID_PRESENT) && !(value & OFPVID_PRESENT))
			return OFPBMC_BAD_VALUE;
		mask |= OFPVID_PRESENT;
		value |= OFPVID_PRESENT;
	}
	err = of_match_add_u64_masked(match, OF_FIELD_VLAN_VID, value & TCI_VID, mask & TCI_VID);
	if (err == OF_OK && (mask & TCI_PCP))
		err = of_match_add_u64(match, OF_FIELD_VLAN_PCP, value >> 13);
	return err;
}

enum of_err of_match_add_wide_register(struct of_match *match, enum of_field field,
				       const uint8_t *value, const uint8_t *mask)
{
	unsigned n = of_field_info(field)->n_bytes / 4;
	unsigned first = field >= OF_FIELD_XXREG0 ? (unsigned)(field - OF_FIELD_XXREG0) * 4
						  : (unsigned)(field - OF_FIELD_XREG0) * 2;

	for (unsigned i = 0; i < n; i++) {
		enum of_err err = of_match_add(match, (enum of_field)(OF_FIELD_REG0 + first + i),
					       value + 4 * (size_t)i,
					       mask != NULL ? mask + 4 * (size_t)i : NULL);

		if (err != OF_OK)
			return err;
	}
	return OF_OK;
}

void of_match_vlan_tci(const struct of_match *match, uint16_t *value, uint16_t *mask)
{
	const struct of_match_field *vid = of_match_find(match, OF_FIELD_VLAN_VID);
	const struct of_match_field *pcp = of_match_find(match, OF_FIELD_VLAN_PCP);

	*value = vid != NULL ? (uint16_t)of_match_field_value(vid) : 0;
	*mask = vid != NULL ? (uint16_t)of_match_field_mask(vid) : 0;
	if (pcp != NULL) {
		*value |= (uint16_t)(of_match_field_value(pcp) << 13);
		*mask |= TCI_PCP;
	}
	/* "No tag" is a number of its own, as Open vSwitch writes it. */
	if (*mask == TCI_VID && *value == OFPVID_NONE)
		*mask = UINT16_MAX;
}

/* NXM_NX_COOKIE, which stands in nx_match only; its number is also NXM_NX_MPLS_TTL's. */
static bool is_cookie(uint32_t header)
{
	return header == COOKIE_HEADER || header == COOKIE_MASKED_HEADER;
}

/* Takes the cookie out of the front of a match, where it stands with nothing before it. */
static enum of_err cookie_unpack(struct cursor *c, uint64_t *cookie, uint64_t *cookie_mask)
{
	struct cursor at = *c;
	uint32_t header = cursor_u32(&at);

	if (!cursor_ok(&at) || !is_cookie(header))
		return OF_OK;
	if (*cookie_mask != 0)
		return OFPBMC_DUP_FIELD;
	*cookie = cursor_u64(&at);
	*cookie_mask = header == COOKIE_MASKED_HEADER ? cursor_u64(&at) : UINT64_MAX;
	if (!cursor_ok(&at))
		return OFPBMC_BAD_LEN;
	if (*cookie & ~*cookie_mask)
		return OFPBMC_BAD_WILDCARDS;
	*c = at;
	return OF_OK;
}

enum of_err of_nx_match_unpack(struct cursor *c, size_t len, struct of_match *match,
			       uint64_t *cookie, uint64_t *cookie_mask)
{
	struct cursor body = cursor_sub(c, len);
	enum of_err err = OF_OK;

	of_match_init(match);
	cursor_skip(c, (8 - len % 8) % 8);
	if (!cursor_ok(c))
		return OFPBMC_BAD_LEN;
	while (err == OF_OK && cursor_left(&body) > 0) {
		const uint8_t *before = body.at;
		struct cursor one;

		if (cookie != NULL)
			err = cookie_unpack(&body, cookie, cookie_mask);
		if (err != OF_OK || body.at != before)
			continue;
		if (cursor_left(&body) < 4)
			return OFPBMC_BAD_LEN;
		one = cursor_sub(&body, 4u + body.at[3]);
		err = cursor_ok(&one) ? of_oxm_list_unpack(&one, OF15, match) : OFPBMC_BAD_LEN;
	}
	return err;
}

static void nxm_pack(const struct of_nxm *nxm, const struct of_match_field *f, struct wbuf *b)
{
	wbuf_u16(b, nxm->oxm_class);
	wbuf_u8(b, (uint8_t)(nxm->oxm_field << 1 | f->masked));
	wbuf_u8(b, (uint8_t)(nxm->n_bytes << f->masked));
	if (nxm->form == OF_NXM_PORT) {
		wbuf_u16(b, of_port_to_of10((uint32_t)of_match_field_value(f)));
		return;
	}
	if (nxm->form == OF_NXM_TOS) {
		wbuf_u8(b, (uint8_t)(f->value[0] << 2));
		return;
	}
	wbuf_put(b, f->value, nxm->n_bytes);
	if (f->masked)
		wbuf_put(b, f->mask, nxm->n_bytes);
}

static void vlan_pack(const struct of_match *match, struct wbuf *b)
{
	const struct of_nxm *nxm = of_nxm_of_field(OF_FIELD_VLAN_TCI);
	uint16_t value, mask;

	of_match_vlan_tci(match, &value, &mask);
	wbuf_u16(b, nxm->oxm_class);
	wbuf_u8(b, (uint8_t)(nxm->oxm_field << 1 | (mask != UINT16_MAX)));
	wbuf_u8(b, mask != UINT16_MAX ? 4 : 2);
	wbuf_u16(b, value);
	if (mask != UINT16_MAX)
		wbuf_u16(b, mask);
}

/* Ports beyond 16 bits have no form in Nicira's header. */
static bool nxm_holds(const struct of_nxm *nxm, const struct of_match_field *f)
{
	uint32_t port;

	if (nxm == NULL || nxm->form != OF_NXM_PORT)
		return nxm != NULL;
	port = (uint32_t)of_match_field_value(f);
	return of_port_from_of10(of_port_to_of10(port)) == port;
}

int of_nx_match_pack(const struct of_match *match, uint64_t cookie, uint64_t cookie_mask,
		     struct wbuf *b, size_t *len)
{
	size_t start = b->len;
	bool vlan_done = false;

	for (unsigned i = 0; i < match->n; i++) {
		const struct of_match_field *f = &match->f[i];
		const struct of_nxm *nxm = of_nxm_of_field(f->field);
		int rc = 0;

		if (f->field == OF_FIELD_VLAN_VID || f->field == OF_FIELD_VLAN_PCP) {
			if (!vlan_done)
				vlan_pack(match, b);
			vlan_done = true;
		} else if (nxm_holds(nxm, f)) {
			nxm_pack(nxm, f, b);
		} else {
			rc = of_oxm_pack(f, OF15, b);
		}
		if (rc != 0)
			return rc;
	}
	if (cookie_mask != 0) {
		wbuf_u32(b, cookie_mask != UINT64_MAX ? COOKIE_MASKED_HEADER : COOKIE_HEADER);
		wbuf_u64(b, cookie);
		if (cookie_mask != UINT64_MAX)
			wbuf_u64(b, cookie_mask);
	}
	*len = b->len - start;
	wbuf_pad(b, start, 8);
	return 0;
}
