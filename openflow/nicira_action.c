// SPDX-License-Identifier: Apache-2.0
#include "openflow/nicira_action.h"
#include "openflow/nicira_field.h"
#include "openflow/nicira_subtype.h"
#include "openflow/port.h"

#include <errno.h>

/* Type, length, experimenter and subtype. */
#define HEADER_SIZE 10

/* Whole sizes of the actions that have one. */
static const struct {
	uint16_t subtype, size;
} fixed[] = {
	{NXAST_RESUBMIT, 16},       {NXAST_SET_TUNNEL, 16},     {NXAST_SET_QUEUE, 16},
	{NXAST_POP_QUEUE, 16},      {NXAST_REG_MOVE, 24},       {NXAST_REG_LOAD, 24},
	{NXAST_SET_TUNNEL64, 24},   {NXAST_RESUBMIT_TABLE, 16}, {NXAST_OUTPUT_REG, 24},
	{NXAST_EXIT, 16},           {NXAST_DEC_TTL, 16},        {NXAST_CONTROLLER, 16},
	{NXAST_WRITE_METADATA, 32}, {NXAST_PUSH_MPLS, 16},      {NXAST_POP_MPLS, 16},
	{NXAST_SET_MPLS_TTL, 16},   {NXAST_DEC_MPLS_TTL, 16},   {NXAST_STACK_PUSH, 24},
	{NXAST_STACK_POP, 24},      {NXAST_SET_MPLS_LABEL, 16}, {NXAST_SET_MPLS_TC, 16},
	{NXAST_OUTPUT_REG2, 24},    {NXAST_CONJUNCTION, 16},
};

static bool is_zero(struct cursor *c, size_t size)
{
	bool zero = true;

	for (size_t i = 0; i < size; i++)
		zero &= cursor_u8(c) == 0;
	return zero;
}

static enum of_err set_u64(struct of_action *action, enum of_field field, uint64_t value,
			   uint64_t mask)
{
	struct of_match one;

	of_match_init(&one);
	if (of_match_add_u64_masked(&one, field, value & mask, mask) != OF_OK || one.n == 0)
		return OFPBAC_BAD_ARGUMENT;
	action->type = OF_ACTION_SET_FIELD;
	action->set_field = one.f[0];
	return OF_OK;
}

static enum of_err reg_move_unpack(struct cursor *c, struct of_action *action)
{
	unsigned n_bits = cursor_u16(c);
	unsigned from_offset = cursor_u16(c), to_offset = cursor_u16(c);
	uint32_t from_header = cursor_u32(c), to_header = cursor_u32(c);
	struct of_subfield from, to;
	enum of_err err = of_subfield_from_header(from_header, from_offset, n_bits, &from);

	if (err == OF_OK)
		err = of_subfield_from_header(to_header, to_offset, n_bits, &to);
	if (err != OF_OK)
		return err;
	if (!of_nxm_is_settable(to.field))
		return OFPBAC_BAD_SET_TYPE;
	action->type = OF_ACTION_COPY_FIELD;
	action->nicira = true;
	action->copy_field.from = from.field;
	action->copy_field.to = to.field;
	action->copy_field.n_bits = from.n_bits;
	action->copy_field.from_offset = from.offset;
	action->copy_field.to_offset = to.offset;
	return OF_OK;
}

/* Offset and width as NXAST_REG_LOAD and NXAST_OUTPUT_REG have them in 16 bits. */
static enum of_err packed_subfield(uint16_t ofs_nbits, uint32_t header, struct of_subfield *part)
{
	return of_subfield_from_header(header, ofs_nbits >> 6, (ofs_nbits & 0x3f) + 1, part);
}

static enum of_err reg_load_unpack(struct cursor *c, struct of_action *action)
{
	uint16_t ofs_nbits = cursor_u16(c);
	uint32_t header = cursor_u32(c);
	uint64_t value = cursor_u64(c);
	struct of_subfield part;
	enum of_err err = packed_subfield(ofs_nbits, header, &part);

	if (err != OF_OK)
		return err;
	if (!of_nxm_is_settable(part.field))
		return OFPBAC_BAD_SET_TYPE;
	if (part.n_bits < 64 && value >> part.n_bits != 0)
		return OFPBAC_BAD_ARGUMENT;
	action->type = OF_ACTION_SET_FIELD;
	action->nicira = true;
	of_subfield_load(&part, value, &action->set_field);
	return OF_OK;
}

