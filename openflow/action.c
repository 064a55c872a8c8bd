// SPDX-License-Identifier: Apache-2.0
#include "openflow/action.h"
#include "openflow/nicira_action.h"

#include <errno.h>

#define ACTION_HEADER_SIZE 4

/* Actions of a fixed size in the wire's order; set_field and experimenter have their own code. */
static const struct {
	enum of_action_type type;
	uint16_t size;
	enum of_version since;
} fixed[] = {
	{OF_ACTION_OUTPUT, 16, OF13},      {OF_ACTION_COPY_TTL_OUT, 8, OF13},
	{OF_ACTION_COPY_TTL_IN, 8, OF13},  {OF_ACTION_SET_MPLS_TTL, 8, OF13},
	{OF_ACTION_DEC_MPLS_TTL, 8, OF13}, {OF_ACTION_PUSH_VLAN, 8, OF13},
	{OF_ACTION_POP_VLAN, 8, OF13},     {OF_ACTION_PUSH_MPLS, 8, OF13},
	{OF_ACTION_POP_MPLS, 8, OF13},     {OF_ACTION_SET_QUEUE, 8, OF13},
	{OF_ACTION_GROUP, 8, OF13},        {OF_ACTION_SET_NW_TTL, 8, OF13},
	{OF_ACTION_DEC_NW_TTL, 8, OF13},   {OF_ACTION_PUSH_PBB, 8, OF13},
	{OF_ACTION_POP_PBB, 8, OF13},      {OF_ACTION_METER, 8, OF15},
};

/* The size of a fixed action; 0 when it is not one that `version` has. */
static uint16_t fixed_size(enum of_action_type type, enum of_version version)
{
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		if (fixed[i].type == type)
			return fixed[i].since <= version ? fixed[i].size : 0;
	return 0;
}

static enum of_err set_field_unpack(struct cursor *c, enum of_version version,
				    struct of_action *action)
{
	size_t size = cursor_left(c) + ACTION_HEADER_SIZE;
	bool has_mask = cursor_left(c) >= 4 && (c->at[2] & 1);
	size_t oxm_size = cursor_left(c) >= 4 ? 4u + c->at[3] : SIZE_MAX;

	if (oxm_size > cursor_left(c) || (ACTION_HEADER_SIZE + oxm_size + 7) / 8 * 8 != size)
		return OFPBAC_BAD_SET_LEN;
	if (has_mask && version < OF15)
		return OFPBAC_BAD_SET_TYPE;
	switch (of_oxm_unpack(c, version, &action->set_field)) {
	case OF_OK:
		break;
	case OFPBMC_BAD_LEN:
		return OFPBAC_BAD_SET_LEN;
	case OFPBMC_BAD_VALUE:
		return OFPBAC_BAD_SET_ARGUMENT;
	case OFPBMC_BAD_MASK:
	case OFPBMC_BAD_WILDCARDS:
		return OFPBAC_BAD_SET_MASK;
	default:
		return OFPBAC_BAD_SET_TYPE;
	}
	return of_field_info(action->set_field.field)->settable ? OF_OK : OFPBAC_BAD_SET_TYPE;
}

static enum of_err copy_field_unpack(struct cursor *c, struct of_action *action)
{
	uint32_t from, to;
	int field;

	action->copy_field.n_bits = cursor_u16(c);
	action->copy_field.from_offset = cursor_u16(c);
	action->copy_field.to_offset = cursor_u16(c);
	cursor_skip(c, 2);
	from = cursor_u32(c);
	to = cursor_u32(c);
	if (!cursor_ok(c))
		return OFPBAC_BAD_LEN;
	field = of_field_from_oxm((uint16_t)(from >> 16), (from >> 9) & 0x7f);
	if (field < 0)
		return OFPBAC_BAD_SET_TYPE;
	action->copy_field.from = (enum of_field)field;
	field = of_field_from_oxm((uint16_t)(to >> 16), (to >> 9) & 0x7f);
	if (field < 0 || !of_field_info((enum of_field)field)->settable)
		return OFPBAC_BAD_SET_TYPE;
	action->copy_field.to = (enum of_field)field;
	return OF_OK;
}

