// SPDX-License-Identifier: Apache-2.0
#include "openflow/msg.h"
#include "openflow/codec.h"

#include <errno.h>

static enum of_err empty_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg)
{
	(void)arena;
	(void)msg;
	return of_body_end(c);
}

static int empty_pack(const struct of_msg *msg, struct wbuf *b)
{
	(void)msg;
	(void)b;
	return 0;
}

static void empty_text(const struct of_msg *msg, struct text *t)
{
	(void)msg;
	(void)t;
}

#define FAMILY(name, family)                                                                       \
	{                                                                                          \
#name, of_##family##_unpack, of_##family##_pack, of_##family##_text                \
	}
#define EMPTY(name)                                                                                \
	{                                                                                          \
#name, empty_unpack, empty_pack, empty_text                                        \
	}

/* Every message of version 1.3; the other versions share the first four rows. */
static const struct of_msg_ops table[OF_N_MSG_TYPES] = {
	[OFPT_HELLO] = FAMILY(HELLO, hello),
	[OFPT_ERROR] = FAMILY(ERROR, error),
	[OFPT_ECHO_REQUEST] = FAMILY(ECHO_REQUEST, echo),
	[OFPT_ECHO_REPLY] = FAMILY(ECHO_REPLY, echo),
	[OFPT_EXPERIMENTER] = FAMILY(EXPERIMENTER, experimenter),
	[OFPT_FEATURES_REQUEST] = EMPTY(FEATURES_REQUEST),
	[OFPT_FEATURES_REPLY] = FAMILY(FEATURES_REPLY, features),
	[OFPT_GET_CONFIG_REQUEST] = EMPTY(GET_CONFIG_REQUEST),
	[OFPT_GET_CONFIG_REPLY] = FAMILY(GET_CONFIG_REPLY, config),
	[OFPT_SET_CONFIG] = FAMILY(SET_CONFIG, config),
	[OFPT_PACKET_IN] = FAMILY(PACKET_IN, packet_in),
	[OFPT_FLOW_REMOVED] = FAMILY(FLOW_REMOVED, flow_removed),
	[OFPT_PORT_STATUS] = FAMILY(PORT_STATUS, port_status),
	[OFPT_PACKET_OUT] = FAMILY(PACKET_OUT, packet_out),
	[OFPT_FLOW_MOD] = FAMILY(FLOW_MOD, flow_mod),
	[OFPT_GROUP_MOD] = FAMILY(GROUP_MOD, group_mod),
	[OFPT_PORT_MOD] = FAMILY(PORT_MOD, port_mod),
	[OFPT_TABLE_MOD] = FAMILY(TABLE_MOD, table_mod),
	[OFPT_MULTIPART_REQUEST] = FAMILY(MULTIPART_REQUEST, multipart_request),
	[OFPT_MULTIPART_REPLY] = FAMILY(MULTIPART_REPLY, multipart_reply),
	[OFPT_BARRIER_REQUEST] = EMPTY(BARRIER_REQUEST),
	[OFPT_BARRIER_REPLY] = EMPTY(BARRIER_REPLY),
	[OFPT_QUEUE_GET_CONFIG_REQUEST] = FAMILY(QUEUE_GET_CONFIG_REQUEST, queue_config_request),
	[OFPT_QUEUE_GET_CONFIG_REPLY] = FAMILY(QUEUE_GET_CONFIG_REPLY, queue_config_reply),
	[OFPT_ROLE_REQUEST] = FAMILY(ROLE_REQUEST, role),
	[OFPT_ROLE_REPLY] = FAMILY(ROLE_REPLY, role),
	[OFPT_GET_ASYNC_REQUEST] = EMPTY(GET_ASYNC_REQUEST),
	[OFPT_GET_ASYNC_REPLY] = FAMILY(GET_ASYNC_REPLY, async),
	[OFPT_SET_ASYNC] = FAMILY(SET_ASYNC, async),
	[OFPT_METER_MOD] = FAMILY(METER_MOD, meter_mod),
};

const struct of_msg_ops *of_msg_ops(enum of_version version, enum of_msg_type type)
{
	if ((unsigned)type >= OF_N_MSG_TYPES || table[type].name == NULL)
		return NULL;
	if (version != OF13 && type > OFPT_ECHO_REPLY)
		return NULL;
	return &table[type];
}

enum of_err of_msg_unpack(const uint8_t *data, size_t len, struct of_arena *arena,
			  struct of_msg *msg)
{
	struct cursor c = cursor_init(data, len);
	const struct of_msg_ops *ops;
	uint16_t wire_len;

	msg->version = (enum of_version)cursor_u8(&c);
	msg->type = (enum of_msg_type)cursor_u8(&c);
	wire_len = cursor_u16(&c);
	msg->xid = cursor_u32(&c);
	if (!cursor_ok(&c) || wire_len != len)
		return OFPBRC_BAD_LEN;
	ops = of_msg_ops(msg->version, msg->type);
	if (ops == NULL)
		return msg->version == OF13 || msg->version == OF10 || msg->version == OF14 ||
				       msg->version == OF15
			       ? OFPBRC_BAD_TYPE
			       : OFPBRC_BAD_VERSION;
	return ops->unpack(&c, arena, msg);
}

int of_msg_pack(const struct of_msg *msg, struct wbuf *b)
{
	const struct of_msg_ops *ops = of_msg_ops(msg->version, msg->type);
	size_t start = b->len;
	int rc;

	if (ops == NULL)
		return -EPROTONOSUPPORT;
	wbuf_u8(b, (uint8_t)msg->version);
	wbuf_u8(b, (uint8_t)msg->type);
	wbuf_u16(b, 0);
	wbuf_u32(b, msg->xid);
	rc = ops->pack(msg, b);
	if (rc == 0 && b->bad)
		rc = -ENOMEM;
	if (rc == 0 && b->len - start > OF_MESSAGE_MAX)
		rc = -EMSGSIZE;
	if (rc != 0) {
		b->len = start;
		return rc;
	}
	wbuf_set_u16(b, start + 2, (uint16_t)(b->len - start));
	return 0;
}

void of_msg_text(const struct of_msg *msg, struct text *t)
{
	const struct of_msg_ops *ops = of_msg_ops(msg->version, msg->type);
	struct text body = {0};

	text_add(t, "OFPT_%s (OF%s) (xid=0x%x)", of_msg_type_name(msg->type),
		 of_version_name(msg->version), msg->xid);
	if (ops == NULL)
		return;
	ops->text(msg, &body);
	if (body.len > 0)
		text_add(t, ":%s", text_get(&body));
	text_free(&body);
}

const char *of_msg_type_name(enum of_msg_type type)
{
	return (unsigned)type < OF_N_MSG_TYPES && table[type].name != NULL ? table[type].name : "?";
}