static enum of_err reg_load2_unpack(struct cursor *c, struct of_action *action)
{
	enum of_err err;

	cursor_skip(c, 6);
	if (cursor_left(c) < 4)
		return OFPBAC_BAD_LEN;
	err = of_oxm_unpack(c, OF15, &action->set_field);
	if (err == OFPBMC_BAD_LEN)
		return OFPBAC_BAD_SET_LEN;
	if (err == OFPBMC_BAD_VALUE)
		return OFPBAC_BAD_SET_ARGUMENT;
	if (err == OFPBMC_BAD_MASK || err == OFPBMC_BAD_WILDCARDS)
		return OFPBAC_BAD_SET_MASK;
	if (err != OF_OK || !of_nxm_is_settable(action->set_field.field))
		return OFPBAC_BAD_SET_TYPE;
	if (cursor_left(c) >= 8 || !is_zero(c, cursor_left(c)))
		return OFPBAC_BAD_SET_LEN;
	action->type = OF_ACTION_SET_FIELD;
	action->nicira = true;
	return OF_OK;
}

static enum of_err output_reg_unpack(struct cursor *c, bool second, struct of_action *action)
{
	uint16_t ofs_nbits = cursor_u16(c);
	uint16_t max_len = second ? cursor_u16(c) : 0;
	uint32_t header = cursor_u32(c);

	if (!second)
		max_len = cursor_u16(c);
	if (!is_zero(c, 6))
		return OFPBAC_BAD_ARGUMENT;
	action->type = OF_ACTION_OUTPUT_REG;
	action->output_reg.max_len = max_len;
	return packed_subfield(ofs_nbits, header, &action->output_reg.from);
}

static enum of_err stack_unpack(struct cursor *c, bool push, struct of_action *action)
{
	unsigned offset = cursor_u16(c);
	uint32_t header = cursor_u32(c);
	unsigned n_bits = cursor_u16(c);
	enum of_err err = of_subfield_from_header(header, offset, n_bits, &action->stack);

	if (err != OF_OK)
		return err;
	if (!is_zero(c, 6))
		return OFPBAC_BAD_ARGUMENT;
	if (!push && !of_nxm_is_settable(action->stack.field))
		return OFPBAC_BAD_SET_TYPE;
	action->type = push ? OF_ACTION_STACK_PUSH : OF_ACTION_STACK_POP;
	return OF_OK;
}

static enum of_err controller_check(const struct of_action *action)
{
	return action->controller.reason > OFPR_PACKET_OUT ? OFPBAC_BAD_ARGUMENT : OF_OK;
}

static enum of_err controller_unpack(struct cursor *c, struct of_action *action)
{
	action->type = OF_ACTION_CONTROLLER;
	action->controller.max_len = cursor_u16(c);
	action->controller.controller_id = cursor_u16(c);
	action->controller.reason = cursor_u8(c);
	return controller_check(action);
}

/* 1: `*err` holds; 0: a property that we do not serve stands in it. */
static int controller2_unpack(struct cursor *c, struct of_action *action, enum of_err *err)
{
	*err = is_zero(c, 6) ? OF_OK : OFPBAC_BAD_ARGUMENT;
	action->type = OF_ACTION_CONTROLLER;
	action->controller.max_len = OFPCML_NO_BUFFER;
	action->controller.controller_id = 0;
	action->controller.reason = OFPR_ACTION;
	while (*err == OF_OK && cursor_left(c) > 0) {
		uint16_t type = cursor_u16(c);
		uint16_t len = cursor_u16(c);
		struct cursor body = cursor_sub(c, len >= 4 ? len - 4u : SIZE_MAX);

		cursor_skip(c, (8 - len % 8) % 8);
		if (!cursor_ok(c))
			*err = OFPBPC_BAD_LEN;
		else if (type == NXAC2PT_MAX_LEN)
			action->controller.max_len = cursor_u16(&body);
		else if (type == NXAC2PT_CONTROLLER_ID)
			action->controller.controller_id = cursor_u16(&body);
		else if (type == NXAC2PT_REASON)
			action->controller.reason = cursor_u8(&body);
		else
			return 0;
		if (*err == OF_OK && (!cursor_ok(&body) || cursor_left(&body) > 0))
			*err = OFPBPC_BAD_LEN;
	}
	if (*err == OF_OK)
		*err = controller_check(action);
	return 1;
}

