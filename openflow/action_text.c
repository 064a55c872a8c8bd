// SPDX-License-Identifier: Apache-2.0
/* Actions as ovs-ofctl prints them. */
#include "openflow/action_words.h"
#include "openflow/learn.h"
#include "openflow/nicira_action.h"
#include "openflow/port.h"

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

static void dec_ttl_text(const struct of_action *action, struct text *t)
{
	text_add(t, "dec_ttl");
	for (unsigned i = 0; action->nicira && i < action->dec_ttl.n; i++)
		text_add(t, "%s%u", i == 0 ? "(" : ",", action->dec_ttl.ids[i]);
	if (action->nicira && action->dec_ttl.n > 0)
		text_add(t, ")");
}

/* The word of an action that is one; NULL. */
static const char *bare_word(enum of_action_type type)
{
	switch (type) {
	case OF_ACTION_POP_VLAN:
		return "pop_vlan";
	case OF_ACTION_POP_PBB:
		return "pop_pbb";
	case OF_ACTION_DEC_MPLS_TTL:
		return "dec_mpls_ttl";
	case OF_ACTION_COPY_TTL_OUT:
		return "copy_ttl_out";
	case OF_ACTION_COPY_TTL_IN:
		return "copy_ttl_in";
	case OF_ACTION_POP_QUEUE:
		return "pop_queue";
	case OF_ACTION_EXIT:
		return "exit";
	default:
		return NULL;
	}
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
	case OF_ACTION_PUSH_MPLS:
		text_add(t, "push_mpls:0x%04x", action->ethertype);
		break;
	case OF_ACTION_POP_MPLS:
		text_add(t, "pop_mpls:0x%04x", action->ethertype);
		break;
	case OF_ACTION_PUSH_PBB:
		text_add(t, "push_pbb:0x%04x", action->ethertype);
		break;
	case OF_ACTION_SET_MPLS_TTL:
		text_add(t, "set_mpls_ttl(%u)", action->ttl);
		break;
	case OF_ACTION_SET_NW_TTL:
		text_add(t, "mod_nw_ttl:%u", action->ttl);
		break;
	case OF_ACTION_DEC_NW_TTL:
		dec_ttl_text(action, t);
		break;
	case OF_ACTION_SET_VLAN_VID:
		text_add(t, "mod_vlan_vid:%u", action->vlan_vid);
		break;
	case OF_ACTION_SET_VLAN_PCP:
		text_add(t, "mod_vlan_pcp:%u", action->vlan_pcp);
		break;
	default:
		text_add(t, "%s", bare_word(action->type) != NULL ? bare_word(action->type) : "?");
	}
}

static void set_field_text(const struct of_action *action, const struct of_names *names,
			   struct text *t)
{
	const struct of_match_field *f = &action->set_field;
	struct of_subfield part;
	uint64_t value;

	if (action->nicira && of_match_field_as_load(f, &part, &value)) {
		text_add(t, "load:0x%" PRIx64 "->", value);
		of_subfield_text(&part, t);
		return;
	}
	text_add(t, "set_field:");
	of_field_value_text(f, names, t);
	text_add(t, "->%s", of_field_info(f->field)->text);
}

static void move_text(const struct of_action *action, struct text *t)
{
	struct of_subfield from = {action->copy_field.from, action->copy_field.from_offset,
				   action->copy_field.n_bits};
	struct of_subfield to = {action->copy_field.to, action->copy_field.to_offset,
				 action->copy_field.n_bits};

	text_add(t, "move:");
	of_subfield_text(&from, t);
	text_add(t, "->");
	of_subfield_text(&to, t);
}

static void resubmit_text(const struct of_action *action, const struct of_names *names,
			  struct text *t)
{
	bool has_port = action->resubmit.in_port != OFPP_IN_PORT;
	bool has_table = action->resubmit.table_id != OFPTT_ALL;

	text_add(t, has_port && !has_table ? "resubmit:" : "resubmit(");
	if (has_port || !has_table)
		of_port_no_text(action->resubmit.in_port, names, t);
	if (has_port && !has_table)
		return;
	if (has_table)
		text_add(t, ",%u", action->resubmit.table_id);
	text_add(t, ")");
}

static void controller_text(const struct of_action *action, struct text *t)
{
	text_add(t, "controller(reason=%s", of_reason_text(action->controller.reason));
	if (action->controller.max_len != OFPCML_NO_BUFFER)
		text_add(t, ",max_len=%u", action->controller.max_len);
	text_add(t, ",id=%u)", action->controller.controller_id);
}

static void bytes_text(const uint8_t *data, size_t len, const char *between, struct text *t)
{
	for (size_t i = 0; i < len; i++)
		text_add(t, "%s%02x", i == 0 ? "" : between, data[i]);
}

static void action_text(const struct of_action *action, const struct of_names *names,
			struct text *t)
{
	switch (action->type) {
	case OF_ACTION_OUTPUT:
		output_text(action, names, t);
		break;
	case OF_ACTION_SET_FIELD:
		set_field_text(action, names, t);
		break;
	case OF_ACTION_COPY_FIELD:
		move_text(action, t);
		break;
	case OF_ACTION_EXPERIMENTER:
		text_add(t, "experimenter(id=0x%x,data=", action->experimenter.id);
		bytes_text(action->experimenter.data, action->experimenter.len, "", t);
		text_add(t, ")");
		break;
	case OF_ACTION_ENQUEUE:
		text_add(t, "enqueue:");
		of_port_no_text(action->enqueue.port, names, t);
		text_add(t, ":%u", action->enqueue.queue_id);
		break;
	case OF_ACTION_RESUBMIT:
		resubmit_text(action, names, t);
		break;
	case OF_ACTION_LEARN:
		of_learn_text(action->learn, names, t);
		break;
	case OF_ACTION_CONJUNCTION:
		text_add(t, "conjunction(%u,%u/%u)", action->conjunction.id,
			 action->conjunction.clause + 1u, action->conjunction.n_clauses);
		break;
	case OF_ACTION_NOTE:
		text_add(t, "note:");
		bytes_text(action->note.data, action->note.len, ".", t);
		break;
	case OF_ACTION_CONTROLLER:
		controller_text(action, t);
		break;
	case OF_ACTION_OUTPUT_REG:
		text_add(t, "output:");
		of_subfield_text(&action->output_reg.from, t);
		break;
	case OF_ACTION_STACK_PUSH:
	case OF_ACTION_STACK_POP:
		text_add(t, action->type == OF_ACTION_STACK_PUSH ? "push:" : "pop:");
		of_subfield_text(&action->stack, t);
		break;
	case OF_ACTION_CLONE:
		text_add(t, "clone(");
		of_actions_text(&action->clone, names, t);
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
