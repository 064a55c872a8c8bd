// SPDX-License-Identifier: Apache-2.0
/* What the switch is and how it is set (OpenFlow 1.3.5 §7.3.1 to §7.3.3), and refusals. */
#include "datapath/agent/dispatch.h"

enum of_err handle_features(struct connection *conn, const struct of_msg *msg)
{
	struct of_msg reply;

	connection_reply_init(&reply, msg, OFPT_FEATURES_REPLY);
	reply.features = (struct of_features){
		.datapath_id = conn->agent->cfg.dpid,
		.n_buffers = 0,
		.n_tables = AGENT_N_TABLES,
		.auxiliary_id = 0,
		.capabilities = OFPC_FLOW_STATS | OFPC_TABLE_STATS | OFPC_PORT_STATS |
				OFPC_GROUP_STATS | OFPC_QUEUE_STATS,
	};
	connection_send(conn, &reply);
	return OF_OK;
}

enum of_err handle_get_config(struct connection *conn, const struct of_msg *msg)
{
	struct of_msg reply;

	connection_reply_init(&reply, msg, OFPT_GET_CONFIG_REPLY);
	reply.config.flags = conn->agent->config_flags;
	reply.config.miss_send_len = conn->miss_send_len;
	connection_send(conn, &reply);
	return OF_OK;
}

enum of_err handle_set_config(struct connection *conn, const struct of_msg *msg)
{
	struct agent *agent = conn->agent;

	/* Fragments pass or are dropped; reassembly is not offered (OFPC_IP_REASM). */
	if (msg->config.flags != OFPC_FRAG_NORMAL && msg->config.flags != OFPC_FRAG_DROP)
		return OFPSCFC_BAD_FLAGS;
	agent->config_flags = msg->config.flags;
	conn->miss_send_len = msg->config.miss_send_len;
	__atomic_store_n(&agent->cfg.pipeline->deny_fragments, msg->config.flags == OFPC_FRAG_DROP,
			 __ATOMIC_RELEASE);
	agent_changed(agent);
	return OF_OK;
}

enum of_err handle_table_mod(struct connection *conn, const struct of_msg *msg)
{
	/* §7.3.3: the only bits that 1.3 knows are deprecated and without effect. */
	if (msg->table_mod.table_id >= AGENT_N_TABLES && msg->table_mod.table_id != OFPTT_ALL)
		return OFPTMFC_BAD_TABLE;
	return msg->table_mod.config & ~3u ? OFPTMFC_BAD_CONFIG : OF_OK;
}

enum of_err handle_meter_mod(struct connection *conn, const struct of_msg *msg)
{
	/* There are no meters (OFPMP_METER_FEATURES says so). Deleting none is no error (§6.8). */
	switch (msg->meter_mod.command) {
	case OFPMC_ADD:
		return OFPMMFC_OUT_OF_METERS;
	case OFPMC_MODIFY:
		return OFPMMFC_UNKNOWN_METER;
	case OFPMC_DELETE:
		return OF_OK;
	default:
		return OFPMMFC_BAD_COMMAND;
	}
}

enum of_err handle_experimenter(struct connection *conn, const struct of_msg *msg)
{
	return OFPBRC_BAD_EXPERIMENTER;
}

enum of_err handle_error(struct connection *conn, const struct of_msg *msg)
{
	log_limited(&conn->agent->log_limit, LOG_LEVEL_WARNING, "agent",
		    "%s: the peer says: %s (transaction 0x%x)", conn->name,
		    of_err_sentence(msg->error.err), msg->xid);
	return OF_OK;
}