static enum of_err conjunction_unpack(struct cursor *c, struct of_action *action)
{
	action->type = OF_ACTION_CONJUNCTION;
	action->conjunction.clause = cursor_u8(c);
	action->conjunction.n_clauses = cursor_u8(c);
	action->conjunction.id = cursor_u32(c);
	if (action->conjunction.n_clauses < 2 || action->conjunction.n_clauses > 64 ||
	    action->conjunction.clause >= action->conjunction.n_clauses)
		return OFPBAC_BAD_ARGUMENT;
	return OF_OK;
}

static enum of_err ttl_ids_unpack(struct cursor *c, struct of_arena *arena,
				  struct of_action *action)
{
	uint16_t n = cursor_u16(c);
	uint16_t *ids = of_arena_alloc(arena, n * sizeof(*ids));

	cursor_skip(c, 4);
	if (cursor_left(c) < 2u * n || cursor_left(c) - 2u * n >= 8)
		return OFPBAC_BAD_LEN;
	if (ids == NULL)
		return OF_ERR_NO_MEMORY;
	for (unsigned i = 0; i < n; i++)
		ids[i] = cursor_u16(c);
	action->type = OF_ACTION_DEC_NW_TTL;
	action->nicira = true;
	action->dec_ttl.n = n;
	action->dec_ttl.ids = ids;
	return OF_OK;
}

/* False when clones are nested deeper than we go, or lengths lie, which is found later. */
static bool clones_are_shallow(struct cursor c, unsigned depth)
{
	while (cursor_left(&c) >= 16) {
		uint16_t len = (uint16_t)(c.at[2] << 8 | c.at[3]);
		struct cursor one = cursor_sub(&c, len >= 8 ? len : SIZE_MAX);

		if (cursor_u16(&one) != OF_ACTION_EXPERIMENTER || cursor_left(&one) < 14)
			continue;
		cursor_skip(&one, 2);
		if (cursor_u32(&one) != OFP_EXPERIMENTER_NICIRA || cursor_u16(&one) != NXAST_CLONE)
			continue;
		cursor_skip(&one, 6);
		if (depth == 0 || !clones_are_shallow(one, depth - 1))
			return false;
	}
	return true;
}

static enum of_err clone_unpack(struct cursor *c, enum of_version version, struct of_arena *arena,
				struct of_action *action)
{
	action->type = OF_ACTION_CLONE;
	cursor_skip(c, 6);
	if (!cursor_ok(c))
		return OFPBAC_BAD_LEN;
	if (!clones_are_shallow(*c, OF_CLONE_DEPTH_MAX - 1))
		return OFPBAC_TOO_MANY;
	return of_actions_unpack(c, cursor_left(c), version, arena, &action->clone);
}

static enum of_err resubmit_unpack(struct cursor *c, bool with_table, struct of_action *action)
{
	action->type = OF_ACTION_RESUBMIT;
	action->resubmit.in_port = of_port_from_of10(cursor_u16(c));
	action->resubmit.table_id = with_table ? cursor_u8(c) : OFPTT_ALL;
	/* The older form leaves its padding to chance. */
	return with_table && !is_zero(c, 3) ? OFPBAC_BAD_ARGUMENT : OF_OK;
}

static enum of_err metadata_unpack(struct cursor *c, struct of_action *action)
{
	uint64_t value, mask;

	if (!is_zero(c, 6))
		return OFPBAC_BAD_ARGUMENT;
	value = cursor_u64(c);
	mask = cursor_u64(c);
	action->nicira = true;
	return set_u64(action, OF_FIELD_METADATA, value, mask);
}

static enum of_err mpls_unpack(struct cursor *c, enum nicira_subtype subtype,
			       struct of_action *action)
{
	switch (subtype) {
	case NXAST_PUSH_MPLS:
		action->type = OF_ACTION_PUSH_MPLS;
		action->ethertype = cursor_u16(c);
		return action->ethertype == 0x8847 || action->ethertype == 0x8848
			       ? OF_OK
			       : OFPBAC_BAD_ARGUMENT;
	case NXAST_POP_MPLS:
		action->type = OF_ACTION_POP_MPLS;
		action->ethertype = cursor_u16(c);
		return OF_OK;
	case NXAST_SET_MPLS_TTL:
		action->type = OF_ACTION_SET_MPLS_TTL;
		action->ttl = cursor_u8(c);
		return OF_OK;
	case NXAST_DEC_MPLS_TTL:
		action->type = OF_ACTION_DEC_MPLS_TTL;
		return OF_OK;
	case NXAST_SET_MPLS_LABEL:
		cursor_skip(c, 2);
		return set_u64(action, OF_FIELD_MPLS_LABEL, cursor_u32(c), 0xfffff);
	default:
		return set_u64(action, OF_FIELD_MPLS_TC, cursor_u8(c), 7);
	}
}

