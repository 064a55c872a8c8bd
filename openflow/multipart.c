// SPDX-License-Identifier: Apache-2.0
#include "openflow/multipart.h"
#include "openflow/codec.h"
#include "openflow/experimenter.h"
#include "openflow/msg.h"
#include "openflow/multipart_ops.h"

#include <errno.h>

static enum of_err experimenter_request_unpack(struct cursor *c, enum of_version version,
					       struct of_arena *arena,
					       struct of_multipart_request *request)
{
	(void)arena;
	request->experimenter.id = cursor_u32(c);
	request->experimenter.exp_type =
		of_experimenter_has_type(version, request->experimenter.id) ? cursor_u32(c) : 0;
	request->experimenter.size = cursor_left(c);
	request->experimenter.data = cursor_take(c, cursor_left(c));
	return of_body_end(c);
}

static int experimenter_request_pack(const struct of_multipart_request *request,
				     enum of_version version, struct wbuf *b)
{
	wbuf_u32(b, request->experimenter.id);
	if (of_experimenter_has_type(version, request->experimenter.id))
		wbuf_u32(b, request->experimenter.exp_type);
	wbuf_put(b, request->experimenter.data, request->experimenter.size);
	return 0;
}

static void experimenter_request_text(const struct of_multipart_request *request, struct text *t)
{
	text_add(t, " experimenter=0x%x type=%u", request->experimenter.id,
		 request->experimenter.exp_type);
}

static enum of_err experimenter_unpack(struct cursor *c, enum of_version version,
				       struct of_arena *arena, union of_multipart_entry *entry)
{
	(void)arena;
	entry->experimenter.id = cursor_u32(c);
	entry->experimenter.exp_type =
		of_experimenter_has_type(version, entry->experimenter.id) ? cursor_u32(c) : 0;
	entry->experimenter.size = cursor_left(c);
	entry->experimenter.data = cursor_take(c, cursor_left(c));
	return of_body_end(c);
}

static int experimenter_pack(const void *from, enum of_version version, struct wbuf *b)
{
	const union of_multipart_entry *entry = from;

	wbuf_u32(b, entry->experimenter.id);
	if (of_experimenter_has_type(version, entry->experimenter.id))
		wbuf_u32(b, entry->experimenter.exp_type);
	wbuf_put(b, entry->experimenter.data, entry->experimenter.size);
	return 0;
}

static void experimenter_text(const union of_multipart_entry *entry, const struct of_names *names,
			      struct text *t)
{
	(void)names;
	text_add(t, "experimenter=0x%x type=%u (%zu bytes)", entry->experimenter.id,
		 entry->experimenter.exp_type, entry->experimenter.size);
}

static const struct of_multipart_ops experimenter_ops = {
	.name = "experimenter",
	.request_unpack = experimenter_request_unpack,
	.request_pack = experimenter_request_pack,
	.request_text = experimenter_request_text,
	.entry_unpack = experimenter_unpack,
	.entry_pack = experimenter_pack,
	.entry_text = experimenter_text,
};

static const struct of_multipart_ops *const table[] = {
	[OFPMP_DESC] = &of_multipart_desc,
	[OFPMP_FLOW] = &of_multipart_flow,
	[OFPMP_FLOW_STATS] = &of_multipart_flow_counters,
	[OFPMP_AGGREGATE] = &of_multipart_aggregate,
	[OFPMP_TABLE] = &of_multipart_table,
	[OFPMP_PORT_STATS] = &of_multipart_port_stats,
	[OFPMP_QUEUE] = &of_multipart_queue,
	[OFPMP_GROUP] = &of_multipart_group,
	[OFPMP_GROUP_DESC] = &of_multipart_group_desc,
	[OFPMP_GROUP_FEATURES] = &of_multipart_group_features,
	[OFPMP_METER] = &of_multipart_meter,
	[OFPMP_METER_CONFIG] = &of_multipart_meter_config,
	[OFPMP_METER_FEATURES] = &of_multipart_meter_features,
	[OFPMP_TABLE_FEATURES] = &of_multipart_table_features,
	[OFPMP_PORT_DESC] = &of_multipart_port_desc,
	[OFPMP_TABLE_DESC] = &of_multipart_table_desc,
	[OFPMP_QUEUE_DESC] = &of_multipart_queue_desc,
	[OFPMP_FLOW_MONITOR] = &of_multipart_flow_monitor,
	[OFPMP_CONTROLLER_STATUS] = &of_multipart_controller_status,
	[OFPMP_BUNDLE_FEATURES] = &of_multipart_bundle_features,
};

