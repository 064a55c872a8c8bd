// SPDX-License-Identifier: Apache-2.0
/* The wire form of match fields: 1.3.5 §7.2.3. */
#include "openflow/match_of10.h"
#include "openflow/nicira_field.h"
#include "openflow/nicira_match.h"
#include "openflow/port.h"

#include <errno.h>

#define OFPMT_OXM 1
#define MATCH_HEADER_SIZE 4

/* A TLV in the form of its field, not judged yet. */
struct oxm {
	enum of_field field;
	bool masked;
	uint8_t value[16];
	uint8_t mask[16];
};

/*
 * Fields that version 1.5 took from extensions of the foundation, which 1.3 and 1.4 still write as
 * an experimenter's (EXT-109, EXT-233).
 */
static bool is_onf_field(int field)
{
	return field == OF_FIELD_TCP_FLAGS || field == OF_FIELD_ACTSET_OUTPUT;
}

static int onf_field_find(struct cursor *payload, uint8_t number)
{
	return cursor_u32(payload) == OFP_EXPERIMENTER_ONF && is_onf_field(number) ? number : -1;
}

/* Takes Nicira's form of a value to the field's. */
static enum of_err nxm_convert(const struct of_nxm *nxm, struct oxm *oxm)
{
	uint32_t port;

	switch (nxm->form) {
	case OF_NXM_PORT:
		port = of_port_from_of10((uint16_t)(oxm->value[0] << 8 | oxm->value[1]));
		for (unsigned i = 0; i < 4; i++)
			oxm->value[i] = (uint8_t)(port >> (24 - 8 * i));
		return OF_OK;
	case OF_NXM_TOS:
		if (oxm->value[0] & 3)
			return OFPBMC_BAD_VALUE;
		oxm->value[0] >>= 2;
		return OF_OK;
	default:
		return OF_OK;
	}
}

static bool mask_is_full(const struct of_field_info *info, const uint8_t *mask)
{
	for (unsigned bit = 0; bit < info->n_bits; bit++)
		if (!(mask[info->n_bytes - 1 - bit / 8] >> bit % 8 & 1))
			return false;
	return true;
}

static enum of_err oxm_read(struct cursor *c, enum of_version version, bool is_action,
			    struct oxm *oxm)
{
	uint32_t header = cursor_u32(c);
	uint16_t oxm_class = (uint16_t)(header >> 16);
	uint8_t number = (header >> 9) & 0x7f;
	const struct of_nxm *nxm = of_nxm_find(oxm_class, number);
	struct cursor payload = cursor_sub(c, (uint8_t)header);
	const struct of_field_info *info;
	size_t n_bytes;
	int field;

	if (!cursor_ok(c))
		return OFPBMC_BAD_LEN;
	field = oxm_class == OF_OXM_CLASS_EXPERIMENTER ? onf_field_find(&payload, number)
						       : of_field_from_oxm(oxm_class, number);
	if (field < 0)
		return OFPBMC_BAD_FIELD;
	info = of_field_info((enum of_field)field);
	if (oxm_class == OF_OXM_CLASS_BASIC && info->since > version)
		return OFPBMC_BAD_FIELD;
	*oxm = (struct oxm){.field = (enum of_field)field, .masked = (header & 0x100) != 0};
	n_bytes = nxm != NULL ? nxm->n_bytes : info->n_bytes;
	if (cursor_left(&payload) != n_bytes << oxm->masked)
		return OFPBMC_BAD_LEN;
	cursor_copy(&payload, oxm->value, n_bytes);
	if (oxm->masked)
		cursor_copy(&payload, oxm->mask, n_bytes);
	/* What is set as a whole may have a mask that says so (1.5.1 §7.2.6.7). */
	if (oxm->masked && is_action && mask_is_full(info, oxm->mask))
		oxm->masked = false;
	if (oxm->masked && !info->maskable)
		return OFPBMC_BAD_MASK;
	return nxm != NULL ? nxm_convert(nxm, oxm) : OF_OK;
}

static enum of_err oxm_add(struct of_match *match, const struct oxm *oxm)
{
	uint16_t value = (uint16_t)(oxm->value[0] << 8 | oxm->value[1]);
	uint16_t mask = (uint16_t)(oxm->mask[0] << 8 | oxm->mask[1]);

	if (oxm->field == OF_FIELD_VLAN_TCI)
		return of_match_add_vlan_tci(match, value, oxm->masked ? mask : UINT16_MAX);
	if (oxm->field >= OF_FIELD_XREG0 && oxm->field < OF_FIELD_NW_TTL)
		return of_match_add_wide_register(match, oxm->field, oxm->value,
						  oxm->masked ? oxm->mask : NULL);
	return of_match_add(match, oxm->field, oxm->value, oxm->masked ? oxm->mask : NULL);
}

