// SPDX-License-Identifier: Apache-2.0
/* OFPT_PORT_MOD (OpenFlow 1.3.5 §7.3.4.3). */
#include "datapath/agent/dispatch.h"

#define KNOWN_CONFIG (OFPPC_PORT_DOWN | OFPPC_NO_RECV | OFPPC_NO_FWD | OFPPC_NO_PACKET_IN)

enum of_err handle_port_mod(struct connection *conn, const struct of_msg *msg)
{
	struct agent *agent = conn->agent;
	const struct of_port_mod *mod = &msg->port_mod;
	struct agent_port_entry *entry = agent_port_find(agent, mod->port_no);

	if (entry == NULL)
		return OFPPMFC_BAD_PORT;
	if (memcmp(&mod->hw_addr, &entry->port.mac, sizeof(mod->hw_addr)) != 0)
		return OFPPMFC_BAD_HW_ADDR;
	if (mod->mask & ~KNOWN_CONFIG || mod->config & ~mod->mask & ~KNOWN_CONFIG)
		return OFPPMFC_BAD_CONFIG;
	if (mod->advertise != 0) /* no port negotiates anything by our order */
		return OFPPMFC_BAD_ADVERTISE;
	if (mod->mask == 0)
		return OF_OK;
	agent_changed(agent);
	if (agent->cfg.ops->port_mod == NULL ||
	    agent->cfg.ops->port_mod(agent->cfg.host, mod->port_no, mod->config & mod->mask,
				     mod->mask) != 0)
		return OFPPMFC_EPERM;
	return OF_OK;
}
