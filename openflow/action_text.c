// SPDX-License-Identifier: Apache-2.0
/* Actions and instructions as ovs-ofctl prints them. */
#include "openflow/codec.h"
#include "openflow/port.h"
#include "openflow/text_form.h"

#include <inttypes.h>

static void output_text(const struct of_action *action, const struct of_names *names,
			struct text *t)
{
	switch (action->output.port) {
	case OFPP_CONTROLLER:
		text_add(t, "CONTROLLER:%u", action->output.max_len);
		return;
	case OFPP_IN_PORT:
	case OFPP_TABLE:
	case OFPP_NORMAL:
	case OFPP_FLOOD:
	case OFPP_ALL:
	case OFPP_LOCAL:
		break;
	default:
		text_add(t, "output:");
	}
	of_port_no_text(action->output.port, names, t);
}

static void field_part_text(enum of_field field, uint16_t offset, uint16_t n_bits, struct text *t)
{
	text_add(t, "%s[%u..%u]", of_field_info(field)->text, offset, offset + n_bits - 1);
}

/* Actions that are a word, with a number at most. */
static void plain_text(const struct of_action *action, struct text *t)
{
	switch (action->type) {
	case OF_ACTION_GROUP:
		text_add(t, "group:%u", action->group_id);
		break;
	case OF_ACTION_SET_QUEUE:
		text_add(t, "set_queue:%u", action->queue_id);
		break;
	case OF_ACTION_METER:
		text_add(t, "meter:%u", action->meter_id);
		break;
	case OF_ACTION_PUSH_VLAN:
		text_add(t, "push_vlan:0x%04x", action->ethertype);
		break;
	case OF_ACTION_POP_VLAN:
		text_add(t, "pop_vlan");
		break;
	case OF_ACTION_PUSH_MPLS:
		text_add(t, "push_mpls:0x%04x", action->ethertype);
		break;
	case OF_ACTION_POP_MPLS:
		text_add(t, "pop_mpls:0x%04x", action->ethertype);
		break;
	case OF_ACTION_PUSH_PBB:
		text_add(t, "push_pbb:0x%04x", action->ethertype);
		break;
	case OF_ACTION_POP_PBB:
		text_add(t, "pop_pbb");
		break;
	case OF_ACTION_SET_MPLS_TTL:
		text_add(t, "set_mpls_ttl(%u)", action->ttl);
		break;
	case OF_ACTION_DEC_MPLS_TTL:
		text_add(t, "dec_mpls_ttl");
		break;
	case OF_ACTION_SET_NW_TTL:
		text_add(t, "mod_nw_ttl:%u", action->ttl);
		break;
	case OF_ACTION_DEC_NW_TTL:
		text_add(t, "dec_ttl");
		break;
	case OF_ACTION_COPY_TTL_OUT:
		text_add(t, "copy_ttl_out");
		break;
	case OF_ACTION_COPY_TTL_IN:
		text_add(t, "copy_ttl_in");
		break;
	default:
		break;
	}
}

static void action_text(const struct of_action *action, const struct of_names *names,
			struct text *t)
{
	switch (action->type) {
	case OF_ACTION_OUTPUT:
		output_text(action, names, t);
		break;
	case OF_ACTION_SET_FIELD:
		text_add(t, "set_field:");
		of_field_value_text(&action->set_field, names, t);
		text_add(t, "->%s", of_field_info(action->set_field.field)->text);
		break;
	case OF_ACTION_COPY_FIELD:
		text_add(t, "move:");
		field_part_text(action->copy_field.from, action->copy_field.from_offset,
				action->copy_field.n_bits, t);
		text_add(t, "->");
		field_part_text(action->copy_field.to, action->copy_field.to_offset,
				action->copy_field.n_bits, t);
		break;
	case OF_ACTION_EXPERIMENTER:
		text_add(t, "experimenter(id=0x%x,data=", action->experimenter.id);
		of_bytes_text(t, action->experimenter.data, action->experimenter.len);
		text_add(t, ")");
		break;
	default:
		plain_text(action, t);
	}
}

static void list_text(const struct of_actions *actions, const struct of_names *names,
		      struct text *t)
{
	for (unsigned i = 0; i < actions->n; i++) {
		if (i > 0)
			text_add(t, ",");
		action_text(&actions->a[i], names, t);
	}
}

void of_actions_text(const struct of_actions *actions, const struct of_names *names, struct text *t)
{
	if (actions->n == 0)
		text_add(t, "drop");
	list_text(actions, names, t);
}

static void instruction_text(const struct of_instruction *in, const struct of_names *names,
			     struct text *t)
{
	switch (in->type) {
	case OF_INSTRUCTION_METER:
		text_add(t, "meter:%u", in->meter_id);
		break;
	case OF_INSTRUCTION_APPLY_ACTIONS:
		list_text(&in->actions, names, t);
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
		text_add(t, "stat_trigger");
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
