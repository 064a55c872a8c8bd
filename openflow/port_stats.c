// SPDX-License-Identifier: Apache-2.0
/* OFPMP_PORT_STATS, OFPMP_PORT_DESC and OFPMP_QUEUE. */
#include "openflow/port_stats.h"
#include "openflow/codec.h"
#include "openflow/multipart_ops.h"

#include <inttypes.h>

static enum of_err port_request_unpack(struct cursor *c, enum of_version version,
				       struct of_arena *arena, struct of_multipart_request *request)
{
	(void)arena;
	(void)version;
	request->port_no = cursor_u32(c);
	cursor_skip(c, 4);
	return of_body_end(c);
}

static int port_request_pack(const struct of_multipart_request *request, enum of_version version,
			     struct wbuf *b)
{
	(void)version;
	wbuf_u32(b, request->port_no);
	wbuf_zero(b, 4);
	return 0;
}

static void port_request_text(const struct of_multipart_request *request, struct text *t)
{
	text_add(t, " port_no=");
	of_port_no_text(request->port_no, NULL, t);
}

static enum of_err port_stats_unpack(struct cursor *c, enum of_version version,
				     struct of_arena *arena, union of_multipart_entry *entry)
{
	struct of_port_stats *stats = &entry->port_stats;

	(void)version;
	(void)arena;
	stats->port_no = cursor_u32(c);
	cursor_skip(c, 4);
	stats->rx_packets = cursor_u64(c);
	stats->tx_packets = cursor_u64(c);
	stats->rx_bytes = cursor_u64(c);
	stats->tx_bytes = cursor_u64(c);
	stats->rx_dropped = cursor_u64(c);
	stats->tx_dropped = cursor_u64(c);
	stats->rx_errors = cursor_u64(c);
	stats->tx_errors = cursor_u64(c);
	stats->rx_frame_err = cursor_u64(c);
	stats->rx_over_err = cursor_u64(c);
	stats->rx_crc_err = cursor_u64(c);
	stats->collisions = cursor_u64(c);
	stats->duration_s = cursor_u32(c);
	stats->duration_ns = cursor_u32(c);
	return cursor_ok(c) ? OF_OK : OFPBRC_BAD_LEN;
}

static int port_stats_pack(const void *entry, enum of_version version, struct wbuf *b)
{
	const struct of_port_stats *stats = entry;

	(void)version;
	wbuf_u32(b, stats->port_no);
	wbuf_zero(b, 4);
	wbuf_u64(b, stats->rx_packets);
	wbuf_u64(b, stats->tx_packets);
	wbuf_u64(b, stats->rx_bytes);
	wbuf_u64(b, stats->tx_bytes);
	wbuf_u64(b, stats->rx_dropped);
	wbuf_u64(b, stats->tx_dropped);
	wbuf_u64(b, stats->rx_errors);
	wbuf_u64(b, stats->tx_errors);
	wbuf_u64(b, stats->rx_frame_err);
	wbuf_u64(b, stats->rx_over_err);
	wbuf_u64(b, stats->rx_crc_err);
	wbuf_u64(b, stats->collisions);
	wbuf_u32(b, stats->duration_s);
	wbuf_u32(b, stats->duration_ns);
	return 0;
}

/* A counter that is UINT64_MAX is one that the switch does not have. */
static void counter_text(const char *label, uint64_t value, struct text *t)
{
	if (value == UINT64_MAX)
		text_add(t, "%s=?", label);
	else
		text_add(t, "%s=%" PRIu64, label, value);
}

static void port_stats_text(const union of_multipart_entry *entry, const struct of_names *names,
			    struct text *t)
{
	const struct of_port_stats *stats = &entry->port_stats;

	text_add(t, "  port ");
	of_port_no_text(stats->port_no, names, t);
	counter_text(": rx pkts", stats->rx_packets, t);
	counter_text(", bytes", stats->rx_bytes, t);
	counter_text(", drop", stats->rx_dropped, t);
	counter_text(", errs", stats->rx_errors, t);
	counter_text(", frame", stats->rx_frame_err, t);
	counter_text(", over", stats->rx_over_err, t);
	counter_text(", crc", stats->rx_crc_err, t);
	counter_text("\n           tx pkts", stats->tx_packets, t);
	counter_text(", bytes", stats->tx_bytes, t);
	counter_text(", drop", stats->tx_dropped, t);
	counter_text(", errs", stats->tx_errors, t);
	counter_text(", coll", stats->collisions, t);
	text_add(t, "\n           duration=%u.%03us", stats->duration_s,
		 stats->duration_ns / 1000000);
}

