// SPDX-License-Identifier: Apache-2.0
#include "openflow/queue.h"
#include "openflow/codec.h"
#include "openflow/msg.h"

#define QUEUE_SIZE 16
#define OF10_QUEUE_SIZE 8
#define RATE_PROPERTY_SIZE 16

enum of_queue_property { OFPQT_MIN_RATE = 1, OFPQT_MAX_RATE = 2, OFPQT_EXPERIMENTER = 0xffff };

uint32_t of_queue_port_from_of10(uint16_t port)
{
	uint32_t port_no = of_port_from_of10(port);

	return port_no == OFPP_ALL ? OFPP_ANY : port_no;
}

enum of_err of_queue_config_request_unpack(struct cursor *c, struct of_arena *arena,
					   struct of_msg *msg)
{
	bool of10 = msg->version == OF10;

	(void)arena;
	msg->queue_config = (struct of_queue_config){0};
	msg->queue_config.port_no = of10 ? of_queue_port_from_of10(cursor_u16(c)) : cursor_u32(c);
	cursor_skip(c, of10 ? 2 : 4);
	return of_body_end(c);
}

static void port_pack(uint32_t port_no, enum of_version version, struct wbuf *b)
{
	if (version == OF10)
		wbuf_u16(b, of_port_to_of10(port_no == OFPP_ANY ? OFPP_ALL : port_no));
	else
		wbuf_u32(b, port_no);
}

int of_queue_config_request_pack(const struct of_msg *msg, struct wbuf *b)
{
	port_pack(msg->queue_config.port_no, msg->version, b);
	wbuf_zero(b, msg->version == OF10 ? 2 : 4);
	return 0;
}

void of_queue_config_request_text(const struct of_msg *msg, struct text *t)
{
	text_add(t, " port=");
	of_port_no_text(msg->queue_config.port_no, NULL, t);
}

static enum of_err properties_unpack(struct cursor *c, struct of_queue *queue)
{
	while (cursor_left(c) > 0) {
		uint16_t type = cursor_u16(c);
		uint16_t len = cursor_u16(c);
		struct cursor body;

		if (!cursor_ok(c) || len < 8 || len % 8 != 0)
			return OFPBRC_BAD_LEN;
		body = cursor_sub(c, len - 4u);
		cursor_skip(&body, 4);
		if (!cursor_ok(&body))
			return OFPBRC_BAD_LEN;
		if (type == OFPQT_MIN_RATE)
			queue->min_rate_permille = cursor_u16(&body);
		else if (type == OFPQT_MAX_RATE)
			queue->max_rate_permille = cursor_u16(&body);
		if (!cursor_ok(&body))
			return OFPBRC_BAD_LEN;
	}
	return OF_OK;
}

/* In version 1.0 an entry does not name its port again, and is shorter. */
static enum of_err queue_unpack(struct cursor *c, const struct of_msg *msg, struct of_queue *queue)
{
	bool of10 = msg->version == OF10;
	uint16_t size = of10 ? OF10_QUEUE_SIZE : QUEUE_SIZE;
	struct cursor properties;
	uint16_t len;

	queue->queue_id = cursor_u32(c);
	queue->port_no = of10 ? msg->queue_config.port_no : cursor_u32(c);
	queue->min_rate_permille = OFPQ_RATE_UNKNOWN;
	queue->max_rate_permille = OFPQ_RATE_UNKNOWN;
	len = cursor_u16(c);
	cursor_skip(c, of10 ? 2 : 6);
	if (!cursor_ok(c) || len < size)
		return OFPBRC_BAD_LEN;
	properties = cursor_sub(c, (size_t)len - size);
	return cursor_ok(c) ? properties_unpack(&properties, queue) : OFPBRC_BAD_LEN;
}

enum of_err of_queue_config_reply_unpack(struct cursor *c, struct of_arena *arena,
					 struct of_msg *msg)
{
	struct of_queue_config *config = &msg->queue_config;
	size_t room;

	*config = (struct of_queue_config){0};
	config->port_no =
		msg->version == OF10 ? of_queue_port_from_of10(cursor_u16(c)) : cursor_u32(c);
	cursor_skip(c, msg->version == OF10 ? 6 : 4);
	if (!cursor_ok(c))
		return OFPBRC_BAD_LEN;
	room = cursor_left(c) / OF10_QUEUE_SIZE;
	config->queues = of_arena_alloc(arena, room * sizeof(*config->queues));
	if (config->queues == NULL)
		return OF_ERR_NO_MEMORY;
	while (cursor_left(c) > 0) {
		enum of_err err;

		if (config->n_queues == room)
			return OFPBRC_BAD_LEN;
		err = queue_unpack(c, msg, &config->queues[config->n_queues++]);
		if (err != OF_OK)
			return err;
	}
	return OF_OK;
}

static void rate_pack(enum of_queue_property type, uint16_t rate, struct wbuf *b)
{
	if (rate == OFPQ_RATE_UNKNOWN)
		return;
	wbuf_u16(b, (uint16_t)type);
	wbuf_u16(b, RATE_PROPERTY_SIZE);
	wbuf_zero(b, 4);
	wbuf_u16(b, rate);
	wbuf_zero(b, 6);
}

int of_queue_config_reply_pack(const struct of_msg *msg, struct wbuf *b)
{
	const struct of_queue_config *config = &msg->queue_config;

	bool of10 = msg->version == OF10;

	port_pack(config->port_no, msg->version, b);
	wbuf_zero(b, of10 ? 6 : 4);
	for (unsigned i = 0; i < config->n_queues; i++) {
		const struct of_queue *queue = &config->queues[i];
		size_t start = b->len;

		wbuf_u32(b, queue->queue_id);
		if (!of10)
			wbuf_u32(b, queue->port_no);
		wbuf_zero(b, of10 ? 4 : 8);
		rate_pack(OFPQT_MIN_RATE, queue->min_rate_permille, b);
		if (!of10) /* which has no word for it */
			rate_pack(OFPQT_MAX_RATE, queue->max_rate_permille, b);
		wbuf_set_u16(b, start + (of10 ? 4 : 8), (uint16_t)(b->len - start));
	}
	return 0;
}

void of_queue_config_reply_text(const struct of_msg *msg, struct text *t)
{
	of_queue_config_request_text(msg, t);
	for (unsigned i = 0; i < msg->queue_config.n_queues; i++) {
		const struct of_queue *queue = &msg->queue_config.queues[i];

		text_add(t, "\nqueue %u:", queue->queue_id);
		if (queue->min_rate_permille != OFPQ_RATE_UNKNOWN)
			text_add(t, " min_rate:%u.%u%%", queue->min_rate_permille / 10,
				 queue->min_rate_permille % 10);
		if (queue->max_rate_permille != OFPQ_RATE_UNKNOWN)
			text_add(t, " max_rate:%u.%u%%", queue->max_rate_permille / 10,
				 queue->max_rate_permille % 10);
	}
}
