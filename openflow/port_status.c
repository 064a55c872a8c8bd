// SPDX-License-Identifier: Apache-2.0
#include "openflow/port_status.h"
#include "openflow/codec.h"
#include "openflow/msg.h"

enum of_err of_port_status_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg)
{
	enum of_err err;

	(void)arena;
	msg->port_status.reason = cursor_u8(c);
	cursor_skip(c, 7);
	err = of_port_unpack(c, msg->version, &msg->port_status.port);
	return err != OF_OK ? err : of_body_end(c);
}

int of_port_status_pack(const struct of_msg *msg, struct wbuf *b)
{
	wbuf_u8(b, msg->port_status.reason);
	wbuf_zero(b, 7);
	return of_port_pack(&msg->port_status.port, msg->version, b);
}

void of_port_status_text(const struct of_msg *msg, struct text *t)
{
	static const char *const reasons[] = {"ADD", "DEL", "MOD"};
	uint8_t reason = msg->port_status.reason;

	text_add(t, " %s:", reason <= OFPPR_MODIFY ? reasons[reason] : "?");
	of_port_text(&msg->port_status.port, t);
}
