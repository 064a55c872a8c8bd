// SPDX-License-Identifier: Apache-2.0
#include "openflow/flow_stats.h"
#include "openflow/codec.h"
#include "openflow/multipart_ops.h"

#include <errno.h>
#include <inttypes.h>

void of_flow_stats_request_init(struct of_flow_stats_request *request)
{
	request->table_id = OFPTT_ALL;
	request->out_port = OFPP_ANY;
	request->out_group = OFPG_ANY;
	request->cookie = 0;
	request->cookie_mask = 0;
	of_match_init(&request->match);
}

static enum of_err request_unpack(struct cursor *c, enum of_version version, struct of_arena *arena,
				  struct of_multipart_request *request)
{
	struct of_flow_stats_request *flow = &request->flow;
	enum of_err err;

	(void)arena;
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

static enum of_err flow_unpack(struct cursor *c, enum of_version version, struct of_arena *arena,
			       union of_multipart_entry *entry)
{
	struct of_flow_stats *flow = &entry->flow;
	uint16_t len = cursor_u16(c);
	struct cursor body = cursor_sub(c, len >= 2 ? len - 2u : SIZE_MAX);
	enum of_err err;

	flow->table_id = cursor_u8(&body);
	cursor_skip(&body, 1);
	flow->duration_s = cursor_u32(&body);
	flow->duration_ns = cursor_u32(&body);
	flow->priority = cursor_u16(&body);
	flow->idle_timeout = cursor_u16(&body);
	flow->hard_timeout = cursor_u16(&body);
	flow->flags = cursor_u16(&body);
	flow->importance = 0;
	cursor_skip(&body, 4);
	flow->cookie = cursor_u64(&body);
	flow->n_packets = cursor_u64(&body);
	flow->n_bytes = cursor_u64(&body);
	if (!cursor_ok(&body))
		return OFPBRC_BAD_LEN;
	/* A switch may tell of fields of later versions, as Open vSwitch does. */
	err = of_match_unpack(&body, OF15, &flow->match);
	if (err != OF_OK)
		return err;
	return of_instructions_unpack(&body, version, arena, &flow->instructions);
}

static int flow_pack(const void *entry, enum of_version version, struct wbuf *b)
{
	const struct of_flow_stats *flow = entry;
	size_t start = b->len;
	int rc;

	wbuf_u16(b, 0);
	wbuf_u8(b, flow->table_id);
	wbuf_zero(b, 1);
	wbuf_u32(b, flow->duration_s);
	wbuf_u32(b, flow->duration_ns);
	wbuf_u16(b, flow->priority);
	wbuf_u16(b, flow->idle_timeout);
	wbuf_u16(b, flow->hard_timeout);
	wbuf_u16(b, flow->flags);
	wbuf_zero(b, 4);
	wbuf_u64(b, flow->cookie);
	wbuf_u64(b, flow->n_packets);
	wbuf_u64(b, flow->n_bytes);
	rc = of_match_pack(&flow->match, version, b);
	if (rc == 0)
		rc = of_instructions_pack(&flow->instructions, version, b);
	if (rc == 0 && b->len - start > UINT16_MAX)
		rc = -EMSGSIZE;
	if (rc == 0)
		wbuf_set_u16(b, start, (uint16_t)(b->len - start));
	return rc;
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
	(void)version;
	(void)arena;
	entry->aggregate.n_packets = cursor_u64(c);
	entry->aggregate.n_bytes = cursor_u64(c);
	entry->aggregate.n_flows = cursor_u32(c);
	cursor_skip(c, 4);
	return of_body_end(c);
}

static int aggregate_pack(const void *entry, enum of_version version, struct wbuf *b)
{
	const struct of_aggregate_stats *aggregate = entry;

	(void)version;
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

const struct of_multipart_ops of_multipart_aggregate = {
	.name = "aggregate",
	.request_unpack = request_unpack,
	.request_pack = request_pack,
	.request_text = request_text,
	.entry_unpack = aggregate_unpack,
	.entry_pack = aggregate_pack,
	.entry_text = aggregate_text,
};
