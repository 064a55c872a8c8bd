// SPDX-License-Identifier: Apache-2.0
/* OFPT_PORT_MOD (OpenFlow 1.3.5 §7.3.4.3). */
#include "datapath/agent/dispatch.h"

#define KNOWN_CONFIG (OFPPC_PORT_DOWN | OFPPC_NO_RECV | OFPPC_NO_FWD | OFPPC_NO_PACKET_IN)
/* Version 1.0 alone has these; there is no spanning tree that the last two could be about. */
#define KNOWN_CONFIG_10 (KNOWN_CONFIG | OFPPC_NO_FLOOD)
#define OF10_NO_STP (1 << 1)
#define OF10_NO_RECV_STP (1 << 3)

enum of_err handle_port_mod(struct connection *conn, const struct of_msg *msg)
{
	struct agent *agent = conn->agent;
	const struct of_port_mod *mod = &msg->port_mod;
	struct agent_port_entry *entry = agent_port_find(agent, mod->port_no);
	bool of10 = msg->version == OF10;
	uint32_t known = of10 ? KNOWN_CONFIG_10 : KNOWN_CONFIG;
	uint32_t ignored = of10 ? OF10_NO_STP | OF10_NO_RECV_STP : 0;
	uint32_t mask = mod->mask & ~ignored;

	if (entry == NULL)
		return OFPPMFC_BAD_PORT;
	if (memcmp(&mod->hw_addr, &entry->port.mac, sizeof(mod->hw_addr)) != 0)
		return OFPPMFC_BAD_HW_ADDR;
	if (mask & ~known || mod->config & ~mask & ~known & ~ignored)
		return OFPPMFC_BAD_CONFIG;
	if (mod->advertise != 0) /* no port negotiates anything by our order */
		return OFPPMFC_BAD_ADVERTISE;
	if (mask == 0)
		return OF_OK;
	agent_changed(agent);
	if (agent->cfg.ops->port_mod == NULL ||
	    agent->cfg.ops->port_mod(agent->cfg.host, mod->port_no, mod->config & mask, mask) != 0)
		return OFPPMFC_EPERM;
	return OF_OK;
}
