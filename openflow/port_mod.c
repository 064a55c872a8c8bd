// SPDX-License-Identifier: Apache-2.0
#include "openflow/port_mod.h"
#include "openflow/codec.h"
#include "openflow/msg.h"
#include "openflow/property.h"

#define OFPPMPT_ETHERNET 0

static enum of_err of10_unpack(struct cursor *c, struct of_port_mod *mod)
{
	mod->port_no = of_port_from_of10(cursor_u16(c));
	cursor_copy(c, mod->hw_addr.b, sizeof(mod->hw_addr.b));
	mod->config = cursor_u32(c);
	mod->mask = cursor_u32(c);
	mod->advertise = of_port_features_from_of10(cursor_u32(c));
	cursor_skip(c, 4);
	return of_body_end(c);
}

/* 1.4.1 §7.3.4.3. Other media than Ethernet, and experimenters, are refused. */
static enum of_err properties_unpack(struct cursor *c, struct of_port_mod *mod)
{
	bool seen = false;

	while (cursor_left(c) > 0) {
		struct of_property property;
		enum of_err err = of_property_next(c, &property);

		if (err != OF_OK)
			return err;
		if (property.type != OFPPMPT_ETHERNET)
			return of_property_unknown(&property);
		if (seen)
			return OFPBPC_DUP_TYPE;
		seen = true;
		mod->advertise = cursor_u32(&property.body);
		err = of_property_end(&property);
		if (err != OF_OK)
			return err;
	}
	return OF_OK;
}

enum of_err of_port_mod_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg)
{
	struct of_port_mod *mod = &msg->port_mod;

	(void)arena;
	if (msg->version == OF10)
		return of10_unpack(c, mod);
	mod->port_no = cursor_u32(c);
	cursor_skip(c, 4);
	cursor_copy(c, mod->hw_addr.b, sizeof(mod->hw_addr.b));
	cursor_skip(c, 2);
	mod->config = cursor_u32(c);
	mod->mask = cursor_u32(c);
	mod->advertise = 0;
	if (!cursor_ok(c))
		return OFPBRC_BAD_LEN;
	if (msg->version >= OF14)
		return properties_unpack(c, mod);
	mod->advertise = cursor_u32(c);
	cursor_skip(c, 4);
	return of_body_end(c);
}

int of_port_mod_pack(const struct of_msg *msg, struct wbuf *b)
{
	const struct of_port_mod *mod = &msg->port_mod;
	bool of10 = msg->version == OF10;
	size_t property;

	if (of10) {
		wbuf_u16(b, of_port_to_of10(mod->port_no));
	} else {
		wbuf_u32(b, mod->port_no);
		wbuf_zero(b, 4);
	}
	wbuf_put(b, mod->hw_addr.b, sizeof(mod->hw_addr.b));
	wbuf_zero(b, of10 ? 0 : 2);
	wbuf_u32(b, mod->config);
	wbuf_u32(b, mod->mask);
	if (msg->version < OF14) {
		wbuf_u32(b, of10 ? of_port_features_to_of10(mod->advertise) : mod->advertise);
		wbuf_zero(b, 4);
	} else if (mod->advertise != 0) {
		property = of_property_start(b, OFPPMPT_ETHERNET);
		wbuf_u32(b, mod->advertise);
		of_property_finish(b, property);
	}
	return 0;
}

void of_port_mod_text(const struct of_msg *msg, struct text *t)
{
	const struct of_port_mod *mod = &msg->port_mod;
	char mac[ETH_ADDR_TEXT_SIZE];

	text_add(t, " port: ");
	of_port_no_text(mod->port_no, NULL, t);
	text_add(t, ": addr:%s config:0x%x mask:0x%x advertise:0x%x",
		 eth_addr_text(&mod->hw_addr, mac), mod->config, mod->mask, mod->advertise);
}
