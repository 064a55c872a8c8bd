// SPDX-License-Identifier: Apache-2.0
/* OFPT_CONTROLLER_STATUS, and OFPMP_CONTROLLER_STATUS, whose entries are the same. */
#include "openflow/controller_status.h"
#include "openflow/codec.h"
#include "openflow/msg.h"
#include "openflow/multipart_ops.h"
#include "openflow/property.h"

#include <errno.h>

#define STATUS_SIZE 16
#define PROPERTY_URI 0 /* OFPCSPT_URI */

/* The bytes of a string; zeros, which some write behind it, end it. */
static enum of_err uri_unpack(struct cursor *c, char *uri, size_t room)
{
	size_t size = cursor_left(c);
	const uint8_t *from = cursor_take(c, size);
	size_t len = strnlen((const char *)from, size);

	if (len >= room)
		return OFPBPC_BAD_LEN;
	memcpy(uri, from, len);
	uri[len] = '\0';
	return OF_OK;
}

static enum of_err status_unpack(struct cursor *c, struct of_controller_status *status)
{
	uint16_t len = cursor_u16(c);
	struct cursor body = cursor_sub(c, len >= STATUS_SIZE ? len - 2u : SIZE_MAX);

	*status = (struct of_controller_status){.short_id = cursor_u16(&body)};
	status->role = cursor_u32(&body);
	status->reason = cursor_u8(&body);
	status->channel_status = cursor_u8(&body);
	cursor_skip(&body, 6);
	if (!cursor_ok(&body))
		return OFPBRC_BAD_LEN;
	while (cursor_left(&body) > 0) {
		struct of_property property;
		enum of_err err = of_property_next(&body, &property);

		if (err == OF_OK && property.type == PROPERTY_URI)
			err = uri_unpack(&property.body, status->uri, sizeof(status->uri));
		else if (err == OF_OK && property.type != OF_PROPERTY_EXPERIMENTER)
			err = OFPBPC_BAD_TYPE;
		if (err != OF_OK)
			return err;
	}
	return OF_OK;
}

static int status_pack(const struct of_controller_status *status, struct wbuf *b)
{
	size_t start = b->len;

	wbuf_u16(b, 0);
	wbuf_u16(b, status->short_id);
	wbuf_u32(b, status->role);
	wbuf_u8(b, status->reason);
	wbuf_u8(b, status->channel_status);
	wbuf_zero(b, 6);
	if (status->uri[0] != '\0') {
		size_t uri = of_property_start(b, PROPERTY_URI);

		wbuf_put(b, status->uri, strlen(status->uri));
		of_property_finish(b, uri);
	}
	wbuf_set_u16(b, start, (uint16_t)(b->len - start));
	return 0;
}

static void status_text(const struct of_controller_status *status, struct text *t)
{
	static const char *const roles[] = {"nochange", "equal", "master", "slave"};
	static const char *const reasons[] = {"request",          "channel_status",     "role",
					      "controller_added", "controller_removed", "short_id",
					      "experimenter"};

	text_add(t, " short_id=%u role=%s reason=%s status=%s", status->short_id,
		 status->role <= OFPCR_ROLE_SLAVE ? roles[status->role] : "?",
		 status->reason <= OFPCSR_EXPERIMENTER ? reasons[status->reason] : "?",
		 status->channel_status == OFPCT_STATUS_UP ? "up" : "down");
	if (status->uri[0] != '\0') {
		text_add(t, " uri=");
		of_printable_text(t, status->uri);
	}
}

enum of_err of_controller_status_unpack(struct cursor *c, struct of_arena *arena,
					struct of_msg *msg)
{
	enum of_err err = status_unpack(c, &msg->controller_status);

	(void)arena;
	return err != OF_OK ? err : of_body_end(c);
}

int of_controller_status_pack(const struct of_msg *msg, struct wbuf *b)
{
	return status_pack(&msg->controller_status, b);
}

void of_controller_status_text(const struct of_msg *msg, struct text *t)
{
	status_text(&msg->controller_status, t);
}

static enum of_err entry_unpack(struct cursor *c, enum of_version version, struct of_arena *arena,
				union of_multipart_entry *entry)
{
	(void)version;
	(void)arena;
	return status_unpack(c, &entry->controller_status);
}

static int entry_pack(const void *entry, enum of_version version, struct wbuf *b)
{
	(void)version;
	return status_pack(entry, b);
}

static void entry_text(const union of_multipart_entry *entry, const struct of_names *names,
		       struct text *t)
{
	(void)names;
	status_text(&entry->controller_status, t);
}

const struct of_multipart_ops of_multipart_controller_status = {
	.name = "controller_status",
	.since = OF15,
	.entry_unpack = entry_unpack,
	.entry_pack = entry_pack,
	.entry_text = entry_text,
};
