// SPDX-License-Identifier: Apache-2.0
/* The actions of version 1.0: 1.0.0 §5.2.4. */
#include "openflow/action_form.h"
#include "openflow/port.h"

#include <errno.h>

enum of10_action_type {
	OFPAT10_OUTPUT = 0,
	OFPAT10_SET_VLAN_VID = 1,
	OFPAT10_SET_VLAN_PCP = 2,
	OFPAT10_STRIP_VLAN = 3,
	OFPAT10_SET_DL_SRC = 4,
	OFPAT10_SET_DL_DST = 5,
	OFPAT10_SET_NW_SRC = 6,
	OFPAT10_SET_NW_DST = 7,
	OFPAT10_SET_NW_TOS = 8,
	OFPAT10_SET_TP_SRC = 9,
	OFPAT10_SET_TP_DST = 10,
	OFPAT10_ENQUEUE = 11,
	OFPAT10_VENDOR = 0xffff,
};

static enum of_err set_field(struct of_action *action, enum of_field field, const void *value)
{
	struct of_match one;

	of_match_init(&one);
	if (of_match_add(&one, field, value, NULL) != OF_OK)
		return OFPBAC_BAD_ARGUMENT;
	action->type = OF_ACTION_SET_FIELD;
	action->of10 = true;
	action->set_field = one.f[0];
	return OF_OK;
}

/* The fields that are set by as many bytes as they have on the wire. */
static enum of_err field_action_unpack(struct cursor *c, uint16_t type, struct of_action *action)
{
	static const enum of_field fields[] = {
		[OFPAT10_SET_DL_SRC] = OF_FIELD_ETH_SRC,  [OFPAT10_SET_DL_DST] = OF_FIELD_ETH_DST,
		[OFPAT10_SET_NW_SRC] = OF_FIELD_IPV4_SRC, [OFPAT10_SET_NW_DST] = OF_FIELD_IPV4_DST,
		[OFPAT10_SET_TP_SRC] = OF_FIELD_TCP_SRC,  [OFPAT10_SET_TP_DST] = OF_FIELD_TCP_DST,
	};

	return set_field(action, fields[type], c->at);
}

static enum of_err tos_unpack(uint8_t tos, struct of_action *action)
{
	uint8_t dscp = tos >> 2;

	return tos & 3 ? OFPBAC_BAD_ARGUMENT : set_field(action, OF_FIELD_IP_DSCP, &dscp);
}

static enum of_err enqueue_unpack(struct cursor *c, struct of_action *action)
{
	action->type = OF_ACTION_ENQUEUE;
	action->enqueue.port = of_port_from_of10(cursor_u16(c));
	cursor_skip(c, 6);
	action->enqueue.queue_id = cursor_u32(c);
	if (action->enqueue.port > OFPP_MAX && action->enqueue.port != OFPP_IN_PORT)
		return OFPBAC_BAD_OUT_PORT;
	return of_action_port_check(action->enqueue.port);
}

enum of_err of10_action_unpack(struct cursor *c, uint16_t type, struct of_arena *arena,
			       struct of_action *action)
{
	size_t size = cursor_left(c);

	if (type == OFPAT10_VENDOR)
		return of_action_experimenter_unpack(c, OF10, arena, action);
	if (type > OFPAT10_ENQUEUE)
		return OFPBAC_BAD_TYPE;
	if (size !=
	    (type == OFPAT10_SET_DL_SRC || type == OFPAT10_SET_DL_DST || type == OFPAT10_ENQUEUE
		     ? 12u
		     : 4u))
		return OFPBAC_BAD_LEN;
	switch (type) {
	case OFPAT10_OUTPUT:
		action->type = OF_ACTION_OUTPUT;
		action->output.port = of_port_from_of10(cursor_u16(c));
		action->output.max_len = cursor_u16(c);
		return of_action_port_check(action->output.port);
	case OFPAT10_SET_VLAN_VID:
		action->type = OF_ACTION_SET_VLAN_VID;
		action->vlan_vid = cursor_u16(c);
		return action->vlan_vid > 0xfff ? OFPBAC_BAD_ARGUMENT : OF_OK;
	case OFPAT10_SET_VLAN_PCP:
		action->type = OF_ACTION_SET_VLAN_PCP;
		action->vlan_pcp = cursor_u8(c);
		return action->vlan_pcp > 7 ? OFPBAC_BAD_ARGUMENT : OF_OK;
	case OFPAT10_STRIP_VLAN:
		action->type = OF_ACTION_POP_VLAN;
		action->of10 = true;
		return OF_OK;
	case OFPAT10_SET_NW_TOS:
		return tos_unpack(cursor_u8(c), action);
	case OFPAT10_ENQUEUE:
		return enqueue_unpack(c, action);
	default:
		return field_action_unpack(c, type, action);
	}
}

