// SPDX-License-Identifier: Apache-2.0
#include "openflow/instruction.h"
#include "openflow/nicira_action.h"
#include "openflow/oxs.h"

#include <errno.h>

#define INSTRUCTION_HEADER_SIZE 4

static enum of_err actions_body_unpack(struct cursor *c, enum of_version version,
				       struct of_arena *arena, struct of_actions *actions)
{
	cursor_skip(c, 4);
	if (!cursor_ok(c))
		return OFPBIC_BAD_LEN;
	return of_actions_unpack(c, cursor_left(c), version, arena, actions);
}

/* 1.5.1 §7.2.5.6; a threshold of what is not counted can never be reached. */
static enum of_err stat_trigger_unpack(struct cursor *c, struct of_instruction *in)
{
	struct of_oxs oxs;

	in->stat_trigger.flags = cursor_u32(c);
	if (!cursor_ok(c) || of_oxs_unpack(c, &oxs) != OF_OK || cursor_left(c) != 0)
		return OFPBIC_BAD_LEN;
	if (oxs.present & OF_OXS_UNKNOWN ||
	    in->stat_trigger.flags & ~(uint32_t)(OFPSTF_PERIODIC | OFPSTF_ONLY_FIRST))
		return OFPBIC_UNSUP_INST;
	in->stat_trigger.present = oxs.present;
	memcpy(in->stat_trigger.limit, oxs.value, sizeof(oxs.value));
	return OF_OK;
}

static void stat_trigger_pack(const struct of_instruction *in, struct wbuf *b)
{
	struct of_oxs oxs = {.present = in->stat_trigger.present};

	memcpy(oxs.value, in->stat_trigger.limit, sizeof(oxs.value));
	wbuf_u32(b, in->stat_trigger.flags);
	of_oxs_pack(&oxs, b);
}

static enum of_err instruction_unpack(struct cursor *c, enum of_version version,
				      struct of_arena *arena, struct of_instruction *in)
{
	size_t size = cursor_left(c);

	in->type = (enum of_instruction_type)cursor_u16(c);
	cursor_skip(c, 2);
	switch (in->type) {
	case OF_INSTRUCTION_GOTO_TABLE:
		in->table_id = cursor_u8(c);
		if (size != 8)
			return OFPBIC_BAD_LEN;
		return in->table_id == OFPTT_ALL ? OFPBIC_BAD_TABLE_ID : OF_OK;
	case OF_INSTRUCTION_WRITE_METADATA:
		cursor_skip(c, 4);
		in->metadata.value = cursor_u64(c);
		in->metadata.mask = cursor_u64(c);
		return size == 24 ? OF_OK : OFPBIC_BAD_LEN;
	case OF_INSTRUCTION_WRITE_ACTIONS:
	case OF_INSTRUCTION_APPLY_ACTIONS:
		return actions_body_unpack(c, version, arena, &in->actions);
	case OF_INSTRUCTION_CLEAR_ACTIONS:
		return size == 8 ? OF_OK : OFPBIC_BAD_LEN;
	case OF_INSTRUCTION_METER:
		in->meter_id = cursor_u32(c);
		if (version == OF15) /* an action there */
			return OFPBIC_UNSUP_INST;
		return size == 8 ? OF_OK : OFPBIC_BAD_LEN;
	case OF_INSTRUCTION_STAT_TRIGGER:
		return version < OF15 ? OFPBIC_UNKNOWN_INST : stat_trigger_unpack(c, in);
	case OF_INSTRUCTION_EXPERIMENTER:
		if (size < 8)
			return OFPBIC_BAD_LEN;
		in->experimenter.id = cursor_u32(c);
		in->experimenter.len = (uint16_t)cursor_left(c);
		in->experimenter.data = c->at;
		return OF_OK;
	default:
		return OFPBIC_UNKNOWN_INST;
	}
}

static enum of_err instructions_count(struct cursor c, uint16_t *n)
{
	*n = 0;
	while (cursor_left(&c) > 0) {
		uint16_t len;

		if (cursor_left(&c) < 8)
			return OFPBIC_BAD_LEN;
		len = (uint16_t)(c.at[2] << 8 | c.at[3]);
		if (len < 8 || len % 8 != 0 || len > cursor_left(&c))
			return OFPBIC_BAD_LEN;
		cursor_skip(&c, len);
		(*n)++;
	}
	return OF_OK;
}

