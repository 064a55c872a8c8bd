// SPDX-License-Identifier: Apache-2.0
#include "openflow/echo.h"
#include "openflow/codec.h"
#include "openflow/msg.h"

enum of_err of_echo_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg)
{
	(void)arena;
	msg->echo.data_len = cursor_left(c);
	msg->echo.data = cursor_take(c, msg->echo.data_len);
	return OF_OK;
}

int of_echo_pack(const struct of_msg *msg, struct wbuf *b)
{
	wbuf_put(b, msg->echo.data, msg->echo.data_len);
	return 0;
}

void of_echo_text(const struct of_msg *msg, struct text *t)
{
	text_add(t, " %zu bytes of payload", msg->echo.data_len);
}
