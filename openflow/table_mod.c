// SPDX-License-Identifier: Apache-2.0
#include "openflow/table_mod.h"
#include "openflow/codec.h"
#include "openflow/msg.h"

enum of_err of_table_mod_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg)
{
	(void)arena;
	msg->table_mod.table_id = cursor_u8(c);
	cursor_skip(c, 3);
	msg->table_mod.config = cursor_u32(c);
	return of_body_end(c);
}

int of_table_mod_pack(const struct of_msg *msg, struct wbuf *b)
{
	wbuf_u8(b, msg->table_mod.table_id);
	wbuf_zero(b, 3);
	wbuf_u32(b, msg->table_mod.config);
	return 0;
}

void of_table_mod_text(const struct of_msg *msg, struct text *t)
{
	if (msg->table_mod.table_id == OFPTT_ALL)
		text_add(t, " table_id=ALL, config=0x%x", msg->table_mod.config);
	else
		text_add(t, " table_id=%u, config=0x%x", msg->table_mod.table_id,
			 msg->table_mod.config);
}
