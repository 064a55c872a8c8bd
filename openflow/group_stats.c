// SPDX-License-Identifier: Apache-2.0
/* OFPMP_GROUP, OFPMP_GROUP_DESC and OFPMP_GROUP_FEATURES. */
#include "openflow/group_stats.h"
#include "openflow/codec.h"
#include "openflow/multipart_ops.h"

#include <errno.h>
#include <inttypes.h>

static enum of_err request_unpack(struct cursor *c, enum of_version version, struct of_arena *arena,
				  struct of_multipart_request *request)
{
	(void)arena;
	(void)version;
	request->group_id = cursor_u32(c);
	cursor_skip(c, 4);
	return of_body_end(c);
}

static int request_pack(const struct of_multipart_request *request, enum of_version version,
			struct wbuf *b)
{
	(void)version;
	wbuf_u32(b, request->group_id);
	wbuf_zero(b, 4);
	return 0;
}

static void request_text(const struct of_multipart_request *request, struct text *t)
{
	if (request->group_id == OFPG_ALL)
		text_add(t, " group_id=ALL");
	else
		text_add(t, " group_id=%u", request->group_id);
}

static enum of_err group_unpack(struct cursor *c, enum of_version version, struct of_arena *arena,
				union of_multipart_entry *entry)
{
	struct of_group_stats *group = &entry->group;
	uint16_t len = cursor_u16(c);
	struct cursor body = cursor_sub(c, len >= 2 ? len - 2u : SIZE_MAX);
	size_t n;

	(void)version;
	cursor_skip(&body, 2);
	group->group_id = cursor_u32(&body);
	group->ref_count = cursor_u32(&body);
	cursor_skip(&body, 4);
	group->n_packets = cursor_u64(&body);
	group->n_bytes = cursor_u64(&body);
	group->duration_s = cursor_u32(&body);
	group->duration_ns = cursor_u32(&body);
	n = cursor_left(&body) / sizeof(*group->buckets);
	group->n_buckets = (uint16_t)n;
	if (!cursor_ok(&body) || cursor_left(&body) % sizeof(*group->buckets) != 0)
		return OFPBRC_BAD_LEN;
	group->buckets = of_arena_alloc(arena, n * sizeof(*group->buckets));
	if (group->buckets == NULL)
		return OF_ERR_NO_MEMORY;
	for (size_t i = 0; i < n; i++) {
		group->buckets[i].n_packets = cursor_u64(&body);
		group->buckets[i].n_bytes = cursor_u64(&body);
	}
	return OF_OK;
}

static int group_pack(const void *entry, enum of_version version, struct wbuf *b)
{
	const struct of_group_stats *group = entry;
	size_t start = b->len;

	(void)version;
	wbuf_zero(b, 4);
	wbuf_u32(b, group->group_id);
	wbuf_u32(b, group->ref_count);
	wbuf_zero(b, 4);
	wbuf_u64(b, group->n_packets);
	wbuf_u64(b, group->n_bytes);
	wbuf_u32(b, group->duration_s);
	wbuf_u32(b, group->duration_ns);
	for (unsigned i = 0; i < group->n_buckets; i++) {
		wbuf_u64(b, group->buckets[i].n_packets);
		wbuf_u64(b, group->buckets[i].n_bytes);
	}
	if (b->len - start > UINT16_MAX)
		return -EMSGSIZE;
	wbuf_set_u16(b, start, (uint16_t)(b->len - start));
	return 0;
}

static void group_text(const union of_multipart_entry *entry, const struct of_names *names,
		       struct text *t)
{
	const struct of_group_stats *group = &entry->group;

	(void)names;
	text_add(t,
		 " group_id=%u,duration=%u.%03us,ref_count=%u,packet_count=%" PRIu64
		 ",byte_count=%" PRIu64,
		 group->group_id, group->duration_s, group->duration_ns / 1000000, group->ref_count,
		 group->n_packets, group->n_bytes);
	for (unsigned i = 0; i < group->n_buckets; i++)
		text_add(t, ",bucket%u:packet_count=%" PRIu64 ",byte_count=%" PRIu64, i,
			 group->buckets[i].n_packets, group->buckets[i].n_bytes);
}

/* Before 1.5 all groups are described (1.5.1 §7.3.5.10). */
static enum of_err desc_request_unpack(struct cursor *c, enum of_version version,
				       struct of_arena *arena, struct of_multipart_request *request)
{
	if (version >= OF15)
		return request_unpack(c, version, arena, request);
	request->group_id = OFPG_ALL;
	return of_body_end(c);
}

static int desc_request_pack(const struct of_multipart_request *request, enum of_version version,
			     struct wbuf *b)
{
	if (version >= OF15)
		return request_pack(request, version, b);
	return request->group_id == OFPG_ALL ? 0 : -EPROTONOSUPPORT;
}

