// SPDX-License-Identifier: Apache-2.0
#include "openflow/action_form.h"
#include "openflow/nicira_action.h"

#include <errno.h>

#define ACTION_HEADER_SIZE 4
#define ONF_COPY_FIELD 3200 /* EXT-320: copy_field before 1.5 */

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

/*
 * Since 1.5, and in the extension that copy_field was before, what the pipeline knows of a packet
 * can be changed like its headers (1.5.1 §7.2.6.7, §7.2.6.8); the port that it came by cannot.
 */
static bool is_settable(enum of_field field, bool pipeline)
{
	return of_field_info(field)->settable ||
	       (pipeline && (field == OF_FIELD_METADATA || field == OF_FIELD_TCP_FLAGS));
}

static enum of_err set_field_unpack(struct cursor *c, enum of_version version,
				    struct of_action *action)
{
	size_t size = cursor_left(c) + ACTION_HEADER_SIZE;
	bool has_mask = cursor_left(c) >= 4 && (c->at[2] & 1);
	size_t oxm_size = cursor_left(c) >= 4 ? 4u + c->at[3] : SIZE_MAX;
	unsigned oxm_class = cursor_left(c) >= 4 ? (unsigned)(c->at[0] << 8 | c->at[1]) : 0;

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
	/* Nicira's in_port may be set, and Open vSwitch's tool does so with this action. */
	action->nicira =
		action->set_field.field == OF_FIELD_IN_PORT && oxm_class <= OF_OXM_CLASS_NXM1;
	return action->nicira || is_settable(action->set_field.field, version >= OF15)
		       ? OF_OK
		       : OFPBAC_BAD_SET_TYPE;
}

/* The field of an OXM header without a value; an experimenter's has its id behind it. */
static int oxm_id_unpack(struct cursor *c)
{
	uint32_t header = cursor_u32(c);
	uint8_t number = (header >> 9) & 0x7f;

	if (header >> 16 != OF_OXM_CLASS_EXPERIMENTER)
		return of_field_from_oxm((uint16_t)(header >> 16), number);
	if (cursor_u32(c) != OFP_EXPERIMENTER_ONF)
		return -1;
	return number == OF_FIELD_TCP_FLAGS || number == OF_FIELD_ACTSET_OUTPUT ? number : -1;
}

static bool bits_are_in(enum of_field field, unsigned offset, unsigned n_bits)
{
	return n_bits > 0 && offset + n_bits <= of_field_info(field)->n_bits;
}

static enum of_err copy_field_unpack(struct cursor *c, struct of_action *action)
{
	int from, to;

	action->type = OF_ACTION_COPY_FIELD;
	action->copy_field.n_bits = cursor_u16(c);
	action->copy_field.from_offset = cursor_u16(c);
	action->copy_field.to_offset = cursor_u16(c);
	cursor_skip(c, 2);
	from = oxm_id_unpack(c);
	to = oxm_id_unpack(c);
	if (!cursor_ok(c) || cursor_left(c) >= 8)
		return OFPBAC_BAD_LEN;
	if (from < 0 || to < 0 || !is_settable((enum of_field)to, true))
		return OFPBAC_BAD_SET_TYPE;
	action->copy_field.from = (enum of_field)from;
	action->copy_field.to = (enum of_field)to;
	if (!bits_are_in((enum of_field)from, action->copy_field.from_offset,
			 action->copy_field.n_bits) ||
	    !bits_are_in((enum of_field)to, action->copy_field.to_offset,
			 action->copy_field.n_bits))
		return OFPBAC_BAD_SET_LEN;
	return OF_OK;
}

enum of_err of_action_port_check(uint32_t port)
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
		return of_action_port_check(action->output.port);
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

enum of_err of_action_experimenter_unpack(struct cursor *c, enum of_version version,
					  struct of_arena *arena, struct of_action *action)
{
	struct cursor body;

	action->type = OF_ACTION_EXPERIMENTER;
	action->experimenter.id = cursor_u32(c);
	if (action->experimenter.id == OFP_EXPERIMENTER_NICIRA)
		return of_nicira_action_unpack(c, version, arena, action);
	body = *c;
	if (action->experimenter.id == OFP_EXPERIMENTER_ONF &&
	    cursor_u16(&body) == ONF_COPY_FIELD) {
		cursor_skip(&body, 2);
		return copy_field_unpack(&body, action);
	}
	action->experimenter.len = (uint16_t)cursor_left(c);
	action->experimenter.data = c->at;
	return OF_OK;
}

static enum of_err action_unpack(struct cursor *c, enum of_version version, struct of_arena *arena,
				 struct of_action *action)
{
	size_t size = cursor_left(c);
	uint16_t type = cursor_u16(c);
	uint16_t wanted;

