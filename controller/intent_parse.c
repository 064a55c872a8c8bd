// SPDX-License-Identifier: Apache-2.0
/*
 * From the YAML tree to a checked intent. The first fault refuses the whole file.
 */
#include "controller/intent_reader.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Up to 16 hexadecimal digits, with 0x before or colons between. */
static bool read_dpid(struct intent_reader *r, const struct yaml_tree *value, const char *text,
		      uint64_t *dpid)
{
	const char *c = text_starts(text, "0x") ? text + 2 : text;
	unsigned n = 0;

	*dpid = 0;
	for (; *c != '\0'; c++) {
		if (*c == ':' && n != 0)
			continue;
		if (!isxdigit((unsigned char)*c) || ++n > 16)
			break;
		*dpid = *dpid << 4 | (uint64_t)(isdigit((unsigned char)*c)
							? *c - '0'
							: tolower((unsigned char)*c) - 'a' + 10);
	}
	if (*c != '\0' || n == 0 || *dpid == 0)
		return reader_refuse(
			r, value->line,
			"dpid \"%s\" is not a datapath id; write up to 16 hexadecimal digits as "
			"`heddle show` prints them, such as 0000000000000001",
			text);
	return true;
}

static bool add_switch(struct intent_reader *r, const struct yaml_tree *t, struct intent_switch *sw)
{
	unsigned index = r->intent->n_switches;
	const struct seen *other;
	const char *text;

	sw->line = t->line;
	if (!reader_keys(r, t, "a switch", "name dpid") ||
	    !reader_name(r, t, "a switch", "name", sw->name))
		return false;
	text = reader_text(r, t, "a switch", "dpid");
	if (text == NULL || !read_dpid(r, yaml_tree_get(t, "dpid"), text, &sw->dpid))
		return false;
	other = seen_find(r->switches, sw->name);
	if (other != NULL)
		return reader_refuse(r, t->line, "switch \"%s\" is already on line %u; rename one",
				     sw->name, other->line);
	for (unsigned i = 0; i < index; i++) {
		if (r->intent->switches[i].dpid == sw->dpid)
			return reader_refuse(
				r, reader_line(t, "dpid"),
				"dpid %016llx is already that of switch \"%s\" on line %u; give "
				"each switch its own",
				(unsigned long long)sw->dpid, r->intent->switches[i].name,
				r->intent->switches[i].line);
	}
	r->intent->n_switches++;
	return seen_add(r, &r->switches, sw->name, index, t->line);
}

/* `switch: 1`, or `switch: {name: …, dpid: …}`. */
static bool add_only_switch(struct intent_reader *r, const struct yaml_tree *t)
{
	struct intent_switch *sw;

	if (yaml_tree_get(t, "switches") != NULL)
		return reader_refuse(r, reader_line(t, "switch"),
				     "both \"switch\" and \"switches\" are there; keep one");
	t = yaml_tree_get(t, "switch");
	sw = r->intent->switches = calloc(1, sizeof(*sw));
	if (sw == NULL)
		return reader_refuse(r, t->line, "out of memory; shorten the file");
	if (t->kind != YAML_KIND_TEXT)
		return add_switch(r, t, sw);
	sw->line = t->line;
	text_copy(sw->name, sizeof(sw->name), "switch");
	r->intent->n_switches = 1;
	return read_dpid(r, t, t->text, &sw->dpid) &&
	       seen_add(r, &r->switches, sw->name, 0, t->line);
}

static bool add_network(struct intent_reader *r, const struct yaml_tree *t,
			struct intent_network *network)
{
	unsigned index = r->intent->n_networks;
	const struct seen *other;
	const char *text;
	uint64_t vlan;

	network->line = t->line;
	if (!reader_keys(r, t, "a network", "name vlan") ||
	    !reader_name(r, t, "a network", "name", network->name))
		return false;
	text = reader_text(r, t, "a network", "vlan");
	if (text == NULL)
		return false;
	if (text_parse_u64(text, 4094, &vlan) != 0 || vlan == 0)
		return reader_refuse(
			r, reader_line(t, "vlan"),
			"vlan \"%s\" of network \"%s\" is not a VLAN id; use 1 to 4094", text,
			network->name);
	network->vlan = (uint16_t)vlan;
	other = seen_find(r->networks, network->name);
	if (other != NULL)
		return reader_refuse(r, t->line, "network \"%s\" is already on line %u; rename one",
				     network->name, other->line);
	for (unsigned i = 0; i < index; i++) {
		if (r->intent->networks[i].vlan == vlan)
			return reader_refuse(
				r, reader_line(t, "vlan"),
				"vlan %u is already that of network \"%s\" on line %u; give each "
				"network its own",
				(unsigned)vlan, r->intent->networks[i].name,
				r->intent->networks[i].line);
	}
	r->intent->n_networks++;
	return seen_add(r, &r->networks, network->name, index, t->line);
}

static bool find_network(struct intent_reader *r, unsigned line, const char *name,
			 unsigned *network)
{
	const struct seen *found = seen_find(r->networks, name);

	if (found == NULL)
		return reader_refuse(r, line,
				     "network \"%s\" is not defined; add it to networks or correct "
				     "the name",
				     name);
	*network = found->index;
	return true;
}

