// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/learn.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "datapath/agent/agent_state.h"
#include "datapath/agent/flow_mods.h"

#define LEARNS_MAX 65536
#define SPECS_MAX 64
#define SLICE 64 /* requests served at once */

struct learns {
	struct learn *by_id; /* uthash head */
	uint32_t last_id;
	bool closed; /* goes with the last handle: lists are freed after their switch's agent */
};

struct learn {
	UT_hash_handle hh; /* by handle.id */
	struct learn_handle handle;
	struct learns *learns;
	struct of_learn say;
	struct of_learn_spec specs[];
};

struct learns *learns_create(void)
{
	struct learns *learns = calloc(1, sizeof(*learns));

	if (learns == NULL)
		errno = ENOMEM;
	return learns;
}

void learns_destroy(struct learns *learns)
{
	if (learns == NULL)
		return;
	learns->closed = true;
	if (learns->by_id == NULL)
		free(learns);
}

static void release(struct learn_handle *handle)
{
	struct learn *learn = (struct learn *)((char *)handle - offsetof(struct learn, handle));
	struct learns *learns = learn->learns;

	HASH_DEL(learns->by_id, learn);
	free(learn);
	if (learns->closed && learns->by_id == NULL)
		free(learns);
}

static enum of_err check_spec(const struct of_learn_spec *spec)
{
	struct flow_bits bits;

	if (spec->n_bits == 0 || spec->n_bits > 128)
		return OFPBAC_BAD_ARGUMENT;
	if (spec->source == OF_LEARN_FROM_FIELD && compile_bits(&spec->from, &bits) == 0)
		return OFPBAC_BAD_SET_TYPE;
	if (spec->target == OF_LEARN_MATCH && !compile_matchable(spec->to.field))
		return OFPBAC_BAD_SET_TYPE;
	if (spec->target == OF_LEARN_LOAD &&
	    (!compile_settable(spec->to.field) || compile_bits(&spec->to, &bits) == 0))
		return OFPBAC_BAD_SET_TYPE;
	return OF_OK;
}

static enum of_err check(const struct learns *learns, const struct of_learn *learn)
{
	if (learn->table_id >= PIPELINE_N_TABLES || learn->n_specs > SPECS_MAX ||
	    (learn->flags & ~OF_LEARN_SEND_FLOW_REM) || learn->limit != 0)
		return OFPBAC_BAD_ARGUMENT;
	for (uint16_t i = 0; i < learn->n_specs; i++) {
		enum of_err err = check_spec(&learn->specs[i]);

		if (err != OF_OK)
			return err;
	}
	return HASH_COUNT(learns->by_id) < LEARNS_MAX ? OF_OK : OFPBAC_TOO_MANY;
}

struct learn_handle *learns_add(struct learns *learns, const struct of_learn *learn,
				enum of_err *err)
{
	struct learn *copy;

	*err = check(learns, learn);
	if (*err != OF_OK)
		return NULL;
	*err = OF_ERR_NO_MEMORY;
	copy = calloc(1, sizeof(*copy) + learn->n_specs * sizeof(copy->specs[0]));
	if (copy == NULL)
		return NULL;
	copy->learns = learns;
	copy->say = *learn;
	if (learn->n_specs != 0)
		memcpy(copy->specs, learn->specs, learn->n_specs * sizeof(copy->specs[0]));
	copy->say.specs = copy->specs;
	do /* numbers come round one day; a handle keeps its own */
		copy->handle.id = ++learns->last_id;
	while (learns->last_id == 0);
	copy->handle.release = release;
	HASH_ADD(hh, learns->by_id, handle.id, sizeof(copy->handle.id), copy);
	*err = OF_OK;
	return &copy->handle;
}

/* --- the flow --------------------------------------------------------------------------------- */

/* The source's bits, right-aligned in 16 bytes. */
static void read_source(const struct of_learn_spec *spec, const struct flow_key *key,
			uint8_t out[16])
{
	struct of_subfield left = spec->from;
	unsigned int at = 0, n;

	if (spec->source == OF_LEARN_IMMEDIATE) {
		memcpy(out, spec->immediate, 16);
		return;
	}
	memset(out, 0, 16);
	for (left.n_bits = spec->n_bits; left.n_bits != 0; at += n) {
		struct flow_bits bits;
		uint8_t part[16];

		n = compile_bits(&left, &bits);
		if (n == 0)
			return;
		flow_bits_get(key, &bits, part);
		for (unsigned int i = 0; i < n; i++)
			flow_bit_set(out, 16, at + i, flow_bit_get(part, 16, i));
		left.offset = (uint16_t)(left.offset + n);
		left.n_bits = (uint16_t)(left.n_bits - n);
	}
}