static void head_pack(enum of10_action_type type, struct wbuf *b)
{
	wbuf_u16(b, (uint16_t)type);
	wbuf_u16(b, 0);
}

static void field_action_pack(enum of10_action_type type, const struct of_match_field *f,
			      struct wbuf *b)
{
	head_pack(type, b);
	wbuf_put(b, f->value, of_field_info(f->field)->n_bytes);
}

static int set_field_pack(const struct of_match_field *f, struct wbuf *b)
{
	uint16_t vid = (uint16_t)of_match_field_value(f);

	if (f->masked)
		return -EPROTONOSUPPORT;
	switch (f->field) {
	case OF_FIELD_ETH_SRC:
		field_action_pack(OFPAT10_SET_DL_SRC, f, b);
		return 0;
	case OF_FIELD_ETH_DST:
		field_action_pack(OFPAT10_SET_DL_DST, f, b);
		return 0;
	case OF_FIELD_IPV4_SRC:
		field_action_pack(OFPAT10_SET_NW_SRC, f, b);
		return 0;
	case OF_FIELD_IPV4_DST:
		field_action_pack(OFPAT10_SET_NW_DST, f, b);
		return 0;
	case OF_FIELD_TCP_SRC:
	case OF_FIELD_UDP_SRC:
	case OF_FIELD_SCTP_SRC:
		field_action_pack(OFPAT10_SET_TP_SRC, f, b);
		return 0;
	case OF_FIELD_TCP_DST:
	case OF_FIELD_UDP_DST:
	case OF_FIELD_SCTP_DST:
		field_action_pack(OFPAT10_SET_TP_DST, f, b);
		return 0;
	case OF_FIELD_IP_DSCP:
		head_pack(OFPAT10_SET_NW_TOS, b);
		wbuf_u8(b, (uint8_t)(f->value[0] << 2));
		return 0;
	case OF_FIELD_VLAN_PCP:
		field_action_pack(OFPAT10_SET_VLAN_PCP, f, b);
		return 0;
	case OF_FIELD_VLAN_VID:
		head_pack(OFPAT10_SET_VLAN_VID, b);
		wbuf_u16(b, vid & 0xfff);
		return vid & OFPVID_PRESENT ? 0 : -EPROTONOSUPPORT;
	default:
		return -EPROTONOSUPPORT;
	}
}

static int standard_pack(const struct of_action *action, struct wbuf *b)
{
	switch (action->type) {
	case OF_ACTION_OUTPUT:
		head_pack(OFPAT10_OUTPUT, b);
		wbuf_u16(b, of_port_to_of10(action->output.port));
		wbuf_u16(b, action->output.max_len);
		return 0;
	case OF_ACTION_SET_VLAN_VID:
		head_pack(OFPAT10_SET_VLAN_VID, b);
		wbuf_u16(b, action->vlan_vid);
		return 0;
	case OF_ACTION_SET_VLAN_PCP:
		head_pack(OFPAT10_SET_VLAN_PCP, b);
		wbuf_u8(b, action->vlan_pcp);
		return 0;
	case OF_ACTION_POP_VLAN:
		head_pack(OFPAT10_STRIP_VLAN, b);
		return 0;
	case OF_ACTION_ENQUEUE:
		head_pack(OFPAT10_ENQUEUE, b);
		wbuf_u16(b, of_port_to_of10(action->enqueue.port));
		wbuf_zero(b, 6);
		wbuf_u32(b, action->enqueue.queue_id);
		return 0;
	case OF_ACTION_SET_FIELD:
		return action->nicira ? -EPROTONOSUPPORT : set_field_pack(&action->set_field, b);
	default:
		return -EPROTONOSUPPORT;
	}
}

int of10_action_pack(const struct of_action *action, struct wbuf *b)
{
	size_t start = b->len;
	int rc = standard_pack(action, b);

	if (rc != 0) {
		b->len = start;
		return of_action_experimenter_pack(action, OF10, b);
	}
	wbuf_pad(b, start, 8);
	return 0;
}

void of_actions_bind_transport(struct of_actions *actions, const struct of_match *match)
{
	uint64_t proto = of_match_get_u64(match, OF_FIELD_IP_PROTO, 0);

	for (unsigned i = 0; i < actions->n; i++) {
		struct of_action *action = &actions->a[i];
		bool is_src = action->set_field.field == OF_FIELD_TCP_SRC;

		if (action->type != OF_ACTION_SET_FIELD || !action->of10 ||
		    (!is_src && action->set_field.field != OF_FIELD_TCP_DST))
			continue;
		if (proto == 17)
			action->set_field.field = is_src ? OF_FIELD_UDP_SRC : OF_FIELD_UDP_DST;
		else if (proto == 132)
			action->set_field.field = is_src ? OF_FIELD_SCTP_SRC : OF_FIELD_SCTP_DST;
	}
}
