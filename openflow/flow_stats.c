// SPDX-License-Identifier: Apache-2.0
#include "openflow/flow_stats.h"
#include "openflow/codec.h"
#include "openflow/multipart_ops.h"
#include "openflow/oxs.h"

#include <errno.h>
#include <inttypes.h>

#define NS_PER_S 1000000000u

void of_flow_stats_request_init(struct of_flow_stats_request *request)
{
	request->table_id = OFPTT_ALL;
	request->out_port = OFPP_ANY;
	request->out_group = OFPG_ANY;
	request->cookie = 0;
	request->cookie_mask = 0;
	of_match_init(&request->match);
}

static enum of_err of10_request_unpack(struct cursor *c, struct of_flow_stats_request *flow)
{
	enum of_err err = of_match_unpack(c, OF10, &flow->match);

	flow->table_id = cursor_u8(c);
	cursor_skip(c, 1);
	flow->out_port = of_port_from_of10(cursor_u16(c));
	flow->out_group = OFPG_ANY;
	flow->cookie = 0;
	flow->cookie_mask = 0;
	return err != OF_OK ? err : of_body_end(c);
}

static enum of_err request_unpack(struct cursor *c, enum of_version version, struct of_arena *arena,
				  struct of_multipart_request *request)
{
	struct of_flow_stats_request *flow = &request->flow;
	enum of_err err;

	(void)arena;
	if (version == OF10)
		return of10_request_unpack(c, flow);
	flow->table_id = cursor_u8(c);
	cursor_skip(c, 3);
	flow->out_port = cursor_u32(c);
	flow->out_group = cursor_u32(c);
	cursor_skip(c, 4);
	flow->cookie = cursor_u64(c);
	flow->cookie_mask = cursor_u64(c);
	if (!cursor_ok(c))
		return OFPBRC_BAD_LEN;
	err = of_match_unpack(c, version, &flow->match);
	return err != OF_OK ? err : of_body_end(c);
}

static int request_pack(const struct of_multipart_request *request, enum of_version version,
			struct wbuf *b)
{
	const struct of_flow_stats_request *flow = &request->flow;
	int rc;

	if (version == OF10) {
		rc = of_match_pack(&flow->match, OF10, b);
		wbuf_u8(b, flow->table_id);
		wbuf_zero(b, 1);
		wbuf_u16(b, of_port_to_of10(flow->out_port));
		return rc;
	}
	wbuf_u8(b, flow->table_id);
	wbuf_zero(b, 3);
	wbuf_u32(b, flow->out_port);
	wbuf_u32(b, flow->out_group);
	wbuf_zero(b, 4);
	wbuf_u64(b, flow->cookie);
	wbuf_u64(b, flow->cookie_mask);
	return of_match_pack(&flow->match, version, b);
}

static void request_text(const struct of_multipart_request *request, struct text *t)
{
	const struct of_flow_stats_request *flow = &request->flow;

	if (flow->table_id != OFPTT_ALL)
		text_add(t, " table=%u", flow->table_id);
	if (flow->cookie_mask != 0)
		text_add(t, " cookie=0x%" PRIx64 "/0x%" PRIx64, flow->cookie, flow->cookie_mask);
	if (flow->out_port != OFPP_ANY) {
		text_add(t, " out_port=");
		of_port_no_text(flow->out_port, NULL, t);
	}
	if (flow->out_group != OFPG_ANY)
		text_add(t, " out_group=%u", flow->out_group);
	text_add(t, " ");
	of_match_text(&flow->match, NULL, t);
}

/* The fixed part of an entry until 1.4; in version 1.0 the match stands in the middle. */
static enum of_err flow_head_unpack(struct cursor *c, enum of_version version,
				    struct of_flow_stats *flow)
{
	enum of_err err = OF_OK;

	flow->table_id = cursor_u8(c);
	cursor_skip(c, 1);
	if (version == OF10)
		err = of_match_unpack(c, OF10, &flow->match);
	if (err != OF_OK)
		return err;
	flow->duration_s = cursor_u32(c);
	flow->duration_ns = cursor_u32(c);
	flow->priority = cursor_u16(c);
	flow->idle_timeout = cursor_u16(c);
	flow->hard_timeout = cursor_u16(c);
	flow->flags = cursor_u16(c);
	flow->importance = cursor_u16(c);
	cursor_skip(c, 2);
	if (version < OF14)
		flow->importance = 0; /* padding */
	if (version == OF10)
		flow->flags = 0;
	flow->cookie = cursor_u64(c);
	flow->n_packets = cursor_u64(c);
	flow->n_bytes = cursor_u64(c);
	return cursor_ok(c) ? OF_OK : OFPBRC_BAD_LEN;
}

