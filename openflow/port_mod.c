// SPDX-License-Identifier: Apache-2.0
#include "openflow/port_mod.h"
#include "openflow/codec.h"
#include "openflow/msg.h"

enum of_err of_port_mod_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg)
{
	struct of_port_mod *mod = &msg->port_mod;

	(void)arena;
	mod->port_no = cursor_u32(c);
	cursor_skip(c, 4);
	cursor_copy(c, mod->hw_addr.b, sizeof(mod->hw_addr.b));
	cursor_skip(c, 2);
	mod->config = cursor_u32(c);
	mod->mask = cursor_u32(c);
	mod->advertise = cursor_u32(c);
	cursor_skip(c, 4);
	return of_body_end(c);
}

int of_port_mod_pack(const struct of_msg *msg, struct wbuf *b)
{
	const struct of_port_mod *mod = &msg->port_mod;

	wbuf_u32(b, mod->port_no);
	wbuf_zero(b, 4);
	wbuf_put(b, mod->hw_addr.b, sizeof(mod->hw_addr.b));
	wbuf_zero(b, 2);
	wbuf_u32(b, mod->config);
	wbuf_u32(b, mod->mask);
	wbuf_u32(b, mod->advertise);
	wbuf_zero(b, 4);
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
