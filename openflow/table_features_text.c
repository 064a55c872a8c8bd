// SPDX-License-Identifier: Apache-2.0
/* What a table can do, for people. */
#include "openflow/codec.h"
#include "openflow/instruction.h"
#include "openflow/table_stats.h"

#include <inttypes.h>

static const char *const instruction_names[32] = {
	[OF_INSTRUCTION_GOTO_TABLE] = "goto_table",
	[OF_INSTRUCTION_WRITE_METADATA] = "write_metadata",
	[OF_INSTRUCTION_WRITE_ACTIONS] = "write_actions",
	[OF_INSTRUCTION_APPLY_ACTIONS] = "apply_actions",
	[OF_INSTRUCTION_CLEAR_ACTIONS] = "clear_actions",
	[OF_INSTRUCTION_METER] = "meter",
	[OF_INSTRUCTION_STAT_TRIGGER] = "stat_trigger",
};

static const char *const action_names[32] = {
	[OF_ACTION_OUTPUT] = "output",
	[OF_ACTION_COPY_TTL_OUT] = "copy_ttl_out",
	[OF_ACTION_COPY_TTL_IN] = "copy_ttl_in",
	[OF_ACTION_SET_MPLS_TTL] = "set_mpls_ttl",
	[OF_ACTION_DEC_MPLS_TTL] = "dec_mpls_ttl",
	[OF_ACTION_PUSH_VLAN] = "push_vlan",
	[OF_ACTION_POP_VLAN] = "pop_vlan",
	[OF_ACTION_PUSH_MPLS] = "push_mpls",
	[OF_ACTION_POP_MPLS] = "pop_mpls",
	[OF_ACTION_SET_QUEUE] = "set_queue",
	[OF_ACTION_GROUP] = "group",
	[OF_ACTION_SET_NW_TTL] = "mod_nw_ttl",
	[OF_ACTION_DEC_NW_TTL] = "dec_ttl",
	[OF_ACTION_SET_FIELD] = "set_field",
	[OF_ACTION_PUSH_PBB] = "push_pbb",
	[OF_ACTION_POP_PBB] = "pop_pbb",
	[OF_ACTION_COPY_FIELD] = "move",
	[OF_ACTION_METER] = "meter",
};

static void bits_text(const char *label, uint32_t bits, const char *const names[32], struct text *t)
{
	const char *separator = "";

	text_add(t, "\n      %s: ", label);
	for (unsigned i = 0; i < 32; i++) {
		if (!(bits >> i & 1))
			continue;
		if (names[i] != NULL)
			text_add(t, "%s%s", separator, names[i]);
		else
			text_add(t, "%s%u", separator, i);
		separator = ",";
	}
	if (bits == 0)
		text_add(t, "none");
}

static void tables_text(const char *label, const struct of_table_set *set, struct text *t)
{
	const char *separator = "";

	text_add(t, "\n      %s: ", label);
	for (unsigned first = 0; first <= UINT8_MAX; first++) {
		unsigned last = first;

		if (!of_table_set_has(set, (uint8_t)first))
			continue;
		while (last < UINT8_MAX && of_table_set_has(set, (uint8_t)(last + 1)))
			last++;
		if (last > first)
			text_add(t, "%s%u-%u", separator, first, last);
		else
			text_add(t, "%s%u", separator, first);
		separator = ",";
		first = last;
	}
	if (separator[0] == '\0')
		text_add(t, "none");
}

/* The fields of a set that are, or are not, in another one. */
static void fields_text(const char *label, const struct of_field_set *set,
			const struct of_field_set *other, bool in_other, struct text *t)
{
	const char *separator = "";

	text_add(t, "\n      %s: ", label);
	for (unsigned i = 0; i < OF_N_FIELDS; i++) {
		if (!of_field_set_has(set, (enum of_field)i) ||
		    (other != NULL && of_field_set_has(other, (enum of_field)i) != in_other))
			continue;
		text_add(t, "%s%s", separator, of_field_info((enum of_field)i)->name);
		separator = ",";
	}
	if (separator[0] == '\0')
		text_add(t, "none");
}

