// SPDX-License-Identifier: Apache-2.0
#include "openflow/bundle.h"
#include "openflow/codec.h"
#include "openflow/msg.h"
#include "openflow/onf.h"
#include "openflow/property.h"

#include <errno.h>
#include <inttypes.h>

#define PROPERTY_TIME 1 /* OFPBPT_TIME, 1.5 */

static void time_unpack(struct cursor *c, struct of_time *time)
{
	time->seconds = cursor_u64(c);
	time->nanoseconds = cursor_u32(c);
	cursor_skip(c, 4);
}

static void time_pack(const struct of_time *time, struct wbuf *b)
{
	wbuf_u64(b, time->seconds);
	wbuf_u32(b, time->nanoseconds);
	wbuf_zero(b, 4);
}

static void time_text(const struct of_time *time, struct text *t)
{
	text_add(t, "%" PRIu64 ".%09u", time->seconds, time->nanoseconds);
}

static enum of_err properties_unpack(struct cursor *c, enum of_version version, bool *has_time,
				     struct of_time *time)
{
	*has_time = false;
	*time = (struct of_time){0};
	while (cursor_left(c) > 0) {
		struct of_property property;
		enum of_err err = of_property_next(c, &property);

		if (err != OF_OK)
			return err;
		if (property.type != PROPERTY_TIME || version < OF15)
			return of_property_unknown(&property);
		if (*has_time)
			return OFPBPC_DUP_TYPE;
		*has_time = true;
		cursor_skip(&property.body, 4);
		time_unpack(&property.body, time);
		if (of_property_end(&property) != OF_OK)
			return OFPBPC_BAD_LEN;
		if (time->nanoseconds >= 1000000000)
			return OFPBPC_BAD_VALUE;
	}
	return OF_OK;
}

enum of_err of_bundle_control_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg)
{
	struct of_bundle_control *control = &msg->bundle_control;

	(void)arena;
	control->bundle_id = cursor_u32(c);
	control->type = cursor_u16(c);
	control->flags = cursor_u16(c);
	if (!cursor_ok(c))
		return OFPBRC_BAD_LEN;
	return properties_unpack(c, msg->version, &control->has_time, &control->time);
}

int of_bundle_control_pack(const struct of_msg *msg, struct wbuf *b)
{
	const struct of_bundle_control *control = &msg->bundle_control;

	if (control->has_time && msg->version < OF15)
		return -EPROTONOSUPPORT;
	of_onf_header_pack(msg->version, msg->type, b);
	wbuf_u32(b, control->bundle_id);
	wbuf_u16(b, control->type);
	wbuf_u16(b, control->flags);
	if (control->has_time) {
		size_t start = of_property_start(b, PROPERTY_TIME);

		wbuf_zero(b, 4);
		time_pack(&control->time, b);
		of_property_finish(b, start);
	}
	return 0;
}

static void flags_text(uint16_t flags, struct text *t)
{
	static const char *const names[] = {"atomic", "ordered", "time"};
	const char *separator = "";

	if (flags == 0)
		text_add(t, "0");
	for (unsigned i = 0; i < 16; i++) {
		if ((flags & 1u << i) == 0)
			continue;
		if (i < sizeof(names) / sizeof(names[0]))
			text_add(t, "%s%s", separator, names[i]);
		else
			text_add(t, "%s0x%x", separator, 1u << i);
		separator = " ";
	}
}

void of_bundle_control_text(const struct of_msg *msg, struct text *t)
{
	static const char *const types[] = {"OPEN_REQUEST",    "OPEN_REPLY",     "CLOSE_REQUEST",
					    "CLOSE_REPLY",     "COMMIT_REQUEST", "COMMIT_REPLY",
					    "DISCARD_REQUEST", "DISCARD_REPLY"};
	const struct of_bundle_control *control = &msg->bundle_control;

	text_add(t, " bundle_id=0x%x type=", control->bundle_id);
	if (control->type <= OFPBCT_DISCARD_REPLY)
		text_add(t, "%s flags=", types[control->type]);
	else
		text_add(t, "%u flags=", control->type);
	flags_text(control->flags, t);
	if (control->has_time) {
		text_add(t, " time=");
		time_text(&control->time, t);
	}
}

enum of_err of_bundle_add_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg)
{
	struct of_bundle_add *add = &msg->bundle_add;
	struct of_time time;
	bool has_time;
	uint16_t size;

	(void)arena;
	add->bundle_id = cursor_u32(c);
	cursor_skip(c, 2);
	add->flags = cursor_u16(c);
	if (!cursor_ok(c))
		return OFPBRC_BAD_LEN;
	if (cursor_left(c) < OF_HEADER_SIZE)
		return OFPBFC_MSG_BAD_LEN;
	size = (uint16_t)(c->at[2] << 8 | c->at[3]);
	if (size < OF_HEADER_SIZE || size > cursor_left(c))
		return OFPBFC_MSG_BAD_LEN;
	add->message_size = size;
	add->message = cursor_take(c, size);
	if (cursor_left(c) == 0)
		return OF_OK;
	/* Only with properties behind it is the message padded (1.4.1 §7.3.9.2). */
	cursor_skip(c, (8 - size % 8) % 8);
	return cursor_ok(c) ? properties_unpack(c, msg->version, &has_time, &time)
			    : OFPBFC_MSG_BAD_LEN;
}

int of_bundle_add_pack(const struct of_msg *msg, struct wbuf *b)
{
	const struct of_bundle_add *add = &msg->bundle_add;

	of_onf_header_pack(msg->version, msg->type, b);
	wbuf_u32(b, add->bundle_id);
	wbuf_zero(b, 2);
	wbuf_u16(b, add->flags);
	wbuf_put(b, add->message, add->message_size);
	return 0;
}

void of_bundle_add_text(const struct of_msg *msg, struct text *t)
{
	const struct of_bundle_add *add = &msg->bundle_add;
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	struct of_msg *inner = of_arena_alloc(&arena, sizeof(*inner));

	text_add(t, " bundle_id=0x%x flags=", add->bundle_id);
	flags_text(add->flags, t);
	/* A bundle in a bundle is refused anyway; not going into it bounds the depth. */
	if (inner != NULL &&
	    of_msg_unpack(add->message, add->message_size, &arena, inner) == OF_OK &&
	    inner->type != OFPT_BUNDLE_ADD_MESSAGE && inner->type != OFPT_REQUESTFORWARD) {
		text_add(t, "\n");
		of_msg_text(inner, t);
	} else {
		text_add(t, " message=");
		of_bytes_text(t, add->message, add->message_size);
	}
	of_arena_free(&arena);
}
