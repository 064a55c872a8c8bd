// SPDX-License-Identifier: Apache-2.0
/* OFPMP_TABLE_FEATURES (OpenFlow 1.3.5 §7.3.5.5): what the tables can do, from what compile serves.
 */
#include <stdio.h>

#include "datapath/agent/multipart.h"

enum property {
	PROP_INSTRUCTIONS = 0,
	PROP_NEXT_TABLES = 2,
	PROP_WRITE_ACTIONS = 4,
	PROP_APPLY_ACTIONS = 6,
	PROP_MATCH = 8,
	PROP_WILDCARDS = 10,
	PROP_WRITE_SETFIELD = 12,
	PROP_APPLY_SETFIELD = 14,
};

static const uint8_t actions[] = {
	OF_ACTION_OUTPUT,     OF_ACTION_PUSH_VLAN,  OF_ACTION_POP_VLAN,  OF_ACTION_GROUP,
	OF_ACTION_SET_NW_TTL, OF_ACTION_DEC_NW_TTL, OF_ACTION_SET_FIELD,
};

static const uint8_t instructions[] = {
	OF_INSTRUCTION_WRITE_METADATA, OF_INSTRUCTION_WRITE_ACTIONS, OF_INSTRUCTION_APPLY_ACTIONS,
	OF_INSTRUCTION_CLEAR_ACTIONS,  OF_INSTRUCTION_GOTO_TABLE,
};

uint32_t table_features_actions(void)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < sizeof(actions); i++)
		bits |= 1u << actions[i];
	return bits;
}

/* Starts a property; the length is filled in by end_property. */
static size_t start_property(struct wbuf *b, enum property type)
{
	size_t start = b->len;

	wbuf_u16(b, (uint16_t)type);
	wbuf_u16(b, 0);
	return start;
}

static void end_property(struct wbuf *b, size_t start)
{
	wbuf_set_u16(b, start + 2, (uint16_t)(b->len - start));
	wbuf_pad(b, start, 8);
}

static void add_ids(struct wbuf *b, enum property type, const uint8_t *ids, size_t n, bool last)
{
	size_t start = start_property(b, type);

	for (size_t i = 0; i < n; i++) {
		/* From the last table there is nowhere to go. */
		if (last && ids == instructions && ids[i] == OF_INSTRUCTION_GOTO_TABLE)
			continue;
		wbuf_u16(b, ids[i]);
		wbuf_u16(b, 4);
	}
	end_property(b, start);
}

static void add_next(struct wbuf *b, enum property type, uint8_t table_id)
{
	size_t start = start_property(b, type);

	for (unsigned int t = table_id + 1u; t < AGENT_N_TABLES; t++)
		wbuf_u8(b, (uint8_t)t);
	end_property(b, start);
}

/* Can a match have the field? */
static bool matches(const struct of_field_info *info, int field)
{
	struct of_match_field f = {.field = (enum of_field)field};
	struct flow_key value = {0}, mask = {0};

	return info != NULL && info->name != NULL && info->since <= OF13 &&
	       compile_field(&f, &value, &mask) == OF_OK;
}

static void add_fields(struct wbuf *b, enum property type)
{
	bool set = type >= PROP_WRITE_SETFIELD;
	size_t start = start_property(b, type);

	for (int f = 0; f < OF_N_FIELDS; f++) {
		const struct of_field_info *info = of_field_info((enum of_field)f);
		bool masked = type == PROP_MATCH && info != NULL && info->maskable;

		if (!matches(info, f) || (set && compile_settable((enum of_field)f) < 0))
			continue;
		wbuf_u16(b, info->oxm_class);
		wbuf_u8(b, (uint8_t)(info->oxm_field << 1 | masked));
		wbuf_u8(b, (uint8_t)(masked ? 2 * info->n_bytes : info->n_bytes));
	}
	end_property(b, start);
}

bool table_features_add(struct of_multipart_writer *w, uint8_t table_id, uint32_t max_entries)
{
	bool last = table_id == AGENT_N_TABLES - 1;
	struct wbuf b = wbuf_init(OF_MESSAGE_MAX);
	struct of_table_features features = {
		.table_id = table_id,
		.metadata_match = UINT64_MAX,
		.metadata_write = UINT64_MAX,
		.max_entries = max_entries,
	};
	bool ok;

	snprintf(features.name, sizeof(features.name), "table%u", table_id);
	add_ids(&b, PROP_INSTRUCTIONS, instructions, sizeof(instructions), last);
	add_next(&b, PROP_NEXT_TABLES, table_id);
	add_ids(&b, PROP_WRITE_ACTIONS, actions, sizeof(actions), last);
	add_ids(&b, PROP_APPLY_ACTIONS, actions, sizeof(actions), last);
	add_fields(&b, PROP_MATCH);
	add_fields(&b, PROP_WILDCARDS);
	add_fields(&b, PROP_WRITE_SETFIELD);
	add_fields(&b, PROP_APPLY_SETFIELD);
	features.properties = b.data;
	features.properties_size = b.len;
	ok = !b.bad && of_multipart_writer_add(w, &features) == 0;
	wbuf_free(&b);
	return ok;
}
