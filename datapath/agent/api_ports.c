// SPDX-License-Identifier: Apache-2.0
/* /v1/ports: what ports there are, their counters; adding, changing, removing. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datapath/agent/api.h"
#include "datapath/agent/api_queues.h"
#include "datapath/agent/host.h"
#include "openflow/types.h"
#include "vhost-user/qemu.h"

/* --- out ------------------------------------------------------------------------------------ */

static json_t *vlan_json(const struct vlan_port *vlan)
{
	json_t *json, *runs;
	unsigned int from = 0, to;

	if (vlan->mode == VLAN_NONE)
		return json_pack("{s:s}", "mode", "none");
	if (vlan->mode == VLAN_ACCESS)
		return json_pack("{s:s, s:i}", "mode", "access", "access", vlan->access);
	runs = json_array();
	while (port_settings_trunk_run(vlan, &from, &to)) {
		json_array_append_new(runs, json_pack("[i, i]", (int)from, (int)to));
		from = to + 1;
	}
	json = json_pack("{s:s, s:o}", "mode", "trunk", "trunk", runs);
	if (vlan->native != 0)
		json_object_set_new(json, "native", json_integer(vlan->native));
	return json;
}

static json_t *counters_json(const struct host *host, uint16_t index)
{
	struct pmd_port_counters c;
	json_t *drops = json_object();
	uint64_t n_drops = 0;

	pmd_port_counters(host->pmd, index, &c);
	for (int r = 0; r < DROP_N_REASONS; r++) {
		if (c.drops[r] == 0)
			continue;
		n_drops += c.drops[r];
		json_object_set_new(drops, drop_text((enum drop_reason)r)->name,
				    json_integer((json_int_t)c.drops[r]));
	}
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}",
			 "rx_packets", (json_int_t)c.rx_packets, "rx_bytes", (json_int_t)c.rx_bytes,
			 "rx_missed", (json_int_t)c.rx_missed, "tx_packets",
			 (json_int_t)c.tx_packets, "tx_bytes", (json_int_t)c.tx_bytes, "rx_dropped",
			 (json_int_t)n_drops, "tx_dropped", (json_int_t)c.tx_dropped, "copies",
			 (json_int_t)c.copies, "injected", (json_int_t)c.injected, "punted",
			 (json_int_t)c.punted, "forwarded", (json_int_t)c.forwarded, "drops",
			 drops);
}

static json_t *port_json(const struct host *host, const struct port_entry *entry)
{
	const struct port_spec *spec = &entry->port->spec;
	const struct port_state *state = &entry->state;
	bool vhost = spec->kind == PORT_VHOST;
	json_t *features = json_array();
	char mac[ETH_ADDR_TEXT_SIZE];

	for (uint16_t i = 0; i < state->n_features; i++)
		json_array_append_new(features, json_string(state->features[i]));
	return json_pack(
		"{s:s, s:I, s:s, s:s, s:o, s:s, s:s, s:s, s:i, s:I, s:i, s:o, s:b, s:o, s:o, s:o}",
		"name", spec->name, "ofport", (json_int_t)entry->settings.ofport, "kind",
		spec->kind_name, "arg", spec->arg, "role",
		vhost ? json_string(spec->client ? "client" : "server") : json_null(), "link",
		state->link_up ? "up" : "down", "admin",
		entry->config & OFPPC_PORT_DOWN ? "down" : "up", "mac",
		eth_addr_text(&state->mac, mac), "mtu", (int)state->mtu, "speed_bps",
		(json_int_t)state->speed_bps, "queues", (int)entry->port->n_rxq, "vlan",
		vlan_json(&entry->settings.vlan), "connected", vhost ? state->connected : true,
		"features", features, "egress", api_egress_json(host, entry), "counters",
		counters_json(host, entry->port->index));
}

/* How to start a guest on it. */
static void add_guest_lines(const struct port_entry *entry, json_t *json)
{
	const struct port_spec *spec = &entry->port->spec;
	const struct qemu_port guest = {.name = spec->name,
					.path = spec->arg,
					.switch_is_client = spec->client,
					.n_queues = entry->port->n_rxq,
					.mtu = spec->mtu,
					.has_mac = spec->has_mac,
					.mac = spec->mac};
	char **args = qemu_args(&guest), *xml = qemu_libvirt_xml(&guest);
	json_t *list = json_array();

	for (char **a = args; *a != NULL; a++)
		json_array_append_new(list, json_string(*a));
	json_object_set_new(json, "qemu", list);
	json_object_set_new(json, "libvirt", json_string(xml));
	qemu_args_free(args);
	free(xml);
}

void api_get_ports(void *context, struct http_request *request)
{
	struct host *host = context;
	const struct port_entry *entry;
	json_t *list = json_array();
	uint16_t at = 0;

	while ((entry = ports_next(host->ports, &at)) != NULL)
		json_array_append_new(list, port_json(host, entry));
	http_reply_json(request, 200, list);
}

