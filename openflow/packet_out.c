// SPDX-License-Identifier: Apache-2.0
#include "openflow/packet_out.h"
#include "openflow/codec.h"
#include "openflow/msg.h"
#include "openflow/port.h"

#include <errno.h>

void of_packet_out_init(struct of_packet_out *out, uint32_t in_port)
{
	out->buffer_id = OFP_NO_BUFFER;
	out->in_port = in_port;
	of_match_init(&out->match);
	out->actions = (struct of_actions){0};
	out->data = NULL;
	out->data_len = 0;
}

static bool is_pipeline_field(enum of_field field)
{
	switch (field) {
	case OF_FIELD_IN_PORT:
	case OF_FIELD_IN_PHY_PORT:
	case OF_FIELD_METADATA:
	case OF_FIELD_TUNNEL_ID:
	case OF_FIELD_ACTSET_OUTPUT:
	case OF_FIELD_PACKET_TYPE:
	case OF_FIELD_PKT_MARK:
		return true;
	default:
		return field >= OF_FIELD_REG0 && field < OF_FIELD_XXREG0 + 4;
	}
}

/* 1.5.1 §7.3.6: in_port has to be there, and only what the pipeline knows beside the packet. */
static enum of_err match_unpack(struct cursor *c, enum of_version version,
				struct of_packet_out *out)
{
	enum of_err err = of_match_unpack(c, version, &out->match);

	if (err != OF_OK)
		return err;
	for (unsigned i = 0; i < out->match.n; i++)
		if (!is_pipeline_field(out->match.f[i].field))
			return OFPBRC_PIPELINE_FIELDS_ONLY;
	if (of_match_find(&out->match, OF_FIELD_IN_PORT) == NULL)
		return OFPBRC_BAD_PORT;
	out->in_port = (uint32_t)of_match_get_u64(&out->match, OF_FIELD_IN_PORT, OFPP_ANY);
	of_match_remove(&out->match, OF_FIELD_IN_PORT);
	return OF_OK;
}

/* Version 1.0's NONE is what later versions call CONTROLLER: no port of the switch. */
static uint32_t in_port_from_of10(uint16_t in_port)
{
	return in_port == 0xffff ? OFPP_CONTROLLER : of_port_from_of10(in_port);
}

enum of_err of_packet_out_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg)
{
	struct of_packet_out *out = &msg->packet_out;
	uint16_t actions_size;
	enum of_err err = OF_OK;

	of_match_init(&out->match);
	out->buffer_id = cursor_u32(c);
	if (msg->version == OF10)
		out->in_port = in_port_from_of10(cursor_u16(c));
	else if (msg->version < OF15)
		out->in_port = cursor_u32(c);
	actions_size = cursor_u16(c);
	cursor_skip(c, msg->version == OF10 ? 0 : msg->version < OF15 ? 6 : 2);
	if (!cursor_ok(c))
		return OFPBRC_BAD_LEN;
	if (msg->version >= OF15)
		err = match_unpack(c, msg->version, out);
	if (err == OF_OK)
		err = of_actions_unpack(c, actions_size, msg->version, arena, &out->actions);
	if (err != OF_OK)
		return err;
	out->data_len = cursor_left(c);
	out->data = cursor_take(c, out->data_len);
	return of_body_end(c);
}

static int match_pack(const struct of_packet_out *out, enum of_version version, struct wbuf *b)
{
	struct of_match match;

	of_match_copy(&match, &out->match);
	if (of_match_add_u64(&match, OF_FIELD_IN_PORT, out->in_port) != OF_OK)
		return -EINVAL;
	return of_match_pack(&match, version, b);
}

int of_packet_out_pack(const struct of_msg *msg, struct wbuf *b)
{
	const struct of_packet_out *out = &msg->packet_out;
	bool is_none = out->in_port == OFPP_CONTROLLER || out->in_port == OFPP_ANY;
	size_t size_at, actions;
	int rc = 0;

	wbuf_u32(b, out->buffer_id);
	if (msg->version == OF10)
		wbuf_u16(b, is_none ? 0xffff : of_port_to_of10(out->in_port));
	else if (msg->version < OF15)
		wbuf_u32(b, out->in_port);
	size_at = b->len;
	wbuf_u16(b, 0);
	wbuf_zero(b, msg->version == OF10 ? 0 : msg->version < OF15 ? 6 : 2);
	if (msg->version >= OF15)
		rc = match_pack(out, msg->version, b);
	actions = b->len;
	if (rc == 0)
		rc = of_actions_pack(&out->actions, msg->version, b);
	if (b->len - actions > UINT16_MAX)
		return -EMSGSIZE;
	wbuf_set_u16(b, size_at, (uint16_t)(b->len - actions));
	wbuf_put(b, out->data, out->data_len);
	return rc;
}

void of_packet_out_text(const struct of_msg *msg, struct text *t)
{
	const struct of_packet_out *out = &msg->packet_out;

	text_add(t, " in_port=");
	of_port_no_text(out->in_port, NULL, t);
	if (out->match.n > 0)
		text_add(t, ",");
	of_match_text(&out->match, NULL, t);
	text_add(t, " actions=");
	of_actions_text(&out->actions, NULL, t);
	if (out->buffer_id != OFP_NO_BUFFER) {
		text_add(t, " buffer=0x%08x", out->buffer_id);
		return;
	}
	text_add(t, " data_len=%zu\n", out->data_len);
	of_bytes_text(t, out->data, out->data_len);
}
