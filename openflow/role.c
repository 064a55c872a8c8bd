// SPDX-License-Identifier: Apache-2.0
#include "openflow/role.h"
#include "openflow/codec.h"
#include "openflow/msg.h"

#include <inttypes.h>

enum of_err of_role_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg)
{
	(void)arena;
	msg->role.role = cursor_u32(c);
	msg->role.short_id = OFPCID_UNDEFINED;
	if (msg->version >= OF15)
		msg->role.short_id = cursor_u16(c);
	cursor_skip(c, msg->version >= OF15 ? 2 : 4);
	msg->role.generation_id = cursor_u64(c);
	if (of_body_end(c) == OF_OK && msg->role.role > OFPCR_ROLE_SLAVE)
		return OFPRRFC_BAD_ROLE;
	return of_body_end(c);
}

int of_role_pack(const struct of_msg *msg, struct wbuf *b)
{
	wbuf_u32(b, msg->role.role);
	wbuf_u16(b, msg->version >= OF15 ? msg->role.short_id : 0);
	wbuf_zero(b, 2);
	wbuf_u64(b, msg->role.generation_id);
	return 0;
}

void of_role_text(const struct of_msg *msg, struct text *t)
{
	static const char *const names[] = {"nochange", "equal", "master", "slave"};

	text_add(t, " role=%s generation_id=%" PRIu64,
		 msg->role.role <= OFPCR_ROLE_SLAVE ? names[msg->role.role] : "?",
		 msg->role.generation_id);
	if (msg->version >= OF15 && msg->role.short_id != OFPCID_UNDEFINED)
		text_add(t, " short_id=%u", msg->role.short_id);
}
