// SPDX-License-Identifier: Apache-2.0
#include "openflow/codec.h"
#include "openflow/multipart_ops.h"

#include <errno.h>
#include <inttypes.h>

#define TABLE_FEATURES_SIZE 64

static enum of_err table_unpack(struct cursor *c, enum of_version version, struct of_arena *arena,
				union of_multipart_entry *entry)
{
	struct of_table_stats *table = &entry->table;

	(void)version;
	(void)arena;
	table->table_id = cursor_u8(c);
	cursor_skip(c, 3);
	table->active_count = cursor_u32(c);
	table->lookup_count = cursor_u64(c);
	table->matched_count = cursor_u64(c);
	table->name[0] = '\0';
	table->max_entries = 0;
	return cursor_ok(c) ? OF_OK : OFPBRC_BAD_LEN;
}

static int table_pack(const void *entry, enum of_version version, struct wbuf *b)
{
	const struct of_table_stats *table = entry;

	(void)version;
	wbuf_u8(b, table->table_id);
	wbuf_zero(b, 3);
	wbuf_u32(b, table->active_count);
	wbuf_u64(b, table->lookup_count);
	wbuf_u64(b, table->matched_count);
	return 0;
}

static void table_text(const union of_multipart_entry *entry, const struct of_names *names,
		       struct text *t)
{
	(void)names;
	text_add(t, "  table %u: active=%u, lookup=%" PRIu64 ", matched=%" PRIu64,
		 entry->table.table_id, entry->table.active_count, entry->table.lookup_count,
		 entry->table.matched_count);
}

static enum of_err features_request_unpack(struct cursor *c, enum of_version version,
					   struct of_arena *arena,
					   struct of_multipart_request *request)
{
	struct cursor entries = *c;

	(void)arena;
	(void)version;
	request->table_features.size = cursor_left(c);
	request->table_features.data = cursor_take(c, cursor_left(c));
	while (cursor_left(&entries) > 0) {
		uint16_t len;

		if (cursor_left(&entries) < TABLE_FEATURES_SIZE)
			return OFPTFFC_BAD_LEN;
		len = (uint16_t)(entries.at[0] << 8 | entries.at[1]);
		if (len < TABLE_FEATURES_SIZE || len > cursor_left(&entries))
			return OFPTFFC_BAD_LEN;
		cursor_skip(&entries, len);
	}
	return OF_OK;
}

static int features_request_pack(const struct of_multipart_request *request,
				 enum of_version version, struct wbuf *b)
{
	(void)version;
	wbuf_put(b, request->table_features.data, request->table_features.size);
	return 0;
}

static void features_request_text(const struct of_multipart_request *request, struct text *t)
{
	if (request->table_features.size > 0)
		text_add(t, " sets %zu bytes", request->table_features.size);
}

static enum of_err features_unpack(struct cursor *c, enum of_version version,
				   struct of_arena *arena, union of_multipart_entry *entry)
{
	struct of_table_features *features = &entry->table_features;
	uint16_t len = cursor_u16(c);
	struct cursor body = cursor_sub(c, len >= 2 ? len - 2u : SIZE_MAX);

	(void)version;
	(void)arena;
	features->table_id = cursor_u8(&body);
	cursor_skip(&body, 5);
	of_string_unpack(&body, features->name, sizeof(features->name) - 1);
	features->metadata_match = cursor_u64(&body);
	features->metadata_write = cursor_u64(&body);
	features->config = cursor_u32(&body);
	features->max_entries = cursor_u32(&body);
	features->properties_size = cursor_left(&body);
	features->properties = body.at;
	return cursor_ok(&body) ? OF_OK : OFPBRC_BAD_LEN;
}

static int features_pack(const void *entry, enum of_version version, struct wbuf *b)
{
	const struct of_table_features *features = entry;

	(void)version;
	if (TABLE_FEATURES_SIZE + features->properties_size > UINT16_MAX)
		return -EMSGSIZE;
	wbuf_u16(b, (uint16_t)(TABLE_FEATURES_SIZE + features->properties_size));
	wbuf_u8(b, features->table_id);
	wbuf_zero(b, 5);
	of_string_pack(b, features->name, sizeof(features->name) - 1);
	wbuf_u64(b, features->metadata_match);
	wbuf_u64(b, features->metadata_write);
	wbuf_u32(b, features->config);
	wbuf_u32(b, features->max_entries);
	wbuf_put(b, features->properties, features->properties_size);
	return 0;
}

static void features_text(const union of_multipart_entry *entry, const struct of_names *names,
			  struct text *t)
{
	const struct of_table_features *features = &entry->table_features;

	(void)names;
	text_add(t, "  table %u (\"", features->table_id);
	of_printable_text(t, features->name);
	text_add(t, "\"): metadata: match 0x%" PRIx64 ", write 0x%" PRIx64 ", max_entries=%u",
		 features->metadata_match, features->metadata_write, features->max_entries);
}

const struct of_multipart_ops of_multipart_table = {
	.name = "table",
	.entry_unpack = table_unpack,
	.entry_pack = table_pack,
	.entry_text = table_text,
};

const struct of_multipart_ops of_multipart_table_features = {
	.name = "table_features",
	.request_unpack = features_request_unpack,
	.request_pack = features_request_pack,
	.request_text = features_request_text,
	.entry_unpack = features_unpack,
	.entry_pack = features_pack,
	.entry_text = features_text,
};