enum of_err of_instructions_unpack(struct cursor *c, enum of_version version,
				   struct of_arena *arena, struct of_instructions *instructions)
{
	enum of_err err = instructions_count(*c, &instructions->n);
	unsigned seen = 0; /* bit n: type n; one of each is allowed (§5.9), experimenters aside */

	instructions->i = NULL;
	if (err != OF_OK || instructions->n == 0)
		return err;
	instructions->i = of_arena_alloc(arena, instructions->n * sizeof(*instructions->i));
	if (instructions->i == NULL)
		return OF_ERR_NO_MEMORY;
	for (unsigned i = 0; i < instructions->n; i++) {
		struct cursor one = cursor_sub(c, (size_t)(c->at[2] << 8 | c->at[3]));

		err = instruction_unpack(&one, version, arena, &instructions->i[i]);
		if (err != OF_OK)
			return err;
		if (instructions->i[i].type == OF_INSTRUCTION_EXPERIMENTER)
			continue;
		if (seen & 1u << instructions->i[i].type)
			return version >= OF14 ? OFPBIC_DUP_INST : OFPBIC_UNSUP_INST;
		seen |= 1u << instructions->i[i].type;
	}
	return OF_OK;
}

static int instruction_pack(const struct of_instruction *in, enum of_version version,
			    struct wbuf *b)
{
	size_t start = b->len;
	int rc = 0;

	wbuf_u16(b, (uint16_t)in->type);
	wbuf_u16(b, 0);
	switch (in->type) {
	case OF_INSTRUCTION_GOTO_TABLE:
		wbuf_u8(b, in->table_id);
		break;
	case OF_INSTRUCTION_WRITE_METADATA:
		wbuf_zero(b, 4);
		wbuf_u64(b, in->metadata.value);
		wbuf_u64(b, in->metadata.mask);
		break;
	case OF_INSTRUCTION_WRITE_ACTIONS:
	case OF_INSTRUCTION_APPLY_ACTIONS:
		wbuf_zero(b, 4);
		rc = of_actions_pack(&in->actions, version, b);
		break;
	case OF_INSTRUCTION_CLEAR_ACTIONS:
		wbuf_zero(b, 4);
		break;
	case OF_INSTRUCTION_METER:
		wbuf_u32(b, in->meter_id);
		break;
	case OF_INSTRUCTION_STAT_TRIGGER:
		rc = version < OF15 ? -EPROTONOSUPPORT : 0;
		stat_trigger_pack(in, b);
		break;
	case OF_INSTRUCTION_EXPERIMENTER:
		wbuf_u32(b, in->experimenter.id);
		wbuf_put(b, in->experimenter.data, in->experimenter.len);
		break;
	default:
		rc = -EPROTONOSUPPORT;
	}
	wbuf_pad(b, start, 8);
	if (b->len - start > UINT16_MAX)
		return -EMSGSIZE;
	wbuf_set_u16(b, start + 2, (uint16_t)(b->len - start));
	return rc;
}

/*
 * A meter is an instruction until 1.4 and an action in 1.5: the one is said as the other, which
 * comes to the same as long as the action is the first that is applied.
 */
struct meter_form {
	const struct of_instruction *meter; /* an instruction that has to be said as an action */
	const struct of_instruction
		*apply; /* actions whose first is to be said as an instruction */
};

static struct meter_form meter_form_of(const struct of_instructions *instructions,
				       enum of_version version)
{
	const struct of_instruction *apply =
		of_instructions_find(instructions, OF_INSTRUCTION_APPLY_ACTIONS);

	if (version == OF15)
		return (struct meter_form){
			.meter = of_instructions_find(instructions, OF_INSTRUCTION_METER)};
	if (version < OF15 && apply != NULL && apply->actions.n > 0 &&
	    apply->actions.a[0].type == OF_ACTION_METER &&
	    of_instructions_find(instructions, OF_INSTRUCTION_METER) == NULL)
		return (struct meter_form){.apply = apply};
	return (struct meter_form){0};
}

