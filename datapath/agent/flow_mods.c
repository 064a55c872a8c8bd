// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/flow_mods.h"

#include <stdlib.h>

#include "datapath/agent/connections.h"
#include "datapath/agent/table_features.h"

#define KNOWN_FLAGS                                                                                \
	(OFPFF_SEND_FLOW_REM | OFPFF_CHECK_OVERLAP | OFPFF_RESET_COUNTS | OFPFF_NO_PKT_COUNTS |    \
	 OFPFF_NO_BYT_COUNTS)
#define LOOKED_AT_ONCE 64 /* flows between two looks at the clock */
#define WORTH_SLICES 2000 /* flows that a delete has to look at */

enum of_err flow_filter_init(struct flow_filter *filter, uint8_t table_id, uint64_t cookie,
			     uint64_t cookie_mask, uint32_t out_port, uint32_t out_group,
			     const struct of_match *match)
{
	*filter = (struct flow_filter){
		.table_id = table_id,
		.cookie = cookie,
		.cookie_mask = cookie_mask,
		.out_port = out_port,
		.out_group = out_group,
		.match = match,
	};
	return compile_match(match, &filter->care);
}

static enum of_err add(struct agent *agent, const struct of_flow_mod *mod, uint64_t row)
{
	struct flow_match match;
	struct flow_entry entry = {.mod = mod, .match = &match, .row = row};
	struct program *program;
	enum of_err err;

	if (mod->table_id >= AGENT_N_TABLES)
		return OFPFMFC_BAD_TABLE_ID;
	err = compile_match(&mod->match, &match);
	if (err != OF_OK)
		return err;
	err = table_features_check(agent, mod->table_id, mod->priority, &mod->match,
				   &mod->instructions);
	if (err != OF_OK)
		return err;
	err = compile_instructions(&agent->env, &mod->instructions, &mod->match, mod->priority,
				   mod->table_id, &program);
	if (err != OF_OK)
		return err;
	err = flow_store_add(agent->flows, &entry, program);
	if (err != OF_OK)
		program_free(program);
	return err;
}

/* What each flow gets that a modify means. */
static enum of_err modify_one(struct agent *agent, const struct of_flow_mod *mod, struct flow *flow)
{
	struct program *program;
	struct of_match match;
	enum of_err err;

	flow_match_of(flow, &match);
	err = table_features_check(agent, flow->rule->table_id, (uint16_t)flow->rule->priority,
				   &match, &mod->instructions);
	if (err != OF_OK)
		return err;
	err = compile_instructions(&agent->env, &mod->instructions, &match,
				   (uint16_t)flow->rule->priority, flow->rule->table_id, &program);
	if (err != OF_OK)
		return err;
	/* Only 1.0 gives the flow its cookie too (1.0.1 §4.6). */
	err = flow_store_modify(agent->flows, flow,
				agent->actor.version == OF10 ? mod->cookie : flow->rule->cookie,
				&mod->instructions, mod->flags, program);
	if (err != OF_OK)
		program_free(program);
	return err;
}

static bool deletes(const struct of_flow_mod *mod)
{
	return mod->command == OFPFC_DELETE || mod->command == OFPFC_DELETE_STRICT;
}

/* The flows that a flow-mod means; `match` must outlive it. */
static enum of_err filter_of(const struct of_flow_mod *mod, bool strict, struct flow_filter *filter)
{
	bool del = deletes(mod);
	/* §7.3.4.1: out_port and out_group restrict deletes only. */
	enum of_err err = flow_filter_init(filter, mod->table_id, mod->cookie, mod->cookie_mask,
					   del ? mod->out_port : OFPP_ANY,
					   del ? mod->out_group : OFPG_ANY, &mod->match);

	filter->strict = strict;
	filter->priority = mod->priority;
	return err;
}