static enum of_err port_desc_unpack(struct cursor *c, enum of_version version,
				    struct of_arena *arena, union of_multipart_entry *entry)
{
	(void)arena;
	return of_port_unpack(c, version, &entry->port_desc);
}

static int port_desc_pack(const void *entry, enum of_version version, struct wbuf *b)
{
	return of_port_pack(entry, version, b);
}

static void port_desc_text(const union of_multipart_entry *entry, const struct of_names *names,
			   struct text *t)
{
	(void)names;
	of_port_text(&entry->port_desc, t);
}

static enum of_err queue_request_unpack(struct cursor *c, enum of_version version,
					struct of_arena *arena,
					struct of_multipart_request *request)
{
	(void)arena;
	(void)version;
	request->queue.port_no = cursor_u32(c);
	request->queue.queue_id = cursor_u32(c);
	return of_body_end(c);
}

static int queue_request_pack(const struct of_multipart_request *request, enum of_version version,
			      struct wbuf *b)
{
	(void)version;
	wbuf_u32(b, request->queue.port_no);
	wbuf_u32(b, request->queue.queue_id);
	return 0;
}

static void queue_request_text(const struct of_multipart_request *request, struct text *t)
{
	text_add(t, " port=");
	of_port_no_text(request->queue.port_no, NULL, t);
	if (request->queue.queue_id == OFPQ_ALL)
		text_add(t, " queue=ALL");
	else
		text_add(t, " queue=%u", request->queue.queue_id);
}

static enum of_err queue_unpack(struct cursor *c, enum of_version version, struct of_arena *arena,
				union of_multipart_entry *entry)
{
	struct of_queue_stats *queue = &entry->queue;

	(void)version;
	(void)arena;
	queue->port_no = cursor_u32(c);
	queue->queue_id = cursor_u32(c);
	queue->tx_bytes = cursor_u64(c);
	queue->tx_packets = cursor_u64(c);
	queue->tx_errors = cursor_u64(c);
	queue->duration_s = cursor_u32(c);
	queue->duration_ns = cursor_u32(c);
	return cursor_ok(c) ? OF_OK : OFPBRC_BAD_LEN;
}

static int queue_pack(const void *entry, enum of_version version, struct wbuf *b)
{
	const struct of_queue_stats *queue = entry;

	(void)version;
	wbuf_u32(b, queue->port_no);
	wbuf_u32(b, queue->queue_id);
	wbuf_u64(b, queue->tx_bytes);
	wbuf_u64(b, queue->tx_packets);
	wbuf_u64(b, queue->tx_errors);
	wbuf_u32(b, queue->duration_s);
	wbuf_u32(b, queue->duration_ns);
	return 0;
}

static void queue_text(const union of_multipart_entry *entry, const struct of_names *names,
		       struct text *t)
{
	const struct of_queue_stats *queue = &entry->queue;

	text_add(t, "  port ");
	of_port_no_text(queue->port_no, names, t);
	text_add(t, " queue %u", queue->queue_id);
	counter_text(": bytes", queue->tx_bytes, t);
	counter_text(", pkts", queue->tx_packets, t);
	counter_text(", errors", queue->tx_errors, t);
	text_add(t, ", duration=%u.%03us", queue->duration_s, queue->duration_ns / 1000000);
}

const struct of_multipart_ops of_multipart_port_stats = {
	.name = "port_stats",
	.request_unpack = port_request_unpack,
	.request_pack = port_request_pack,
	.request_text = port_request_text,
	.entry_unpack = port_stats_unpack,
	.entry_pack = port_stats_pack,
	.entry_text = port_stats_text,
};

const struct of_multipart_ops of_multipart_port_desc = {
	.name = "port_desc",
	.entry_unpack = port_desc_unpack,
	.entry_pack = port_desc_pack,
	.entry_text = port_desc_text,
};

const struct of_multipart_ops of_multipart_queue = {
	.name = "queue",
	.request_unpack = queue_request_unpack,
	.request_pack = queue_request_pack,
	.request_text = queue_request_text,
	.entry_unpack = queue_unpack,
	.entry_pack = queue_pack,
	.entry_text = queue_text,
};
