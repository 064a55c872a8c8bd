// SPDX-License-Identifier: Apache-2.0
#include "openflow/flow_monitor.h"
#include "openflow/codec.h"
#include "openflow/msg.h"
#include "openflow/multipart_ops.h"

#include <errno.h>
#include <inttypes.h>

#define REQUEST_SIZE 24 /* with the shortest match */
#define FULL_SIZE 24    /* without the match */
#define SHORT_SIZE 8

static enum of_err monitor_unpack(struct cursor *c, enum of_version version,
				  struct of_flow_monitor_request *monitor)
{
	monitor->monitor_id = cursor_u32(c);
	monitor->out_port = cursor_u32(c);
	monitor->out_group = cursor_u32(c);
	monitor->flags = cursor_u16(c);
	monitor->table_id = cursor_u8(c);
	monitor->command = cursor_u8(c);
	if (!cursor_ok(c))
		return OFPBRC_BAD_LEN;
	return of_match_unpack(c, version, &monitor->match);
}

static enum of_err request_unpack(struct cursor *c, enum of_version version, struct of_arena *arena,
				  struct of_multipart_request *request)
{
	size_t room = cursor_left(c) / REQUEST_SIZE;

	request->flow_monitor.n = 0;
	request->flow_monitor.monitors =
		of_arena_alloc(arena, room * sizeof(struct of_flow_monitor_request));
	if (request->flow_monitor.monitors == NULL)
		return OF_ERR_NO_MEMORY;
	while (cursor_left(c) > 0) {
		enum of_err err;

		if (request->flow_monitor.n == room)
			return OFPBRC_BAD_LEN;
		err = monitor_unpack(c, version,
				     &request->flow_monitor.monitors[request->flow_monitor.n++]);
		if (err != OF_OK)
			return err;
	}
	return OF_OK;
}

static int request_pack(const struct of_multipart_request *request, enum of_version version,
			struct wbuf *b)
{
	for (unsigned i = 0; i < request->flow_monitor.n; i++) {
		const struct of_flow_monitor_request *monitor = &request->flow_monitor.monitors[i];
		int rc;

		wbuf_u32(b, monitor->monitor_id);
		wbuf_u32(b, monitor->out_port);
		wbuf_u32(b, monitor->out_group);
		wbuf_u16(b, monitor->flags);
		wbuf_u8(b, monitor->table_id);
		wbuf_u8(b, monitor->command);
		rc = of_match_pack(&monitor->match, version, b);
		if (rc != 0)
			return rc;
	}
	return 0;
}

static void flags_text(uint16_t flags, struct text *t)
{
	static const char *const names[] = {"initial",      "add",       "delete",  "modify",
					    "instructions", "no-abbrev", "only-own"};
	const char *separator = "";

	for (unsigned i = 0; i < 16; i++) {
		if ((flags & 1u << i) == 0)
			continue;
		if (i < sizeof(names) / sizeof(names[0]))
			text_add(t, "%s%s", separator, names[i]);
		else
			text_add(t, "%s0x%x", separator, 1u << i);
		separator = ",";
	}
}

static void request_text(const struct of_multipart_request *request, struct text *t)
{
	static const char *const commands[] = {"add", "modify", "delete"};

	for (unsigned i = 0; i < request->flow_monitor.n; i++) {
		const struct of_flow_monitor_request *monitor = &request->flow_monitor.monitors[i];

		text_add(t, "\n id=%u command=%s flags=", monitor->monitor_id,
			 monitor->command <= OFPFMC_DELETE ? commands[monitor->command] : "?");
		flags_text(monitor->flags, t);
		if (monitor->out_port != OFPP_ANY) {
			text_add(t, " out_port=");
			of_port_no_text(monitor->out_port, NULL, t);
		}
		if (monitor->out_group != OFPG_ANY)
			text_add(t, " out_group=%u", monitor->out_group);
		if (monitor->table_id != OFPTT_ALL)
			text_add(t, " table=%u", monitor->table_id);
		if (monitor->match.n > 0) {
			text_add(t, " ");
			of_match_text(&monitor->match, NULL, t);
		}
	}
}

static enum of_err full_unpack(struct cursor *body, enum of_version version, struct of_arena *arena,
			       struct of_flow_update *update)
{
	enum of_err err;

