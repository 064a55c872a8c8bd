// SPDX-License-Identifier: Apache-2.0
/* Several controllers: roles and asynchronous masks (OpenFlow 1.3.5 §6.3.5, §6.3.6, §7.3.9). */
#include <utlist.h>

#include "datapath/agent/controller_status.h"
#include "datapath/agent/dispatch.h"

static uint64_t generation(const struct agent *agent)
{
	return agent->has_generation ? agent->generation_id : UINT64_MAX;
}

/* 1.4.1 §7.4.4: the former master is told that it is one no more. */
static void tell_demoted(struct connection *conn)
{
	struct of_msg msg;

	if (conn->version < OF14 ||
	    !connection_wants(conn, conn->async.role_status_mask, OFPCRR_MASTER_REQUEST))
		return;
	of_msg_init(&msg, conn->version, OFPT_ROLE_STATUS, 0);
	msg.role_status = (struct of_role_status){
		.role = conn->role,
		.reason = OFPCRR_MASTER_REQUEST,
		.generation_id = generation(conn->agent),
	};
	connection_send(conn, &msg);
}

/* There is one master at most: the former one becomes a slave. */
static void make_master(struct connection *conn)
{
	struct connection *other;

	DL_FOREACH (conn->agent->connections, other) {
		if (other == conn || other->main != NULL || other->role != OFPCR_ROLE_MASTER)
			continue;
		connection_set_role(other, OFPCR_ROLE_SLAVE);
		tell_demoted(other);
		controller_status_announce(other, OFPCSR_ROLE);
	}
}

/* 1.5.1 §7.3.9: an id is one controller's. */
static enum of_err set_short_id(struct connection *conn, uint16_t short_id)
{
	struct connection *other;

	if (short_id == conn->short_id || conn->version < OF15)
		return OF_OK;
	DL_FOREACH (conn->agent->connections, other) {
		if (short_id != OFPCID_UNDEFINED && other != conn && other->up &&
		    other->short_id == short_id)
			return OFPRRFC_ID_IN_USE;
	}
	conn->short_id = short_id;
	controller_status_announce(conn, OFPCSR_SHORT_ID);
	return OF_OK;
}

/* §6.3.5: the distance is signed, so that ids may wrap. Nicira's requests of 1.0 have none. */
static enum of_err check_generation(struct agent *agent, const struct of_msg *msg)
{
	uint64_t id = msg->role.generation_id;

	if (msg->nicira || msg->version == OF10)
		return OF_OK;
	if (agent->has_generation && (int64_t)(id - agent->generation_id) < 0)
		return OFPRRFC_STALE;
	agent->has_generation = true;
	agent->generation_id = id;
	return OF_OK;
}

static enum of_err take_role(struct connection *conn, const struct of_msg *msg)
{
	uint32_t role = msg->role.role;
	enum of_err err = OF_OK;

	if (role > OFPCR_ROLE_SLAVE)
		return OFPRRFC_BAD_ROLE;
	if (role == OFPCR_ROLE_MASTER || role == OFPCR_ROLE_SLAVE)
		err = check_generation(conn->agent, msg);
	if (err == OF_OK)
		err = set_short_id(conn, msg->role.short_id);
	if (err != OF_OK || role == OFPCR_ROLE_NOCHANGE || role == conn->role)
		return err;
	if (role == OFPCR_ROLE_MASTER)
		make_master(conn);
	connection_set_role(conn, role);
	connections_changed(conn->agent);
	controller_status_announce(conn, OFPCSR_ROLE);
	return OF_OK;
}

enum of_err handle_role(struct connection *conn, const struct of_msg *msg)
{
	struct connection *main = connection_main(conn);
	enum of_err err = take_role(main, msg);
	struct of_msg reply;

	if (err != OF_OK)
		return err;
	connection_reply_init(&reply, msg, OFPT_ROLE_REPLY);
	reply.role = (struct of_role_msg){
		.role = main->role,
		.generation_id = generation(conn->agent),
		.short_id = main->short_id,
	};
	connection_send(conn, &reply);
	return OF_OK;
}

enum of_err handle_get_async(struct connection *conn, const struct of_msg *msg)
{
	struct of_msg reply;

	connection_reply_init(&reply, msg, OFPT_GET_ASYNC_REPLY);
	reply.async = connection_main(conn)->async;
	connection_send(conn, &reply);
	return OF_OK;
}

enum of_err handle_set_async(struct connection *conn, const struct of_msg *msg)
{
	of_async_merge(&connection_main(conn)->async, &msg->async);
	connections_changed(conn->agent);
	return OF_OK;
}