/* The switch of an attachment or uplink: may be left out when there is one only. */
static bool find_switch(struct intent_reader *r, const struct yaml_tree *t, const char *what,
			unsigned *sw)
{
	const struct seen *found;
	const char *name;

	if (yaml_tree_get(t, "switch") == NULL && r->intent->n_switches == 1) {
		*sw = 0;
		return true;
	}
	name = reader_text(r, t, what, "switch");
	if (name == NULL)
		return false;
	found = seen_find(r->switches, name);
	if (found == NULL)
		return reader_refuse(
			r, reader_line(t, "switch"),
			"switch \"%s\" is not defined; add it to switches or correct the name",
			name);
	*sw = found->index;
	return true;
}

/* Takes a port for one attachment or uplink. */
static bool take_port(struct intent_reader *r, unsigned line, unsigned sw, const char *port)
{
	char key[INTENT_NAME_MAX + 16];
	const struct seen *other;

	if (strlen(port) > INTENT_PORT_MAX)
		return reader_refuse(
			r, line,
			"port \"%s\" has more than %d bytes, which OpenFlow does not carry; give "
			"the port a shorter name",
			port, INTENT_PORT_MAX);
	snprintf(key, sizeof(key), "%u %s", sw, port);
	other = seen_find(r->ports, key);
	if (other != NULL)
		return reader_refuse(
			r, line,
			"port \"%s\" of switch \"%s\" is already used on line %u; a port has one "
			"attachment or one uplink, remove the other",
			port, r->intent->switches[sw].name, other->line);
	return seen_add(r, &r->ports, key, 0, line);
}

/* Counts one more port of a switch in a network, whose group must fit into one message. */
static bool take_member(struct intent_reader *r, unsigned line, unsigned sw, unsigned network)
{
	char key[32];
	unsigned n;

	snprintf(key, sizeof(key), "%u %u", sw, network);
	n = seen_count(r, &r->members, key, line);
	if (n > INTENT_MEMBERS_MAX)
		return reader_refuse(
			r, line,
			"network \"%s\" has more than %u ports on switch \"%s\"; split the "
			"network",
			r->intent->networks[network].name, INTENT_MEMBERS_MAX,
			r->intent->switches[sw].name);
	return n != 0;
}

static bool read_mac(struct intent_reader *r, const struct yaml_tree *t,
		     struct intent_attachment *a)
{
	char key[ETH_ADDR_TEXT_SIZE + 16], mac[ETH_ADDR_TEXT_SIZE];
	const char *text = reader_text(r, t, "an attachment", "mac");
	unsigned line = reader_line(t, "mac");
	const struct seen *other;

	if (text == NULL)
		return false;
	if (eth_addr_parse(text, &a->mac) != 0 || eth_addr_is_zero(&a->mac) ||
	    eth_addr_is_multicast(&a->mac))
		return reader_refuse(
			r, line,
			"mac \"%s\" of port \"%s\" is not a station's address; write it as "
			"52:54:00:00:00:01",
			text, a->port);
	a->has_mac = true;
	snprintf(key, sizeof(key), "%u %s", a->network, eth_addr_text(&a->mac, mac));
	other = seen_find(r->macs, key);
	if (other != NULL)
		return reader_refuse(
			r, line,
			"mac %s is already in network \"%s\" on line %u; give each port its own",
			mac, r->intent->networks[a->network].name, other->line);
	return seen_add(r, &r->macs, key, 0, line);
}

static bool add_attachment(struct intent_reader *r, const struct yaml_tree *t,
			   struct intent_attachment *a)
{
	const char *network;

	a->line = t->line;
	if (!reader_keys(r, t, "an attachment", "network switch port mac"))
		return false;
	network = reader_text(r, t, "an attachment", "network");
	if (network == NULL || !find_network(r, reader_line(t, "network"), network, &a->network) ||
	    !find_switch(r, t, "an attachment", &a->sw) ||
	    !reader_name(r, t, "an attachment", "port", a->port) ||
	    !take_port(r, t->line, a->sw, a->port))
		return false;
	r->intent->n_attachments++;
	if (!take_member(r, t->line, a->sw, a->network))
		return false;
	return yaml_tree_get(t, "mac") == NULL || read_mac(r, t, a);
}

static bool read_carried(struct intent_reader *r, const struct yaml_tree *list,
			 struct intent_uplink *up)
{
	unsigned n = list->kind == YAML_KIND_LIST ? list->n : r->intent->n_networks;

