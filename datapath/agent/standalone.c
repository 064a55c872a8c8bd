// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/standalone.h"

#include "datapath/agent/connections.h"
#include "datapath/agent/restore.h"

/* A flow-mod that adds the rule. */
static void rule_mod(struct of_flow_mod *mod, struct of_action *action,
		     struct of_instruction *instruction)
{
	*action = (struct of_action){.type = OF_ACTION_OUTPUT,
				     .output = {.port = OFPP_NORMAL, .max_len = 0}};
	*instruction = (struct of_instruction){.type = OF_INSTRUCTION_APPLY_ACTIONS,
					       .actions = {.n = 1, .a = action}};
	of_flow_mod_init(mod);
	mod->priority = 0;
	mod->instructions = (struct of_instructions){.n = 1, .i = instruction};
}

static void add_rule(struct agent *agent)
{
	struct of_instruction instruction;
	struct of_action action;
	struct of_flow_mod mod;
	struct flow_match match;
	struct flow_entry entry = {.mod = &mod, .match = &match, .standalone = true};
	struct program *program;
	enum of_err err;

	rule_mod(&mod, &action, &instruction);
	err = compile_match(&mod.match, &match);
	if (err == OF_OK)
		err = compile_instructions(&agent->env, &mod.instructions, &mod.match, 0, 0,
					   &program);
	if (err == OF_OK) {
		err = flow_store_add(agent->flows, &entry, program);
		if (err != OF_OK)
			program_free(program);
	}
	if (err != OF_OK)
		log_error("agent", "the rule of the learning switch could not be added: %s",
			  of_err_sentence(err));
	agent_changed(agent);
}

/* The rule if it is (still) ours. */
static struct flow *find_rule(struct agent *agent)
{
	struct of_match all;
	struct flow *flow;

	of_match_init(&all);
	flow = flow_store_find(agent->flows, 0, 0, &all);
	return flow != NULL && flow->standalone ? flow : NULL;
}

void standalone_start(struct agent *agent)
{
	if (agent->cfg.fail_mode == AGENT_FAIL_STANDALONE && !agent->decided)
		add_rule(agent);
}

void standalone_controller_up(struct agent *agent)
{
	struct flow *flow;

	if (agent->transaction != NULL) {
		agent->fail_mode_late = true;
		return;
	}
	flow = find_rule(agent);
	if (flow == NULL)
		return;
	log_info("agent", "a controller is in charge: the switch no longer learns by itself");
	(void)flow_store_remove(agent->flows, flow, OFPRR_DELETE);
}

void standalone_controller_down(struct agent *agent)
{
	if (agent->transaction != NULL) {
		agent->fail_mode_late = true;
		return;
	}
	if (agent->cfg.fail_mode != AGENT_FAIL_STANDALONE || connections_any_controller(agent) ||
	    flow_store_count(agent->flows, OFPTT_ALL) != 0)
		return;
	log_info("agent", "no controller and no flows: the switch learns by itself");
	agent->decided = false;
	restore_keep_decided(agent);
	add_rule(agent);
}

void standalone_late(struct agent *agent)
{
	agent->fail_mode_late = false;
	if (connections_any_controller(agent))
		standalone_controller_up(agent);
	else
		standalone_controller_down(agent);
}

void standalone_rule_gone(struct agent *agent)
{
	agent->decided = true;
	restore_keep_decided(agent);
}
