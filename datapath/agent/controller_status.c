// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/controller_status.h"

#include <utlist.h>

#include "datapath/agent/multipart.h"
#include "lib/text.h"

void controller_status_describe(const struct connection *conn,
				enum of_controller_status_reason reason,
				struct of_controller_status *out)
{
	memset(out, 0, sizeof(*out));
	out->short_id = conn->short_id;
	out->role = conn->role;
	out->reason = (uint8_t)reason;
	out->channel_status = conn->up ? OFPCT_STATUS_UP : OFPCT_STATUS_DOWN;
	text_copy(out->uri, sizeof(out->uri), conn->name);
}

void controller_status_announce(struct connection *about, enum of_controller_status_reason reason)
{
	struct connection *conn;
	struct of_msg msg;

	of_msg_init(&msg, OF15, OFPT_CONTROLLER_STATUS, 0);
	controller_status_describe(about, reason, &msg.controller_status);
	DL_FOREACH (about->agent->connections, conn) {
		if (conn->version >= OF15 &&
		    connection_wants(conn, conn->async.controller_status_mask, (uint8_t)reason))
			connection_send(conn, &msg);
	}
}

enum of_err answer_controller_status(struct connection *conn, const struct of_msg *msg,
				     struct of_multipart_writer *w)
{
	struct of_controller_status status;
	struct connection *about;

	DL_FOREACH (conn->agent->connections, about) {
		if (about->main != NULL)
			continue;
		controller_status_describe(about, OFPCSR_REQUEST, &status);
		of_multipart_writer_add(w, &status);
	}
	return OF_OK;
}
