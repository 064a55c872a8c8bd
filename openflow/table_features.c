// SPDX-License-Identifier: Apache-2.0
/* OFPMP_TABLE_FEATURES and the properties of tables, both directions. */
#include "openflow/codec.h"
#include "openflow/instruction.h"
#include "openflow/multipart_ops.h"
#include "openflow/property.h"

#include <errno.h>

#define FEATURES_SIZE 64
#define ID_SIZE 4

enum kind { KIND_NONE, KIND_INSTRUCTIONS, KIND_ACTIONS, KIND_TABLES, KIND_FIELDS, KIND_PACKETS };

/* What each property has in it, and where it is kept. */
static const struct {
	enum kind kind;
	enum of_version since;
	size_t offset; /* of the member of struct of_table_features */
} properties[OF_N_TABLE_FEATURES] = {
#define MEMBER(member) offsetof(struct of_table_features, member)
	[OFPTFPT_INSTRUCTIONS] = {KIND_INSTRUCTIONS, OF13, MEMBER(instructions[0])},
	[OFPTFPT_INSTRUCTIONS_MISS] = {KIND_INSTRUCTIONS, OF13, MEMBER(instructions[1])},
	[OFPTFPT_NEXT_TABLES] = {KIND_TABLES, OF13, MEMBER(next[0])},
	[OFPTFPT_NEXT_TABLES_MISS] = {KIND_TABLES, OF13, MEMBER(next[1])},
	[OFPTFPT_WRITE_ACTIONS] = {KIND_ACTIONS, OF13, MEMBER(write_actions[0])},
	[OFPTFPT_WRITE_ACTIONS_MISS] = {KIND_ACTIONS, OF13, MEMBER(write_actions[1])},
	[OFPTFPT_APPLY_ACTIONS] = {KIND_ACTIONS, OF13, MEMBER(apply_actions[0])},
	[OFPTFPT_APPLY_ACTIONS_MISS] = {KIND_ACTIONS, OF13, MEMBER(apply_actions[1])},
	[OFPTFPT_MATCH] = {KIND_FIELDS, OF13, MEMBER(match)},
	[OFPTFPT_WILDCARDS] = {KIND_FIELDS, OF13, MEMBER(wildcards)},
	[OFPTFPT_WRITE_SETFIELD] = {KIND_FIELDS, OF13, MEMBER(write_set[0])},
	[OFPTFPT_WRITE_SETFIELD_MISS] = {KIND_FIELDS, OF13, MEMBER(write_set[1])},
	[OFPTFPT_APPLY_SETFIELD] = {KIND_FIELDS, OF13, MEMBER(apply_set[0])},
	[OFPTFPT_APPLY_SETFIELD_MISS] = {KIND_FIELDS, OF13, MEMBER(apply_set[1])},
	[OFPTFPT_TABLE_SYNC_FROM] = {KIND_TABLES, OF14, MEMBER(sync_from)},
	[OFPTFPT_WRITE_COPYFIELD] = {KIND_FIELDS, OF15, MEMBER(write_copy[0])},
	[OFPTFPT_WRITE_COPYFIELD_MISS] = {KIND_FIELDS, OF15, MEMBER(write_copy[1])},
	[OFPTFPT_APPLY_COPYFIELD] = {KIND_FIELDS, OF15, MEMBER(apply_copy[0])},
	[OFPTFPT_APPLY_COPYFIELD_MISS] = {KIND_FIELDS, OF15, MEMBER(apply_copy[1])},
	[OFPTFPT_PACKET_TYPES] = {KIND_PACKETS, OF15, MEMBER(ethernet)},
#undef MEMBER
};

/* Since 1.4 errors of properties are a type of their own. */
static enum of_err bad_len(enum of_version version)
{
	return version < OF14 ? OFPTFFC_BAD_LEN : OFPBPC_BAD_LEN;
}

/* Instructions and actions of 1.5 alone, and what 1.5 gave up. */
static uint32_t kind_bits(enum kind kind, enum of_version version)
{
	uint32_t only15 = kind == KIND_INSTRUCTIONS
				  ? 1u << OF_INSTRUCTION_STAT_TRIGGER
				  : 1u << OF_ACTION_COPY_FIELD | 1u << OF_ACTION_METER;
	uint32_t gone15 = kind == KIND_INSTRUCTIONS ? 1u << OF_INSTRUCTION_METER : 0;

	return version < OF15 ? ~only15 : ~gone15;
}

uint32_t of_table_features_bits(enum of_version version, enum of_table_feature property)
{
	return kind_bits(properties[property].kind, version);
}

/* Instructions or actions; each may have more behind its header, as experimenters' do. */
static enum of_err ids_unpack(struct cursor *c, enum of_version version, enum kind kind,
			      uint32_t *bits, bool *unknown)
{
	while (cursor_left(c) > 0) {
		uint16_t id = cursor_u16(c);
		uint16_t len = cursor_u16(c);

		if (!cursor_ok(c) || len < ID_SIZE)
			return bad_len(version);
		cursor_skip(c, len - ID_SIZE);
		if (!cursor_ok(c))
			return bad_len(version);
		if (id < 32 && (kind_bits(kind, version) >> id & 1))
			*bits |= 1u << id;
		else
			*unknown = true;
	}
	return OF_OK;
}

