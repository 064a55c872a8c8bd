// SPDX-License-Identifier: Apache-2.0
#include "openflow/flow_removed.h"
#include "openflow/codec.h"
#include "openflow/msg.h"
#include "openflow/oxs.h"

#include <inttypes.h>

#define NS_PER_S 1000000000u

static enum of_err of15_unpack(struct cursor *c, struct of_flow_removed *removed)
{
	struct of_oxs oxs;
	enum of_err err;

	removed->table_id = cursor_u8(c);
	removed->reason = cursor_u8(c);
	removed->priority = cursor_u16(c);
	removed->idle_timeout = cursor_u16(c);
	removed->hard_timeout = cursor_u16(c);
	removed->cookie = cursor_u64(c);
	if (!cursor_ok(c))
		return OFPBRC_BAD_LEN;
	err = of_match_unpack(c, OF15, &removed->match);
	if (err == OF_OK)
		err = of_oxs_unpack(c, &oxs);
	if (err != OF_OK)
		return err;
	removed->duration_s = (uint32_t)(of_oxs_get(&oxs, OFPXST_DURATION, 0) / NS_PER_S);
	removed->duration_ns = (uint32_t)(of_oxs_get(&oxs, OFPXST_DURATION, 0) % NS_PER_S);
	removed->n_packets = of_oxs_get(&oxs, OFPXST_PACKET_COUNT, UINT64_MAX);
	removed->n_bytes = of_oxs_get(&oxs, OFPXST_BYTE_COUNT, UINT64_MAX);
	return of_body_end(c);
}

static int of15_pack(const struct of_flow_removed *removed, struct wbuf *b)
{
	struct of_oxs oxs = {0};
	int rc;

	wbuf_u8(b, removed->table_id);
	wbuf_u8(b, removed->reason);
	wbuf_u16(b, removed->priority);
	wbuf_u16(b, removed->idle_timeout);
	wbuf_u16(b, removed->hard_timeout);
	wbuf_u64(b, removed->cookie);
	rc = of_match_pack(&removed->match, OF15, b);
	of_oxs_set(&oxs, OFPXST_DURATION,
		   (uint64_t)removed->duration_s * NS_PER_S + removed->duration_ns);
	if (removed->n_packets != UINT64_MAX)
		of_oxs_set(&oxs, OFPXST_PACKET_COUNT, removed->n_packets);
	if (removed->n_bytes != UINT64_MAX)
		of_oxs_set(&oxs, OFPXST_BYTE_COUNT, removed->n_bytes);
	of_oxs_pack(&oxs, b);
	return rc;
}

/* The reasons that a version has; what has no number is told as a deletion. */
static uint8_t reason_to_wire(enum of_version version, uint8_t reason)
{
	uint8_t last = version == OF10   ? OFPRR_DELETE
		       : version == OF13 ? OFPRR_GROUP_DELETE
					 : OFPRR_EVICTION;

	return reason <= last ? reason : OFPRR_DELETE;
}

static enum of_err of10_unpack(struct cursor *c, struct of_flow_removed *removed)
{
	enum of_err err = of_match_unpack(c, OF10, &removed->match);

	removed->cookie = cursor_u64(c);
	removed->priority = cursor_u16(c);
	removed->reason = cursor_u8(c);
	cursor_skip(c, 1);
	removed->duration_s = cursor_u32(c);
	removed->duration_ns = cursor_u32(c);
	removed->idle_timeout = cursor_u16(c);
	cursor_skip(c, 2);
	removed->n_packets = cursor_u64(c);
	removed->n_bytes = cursor_u64(c);
	removed->hard_timeout = 0;
	removed->table_id = 0;
	return err != OF_OK ? err : of_body_end(c);
}

static int of10_pack(const struct of_flow_removed *removed, struct wbuf *b)
{
	int rc = of_match_pack(&removed->match, OF10, b);

	wbuf_u64(b, removed->cookie);
	wbuf_u16(b, removed->priority);
	wbuf_u8(b, reason_to_wire(OF10, removed->reason));
	wbuf_zero(b, 1);
	wbuf_u32(b, removed->duration_s);
	wbuf_u32(b, removed->duration_ns);
	wbuf_u16(b, removed->idle_timeout);
	wbuf_zero(b, 2);
	wbuf_u64(b, removed->n_packets);
	wbuf_u64(b, removed->n_bytes);
	return rc;
}

enum of_err of_flow_removed_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg)
{
	struct of_flow_removed *removed = &msg->flow_removed;
	enum of_err err;

	(void)arena;
	if (msg->version == OF10)
		return of10_unpack(c, removed);
	if (msg->version >= OF15)
		return of15_unpack(c, removed);
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
	err = of_match_unpack(c, of_match_told_version(msg->version), &removed->match);
	return err != OF_OK ? err : of_body_end(c);
}

int of_flow_removed_pack(const struct of_msg *msg, struct wbuf *b)
{
	const struct of_flow_removed *removed = &msg->flow_removed;

	if (msg->version == OF10)
		return of10_pack(removed, b);
	if (msg->version >= OF15)
		return of15_pack(removed, b);
	wbuf_u64(b, removed->cookie);
	wbuf_u16(b, removed->priority);
	wbuf_u8(b, reason_to_wire(msg->version, removed->reason));
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