static bool has(const struct of_table_features *f, unsigned property)
{
	return (f->present & 1u << property) != 0;
}

/* The properties of a kind that exists for hits and for misses. */
static void outcome_text(const struct of_table_features *f, unsigned miss, struct text *t)
{
	if (has(f, OFPTFPT_INSTRUCTIONS + miss))
		bits_text("instructions", f->instructions[miss], instruction_names, t);
	if (has(f, OFPTFPT_NEXT_TABLES + miss))
		tables_text("next tables", &f->next[miss], t);
	if (has(f, OFPTFPT_WRITE_ACTIONS + miss))
		bits_text("write_actions", f->write_actions[miss], action_names, t);
	if (has(f, OFPTFPT_WRITE_SETFIELD + miss))
		fields_text("write_actions set_field", &f->write_set[miss], NULL, false, t);
	if (has(f, OFPTFPT_WRITE_COPYFIELD + miss))
		fields_text("write_actions move", &f->write_copy[miss], NULL, false, t);
	if (has(f, OFPTFPT_APPLY_ACTIONS + miss))
		bits_text("apply_actions", f->apply_actions[miss], action_names, t);
	if (has(f, OFPTFPT_APPLY_SETFIELD + miss))
		fields_text("apply_actions set_field", &f->apply_set[miss], NULL, false, t);
	if (has(f, OFPTFPT_APPLY_COPYFIELD + miss))
		fields_text("apply_actions move", &f->apply_copy[miss], NULL, false, t);
}

void of_table_features_text(const struct of_table_features *f, struct text *t)
{
	const uint32_t of_misses =
		1u << OFPTFPT_INSTRUCTIONS_MISS | 1u << OFPTFPT_NEXT_TABLES_MISS |
		1u << OFPTFPT_WRITE_ACTIONS_MISS | 1u << OFPTFPT_APPLY_ACTIONS_MISS |
		1u << OFPTFPT_WRITE_SETFIELD_MISS | 1u << OFPTFPT_APPLY_SETFIELD_MISS |
		1u << OFPTFPT_WRITE_COPYFIELD_MISS | 1u << OFPTFPT_APPLY_COPYFIELD_MISS;

	text_add(t, "  table %u (\"", f->table_id);
	of_printable_text(t, f->name);
	text_add(t,
		 "\"):\n    metadata: match=0x%" PRIx64 " write=0x%" PRIx64 "\n    max_entries=%u",
		 f->metadata_match, f->metadata_write, f->max_entries);
	if (f->config != 0)
		text_add(t, "\n    config=0x%x", f->config);
	if (f->features != 0)
		text_add(t, "\n    features:%s%s%s",
			 f->features & OFPTFF_INGRESS_TABLE ? " ingress" : "",
			 f->features & OFPTFF_EGRESS_TABLE ? " egress" : "",
			 f->features & OFPTFF_FIRST_EGRESS ? " first-egress" : "");
	if (has(f, OFPTFPT_TABLE_SYNC_FROM))
		tables_text("synchronized from", &f->sync_from, t);
	text_add(t, f->present & of_misses ? "\n    hits:" : "\n    hits and misses:");
	outcome_text(f, 0, t);
	if (f->present & of_misses) {
		text_add(t, "\n    misses (what is not here is as for hits):");
		outcome_text(f, 1, t);
	}
	text_add(t, "\n    matching:");
	if (has(f, OFPTFPT_MATCH)) {
		fields_text("arbitrary mask", &f->match, &f->match_mask, true, t);
		fields_text("exact", &f->match, &f->match_mask, false, t);
	}
	if (has(f, OFPTFPT_MATCH) && has(f, OFPTFPT_WILDCARDS))
		fields_text("may not be left out", &f->match, &f->wildcards, false, t);
}
