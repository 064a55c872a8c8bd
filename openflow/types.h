// SPDX-License-Identifier: Apache-2.0
/*
 * types: the numbers of OpenFlow that are the same in every version's in-memory form.
 *
 * Names are the standard's (OpenFlow 1.3.5 §7, 1.4.1, 1.5.1). Ports are 32 bits everywhere;
 * version 1.0's 16-bit ports exist on the wire only.
 */
#pragma once

#include "openflow/err.h"

#include <stdint.h>

enum of_version {
	OF10 = 1,
	OF13 = 4,
	OF14 = 5,
	OF15 = 6,
	/* Never on the wire: how a switch keeps instructions and actions, in 1.5's form and with
	 * what only other versions say. Reads what 1.3, 1.4 and 1.5 write, too. */
	OF_STORED = 30,
};

/** The bit of a version in a bitmap of versions, as in the hello's (§7.5.1). */
#define OF_VERSION_BIT(version) (1u << (version))

/** `1.3`; "?" for an unknown version. */
const char *of_version_name(enum of_version version);

#define OF_HEADER_SIZE 8
#define OF_MESSAGE_MAX 65535 /* the length field is 16 bits */

/* Types of messages, numbered as in 1.3; 1.4 and 1.5 append (§7.1, 1.5.1 §7.1.1). */
enum of_msg_type {
	OFPT_HELLO = 0,
	OFPT_ERROR = 1,
	OFPT_ECHO_REQUEST = 2,
	OFPT_ECHO_REPLY = 3,
	OFPT_EXPERIMENTER = 4,
	OFPT_FEATURES_REQUEST = 5,
	OFPT_FEATURES_REPLY = 6,
	OFPT_GET_CONFIG_REQUEST = 7,
	OFPT_GET_CONFIG_REPLY = 8,
	OFPT_SET_CONFIG = 9,
	OFPT_PACKET_IN = 10,
	OFPT_FLOW_REMOVED = 11,
	OFPT_PORT_STATUS = 12,
	OFPT_PACKET_OUT = 13,
	OFPT_FLOW_MOD = 14,
	OFPT_GROUP_MOD = 15,
	OFPT_PORT_MOD = 16,
	OFPT_TABLE_MOD = 17,
	OFPT_MULTIPART_REQUEST = 18,
	OFPT_MULTIPART_REPLY = 19,
	OFPT_BARRIER_REQUEST = 20,
	OFPT_BARRIER_REPLY = 21,
	OFPT_QUEUE_GET_CONFIG_REQUEST = 22,
	OFPT_QUEUE_GET_CONFIG_REPLY = 23,
	OFPT_ROLE_REQUEST = 24,
	OFPT_ROLE_REPLY = 25,
	OFPT_GET_ASYNC_REQUEST = 26,
	OFPT_GET_ASYNC_REPLY = 27,
	OFPT_SET_ASYNC = 28,
	OFPT_METER_MOD = 29,
	OFPT_ROLE_STATUS = 30,
	OFPT_TABLE_STATUS = 31,
	OFPT_REQUESTFORWARD = 32,
	OFPT_BUNDLE_CONTROL = 33,
	OFPT_BUNDLE_ADD_MESSAGE = 34,
	OFPT_CONTROLLER_STATUS = 35,
};
#define OF_N_MSG_TYPES 36

/* Reserved ports (§4.5, §7.2.1). */
#define OFPP_MAX 0xffffff00u
#define OFPP_UNSET 0xfffffff7u
#define OFPP_IN_PORT 0xfffffff8u
#define OFPP_TABLE 0xfffffff9u
#define OFPP_NORMAL 0xfffffffau
#define OFPP_FLOOD 0xfffffffbu
#define OFPP_ALL 0xfffffffcu
#define OFPP_CONTROLLER 0xfffffffdu
#define OFPP_LOCAL 0xfffffffeu
#define OFPP_ANY 0xffffffffu

/* Groups (§6.7). */
#define OFPG_MAX 0xffffff00u
#define OFPG_ALL 0xfffffffcu
#define OFPG_ANY 0xffffffffu

/* Meters (§7.3.4.5). */
#define OFPM_MAX 0xffff0000u
#define OFPM_SLOWPATH 0xfffffffdu
#define OFPM_CONTROLLER 0xfffffffeu
#define OFPM_ALL 0xffffffffu