	if (list->kind == YAML_KIND_MAP ||
	    (list->kind == YAML_KIND_TEXT && strcmp(list->text, "all") != 0))
		return reader_refuse(r, list->line,
				     "networks of an uplink is not a list; write [NAME, …] or all");
	up->networks = calloc(n + 1, sizeof(*up->networks));
	if (up->networks == NULL)
		return reader_refuse(r, list->line, "out of memory; shorten the file");
	for (unsigned i = 0; i < n; i++) {
		const struct yaml_tree *item =
			list->kind == YAML_KIND_LIST ? list->children[i] : NULL;
		unsigned network = i;

		if (item != NULL && item->kind != YAML_KIND_TEXT)
			return reader_refuse(r, item->line,
					     "a network of an uplink is not a name; write one");
		if (item != NULL && !find_network(r, item->line, item->text, &network))
			return false;
		if (item == NULL && up->has_native && up->native == network)
			continue;
		if (intent_uplink_carries(up, network))
			return reader_refuse(
				r, item ? item->line : list->line,
				"network \"%s\" is on uplink \"%s\" twice; carry it tagged or "
				"as native, once",
				r->intent->networks[network].name, up->port);
		up->networks[up->n_networks++] = network;
		if (!take_member(r, list->line, up->sw, network))
			return false;
	}
	return true;
}

static bool add_uplink(struct intent_reader *r, const struct yaml_tree *t, struct intent_uplink *up)
{
	const char *native;

	up->line = t->line;
	if (!reader_keys(r, t, "an uplink", "switch port networks native") ||
	    !find_switch(r, t, "an uplink", &up->sw) ||
	    !reader_name(r, t, "an uplink", "port", up->port) ||
	    !take_port(r, t->line, up->sw, up->port))
		return false;
	r->intent->n_uplinks++;
	if (yaml_tree_get(t, "native") != NULL) {
		native = reader_text(r, t, "an uplink", "native");
		if (native == NULL ||
		    !find_network(r, reader_line(t, "native"), native, &up->native))
			return false;
		up->has_native = true;
		if (!take_member(r, t->line, up->sw, up->native))
			return false;
	}
	if (yaml_tree_get(t, "networks") != NULL &&
	    !read_carried(r, yaml_tree_get(t, "networks"), up))
		return false;
	if (!up->has_native && up->n_networks == 0)
		return reader_refuse(
			r, t->line,
			"uplink \"%s\" carries no network; add networks: [NAME, …] or native: NAME",
			up->port);
	return true;
}

/* The list under a key, NULL when it is empty or absent; false after refusing. */
static bool find_list(struct intent_reader *r, const struct yaml_tree *root, const char *key,
		      const struct yaml_tree **list)
{
	*list = yaml_tree_get(root, key);
	if (reader_empty(*list)) {
		*list = NULL;
		return true;
	}
	if ((*list)->kind != YAML_KIND_LIST)
		return reader_refuse(r, (*list)->line,
				     "%s is not a list; start each entry with \"- \"", key);
	return true;
}

#define READ_LIST(r, root, key, array, add)                                                        \
	(find_list(r, root, key, &list) &&                                                         \
	 (list == NULL || ((array) = calloc(list->n + 1, sizeof(*(array)))) != NULL ||             \
	  reader_refuse(r, list->line, "out of memory; shorten the file")) &&                      \
	 add##_all(r, list, array))

#define DEFINE_ADD_ALL(add, type)                                                                  \
	static bool add##_all(struct intent_reader *r, const struct yaml_tree *list, type *array)  \
	{                                                                                          \
		for (unsigned i = 0; list != NULL && i < list->n; i++) {                           \
			if (!add(r, list->children[i], &array[i]))                                 \
				return false;                                                      \
		}                                                                                  \
		return true;                                                                       \
	}

DEFINE_ADD_ALL(add_switch, struct intent_switch)
DEFINE_ADD_ALL(add_network, struct intent_network)
DEFINE_ADD_ALL(add_attachment, struct intent_attachment)
DEFINE_ADD_ALL(add_uplink, struct intent_uplink)

static bool read_root(struct intent_reader *r, const struct yaml_tree *root)
{
	struct intent *in = r->intent;
	const struct yaml_tree *list;

	if (!reader_keys(r, root, "the file", "switches switch networks attachments uplinks"))
		return false;
	if (yaml_tree_get(root, "switch") != NULL) {
		if (!add_only_switch(r, root))
			return false;
	} else if (!READ_LIST(r, root, "switches", in->switches, add_switch)) {
		return false;
	}
	if (in->n_switches == 0)
		return reader_refuse(
			r, root->line,
			"the file names no switch; add switches: with a name and a dpid");
	return READ_LIST(r, root, "networks", in->networks, add_network) &&
	       READ_LIST(r, root, "attachments", in->attachments, add_attachment) &&
	       READ_LIST(r, root, "uplinks", in->uplinks, add_uplink);
}

struct intent *intent_parse(const char *name, const char *bytes, size_t size, char *why)
{
	struct yaml_tree *root = yaml_tree_read(name, bytes, size, why, INTENT_WHY_SIZE);
	struct intent_reader r = {.name = name, .why = why};

	if (root == NULL)
		return NULL;
	r.intent = calloc(1, sizeof(*r.intent));
	if (r.intent == NULL) {
		reader_refuse(&r, 1, "out of memory; shorten the file");
	} else if (!read_root(&r, root)) {
		intent_free(r.intent);
		r.intent = NULL;
	}
	seen_free(&r.switches);
	seen_free(&r.networks);
	seen_free(&r.ports);
	seen_free(&r.macs);
	seen_free(&r.members);
	yaml_tree_free(root);
	return r.intent;
}
