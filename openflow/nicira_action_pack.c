// SPDX-License-Identifier: Apache-2.0
/* Writes Nicira's actions. */
#include "openflow/nicira_action.h"
#include "openflow/nicira_field.h"
#include "openflow/nicira_subtype.h"
#include "openflow/port.h"

#include <errno.h>

static bool mask_bit(const struct of_match_field *f, unsigned n_bytes, unsigned bit)
{
	return f->mask[n_bytes - 1 - bit / 8] >> bit % 8 & 1;
}

static bool mask_run(const struct of_match_field *f, struct of_subfield *part)
{
	const struct of_field_info *info = of_field_info(f->field);
	unsigned n_bits = info->n_bits, bit = 0;

	while (bit < n_bits && !mask_bit(f, info->n_bytes, bit))
		bit++;
	part->field = f->field;
	part->offset = (uint16_t)bit;
	while (bit < n_bits && mask_bit(f, info->n_bytes, bit))
		bit++;
	part->n_bits = (uint16_t)(bit - part->offset);
	while (bit < n_bits)
		if (mask_bit(f, info->n_bytes, bit++))
			return false;
	return part->n_bits > 0;
}

static uint64_t subfield_value(const struct of_match_field *f, const struct of_subfield *part)
{
	unsigned n_bytes = of_field_info(f->field)->n_bytes;
	uint64_t value = 0;

	for (unsigned i = part->n_bits; i-- > 0;) {
		unsigned bit = part->offset + i;

		value = value << 1 | (f->value[n_bytes - 1 - bit / 8] >> bit % 8 & 1);
	}
	return value;
}

bool of_match_field_as_load(const struct of_match_field *f, struct of_subfield *part,
			    uint64_t *value)
{
	if (!mask_run(f, part) || part->n_bits > 64)
		return false;
	*value = subfield_value(f, part);
	if (f->field == OF_FIELD_IN_PORT && !f->masked &&
	    of_port_from_of10(of_port_to_of10((uint32_t)*value)) == *value) {
		part->n_bits = 16;
		*value = of_port_to_of10((uint32_t)*value);
	}
	return true;
}

void of_subfield_load(const struct of_subfield *part, uint64_t value, struct of_match_field *f)
{
	const struct of_field_info *info = of_field_info(part->field);
	struct of_subfield whole = *part;

	if (part->field == OF_FIELD_IN_PORT && part->offset == 0 && part->n_bits == 16) {
		value = of_port_from_of10((uint16_t)value);
		whole.n_bits = 32;
	}
	*f = (struct of_match_field){.field = whole.field, .masked = whole.n_bits != info->n_bits};
	for (unsigned i = 0; i < whole.n_bits; i++) {
		unsigned bit = whole.offset + i;
		unsigned at = info->n_bytes - 1u - bit / 8;

		f->mask[at] |= (uint8_t)(1u << bit % 8);
		if (i < 64 && value >> i & 1)
			f->value[at] |= (uint8_t)(1u << bit % 8);
	}
}

void of_nicira_action_start(struct wbuf *b, uint16_t subtype)
{
	wbuf_u16(b, OF_ACTION_EXPERIMENTER);
	wbuf_u16(b, 0);
	wbuf_u32(b, OFP_EXPERIMENTER_NICIRA);
	wbuf_u16(b, subtype);
}

int of_nicira_action_end(struct wbuf *b, size_t start)
{
	wbuf_pad(b, start, 8);
	if (b->len - start > UINT16_MAX)
		return -EMSGSIZE;
	wbuf_set_u16(b, start + 2, (uint16_t)(b->len - start));
	return 0;
}

static void subfield_pack(const struct of_subfield *part, struct wbuf *b)
{
	unsigned offset;
	uint32_t header = of_subfield_header(part, &offset);

	wbuf_u16(b, (uint16_t)((part->offset + offset) << 6 | (part->n_bits - 1)));
	wbuf_u32(b, header);
}

static void reg_load_pack(const struct of_match_field *f, struct wbuf *b)
{
	struct of_subfield part;
	uint64_t value;

	if (!of_match_field_as_load(f, &part, &value)) {
		of_nicira_action_start(b, NXAST_REG_LOAD2);
		wbuf_zero(b, 6);
		(void)of_oxm_pack(f, OF15, b);
		return;
	}
	of_nicira_action_start(b, NXAST_REG_LOAD);
	subfield_pack(&part, b);
	wbuf_u64(b, value);
}

