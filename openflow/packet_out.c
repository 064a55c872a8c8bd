// SPDX-License-Identifier: Apache-2.0
#include "openflow/packet_out.h"
#include "openflow/codec.h"
#include "openflow/msg.h"
#include "openflow/port.h"

#include <errno.h>

enum of_err of_packet_out_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg)
{
	struct of_packet_out *out = &msg->packet_out;
	uint16_t actions_size;
	enum of_err err;

	out->buffer_id = cursor_u32(c);
	out->in_port = cursor_u32(c);
	actions_size = cursor_u16(c);
	cursor_skip(c, 6);
	if (!cursor_ok(c))
		return OFPBRC_BAD_LEN;
	err = of_actions_unpack(c, actions_size, msg->version, arena, &out->actions);
	if (err != OF_OK)
		return err;
	out->data_len = cursor_left(c);
	out->data = cursor_take(c, out->data_len);
	return of_body_end(c);
}

int of_packet_out_pack(const struct of_msg *msg, struct wbuf *b)
{
	const struct of_packet_out *out = &msg->packet_out;
	size_t actions;
	int rc;

	wbuf_u32(b, out->buffer_id);
	wbuf_u32(b, out->in_port);
	wbuf_u16(b, 0);
	wbuf_zero(b, 6);
	actions = b->len;
	rc = of_actions_pack(&out->actions, msg->version, b);
	if (b->len - actions > UINT16_MAX)
		return -EMSGSIZE;
	wbuf_set_u16(b, actions - 8, (uint16_t)(b->len - actions));
	wbuf_put(b, out->data, out->data_len);
	return rc;
}

void of_packet_out_text(const struct of_msg *msg, struct text *t)
{
	const struct of_packet_out *out = &msg->packet_out;

	text_add(t, " in_port=");
	of_port_no_text(out->in_port, NULL, t);
	text_add(t, " actions=");
	of_actions_text(&out->actions, NULL, t);
	if (out->buffer_id != OFP_NO_BUFFER) {
		text_add(t, " buffer=0x%08x", out->buffer_id);
		return;
	}
	text_add(t, " data_len=%zu\n", out->data_len);
	of_bytes_text(t, out->data, out->data_len);
}
