// SPDX-License-Identifier: Apache-2.0
/* NXST_FLOW and NXST_AGGREGATE: statistics with Nicira's matches. */
#include "openflow/codec.h"
#include "openflow/multipart_ops.h"
#include "openflow/nicira_match.h"

#include <errno.h>

static enum of_err request_unpack(struct cursor *c, enum of_version version, struct of_arena *arena,
				  struct of_multipart_request *request)
{
	struct of_flow_stats_request *flow = &request->flow;
	uint16_t match_len;
	enum of_err err;

	(void)version;
	(void)arena;
	of_flow_stats_request_init(flow);
	flow->out_port = of_port_from_of10(cursor_u16(c));
	match_len = cursor_u16(c);
	flow->table_id = cursor_u8(c);
	cursor_skip(c, 3);
	if (!cursor_ok(c))
		return OFPBRC_BAD_LEN;
	err = of_nx_match_unpack(c, match_len, &flow->match, &flow->cookie, &flow->cookie_mask);
	return err != OF_OK ? err : of_body_end(c);
}

static int request_pack(const struct of_multipart_request *request, enum of_version version,
			struct wbuf *b)
{
	const struct of_flow_stats_request *flow = &request->flow;
	size_t len, at;
	int rc;

	(void)version;
	if (flow->out_group != OFPG_ANY)
		return -EPROTONOSUPPORT;
	wbuf_u16(b, of_port_to_of10(flow->out_port));
	at = b->len;
	wbuf_u16(b, 0);
	wbuf_u8(b, flow->table_id);
	wbuf_zero(b, 3);
	rc = of_nx_match_pack(&flow->match, flow->cookie, flow->cookie_mask, b, &len);
	wbuf_set_u16(b, at, (uint16_t)len);
	return rc;
}

/* Ages that we do not keep are 0, which means that they are not known. */
static enum of_err flow_unpack(struct cursor *c, enum of_version version, struct of_arena *arena,
			       union of_multipart_entry *entry)
{
	struct of_flow_stats *flow = &entry->flow;
	uint16_t len = cursor_u16(c);
	struct cursor body = cursor_sub(c, len >= 2 ? len - 2u : SIZE_MAX);
	uint16_t match_len, idle_age;
	enum of_err err;

	memset(flow, 0, offsetof(struct of_flow_stats, match));
	flow->table_id = cursor_u8(&body);
	cursor_skip(&body, 1);
	flow->duration_s = cursor_u32(&body);
	flow->duration_ns = cursor_u32(&body);
	flow->priority = cursor_u16(&body);
	flow->idle_timeout = cursor_u16(&body);
	flow->hard_timeout = cursor_u16(&body);
	match_len = cursor_u16(&body);
	idle_age = cursor_u16(&body);
	flow->idle_age_s = idle_age != 0 ? idle_age - 1u : 0;
	cursor_skip(&body, 2);
	flow->cookie = cursor_u64(&body);
	flow->n_packets = cursor_u64(&body);
	flow->n_bytes = cursor_u64(&body);
	if (!cursor_ok(&body))
		return OFPBRC_BAD_LEN;
	err = of_nx_match_unpack(&body, match_len, &flow->match, NULL, NULL);
	if (err != OF_OK)
		return err;
	return of_instructions_from_actions(&body, version, arena, &flow->instructions);
}

static int flow_pack(const void *entry, enum of_version version, struct wbuf *b)
{
	const struct of_flow_stats *flow = entry;
	size_t start = b->len, len;
	int rc;

	wbuf_u16(b, 0);
	wbuf_u8(b, flow->table_id);
	wbuf_zero(b, 1);
	wbuf_u32(b, flow->duration_s);
	wbuf_u32(b, flow->duration_ns);
	wbuf_u16(b, flow->priority);
	wbuf_u16(b, flow->idle_timeout);
	wbuf_u16(b, flow->hard_timeout);
	wbuf_zero(b, 6);
	wbuf_u64(b, flow->cookie);
	wbuf_u64(b, flow->n_packets);
	wbuf_u64(b, flow->n_bytes);
	rc = of_nx_match_pack(&flow->match, 0, 0, b, &len);
	wbuf_set_u16(b, start + 18, (uint16_t)len);
	if (rc == 0)
		rc = of_instructions_to_actions(&flow->instructions, version, b);
	if (rc == 0 && b->len - start > UINT16_MAX)
		rc = -EMSGSIZE;
	if (rc == 0)
		wbuf_set_u16(b, start, (uint16_t)(b->len - start));
	return rc;
}

/* The same in every version. */
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

static void flow_request_text(const struct of_multipart_request *request, struct text *t)
{
	of_multipart_flow.request_text(request, t);
}

static void flow_entry_text(const union of_multipart_entry *entry, const struct of_names *names,
			    struct text *t)
{
	of_multipart_flow.entry_text(entry, names, t);
}

static void aggregate_entry_text(const union of_multipart_entry *entry,
				 const struct of_names *names, struct text *t)
{
	of_multipart_aggregate.entry_text(entry, names, t);
}

const struct of_multipart_ops of_multipart_nx_flow = {
	.name = "flow",
	.request_unpack = request_unpack,
	.request_pack = request_pack,
	.request_text = flow_request_text,
	.entry_unpack = flow_unpack,
	.entry_pack = flow_pack,
	.entry_text = flow_entry_text,
};

const struct of_multipart_ops of_multipart_nx_aggregate = {
	.name = "aggregate",
	.request_unpack = request_unpack,
	.request_pack = request_pack,
	.request_text = flow_request_text,
	.entry_unpack = aggregate_unpack,
	.entry_pack = aggregate_pack,
	.entry_text = aggregate_entry_text,
};