static void set_field_pack(const struct of_action *action, struct wbuf *b)
{
	const struct of_match_field *f = &action->set_field;

	if (f->field != OF_FIELD_TUNNEL_ID || f->masked || action->nicira) {
		reg_load_pack(f, b);
		return;
	}
	of_nicira_action_start(b, NXAST_SET_TUNNEL64);
	wbuf_zero(b, 6);
	wbuf_u64(b, of_match_field_value(f));
}

static void reg_move_pack(const struct of_action *action, struct wbuf *b)
{
	struct of_subfield from = {action->copy_field.from, action->copy_field.from_offset,
				   action->copy_field.n_bits};
	struct of_subfield to = {action->copy_field.to, action->copy_field.to_offset,
				 action->copy_field.n_bits};
	unsigned from_offset, to_offset;
	uint32_t from_header = of_subfield_header(&from, &from_offset);
	uint32_t to_header = of_subfield_header(&to, &to_offset);

	of_nicira_action_start(b, NXAST_REG_MOVE);
	wbuf_u16(b, from.n_bits);
	wbuf_u16(b, (uint16_t)(from.offset + from_offset));
	wbuf_u16(b, (uint16_t)(to.offset + to_offset));
	wbuf_u32(b, from_header);
	wbuf_u32(b, to_header);
}

static void stack_pack(const struct of_action *action, struct wbuf *b)
{
	unsigned offset;
	uint32_t header = of_subfield_header(&action->stack, &offset);

	of_nicira_action_start(b, action->type == OF_ACTION_STACK_PUSH ? NXAST_STACK_PUSH
								       : NXAST_STACK_POP);
	wbuf_u16(b, (uint16_t)(action->stack.offset + offset));
	wbuf_u32(b, header);
	wbuf_u16(b, action->stack.n_bits);
	wbuf_zero(b, 6);
}

static void dec_ttl_pack(const struct of_action *action, struct wbuf *b)
{
	if (!action->nicira) {
		of_nicira_action_start(b, NXAST_DEC_TTL);
		return;
	}
	of_nicira_action_start(b, NXAST_DEC_TTL_CNT_IDS);
	wbuf_u16(b, action->dec_ttl.n);
	wbuf_zero(b, 4);
	for (unsigned i = 0; i < action->dec_ttl.n; i++)
		wbuf_u16(b, action->dec_ttl.ids[i]);
}

static void resubmit_pack(const struct of_action *action, struct wbuf *b)
{
	bool has_table =
		action->resubmit.table_id != OFPTT_ALL || action->resubmit.in_port == OFPP_IN_PORT;

	of_nicira_action_start(b, has_table ? NXAST_RESUBMIT_TABLE : NXAST_RESUBMIT);
	wbuf_u16(b, of_port_to_of10(action->resubmit.in_port));
	wbuf_u8(b, has_table ? action->resubmit.table_id : 0);
}

static void mpls_pack(const struct of_action *action, struct wbuf *b)
{
	switch (action->type) {
	case OF_ACTION_PUSH_MPLS:
		of_nicira_action_start(b, NXAST_PUSH_MPLS);
		wbuf_u16(b, action->ethertype);
		break;
	case OF_ACTION_POP_MPLS:
		of_nicira_action_start(b, NXAST_POP_MPLS);
		wbuf_u16(b, action->ethertype);
		break;
	case OF_ACTION_SET_MPLS_TTL:
		of_nicira_action_start(b, NXAST_SET_MPLS_TTL);
		wbuf_u8(b, action->ttl);
		break;
	default:
		of_nicira_action_start(b, NXAST_DEC_MPLS_TTL);
	}
}

/* Actions that only Nicira has; false: it is none of these. */
static bool own_pack(const struct of_action *action, struct wbuf *b)
{
	switch (action->type) {
	case OF_ACTION_RESUBMIT:
		resubmit_pack(action, b);
		return true;
	case OF_ACTION_CONJUNCTION:
		of_nicira_action_start(b, NXAST_CONJUNCTION);
		wbuf_u8(b, action->conjunction.clause);
		wbuf_u8(b, action->conjunction.n_clauses);
		wbuf_u32(b, action->conjunction.id);
		return true;
	case OF_ACTION_NOTE:
		of_nicira_action_start(b, NXAST_NOTE);
		wbuf_put(b, action->note.data, action->note.len);
		return true;
	case OF_ACTION_CONTROLLER:
		of_nicira_action_start(b, NXAST_CONTROLLER);
		wbuf_u16(b, action->controller.max_len);
		wbuf_u16(b, action->controller.controller_id);
		wbuf_u8(b, action->controller.reason);
		return true;
	case OF_ACTION_OUTPUT_REG:
		of_nicira_action_start(b, NXAST_OUTPUT_REG);
		subfield_pack(&action->output_reg.from, b);
		wbuf_u16(b, action->output_reg.max_len);
		wbuf_zero(b, 6);
		return true;
	case OF_ACTION_POP_QUEUE:
		of_nicira_action_start(b, NXAST_POP_QUEUE);
		return true;
	case OF_ACTION_EXIT:
		of_nicira_action_start(b, NXAST_EXIT);
		return true;
	case OF_ACTION_STACK_PUSH:
	case OF_ACTION_STACK_POP:
		stack_pack(action, b);
		return true;
	default:
		return false;
	}
}

