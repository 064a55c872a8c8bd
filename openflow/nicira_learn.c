// SPDX-License-Identifier: Apache-2.0
/* NXAST_LEARN and NXAST_LEARN2 on the wire. */
#include "openflow/nicira_action.h"
#include "openflow/nicira_field.h"
#include "openflow/nicira_subtype.h"

#include <errno.h>

/* The header of a specification: width, where to, where from. */
#define SPEC_N_BITS 0x3ff
#define SPEC_TARGET_SHIFT 11
#define SPEC_TARGET 3
#define SPEC_IMMEDIATE (1 << 13)
#define SPEC_KNOWN (SPEC_N_BITS | SPEC_TARGET << SPEC_TARGET_SHIFT | SPEC_IMMEDIATE)

/* NX_LEARN_F_*; writing the result needs a field that we would have to set behind the action. */
#define FLAG_WRITE_RESULT 4
#define FLAGS_KNOWN (OF_LEARN_SEND_FLOW_REM | OF_LEARN_DELETE_LEARNED)

static size_t immediate_size(unsigned n_bits)
{
	return 2 * ((n_bits + 15) / 16);
}

static enum of_err part_unpack(struct cursor *c, unsigned n_bits, struct of_subfield *part)
{
	uint32_t header = cursor_u32(c);
	unsigned offset = cursor_u16(c);

	if (!cursor_ok(c))
		return OFPBAC_BAD_LEN;
	return of_subfield_from_header(header, offset, n_bits, part);
}

/* Reads the bytes of a value into the right end of 16; bits beyond its width are an error. */
static enum of_err immediate_unpack(struct cursor *c, struct of_learn_spec *spec)
{
	size_t size = immediate_size(spec->n_bits);

	if (spec->n_bits > 128 || cursor_left(c) < size)
		return OFPBAC_BAD_LEN;
	cursor_copy(c, spec->immediate + 16 - size, size);
	for (unsigned bit = spec->n_bits; bit < 128; bit++)
		if (spec->immediate[15 - bit / 8] >> bit % 8 & 1)
			return OFPBAC_BAD_ARGUMENT;
	return OF_OK;
}

static enum of_err spec_unpack(struct cursor *c, uint16_t header, struct of_learn_spec *spec)
{
	unsigned target = header >> SPEC_TARGET_SHIFT & SPEC_TARGET;
	enum of_err err;

	memset(spec, 0, sizeof(*spec));
	spec->n_bits = header & SPEC_N_BITS;
	spec->target = (enum of_learn_target)target;
	spec->source = header & SPEC_IMMEDIATE ? OF_LEARN_IMMEDIATE : OF_LEARN_FROM_FIELD;
	if (header & ~SPEC_KNOWN || target > OF_LEARN_OUTPUT || spec->n_bits == 0 ||
	    (target == OF_LEARN_OUTPUT && spec->source == OF_LEARN_IMMEDIATE))
		return OFPBAC_BAD_ARGUMENT;
	err = spec->source == OF_LEARN_IMMEDIATE ? immediate_unpack(c, spec)
						 : part_unpack(c, spec->n_bits, &spec->from);
	if (err != OF_OK || spec->target == OF_LEARN_OUTPUT)
		return err;
	err = part_unpack(c, spec->n_bits, &spec->to);
	if (err == OF_OK && spec->target == OF_LEARN_LOAD && !of_nxm_is_settable(spec->to.field))
		err = OFPBAC_BAD_SET_TYPE;
	return err;
}

/* A specification has at least eight bytes; there are never more than that makes. */
static enum of_err specs_unpack(struct cursor *c, struct of_arena *arena, struct of_learn *learn)
{
	size_t room = cursor_left(c) / 8 + 1;
	struct of_learn_spec *specs = of_arena_alloc(arena, room * sizeof(*specs));

	learn->n_specs = 0;
	learn->specs = specs;
	if (specs == NULL)
		return OF_ERR_NO_MEMORY;
	while (cursor_left(c) >= 2) {
		uint16_t header = cursor_u16(c);
		enum of_err err;

		if (header == 0)
			break;
		err = spec_unpack(c, header, &specs[learn->n_specs++]);
		if (err != OF_OK)
			return err;
	}
	if (cursor_left(c) >= 8)
		return OFPBAC_BAD_ARGUMENT;
	while (cursor_left(c) > 0)
		if (cursor_u8(c) != 0)
			return OFPBAC_BAD_ARGUMENT;
	return OF_OK;
}