static enum of_err fixed_unpack(struct cursor *c, enum nicira_subtype subtype,
				struct of_action *action)
{
	switch (subtype) {
	case NXAST_RESUBMIT:
	case NXAST_RESUBMIT_TABLE:
		return resubmit_unpack(c, subtype == NXAST_RESUBMIT_TABLE, action);
	case NXAST_SET_TUNNEL:
		cursor_skip(c, 2);
		return set_u64(action, OF_FIELD_TUNNEL_ID, cursor_u32(c), UINT64_MAX);
	case NXAST_SET_TUNNEL64:
		cursor_skip(c, 6);
		return set_u64(action, OF_FIELD_TUNNEL_ID, cursor_u64(c), UINT64_MAX);
	case NXAST_SET_QUEUE:
		cursor_skip(c, 2);
		action->type = OF_ACTION_SET_QUEUE;
		action->queue_id = cursor_u32(c);
		return OF_OK;
	case NXAST_POP_QUEUE:
		action->type = OF_ACTION_POP_QUEUE;
		return OF_OK;
	case NXAST_REG_MOVE:
		return reg_move_unpack(c, action);
	case NXAST_REG_LOAD:
		return reg_load_unpack(c, action);
	case NXAST_OUTPUT_REG:
	case NXAST_OUTPUT_REG2:
		return output_reg_unpack(c, subtype == NXAST_OUTPUT_REG2, action);
	case NXAST_EXIT:
		action->type = OF_ACTION_EXIT;
		return OF_OK;
	case NXAST_DEC_TTL:
		action->type = OF_ACTION_DEC_NW_TTL;
		return OF_OK;
	case NXAST_CONTROLLER:
		return controller_unpack(c, action);
	case NXAST_WRITE_METADATA:
		return metadata_unpack(c, action);
	case NXAST_STACK_PUSH:
	case NXAST_STACK_POP:
		return stack_unpack(c, subtype == NXAST_STACK_PUSH, action);
	case NXAST_CONJUNCTION:
		return conjunction_unpack(c, action);
	default:
		return mpls_unpack(c, subtype, action);
	}
}

/* The whole size that the subtype prescribes; 0: none. */
static size_t fixed_size(uint16_t subtype)
{
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		if (fixed[i].subtype == subtype)
			return fixed[i].size;
	return 0;
}

enum of_err of_nicira_action_unpack(struct cursor *c, enum of_version version,
				    struct of_arena *arena, struct of_action *action)
{
	struct cursor whole = *c;
	size_t size = cursor_left(c) + HEADER_SIZE - 2;
	uint16_t subtype = cursor_u16(c);
	enum of_err err;

	action->nicira = false;
	if (!cursor_ok(c))
		return OFPBAC_BAD_LEN;
	switch (subtype) {
	case NXAST_NOTE:
		action->type = OF_ACTION_NOTE;
		action->note.len = (uint16_t)cursor_left(c);
		action->note.data = c->at;
		return OF_OK;
	case NXAST_LEARN:
		return of_nicira_learn_unpack(c, false, arena, action);
	case NXAST_LEARN2:
		return of_nicira_learn_unpack(c, true, arena, action);
	case NXAST_DEC_TTL_CNT_IDS:
		return ttl_ids_unpack(c, arena, action);
	case NXAST_REG_LOAD2:
		return reg_load2_unpack(c, action);
	case NXAST_CLONE:
		return clone_unpack(c, version, arena, action);
	case NXAST_CONTROLLER2:
		if (controller2_unpack(c, action, &err) == 1)
			return err;
		break;
	default:
		if (fixed_size(subtype) != 0)
			return size == fixed_size(subtype) ? fixed_unpack(c, subtype, action)
							   : OFPBAC_BAD_LEN;
	}
	action->type = OF_ACTION_EXPERIMENTER;
	action->experimenter.id = OFP_EXPERIMENTER_NICIRA;
	action->experimenter.len = (uint16_t)cursor_left(&whole);
	action->experimenter.data = whole.at;
	return OF_OK;
}
