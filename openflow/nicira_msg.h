// SPDX-License-Identifier: Apache-2.0
/*
 * nicira_msg: Nicira's messages (experimenter 0x2320). What the standard has too becomes its
 * message, with `nicira` in struct of_msg: NXT_FLOW_MOD, NXT_FLOW_REMOVED, NXT_PACKET_IN,
 * NXT_ROLE_REQUEST and _REPLY, NXT_SET_ASYNC_CONFIG. Settings of a connection stay experimenter's
 * messages; of_nicira_setting_unpack reads them.
 */
#pragma once

#include "openflow/err.h"
#include "openflow/types.h"

#include <stdbool.h>

struct cursor;
struct of_arena;
struct of_experimenter;
struct of_msg;
struct wbuf;

enum of_nicira_msg {
	NXT_ROLE_REQUEST = 10,
	NXT_ROLE_REPLY = 11,
	NXT_SET_FLOW_FORMAT = 12,
	NXT_FLOW_MOD = 13,
	NXT_FLOW_REMOVED = 14,
	NXT_FLOW_MOD_TABLE_ID = 15,
	NXT_SET_PACKET_IN_FORMAT = 16,
	NXT_PACKET_IN = 17,
	NXT_SET_ASYNC_CONFIG = 19,
	NXT_SET_CONTROLLER_ID = 20,
	NXT_FLOW_MONITOR_CANCEL = 21,
	NXT_FLOW_MONITOR_PAUSED = 22,
	NXT_FLOW_MONITOR_RESUMED = 23,
};

/* The foundation's, of the same meaning (EXT-187). */
enum of_onf_msg {
	ONFT_FLOW_MONITOR_CANCEL = 1870,
	ONFT_FLOW_MONITOR_PAUSED = 1871,
	ONFT_FLOW_MONITOR_RESUMED = 1872,
};

/* Of NXT_SET_FLOW_FORMAT and NXT_SET_PACKET_IN_FORMAT. */
enum of_nicira_format {
	NXFF_OPENFLOW10 = 0,
	NXFF_NXM = 2,
	NXPIF_STANDARD = 0,
	NXPIF_NXT_PACKET_IN = 1,
};

/* One setting of the connection: NXT_SET_FLOW_FORMAT, NXT_FLOW_MOD_TABLE_ID,
 * NXT_SET_PACKET_IN_FORMAT, NXT_SET_CONTROLLER_ID, NXT_FLOW_MONITOR_CANCEL. */
struct of_nicira_setting {
	enum of_nicira_msg type;
	uint32_t value; /* format, 0 or 1, id */
};

/**
 * Reads an experimenter's message of Nicira's as a setting, or ONFT_FLOW_MONITOR_CANCEL.
 * OFPBRC_BAD_LEN; OFPBRC_BAD_EXP_TYPE: it is none, or none that is served (tables of TLV options,
 * NXT_RESUME …), or a format that is not; OFPBRC_BAD_EXPERIMENTER: not Nicira's, nor the
 * foundation's (OFPBRC_BAD_EXP_TYPE).
 */
enum of_err of_nicira_setting_unpack(const struct of_experimenter *message,
				     struct of_nicira_setting *setting);

/** True when the type is one that of_nicira_msg_unpack turns into a message of the standard. */
bool of_nicira_msg_is_standard(uint32_t type);

/** Reads what follows id and type. Errors as those of the standard's message. */
enum of_err of_nicira_msg_unpack(uint32_t type, struct cursor *c, struct of_arena *arena,
				 struct of_msg *msg);

/** Appends what follows the header; -EPROTONOSUPPORT: Nicira has no such message. */
int of_nicira_msg_pack(const struct of_msg *msg, struct wbuf *b);
