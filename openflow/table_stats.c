// SPDX-License-Identifier: Apache-2.0
#include "openflow/codec.h"
#include "openflow/multipart_ops.h"

#include <inttypes.h>

/* 1.0.0 §5.3.5: every wildcard. */
#define OF10_WILDCARDS 0x3fffff

static enum of_err table_unpack(struct cursor *c, enum of_version version, struct of_arena *arena,
				union of_multipart_entry *entry)
{
	struct of_table_stats *table = &entry->table;

	(void)arena;
	table->table_id = cursor_u8(c);
	cursor_skip(c, 3);
	table->name[0] = '\0';
	table->max_entries = 0;
	if (version == OF10) {
		of_string_unpack(c, table->name, sizeof(table->name) - 1);
		cursor_skip(c, 4);
		table->max_entries = cursor_u32(c);
	}
	table->active_count = cursor_u32(c);
	table->lookup_count = cursor_u64(c);
	table->matched_count = cursor_u64(c);
	return cursor_ok(c) ? OF_OK : OFPBRC_BAD_LEN;
}

static int table_pack(const void *entry, enum of_version version, struct wbuf *b)
{
	const struct of_table_stats *table = entry;

	wbuf_u8(b, table->table_id);
	wbuf_zero(b, 3);
	if (version == OF10) {
		of_string_pack(b, table->name, sizeof(table->name) - 1);
		wbuf_u32(b, OF10_WILDCARDS);
		wbuf_u32(b, table->max_entries);
	}
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

const struct of_multipart_ops of_multipart_table = {
	.name = "table",
	.entry_unpack = table_unpack,
	.entry_pack = table_pack,
	.entry_text = table_text,
};
