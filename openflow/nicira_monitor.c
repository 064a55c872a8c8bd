// SPDX-License-Identifier: Apache-2.0
/*
 * Flow monitors before 1.4: Nicira's NXST_FLOW_MONITOR, and ONF's EXT-187, which has the matches
 * and instructions of 1.3 in the same frame.
 */
#include "openflow/codec.h"
#include "openflow/flow_monitor.h"
#include "openflow/multipart_ops.h"
#include "openflow/nicira_match.h"

#include <errno.h>

/* The flags are those of 1.4; OFPFMF_ONLY_OWN is not among Nicira's. */
static enum of_err monitor_unpack(struct cursor *c, enum of_version version, bool onf,
				  struct of_flow_monitor_request *monitor)
{
	uint16_t match_len;

	monitor->command = OFPFMC_ADD;
	monitor->out_group = OFPG_ANY;
	monitor->monitor_id = cursor_u32(c);
	monitor->flags = cursor_u16(c);
	if (!onf)
		monitor->out_port = of_port_from_of10(cursor_u16(c));
	match_len = cursor_u16(c);
	if (onf)
		monitor->out_port = cursor_u32(c);
	monitor->table_id = cursor_u8(c);
	cursor_skip(c, onf ? 3 : 5);
	if (!cursor_ok(c))
		return OFPBRC_BAD_LEN;
	if (monitor->flags & OFPFMF_ONLY_OWN)
		return OFPMOFC_BAD_FLAGS;
	return onf ? of_match_unpack(c, version, &monitor->match)
		   : of_nx_match_unpack(c, match_len, &monitor->match, NULL, NULL);
}

static enum of_err monitors_unpack(struct cursor *c, enum of_version version, bool onf,
				   struct of_arena *arena, struct of_multipart_request *request)
{
	size_t room = cursor_left(c) / 16;
	struct of_flow_monitor_request *monitors = of_arena_alloc(arena, room * sizeof(*monitors));
	uint16_t n = 0;

	if (monitors == NULL)
		return OF_ERR_NO_MEMORY;
	while (cursor_left(c) > 0) {
		enum of_err err =
			n < room ? monitor_unpack(c, version, onf, &monitors[n]) : OFPBRC_BAD_LEN;

		if (err != OF_OK)
			return err;
		n++;
	}
	request->flow_monitor.n = n;
	request->flow_monitor.monitors = monitors;
	return OF_OK;
}

static int monitors_pack(const struct of_multipart_request *request, enum of_version version,
			 bool onf, struct wbuf *b)
{
	for (unsigned i = 0; i < request->flow_monitor.n; i++) {
		const struct of_flow_monitor_request *monitor = &request->flow_monitor.monitors[i];
		size_t len = 0, at, start;
		int rc;

		if (monitor->flags & OFPFMF_ONLY_OWN || monitor->out_group != OFPG_ANY ||
		    monitor->command != OFPFMC_ADD)
			return -EPROTONOSUPPORT;
		wbuf_u32(b, monitor->monitor_id);
		wbuf_u16(b, monitor->flags);
		if (!onf)
			wbuf_u16(b, of_port_to_of10(monitor->out_port));
		at = b->len;
		wbuf_u16(b, 0);
		if (onf)
			wbuf_u32(b, monitor->out_port);
		wbuf_u8(b, monitor->table_id);
		wbuf_zero(b, onf ? 3 : 5);
		start = b->len;
		rc = onf ? of_match_pack(&monitor->match, version, b)
			 : of_nx_match_pack(&monitor->match, 0, 0, b, &len);
		if (rc != 0)
			return rc;
		wbuf_set_u16(b, at, (uint16_t)(onf ? b->len - start : len));
	}
	return 0;
}

/* Nicira's numbers of events. */
enum nx_event { NXFME_ADDED = 0, NXFME_DELETED = 1, NXFME_MODIFIED = 2, NXFME_ABBREV = 3 };

static enum of_err update_unpack(struct cursor *c, enum of_version version, bool onf,
				 struct of_arena *arena, union of_multipart_entry *entry)
{
	static const uint16_t events[] = {OFPFME_ADDED, OFPFME_REMOVED, OFPFME_MODIFIED,
					  OFPFME_ABBREV};
	struct of_flow_update *update = &entry->flow_update;
	uint16_t len = cursor_u16(c);
	struct cursor body = cursor_sub(c, len >= 2 ? len - 2u : SIZE_MAX);
	uint16_t event = cursor_u16(&body), match_len;
	enum of_err err;

	memset(update, 0, sizeof(*update));
	if (!cursor_ok(&body) || event > NXFME_ABBREV)
		return OFPBRC_BAD_LEN;
	update->event = events[event];
	if (event == NXFME_ABBREV) {
		update->xid = cursor_u32(&body);
		return of_body_end(&body);
	}
	update->reason = (uint8_t)cursor_u16(&body);
	update->priority = cursor_u16(&body);
	update->idle_timeout = cursor_u16(&body);
	update->hard_timeout = cursor_u16(&body);
	match_len = cursor_u16(&body);
	update->table_id = cursor_u8(&body);
	cursor_skip(&body, 1);
	update->cookie = cursor_u64(&body);
	err = onf ? of_match_unpack(&body, OF15, &update->match)
		  : of_nx_match_unpack(&body, match_len, &update->match, NULL, NULL);
	if (err != OF_OK)
		return err;
	return onf ? of_instructions_unpack(&body, version, arena, &update->instructions)
		   : of_instructions_from_actions(&body, version, arena, &update->instructions);
}

