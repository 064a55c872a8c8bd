// SPDX-License-Identifier: Apache-2.0
#include "openflow/config.h"
#include "openflow/codec.h"
#include "openflow/msg.h"

enum of_err of_config_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg)
{
	(void)arena;
	msg->config.flags = cursor_u16(c);
	msg->config.miss_send_len = cursor_u16(c);
	return of_body_end(c);
}

int of_config_pack(const struct of_msg *msg, struct wbuf *b)
{
	wbuf_u16(b, msg->config.flags);
	wbuf_u16(b, msg->config.miss_send_len);
	return 0;
}

void of_config_text(const struct of_msg *msg, struct text *t)
{
	static const char *const frags[] = {"normal", "drop", "reassemble", "?"};

	text_add(t, " frags=%s miss_send_len=%u", frags[msg->config.flags & OFPC_FRAG_MASK],
		 msg->config.miss_send_len);
}
