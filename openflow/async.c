// SPDX-License-Identifier: Apache-2.0
#include "openflow/async.h"
#include "openflow/codec.h"
#include "openflow/msg.h"

enum of_err of_async_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg)
{
	struct of_async *async = &msg->async;

	(void)arena;
	for (unsigned i = 0; i < 2; i++)
		async->packet_in_mask[i] = cursor_u32(c);
	for (unsigned i = 0; i < 2; i++)
		async->port_status_mask[i] = cursor_u32(c);
	for (unsigned i = 0; i < 2; i++)
		async->flow_removed_mask[i] = cursor_u32(c);
	return of_body_end(c);
}

int of_async_pack(const struct of_msg *msg, struct wbuf *b)
{
	const struct of_async *async = &msg->async;

	for (unsigned i = 0; i < 2; i++)
		wbuf_u32(b, async->packet_in_mask[i]);
	for (unsigned i = 0; i < 2; i++)
		wbuf_u32(b, async->port_status_mask[i]);
	for (unsigned i = 0; i < 2; i++)
		wbuf_u32(b, async->flow_removed_mask[i]);
	return 0;
}

void of_async_text(const struct of_msg *msg, struct text *t)
{
	static const char *const roles[] = {"master or equal", "slave"};
	const struct of_async *async = &msg->async;

	for (unsigned i = 0; i < 2; i++)
		text_add(t, "\n %s: packet_in=0x%x port_status=0x%x flow_removed=0x%x", roles[i],
			 async->packet_in_mask[i], async->port_status_mask[i],
			 async->flow_removed_mask[i]);
}