	memset(action, 0, sizeof(*action));
	cursor_skip(c, 2);
	if (version == OF10)
		return of10_action_unpack(c, type, arena, action);
	action->type = (enum of_action_type)type;
	switch (type) {
	case OF_ACTION_SET_FIELD:
		return set_field_unpack(c, version, action);
	case OF_ACTION_COPY_FIELD:
		return version < OF15 ? OFPBAC_BAD_TYPE : copy_field_unpack(c, action);
	case OF_ACTION_EXPERIMENTER:
		return of_action_experimenter_unpack(c, version, arena, action);
	case OF_ACTION_STORED:
		return version == OF_STORED ? of_action_stored_unpack(c, action) : OFPBAC_BAD_TYPE;
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

static void copy_field_pack(const struct of_action *action, struct wbuf *b)
{
	wbuf_u16(b, action->copy_field.n_bits);
	wbuf_u16(b, action->copy_field.from_offset);
	wbuf_u16(b, action->copy_field.to_offset);
	wbuf_u16(b, 0);
	oxm_id_pack(action->copy_field.from, b);
	oxm_id_pack(action->copy_field.to, b);
}

int of_action_experimenter_pack(const struct of_action *action, enum of_version version,
				struct wbuf *b)
{
	if (of_nicira_action_is(action, version))
		return of_nicira_action_pack(action, version, b);
	wbuf_u16(b, OF_ACTION_EXPERIMENTER);
	wbuf_u16(b, 0);
	switch (action->type) {
	case OF_ACTION_EXPERIMENTER:
		wbuf_u32(b, action->experimenter.id);
		wbuf_put(b, action->experimenter.data, action->experimenter.len);
		return 0;
	case OF_ACTION_COPY_FIELD:
		wbuf_u32(b, OFP_EXPERIMENTER_ONF);
		wbuf_u16(b, ONF_COPY_FIELD);
		wbuf_u16(b, 0);
		copy_field_pack(action, b);
		return 0;
	default:
		return -EPROTONOSUPPORT;
	}
}

/* Later versions have two actions for what 1.0 says by one, or set what it pushes. */
static int of10_action_as_later(const struct of_action *action, enum of_version version,
				struct wbuf *b)
{
	struct of_action later[2] = {{.type = OF_ACTION_SET_FIELD}};
	struct of_match one;
	int rc = -EPROTONOSUPPORT;

	of_match_init(&one);
	switch (action->type) {
	case OF_ACTION_SET_VLAN_VID:
		(void)of_match_add_u64(&one, OF_FIELD_VLAN_VID, OFPVID_PRESENT | action->vlan_vid);
		break;
	case OF_ACTION_SET_VLAN_PCP:
		(void)of_match_add_u64(&one, OF_FIELD_VLAN_PCP, action->vlan_pcp);
		break;
	default:
		later[0] = (struct of_action){.type = OF_ACTION_SET_QUEUE,
					      .queue_id = action->enqueue.queue_id};
		later[1] = (struct of_action){.type = OF_ACTION_OUTPUT,
					      .output = {.port = action->enqueue.port}};
		return of_actions_pack(&(struct of_actions){2, later}, version, b);
	}
	if (one.n == 1) {
		later[0].set_field = one.f[0];
		rc = of_actions_pack(&(struct of_actions){1, later}, version, b);
	}
	return rc;
}

/* The forms since 1.3. */
static int standard_pack(const struct of_action *action, enum of_version version, struct wbuf *b)
{
	size_t start = b->len;
	uint16_t size;

	if (action->type == OF_ACTION_EXPERIMENTER || of_nicira_action_is(action, version) ||
	    (action->type == OF_ACTION_COPY_FIELD && version < OF15))
		return of_action_experimenter_pack(action, version, b);
	wbuf_u16(b, (uint16_t)action->type);
	wbuf_u16(b, 0);
	switch (action->type) {
	case OF_ACTION_SET_FIELD:
		return of_oxm_pack(&action->set_field, version, b);
	case OF_ACTION_COPY_FIELD:
		copy_field_pack(action, b);
		return 0;
	default:
		size = fixed_size(action->type, version);
		fixed_pack(action, b);
		wbuf_pad(b, start, size != 0 ? size : 8);
		return size == 0 ? -EPROTONOSUPPORT : 0;
	}
}

static int action_pack(const struct of_action *action, enum of_version version, struct wbuf *b)
{
	size_t start = b->len;
	int rc = 0;

	if (version == OF10)
		rc = of10_action_pack(action, b);
	else if (version == OF_STORED && of_action_needs_stored(action))
		of_action_stored_pack(action, b);
	else if (action->type >= OF_ACTION_SET_VLAN_VID && action->type <= OF_ACTION_ENQUEUE)
		return of10_action_as_later(action, version, b);
	else
		rc = standard_pack(action, version, b);
	wbuf_pad(b, start, 8);
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