static int update_event(const struct of_flow_update *update)
{
	switch (update->event) {
	case OFPFME_INITIAL:
	case OFPFME_ADDED:
		return NXFME_ADDED;
	case OFPFME_REMOVED:
		return NXFME_DELETED;
	case OFPFME_MODIFIED:
		return NXFME_MODIFIED;
	case OFPFME_ABBREV:
		return NXFME_ABBREV;
	default:
		return -EPROTONOSUPPORT; /* a pause is a message of its own */
	}
}

static int update_full_pack(const struct of_flow_update *update, enum of_version version, bool onf,
			    struct wbuf *b)
{
	size_t at, start, len = 0;
	int rc;

	wbuf_u16(b, update->reason);
	wbuf_u16(b, update->priority);
	wbuf_u16(b, update->idle_timeout);
	wbuf_u16(b, update->hard_timeout);
	at = b->len;
	wbuf_u16(b, 0);
	wbuf_u8(b, update->table_id);
	wbuf_zero(b, 1);
	wbuf_u64(b, update->cookie);
	start = b->len;
	rc = onf ? of_match_pack(&update->match, version, b)
		 : of_nx_match_pack(&update->match, 0, 0, b, &len);
	if (rc != 0)
		return rc;
	wbuf_set_u16(b, at, (uint16_t)(onf ? b->len - start : len));
	return onf ? of_instructions_pack(&update->instructions, version, b)
		   : of_instructions_to_actions(&update->instructions, version, b);
}

static int update_pack(const struct of_flow_update *update, enum of_version version, bool onf,
		       struct wbuf *b)
{
	int event = update_event(update);
	size_t start = b->len;
	int rc = 0;

	if (event < 0)
		return event;
	wbuf_u16(b, 0);
	wbuf_u16(b, (uint16_t)event);
	if (event == NXFME_ABBREV)
		wbuf_u32(b, update->xid);
	else
		rc = update_full_pack(update, version, onf, b);
	if (rc == 0 && b->len - start > UINT16_MAX)
		rc = -EMSGSIZE;
	if (rc == 0)
		wbuf_set_u16(b, start, (uint16_t)(b->len - start));
	return rc;
}

static enum of_err nx_request_unpack(struct cursor *c, enum of_version version,
				     struct of_arena *arena, struct of_multipart_request *request)
{
	return monitors_unpack(c, version, false, arena, request);
}

static int nx_request_pack(const struct of_multipart_request *request, enum of_version version,
			   struct wbuf *b)
{
	return monitors_pack(request, version, false, b);
}

static enum of_err nx_update_unpack(struct cursor *c, enum of_version version,
				    struct of_arena *arena, union of_multipart_entry *entry)
{
	return update_unpack(c, version, false, arena, entry);
}

static int nx_update_pack(const void *entry, enum of_version version, struct wbuf *b)
{
	return update_pack(entry, version, false, b);
}

static enum of_err onf_request_unpack(struct cursor *c, enum of_version version,
				      struct of_arena *arena, struct of_multipart_request *request)
{
	return monitors_unpack(c, version, true, arena, request);
}

static int onf_request_pack(const struct of_multipart_request *request, enum of_version version,
			    struct wbuf *b)
{
	return monitors_pack(request, version, true, b);
}

static enum of_err onf_update_unpack(struct cursor *c, enum of_version version,
				     struct of_arena *arena, union of_multipart_entry *entry)
{
	return update_unpack(c, version, true, arena, entry);
}

static int onf_update_pack(const void *entry, enum of_version version, struct wbuf *b)
{
	return update_pack(entry, version, true, b);
}

static void request_text(const struct of_multipart_request *request, struct text *t)
{
	of_multipart_flow_monitor.request_text(request, t);
}

static void update_text(const union of_multipart_entry *entry, const struct of_names *names,
			struct text *t)
{
	of_multipart_flow_monitor.entry_text(entry, names, t);
}

const struct of_multipart_ops of_multipart_nx_flow_monitor = {
	.name = "flow_monitor",
	.request_unpack = nx_request_unpack,
	.request_pack = nx_request_pack,
	.request_text = request_text,
	.entry_unpack = nx_update_unpack,
	.entry_pack = nx_update_pack,
	.entry_text = update_text,
};

const struct of_multipart_ops of_multipart_onf_flow_monitor = {
	.name = "flow_monitor",
	.request_unpack = onf_request_unpack,
	.request_pack = onf_request_pack,
	.request_text = request_text,
	.entry_unpack = onf_update_unpack,
	.entry_pack = onf_update_pack,
	.entry_text = update_text,
};