/*
 * §7.2.3.7 (table 12): a VLAN's number needs OFPVID_PRESENT beside it, since a number of a VLAN
 * that is not there matches nothing. A mask that leaves OFPVID_PRESENT open may have any value.
 */
static enum of_err vlan_vid_check(const struct of_match *match)
{
	const struct of_match_field *f = of_match_find(match, OF_FIELD_VLAN_VID);

	if (f != NULL && (of_match_field_mask(f) & OFPVID_PRESENT) &&
	    !(of_match_field_value(f) & OFPVID_PRESENT) && of_match_field_value(f) != OFPVID_NONE)
		return OFPBMC_BAD_VALUE;
	return OF_OK;
}

enum of_err of_oxm_list_unpack(struct cursor *c, enum of_version version, struct of_match *match)
{
	while (cursor_left(c) > 0) {
		struct oxm oxm;
		enum of_err err = oxm_read(c, version, false, &oxm);

		if (err == OF_OK)
			err = oxm_add(match, &oxm);
		/* A prerequisite has to stand before what needs it (§7.2.3.6). */
		if (err == OF_OK && !of_match_has_prerequisites(match, oxm.field))
			err = OFPBMC_BAD_PREREQ;
		if (err != OF_OK)
			return err;
	}
	return vlan_vid_check(match);
}

enum of_err of_match_unpack(struct cursor *c, enum of_version version, struct of_match *match)
{
	struct cursor body;
	uint16_t type, len;

	if (version == OF10)
		return of10_match_unpack(c, match);
	type = cursor_u16(c);
	len = cursor_u16(c);

	of_match_init(match);
	if (!cursor_ok(c))
		return OFPBMC_BAD_LEN;
	if (type != OFPMT_OXM)
		return OFPBMC_BAD_TYPE;
	if (len < MATCH_HEADER_SIZE)
		return OFPBMC_BAD_LEN;
	body = cursor_sub(c, len - MATCH_HEADER_SIZE);
	cursor_skip(c, (8 - len % 8) % 8);
	if (!cursor_ok(c))
		return OFPBMC_BAD_LEN;
	return of_oxm_list_unpack(&body, version, match);
}

enum of_err of_oxm_unpack(struct cursor *c, enum of_version version, struct of_match_field *f)
{
	struct of_match one;
	struct oxm oxm;
	enum of_err err = oxm_read(c, version, true, &oxm);

	of_match_init(&one);
	if (err == OF_OK)
		err = of_match_add(&one, oxm.field, oxm.value, oxm.masked ? oxm.mask : NULL);
	if (err != OF_OK)
		return err;
	if (one.n == 0) /* a mask without a bit */
		return OFPBMC_BAD_MASK;
	*f = one.f[0];
	return OF_OK;
}

int of_oxm_pack(const struct of_match_field *f, enum of_version version, struct wbuf *b)
{
	const struct of_field_info *info = of_field_info(f->field);
	bool is_onf = info != NULL && info->since > version && is_onf_field(f->field);

	if (info == NULL || (info->since > version && !(is_onf && version >= OF13)))
		return -EPROTONOSUPPORT;
	wbuf_u16(b, is_onf ? OF_OXM_CLASS_EXPERIMENTER : info->oxm_class);
	wbuf_u8(b, (uint8_t)(info->oxm_field << 1 | f->masked));
	wbuf_u8(b, (uint8_t)((is_onf ? 4 : 0) + (info->n_bytes << f->masked)));
	if (is_onf)
		wbuf_u32(b, OFP_EXPERIMENTER_ONF);
	wbuf_put(b, f->value, info->n_bytes);
	if (f->masked)
		wbuf_put(b, f->mask, info->n_bytes);
	return 0;
}

int of_match_pack(const struct of_match *match, enum of_version version, struct wbuf *b)
{
	size_t start = b->len;

	if (version == OF10)
		return of10_match_pack(match, b);
	wbuf_u16(b, OFPMT_OXM);
	wbuf_u16(b, 0);
	for (unsigned i = 0; i < match->n; i++) {
		int rc = of_oxm_pack(&match->f[i], version, b);

		if (rc != 0)
			return rc;
	}
	wbuf_set_u16(b, start + 2, (uint16_t)(b->len - start));
	wbuf_pad(b, start, 8);
	return 0;
}
