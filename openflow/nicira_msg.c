// SPDX-License-Identifier: Apache-2.0
#include "openflow/nicira_msg.h"
#include "openflow/codec.h"
#include "openflow/msg.h"
#include "openflow/nicira_match.h"

#include <errno.h>

bool of_nicira_msg_is_standard(uint32_t type)
{
	switch (type) {
	case NXT_ROLE_REQUEST:
	case NXT_ROLE_REPLY:
	case NXT_FLOW_MOD:
	case NXT_FLOW_REMOVED:
	case NXT_PACKET_IN:
	case NXT_SET_ASYNC_CONFIG:
		return true;
	default:
		return false;
	}
}

/* Nicira's "other", "master", "slave" are 0, 1, 2; there is no generation. */
static enum of_err role_unpack(struct cursor *c, struct of_msg *msg)
{
	uint32_t role = cursor_u32(c);

	msg->role =
		(struct of_role_msg){.role = role + OFPCR_ROLE_EQUAL, .short_id = OFPCID_UNDEFINED};
	if (cursor_ok(c) && role > OFPCR_ROLE_SLAVE - OFPCR_ROLE_EQUAL)
		return OFPRRFC_BAD_ROLE;
	return of_body_end(c);
}

/*
 * The new cookie stands in the message; the cookie that a change or delete asks for in the match.
 * The upper byte of the command is the table when NXT_FLOW_MOD_TABLE_ID was sent.
 */
static enum of_err flow_mod_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg)
{
	struct of_flow_mod *flow = &msg->flow_mod;
	uint64_t cookie = 0, cookie_mask = 0;
	uint16_t command, match_len;
	enum of_err err;

	of_flow_mod_init(flow);
	flow->cookie = cursor_u64(c);
	command = cursor_u16(c);
	flow->table_id = (uint8_t)(command >> 8);
	flow->command = (uint8_t)command;
	flow->idle_timeout = cursor_u16(c);
	flow->hard_timeout = cursor_u16(c);
	flow->priority = cursor_u16(c);
	flow->buffer_id = cursor_u32(c);
	flow->out_port = of_port_from_of10(cursor_u16(c));
	flow->flags = cursor_u16(c);
	match_len = cursor_u16(c);
	cursor_skip(c, 6);
	if (!cursor_ok(c))
		return OFPBRC_BAD_LEN;
	if (flow->command > OFPFC_DELETE_STRICT)
		return OFPFMFC_BAD_COMMAND;
	if (flow->flags & ~(OFPFF_SEND_FLOW_REM | OFPFF_CHECK_OVERLAP))
		return OFPFMFC_BAD_FLAGS;
	err = of_nx_match_unpack(c, match_len, &flow->match, &cookie, &cookie_mask);
	if (err != OF_OK)
		return err;
	if (cookie_mask != 0 && flow->command == OFPFC_ADD)
		return OFPBMC_BAD_FIELD;
	if (cookie_mask != 0 || flow->command >= OFPFC_DELETE)
		flow->cookie = cookie;
	flow->cookie_mask = cookie_mask;
	return of_instructions_from_actions(c, OF10, arena, &flow->instructions);
}

static int flow_mod_pack(const struct of_flow_mod *flow, struct wbuf *b)
{
	size_t len, at;
	int rc;

	if (flow->flags & ~(OFPFF_SEND_FLOW_REM | OFPFF_CHECK_OVERLAP) ||
	    flow->out_group != OFPG_ANY)
		return -EPROTONOSUPPORT;
	wbuf_u64(b, flow->cookie_mask == 0 ? flow->cookie : 0);
	wbuf_u16(b, (uint16_t)(flow->table_id << 8 | flow->command));
	wbuf_u16(b, flow->idle_timeout);
	wbuf_u16(b, flow->hard_timeout);
	wbuf_u16(b, flow->priority);
	wbuf_u32(b, flow->buffer_id);
	wbuf_u16(b, of_port_to_of10(flow->out_port));
	wbuf_u16(b, flow->flags);
	at = b->len;
	wbuf_zero(b, 8);
	rc = of_nx_match_pack(&flow->match, flow->cookie, flow->cookie_mask, b, &len);
	if (rc != 0)
		return rc;
	wbuf_set_u16(b, at, (uint16_t)len);
	return of_instructions_to_actions(&flow->instructions, OF10, b);
}