static enum of_err learn_read(struct cursor *c, bool is_learn2, struct of_learn *learn)
{
	learn->idle_timeout = cursor_u16(c);
	learn->hard_timeout = cursor_u16(c);
	learn->priority = cursor_u16(c);
	learn->cookie = cursor_u64(c);
	learn->flags = cursor_u16(c);
	learn->table_id = cursor_u8(c);
	if (cursor_u8(c) != 0)
		return OFPBAC_BAD_ARGUMENT;
	learn->fin_idle_timeout = cursor_u16(c);
	learn->fin_hard_timeout = cursor_u16(c);
	learn->limit = is_learn2 ? cursor_u32(c) : 0;
	if (is_learn2)
		cursor_skip(c, 4);
	if (!cursor_ok(c))
		return OFPBAC_BAD_LEN;
	if (learn->flags & ~(FLAGS_KNOWN | FLAG_WRITE_RESULT) || learn->table_id == OFPTT_ALL)
		return OFPBAC_BAD_ARGUMENT;
	return OF_OK;
}

enum of_err of_nicira_learn_unpack(struct cursor *c, bool is_learn2, struct of_arena *arena,
				   struct of_action *action)
{
	struct cursor whole = {.at = c->at - 2, .end = c->end};
	struct of_learn *learn = of_arena_alloc(arena, sizeof(*learn));
	enum of_err err;

	if (learn == NULL)
		return OF_ERR_NO_MEMORY;
	memset(learn, 0, sizeof(*learn));
	err = learn_read(c, is_learn2, learn);
	if (err != OF_OK)
		return err;
	if (learn->flags & FLAG_WRITE_RESULT) {
		action->type = OF_ACTION_EXPERIMENTER;
		action->experimenter.id = OFP_EXPERIMENTER_NICIRA;
		action->experimenter.len = (uint16_t)cursor_left(&whole);
		action->experimenter.data = whole.at;
		return OF_OK;
	}
	action->type = OF_ACTION_LEARN;
	action->learn = learn;
	return specs_unpack(c, arena, learn);
}

static void part_pack(const struct of_subfield *part, struct wbuf *b)
{
	unsigned offset;
	uint32_t header = of_subfield_header(part, &offset);

	wbuf_u32(b, header);
	wbuf_u16(b, (uint16_t)(part->offset + offset));
}

static void spec_pack(const struct of_learn_spec *spec, struct wbuf *b)
{
	bool immediate = spec->source == OF_LEARN_IMMEDIATE;
	size_t size = immediate_size(spec->n_bits);

	wbuf_u16(b, (uint16_t)(spec->n_bits | (unsigned)spec->target << SPEC_TARGET_SHIFT |
			       (immediate ? SPEC_IMMEDIATE : 0)));
	if (immediate)
		wbuf_put(b, spec->immediate + 16 - size, size);
	else
		part_pack(&spec->from, b);
	if (spec->target != OF_LEARN_OUTPUT)
		part_pack(&spec->to, b);
}

int of_nicira_learn_pack(const struct of_learn *learn, struct wbuf *b)
{
	size_t start = b->len;

	of_nicira_action_start(b, learn->limit != 0 ? NXAST_LEARN2 : NXAST_LEARN);
	wbuf_u16(b, learn->idle_timeout);
	wbuf_u16(b, learn->hard_timeout);
	wbuf_u16(b, learn->priority);
	wbuf_u64(b, learn->cookie);
	wbuf_u16(b, learn->flags);
	wbuf_u8(b, learn->table_id);
	wbuf_u8(b, 0);
	wbuf_u16(b, learn->fin_idle_timeout);
	wbuf_u16(b, learn->fin_hard_timeout);
	if (learn->limit != 0) {
		wbuf_u32(b, learn->limit);
		wbuf_zero(b, 4);
	}
	for (unsigned i = 0; i < learn->n_specs; i++)
		spec_pack(&learn->specs[i], b);
	return of_nicira_action_end(b, start);
}
