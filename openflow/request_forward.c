// SPDX-License-Identifier: Apache-2.0
#include "openflow/request_forward.h"
#include "openflow/codec.h"
#include "openflow/msg.h"

enum of_err of_request_forward_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg)
{
	struct of_request_forward *forward = &msg->request_forward;

	(void)arena;
	if (cursor_left(c) < OF_HEADER_SIZE || (c->at[2] << 8 | c->at[3]) != (int)cursor_left(c))
		return OFPBRC_BAD_LEN;
	forward->request_size = cursor_left(c);
	forward->request = cursor_take(c, cursor_left(c));
	return OF_OK;
}

int of_request_forward_pack(const struct of_msg *msg, struct wbuf *b)
{
	wbuf_put(b, msg->request_forward.request, msg->request_forward.request_size);
	return 0;
}

void of_request_forward_text(const struct of_msg *msg, struct text *t)
{
	const struct of_request_forward *forward = &msg->request_forward;
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	struct of_msg *inner = of_arena_alloc(&arena, sizeof(*inner));

	/* Only those two are forwarded; going into no other bounds the depth. */
	if (inner != NULL &&
	    of_msg_unpack(forward->request, forward->request_size, &arena, inner) == OF_OK &&
	    (inner->type == OFPT_GROUP_MOD || inner->type == OFPT_METER_MOD)) {
		text_add(t, "\n");
		of_msg_text(inner, t);
	} else {
		text_add(t, " request=");
		of_bytes_text(t, forward->request, forward->request_size);
	}
	of_arena_free(&arena);
}