static int meter_action_pack(const struct of_instruction *meter, const struct of_instruction *apply,
			     struct wbuf *b)
{
	struct of_action action = {.type = OF_ACTION_METER, .meter_id = meter->meter_id};
	size_t start = b->len;
	int rc;

	wbuf_u16(b, OF_INSTRUCTION_APPLY_ACTIONS);
	wbuf_zero(b, 6);
	rc = of_actions_pack(&(struct of_actions){1, &action}, OF15, b);
	if (rc == 0 && apply != NULL)
		rc = of_actions_pack(&apply->actions, OF15, b);
	if (rc == 0 && b->len - start > UINT16_MAX)
		rc = -EMSGSIZE;
	if (rc == 0)
		wbuf_set_u16(b, start + 2, (uint16_t)(b->len - start));
	return rc;
}

static int meter_instruction_pack(const struct of_instruction *apply, enum of_version version,
				  struct wbuf *b)
{
	struct of_instruction meter = {.type = OF_INSTRUCTION_METER,
				       .meter_id = apply->actions.a[0].meter_id};
	struct of_instruction rest = *apply;
	int rc = instruction_pack(&meter, version, b);

	rest.actions.a++;
	rest.actions.n--;
	if (rc == 0 && rest.actions.n > 0)
		rc = instruction_pack(&rest, version, b);
	return rc;
}

int of_instructions_pack(const struct of_instructions *instructions, enum of_version version,
			 struct wbuf *b)
{
	struct meter_form form = meter_form_of(instructions, version);
	int rc = 0;

	if (form.meter != NULL)
		rc = meter_action_pack(
			form.meter,
			of_instructions_find(instructions, OF_INSTRUCTION_APPLY_ACTIONS), b);
	for (unsigned i = 0; i < instructions->n && rc == 0; i++) {
		const struct of_instruction *in = &instructions->i[i];

		if (form.meter != NULL &&
		    (in->type == OF_INSTRUCTION_METER || in->type == OF_INSTRUCTION_APPLY_ACTIONS))
			continue;
		if (in == form.apply)
			rc = meter_instruction_pack(in, version, b);
		else
			rc = instruction_pack(in, version, b);
	}
	return rc;
}

enum of_err of_instructions_from_actions(struct cursor *c, enum of_version version,
					 struct of_arena *arena,
					 struct of_instructions *instructions)
{
	struct of_actions actions;
	enum of_err err = of_actions_unpack(c, cursor_left(c), version, arena, &actions);

	*instructions = (struct of_instructions){0};
	if (err != OF_OK || actions.n == 0)
		return err;
	instructions->i = of_arena_alloc(arena, sizeof(*instructions->i));
	if (instructions->i == NULL)
		return OF_ERR_NO_MEMORY;
	instructions->n = 1;
	instructions->i[0].type = OF_INSTRUCTION_APPLY_ACTIONS;
	instructions->i[0].actions = actions;
	return OF_OK;
}

/* Version 1.0 says goto_table and write_metadata by Nicira's actions. */
static int instruction_to_actions(const struct of_instruction *in, enum of_version version,
				  struct wbuf *b)
{
	struct of_action go = {.type = OF_ACTION_RESUBMIT,
			       .resubmit = {.in_port = OFPP_IN_PORT, .table_id = in->table_id}};

	switch (in->type) {
	case OF_INSTRUCTION_APPLY_ACTIONS:
		return of_actions_pack(&in->actions, version, b);
	case OF_INSTRUCTION_WRITE_METADATA:
		of_nicira_write_metadata_pack(in->metadata.value, in->metadata.mask, b);
		return 0;
	case OF_INSTRUCTION_GOTO_TABLE:
		return of_nicira_action_pack(&go, version, b);
	default:
		return -EPROTONOSUPPORT;
	}
}

int of_instructions_to_actions(const struct of_instructions *instructions, enum of_version version,
			       struct wbuf *b)
{
	/* As they are carried out, whatever their order in the message. */
	static const enum of_instruction_type order[] = {OF_INSTRUCTION_APPLY_ACTIONS,
							 OF_INSTRUCTION_WRITE_METADATA,
							 OF_INSTRUCTION_GOTO_TABLE};
	unsigned n = 0;

