// SPDX-License-Identifier: Apache-2.0
/* OFPMP_QUEUE_DESC (1.4.1 §7.3.5.16): the queues of ports, in place of QUEUE_GET_CONFIG. */
#include "openflow/codec.h"
#include "openflow/multipart_ops.h"
#include "openflow/property.h"

#define DESC_SIZE 16

enum property { OFPQDPT_MIN_RATE = 1, OFPQDPT_MAX_RATE = 2 };

static enum of_err entry_unpack(struct cursor *c, enum of_version version, struct of_arena *arena,
				union of_multipart_entry *entry)
{
	struct of_queue *queue = &entry->queue_desc;
	struct cursor body;
	uint16_t len;

	(void)version;
	(void)arena;
	queue->port_no = cursor_u32(c);
	queue->queue_id = cursor_u32(c);
	queue->min_rate_permille = OFPQ_RATE_UNKNOWN;
	queue->max_rate_permille = OFPQ_RATE_UNKNOWN;
	len = cursor_u16(c);
	cursor_skip(c, 6);
	if (!cursor_ok(c) || len < DESC_SIZE)
		return OFPBRC_BAD_LEN;
	body = cursor_sub(c, len - DESC_SIZE);
	while (cursor_left(&body) > 0) {
		struct of_property property;
		enum of_err err = of_property_next(&body, &property);

		if (err != OF_OK)
			return err;
		if (property.type == OFPQDPT_MIN_RATE)
			queue->min_rate_permille = cursor_u16(&property.body);
		else if (property.type == OFPQDPT_MAX_RATE)
			queue->max_rate_permille = cursor_u16(&property.body);
		if (!cursor_ok(&property.body))
			return OFPBPC_BAD_LEN;
	}
	return cursor_ok(c) ? OF_OK : OFPBRC_BAD_LEN;
}

static void rate_pack(uint16_t type, uint16_t rate, struct wbuf *b)
{
	size_t start;

	if (rate == OFPQ_RATE_UNKNOWN)
		return;
	start = of_property_start(b, type);
	wbuf_u16(b, rate);
	wbuf_zero(b, 2);
	of_property_finish(b, start);
}

static int entry_pack(const void *entry, enum of_version version, struct wbuf *b)
{
	const struct of_queue *queue = entry;
	size_t start = b->len;

	(void)version;
	wbuf_u32(b, queue->port_no);
	wbuf_u32(b, queue->queue_id);
	wbuf_zero(b, 8);
	rate_pack(OFPQDPT_MIN_RATE, queue->min_rate_permille, b);
	rate_pack(OFPQDPT_MAX_RATE, queue->max_rate_permille, b);
	wbuf_set_u16(b, start + 8, (uint16_t)(b->len - start));
	return 0;
}

static void entry_text(const union of_multipart_entry *entry, const struct of_names *names,
		       struct text *t)
{
	const struct of_queue *queue = &entry->queue_desc;

	text_add(t, " port=");
	of_port_no_text(queue->port_no, names, t);
	text_add(t, " queue %u:", queue->queue_id);
	if (queue->min_rate_permille != OFPQ_RATE_UNKNOWN)
		text_add(t, " min_rate:%u.%u%%", queue->min_rate_permille / 10,
			 queue->min_rate_permille % 10);
	if (queue->max_rate_permille != OFPQ_RATE_UNKNOWN)
		text_add(t, " max_rate:%u.%u%%", queue->max_rate_permille / 10,
			 queue->max_rate_permille % 10);
}

const struct of_multipart_ops of_multipart_queue_desc = {
	.name = "queue_desc",
	.since = OF14,
	.request_unpack = of_queue_request_unpack,
	.request_pack = of_queue_request_pack,
	.request_text = of_queue_request_text,
	.entry_unpack = entry_unpack,
	.entry_pack = entry_pack,
	.entry_text = entry_text,
};