static enum of_err group_desc_unpack(struct cursor *c, enum of_version version,
				     struct of_arena *arena, union of_multipart_entry *entry)
{
	struct of_group_desc *desc = &entry->group_desc;
	uint16_t len = cursor_u16(c);
	struct cursor body = cursor_sub(c, len >= 2 ? len - 2u : SIZE_MAX);
	uint16_t buckets_size = 0;

	desc->type = cursor_u8(&body);
	cursor_skip(&body, 1);
	desc->group_id = cursor_u32(&body);
	if (version >= OF15) {
		buckets_size = cursor_u16(&body);
		cursor_skip(&body, 6);
	}
	if (!cursor_ok(&body))
		return OFPBRC_BAD_LEN;
	return version < OF15 ? of_buckets_unpack(&body, version, arena, &desc->buckets)
			      : of_group15_rest_unpack(&body, buckets_size, arena, &desc->buckets);
}

static int group_desc_pack(const void *entry, enum of_version version, struct wbuf *b)
{
	const struct of_group_desc *desc = entry;
	size_t start = b->len;
	int rc;

	wbuf_u16(b, 0);
	wbuf_u8(b, desc->type);
	wbuf_zero(b, 1);
	wbuf_u32(b, desc->group_id);
	if (version >= OF15)
		wbuf_zero(b, 8);
	rc = of_buckets_pack(&desc->buckets, version, desc->type, b);
	if (rc == 0 && b->len - start > UINT16_MAX)
		rc = -EMSGSIZE;
	if (version >= OF15)
		wbuf_set_u16(b, start + 8, (uint16_t)(b->len - start - 16));
	if (rc == 0)
		wbuf_set_u16(b, start, (uint16_t)(b->len - start));
	return rc;
}

void of_group_desc_text(const struct of_group_desc *group, const struct of_names *names,
			struct text *t)
{
	if (group->group_id == OFPG_ALL)
		text_add(t, "group_id=all");
	else
		text_add(t, "group_id=%u", group->group_id);
	if (group->type <= OFPGT_FF)
		text_add(t, ",type=%s", of_group_type_name(group->type));
	else
		text_add(t, ",type=%u", group->type);
	of_buckets_text(&group->buckets, group->type, names, t);
}

static void group_desc_text(const union of_multipart_entry *entry, const struct of_names *names,
			    struct text *t)
{
	text_add(t, " ");
	of_group_desc_text(&entry->group_desc, names, t);
}

static enum of_err group_features_unpack(struct cursor *c, enum of_version version,
					 struct of_arena *arena, union of_multipart_entry *entry)
{
	struct of_group_features *features = &entry->group_features;

	(void)version;
	(void)arena;
	features->types = cursor_u32(c);
	features->capabilities = cursor_u32(c);
	for (unsigned i = 0; i < 4; i++)
		features->max_groups[i] = cursor_u32(c);
	for (unsigned i = 0; i < 4; i++)
		features->actions[i] = cursor_u32(c);
	return of_body_end(c);
}

static int group_features_pack(const void *entry, enum of_version version, struct wbuf *b)
{
	const struct of_group_features *features = entry;
	/* Bits of actions that only 1.5 has, copy_field and meter, mean nothing before. */
	uint32_t known = version < OF15 ? (1u << OF_ACTION_COPY_FIELD) - 1 : UINT32_MAX;

	wbuf_u32(b, features->types);
	wbuf_u32(b, features->capabilities);
	for (unsigned i = 0; i < 4; i++)
		wbuf_u32(b, features->max_groups[i]);
	for (unsigned i = 0; i < 4; i++)
		wbuf_u32(b, features->actions[i] & known);
	return 0;
}

static void group_features_text(const union of_multipart_entry *entry, const struct of_names *names,
				struct text *t)
{
	const struct of_group_features *features = &entry->group_features;

	(void)names;
	text_add(t, " capabilities: 0x%x", features->capabilities);
	for (uint8_t i = 0; i < 4; i++)
		if (features->types & 1u << i)
			text_add(t, "\n %s group: max_groups=%u actions: 0x%08x",
				 of_group_type_name(i), features->max_groups[i],
				 features->actions[i]);
}

const struct of_multipart_ops of_multipart_group = {
	.name = "group",
	.request_unpack = request_unpack,
	.request_pack = request_pack,
	.request_text = request_text,
	.entry_unpack = group_unpack,
	.entry_pack = group_pack,
	.entry_text = group_text,
};

const struct of_multipart_ops of_multipart_group_desc = {
	.name = "group_desc",
	.request_unpack = desc_request_unpack,
	.request_pack = desc_request_pack,
	.request_text = request_text,
	.entry_unpack = group_desc_unpack,
	.entry_pack = group_desc_pack,
	.entry_text = group_desc_text,
};

const struct of_multipart_ops of_multipart_group_features = {
	.name = "group_features",
	.entry_unpack = group_features_unpack,
	.entry_pack = group_features_pack,
	.entry_text = group_features_text,
};