	for (size_t k = 0; k < sizeof(order) / sizeof(order[0]); k++) {
		const struct of_instruction *in = of_instructions_find(instructions, order[k]);
		int rc = in != NULL ? instruction_to_actions(in, version, b) : 0;

		if (rc != 0)
			return rc;
		n += in != NULL;
	}
	return n == instructions->n ? 0 : -EPROTONOSUPPORT;
}

const struct of_instruction *of_instructions_find(const struct of_instructions *instructions,
						  enum of_instruction_type type)
{
	for (unsigned i = 0; i < instructions->n; i++)
		if (instructions->i[i].type == type)
			return &instructions->i[i];
	return NULL;
}

static bool has_actions(const struct of_instruction *in)
{
	return in->type == OF_INSTRUCTION_WRITE_ACTIONS || in->type == OF_INSTRUCTION_APPLY_ACTIONS;
}

int of_instructions_copy(struct of_instructions *to, const struct of_instructions *from,
			 struct of_arena *arena)
{
	struct of_instruction *copy = NULL;

	if (from->n > 0) {
		copy = of_arena_copy(arena, from->i, from->n * sizeof(*copy));
		if (copy == NULL)
			return -ENOMEM;
	}
	for (unsigned i = 0; i < from->n; i++) {
		struct of_instruction *in = &copy[i];

		if (has_actions(in) &&
		    of_actions_copy(&in->actions, &from->i[i].actions, arena) != 0)
			return -ENOMEM;
		if (in->type == OF_INSTRUCTION_EXPERIMENTER) {
			in->experimenter.data =
				of_arena_copy(arena, in->experimenter.data, in->experimenter.len);
			if (in->experimenter.data == NULL)
				return -ENOMEM;
		}
	}
	to->n = from->n;
	to->i = copy;
	return 0;
}

static bool instruction_equal(const struct of_instruction *a, const struct of_instruction *b)
{
	if (a->type != b->type)
		return false;
	switch (a->type) {
	case OF_INSTRUCTION_GOTO_TABLE:
		return a->table_id == b->table_id;
	case OF_INSTRUCTION_WRITE_METADATA:
		return a->metadata.value == b->metadata.value &&
		       a->metadata.mask == b->metadata.mask;
	case OF_INSTRUCTION_WRITE_ACTIONS:
	case OF_INSTRUCTION_APPLY_ACTIONS:
		return of_actions_equal(&a->actions, &b->actions);
	case OF_INSTRUCTION_METER:
		return a->meter_id == b->meter_id;
	case OF_INSTRUCTION_STAT_TRIGGER:
		return a->stat_trigger.flags == b->stat_trigger.flags &&
		       a->stat_trigger.present == b->stat_trigger.present &&
		       memcmp(a->stat_trigger.limit, b->stat_trigger.limit,
			      sizeof(a->stat_trigger.limit)) == 0;
	case OF_INSTRUCTION_EXPERIMENTER:
		return a->experimenter.id == b->experimenter.id &&
		       a->experimenter.len == b->experimenter.len &&
		       memcmp(a->experimenter.data, b->experimenter.data, a->experimenter.len) == 0;
	default:
		return true;
	}
}

bool of_instructions_equal(const struct of_instructions *a, const struct of_instructions *b)
{
	if (a->n != b->n)
		return false;
	for (unsigned i = 0; i < a->n; i++)
		if (!instruction_equal(&a->i[i], &b->i[i]))
			return false;
	return true;
}

bool of_instructions_output_to(const struct of_instructions *instructions, uint32_t port_no)
{
	for (unsigned i = 0; i < instructions->n; i++)
		if (has_actions(&instructions->i[i]) &&
		    of_actions_output_to(&instructions->i[i].actions, port_no))
			return true;
	return false;
}

bool of_instructions_group_to(const struct of_instructions *instructions, uint32_t group_id)
{
	for (unsigned i = 0; i < instructions->n; i++)
		if (has_actions(&instructions->i[i]) &&
		    of_actions_group_to(&instructions->i[i].actions, group_id))
			return true;
	return false;
}