#define OFPTT_MAX 254
#define OFPTT_ALL 255

#define OFPQ_ALL 0xffffffffu

/* Buckets of a group (1.5.1 §7.3.4.3.1). */
#define OFPG_BUCKET_MAX 0xffffff00u
#define OFPG_BUCKET_FIRST 0xfffffffdu
#define OFPG_BUCKET_LAST 0xfffffffeu
#define OFPG_BUCKET_ALL 0xffffffffu

#define OFP_NO_BUFFER 0xffffffffu
#define OFPCML_MAX 0xffe5
#define OFPCML_NO_BUFFER 0xffff
#define OFP_DEFAULT_PRIORITY 0x8000
#define OFP_DEFAULT_MISS_SEND_LEN 128

/* Values of vlan_vid (§7.2.3.7). */
#define OFPVID_PRESENT 0x1000
#define OFPVID_NONE 0x0000

enum of_flow_mod_command {
	OFPFC_ADD = 0,
	OFPFC_MODIFY = 1,
	OFPFC_MODIFY_STRICT = 2,
	OFPFC_DELETE = 3,
	OFPFC_DELETE_STRICT = 4,
};

enum of_flow_mod_flags {
	OFPFF_SEND_FLOW_REM = 1 << 0,
	OFPFF_CHECK_OVERLAP = 1 << 1,
	OFPFF_RESET_COUNTS = 1 << 2,
	OFPFF_NO_PKT_COUNTS = 1 << 3,
	OFPFF_NO_BYT_COUNTS = 1 << 4,
};

enum of_flow_removed_reason {
	OFPRR_IDLE_TIMEOUT = 0,
	OFPRR_HARD_TIMEOUT = 1,
	OFPRR_DELETE = 2,
	OFPRR_GROUP_DELETE = 3,
	OFPRR_METER_DELETE = 4, /* 1.4 */
	OFPRR_EVICTION = 5,     /* 1.4 */
};

enum of_packet_in_reason {
	OFPR_NO_MATCH = 0, /* 1.4: OFPR_TABLE_MISS */
	OFPR_ACTION = 1,   /* 1.4: OFPR_APPLY_ACTION */
	OFPR_INVALID_TTL = 2,
	OFPR_ACTION_SET = 3, /* 1.4 */
	OFPR_GROUP = 4,      /* 1.4 */
	OFPR_PACKET_OUT = 5, /* 1.4 */
	/* Not a number of the standard's: version 1.0 calls every miss "no match" (1.0.0 §3.4). */
	OFPR_IMPLICIT_MISS = 254,
};

enum of_group_command {
	OFPGC_ADD = 0,
	OFPGC_MODIFY = 1,
	OFPGC_DELETE = 2,
	OFPGC_INSERT_BUCKET = 3,      /* 1.5 */
	OFPGC_REMOVE_BUCKET = 5,      /* 1.5 */
	OFPGC_ADD_OR_MODIFY = 0x8000, /* Open vSwitch's: modify, or add what is not there */
};

enum of_group_type { OFPGT_ALL = 0, OFPGT_SELECT = 1, OFPGT_INDIRECT = 2, OFPGT_FF = 3 };

enum of_port_config {
	OFPPC_PORT_DOWN = 1 << 0,
	OFPPC_NO_RECV = 1 << 2,
	OFPPC_NO_FLOOD = 1 << 4, /* 1.0 only */
	OFPPC_NO_FWD = 1 << 5,
	OFPPC_NO_PACKET_IN = 1 << 6,
};

enum of_port_state { OFPPS_LINK_DOWN = 1 << 0, OFPPS_BLOCKED = 1 << 1, OFPPS_LIVE = 1 << 2 };

enum of_port_features {
	OFPPF_10MB_HD = 1 << 0,
	OFPPF_10MB_FD = 1 << 1,
	OFPPF_100MB_HD = 1 << 2,
	OFPPF_100MB_FD = 1 << 3,
	OFPPF_1GB_HD = 1 << 4,
	OFPPF_1GB_FD = 1 << 5,
	OFPPF_10GB_FD = 1 << 6,
	OFPPF_40GB_FD = 1 << 7,
	OFPPF_100GB_FD = 1 << 8,
	OFPPF_1TB_FD = 1 << 9,
	OFPPF_OTHER = 1 << 10,
	OFPPF_COPPER = 1 << 11,
	OFPPF_FIBER = 1 << 12,
	OFPPF_AUTONEG = 1 << 13,
	OFPPF_PAUSE = 1 << 14,
	OFPPF_PAUSE_ASYM = 1 << 15,
};