/* Bits of a whole field, as a match or a set-field action has them. */
static void write_target(const struct of_learn_spec *spec, const uint8_t bits[16],
			 struct of_match_field *f)
{
	unsigned int size = of_field_info(spec->to.field)->n_bytes;

	for (unsigned int i = 0; i < spec->n_bits; i++) {
		flow_bit_set(f->value, size, spec->to.offset + i, flow_bit_get(bits, 16, i));
		flow_bit_set(f->mask, size, spec->to.offset + i, true);
	}
}

/* Adds to the match what a spec says; several may say parts of one field. */
static enum of_err add_match(const struct of_learn_spec *spec, const uint8_t bits[16],
			     struct of_match *match)
{
	const struct of_match_field *before = of_match_find(match, spec->to.field);
	struct of_match_field f = {.field = spec->to.field};

	if (before != NULL) {
		f = *before;
		of_match_remove(match, f.field);
	}
	write_target(spec, bits, &f);
	return of_match_add(match, f.field, f.value, f.mask);
}

static uint32_t port_of(const uint8_t bits[16], unsigned int n_bits)
{
	uint32_t port = (uint32_t)bits[12] << 24 | (uint32_t)bits[13] << 16 |
			(uint32_t)bits[14] << 8 | bits[15];

	/* 16 bits hold the numbers of version 1.0. */
	return n_bits <= 16 && port >= 0xff00 ? port | 0xffff0000u : port;
}

static void add_action(const struct of_learn_spec *spec, const uint8_t bits[16],
		       struct of_action *a)
{
	memset(a, 0, sizeof(*a));
	if (spec->target == OF_LEARN_OUTPUT) {
		a->type = OF_ACTION_OUTPUT;
		a->output.port = port_of(bits, spec->n_bits);
		return;
	}
	a->type = OF_ACTION_SET_FIELD;
	a->nicira = true;
	a->set_field.field = spec->to.field;
	write_target(spec, bits, &a->set_field);
	a->set_field.masked = spec->n_bits != of_field_info(spec->to.field)->n_bits;
}

/* Makes the flow that a frame with this key teaches. */
static enum of_err teach(struct agent *agent, const struct of_learn *say,
			 const struct flow_key *key)
{
	struct of_action actions[SPECS_MAX];
	struct of_instruction apply = {.type = OF_INSTRUCTION_APPLY_ACTIONS};
	struct of_flow_mod mod;
	bool lenient = agent->env.lenient;
	enum of_err err;

	of_flow_mod_init(&mod);
	apply.actions.a = actions;
	for (uint16_t i = 0; i < say->n_specs; i++) {
		const struct of_learn_spec *spec = &say->specs[i];
		uint8_t bits[16];

		read_source(spec, key, bits);
		if (spec->target != OF_LEARN_MATCH) {
			add_action(spec, bits, &actions[apply.actions.n++]);
			continue;
		}
		err = add_match(spec, bits, &mod.match);
		if (err != OF_OK)
			return err;
	}
	mod.cookie = say->cookie;
	mod.table_id = say->table_id;
	mod.priority = say->priority;
	mod.idle_timeout = say->idle_timeout;
	mod.hard_timeout = say->hard_timeout;
	mod.flags = say->flags & OF_LEARN_SEND_FLOW_REM ? OFPFF_SEND_FLOW_REM : 0;
	mod.instructions.n = apply.actions.n != 0;
	mod.instructions.i = &apply;
	agent->env.lenient = true;
	err = flow_mod_apply(agent, &mod, 0);
	agent->env.lenient = lenient;
	return err;
}

bool learns_serve(struct agent *agent)
{
	struct learn_request requests[SLICE];
	uint32_t n = pmd_learns(agent->cfg.pmd, requests, SLICE);

	for (uint32_t i = 0; i < n; i++) {
		struct learn *learn;
		enum of_err err;

		HASH_FIND(hh, agent->learns->by_id, &requests[i].learn_id,
			  sizeof(requests[i].learn_id), learn);
		if (learn == NULL)
			continue;
		err = teach(agent, &learn->say, &requests[i].key);
		if (err != OF_OK)
			log_limited(&agent->log_limit, LOG_LEVEL_WARNING, "agent",
				    "a learn action of table %u could not add its flow to table "
				    "%u: %s; look at its specs",
				    requests[i].table_id, learn->say.table_id, of_err_name(err));
	}
	return n == SLICE;
}
