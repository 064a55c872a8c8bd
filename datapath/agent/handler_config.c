// SPDX-License-Identifier: Apache-2.0
/* What the switch is and how it is set (OpenFlow 1.3.5 §7.3.1 to §7.3.3), and refusals. */
#include <stdlib.h>

#include "datapath/agent/dispatch.h"

/* Bits mean different things in 1.0, and 1.5 has more of them. */
static uint32_t capabilities(enum of_version version)
{
	uint32_t bits = OFPC_FLOW_STATS | OFPC_TABLE_STATS | OFPC_PORT_STATS | OFPC_QUEUE_STATS;

	if (version == OF10)
		return bits | OFPC_ARP_MATCH_IP;
	bits |= OFPC_GROUP_STATS;
	if (version >= OF15)
		bits |= OFPC_BUNDLES | OFPC_FLOW_MONITORING;
	return bits;
}

/* Only version 1.0 lists the ports here. False: no memory. */
static bool describe_ports(struct agent *agent, struct of_features *features)
{
	struct agent_port_entry *entry;

	features->ports = calloc(HASH_COUNT(agent->ports) + 1, sizeof(*features->ports));
	if (features->ports == NULL)
		return false;
	for (entry = agent->ports; entry != NULL; entry = entry->hh.next)
		agent_port_describe(&entry->port, &features->ports[features->n_ports++]);
	return true;
}

enum of_err handle_features(struct connection *conn, const struct of_msg *msg)
{
	struct of_msg reply;

	connection_reply_init(&reply, msg, OFPT_FEATURES_REPLY);
	reply.features = (struct of_features){
		.datapath_id = conn->agent->cfg.dpid,
		.n_buffers = 0,
		.n_tables = AGENT_N_TABLES,
		.auxiliary_id = conn->auxiliary_id,
		.capabilities = capabilities(msg->version),
		.actions = OF10_ACTIONS_ALL,
	};
	if (msg->version == OF10 && !describe_ports(conn->agent, &reply.features))
		return OF_ERR_NO_MEMORY;
	connection_send(conn, &reply);
	free(reply.features.ports);
	return OF_OK;
}

enum of_err handle_get_config(struct connection *conn, const struct of_msg *msg)
{
	const struct connection *main = connection_main(conn);
	struct of_msg reply;

	connection_reply_init(&reply, msg, OFPT_GET_CONFIG_REPLY);
	reply.config.flags = conn->agent->config_flags;
	reply.config.miss_send_len = main->miss_send_len;
	if (msg->version == OF10 && main->async.packet_in_mask[0] & 1u << OFPR_INVALID_TTL)
		reply.config.flags |= OFPC_INVALID_TTL_TO_CONTROLLER;
	connection_send(conn, &reply);
	return OF_OK;
}

enum of_err handle_set_config(struct connection *conn, const struct of_msg *msg)
{
	struct connection *main = connection_main(conn);
	struct agent *agent = conn->agent;
	uint16_t flags = msg->config.flags;

	/* Tools know this flag of 1.1 in 1.0 too, where no masks say what is wanted. */
	if (msg->version == OF10)
		flags &= (uint16_t)~OFPC_INVALID_TTL_TO_CONTROLLER;
	/* Fragments pass or are dropped; reassembly is not offered (OFPC_IP_REASM). */
	if (flags != OFPC_FRAG_NORMAL && flags != OFPC_FRAG_DROP)
		return OFPSCFC_BAD_FLAGS;
	/* A slave may say how much it wants of a frame, not what becomes of fragments. */
	if (main->role == OFPCR_ROLE_SLAVE && flags != agent->config_flags)
		return OFPSCFC_EPERM;
	if (msg->version == OF10) {
		main->async.packet_in_mask[0] &= ~(1u << OFPR_INVALID_TTL);
		if (msg->config.flags & OFPC_INVALID_TTL_TO_CONTROLLER)
			main->async.packet_in_mask[0] |= 1u << OFPR_INVALID_TTL;
	}
	main->miss_send_len = msg->config.miss_send_len;
	connections_changed(agent);
	agent->config_flags = flags;
	__atomic_store_n(&agent->cfg.pipeline->deny_fragments, flags == OFPC_FRAG_DROP,
			 __ATOMIC_RELEASE);
	agent_changed(agent);
	return OF_OK;
}

enum of_err handle_error(struct connection *conn, const struct of_msg *msg)
{
	log_limited(&conn->agent->log_limit, LOG_LEVEL_WARNING, "agent",
		    "%s: the peer says: %s (transaction 0x%x)", conn->name,
		    of_err_sentence(msg->error.err), msg->xid);
	return OF_OK;
}