	update->table_id = cursor_u8(body);
	update->reason = cursor_u8(body);
	update->idle_timeout = cursor_u16(body);
	update->hard_timeout = cursor_u16(body);
	update->priority = cursor_u16(body);
	cursor_skip(body, 4);
	update->cookie = cursor_u64(body);
	if (!cursor_ok(body))
		return OFPBRC_BAD_LEN;
	err = of_match_unpack(body, version, &update->match);
	return err == OF_OK ? of_instructions_unpack(body, version, arena, &update->instructions)
			    : err;
}

static enum of_err entry_unpack(struct cursor *c, enum of_version version, struct of_arena *arena,
				union of_multipart_entry *entry)
{
	struct of_flow_update *update = &entry->flow_update;
	uint16_t len = cursor_u16(c);
	struct cursor body = cursor_sub(c, len >= SHORT_SIZE ? len - 2u : SIZE_MAX);

	update->event = cursor_u16(&body);
	update->xid = 0;
	update->match.n = 0;
	update->instructions = (struct of_instructions){0};
	if (!cursor_ok(&body))
		return OFPBRC_BAD_LEN;
	switch (update->event) {
	case OFPFME_INITIAL:
	case OFPFME_ADDED:
	case OFPFME_REMOVED:
	case OFPFME_MODIFIED:
		return full_unpack(&body, version, arena, update);
	case OFPFME_ABBREV:
		update->xid = cursor_u32(&body);
		return of_body_end(&body);
	case OFPFME_PAUSED:
	case OFPFME_RESUMED:
		cursor_skip(&body, 4);
		return of_body_end(&body);
	default:
		return OFPBRC_BAD_LEN;
	}
}

static int entry_pack(const void *entry, enum of_version version, struct wbuf *b)
{
	const struct of_flow_update *update = entry;
	size_t start = b->len;
	int rc = 0;

	wbuf_u16(b, 0);
	wbuf_u16(b, update->event);
	if (update->event >= OFPFME_ABBREV) {
		wbuf_u32(b, update->event == OFPFME_ABBREV ? update->xid : 0);
	} else {
		wbuf_u8(b, update->table_id);
		wbuf_u8(b, update->reason);
		wbuf_u16(b, update->idle_timeout);
		wbuf_u16(b, update->hard_timeout);
		wbuf_u16(b, update->priority);
		wbuf_zero(b, 4);
		wbuf_u64(b, update->cookie);
		rc = of_match_pack(&update->match, version, b);
		if (rc == 0)
			rc = of_instructions_pack(&update->instructions, version, b);
	}
	if (rc == 0 && b->len - start > UINT16_MAX)
		rc = -EMSGSIZE;
	wbuf_set_u16(b, start, (uint16_t)(b->len - start));
	return rc;
}

static void entry_text(const union of_multipart_entry *entry, const struct of_names *names,
		       struct text *t)
{
	static const char *const events[] = {"INITIAL", "ADDED",  "REMOVED", "MODIFIED",
					     "ABBREV",  "PAUSED", "RESUMED"};
	static const char *const reasons[] = {"idle",         "hard",         "delete",
					      "group_delete", "meter_delete", "eviction"};
	const struct of_flow_update *update = &entry->flow_update;

	text_add(t, " event=%s", update->event <= OFPFME_RESUMED ? events[update->event] : "?");
	if (update->event == OFPFME_ABBREV)
		text_add(t, " xid=0x%x", update->xid);
	if (update->event >= OFPFME_ABBREV)
		return;
	if (update->event == OFPFME_REMOVED)
		text_add(t, " reason=%s",
			 update->reason <= OFPRR_EVICTION ? reasons[update->reason] : "?");
	text_add(t, " table=%u", update->table_id);
	if (update->idle_timeout != 0)
		text_add(t, " idle_timeout=%u", update->idle_timeout);
	if (update->hard_timeout != 0)
		text_add(t, " hard_timeout=%u", update->hard_timeout);
	text_add(t, " cookie=0x%" PRIx64 " priority=%u", update->cookie, update->priority);
	if (update->match.n > 0) {
		text_add(t, ",");
		of_match_text(&update->match, names, t);
	}
	if (update->instructions.n > 0) {
		text_add(t, " actions=");
		of_instructions_text(&update->instructions, names, t);
	}
}

const struct of_multipart_ops of_multipart_flow_monitor = {
	.name = "flow_monitor",
	.since = OF14,
	.request_unpack = request_unpack,
	.request_pack = request_pack,
	.request_text = request_text,
	.entry_unpack = entry_unpack,
	.entry_pack = entry_pack,
	.entry_text = entry_text,
};