enum of_port_reason { OFPPR_ADD = 0, OFPPR_DELETE = 1, OFPPR_MODIFY = 2 };

enum of_capabilities {
	OFPC_FLOW_STATS = 1 << 0,
	OFPC_TABLE_STATS = 1 << 1,
	OFPC_PORT_STATS = 1 << 2,
	OFPC_GROUP_STATS = 1 << 3,
	OFPC_IP_REASM = 1 << 5,
	OFPC_QUEUE_STATS = 1 << 6,
	OFPC_ARP_MATCH_IP = 1 << 7, /* 1.0 only */
	OFPC_PORT_BLOCKED = 1 << 8,
	OFPC_BUNDLES = 1 << 9,          /* 1.5 */
	OFPC_FLOW_MONITORING = 1 << 10, /* 1.5 */
};

enum of_group_capabilities {
	OFPGFC_SELECT_WEIGHT = 1 << 0,
	OFPGFC_SELECT_LIVENESS = 1 << 1,
	OFPGFC_CHAINING = 1 << 2,
	OFPGFC_CHAINING_CHECKS = 1 << 3,
};

enum of_config_flags {
	OFPC_FRAG_NORMAL = 0,
	OFPC_FRAG_DROP = 1,
	OFPC_FRAG_REASM = 2,
	OFPC_FRAG_MASK = 3,
	OFPC_INVALID_TTL_TO_CONTROLLER = 1 << 2, /* 1.1 and 1.2, and tools in 1.0 */
};

enum of_role {
	OFPCR_ROLE_NOCHANGE = 0,
	OFPCR_ROLE_EQUAL = 1,
	OFPCR_ROLE_MASTER = 2,
	OFPCR_ROLE_SLAVE = 3,
};

enum of_meter_command { OFPMC_ADD = 0, OFPMC_MODIFY = 1, OFPMC_DELETE = 2 };

enum of_meter_flags {
	OFPMF_KBPS = 1 << 0,
	OFPMF_PKTPS = 1 << 1,
	OFPMF_BURST = 1 << 2,
	OFPMF_STATS = 1 << 3,
};

enum of_meter_band_type {
	OFPMBT_DROP = 1,
	OFPMBT_DSCP_REMARK = 2,
	OFPMBT_EXPERIMENTER = 0xffff,
};

enum of_multipart_type {
	OFPMP_DESC = 0,
	OFPMP_FLOW = 1, /* 1.5: OFPMP_FLOW_DESC */
	OFPMP_AGGREGATE = 2,
	OFPMP_TABLE = 3,
	OFPMP_PORT_STATS = 4,
	OFPMP_QUEUE = 5,
	OFPMP_GROUP = 6,
	OFPMP_GROUP_DESC = 7,
	OFPMP_GROUP_FEATURES = 8,
	OFPMP_METER = 9,
	OFPMP_METER_CONFIG = 10,
	OFPMP_METER_FEATURES = 11,
	OFPMP_TABLE_FEATURES = 12,
	OFPMP_PORT_DESC = 13,
	OFPMP_TABLE_DESC = 14,        /* 1.4 */
	OFPMP_QUEUE_DESC = 15,        /* 1.4 */
	OFPMP_FLOW_MONITOR = 16,      /* 1.4 */
	OFPMP_FLOW_STATS = 17,        /* 1.5 */
	OFPMP_CONTROLLER_STATUS = 18, /* 1.5 */
	OFPMP_BUNDLE_FEATURES = 19,   /* 1.5 */
	/* Nicira's (NXST_FLOW …), which is an experimenter's on the wire, in every version. */
	OFPMP_NX_FLOW = 0xff00,
	OFPMP_NX_AGGREGATE = 0xff01,
	OFPMP_NX_FLOW_MONITOR = 0xff02,
	OFPMP_ONF_FLOW_MONITOR = 0xff03, /* EXT-187 */
	OFPMP_EXPERIMENTER = 0xffff,
};

#define OFPMPF_REQ_MORE 1u
#define OFPMPF_REPLY_MORE 1u

#define OFP_EXPERIMENTER_ONF 0x4f4e4600u
#define OFP_EXPERIMENTER_NICIRA 0x00002320u
