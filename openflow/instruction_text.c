// SPDX-License-Identifier: Apache-2.0
/* Instructions as ovs-ofctl prints them. */
#include "openflow/action_words.h"

#include <inttypes.h>
#include <stdio.h>

static const char *const stat_fields[] = {
	[OFPXST_DURATION] = "duration",     [OFPXST_IDLE_TIME] = "idle_time",
	[OFPXST_FLOW_COUNT] = "flow_count", [OFPXST_PACKET_COUNT] = "packet_count",
	[OFPXST_BYTE_COUNT] = "byte_count",
};

#define N_STAT_FIELDS (sizeof(stat_fields) / sizeof(stat_fields[0]))

const char *of_stat_field_name(unsigned field)
{
	return field < N_STAT_FIELDS ? stat_fields[field] : NULL;
}

int of_stat_field_from_name(const char *name)
{
	for (unsigned i = 0; i < N_STAT_FIELDS; i++)
		if (stat_fields[i] != NULL && strcmp(stat_fields[i], name) == 0)
			return (int)i;
	return -1;
}

/* Nanoseconds as seconds, without zeros at the end. */
static void seconds_text(uint64_t ns, struct text *t)
{
	char fraction[16];
	size_t len;

	snprintf(fraction, sizeof(fraction), ".%09u", (unsigned)(ns % 1000000000));
	for (len = strlen(fraction); len > 1 && fraction[len - 1] == '0'; len--)
		fraction[len - 1] = '\0';
	text_add(t, "%" PRIu64 "%s", ns / 1000000000, len > 1 ? fraction : "");
}

static void stat_trigger_text(const struct of_instruction *in, struct text *t)
{
	const char *comma = "";

	text_add(t, "stat_trigger(");
	if (in->stat_trigger.flags & OFPSTF_PERIODIC) {
		text_add(t, "periodic");
		comma = ",";
	}
	if (in->stat_trigger.flags & OFPSTF_ONLY_FIRST) {
		text_add(t, "%sonly_first", comma);
		comma = ",";
	}
	for (unsigned i = 0; i < N_STAT_FIELDS; i++) {
		if (!(in->stat_trigger.present & 1u << i) || stat_fields[i] == NULL)
			continue;
		text_add(t, "%s%s=", comma, stat_fields[i]);
		comma = ",";
		if (i == OFPXST_DURATION || i == OFPXST_IDLE_TIME)
			seconds_text(in->stat_trigger.limit[i], t);
		else
			text_add(t, "%" PRIu64, in->stat_trigger.limit[i]);
	}
	text_add(t, ")");
}

static void instruction_text(const struct of_instruction *in, const struct of_names *names,
			     struct text *t)
{
	switch (in->type) {
	case OF_INSTRUCTION_METER:
		text_add(t, "meter:%u", in->meter_id);
		break;
	case OF_INSTRUCTION_APPLY_ACTIONS:
		of_actions_text(&in->actions, names, t);
		break;
	case OF_INSTRUCTION_CLEAR_ACTIONS:
		text_add(t, "clear_actions");
		break;
	case OF_INSTRUCTION_WRITE_ACTIONS:
		text_add(t, "write_actions(");
		of_actions_text(&in->actions, names, t);
		text_add(t, ")");
		break;
	case OF_INSTRUCTION_WRITE_METADATA:
		text_add(t, "write_metadata:0x%" PRIx64, in->metadata.value);
		if (in->metadata.mask != UINT64_MAX)
			text_add(t, "/0x%" PRIx64, in->metadata.mask);
		break;
	case OF_INSTRUCTION_GOTO_TABLE:
		text_add(t, "goto_table:%u", in->table_id);
		break;
	case OF_INSTRUCTION_STAT_TRIGGER:
		stat_trigger_text(in, t);
		break;
	case OF_INSTRUCTION_EXPERIMENTER:
		text_add(t, "experimenter(id=0x%x)", in->experimenter.id);
		break;
	}
}

void of_instructions_text(const struct of_instructions *instructions, const struct of_names *names,
			  struct text *t)
{
	/* The order in which they are executed (§5.9). */
	static const enum of_instruction_type order[] = {
		OF_INSTRUCTION_METER,          OF_INSTRUCTION_STAT_TRIGGER,
		OF_INSTRUCTION_APPLY_ACTIONS,  OF_INSTRUCTION_CLEAR_ACTIONS,
		OF_INSTRUCTION_WRITE_ACTIONS,  OF_INSTRUCTION_EXPERIMENTER,
		OF_INSTRUCTION_WRITE_METADATA, OF_INSTRUCTION_GOTO_TABLE,
	};
	size_t start = t->len;

	for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++) {
		for (unsigned i = 0; i < instructions->n; i++) {
			const struct of_instruction *in = &instructions->i[i];

			if (in->type != order[k] ||
			    (in->type == OF_INSTRUCTION_APPLY_ACTIONS && in->actions.n == 0))
				continue;
			if (t->len > start)
				text_add(t, ",");
			instruction_text(in, names, t);
		}
	}
	if (t->len == start)
		text_add(t, "drop");
}
