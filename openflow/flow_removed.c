// SPDX-License-Identifier: Apache-2.0
#include "openflow/flow_removed.h"
#include "openflow/codec.h"
#include "openflow/msg.h"

#include <inttypes.h>

enum of_err of_flow_removed_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg)
{
	struct of_flow_removed *removed = &msg->flow_removed;
	enum of_err err;

	(void)arena;
	removed->cookie = cursor_u64(c);
	removed->priority = cursor_u16(c);
	removed->reason = cursor_u8(c);
	removed->table_id = cursor_u8(c);
	removed->duration_s = cursor_u32(c);
	removed->duration_ns = cursor_u32(c);
	removed->idle_timeout = cursor_u16(c);
	removed->hard_timeout = cursor_u16(c);
	removed->n_packets = cursor_u64(c);
	removed->n_bytes = cursor_u64(c);
	if (!cursor_ok(c))
		return OFPBRC_BAD_LEN;
	/* A switch may tell of fields of later versions, as Open vSwitch does. */
	err = of_match_unpack(c, OF15, &removed->match);
	return err != OF_OK ? err : of_body_end(c);
}

int of_flow_removed_pack(const struct of_msg *msg, struct wbuf *b)
{
	const struct of_flow_removed *removed = &msg->flow_removed;

	wbuf_u64(b, removed->cookie);
	wbuf_u16(b, removed->priority);
	wbuf_u8(b, removed->reason);
	wbuf_u8(b, removed->table_id);
	wbuf_u32(b, removed->duration_s);
	wbuf_u32(b, removed->duration_ns);
	wbuf_u16(b, removed->idle_timeout);
	wbuf_u16(b, removed->hard_timeout);
	wbuf_u64(b, removed->n_packets);
	wbuf_u64(b, removed->n_bytes);
	return of_match_pack(&removed->match, msg->version, b);
}

void of_flow_removed_text(const struct of_msg *msg, struct text *t)
{
	static const char *const reasons[] = {"idle",         "hard",         "delete",
					      "group_delete", "meter_delete", "eviction"};
	const struct of_flow_removed *removed = &msg->flow_removed;

	text_add(t, " priority=%u", removed->priority);
	if (removed->match.n > 0)
		text_add(t, ",");
	of_match_text(&removed->match, NULL, t);
	text_add(t, " reason=%s table_id=%u cookie=0x%" PRIx64 " duration%u.%03us",
		 removed->reason <= OFPRR_EVICTION ? reasons[removed->reason] : "?",
		 removed->table_id, removed->cookie, removed->duration_s,
		 removed->duration_ns / 1000000);
	text_add(t, " idle%u hard%u pkts%" PRIu64 " bytes%" PRIu64, removed->idle_timeout,
		 removed->hard_timeout, removed->n_packets, removed->n_bytes);
}
