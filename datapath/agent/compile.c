// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>
#include <string.h>

#include "datapath/agent/compile_list.h"
#include "openflow/types.h"

/* Compiles one list; `match` NULL: nothing is known of the frames. */
static enum of_err compile_list(const struct compile_env *env, enum place_of_list place,
				const struct of_actions *actions, const struct of_match *match,
				bool table_miss, uint8_t table_id, struct action_list **out)
{
	struct list_state s = {
		.env = env, .place = place, .table_miss = table_miss, .table_id = table_id};
	struct of_match known;
	enum of_err err;

	*out = NULL;
	if (match != NULL) {
		of_match_copy(&known, match);
		s.known = &known;
	}
	err = list_add_all(&s, actions);
	if (err != OF_OK) {
		action_builder_drop(&s.builder);
		return err;
	}
	*out = action_build(&s.builder);
	return *out != NULL ? OF_OK : OF_ERR_NO_MEMORY;
}

/* --- conjunctions ----------------------------------------------------------------------------- */

/* How many clauses the list is part of; they stand by themselves, notes aside. */
static enum of_err count_clauses(const struct of_actions *actions, uint32_t *n)
{
	uint32_t others = 0;

	*n = 0;
	for (uint16_t i = 0; i < actions->n; i++) {
		const struct of_action *a = &actions->a[i];

		if (a->type == OF_ACTION_CONJUNCTION)
			++*n;
		else if (a->type != OF_ACTION_NOTE)
			others++;
	}
	return *n != 0 && others != 0 ? OFPBAC_BAD_ARGUMENT : OF_OK;
}

static enum of_err add_clauses(const struct of_actions *actions, uint32_t n,
			       struct program *program)
{
	struct conjunctions *list = malloc(sizeof(*list) + n * sizeof(list->c[0]));

	if (list == NULL)
		return OF_ERR_NO_MEMORY;
	list->n = 0;
	program->conjunctions = list;
	for (uint16_t i = 0; i < actions->n; i++) {
		const struct of_action *a = &actions->a[i];

		if (a->type != OF_ACTION_CONJUNCTION)
			continue;
		if (a->conjunction.n_clauses < 2 || a->conjunction.n_clauses > 64 ||
		    a->conjunction.clause >= a->conjunction.n_clauses)
			return OFPBAC_BAD_ARGUMENT;
		list->c[list->n++] = (struct conjunction){a->conjunction.id, a->conjunction.clause,
							  a->conjunction.n_clauses};
	}
	return OF_OK;
}

static enum of_err add_apply(const struct compile_env *env, const struct of_actions *actions,
			     const struct of_match *match, bool miss, uint8_t table_id,
			     struct program *program)
{
	uint32_t n;
	enum of_err err = count_clauses(actions, &n);

	if (err != OF_OK)
		return err;
	if (n != 0)
		return add_clauses(actions, n, program);
	return compile_list(env, LIST_APPLY, actions, match, miss, table_id, &program->apply);
}

/* --- instructions ----------------------------------------------------------------------------- */

static enum of_err add_instruction(const struct compile_env *env, const struct of_instruction *i,
				   const struct of_match *match, uint16_t priority,
				   uint8_t table_id, struct program *program)
{
	bool miss = priority == 0 && match->n == 0;

	switch (i->type) {
	case OF_INSTRUCTION_GOTO_TABLE:
		if (i->table_id <= table_id || i->table_id >= OFPTT_MAX)
			return OFPBIC_BAD_TABLE_ID;
		program->has_goto = true;
		program->goto_table = i->table_id;
		return OF_OK;
	case OF_INSTRUCTION_WRITE_METADATA:
		program->metadata = i->metadata.value & i->metadata.mask;
		program->metadata_mask = i->metadata.mask;
		return OF_OK;
	case OF_INSTRUCTION_WRITE_ACTIONS:
		return compile_list(env, LIST_WRITE, &i->actions, match, miss, table_id,
				    &program->write);
	case OF_INSTRUCTION_APPLY_ACTIONS:
		return add_apply(env, &i->actions, match, miss, table_id, program);
	case OF_INSTRUCTION_METER:
		program->meter = env->meter != NULL ? env->meter(env->context, i->meter_id) : NULL;
		return program->meter != NULL ? OF_OK : OFPMMFC_UNKNOWN_METER;
	case OF_INSTRUCTION_STAT_TRIGGER: /* the control thread's */
		return OF_OK;
	case OF_INSTRUCTION_CLEAR_ACTIONS:
		program->clear = true;
		return OF_OK;
	case OF_INSTRUCTION_EXPERIMENTER:
		return OFPBIC_BAD_EXPERIMENTER;
	default:
		return OFPBIC_UNSUP_INST;
	}
}

enum of_err compile_instructions(const struct compile_env *env,
				 const struct of_instructions *instructions,
				 const struct of_match *match, uint16_t priority, uint8_t table_id,
				 struct program **out)
{
	struct program *program = calloc(1, sizeof(*program));

	if (program == NULL)
		return OF_ERR_NO_MEMORY;
	for (uint16_t i = 0; i < instructions->n; i++) {
		enum of_err err = add_instruction(env, &instructions->i[i], match, priority,
						  table_id, program);

		if (err != OF_OK) {
			program_free(program);
			return err;
		}
	}
	/* A clause decides what matches, and no more. */
	if (program->conjunctions != NULL &&
	    (program->write != NULL || program->has_goto || program->meter != NULL)) {
		program_free(program);
		return OFPBAC_BAD_ARGUMENT;
	}
	*out = program;
	return OF_OK;
}

enum of_err compile_bucket(const struct compile_env *env, const struct of_actions *actions,
			   struct action_list **out)
{
	return compile_list(env, LIST_BUCKET, actions, NULL, false, 0, out);
}

enum of_err compile_packet_out(const struct compile_env *env, const struct of_actions *actions,
			       struct action_list **out)
{
	return compile_list(env, LIST_PACKET_OUT, actions, NULL, false, 0, out);
}
