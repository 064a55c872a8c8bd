// SPDX-License-Identifier: Apache-2.0
#include "openflow/packet_in.h"
#include "openflow/codec.h"
#include "openflow/msg.h"
#include "openflow/port.h"

#include <inttypes.h>

static enum of_err of10_unpack(struct cursor *c, struct of_packet_in *in)
{
	in->buffer_id = cursor_u32(c);
	in->total_len = cursor_u16(c);
	of_match_init(&in->match);
	(void)of_match_add_u64(&in->match, OF_FIELD_IN_PORT, of_port_from_of10(cursor_u16(c)));
	in->reason = cursor_u8(c);
	cursor_skip(c, 1);
	in->table_id = 0;
	in->cookie = UINT64_MAX;
	in->data_len = cursor_left(c);
	in->data = cursor_take(c, in->data_len);
	return of_body_end(c);
}

static void of10_pack(const struct of_packet_in *in, uint8_t reason, struct wbuf *b)
{
	uint32_t in_port = (uint32_t)of_match_get_u64(&in->match, OF_FIELD_IN_PORT, OFPP_ANY);

	wbuf_u32(b, in->buffer_id);
	wbuf_u16(b, in->total_len);
	wbuf_u16(b, of_port_to_of10(in_port));
	wbuf_u8(b, reason);
	wbuf_zero(b, 1);
	wbuf_put(b, in->data, in->data_len);
}

/* The reasons that a version has; those of 1.4 that tell actions apart are one before. */
static uint8_t reason_to_wire(enum of_version version, uint8_t reason)
{
	if (reason == OFPR_IMPLICIT_MISS)
		return OFPR_NO_MATCH;
	if (version >= OF14 || reason <= OFPR_ACTION ||
	    (version == OF13 && reason == OFPR_INVALID_TTL))
		return reason;
	return OFPR_ACTION;
}

enum of_err of_packet_in_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg)
{
	struct of_packet_in *in = &msg->packet_in;
	enum of_err err;

	(void)arena;
	if (msg->version == OF10)
		return of10_unpack(c, in);
	in->buffer_id = cursor_u32(c);
	in->total_len = cursor_u16(c);
	in->reason = cursor_u8(c);
	in->table_id = cursor_u8(c);
	in->cookie = cursor_u64(c);
	if (!cursor_ok(c))
		return OFPBRC_BAD_LEN;
	err = of_match_unpack(c, of_match_told_version(msg->version), &in->match);
	if (err != OF_OK)
		return err;
	cursor_skip(c, 2);
	in->data_len = cursor_left(c);
	in->data = cursor_take(c, in->data_len);
	return of_body_end(c);
}

int of_packet_in_pack(const struct of_msg *msg, struct wbuf *b)
{
	const struct of_packet_in *in = &msg->packet_in;
	uint8_t reason = reason_to_wire(msg->version, in->reason);
	int rc;

	if (msg->version == OF10) {
		of10_pack(in, reason, b);
		return 0;
	}
	wbuf_u32(b, in->buffer_id);
	wbuf_u16(b, in->total_len);
	wbuf_u8(b, reason);
	wbuf_u8(b, in->table_id);
	wbuf_u64(b, in->cookie);
	rc = of_match_pack(&in->match, msg->version, b);
	wbuf_zero(b, 2);
	wbuf_put(b, in->data, in->data_len);
	return rc;
}

void of_packet_in_text(const struct of_msg *msg, struct text *t)
{
	static const char *const reasons[] = {"no_match",   "action", "invalid_ttl",
					      "action_set", "group",  "packet_out"};
	const struct of_packet_in *in = &msg->packet_in;

	text_add(t, " table_id=%u cookie=0x%" PRIx64 " total_len=%u ", in->table_id, in->cookie,
		 in->total_len);
	of_match_text(&in->match, NULL, t);
	text_add(t, " (via %s) data_len=%zu",
		 in->reason <= OFPR_PACKET_OUT ? reasons[in->reason] : "?", in->data_len);
	if (in->buffer_id == OFP_NO_BUFFER)
		text_add(t, " (unbuffered)");
	else
		text_add(t, " buffer=0x%08x", in->buffer_id);
	text_add(t, "\n");
	of_bytes_text(t, in->data, in->data_len);
}