static enum of_err output_check(uint32_t port)
{
	if (port == 0 || port == OFPP_ANY || (port > OFPP_MAX && port < OFPP_IN_PORT))
		return OFPBAC_BAD_OUT_PORT;
	return OF_OK;
}

static enum of_err ethertype_check(enum of_action_type type, uint16_t ethertype)
{
	switch (type) {
	case OF_ACTION_PUSH_VLAN:
		return ethertype == 0x8100 || ethertype == 0x88a8 ? OF_OK : OFPBAC_BAD_ARGUMENT;
	case OF_ACTION_PUSH_MPLS:
		return ethertype == 0x8847 || ethertype == 0x8848 ? OF_OK : OFPBAC_BAD_ARGUMENT;
	case OF_ACTION_PUSH_PBB:
		return ethertype == 0x88e7 ? OF_OK : OFPBAC_BAD_ARGUMENT;
	default:
		return OF_OK;
	}
}

/* Reads the argument of an action of fixed size. */
static enum of_err fixed_unpack(struct cursor *c, struct of_action *action)
{
	switch (action->type) {
	case OF_ACTION_OUTPUT:
		action->output.port = cursor_u32(c);
		action->output.max_len = cursor_u16(c);
		return output_check(action->output.port);
	case OF_ACTION_GROUP:
		action->group_id = cursor_u32(c);
		return OF_OK;
	case OF_ACTION_SET_QUEUE:
		action->queue_id = cursor_u32(c);
		return OF_OK;
	case OF_ACTION_METER:
		action->meter_id = cursor_u32(c);
		return OF_OK;
	case OF_ACTION_PUSH_VLAN:
	case OF_ACTION_PUSH_MPLS:
	case OF_ACTION_POP_MPLS:
	case OF_ACTION_PUSH_PBB:
		action->ethertype = cursor_u16(c);
		return ethertype_check(action->type, action->ethertype);
	case OF_ACTION_SET_MPLS_TTL:
	case OF_ACTION_SET_NW_TTL:
		action->ttl = cursor_u8(c);
		return OF_OK;
	default:
		return OF_OK;
	}
}

static enum of_err experimenter_unpack(struct cursor *c, enum of_version version,
				       struct of_arena *arena, struct of_action *action)
{
	action->experimenter.id = cursor_u32(c);
	if (action->experimenter.id == OFP_EXPERIMENTER_NICIRA)
		return of_nicira_action_unpack(c, version, arena, action);
	action->experimenter.len = (uint16_t)cursor_left(c);
	action->experimenter.data = c->at;
	return OF_OK;
}

static enum of_err action_unpack(struct cursor *c, enum of_version version, struct of_arena *arena,
				 struct of_action *action)
{
	size_t size = cursor_left(c);
	uint16_t wanted;

	action->nicira = false;
	action->type = (enum of_action_type)cursor_u16(c);
	cursor_skip(c, 2);
	switch (action->type) {
	case OF_ACTION_SET_FIELD:
		return set_field_unpack(c, version, action);
	case OF_ACTION_COPY_FIELD:
		return version < OF15 ? OFPBAC_BAD_TYPE : copy_field_unpack(c, action);
	case OF_ACTION_EXPERIMENTER:
		return experimenter_unpack(c, version, arena, action);
	default:
		wanted = fixed_size(action->type, version);
		if (wanted == 0)
			return OFPBAC_BAD_TYPE;
		return size == wanted ? fixed_unpack(c, action) : OFPBAC_BAD_LEN;
	}
}

/* Counts the actions and checks their frames: lengths that are multiples of 8 and fill the list. */
static enum of_err actions_count(struct cursor c, uint16_t *n)
{
	*n = 0;
	while (cursor_left(&c) > 0) {
		uint16_t len;

		if (cursor_left(&c) < 8)
			return OFPBAC_BAD_LEN;
		len = (uint16_t)(c.at[2] << 8 | c.at[3]);
		if (len < 8 || len % 8 != 0 || len > cursor_left(&c))
			return OFPBAC_BAD_LEN;
		cursor_skip(&c, len);
		(*n)++;
	}
	return OF_OK;
}

