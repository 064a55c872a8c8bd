// SPDX-License-Identifier: Apache-2.0
/*
 * The actions that only OF_STORED can say: those of version 1.0 that mean more than their
 * successors. Body: kind (2 bytes), 2 zeros, argument.
 */
#include "openflow/action_form.h"

enum stored_kind {
	STORED_SET_VLAN_VID = 1,
	STORED_SET_VLAN_PCP = 2,
	STORED_ENQUEUE = 3,
	STORED_SET_FIELD = 4, /* without prerequisites; argument: an OXM */
	STORED_STRIP_VLAN = 5,
};

enum of_err of_action_stored_unpack(struct cursor *c, struct of_action *action)
{
	uint16_t kind = cursor_u16(c);

	cursor_skip(c, 2);
	switch (kind) {
	case STORED_SET_VLAN_VID:
		action->type = OF_ACTION_SET_VLAN_VID;
		action->vlan_vid = cursor_u16(c) & 0xfff;
		break;
	case STORED_SET_VLAN_PCP:
		action->type = OF_ACTION_SET_VLAN_PCP;
		action->vlan_pcp = cursor_u8(c) & 7;
		break;
	case STORED_ENQUEUE:
		action->type = OF_ACTION_ENQUEUE;
		action->enqueue.port = cursor_u32(c);
		action->enqueue.queue_id = cursor_u32(c);
		break;
	case STORED_SET_FIELD:
		action->type = OF_ACTION_SET_FIELD;
		action->of10 = true;
		if (of_oxm_unpack(c, OF15, &action->set_field) != OF_OK)
			return OFPBAC_BAD_SET_TYPE;
		break;
	case STORED_STRIP_VLAN:
		action->type = OF_ACTION_POP_VLAN;
		action->of10 = true;
		break;
	default:
		return OFPBAC_BAD_TYPE;
	}
	return cursor_ok(c) ? OF_OK : OFPBAC_BAD_LEN;
}

bool of_action_needs_stored(const struct of_action *action)
{
	switch (action->type) {
	case OF_ACTION_SET_VLAN_VID:
	case OF_ACTION_SET_VLAN_PCP:
	case OF_ACTION_ENQUEUE:
		return true;
	case OF_ACTION_SET_FIELD:
	case OF_ACTION_POP_VLAN:
		return action->of10;
	default:
		return false;
	}
}

void of_action_stored_pack(const struct of_action *action, struct wbuf *b)
{
	enum stored_kind kind = action->type == OF_ACTION_SET_VLAN_VID   ? STORED_SET_VLAN_VID
				: action->type == OF_ACTION_SET_VLAN_PCP ? STORED_SET_VLAN_PCP
				: action->type == OF_ACTION_ENQUEUE      ? STORED_ENQUEUE
				: action->type == OF_ACTION_SET_FIELD    ? STORED_SET_FIELD
									 : STORED_STRIP_VLAN;
	size_t start = b->len;

	wbuf_u16(b, OF_ACTION_STORED);
	wbuf_u16(b, 0);
	wbuf_u16(b, (uint16_t)kind);
	wbuf_zero(b, 2);
	switch (kind) {
	case STORED_SET_VLAN_VID:
		wbuf_u16(b, action->vlan_vid);
		break;
	case STORED_SET_VLAN_PCP:
		wbuf_u8(b, action->vlan_pcp);
		break;
	case STORED_ENQUEUE:
		wbuf_u32(b, action->enqueue.port);
		wbuf_u32(b, action->enqueue.queue_id);
		break;
	case STORED_SET_FIELD:
		(void)of_oxm_pack(&action->set_field, OF15, b);
		break;
	case STORED_STRIP_VLAN:
		break;
	}
	wbuf_pad(b, start, 8);
}