/* Calls `each` for every flow that the flow-mod means, until one fails; counts them in *n. */
static enum of_err for_each(struct agent *agent, const struct of_flow_mod *mod, bool strict,
			    enum of_err (*each)(struct agent *agent, const struct of_flow_mod *mod,
						struct flow *flow),
			    uint32_t *n)
{
	struct flow_filter filter;
	struct flow_cursor cursor;
	struct flow *flow;
	enum of_err err = filter_of(mod, strict, &filter);

	if (err != OF_OK)
		return err;
	if (strict && mod->table_id != OFPTT_ALL) {
		flow = flow_store_find(agent->flows, mod->table_id, mod->priority, &mod->match);
		if (flow == NULL || !flow_filter_takes(&filter, flow))
			return OF_OK;
		(*n)++;
		return each(agent, mod, flow);
	}
	flow_cursor_start(&cursor, agent->flows, mod->table_id);
	while (err == OF_OK && !cursor.ended) {
		uint32_t budget = UINT32_MAX;

		flow = flow_cursor_next(&cursor, &filter, &budget);
		if (flow == NULL)
			continue;
		(*n)++;
		err = each(agent, mod, flow);
	}
	flow_cursor_end(&cursor);
	return err;
}

/*
 * A flow-mod of 1.0 means table 0, a delete all of them, until Nicira's NXT_FLOW_MOD_TABLE_ID says
 * that the upper byte of the command names it.
 */
static enum of_err table_of_10(const struct connection *conn, struct of_flow_mod *mod)
{
	bool del = mod->command >= OFPFC_DELETE;

	if (conn != NULL && conn->nicira.table_id) {
		if (mod->table_id == OFPTT_ALL && !del)
			mod->table_id = 0;
		return OF_OK;
	}
	if (mod->table_id != 0)
		return OFPFMFC_BAD_COMMAND;
	if (del)
		mod->table_id = OFPTT_ALL;
	return OF_OK;
}

/* 1.0's own: a flow that takes another's place starts from zero; nothing for emergencies. */
static enum of_err adapt_to_10(struct agent *agent, struct of_flow_mod *mod)
{
	const struct connection *conn = agent->actor.conn;

	if (mod->flags & OFPFF_RESET_COUNTS) /* OFPFF_EMERG: that cache is always full */
		return OFPFMFC_TABLE_FULL;
	if (mod->command == OFPFC_ADD)
		mod->flags |= OFPFF_RESET_COUNTS;
	return table_of_10(conn != NULL && conn->main != NULL ? conn->main : conn, mod);
}

/* A delete that takes long: it goes on in slices, and its author's later messages wait. */
struct deletion {
	struct job job;
	struct agent_actor actor;
	struct of_match match;
	struct flow_filter filter;
	struct flow_cursor cursor;
};

static void delete_some(struct deletion *d)
{
	struct agent *agent = d->job.conn->agent;
	struct agent_actor actor = agent->actor;
	uint32_t budget = LOOKED_AT_ONCE;
	struct flow *flow;

	agent->actor = d->actor;
	while ((flow = flow_cursor_next(&d->cursor, &d->filter, &budget)) != NULL)
		(void)flow_store_remove(agent->flows, flow, OFPRR_DELETE);
	agent->actor = actor;
}

static enum job_state run_deletion(struct job *job)
{
	struct deletion *d = (struct deletion *)job;

	if (job->conn->agent->transaction != NULL)
		return JOB_WAITS;
	do {
		delete_some(d);
	} while (!d->cursor.ended && !job_slice_over(job));
	return d->cursor.ended ? JOB_DONE : JOB_MORE;
}

static void end_deletion(struct job *job)
{
	struct deletion *d = (struct deletion *)job;

	/* Its author is gone: what was asked for is done all the same. */
	while (!d->cursor.ended)
		delete_some(d);
	flow_cursor_end(&d->cursor);
	free(d);
}

enum of_err flow_mod_start(struct connection *conn, const struct of_flow_mod *mod)
{
	struct agent *agent = conn->agent;
	struct of_flow_mod adapted;
	struct deletion *d;
	enum of_err err;

