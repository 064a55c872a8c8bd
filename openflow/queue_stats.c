// SPDX-License-Identifier: Apache-2.0
/* OFPMP_QUEUE. */
#include "openflow/codec.h"
#include "openflow/multipart_ops.h"
#include "openflow/port_stats.h"

#define QUEUE_STATS_SIZE_14 48 /* without properties */

enum of_err of_queue_request_unpack(struct cursor *c, enum of_version version,
				    struct of_arena *arena, struct of_multipart_request *request)
{
	(void)arena;
	request->queue.port_no =
		version == OF10 ? of_queue_port_from_of10(cursor_u16(c)) : cursor_u32(c);
	cursor_skip(c, version == OF10 ? 2 : 0);
	request->queue.queue_id = cursor_u32(c);
	return of_body_end(c);
}

/* Version 1.0 asks for the queues of all ports with the number of OFPP_ALL (1.0.0 §5.3.5). */
static void queue_port_pack(uint32_t port_no, enum of_version version, struct wbuf *b)
{
	if (version == OF10) {
		wbuf_u16(b, of_port_to_of10(port_no == OFPP_ANY ? OFPP_ALL : port_no));
		wbuf_zero(b, 2);
	} else {
		wbuf_u32(b, port_no);
	}
}

int of_queue_request_pack(const struct of_multipart_request *request, enum of_version version,
			  struct wbuf *b)
{
	queue_port_pack(request->queue.port_no, version, b);
	wbuf_u32(b, request->queue.queue_id);
	return 0;
}

void of_queue_request_text(const struct of_multipart_request *request, struct text *t)
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
	uint16_t len = QUEUE_STATS_SIZE_14;

	(void)arena;
	if (version >= OF14) {
		len = cursor_u16(c);
		cursor_skip(c, 6);
	}
	queue->port_no = version == OF10 ? of_port_from_of10(cursor_u16(c)) : cursor_u32(c);
	cursor_skip(c, version == OF10 ? 2 : 0);
	queue->queue_id = cursor_u32(c);
	queue->tx_bytes = cursor_u64(c);
	queue->tx_packets = cursor_u64(c);
	queue->tx_errors = cursor_u64(c);
	queue->duration_s = version == OF10 ? 0 : cursor_u32(c);
	queue->duration_ns = version == OF10 ? 0 : cursor_u32(c);
	if (!cursor_ok(c) || len < QUEUE_STATS_SIZE_14)
		return OFPBRC_BAD_LEN;
	cursor_skip(c, len - QUEUE_STATS_SIZE_14); /* properties: an experimenter's only */
	return cursor_ok(c) ? OF_OK : OFPBRC_BAD_LEN;
}

static int queue_pack(const void *entry, enum of_version version, struct wbuf *b)
{
	const struct of_queue_stats *queue = entry;

	if (version >= OF14) {
		wbuf_u16(b, QUEUE_STATS_SIZE_14);
		wbuf_zero(b, 6);
	}
	queue_port_pack(queue->port_no, version, b);
	wbuf_u32(b, queue->queue_id);
	wbuf_u64(b, queue->tx_bytes);
	wbuf_u64(b, queue->tx_packets);
	wbuf_u64(b, queue->tx_errors);
	if (version != OF10) {
		wbuf_u32(b, queue->duration_s);
		wbuf_u32(b, queue->duration_ns);
	}
	return 0;
}

static void queue_text(const union of_multipart_entry *entry, const struct of_names *names,
		       struct text *t)
{
	const struct of_queue_stats *queue = &entry->queue;

	text_add(t, "  port ");
	of_port_no_text(queue->port_no, names, t);
	text_add(t, " queue %u", queue->queue_id);
	of_counter_text(": bytes", queue->tx_bytes, t);
	of_counter_text(", pkts", queue->tx_packets, t);
	of_counter_text(", errors", queue->tx_errors, t);
	text_add(t, ", duration=%u.%03us", queue->duration_s, queue->duration_ns / 1000000);
}

const struct of_multipart_ops of_multipart_queue = {
	.name = "queue",
	.request_unpack = of_queue_request_unpack,
	.request_pack = of_queue_request_pack,
	.request_text = of_queue_request_text,
	.entry_unpack = queue_unpack,
	.entry_pack = queue_pack,
	.entry_text = queue_text,
};
