// SPDX-License-Identifier: Apache-2.0
/* OFPT_TABLE_MOD, OFPT_TABLE_STATUS and OFPMP_TABLE_DESC: a table's configuration. */
#include "openflow/table_mod.h"
#include "openflow/codec.h"
#include "openflow/msg.h"
#include "openflow/multipart_ops.h"
#include "openflow/property.h"

#include <errno.h>

#define DESC_SIZE 8

enum property { OFPTMPT_EVICTION = 2, OFPTMPT_VACANCY = 3 };

static enum of_err property_unpack(struct of_property *property,
				   struct of_table_properties *properties)
{
	struct cursor *body = &property->body;

	switch (property->type) {
	case OFPTMPT_EVICTION:
		if (properties->has_eviction)
			return OFPBPC_DUP_TYPE;
		properties->has_eviction = true;
		properties->eviction_flags = cursor_u32(body);
		return of_property_end(property);
	case OFPTMPT_VACANCY:
		if (properties->has_vacancy)
			return OFPBPC_DUP_TYPE;
		properties->has_vacancy = true;
		properties->vacancy_down = cursor_u8(body);
		properties->vacancy_up = cursor_u8(body);
		properties->vacancy = cursor_u8(body);
		cursor_skip(body, 1);
		return of_property_end(property);
	default:
		return of_property_unknown(property);
	}
}

static enum of_err properties_unpack(struct cursor *c, struct of_table_properties *properties)
{
	*properties = (struct of_table_properties){0};
	while (cursor_left(c) > 0) {
		struct of_property property;
		enum of_err err = of_property_next(c, &property);

		if (err == OF_OK)
			err = property_unpack(&property, properties);
		if (err != OF_OK)
			return err;
	}
	return OF_OK;
}

static void properties_pack(const struct of_table_properties *properties, struct wbuf *b)
{
	size_t start;

	if (properties->has_eviction) {
		start = of_property_start(b, OFPTMPT_EVICTION);
		wbuf_u32(b, properties->eviction_flags);
		of_property_finish(b, start);
	}
	if (properties->has_vacancy) {
		start = of_property_start(b, OFPTMPT_VACANCY);
		wbuf_u8(b, properties->vacancy_down);
		wbuf_u8(b, properties->vacancy_up);
		wbuf_u8(b, properties->vacancy);
		wbuf_zero(b, 1);
		of_property_finish(b, start);
	}
}

static void table_text(uint8_t table_id, uint32_t config,
		       const struct of_table_properties *properties, struct text *t)
{
	if (table_id == OFPTT_ALL)
		text_add(t, " table_id=ALL");
	else
		text_add(t, " table_id=%u", table_id);
	text_add(t, ", config=0x%x", config);
	if (config & OFPTC_EVICTION)
		text_add(t, " eviction");
	if (config & OFPTC_VACANCY_EVENTS)
		text_add(t, " vacancy");
	if (properties->has_eviction)
		text_add(t, ", eviction_flags=0x%x", properties->eviction_flags);
	if (properties->has_vacancy)
		text_add(t, ", vacancy_down=%u%%, vacancy_up=%u%%, vacancy=%u%%",
			 properties->vacancy_down, properties->vacancy_up, properties->vacancy);
}

enum of_err of_table_mod_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg)
{
	struct of_table_mod *mod = &msg->table_mod;

	(void)arena;
	*mod = (struct of_table_mod){.table_id = cursor_u8(c)};
	cursor_skip(c, 3);
	mod->config = cursor_u32(c);
	if (!cursor_ok(c))
		return OFPBRC_BAD_LEN;
	return msg->version < OF14 ? of_body_end(c) : properties_unpack(c, &mod->properties);
}

int of_table_mod_pack(const struct of_msg *msg, struct wbuf *b)
{
	const struct of_table_mod *mod = &msg->table_mod;

	if (msg->version < OF14 && (mod->properties.has_eviction || mod->properties.has_vacancy))
		return -EPROTONOSUPPORT;
	wbuf_u8(b, mod->table_id);
	wbuf_zero(b, 3);
	wbuf_u32(b, mod->config);
	properties_pack(&mod->properties, b);
	return 0;
}

void of_table_mod_text(const struct of_msg *msg, struct text *t)
{
	const struct of_table_mod *mod = &msg->table_mod;

	table_text(mod->table_id, mod->config, &mod->properties, t);
}

static enum of_err desc_unpack(struct cursor *c, struct of_table_desc *desc)
{
	uint16_t len = cursor_u16(c);
	struct cursor body = cursor_sub(c, len >= DESC_SIZE ? len - 2u : SIZE_MAX);

	desc->table_id = cursor_u8(&body);
	cursor_skip(&body, 1);
	desc->config = cursor_u32(&body);
	if (!cursor_ok(&body))
		return OFPBRC_BAD_LEN;
	return properties_unpack(&body, &desc->properties);
}

static void desc_pack(const struct of_table_desc *desc, struct wbuf *b)
{
	size_t start = b->len;

	wbuf_u16(b, 0);
	wbuf_u8(b, desc->table_id);
	wbuf_zero(b, 1);
	wbuf_u32(b, desc->config);
	properties_pack(&desc->properties, b);
	wbuf_set_u16(b, start, (uint16_t)(b->len - start));
}

enum of_err of_table_status_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg)
{
	enum of_err err;

	(void)arena;
	msg->table_status.reason = cursor_u8(c);
	cursor_skip(c, 7);
	err = desc_unpack(c, &msg->table_status.table);
	return err != OF_OK ? err : of_body_end(c);
}

int of_table_status_pack(const struct of_msg *msg, struct wbuf *b)
{
	wbuf_u8(b, msg->table_status.reason);
	wbuf_zero(b, 7);
	desc_pack(&msg->table_status.table, b);
	return 0;
}

void of_table_status_text(const struct of_msg *msg, struct text *t)
{
	const struct of_table_status *status = &msg->table_status;

	text_add(t, " reason=%s,",
		 status->reason == OFPTR_VACANCY_DOWN ? "VACANCY_DOWN"
		 : status->reason == OFPTR_VACANCY_UP ? "VACANCY_UP"
						      : "?");
	table_text(status->table.table_id, status->table.config, &status->table.properties, t);
}

static enum of_err entry_unpack(struct cursor *c, enum of_version version, struct of_arena *arena,
				union of_multipart_entry *entry)
{
	(void)version;
	(void)arena;
	return desc_unpack(c, &entry->table_desc);
}

static int entry_pack(const void *entry, enum of_version version, struct wbuf *b)
{
	(void)version;
	desc_pack(entry, b);
	return 0;
}

static void entry_text(const union of_multipart_entry *entry, const struct of_names *names,
		       struct text *t)
{
	const struct of_table_desc *desc = &entry->table_desc;

	(void)names;
	table_text(desc->table_id, desc->config, &desc->properties, t);
}

const struct of_multipart_ops of_multipart_table_desc = {
	.name = "table_desc",
	.since = OF14,
	.entry_unpack = entry_unpack,
	.entry_pack = entry_pack,
	.entry_text = entry_text,
};