static enum of_err flow_removed_unpack(struct cursor *c, struct of_msg *msg)
{
	struct of_flow_removed *removed = &msg->flow_removed;
	uint16_t match_len;
	uint8_t table;
	enum of_err err;

	removed->cookie = cursor_u64(c);
	removed->priority = cursor_u16(c);
	removed->reason = cursor_u8(c);
	table = cursor_u8(c);
	removed->table_id = table != 0 ? (uint8_t)(table - 1) : OFPTT_ALL;
	removed->duration_s = cursor_u32(c);
	removed->duration_ns = cursor_u32(c);
	removed->idle_timeout = cursor_u16(c);
	removed->hard_timeout = 0;
	match_len = cursor_u16(c);
	removed->n_packets = cursor_u64(c);
	removed->n_bytes = cursor_u64(c);
	err = of_nx_match_unpack(c, match_len, &removed->match, NULL, NULL);
	return err != OF_OK ? err : of_body_end(c);
}

static int flow_removed_pack(const struct of_flow_removed *removed, struct wbuf *b)
{
	size_t len, at;
	int rc;

	wbuf_u64(b, removed->cookie);
	wbuf_u16(b, removed->priority);
	wbuf_u8(b, removed->reason);
	wbuf_u8(b, (uint8_t)(removed->table_id + 1));
	wbuf_u32(b, removed->duration_s);
	wbuf_u32(b, removed->duration_ns);
	wbuf_u16(b, removed->idle_timeout);
	at = b->len;
	wbuf_u16(b, 0);
	wbuf_u64(b, removed->n_packets);
	wbuf_u64(b, removed->n_bytes);
	rc = of_nx_match_pack(&removed->match, 0, 0, b, &len);
	wbuf_set_u16(b, at, (uint16_t)len);
	return rc;
}

static enum of_err packet_in_unpack(struct cursor *c, struct of_msg *msg)
{
	struct of_packet_in *in = &msg->packet_in;
	uint16_t match_len;
	enum of_err err;

	in->buffer_id = cursor_u32(c);
	in->total_len = cursor_u16(c);
	in->reason = cursor_u8(c);
	in->table_id = cursor_u8(c);
	in->cookie = cursor_u64(c);
	match_len = cursor_u16(c);
	cursor_skip(c, 6);
	err = of_nx_match_unpack(c, match_len, &in->match, NULL, NULL);
	if (err != OF_OK)
		return err;
	cursor_skip(c, 2);
	in->data_len = cursor_left(c);
	in->data = cursor_take(c, in->data_len);
	return of_body_end(c);
}

static int packet_in_pack(const struct of_packet_in *in, struct wbuf *b)
{
	size_t len, at;
	int rc;

	wbuf_u32(b, in->buffer_id);
	wbuf_u16(b, in->total_len);
	wbuf_u8(b, in->reason);
	wbuf_u8(b, in->table_id);
	wbuf_u64(b, in->cookie);
	at = b->len;
	wbuf_zero(b, 8);
	rc = of_nx_match_pack(&in->match, 0, 0, b, &len);
	wbuf_set_u16(b, at, (uint16_t)len);
	wbuf_zero(b, 2);
	wbuf_put(b, in->data, in->data_len);
	return rc;
}

/* The masks that Nicira's message has, in its order. */
static const enum of_async_kind async_kinds[] = {OF_ASYNC_PACKET_IN, OF_ASYNC_PORT_STATUS,
						 OF_ASYNC_FLOW_REMOVED};

static enum of_err async_unpack(struct cursor *c, struct of_msg *msg)
{
	msg->async = (struct of_async){.absent = UINT32_MAX};
	for (unsigned i = 0; i < 3; i++) {
		uint32_t *masks = of_async_masks(&msg->async, async_kinds[i]);

		for (unsigned slave = 0; slave < 2; slave++) {
			masks[slave] = cursor_u32(c);
			msg->async.absent &= ~OF_ASYNC_BIT(async_kinds[i], slave);
		}
	}
	return of_body_end(c);
}

static void async_pack(const struct of_msg *msg, struct wbuf *b)
{
	struct of_async async = msg->async;

	for (unsigned i = 0; i < 3; i++)
		for (unsigned slave = 0; slave < 2; slave++)
			wbuf_u32(b, of_async_masks(&async, async_kinds[i])[slave]);
}

