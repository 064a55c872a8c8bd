// SPDX-License-Identifier: Apache-2.0
#include "openflow/packet_in.h"
#include "openflow/codec.h"
#include "openflow/msg.h"

#include <inttypes.h>

enum of_err of_packet_in_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg)
{
	struct of_packet_in *in = &msg->packet_in;
	enum of_err err;

	(void)arena;
	in->buffer_id = cursor_u32(c);
	in->total_len = cursor_u16(c);
	in->reason = cursor_u8(c);
	in->table_id = cursor_u8(c);
	in->cookie = cursor_u64(c);
	if (!cursor_ok(c))
		return OFPBRC_BAD_LEN;
	/* A switch may tell of fields of later versions, as Open vSwitch does. */
	err = of_match_unpack(c, OF15, &in->match);
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
	int rc;

	wbuf_u32(b, in->buffer_id);
	wbuf_u16(b, in->total_len);
	wbuf_u8(b, in->reason);
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