	if (mod->command != OFPFC_DELETE || mod->flags & ~KNOWN_FLAGS ||
	    (mod->table_id >= AGENT_N_TABLES && mod->table_id != OFPTT_ALL) ||
	    flow_store_count(agent->flows, OFPTT_ALL) < WORTH_SLICES)
		return flow_mod_apply(agent, mod, 0);
	if (agent->actor.version == OF10) {
		adapted = *mod;
		err = adapt_to_10(agent, &adapted);
		if (err != OF_OK)
			return err;
		mod = &adapted;
	}
	d = calloc(1, sizeof(*d));
	if (d == NULL)
		return OF_ERR_NO_MEMORY;
	err = filter_of(mod, false, &d->filter);
	if (err != OF_OK) {
		free(d);
		return err;
	}
	of_match_copy(&d->match, &mod->match);
	d->filter.match = &d->match;
	d->actor = agent->actor;
	d->job.conn = conn;
	d->job.run = run_deletion;
	d->job.end = end_deletion;
	d->job.holds = true;
	agent_changed(agent);
	agent->n_flow_mods++;
	flow_cursor_start(&d->cursor, agent->flows, mod->table_id);
	job_add(conn, &d->job);
	return OF_OK;
}

static enum of_err delete_one(struct agent *agent, const struct of_flow_mod *mod, struct flow *flow)
{
	return flow_store_remove(agent->flows, flow, OFPRR_DELETE);
}

static enum of_err modify(struct agent *agent, const struct of_flow_mod *mod, bool strict)
{
	struct program *program;
	uint32_t n = 0;
	enum of_err err;

	/* Refused before any flow has them, and whether some flow would get them or not. */
	err = table_features_check(agent, mod->table_id, mod->priority, NULL, &mod->instructions);
	if (err != OF_OK)
		return err;
	err = compile_instructions(&agent->env, &mod->instructions, &mod->match, mod->priority,
				   mod->table_id, &program);
	if (err != OF_OK)
		return err;
	program_free(program);
	err = for_each(agent, mod, strict, modify_one, &n);
	/* 1.0.1 §4.6: where there is nothing to modify it is an add. */
	if (err == OF_OK && n == 0 && agent->actor.version == OF10)
		err = add(agent, mod, 0);
	return err;
}

enum of_err flow_mod_apply(struct agent *agent, const struct of_flow_mod *mod, uint64_t row)
{
	bool del = deletes(mod);
	struct of_flow_mod adapted;
	uint32_t n = 0;

	if (mod->command > OFPFC_DELETE_STRICT)
		return OFPFMFC_BAD_COMMAND;
	if (mod->flags & ~KNOWN_FLAGS)
		return OFPFMFC_BAD_FLAGS;
	if (agent->actor.version == OF10) {
		enum of_err err;

		adapted = *mod;
		err = adapt_to_10(agent, &adapted);
		if (err != OF_OK)
			return err;
		mod = &adapted;
	}
	if (mod->table_id >= AGENT_N_TABLES && !(del && mod->table_id == OFPTT_ALL))
		return OFPFMFC_BAD_TABLE_ID;
	/* There are no buffers (n_buffers is 0); deletes ignore the field. */
	if (!del && mod->buffer_id != OFP_NO_BUFFER)
		return OFPBRC_BUFFER_UNKNOWN;
	agent_changed(agent);
	agent->n_flow_mods++;
	switch (mod->command) {
	case OFPFC_ADD:
		return add(agent, mod, row);
	case OFPFC_MODIFY:
		return modify(agent, mod, false);
	case OFPFC_MODIFY_STRICT:
		return modify(agent, mod, true);
	case OFPFC_DELETE:
		return for_each(agent, mod, false, delete_one, &n);
	case OFPFC_DELETE_STRICT:
		return for_each(agent, mod, true, delete_one, &n);
	default:
		return OFPFMFC_BAD_COMMAND;
	}
}
