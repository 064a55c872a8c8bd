// SPDX-License-Identifier: Apache-2.0
/* What the tables can do: asked of compile.h, so that it is known in one place. */
#include "datapath/agent/table_features.h"

#include <stdio.h>

#define N_ACTION_TYPES 32 /* the numbers of actions and instructions that a property can name */

static struct group *no_group(const void *context, uint32_t group_id)
{
	(void)context;
	(void)group_id;
	return NULL;
}

static bool any_port(const void *context, uint32_t port_no)
{
	(void)context;
	(void)port_no;
	return true;
}

static struct meter *no_meter(const void *context, uint32_t meter_id)
{
	(void)context;
	(void)meter_id;
	return NULL;
}

/* A switch with every port, without groups and meters: enough to see which errors are not theirs.
 */
static const struct compile_env probe_env = {
	.group = no_group,
	.port = any_port,
	.meter = no_meter,
	.lenient = true,
};

/* An action of the type whose arguments nobody can mind. */
static struct of_action sample(enum of_action_type type)
{
	struct of_action a = {.type = type};

	switch (type) {
	case OF_ACTION_OUTPUT:
		a.output.port = 1;
		break;
	case OF_ACTION_PUSH_VLAN:
		a.ethertype = 0x8100;
		break;
	case OF_ACTION_PUSH_MPLS:
		a.ethertype = 0x8847;
		break;
	case OF_ACTION_POP_MPLS:
		a.ethertype = 0x0800;
		break;
	case OF_ACTION_PUSH_PBB:
		a.ethertype = 0x88e7;
		break;
	case OF_ACTION_SET_FIELD:
		a.set_field.field = OF_FIELD_ETH_DST;
		memset(a.set_field.mask, 0xff, 6);
		break;
	case OF_ACTION_COPY_FIELD:
		a.copy_field.from = OF_FIELD_ETH_SRC;
		a.copy_field.to = OF_FIELD_ETH_DST;
		a.copy_field.n_bits = 48;
		break;
	default:
		break;
	}
	return a;
}

static uint32_t probe_actions(bool in_set)
{
	uint32_t bits = 0;

	for (unsigned int type = 0; type < N_ACTION_TYPES; type++) {
		struct of_action a = sample((enum of_action_type)type);
		struct of_actions one = {.n = 1, .a = &a};
		struct action_list *list = NULL;
		enum of_err err = in_set ? compile_bucket(&probe_env, &one, &list)
					 : compile_packet_out(&probe_env, &one, &list);

		if (err == OF_OK)
			action_list_free(list);
		if (err != OFPBAC_BAD_TYPE)
			bits |= 1u << type;
	}
	return bits;
}

static uint32_t probe_instructions(void)
{
	struct of_match match;
	uint32_t bits = 0;

	of_match_init(&match);
	for (unsigned int type = 1; type < N_ACTION_TYPES; type++) {
		struct of_instruction i = {.type = (enum of_instruction_type)type};
		struct of_instructions one = {.n = 1, .i = &i};
		struct program *program = NULL;
		enum of_err err;

		if (type == OF_INSTRUCTION_GOTO_TABLE)
			i.table_id = 1;
		err = compile_instructions(&probe_env, &one, &match, 1, 0, &program);
		if (err == OF_OK)
			program_free(program);
		if (err != OFPBIC_UNSUP_INST)
			bits |= 1u << type;
	}
	return bits;
}

/* The part that is the same for all tables; made once. */
static const struct of_table_features *common(void)
{
	static struct of_table_features f;

	if (f.present != 0)
		return &f;
	f.metadata_match = UINT64_MAX;
	f.metadata_write = UINT64_MAX;
	f.config = OFPTC_EVICTION | OFPTC_VACANCY_EVENTS;
	f.instructions[0] = probe_instructions();
	f.write_actions[0] = probe_actions(true);
	f.apply_actions[0] = probe_actions(false);
	f.ethernet = true;
	for (int i = 0; i < OF_N_FIELDS; i++) {
		enum of_field field = (enum of_field)i;
		const struct of_field_info *info = of_field_info(field);

		if (info == NULL)
			continue;
		if (compile_matchable(field)) {
			of_field_set_add(&f.match, field);
			of_field_set_add(&f.wildcards, field);
			if (info->maskable)
				of_field_set_add(&f.match_mask, field);
		}
		if (info->settable && compile_settable(field)) {
			of_field_set_add(&f.write_set[0], field);
			of_field_set_add(&f.apply_set[0], field);
		}
		if (compile_readable(field)) {
			of_field_set_add(&f.write_copy[0], field);
			of_field_set_add(&f.apply_copy[0], field);
		}
	}
	f.present = 1u << OFPTFPT_INSTRUCTIONS | 1u << OFPTFPT_NEXT_TABLES |
		    1u << OFPTFPT_WRITE_ACTIONS | 1u << OFPTFPT_APPLY_ACTIONS |
		    1u << OFPTFPT_MATCH | 1u << OFPTFPT_WILDCARDS | 1u << OFPTFPT_WRITE_SETFIELD |
		    1u << OFPTFPT_APPLY_SETFIELD | 1u << OFPTFPT_WRITE_COPYFIELD |
		    1u << OFPTFPT_APPLY_COPYFIELD | 1u << OFPTFPT_PACKET_TYPES;
	return &f;
}

uint32_t table_features_actions(void)
{
	return common()->write_actions[0];
}

void table_abilities(const struct agent *agent, uint8_t table_id, struct of_table_features *out)
{
	*out = *common();
	out->table_id = table_id;
	/* Frames enter at table 0, so it cannot come after their output. */
	out->features = OFPTFF_INGRESS_TABLE | (table_id != 0 ? OFPTFF_EGRESS_TABLE : 0);
	out->max_entries = agent->cfg.max_flows;
	snprintf(out->name, sizeof(out->name), "table%u", table_id);
	for (unsigned int t = table_id + 1u; t < AGENT_N_TABLES; t++)
		of_table_set_add(&out->next[0], (uint8_t)t);
	/* From the last table there is nowhere to go. */
	if (table_id == AGENT_N_TABLES - 1)
		out->instructions[0] &= ~(1u << OF_INSTRUCTION_GOTO_TABLE);
}
