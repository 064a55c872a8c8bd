// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/dispatch.h"

struct row {
	enum of_err (*handle)(struct connection *conn, const struct of_msg *msg);
	bool as_slave; /* a slave may send it (§6.3.5) */
};

/* Hello and echo are the channel's. Messages that only a switch sends have no row. */
static const struct row rows[OF_N_MSG_TYPES] = {
	[OFPT_ERROR] = {handle_error, true},
	[OFPT_EXPERIMENTER] = {handle_experimenter, true},
	[OFPT_FEATURES_REQUEST] = {handle_features, true},
	[OFPT_GET_CONFIG_REQUEST] = {handle_get_config, true},
	[OFPT_SET_CONFIG] = {handle_set_config, true},
	[OFPT_PACKET_OUT] = {handle_packet_out, false},
	[OFPT_FLOW_MOD] = {handle_flow_mod, false},
	[OFPT_GROUP_MOD] = {handle_group_mod, false},
	[OFPT_PORT_MOD] = {handle_port_mod, false},
	[OFPT_TABLE_MOD] = {handle_table_mod, false},
	[OFPT_METER_MOD] = {handle_meter_mod, false},
	[OFPT_MULTIPART_REQUEST] = {handle_multipart, true},
	[OFPT_BARRIER_REQUEST] = {handle_barrier, true},
	[OFPT_QUEUE_GET_CONFIG_REQUEST] = {handle_queue_config, true},
	[OFPT_ROLE_REQUEST] = {handle_role, true},
	[OFPT_GET_ASYNC_REQUEST] = {handle_get_async, true},
	[OFPT_SET_ASYNC] = {handle_set_async, true},
	[OFPT_BUNDLE_CONTROL] = {handle_bundle_control, false},
	[OFPT_BUNDLE_ADD_MESSAGE] = {handle_bundle_add, false},
};

enum of_err dispatch(struct connection *conn, const struct of_msg *msg)
{
	const struct row *row = &rows[msg->type];
	enum of_err err;

	if (row->handle == NULL)
		return OFPBRC_BAD_TYPE;
	if (conn->role == OFPCR_ROLE_SLAVE && !row->as_slave)
		return OFPBRC_IS_SLAVE;
	conn->agent->actor = (struct agent_actor){conn, msg->version, msg->xid};
	err = row->handle(conn, msg);
	conn->agent->actor = (struct agent_actor){0};
	return err;
}