static enum of_err fields_unpack(struct cursor *c, enum of_version version,
				 struct of_field_set *set, struct of_field_set *masked,
				 bool *unknown)
{
	while (cursor_left(c) > 0) {
		uint32_t header = cursor_u32(c);
		uint16_t oxm_class = (uint16_t)(header >> 16);
		const struct of_field_info *info;
		int field;

		if (oxm_class == OF_OXM_CLASS_EXPERIMENTER)
			cursor_skip(c, 4);
		if (!cursor_ok(c))
			return bad_len(version);
		field = of_field_from_oxm(oxm_class, (header >> 9) & 0x7f);
		if (field < 0 || of_field_info((enum of_field)field)->since > version) {
			*unknown = true;
			continue;
		}
		info = of_field_info((enum of_field)field);
		/* The length is that of the value, with its mask or without, or not filled in. */
		if ((header & 0xff) != 0 && (header & 0xff) != info->n_bytes &&
		    (header & 0xff) != 2u * info->n_bytes)
			return bad_len(version);
		of_field_set_add(set, (enum of_field)field);
		if ((header & 0x100) != 0 && info->maskable)
			of_field_set_add(masked, (enum of_field)field);
		else if ((header & 0x100) != 0)
			*unknown = true;
	}
	return OF_OK;
}

static enum of_err packets_unpack(struct cursor *c, bool *ethernet, bool *unknown)
{
	while (cursor_left(c) > 0) {
		uint32_t header = cursor_u32(c);
		struct cursor value = cursor_sub(c, header & 0xff);

		if (!cursor_ok(c))
			return OFPBPC_BAD_LEN;
		if (header ==
			    ((uint32_t)OF_OXM_CLASS_BASIC << 16 | OF_FIELD_PACKET_TYPE << 9 | 4) &&
		    cursor_u32(&value) == 0)
			*ethernet = true;
		else
			*unknown = true;
	}
	return OF_OK;
}

static enum of_err property_unpack(struct of_property *property, enum of_version version,
				   struct of_table_features *features)
{
	struct cursor *body = &property->body;
	struct of_field_set masked = {{0}};
	bool unknown = false;
	enum of_err err = OF_OK;
	char *member;

	if (property->type >= OF_N_TABLE_FEATURES || properties[property->type].since > version ||
	    properties[property->type].kind == KIND_NONE) {
		features->unknown |= property->type >= 0xfffe ? OF_TABLE_FEATURE_EXPERIMENTER
							      : OF_TABLE_FEATURE_OTHER;
		return OF_OK;
	}
	if (features->present & 1u << property->type)
		return version < OF14 ? OFPTFFC_BAD_TYPE : OFPBPC_DUP_TYPE;
	features->present |= 1u << property->type;
	member = (char *)features + properties[property->type].offset;
	switch (properties[property->type].kind) {
	case KIND_INSTRUCTIONS:
	case KIND_ACTIONS:
		err = ids_unpack(body, version, properties[property->type].kind, (uint32_t *)member,
				 &unknown);
		break;
	case KIND_TABLES:
		while (cursor_left(body) > 0)
			of_table_set_add((struct of_table_set *)member, cursor_u8(body));
		break;
	case KIND_FIELDS:
		err = fields_unpack(body, version, (struct of_field_set *)member,
				    property->type == OFPTFPT_MATCH ? &features->match_mask
								    : &masked,
				    &unknown);
		break;
	default:
		err = packets_unpack(body, (bool *)member, &unknown);
	}
	if (unknown)
		features->unknown |= 1u << property->type;
	return err;
}

enum of_err of_table_features_unpack(struct cursor *c, enum of_version version,
				     struct of_table_features *features)
{
	uint16_t len = cursor_u16(c);
	struct cursor body = cursor_sub(c, len >= FEATURES_SIZE ? len - 2u : SIZE_MAX);

	*features = (struct of_table_features){.table_id = cursor_u8(&body)};
	features->command = cursor_u8(&body);
	features->features = cursor_u32(&body);
	if (version < OF15) { /* padding */
		features->command = 0;
		features->features = 0;
	}
	of_string_unpack(&body, features->name, sizeof(features->name) - 1);
	features->metadata_match = cursor_u64(&body);
	features->metadata_write = cursor_u64(&body);
	features->config = cursor_u32(&body);
	features->max_entries = cursor_u32(&body);
	if (!cursor_ok(&body))
		return version < OF14 ? OFPTFFC_BAD_LEN : OFPBRC_BAD_LEN;
	while (cursor_left(&body) > 0) {
		struct of_property property;
		enum of_err err = of_property_next(&body, &property);

		if (err == OFPBPC_BAD_LEN)
			err = bad_len(version);
		if (err == OF_OK)
			err = property_unpack(&property, version, features);
		if (err != OF_OK)
			return err;
	}
	return OF_OK;
}

