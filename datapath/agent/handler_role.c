// SPDX-License-Identifier: Apache-2.0
/* Several controllers: roles and asynchronous masks (OpenFlow 1.3.5 §6.3.5, §6.3.6, §7.3.9). */
#include <utlist.h>

#include "datapath/agent/dispatch.h"

/* There is one master at most: the former one becomes a slave. */
static void make_master(struct connection *conn)
{
	struct connection *other;

	DL_FOREACH (conn->agent->connections, other) {
		if (other->role == OFPCR_ROLE_MASTER)
			other->role = OFPCR_ROLE_SLAVE;
	}
}

enum of_err handle_role(struct connection *conn, const struct of_msg *msg)
{
	struct agent *agent = conn->agent;
	const struct of_role_msg *role = &msg->role;
	struct of_msg reply;

	switch (role->role) {
	case OFPCR_ROLE_NOCHANGE:
	case OFPCR_ROLE_EQUAL:
		break;
	case OFPCR_ROLE_MASTER:
	case OFPCR_ROLE_SLAVE:
		/* §6.3.5: the distance is signed, so that ids may wrap. */
		if (agent->has_generation &&
		    (int64_t)(role->generation_id - agent->generation_id) < 0)
			return OFPRRFC_STALE;
		agent->has_generation = true;
		agent->generation_id = role->generation_id;
		if (role->role == OFPCR_ROLE_MASTER)
			make_master(conn);
		break;
	default:
		return OFPRRFC_BAD_ROLE;
	}
	if (role->role != OFPCR_ROLE_NOCHANGE)
		conn->role = role->role;
	connection_reply_init(&reply, msg, OFPT_ROLE_REPLY);
	reply.role = (struct of_role_msg){
		.role = conn->role,
		.generation_id = agent->has_generation ? agent->generation_id : UINT64_MAX,
	};
	connection_send(conn, &reply);
	return OF_OK;
}

enum of_err handle_get_async(struct connection *conn, const struct of_msg *msg)
{
	struct of_msg reply;

	connection_reply_init(&reply, msg, OFPT_GET_ASYNC_REPLY);
	reply.async = conn->async;
	connection_send(conn, &reply);
	return OF_OK;
}

enum of_err handle_set_async(struct connection *conn, const struct of_msg *msg)
{
	of_async_merge(&conn->async, &msg->async);
	return OF_OK;
}