static void counters_from_oxs(struct of_flow_stats *flow, const struct of_oxs *oxs)
{
	uint64_t duration = of_oxs_get(oxs, OFPXST_DURATION, 0);

	flow->duration_s = (uint32_t)(duration / NS_PER_S);
	flow->duration_ns = (uint32_t)(duration % NS_PER_S);
	flow->idle_age_s = (uint32_t)(of_oxs_get(oxs, OFPXST_IDLE_TIME, 0) / NS_PER_S);
	flow->n_packets = of_oxs_get(oxs, OFPXST_PACKET_COUNT, UINT64_MAX);
	flow->n_bytes = of_oxs_get(oxs, OFPXST_BYTE_COUNT, UINT64_MAX);
}

static void counters_pack(const struct of_flow_stats *flow, struct wbuf *b)
{
	struct of_oxs oxs = {0};

	of_oxs_set(&oxs, OFPXST_DURATION,
		   (uint64_t)flow->duration_s * NS_PER_S + flow->duration_ns % NS_PER_S);
	of_oxs_set(&oxs, OFPXST_IDLE_TIME, (uint64_t)flow->idle_age_s * NS_PER_S);
	if (flow->n_packets != UINT64_MAX)
		of_oxs_set(&oxs, OFPXST_PACKET_COUNT, flow->n_packets);
	if (flow->n_bytes != UINT64_MAX)
		of_oxs_set(&oxs, OFPXST_BYTE_COUNT, flow->n_bytes);
	of_oxs_pack(&oxs, b);
}

/* 1.5.1 §7.3.5.2: OFPMP_FLOW_DESC, and OFPMP_FLOW_STATS, which has no instructions. */
static enum of_err of15_head_unpack(struct cursor *c, uint16_t type, struct of_flow_stats *flow)
{
	struct of_oxs oxs;
	enum of_err err;

	cursor_skip(c, 2);
	flow->table_id = cursor_u8(c);
	flow->reason = cursor_u8(c);
	flow->priority = cursor_u16(c);
	if (type == OFPMP_FLOW) {
		flow->reason = OFPFSR_STATS_REQUEST;
		flow->idle_timeout = cursor_u16(c);
		flow->hard_timeout = cursor_u16(c);
		flow->flags = cursor_u16(c);
		flow->importance = cursor_u16(c);
		flow->cookie = cursor_u64(c);
	}
	err = of_match_unpack(c, OF15, &flow->match);
	if (err == OF_OK)
		err = of_oxs_unpack(c, &oxs);
	if (err == OF_OK)
		counters_from_oxs(flow, &oxs);
	return err;
}

static enum of_err instructions_unpack(struct cursor *c, enum of_version version,
				       struct of_arena *arena, struct of_instructions *instructions)
{
	if (version == OF10)
		return of_instructions_from_actions(c, version, arena, instructions);
	return of_instructions_unpack(c, version, arena, instructions);
}

static void flow_clear(struct of_flow_stats *flow)
{
	flow->idle_timeout = flow->hard_timeout = flow->flags = flow->importance = 0;
	flow->reason = OFPFSR_STATS_REQUEST;
	flow->idle_age_s = 0;
	flow->cookie = 0;
	flow->instructions = (struct of_instructions){0};
}

static enum of_err flow_unpack(struct cursor *c, enum of_version version, struct of_arena *arena,
			       union of_multipart_entry *entry)
{
	struct of_flow_stats *flow = &entry->flow;
	uint16_t len = cursor_u16(c);
	struct cursor body = cursor_sub(c, len >= 2 ? len - 2u : SIZE_MAX);
	enum of_err err;

	flow_clear(flow);
	if (!cursor_ok(&body))
		return OFPBRC_BAD_LEN;
	if (version >= OF15)
		err = of15_head_unpack(&body, OFPMP_FLOW, flow);
	else
		err = flow_head_unpack(&body, version, flow);
	if (err == OF_OK && version > OF10 && version < OF15)
		err = of_match_unpack(&body, of_match_told_version(version), &flow->match);
	if (err != OF_OK)
		return err;
	return instructions_unpack(&body, version, arena, &flow->instructions);
}

static enum of_err counters_unpack(struct cursor *c, enum of_version version,
				   struct of_arena *arena, union of_multipart_entry *entry)
{
	uint16_t len = cursor_u16(c);
	struct cursor body = cursor_sub(c, len >= 2 ? len - 2u : SIZE_MAX);
	enum of_err err;

	(void)version;
	(void)arena;
	flow_clear(&entry->flow);
	if (!cursor_ok(&body))
		return OFPBRC_BAD_LEN;
	err = of15_head_unpack(&body, OFPMP_FLOW_STATS, &entry->flow);
	return err != OF_OK ? err : of_body_end(&body);
}