void api_get_port(void *context, struct http_request *request)
{
	struct host *host = context;
	const char *name = http_arg(request, 0);
	const struct port_entry *entry = ports_find(host->ports, name);
	json_t *json;

	if (entry == NULL) {
		http_reply_error(request, 404, "there is no port %.40s; heddle port show lists all",
				 name);
		return;
	}
	json = port_json(host, entry);
	if (entry->port->spec.kind == PORT_VHOST)
		add_guest_lines(entry, json);
	http_reply_json(request, 200, json);
}

/* --- in ------------------------------------------------------------------------------------- */

void api_add_port(void *context, struct http_request *request)
{
	struct host *host = context;
	json_t *body = http_body(request), *json;
	const struct port_entry *entry;
	const char *spec;
	char why[512] = "";
	int err;

	if (body == NULL)
		return;
	spec = json_string_value(json_object_get(body, "spec"));
	if (spec == NULL) {
		http_reply_error(
			request, 400,
			"the body has no \"spec\"; send {\"spec\": \"NAME,KIND:ARGUMENT\"}");
		json_decref(body);
		return;
	}
	err = ports_add(host->ports, spec, 0, &entry, why, sizeof(why));
	json_decref(body);
	if (err < 0) {
		http_reply_error(request, http_status(err), "%s", why);
		return;
	}
	json = port_json(host, entry);
	if (entry->port->spec.kind == PORT_VHOST)
		add_guest_lines(entry, json);
	api_answer_when_stored(host, request, 201, json);
}

/* A number that may be null; false when it is something else. */
static bool read_vid(const json_t *value, uint16_t *vid)
{
	json_int_t n = json_integer_value(value);

	*vid = 0;
	if (json_is_null(value))
		return true;
	if (!json_is_integer(value) || n < 1 || n > 4094)
		return false;
	*vid = (uint16_t)n;
	return true;
}

/* One key of a PATCH; false when its value does not serve. */
static bool read_change(struct port_change *change, const char *key, const json_t *value)
{
	const char *text = json_string_value(value);
	json_int_t n = json_integer_value(value);

	if (strcmp(key, "vlan") == 0) {
		change->has_vlan = true;
		return read_vid(value, &change->vlan);
	}
	if (strcmp(key, "native") == 0) {
		change->has_native = true;
		return read_vid(value, &change->native);
	}
	if (strcmp(key, "trunk") == 0) {
		change->has_trunk = true;
		change->trunk = text;
		return text != NULL || json_is_null(value);
	}
	if (strcmp(key, "mtu") == 0) {
		change->has_mtu = true;
		change->mtu = (uint16_t)n;
		return json_is_integer(value) && n >= PORT_MTU_MIN && n <= PORT_MTU_MAX;
	}
	if (strcmp(key, "egress") == 0)
		return api_egress_read(change, value);
	if (strcmp(key, "admin") == 0 && text != NULL) {
		change->has_admin = true;
		change->admin_up = strcmp(text, "up") == 0;
		return change->admin_up || strcmp(text, "down") == 0;
	}
	return false;
}

void api_set_port(void *context, struct http_request *request)
{
	struct host *host = context;
	json_t *body = http_body(request), *value;
	struct port_change change = {0};
	const char *key, *name = http_arg(request, 0);
	char why[512] = "";
	int err;

	if (body == NULL)
		return;
	json_object_foreach(body, key, value)
	{
		if (read_change(&change, key, value))
			continue;
		http_reply_error(
			request, 400,
			"%.40s cannot be set so on port %.40s; there are vlan and native "
			"(1 to 4094 or null), trunk (as 10;20;30-40 or null), mtu (%d to %d), "
			"admin (up or down) and egress (rate_bps and queues of at least 8000 "
			"bit/s, or null)",
			key, name, PORT_MTU_MIN, PORT_MTU_MAX);
		json_decref(body);
		return;
	}
	err = ports_set(host->ports, name, &change, why, sizeof(why));
	json_decref(body);
	if (err < 0)
		http_reply_error(request, http_status(err), "%s", why);
	else
		api_answer_when_stored(host, request, 200,
				       port_json(host, ports_find(host->ports, name)));
}

struct removal {
	struct host *host;
	struct http_request *request;
};

static void on_removed(void *arg)
{
	struct removal removal = *(struct removal *)arg;

	free(arg);
	api_answer_when_stored(removal.host, removal.request, 204, NULL);
}

void api_remove_port(void *context, struct http_request *request)
{
	struct host *host = context;
	const char *name = http_arg(request, 0);
	struct removal *removal = malloc(sizeof(*removal));
	int err = -ENOMEM;

	if (removal != NULL) {
		*removal = (struct removal){host, request};
		err = ports_remove(host->ports, name, on_removed, removal);
	}
	if (err == 0)
		return;
	if (err == -ENOENT)
		http_reply_error(request, 404, "there is no port %.40s; heddle port show lists all",
				 name);
	else
		http_reply_error(request, http_status(err), "port %.40s cannot be removed: %s",
				 name,
				 err == -EBUSY ? "it is being removed already" : strerror(-err));
	free(removal);
}