enum of_err of_actions_unpack(struct cursor *c, size_t size, enum of_version version,
			      struct of_arena *arena, struct of_actions *actions)
{
	struct cursor list = cursor_sub(c, size);
	enum of_err err;

	actions->n = 0;
	actions->a = NULL;
	if (!cursor_ok(c))
		return OFPBAC_BAD_LEN;
	err = actions_count(list, &actions->n);
	if (err != OF_OK || actions->n == 0)
		return err;
	actions->a = of_arena_alloc(arena, actions->n * sizeof(*actions->a));
	if (actions->a == NULL)
		return OF_ERR_NO_MEMORY;
	for (unsigned i = 0; i < actions->n && err == OF_OK; i++) {
		struct cursor one = cursor_sub(&list, (size_t)(list.at[2] << 8 | list.at[3]));

		err = action_unpack(&one, version, arena, &actions->a[i]);
	}
	return err;
}

static void oxm_id_pack(enum of_field field, struct wbuf *b)
{
	const struct of_field_info *info = of_field_info(field);

	wbuf_u16(b, info->oxm_class);
	wbuf_u8(b, (uint8_t)(info->oxm_field << 1));
	wbuf_u8(b, info->n_bytes);
}

/* Appends what follows the header of an action of fixed size; the caller pads. */
static void fixed_pack(const struct of_action *action, struct wbuf *b)
{
	switch (action->type) {
	case OF_ACTION_OUTPUT:
		wbuf_u32(b, action->output.port);
		wbuf_u16(b, action->output.max_len);
		break;
	case OF_ACTION_GROUP:
		wbuf_u32(b, action->group_id);
		break;
	case OF_ACTION_SET_QUEUE:
		wbuf_u32(b, action->queue_id);
		break;
	case OF_ACTION_METER:
		wbuf_u32(b, action->meter_id);
		break;
	case OF_ACTION_PUSH_VLAN:
	case OF_ACTION_PUSH_MPLS:
	case OF_ACTION_POP_MPLS:
	case OF_ACTION_PUSH_PBB:
		wbuf_u16(b, action->ethertype);
		break;
	case OF_ACTION_SET_MPLS_TTL:
	case OF_ACTION_SET_NW_TTL:
		wbuf_u8(b, action->ttl);
		break;
	default:
		break;
	}
}

static int action_pack(const struct of_action *action, enum of_version version, struct wbuf *b)
{
	size_t start = b->len;
	uint16_t size = 0;
	int rc = 0;

	if (of_nicira_action_is(action, version))
		return of_nicira_action_pack(action, version, b);
	wbuf_u16(b, (uint16_t)action->type);
	wbuf_u16(b, 0);
	switch (action->type) {
	case OF_ACTION_SET_FIELD:
		rc = action->set_field.masked && version < OF15
			     ? -EPROTONOSUPPORT
			     : of_oxm_pack(&action->set_field, version, b);
		break;
	case OF_ACTION_COPY_FIELD:
		rc = version < OF15 ? -EPROTONOSUPPORT : 0;
		wbuf_u16(b, action->copy_field.n_bits);
		wbuf_u16(b, action->copy_field.from_offset);
		wbuf_u16(b, action->copy_field.to_offset);
		wbuf_u16(b, 0);
		oxm_id_pack(action->copy_field.from, b);
		oxm_id_pack(action->copy_field.to, b);
		break;
	case OF_ACTION_EXPERIMENTER:
		wbuf_u32(b, action->experimenter.id);
		wbuf_put(b, action->experimenter.data, action->experimenter.len);
		break;
	default:
		size = fixed_size(action->type, version);
		rc = size == 0 ? -EPROTONOSUPPORT : 0;
		fixed_pack(action, b);
	}
	wbuf_pad(b, start, size != 0 ? size : 8);
	wbuf_set_u16(b, start + 2, (uint16_t)(b->len - start));
	return rc;
}

int of_actions_pack(const struct of_actions *actions, enum of_version version, struct wbuf *b)
{
	for (unsigned i = 0; i < actions->n; i++) {
		int rc = action_pack(&actions->a[i], version, b);

		if (rc != 0)
			return rc;
	}
	return 0;
}