static int flow_head_pack(const struct of_flow_stats *flow, enum of_version version, struct wbuf *b)
{
	int rc = 0;

	wbuf_u8(b, flow->table_id);
	wbuf_zero(b, 1);
	if (version == OF10)
		rc = of_match_pack(&flow->match, OF10, b);
	wbuf_u32(b, flow->duration_s);
	wbuf_u32(b, flow->duration_ns);
	wbuf_u16(b, flow->priority);
	wbuf_u16(b, flow->idle_timeout);
	wbuf_u16(b, flow->hard_timeout);
	wbuf_u16(b, version == OF10 ? 0 : flow->flags);
	wbuf_u16(b, version < OF14 ? 0 : flow->importance);
	wbuf_zero(b, 2);
	wbuf_u64(b, flow->cookie);
	wbuf_u64(b, flow->n_packets);
	wbuf_u64(b, flow->n_bytes);
	return rc;
}

static int of15_head_pack(const struct of_flow_stats *flow, uint16_t type, struct wbuf *b)
{
	int rc;

	wbuf_zero(b, 2);
	wbuf_u8(b, flow->table_id);
	wbuf_u8(b, type == OFPMP_FLOW ? 0 : flow->reason);
	wbuf_u16(b, flow->priority);
	if (type == OFPMP_FLOW) {
		wbuf_u16(b, flow->idle_timeout);
		wbuf_u16(b, flow->hard_timeout);
		wbuf_u16(b, flow->flags);
		wbuf_u16(b, flow->importance);
		wbuf_u64(b, flow->cookie);
	}
	rc = of_match_pack(&flow->match, OF15, b);
	counters_pack(flow, b);
	return rc;
}

static int entry_finish(struct wbuf *b, size_t start, int rc)
{
	if (rc == 0 && b->len - start > UINT16_MAX)
		rc = -EMSGSIZE;
	if (rc == 0)
		wbuf_set_u16(b, start, (uint16_t)(b->len - start));
	return rc;
}

static int flow_pack(const void *entry, enum of_version version, struct wbuf *b)
{
	const struct of_flow_stats *flow = entry;
	size_t start = b->len;
	int rc;

	wbuf_u16(b, 0);
	if (version >= OF15)
		rc = of15_head_pack(flow, OFPMP_FLOW, b);
	else
		rc = flow_head_pack(flow, version, b);
	if (rc == 0 && version > OF10 && version < OF15)
		rc = of_match_pack(&flow->match, version, b);
	if (rc == 0 && version == OF10)
		rc = of_instructions_to_actions(&flow->instructions, version, b);
	else if (rc == 0)
		rc = of_instructions_pack(&flow->instructions, version, b);
	return entry_finish(b, start, rc);
}

static int counters_entry_pack(const void *entry, enum of_version version, struct wbuf *b)
{
	size_t start = b->len;
	int rc;

	(void)version;
	wbuf_u16(b, 0);
	rc = of15_head_pack(entry, OFPMP_FLOW_STATS, b);
	return entry_finish(b, start, rc);
}

static void counters_text(const union of_multipart_entry *entry, const struct of_names *names,
			  struct text *t)
{
	const struct of_flow_stats *flow = &entry->flow;

	text_add(t, " duration=");
	of_duration_text(t, flow->duration_s, flow->duration_ns);
	text_add(t, ", table=%u, ", flow->table_id);
	if (flow->n_packets != UINT64_MAX)
		text_add(t, "n_packets=%" PRIu64 ", ", flow->n_packets);
	if (flow->n_bytes != UINT64_MAX)
		text_add(t, "n_bytes=%" PRIu64 ", ", flow->n_bytes);
	text_add(t, "idle_age=%u, %spriority=%u%s", flow->idle_age_s,
		 flow->reason == OFPFSR_STAT_TRIGGER ? "reason=stat_trigger, " : "", flow->priority,
		 flow->match.n > 0 ? "," : "");
	of_match_text(&flow->match, names, t);
}

static void flow_text(const union of_multipart_entry *entry, const struct of_names *names,
		      struct text *t)
{
	text_add(t, " ");
	of_flow_stats_text(&entry->flow, names, t);
}