static void fields_pack(const struct of_field_set *set, const struct of_field_set *masked,
			enum of_version version, struct wbuf *b)
{
	for (unsigned i = 0; i < OF_N_FIELDS; i++) {
		const struct of_field_info *info = of_field_info((enum of_field)i);
		bool mask = masked != NULL && of_field_set_has(masked, (enum of_field)i);

		if (!of_field_set_has(set, (enum of_field)i) || info->since > version)
			continue;
		wbuf_u16(b, info->oxm_class);
		wbuf_u8(b, (uint8_t)(info->oxm_field << 1 | mask));
		wbuf_u8(b, (uint8_t)(info->n_bytes << mask));
	}
}

static void property_pack(const struct of_table_features *features, unsigned type,
			  enum of_version version, struct wbuf *b)
{
	const char *member = (const char *)features + properties[type].offset;
	size_t start = of_property_start(b, (uint16_t)type);

	switch (properties[type].kind) {
	case KIND_INSTRUCTIONS:
	case KIND_ACTIONS:
		for (unsigned i = 0; i < 32; i++) {
			if (!((*(const uint32_t *)member &
			       kind_bits(properties[type].kind, version)) >>
				      i &
			      1))
				continue;
			wbuf_u16(b, (uint16_t)i);
			wbuf_u16(b, ID_SIZE);
		}
		break;
	case KIND_TABLES:
		for (unsigned i = 0; i <= UINT8_MAX; i++)
			if (of_table_set_has((const struct of_table_set *)member, (uint8_t)i))
				wbuf_u8(b, (uint8_t)i);
		break;
	case KIND_FIELDS:
		fields_pack((const struct of_field_set *)member,
			    type == OFPTFPT_MATCH ? &features->match_mask : NULL, version, b);
		break;
	default:
		if (features->ethernet) {
			wbuf_u16(b, OF_OXM_CLASS_BASIC);
			wbuf_u8(b, OF_FIELD_PACKET_TYPE << 1);
			wbuf_u8(b, 4);
			wbuf_zero(b, 4);
		}
	}
	of_property_finish(b, start);
}

int of_table_features_pack(const struct of_table_features *features, enum of_version version,
			   struct wbuf *b)
{
	size_t start = b->len;

	wbuf_u16(b, 0);
	wbuf_u8(b, features->table_id);
	wbuf_u8(b, version < OF15 ? 0 : features->command);
	wbuf_u32(b, version < OF15 ? 0 : features->features);
	of_string_pack(b, features->name, sizeof(features->name) - 1);
	wbuf_u64(b, features->metadata_match);
	wbuf_u64(b, features->metadata_write);
	wbuf_u32(b, features->config);
	wbuf_u32(b, features->max_entries);
	for (unsigned type = 0; type < OF_N_TABLE_FEATURES; type++)
		if ((features->present & 1u << type) && properties[type].since <= version)
			property_pack(features, type, version, b);
	if (b->len - start > UINT16_MAX)
		return -EMSGSIZE;
	wbuf_set_u16(b, start, (uint16_t)(b->len - start));
	return 0;
}

static enum of_err request_unpack(struct cursor *c, enum of_version version, struct of_arena *arena,
				  struct of_multipart_request *request)
{
	struct cursor entries = *c;
	struct of_table_features features;

	(void)arena;
	request->table_features.size = cursor_left(c);
	request->table_features.data = cursor_take(c, cursor_left(c));
	while (cursor_left(&entries) > 0) {
		enum of_err err = of_table_features_unpack(&entries, version, &features);

		if (err != OF_OK)
			return err;
	}
	return OF_OK;
}

static int request_pack(const struct of_multipart_request *request, enum of_version version,
			struct wbuf *b)
{
	(void)version;
	wbuf_put(b, request->table_features.data, request->table_features.size);
	return 0;
}

static void request_text(const struct of_multipart_request *request, struct text *t)
{
	if (request->table_features.size > 0)
		text_add(t, " sets %zu bytes", request->table_features.size);
}

static enum of_err entry_unpack(struct cursor *c, enum of_version version, struct of_arena *arena,
				union of_multipart_entry *entry)
{
	enum of_err err = of_table_features_unpack(c, version, &entry->table_features);

	(void)arena;
	return err;
}

static int entry_pack(const void *entry, enum of_version version, struct wbuf *b)
{
	return of_table_features_pack(entry, version, b);
}

static void entry_text(const union of_multipart_entry *entry, const struct of_names *names,
		       struct text *t)
{
	(void)names;
	of_table_features_text(&entry->table_features, t);
}

const struct of_multipart_ops of_multipart_table_features = {
	.name = "table_features",
	.since = OF13,
	.request_unpack = request_unpack,
	.request_pack = request_pack,
	.request_text = request_text,
	.entry_unpack = entry_unpack,
	.entry_pack = entry_pack,
	.entry_text = entry_text,
};
