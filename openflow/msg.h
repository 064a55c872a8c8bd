// SPDX-License-Identifier: Apache-2.0
/*
 * msg: one OpenFlow message, whatever its version, and the dispatch to the families.
 *
 * The in-memory form is the same for all versions; `version` says how it is written. Pointers
 * inside point into the arena or into the bytes that were unpacked, so both must outlive the
 * message.
 */
#pragma once

#include "openflow/async.h"
#include "openflow/bundle.h"
#include "openflow/config.h"
#include "openflow/controller_status.h"
#include "openflow/echo.h"
#include "openflow/error.h"
#include "openflow/experimenter.h"
#include "openflow/features.h"
#include "openflow/flow_mod.h"
#include "openflow/flow_removed.h"
#include "openflow/group_mod.h"
#include "openflow/hello.h"
#include "openflow/meter_mod.h"
#include "openflow/multipart.h"
#include "openflow/packet_in.h"
#include "openflow/packet_out.h"
#include "openflow/port_mod.h"
#include "openflow/port_status.h"
#include "openflow/queue.h"
#include "openflow/request_forward.h"
#include "openflow/role.h"
#include "openflow/role_status.h"
#include "openflow/table_mod.h"
#include "openflow/table_status.h"

struct of_msg {
	enum of_version version;
	enum of_msg_type type;
	uint32_t xid;
	/* It came, and goes, as Nicira's message of the same meaning (NXT_FLOW_MOD,
	 * NXT_ROLE_REQUEST): nicira_msg.h. */
	bool nicira;
	union {
		struct of_hello hello;
		struct of_error error;
		struct of_echo echo; /* request and reply */
		struct of_features features;
		struct of_config config; /* get reply and set */
		struct of_flow_mod flow_mod;
		struct of_flow_removed flow_removed;
		struct of_group_mod group_mod;
		struct of_port_mod port_mod;
		struct of_port_status port_status;
		struct of_packet_in packet_in;
		struct of_packet_out packet_out;
		struct of_role_msg role; /* request and reply */
		struct of_async async;   /* get reply and set */
		struct of_meter_mod meter_mod;
		struct of_table_mod table_mod;
		struct of_queue_config queue_config; /* request and reply */
		struct of_role_status role_status;
		struct of_table_status table_status;
		struct of_request_forward request_forward;
		struct of_controller_status controller_status;
		struct of_bundle_control bundle_control;
		struct of_bundle_add bundle_add;
		struct of_experimenter experimenter;
		struct of_multipart_request multipart_request;
		struct of_multipart_reply multipart_reply;
	};
};

struct of_msg_ops {
	const char *name; /* `FLOW_MOD` */
	/* Reads the body left in the cursor, all of it; the header's fields stand in `msg` already.
	 */
	enum of_err (*unpack)(struct cursor *c, struct of_arena *arena, struct of_msg *msg);
	/* Appends the body; -EPROTONOSUPPORT when the version cannot express it. */
	int (*pack)(const struct of_msg *msg, struct wbuf *b);
	/* Appends the body as text for people, beginning with a blank if there is any. */
	void (*text)(const struct of_msg *msg, struct text *t);
};

/* Beside the number of a type that the version does not have, in what of_msg_unpack refuses. */
#define OF_MSG_TYPE_UNKNOWN 0x100

/** The type behind a number in a header: version 1.0 counts otherwise. -1: none. */
int of_msg_type_from_wire(enum of_version version, uint8_t wire);

/** The inverse; OFPT_EXPERIMENTER where only an extension says it; -1: `version` cannot. */
int of_msg_type_to_wire(enum of_version version, enum of_msg_type type);

/** The row of the dispatch table; NULL when `version` has no such message. Static. */
const struct of_msg_ops *of_msg_ops(enum of_version version, enum of_msg_type type);

/**
 * Starts a message: version, type, xid are set, the rest is not (families have their own init where
 * they have defaults).
 */
static inline void of_msg_init(struct of_msg *msg, enum of_version version, enum of_msg_type type,
			       uint32_t xid)
{
	msg->version = version;
	msg->type = type;
	msg->xid = xid;
	msg->nicira = false;
}

/**
 * Unpacks one whole message of `len` bytes. The arena is not reset: that is the caller's, between
 * messages. On an error `msg` has version, type and xid at most. OFPBRC_BAD_VERSION,
 * OFPBRC_BAD_TYPE, OFPBRC_BAD_LEN (also: the header's length is not `len`), OF_ERR_NO_MEMORY, or
 * what the family says. Only HELLO, ERROR and ECHO are read in a version that is
 * not 1.0, 1.3, 1.4, 1.5.
 */
enum of_err of_msg_unpack(const uint8_t *data, size_t len, struct of_arena *arena,
			  struct of_msg *msg);

/**
 * Appends the message with its header to `b`. 0, -EPROTONOSUPPORT (the version cannot express it),
 * -EMSGSIZE (more than 65535 bytes), -ENOMEM (the buffer's limit); on an error `b` is as before,
 * unless it turned bad.
 */
int of_msg_pack(const struct of_msg *msg, struct wbuf *b);

/** Appends `OFPT_FLOW_MOD (OF1.3) (xid=0x2): …` in one line, or several for long lists. */
void of_msg_text(const struct of_msg *msg, struct text *t);

/** `FLOW_MOD`; "?" for an unknown type. Static. */
const char *of_msg_type_name(enum of_msg_type type);