/* What experimenters' multiparts say, in the order of their numbers in memory. */
static const struct {
	const struct of_multipart_ops *ops;
	uint32_t experimenter, exp_type;
} extensions[] = {
	{&of_multipart_nx_flow, OFP_EXPERIMENTER_NICIRA, 0},
	{&of_multipart_nx_aggregate, OFP_EXPERIMENTER_NICIRA, 1},
	{&of_multipart_nx_flow_monitor, OFP_EXPERIMENTER_NICIRA, 2},
	{&of_multipart_onf_flow_monitor, OFP_EXPERIMENTER_ONF, 1870},
};

#define N_EXTENSIONS (sizeof(extensions) / sizeof(extensions[0]))

static bool is_extension(uint16_t type)
{
	return type >= OFPMP_NX_FLOW && type < OFPMP_NX_FLOW + N_EXTENSIONS;
}

static const struct of_multipart_ops *ops_of(uint16_t type)
{
	if (is_extension(type))
		return extensions[type - OFPMP_NX_FLOW].ops;
	if (type == OFPMP_EXPERIMENTER)
		return &experimenter_ops;
	return type < sizeof(table) / sizeof(table[0]) ? table[type] : NULL;
}

/*
 * The kinds that a version has; those of 1.0 are the first six (1.0.0 §5.3.5). Descriptions of
 * ports are given in 1.0 too, as Open vSwitch does: its features reply holds no more than 1364 of
 * them.
 */
static const struct of_multipart_ops *ops_in(enum of_version version, uint16_t type)
{
	const struct of_multipart_ops *ops = ops_of(type);

	if (ops == NULL || version < ops->since)
		return NULL;
	return version != OF10 || type <= OFPMP_QUEUE || type == OFPMP_PORT_DESC ||
			       type == OFPMP_EXPERIMENTER || is_extension(type)
		       ? ops
		       : NULL;
}

/* What no version has: a number on the wire that is one of ours for extensions. */
#define OFPMP_UNKNOWN 0xfffe

/* Version 1.0's header has no padding. */
static size_t header_padding(enum of_version version)
{
	return version == OF10 ? 0 : 4;
}

/* Nicira's header of 1.0 has padding behind it. */
static size_t extension_padding(enum of_version version)
{
	return version == OF10 ? 4 : 0;
}

/* Reads what stands before the body; false: it is cut. */
static bool header_unpack(struct cursor *c, enum of_version version, uint16_t *type,
			  uint16_t *flags)
{
	struct cursor ahead;
	uint32_t id, exp_type;

	*type = cursor_u16(c);
	*flags = cursor_u16(c);
	cursor_skip(c, header_padding(version));
	/* Numbers that are only ours mean nothing on the wire. */
	if (is_extension(*type))
		*type = OFPMP_UNKNOWN;
	if (*type != OFPMP_EXPERIMENTER)
		return cursor_ok(c);
	ahead = *c;
	id = cursor_u32(&ahead);
	exp_type = cursor_u32(&ahead);
	for (size_t i = 0; cursor_ok(&ahead) && i < N_EXTENSIONS; i++) {
		if (extensions[i].experimenter != id || extensions[i].exp_type != exp_type)
			continue;
		*type = (uint16_t)(OFPMP_NX_FLOW + i);
		cursor_skip(&ahead, extension_padding(version));
		*c = ahead;
		break;
	}
	return cursor_ok(c);
}

void of_multipart_header_pack(enum of_version version, uint16_t type, uint16_t flags,
			      struct wbuf *b)
{
	wbuf_u16(b, is_extension(type) ? OFPMP_EXPERIMENTER : type);
	wbuf_u16(b, flags);
	wbuf_zero(b, header_padding(version));
	if (!is_extension(type))
		return;
	wbuf_u32(b, extensions[type - OFPMP_NX_FLOW].experimenter);
	wbuf_u32(b, extensions[type - OFPMP_NX_FLOW].exp_type);
	wbuf_zero(b, extension_padding(version));
}

enum of_err of_multipart_request_unpack(struct cursor *c, struct of_arena *arena,
					struct of_msg *msg)
{
	struct of_multipart_request *request = &msg->multipart_request;
	const struct of_multipart_ops *ops;

	if (!header_unpack(c, msg->version, &request->type, &request->flags))
		return OFPBRC_BAD_LEN;
	ops = ops_in(msg->version, request->type);
	if (ops == NULL)
		return OFPBRC_BAD_MULTIPART;
	return ops->request_unpack != NULL ? ops->request_unpack(c, msg->version, arena, request)
					   : of_body_end(c);
}

int of_multipart_request_pack(const struct of_msg *msg, struct wbuf *b)
{
	const struct of_multipart_request *request = &msg->multipart_request;
	const struct of_multipart_ops *ops = ops_in(msg->version, request->type);

	if (ops == NULL)
		return -EPROTONOSUPPORT;
	of_multipart_header_pack(msg->version, request->type, request->flags, b);
	return ops->request_pack != NULL ? ops->request_pack(request, msg->version, b) : 0;
}