static void flags_text(uint16_t flags, struct text *t)
{
	static const struct {
		uint16_t bit;
		const char *name;
	} rows[] = {{OFPFF_SEND_FLOW_REM, "send_flow_rem"},
		    {OFPFF_CHECK_OVERLAP, "check_overlap"},
		    {OFPFF_RESET_COUNTS, "reset_counts"},
		    {OFPFF_NO_PKT_COUNTS, "no_packet_counts"},
		    {OFPFF_NO_BYT_COUNTS, "no_byte_counts"}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (flags & rows[i].bit)
			text_add(t, "%s ", rows[i].name);
}

void of_flow_stats_text(const struct of_flow_stats *flow, const struct of_names *names,
			struct text *t)
{
	text_add(t, "cookie=0x%" PRIx64 ", duration=", flow->cookie);
	of_duration_text(t, flow->duration_s, flow->duration_ns);
	text_add(t, ", table=%u, ", flow->table_id);
	if (flow->n_packets != UINT64_MAX)
		text_add(t, "n_packets=%" PRIu64 ", ", flow->n_packets);
	if (flow->n_bytes != UINT64_MAX)
		text_add(t, "n_bytes=%" PRIu64 ", ", flow->n_bytes);
	if (flow->idle_timeout != 0)
		text_add(t, "idle_timeout=%u, ", flow->idle_timeout);
	if (flow->hard_timeout != 0)
		text_add(t, "hard_timeout=%u, ", flow->hard_timeout);
	flags_text(flow->flags, t);
	if (flow->importance != 0)
		text_add(t, "importance=%u, ", flow->importance);
	if (flow->priority != OFP_DEFAULT_PRIORITY) {
		text_add(t, "priority=%u", flow->priority);
		text_add(t, flow->match.n > 0 ? "," : " ");
	}
	of_match_text(&flow->match, names, t);
	text_add(t, flow->match.n > 0 ? " actions=" : "actions=");
	of_instructions_text(&flow->instructions, names, t);
}

static enum of_err aggregate_unpack(struct cursor *c, enum of_version version,
				    struct of_arena *arena, union of_multipart_entry *entry)
{
	struct of_oxs oxs;
	enum of_err err;

	(void)arena;
	if (version >= OF15) {
		err = of_oxs_unpack(c, &oxs);
		entry->aggregate.n_packets = of_oxs_get(&oxs, OFPXST_PACKET_COUNT, UINT64_MAX);
		entry->aggregate.n_bytes = of_oxs_get(&oxs, OFPXST_BYTE_COUNT, UINT64_MAX);
		entry->aggregate.n_flows = (uint32_t)of_oxs_get(&oxs, OFPXST_FLOW_COUNT, 0);
		return err != OF_OK ? err : of_body_end(c);
	}
	entry->aggregate.n_packets = cursor_u64(c);
	entry->aggregate.n_bytes = cursor_u64(c);
	entry->aggregate.n_flows = cursor_u32(c);
	cursor_skip(c, 4);
	return of_body_end(c);
}

static int aggregate_pack(const void *entry, enum of_version version, struct wbuf *b)
{
	const struct of_aggregate_stats *aggregate = entry;
	struct of_oxs oxs = {0};

	if (version >= OF15) {
		of_oxs_set(&oxs, OFPXST_FLOW_COUNT, aggregate->n_flows);
		of_oxs_set(&oxs, OFPXST_PACKET_COUNT, aggregate->n_packets);
		of_oxs_set(&oxs, OFPXST_BYTE_COUNT, aggregate->n_bytes);
		of_oxs_pack(&oxs, b);
		return 0;
	}
	wbuf_u64(b, aggregate->n_packets);
	wbuf_u64(b, aggregate->n_bytes);
	wbuf_u32(b, aggregate->n_flows);
	wbuf_zero(b, 4);
	return 0;
}

static void aggregate_text(const union of_multipart_entry *entry, const struct of_names *names,
			   struct text *t)
{
	(void)names;
	text_add(t, "packet_count=%" PRIu64 " byte_count=%" PRIu64 " flow_count=%u",
		 entry->aggregate.n_packets, entry->aggregate.n_bytes, entry->aggregate.n_flows);
}

const struct of_multipart_ops of_multipart_flow = {
	.name = "flow",
	.request_unpack = request_unpack,
	.request_pack = request_pack,
	.request_text = request_text,
	.entry_unpack = flow_unpack,
	.entry_pack = flow_pack,
	.entry_text = flow_text,
};

const struct of_multipart_ops of_multipart_flow_counters = {
	.name = "flow_stats",
	.since = OF15,
	.request_unpack = request_unpack,
	.request_pack = request_pack,
	.request_text = request_text,
	.entry_unpack = counters_unpack,
	.entry_pack = counters_entry_pack,
	.entry_text = counters_text,
};

const struct of_multipart_ops of_multipart_aggregate = {
	.name = "aggregate",
	.request_unpack = request_unpack,
	.request_pack = request_pack,
	.request_text = request_text,
	.entry_unpack = aggregate_unpack,
	.entry_pack = aggregate_pack,
	.entry_text = aggregate_text,
};
