// SPDX-License-Identifier: Apache-2.0
#include "openflow/msg.h"
#include "openflow/codec.h"
#include "openflow/nicira_msg.h"

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

#define V10 OF_VERSION_BIT(OF10)
#define V13 OF_VERSION_BIT(OF13)
#define SINCE15 OF_VERSION_BIT(OF15)
#define SINCE14 (OF_VERSION_BIT(OF14) | SINCE15)
#define SINCE13 (V13 | SINCE14)
#define ALL (V10 | SINCE13)
#define ANY UINT32_MAX /* also versions that are otherwise unknown */

/* `as_experimenter`: versions in which an experimenter's message says the same; of_msg_pack writes
 * the type EXPERIMENTER, and the family's pack what follows the header. */
struct msg_row {
	struct of_msg_ops ops;
	uint32_t versions, as_experimenter; /* OF_VERSION_BIT of each */
};

#define FAMILY(name, family, since)                                                                \
	{                                                                                          \
		{#name, of_##family##_unpack, of_##family##_pack, of_##family##_text}, since, 0    \
	}
#define EXTENSION(name, family, since, before)                                                     \
	{                                                                                          \
		{#name, of_##family##_unpack, of_##family##_pack, of_##family##_text}, since,      \
			before                                                                     \
	}
#define EMPTY(name, since)                                                                         \
	{                                                                                          \
		{#name, empty_unpack, empty_pack, empty_text}, since, 0                            \
	}

/* Every message, and the versions that have it. */
static const struct msg_row table[OF_N_MSG_TYPES] = {
	[OFPT_HELLO] = FAMILY(HELLO, hello, ANY),
	[OFPT_ERROR] = FAMILY(ERROR, error, ANY),
	[OFPT_ECHO_REQUEST] = FAMILY(ECHO_REQUEST, echo, ANY),
	[OFPT_ECHO_REPLY] = FAMILY(ECHO_REPLY, echo, ANY),
	[OFPT_EXPERIMENTER] = FAMILY(EXPERIMENTER, experimenter, ALL),
	[OFPT_FEATURES_REQUEST] = EMPTY(FEATURES_REQUEST, ALL),
	[OFPT_FEATURES_REPLY] = FAMILY(FEATURES_REPLY, features, ALL),
	[OFPT_GET_CONFIG_REQUEST] = EMPTY(GET_CONFIG_REQUEST, ALL),
	[OFPT_GET_CONFIG_REPLY] = FAMILY(GET_CONFIG_REPLY, config, ALL),
	[OFPT_SET_CONFIG] = FAMILY(SET_CONFIG, config, ALL),
	[OFPT_PACKET_IN] = FAMILY(PACKET_IN, packet_in, ALL),
	[OFPT_FLOW_REMOVED] = FAMILY(FLOW_REMOVED, flow_removed, ALL),
	[OFPT_PORT_STATUS] = FAMILY(PORT_STATUS, port_status, ALL),
	[OFPT_PACKET_OUT] = FAMILY(PACKET_OUT, packet_out, ALL),
	[OFPT_FLOW_MOD] = FAMILY(FLOW_MOD, flow_mod, ALL),
	[OFPT_GROUP_MOD] = FAMILY(GROUP_MOD, group_mod, SINCE13),
	[OFPT_PORT_MOD] = FAMILY(PORT_MOD, port_mod, ALL),
	[OFPT_TABLE_MOD] = FAMILY(TABLE_MOD, table_mod, SINCE13),
	[OFPT_MULTIPART_REQUEST] = FAMILY(MULTIPART_REQUEST, multipart_request, ALL),
	[OFPT_MULTIPART_REPLY] = FAMILY(MULTIPART_REPLY, multipart_reply, ALL),
	[OFPT_BARRIER_REQUEST] = EMPTY(BARRIER_REQUEST, ALL),
	[OFPT_BARRIER_REPLY] = EMPTY(BARRIER_REPLY, ALL),
	[OFPT_QUEUE_GET_CONFIG_REQUEST] =
		FAMILY(QUEUE_GET_CONFIG_REQUEST, queue_config_request, V10 | V13),
	[OFPT_QUEUE_GET_CONFIG_REPLY] =
		FAMILY(QUEUE_GET_CONFIG_REPLY, queue_config_reply, V10 | V13),
	[OFPT_ROLE_REQUEST] = EXTENSION(ROLE_REQUEST, role, SINCE13, V10),
	[OFPT_ROLE_REPLY] = EXTENSION(ROLE_REPLY, role, SINCE13, V10),
	[OFPT_GET_ASYNC_REQUEST] = EMPTY(GET_ASYNC_REQUEST, SINCE13),
	[OFPT_GET_ASYNC_REPLY] = FAMILY(GET_ASYNC_REPLY, async, SINCE13),
	[OFPT_SET_ASYNC] = EXTENSION(SET_ASYNC, async, SINCE13, V10),
	[OFPT_METER_MOD] = FAMILY(METER_MOD, meter_mod, SINCE13),
	[OFPT_ROLE_STATUS] = EXTENSION(ROLE_STATUS, role_status, SINCE14, V13),
	[OFPT_TABLE_STATUS] = FAMILY(TABLE_STATUS, table_status, SINCE14),
	[OFPT_REQUESTFORWARD] = FAMILY(REQUESTFORWARD, request_forward, SINCE14),
	[OFPT_BUNDLE_CONTROL] = EXTENSION(BUNDLE_CONTROL, bundle_control, SINCE14, V13),
	[OFPT_BUNDLE_ADD_MESSAGE] = EXTENSION(BUNDLE_ADD_MESSAGE, bundle_add, SINCE14, V13),
	[OFPT_CONTROLLER_STATUS] = FAMILY(CONTROLLER_STATUS, controller_status, SINCE15),
};

/* The types behind the numbers of version 1.0 (1.0.0 §5.1). */
static const uint8_t of10_types[] = {
	[0] = OFPT_HELLO,
	[1] = OFPT_ERROR,
	[2] = OFPT_ECHO_REQUEST,
	[3] = OFPT_ECHO_REPLY,
	[4] = OFPT_EXPERIMENTER,
	[5] = OFPT_FEATURES_REQUEST,
	[6] = OFPT_FEATURES_REPLY,
	[7] = OFPT_GET_CONFIG_REQUEST,
	[8] = OFPT_GET_CONFIG_REPLY,
	[9] = OFPT_SET_CONFIG,
	[10] = OFPT_PACKET_IN,
	[11] = OFPT_FLOW_REMOVED,
	[12] = OFPT_PORT_STATUS,
	[13] = OFPT_PACKET_OUT,
	[14] = OFPT_FLOW_MOD,
	[15] = OFPT_PORT_MOD,
	[16] = OFPT_MULTIPART_REQUEST,
	[17] = OFPT_MULTIPART_REPLY,
	[18] = OFPT_BARRIER_REQUEST,
	[19] = OFPT_BARRIER_REPLY,
	[20] = OFPT_QUEUE_GET_CONFIG_REQUEST,
	[21] = OFPT_QUEUE_GET_CONFIG_REPLY,
};

int of_msg_type_from_wire(enum of_version version, uint8_t wire)
{
	if (version != OF10)
		return wire < OF_N_MSG_TYPES ? wire : -1;
	return wire < sizeof(of10_types) ? of10_types[wire] : -1;
}

int of_msg_type_to_wire(enum of_version version, enum of_msg_type type)
{
	if (of_msg_ops(version, type) == NULL)
		return -1;
	if (table[type].versions != ANY && !(table[type].versions & OF_VERSION_BIT(version)))
		return OFPT_EXPERIMENTER;
	if (version != OF10)
		return type;
	for (unsigned i = 0; i < sizeof(of10_types); i++)
		if (of10_types[i] == type)
			return (int)i;
	return -1;
}

static bool version_is_known(enum of_version version)
{
	return version == OF10 || (version >= OF13 && version <= OF15);
}

const struct of_msg_ops *of_msg_ops(enum of_version version, enum of_msg_type type)
{
	uint32_t bit = (unsigned)version < 32 ? OF_VERSION_BIT(version) : 0;

	if ((unsigned)type >= OF_N_MSG_TYPES || table[type].ops.name == NULL)
		return NULL;
	if (table[type].versions != ANY &&
	    !((table[type].versions | table[type].as_experimenter) & bit))
		return NULL;
	return &table[type].ops;
}

enum of_err of_msg_unpack(const uint8_t *data, size_t len, struct of_arena *arena,
			  struct of_msg *msg)
{
	struct cursor c = cursor_init(data, len);
	const struct of_msg_ops *ops;
	uint16_t wire_len;
	uint8_t wire_type;
	int type;

	msg->nicira = false;
	msg->version = (enum of_version)cursor_u8(&c);
	wire_type = cursor_u8(&c);
	wire_len = cursor_u16(&c);
	msg->xid = cursor_u32(&c);
	type = of_msg_type_from_wire(msg->version, wire_type);
	msg->type = (enum of_msg_type)(type >= 0 ? type : wire_type | OF_MSG_TYPE_UNKNOWN);
	if (!cursor_ok(&c) || wire_len != len)
		return OFPBRC_BAD_LEN;
	ops = of_msg_ops(msg->version, msg->type);
	if (ops == NULL)
		return version_is_known(msg->version) ? OFPBRC_BAD_TYPE : OFPBRC_BAD_VERSION;
	/* An experimenter's message is not to be read where the number is only ours. */
	if (table[msg->type].versions != ANY &&
	    !(table[msg->type].versions & OF_VERSION_BIT(msg->version)))
		return OFPBRC_BAD_TYPE;
	return ops->unpack(&c, arena, msg);
}

int of_msg_pack(const struct of_msg *msg, struct wbuf *b)
{
	const struct of_msg_ops *ops = of_msg_ops(msg->version, msg->type);
	size_t start = b->len;
	bool nicira;
	int rc;

	if (ops == NULL)
		return -EPROTONOSUPPORT;
	/* Version 1.0 has no experimenter's messages but Nicira's. */
	nicira = msg->nicira || (table[msg->type].as_experimenter & V10 && msg->version == OF10);
	wbuf_u8(b, (uint8_t)msg->version);
	wbuf_u8(b,
		nicira ? OFPT_EXPERIMENTER : (uint8_t)of_msg_type_to_wire(msg->version, msg->type));
	wbuf_u16(b, 0);
	wbuf_u32(b, msg->xid);
	rc = nicira ? of_nicira_msg_pack(msg, b) : ops->pack(msg, b);
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
	return (unsigned)type < OF_N_MSG_TYPES && table[type].ops.name != NULL
		       ? table[type].ops.name
		       : "?";
}