void of_multipart_request_text(const struct of_msg *msg, struct text *t)
{
	const struct of_multipart_ops *ops = ops_of(msg->multipart_request.type);

	text_add(t, " %s", of_multipart_name(msg->multipart_request.type));
	if (ops != NULL && ops->request_text != NULL)
		ops->request_text(&msg->multipart_request, t);
}

/* Also reads every entry once, so that a malformed reply is known before any of it is used. */
enum of_err of_multipart_reply_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg)
{
	struct of_multipart_reply *reply = &msg->multipart_reply;
	const struct of_multipart_ops *ops;
	union of_multipart_entry entry;
	enum of_err err = OF_OK;
	struct cursor entries;

	if (!header_unpack(c, msg->version, &reply->type, &reply->flags))
		return OFPBRC_BAD_LEN;
	ops = ops_in(msg->version, reply->type);
	if (ops == NULL)
		return OFPBRC_BAD_MULTIPART;
	entries = *c;
	reply->body_size = cursor_left(c);
	reply->body = cursor_take(c, cursor_left(c));
	while (err == OF_OK && cursor_left(&entries) > 0)
		err = ops->entry_unpack(&entries, msg->version, arena, &entry);
	return err;
}

int of_multipart_reply_pack(const struct of_msg *msg, struct wbuf *b)
{
	of_multipart_header_pack(msg->version, msg->multipart_reply.type,
				 msg->multipart_reply.flags, b);
	wbuf_put(b, msg->multipart_reply.body, msg->multipart_reply.body_size);
	return 0;
}

void of_multipart_reply_text(const struct of_msg *msg, struct text *t)
{
	struct of_multipart_reader reader =
		of_multipart_reader_init(msg->version, &msg->multipart_reply);
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	union of_multipart_entry entry;

	text_add(t, " %s%s", of_multipart_name(reader.type),
		 msg->multipart_reply.flags & OFPMPF_REPLY_MORE ? " (more follows)" : "");
	while (of_multipart_next(&reader, &arena, &entry) == 1) {
		text_add(t, "\n");
		of_multipart_entry_text(reader.type, &entry, NULL, t);
		of_arena_reset(&arena);
	}
	of_arena_free(&arena);
}

struct of_multipart_reader of_multipart_reader_init(enum of_version version,
						    const struct of_multipart_reply *reply)
{
	return (struct of_multipart_reader){
		.version = version,
		.type = reply->type,
		.at = cursor_init(reply->body, reply->body_size),
	};
}

int of_multipart_next(struct of_multipart_reader *reader, struct of_arena *arena,
		      union of_multipart_entry *entry)
{
	const struct of_multipart_ops *ops = ops_of(reader->type);

	if (cursor_left(&reader->at) == 0)
		return 0;
	if (ops == NULL || ops->entry_unpack(&reader->at, reader->version, arena, entry) != OF_OK)
		return -EBADMSG;
	return 1;
}

void of_multipart_request_init(struct of_multipart_request *request, uint16_t type)
{
	request->type = type;
	request->flags = 0;
	switch (type) {
	case OFPMP_FLOW:
	case OFPMP_FLOW_STATS:
	case OFPMP_AGGREGATE:
	case OFPMP_NX_FLOW:
	case OFPMP_NX_AGGREGATE:
		of_flow_stats_request_init(&request->flow);
		break;
	case OFPMP_PORT_STATS:
	case OFPMP_PORT_DESC:
		request->port_no = OFPP_ANY;
		break;
	case OFPMP_QUEUE:
	case OFPMP_QUEUE_DESC:
		request->queue.port_no = OFPP_ANY;
		request->queue.queue_id = OFPQ_ALL;
		break;
	case OFPMP_GROUP:
	case OFPMP_GROUP_DESC:
		request->group_id = OFPG_ALL;
		break;
	case OFPMP_METER:
	case OFPMP_METER_CONFIG:
		request->meter_id = OFPM_ALL;
		break;
	case OFPMP_BUNDLE_FEATURES:
		request->bundle_features = (struct of_bundle_features_request){0};
		break;
	default:
		memset(&request->experimenter, 0, sizeof(request->experimenter));
		memset(&request->table_features, 0, sizeof(request->table_features));
	}
}

const char *of_multipart_name(uint16_t type)
{
	const struct of_multipart_ops *ops = ops_of(type);

	return ops != NULL ? ops->name : "?";
}

void of_multipart_entry_text(uint16_t type, const union of_multipart_entry *entry,
			     const struct of_names *names, struct text *t)
{
	const struct of_multipart_ops *ops = ops_of(type);

	if (ops != NULL)
		ops->entry_text(entry, names, t);
}

int of_multipart_entry_pack(uint16_t type, const void *entry, enum of_version version,
			    struct wbuf *b)
{
	const struct of_multipart_ops *ops = ops_of(type);

	if (ops == NULL || version < ops->since)
		return -EPROTONOSUPPORT;
	return ops->entry_pack(entry, version, b);
}
