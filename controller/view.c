// SPDX-License-Identifier: Apache-2.0
#include "controller/view.h"

#include <inttypes.h>
#include <stdio.h>

json_t *view_networks(const struct fleet *fleet)
{
	const struct intent *in = fleet_intent(fleet);
	json_t *list = json_array();

	for (unsigned n = 0; n < in->n_networks; n++) {
		unsigned attachments = 0, uplinks = 0;

		for (unsigned i = 0; i < in->n_attachments; i++)
			attachments += in->attachments[i].network == n;
		for (unsigned i = 0; i < in->n_uplinks; i++)
			uplinks += intent_uplink_carries(&in->uplinks[i], n);
		json_array_append_new(list, json_pack("{s:s, s:i, s:i, s:i}", "name",
						      in->networks[n].name, "vlan",
						      in->networks[n].vlan, "attachments",
						      (int)attachments, "uplinks", (int)uplinks));
	}
	return list;
}

static const char *port_state(const struct fleet *fleet, unsigned sw, const char *port)
{
	const struct session *session =
		fleet_session(fleet, fleet_intent(fleet)->switches[sw].dpid);
	bool up;

	if (session == NULL || session_state(session) != SESSION_STEADY)
		return "switch away";
	if (!session_port(session, port, &up))
		return "port missing";
	return up ? "up" : "applied";
}

json_t *view_attachments(const struct fleet *fleet)
{
	const struct intent *in = fleet_intent(fleet);
	json_t *list = json_array();

	for (unsigned i = 0; i < in->n_attachments; i++) {
		const struct intent_attachment *a = &in->attachments[i];
		char mac[ETH_ADDR_TEXT_SIZE];

		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:s, s:s?, s:s}", "network",
						in->networks[a->network].name, "switch",
						in->switches[a->sw].name, "port", a->port, "mac",
						a->has_mac ? eth_addr_text(&a->mac, mac) : NULL,
						"state", port_state(fleet, a->sw, a->port)));
	}
	return list;
}

json_t *view_uplinks(const struct fleet *fleet)
{
	const struct intent *in = fleet_intent(fleet);
	json_t *list = json_array();

	for (unsigned i = 0; i < in->n_uplinks; i++) {
		const struct intent_uplink *u = &in->uplinks[i];
		json_t *networks = json_array();

		for (unsigned n = 0; n < u->n_networks; n++)
			json_array_append_new(networks,
					      json_string(in->networks[u->networks[n]].name));
		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:o, s:s?, s:s}", "switch",
						in->switches[u->sw].name, "port", u->port,
						"networks", networks, "native",
						u->has_native ? in->networks[u->native].name : NULL,
						"state", port_state(fleet, u->sw, u->port)));
	}
	return list;
}

static json_t *switch_json(const char *name, uint64_t dpid, const struct session *session)
{
	unsigned wanted = 0, present = 0;
	char text[17];

	snprintf(text, sizeof(text), "%016" PRIx64, dpid);
	if (session != NULL)
		session_flows(session, &wanted, &present);
	return json_pack(
		"{s:s?, s:s, s:s, s:s?, s:s?, s:i, s:i}", "name", name, "dpid", text, "state",
		session_state_text(session ? session_state(session) : SESSION_AWAY), "version",
		session && session_channel(session)
			? of_version_name(channel_version(session_channel(session)))
			: NULL,
		"peer", session ? session_peer(session) : NULL, "flows_wanted", (int)wanted,
		"flows_present", (int)present);
}

static void add_unknown(void *list, const struct session *session)
{
	json_array_append_new(list, switch_json(NULL, session_dpid(session), session));
}

json_t *view_switches(const struct fleet *fleet)
{
	const struct intent *in = fleet_intent(fleet);
	json_t *list = json_array();

	for (unsigned i = 0; i < in->n_switches; i++)
		json_array_append_new(list,
				      switch_json(in->switches[i].name, in->switches[i].dpid,
						  fleet_session(fleet, in->switches[i].dpid)));
	fleet_each_unknown(fleet, add_unknown, list);
	return list;
}
