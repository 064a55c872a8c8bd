// SPDX-License-Identifier: Apache-2.0
#include "openflow/experimenter.h"
#include "openflow/codec.h"
#include "openflow/msg.h"
#include "openflow/nicira_msg.h"
#include "openflow/onf.h"

enum of_err of_experimenter_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg)
{
	struct of_experimenter *experimenter = &msg->experimenter;
	int type;

	experimenter->id = cursor_u32(c);
	experimenter->exp_type =
		of_experimenter_has_type(msg->version, experimenter->id) ? cursor_u32(c) : 0;
	type = experimenter->id == OFP_EXPERIMENTER_ONF
		       ? of_onf_msg_type(msg->version, experimenter->exp_type)
		       : -1;
	if (type >= 0) {
		msg->type = (enum of_msg_type)type;
		return of_msg_ops(msg->version, msg->type)->unpack(c, arena, msg);
	}
	if (experimenter->id == OFP_EXPERIMENTER_NICIRA &&
	    of_nicira_msg_is_standard(experimenter->exp_type))
		return of_nicira_msg_unpack(experimenter->exp_type, c, arena, msg);
	experimenter->data_len = cursor_left(c);
	experimenter->data = cursor_take(c, experimenter->data_len);
	return of_body_end(c);
}

int of_experimenter_pack(const struct of_msg *msg, struct wbuf *b)
{
	wbuf_u32(b, msg->experimenter.id);
	if (of_experimenter_has_type(msg->version, msg->experimenter.id))
		wbuf_u32(b, msg->experimenter.exp_type);
	wbuf_put(b, msg->experimenter.data, msg->experimenter.data_len);
	return 0;
}

void of_experimenter_text(const struct of_msg *msg, struct text *t)
{
	text_add(t, " experimenter=0x%x type=%u ", msg->experimenter.id,
		 msg->experimenter.exp_type);
	of_bytes_text(t, msg->experimenter.data, msg->experimenter.data_len);
}