/* Actions that the standard has too; false: Nicira has none for it. */
static bool standard_pack(const struct of_action *action, struct wbuf *b)
{
	struct of_match_field ttl = {.field = OF_FIELD_NW_TTL, .mask = {0xff}};

	switch (action->type) {
	case OF_ACTION_SET_FIELD:
		set_field_pack(action, b);
		return true;
	case OF_ACTION_COPY_FIELD:
		reg_move_pack(action, b);
		return true;
	case OF_ACTION_DEC_NW_TTL:
		dec_ttl_pack(action, b);
		return true;
	case OF_ACTION_SET_QUEUE:
		of_nicira_action_start(b, NXAST_SET_QUEUE);
		wbuf_zero(b, 2);
		wbuf_u32(b, action->queue_id);
		return true;
	case OF_ACTION_SET_NW_TTL:
		ttl.value[0] = action->ttl;
		reg_load_pack(&ttl, b);
		return true;
	case OF_ACTION_PUSH_MPLS:
	case OF_ACTION_POP_MPLS:
	case OF_ACTION_SET_MPLS_TTL:
	case OF_ACTION_DEC_MPLS_TTL:
		mpls_pack(action, b);
		return true;
	default:
		return false;
	}
}

bool of_nicira_action_is(const struct of_action *action, enum of_version version)
{
	/*
	 * 1.5 says it itself, and Open vSwitch knows NXAST_REG_LOAD and _MOVE until 1.4; but only
	 * those write the port of entry, or a part of a field that takes no mask.
	 */
	switch (action->type) {
	case OF_ACTION_SET_FIELD:
		if (version == OF15)
			return action->nicira &&
			       (action->set_field.field == OF_FIELD_IN_PORT ||
				(action->set_field.masked &&
				 !of_field_info(action->set_field.field)->maskable));
		return action->nicira || version == OF10 ||
		       (action->set_field.masked && version < OF15);
	case OF_ACTION_COPY_FIELD:
		if (version == OF15)
			return action->nicira && action->copy_field.to == OF_FIELD_IN_PORT;
		return action->nicira || version == OF10;
	case OF_ACTION_DEC_NW_TTL:
		return action->nicira || version == OF10;
	case OF_ACTION_SET_QUEUE:
	case OF_ACTION_SET_NW_TTL:
	case OF_ACTION_PUSH_MPLS:
	case OF_ACTION_POP_MPLS:
	case OF_ACTION_SET_MPLS_TTL:
	case OF_ACTION_DEC_MPLS_TTL:
		return version == OF10;
	default:
		return action->type >= OF_ACTION_RESUBMIT;
	}
}

int of_nicira_action_pack(const struct of_action *action, enum of_version version, struct wbuf *b)
{
	size_t start = b->len;

	if (action->type == OF_ACTION_LEARN)
		return of_nicira_learn_pack(action->learn, b);
	if (action->type == OF_ACTION_CLONE) {
		int rc;

		of_nicira_action_start(b, NXAST_CLONE);
		wbuf_zero(b, 6);
		rc = of_actions_pack(&action->clone, version, b);
		return rc != 0 ? rc : of_nicira_action_end(b, start);
	}
	if (!own_pack(action, b) && !standard_pack(action, b))
		return -EPROTONOSUPPORT;
	return of_nicira_action_end(b, start);
}

void of_nicira_write_metadata_pack(uint64_t value, uint64_t mask, struct wbuf *b)
{
	size_t start = b->len;

	of_nicira_action_start(b, NXAST_WRITE_METADATA);
	wbuf_zero(b, 6);
	wbuf_u64(b, value);
	wbuf_u64(b, mask);
	(void)of_nicira_action_end(b, start);
}
