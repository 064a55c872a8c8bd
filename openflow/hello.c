// SPDX-License-Identifier: Apache-2.0
#include "openflow/hello.h"
#include "openflow/codec.h"
#include "openflow/msg.h"

#define OFPHET_VERSIONBITMAP 1

int of_hello_negotiate(uint32_t our_versions, const struct of_hello *peer)
{
	uint32_t common;
	int ours = our_versions != 0 ? 31 - __builtin_clz(our_versions) : 0;

	if (peer->versions != 0) {
		common = our_versions & peer->versions;
		return common != 0 ? 31 - __builtin_clz(common) : 0;
	}
	if (peer->wire_version >= ours)
		return ours;
	return our_versions & OF_VERSION_BIT(peer->wire_version) ? peer->wire_version : 0;
}

/* Elements that are unknown or damaged are passed over: a hello has to be readable for ever. */
enum of_err of_hello_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg)
{
	(void)arena;
	msg->hello.wire_version = (uint8_t)msg->version;
	msg->hello.versions = 0;
	while (cursor_left(c) >= 4) {
		uint16_t type = cursor_u16(c);
		uint16_t len = cursor_u16(c);
		struct cursor element;

		if (len < 4 || len - 4u > cursor_left(c))
			break;
		element = cursor_sub(c, len - 4u);
		if (type == OFPHET_VERSIONBITMAP && cursor_left(&element) >= 4)
			msg->hello.versions = cursor_u32(&element);
		cursor_skip(c, (8 - len % 8) % 8);
	}
	return OF_OK;
}

int of_hello_pack(const struct of_msg *msg, struct wbuf *b)
{
	if (msg->hello.versions == 0)
		return 0;
	wbuf_u16(b, OFPHET_VERSIONBITMAP);
	wbuf_u16(b, 8);
	wbuf_u32(b, msg->hello.versions);
	return 0;
}

void of_hello_text(const struct of_msg *msg, struct text *t)
{
	text_add(t, " version bitmap: 0x%x", msg->hello.versions);
}
