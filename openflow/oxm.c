// SPDX-License-Identifier: Apache-2.0
/* The wire form of match fields: 1.3.5 §7.2.3. */
#include "openflow/match.h"

#include <errno.h>

#define OFPMT_OXM 1
#define MATCH_HEADER_SIZE 4

/* A TLV as it came: header taken apart, payload not judged yet. */
struct oxm {
	enum of_field field;
	const struct of_field_info *info;
	const uint8_t *value;
	const uint8_t *mask; /* NULL without */
};

static enum of_err oxm_read(struct cursor *c, enum of_version version, struct oxm *oxm)
{
	uint32_t header = cursor_u32(c);
	bool has_mask = (header & 0x100) != 0;
	uint8_t size = (uint8_t)header;
	const uint8_t *payload = cursor_take(c, size);
	int field = of_field_from_oxm((uint16_t)(header >> 16), (header >> 9) & 0x7f);

	if (!cursor_ok(c))
		return OFPBMC_BAD_LEN;
	if (field < 0)
		return OFPBMC_BAD_FIELD;
	oxm->field = (enum of_field)field;
	oxm->info = of_field_info(oxm->field);
	if (oxm->info->since > version)
		return OFPBMC_BAD_FIELD;
	if (size != oxm->info->n_bytes << has_mask)
		return OFPBMC_BAD_LEN;
	if (has_mask && !oxm->info->maskable)
		return OFPBMC_BAD_MASK;
	oxm->value = payload;
	oxm->mask = has_mask ? payload + oxm->info->n_bytes : NULL;
	return OF_OK;
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

static enum of_err match_fields_unpack(struct cursor *c, enum of_version version,
				       struct of_match *match)
{
	while (cursor_left(c) > 0) {
		struct oxm oxm;
		enum of_err err = oxm_read(c, version, &oxm);

		if (err == OF_OK)
			err = of_match_add(match, oxm.field, oxm.value, oxm.mask);
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
	uint16_t type = cursor_u16(c);
	uint16_t len = cursor_u16(c);
	struct cursor body;

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
	return match_fields_unpack(&body, version, match);
}

enum of_err of_oxm_unpack(struct cursor *c, enum of_version version, struct of_match_field *f)
{
	struct of_match one;
	struct oxm oxm;
	enum of_err err = oxm_read(c, version, &oxm);

	of_match_init(&one);
	if (err == OF_OK)
		err = of_match_add(&one, oxm.field, oxm.value, oxm.mask);
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

	if (info == NULL || info->since > version)
		return -EPROTONOSUPPORT;
	wbuf_u16(b, info->oxm_class);
	wbuf_u8(b, (uint8_t)(info->oxm_field << 1 | f->masked));
	wbuf_u8(b, (uint8_t)(info->n_bytes << f->masked));
	wbuf_put(b, f->value, info->n_bytes);
	if (f->masked)
		wbuf_put(b, f->mask, info->n_bytes);
	return 0;
}

int of_match_pack(const struct of_match *match, enum of_version version, struct wbuf *b)
{
	size_t start = b->len;

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