enum of_err of_nicira_msg_unpack(uint32_t type, struct cursor *c, struct of_arena *arena,
				 struct of_msg *msg)
{
	msg->nicira = true;
	switch (type) {
	case NXT_ROLE_REQUEST:
	case NXT_ROLE_REPLY:
		msg->type = type == NXT_ROLE_REQUEST ? OFPT_ROLE_REQUEST : OFPT_ROLE_REPLY;
		return role_unpack(c, msg);
	case NXT_FLOW_MOD:
		msg->type = OFPT_FLOW_MOD;
		return flow_mod_unpack(c, arena, msg);
	case NXT_FLOW_REMOVED:
		msg->type = OFPT_FLOW_REMOVED;
		return flow_removed_unpack(c, msg);
	case NXT_PACKET_IN:
		msg->type = OFPT_PACKET_IN;
		return packet_in_unpack(c, msg);
	case NXT_SET_ASYNC_CONFIG:
		msg->type = OFPT_SET_ASYNC;
		return async_unpack(c, msg);
	default:
		return OFPBRC_BAD_EXP_TYPE;
	}
}

static int body_pack(uint32_t type, const struct of_msg *msg, struct wbuf *b)
{
	switch (type) {
	case NXT_FLOW_MOD:
		return flow_mod_pack(&msg->flow_mod, b);
	case NXT_FLOW_REMOVED:
		return flow_removed_pack(&msg->flow_removed, b);
	case NXT_PACKET_IN:
		return packet_in_pack(&msg->packet_in, b);
	case NXT_SET_ASYNC_CONFIG:
		async_pack(msg, b);
		return 0;
	default:
		if (msg->role.role == OFPCR_ROLE_NOCHANGE)
			return -EPROTONOSUPPORT;
		wbuf_u32(b, msg->role.role - OFPCR_ROLE_EQUAL);
		return 0;
	}
}

int of_nicira_msg_pack(const struct of_msg *msg, struct wbuf *b)
{
	static const struct {
		enum of_msg_type type;
		enum of_nicira_msg nicira;
	} rows[] = {
		{OFPT_ROLE_REQUEST, NXT_ROLE_REQUEST}, {OFPT_ROLE_REPLY, NXT_ROLE_REPLY},
		{OFPT_FLOW_MOD, NXT_FLOW_MOD},         {OFPT_FLOW_REMOVED, NXT_FLOW_REMOVED},
		{OFPT_PACKET_IN, NXT_PACKET_IN},       {OFPT_SET_ASYNC, NXT_SET_ASYNC_CONFIG},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].type != msg->type)
			continue;
		wbuf_u32(b, OFP_EXPERIMENTER_NICIRA);
		wbuf_u32(b, rows[i].nicira);
		return body_pack(rows[i].nicira, msg, b);
	}
	return -EPROTONOSUPPORT;
}

enum of_err of_nicira_setting_unpack(const struct of_experimenter *message,
				     struct of_nicira_setting *setting)
{
	struct cursor c = cursor_init(message->data, message->data_len);
	uint32_t largest = UINT32_MAX;

	setting->type = (enum of_nicira_msg)message->exp_type;
	if (message->id == OFP_EXPERIMENTER_ONF && message->exp_type == ONFT_FLOW_MONITOR_CANCEL)
		setting->type = NXT_FLOW_MONITOR_CANCEL;
	else if (message->id == OFP_EXPERIMENTER_ONF)
		return OFPBRC_BAD_EXP_TYPE;
	else if (message->id != OFP_EXPERIMENTER_NICIRA)
		return OFPBRC_BAD_EXPERIMENTER;
	switch (setting->type) {
	case NXT_SET_FLOW_FORMAT:
		setting->value = cursor_u32(&c);
		largest = NXFF_NXM;
		break;
	case NXT_FLOW_MOD_TABLE_ID:
		setting->value = cursor_u8(&c) != 0;
		cursor_skip(&c, 7);
		break;
	case NXT_SET_PACKET_IN_FORMAT:
		setting->value = cursor_u32(&c);
		largest = NXPIF_NXT_PACKET_IN;
		break;
	case NXT_SET_CONTROLLER_ID:
		cursor_skip(&c, 6);
		setting->value = cursor_u16(&c);
		break;
	case NXT_FLOW_MONITOR_CANCEL:
		setting->value = cursor_u32(&c);
		break;
	default:
		return OFPBRC_BAD_EXP_TYPE;
	}
	if (of_body_end(&c) != OF_OK)
		return OFPBRC_BAD_LEN;
	return setting->value > largest ? OFPBRC_BAD_EXP_TYPE : OF_OK;
}
