// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/request_forwards.h"

#include <utlist.h>

/* The request as the version of the one who gets it says it. */
static void forward_to(struct connection *conn, const struct of_msg *request)
{
	struct wbuf b = wbuf_init(OF_MESSAGE_MAX - OF_HEADER_SIZE);
	struct of_msg inner = *request, msg;

	inner.version = conn->version;
	if (of_msg_pack(&inner, &b) == 0) {
		of_msg_init(&msg, conn->version, OFPT_REQUESTFORWARD, 0);
		msg.request_forward.request = b.data;
		msg.request_forward.request_size = b.len;
		connection_send(conn, &msg);
	}
	wbuf_free(&b);
}

void request_forward(struct agent *agent, const struct connection *from, const struct of_msg *msg)
{
	uint8_t reason = msg->type == OFPT_GROUP_MOD ? OFPRFR_GROUP_MOD : OFPRFR_METER_MOD;
	struct connection *conn;

	DL_FOREACH (agent->connections, conn) {
		if (conn != from &&
		    connection_wants(conn, conn->async.request_forward_mask, reason))
			forward_to(conn, msg);
	}
}
