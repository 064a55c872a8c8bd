// SPDX-License-Identifier: Apache-2.0
#include "openflow/oxs.h"

#define OFPXSC_OPENFLOW_BASIC 0x8002
#define STATS_HEADER_SIZE 4
#define NS_PER_S 1000000000u

/* How many bytes a field has on the wire; 0 for a number that is none. */
static uint8_t field_size(unsigned field)
{
	switch (field) {
	case OFPXST_DURATION:
	case OFPXST_IDLE_TIME:
	case OFPXST_PACKET_COUNT:
	case OFPXST_BYTE_COUNT:
		return 8;
	case OFPXST_FLOW_COUNT:
		return 4;
	default:
		return 0;
	}
}

static bool is_time(unsigned field)
{
	return field == OFPXST_DURATION || field == OFPXST_IDLE_TIME;
}

static enum of_err field_unpack(struct cursor *c, struct of_oxs *oxs)
{
	uint16_t class = cursor_u16(c);
	unsigned field = cursor_u8(c) >> 1;
	uint8_t size = cursor_u8(c);
	struct cursor value = cursor_sub(c, size);

	if (!cursor_ok(&value))
		return OFPBRC_BAD_LEN;
	if (class != OFPXSC_OPENFLOW_BASIC || field_size(field) == 0) {
		oxs->present |= OF_OXS_UNKNOWN;
		return OF_OK;
	}
	if (size != field_size(field))
		return OFPBRC_BAD_LEN;
	if (is_time(field)) {
		uint64_t s = cursor_u32(&value);

		of_oxs_set(oxs, field, s * NS_PER_S + cursor_u32(&value) % NS_PER_S);
	} else {
		of_oxs_set(oxs, field, size == 4 ? cursor_u32(&value) : cursor_u64(&value));
	}
	return OF_OK;
}

enum of_err of_oxs_unpack(struct cursor *c, struct of_oxs *oxs)
{
	enum of_err err = OF_OK;
	struct cursor fields;
	uint16_t len;

	*oxs = (struct of_oxs){0};
	cursor_skip(c, 2);
	len = cursor_u16(c);
	if (!cursor_ok(c) || len < STATS_HEADER_SIZE)
		return OFPBRC_BAD_LEN;
	fields = cursor_sub(c, len - STATS_HEADER_SIZE);
	cursor_skip(c, (8 - len % 8) % 8);
	if (!cursor_ok(c))
		return OFPBRC_BAD_LEN;
	while (err == OF_OK && cursor_left(&fields) > 0)
		err = field_unpack(&fields, oxs);
	return err;
}

void of_oxs_pack(const struct of_oxs *oxs, struct wbuf *b)
{
	size_t start = b->len;

	wbuf_zero(b, STATS_HEADER_SIZE);
	for (unsigned field = 0; field < OF_N_STAT_FIELDS; field++) {
		uint64_t value = oxs->value[field];

		if (!(oxs->present & 1u << field))
			continue;
		wbuf_u16(b, OFPXSC_OPENFLOW_BASIC);
		wbuf_u8(b, (uint8_t)(field << 1));
		wbuf_u8(b, field_size(field));
		if (is_time(field)) {
			wbuf_u32(b, (uint32_t)(value / NS_PER_S));
			wbuf_u32(b, (uint32_t)(value % NS_PER_S));
		} else if (field_size(field) == 4) {
			wbuf_u32(b, (uint32_t)value);
		} else {
			wbuf_u64(b, value);
		}
	}
	wbuf_set_u16(b, start + 2, (uint16_t)(b->len - start));
	wbuf_pad(b, start, 8);
}
