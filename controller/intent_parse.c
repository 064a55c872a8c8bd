// SPDX-License-Identifier: Apache-2.0
/*
 * From the YAML tree to a checked intent. The first fault refuses the whole file.
 */
#include "controller/intent.h"

#include "controller/yaml_tree.h"
#include "lib/text.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

/* A name, MAC or port that may occur once; `key` says which and where. */
struct seen {
	UT_hash_handle hh;
	unsigned index; /* of the object, or where it is useful: its line */
	unsigned line;
	char key[];
};

struct parser {
	const char *name;
	char *why;
	struct intent *intent;
	struct seen *switches, *networks, *ports, *macs;
};

static bool refuse(struct parser *p, unsigned line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Always false, so that callers can return it. */
static bool refuse(struct parser *p, unsigned line, const char *format, ...)
{
	va_list args;
	int n = snprintf(p->why, INTENT_WHY_SIZE, "%s:%u: ", p->name, line);

	if (n < 0 || n >= INTENT_WHY_SIZE)
		return false;
	va_start(args, format);
	vsnprintf(p->why + n, (size_t)(INTENT_WHY_SIZE - n), format, args);
	va_end(args);
	return false;
}

static const struct seen *seen_find(const struct seen *set, const char *key)
{
	struct seen *found;

	HASH_FIND_STR(set, key, found);
	return found;
}

static bool seen_add(struct parser *p, struct seen **set, const char *key, unsigned index,
		     unsigned line)
{
	size_t size = strlen(key) + 1;
	struct seen *one = calloc(1, sizeof(*one) + size);

	if (one == NULL)
		return refuse(p, line, "out of memory; shorten the file");
	one->index = index;
	one->line = line;
	memcpy(one->key, key, size);
	HASH_ADD_STR(*set, key, one);
	return true;
}

static void seen_free(struct seen **set)
{
	struct seen *one, *next;

	HASH_ITER (hh, *set, one, next) {
		HASH_DEL(*set, one);
		free(one);
	}
}

/* `keys` are separated by blanks. */
static bool check_keys(struct parser *p, const struct yaml_tree *map, const char *what,
		       const char *keys)
{
	if (map->kind != YAML_KIND_MAP)
		return refuse(p, map->line,
			      "%s is not a mapping; write it as key: value (keys: %s)", what, keys);
	for (unsigned i = 0; i < map->n; i++) {
		const char *key = map->keys[i], *at = keys;
		size_t len = strlen(key);

		while (len != 0 && (at = strstr(at, key)) != NULL) {
			if ((at == keys || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
				break;
			at++;
		}
		if (len == 0 || at == NULL)
			return refuse(p, map->children[i]->line,
				      "%s has no key \"%s\"; use one of: %s", what, key, keys);
	}
	return true;
}

static bool is_empty(const struct yaml_tree *t)
{
	return t == NULL ||
	       (t->kind == YAML_KIND_TEXT && !t->quoted &&
		(t->text[0] == '\0' || strcmp(t->text, "~") == 0 || strcmp(t->text, "null") == 0));
}

/* The text of a key of `map`; NULL after refusing. */
static const char *need_text(struct parser *p, const struct yaml_tree *map, const char *what,
			     const char *key)
{
	const struct yaml_tree *value = yaml_tree_get(map, key);

	if (is_empty(value)) {
		refuse(p, value ? value->line : map->line, "%s has no %s; add \"%s: …\"", what, key,
		       key);
		return NULL;
	}
	if (value->kind != YAML_KIND_TEXT) {
		refuse(p, value->line,
		       "%s of %s is not a single value; write \"%s: …\" on one line", key, what,
		       key);
		return NULL;
	}
	return value->text;
}

static unsigned line_of(const struct yaml_tree *map, const char *key)
{
	const struct yaml_tree *value = yaml_tree_get(map, key);

	return value ? value->line : map->line;
}

static bool read_name(struct parser *p, const struct yaml_tree *map, const char *what,
		      const char *key, char *to)
{
	const char *text = need_text(p, map, what, key);

	if (text == NULL)
		return false;
	for (const char *c = text; *c != '\0'; c++) {
		if (isspace((unsigned char)*c) || iscntrl((unsigned char)*c))
			return refuse(
				p, line_of(map, key),
				"%s \"%s\" of %s has a blank in it; use letters, digits, - and _",
				key, text, what);
	}
	if (!text_copy(to, INTENT_NAME_MAX + 1, text) || text[0] == '\0')
		return refuse(p, line_of(map, key), "%s of %s must have 1 to %d bytes; shorten it",
			      key, what, INTENT_NAME_MAX);
	return true;
}

/* Up to 16 hexadecimal digits, with 0x before or colons between. */
static bool read_dpid(struct parser *p, const struct yaml_tree *value, const char *text,
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
		return refuse(
			p, value->line,
			"dpid \"%s\" is not a datapath id; write up to 16 hexadecimal digits as "
			"`heddle show` prints them, such as 0000000000000001",
			text);
	return true;
}

static bool add_switch(struct parser *p, const struct yaml_tree *t, struct intent_switch *sw)
{
	unsigned index = p->intent->n_switches;
	const struct seen *other;
	const char *text;

	sw->line = t->line;
	if (!check_keys(p, t, "a switch", "name dpid") ||
	    !read_name(p, t, "a switch", "name", sw->name))
		return false;
	text = need_text(p, t, "a switch", "dpid");
	if (text == NULL || !read_dpid(p, yaml_tree_get(t, "dpid"), text, &sw->dpid))
		return false;
	other = seen_find(p->switches, sw->name);
	if (other != NULL)
		return refuse(p, t->line, "switch \"%s\" is already on line %u; rename one",
			      sw->name, other->line);
	for (unsigned i = 0; i < index; i++) {
		if (p->intent->switches[i].dpid == sw->dpid)
			return refuse(
				p, line_of(t, "dpid"),
				"dpid %016llx is already that of switch \"%s\" on line %u; give "
				"each switch its own",
				(unsigned long long)sw->dpid, p->intent->switches[i].name,
				p->intent->switches[i].line);
	}
	p->intent->n_switches++;
	return seen_add(p, &p->switches, sw->name, index, t->line);
}

/* `switch: 1`, or `switch: {name: …, dpid: …}`. */
static bool add_only_switch(struct parser *p, const struct yaml_tree *t)
{
	struct intent_switch *sw;

	if (yaml_tree_get(t, "switches") != NULL)
		return refuse(p, line_of(t, "switch"),
			      "both \"switch\" and \"switches\" are there; keep one");
	t = yaml_tree_get(t, "switch");
	sw = p->intent->switches = calloc(1, sizeof(*sw));
	if (sw == NULL)
		return refuse(p, t->line, "out of memory; shorten the file");
	if (t->kind != YAML_KIND_TEXT)
		return add_switch(p, t, sw);
	sw->line = t->line;
	text_copy(sw->name, sizeof(sw->name), "switch");
	p->intent->n_switches = 1;
	return read_dpid(p, t, t->text, &sw->dpid) &&
	       seen_add(p, &p->switches, sw->name, 0, t->line);
}

static bool add_network(struct parser *p, const struct yaml_tree *t, struct intent_network *network)
{
	unsigned index = p->intent->n_networks;
	const struct seen *other;
	const char *text;
	uint64_t vlan;

	network->line = t->line;
	if (!check_keys(p, t, "a network", "name vlan") ||
	    !read_name(p, t, "a network", "name", network->name))
		return false;
	text = need_text(p, t, "a network", "vlan");
	if (text == NULL)
		return false;
	if (text_parse_u64(text, 4094, &vlan) != 0 || vlan == 0)
		return refuse(p, line_of(t, "vlan"),
			      "vlan \"%s\" of network \"%s\" is not a VLAN id; use 1 to 4094", text,
			      network->name);
	network->vlan = (uint16_t)vlan;
	other = seen_find(p->networks, network->name);
	if (other != NULL)
		return refuse(p, t->line, "network \"%s\" is already on line %u; rename one",
			      network->name, other->line);
	for (unsigned i = 0; i < index; i++) {
		if (p->intent->networks[i].vlan == vlan)
			return refuse(
				p, line_of(t, "vlan"),
				"vlan %u is already that of network \"%s\" on line %u; give each "
				"network its own",
				(unsigned)vlan, p->intent->networks[i].name,
				p->intent->networks[i].line);
	}
	p->intent->n_networks++;
	return seen_add(p, &p->networks, network->name, index, t->line);
}

static bool find_network(struct parser *p, unsigned line, const char *name, unsigned *network)
{
	const struct seen *found = seen_find(p->networks, name);

	if (found == NULL)
		return refuse(p, line,
			      "network \"%s\" is not defined; add it to networks or correct "
			      "the name",
			      name);
	*network = found->index;
	return true;
}

/* The switch of an attachment or uplink: may be left out when there is one only. */
static bool find_switch(struct parser *p, const struct yaml_tree *t, const char *what, unsigned *sw)
{
	const struct seen *found;
	const char *name;

	if (yaml_tree_get(t, "switch") == NULL && p->intent->n_switches == 1) {
		*sw = 0;
		return true;
	}
	name = need_text(p, t, what, "switch");
	if (name == NULL)
		return false;
	found = seen_find(p->switches, name);
	if (found == NULL)
		return refuse(
			p, line_of(t, "switch"),
			"switch \"%s\" is not defined; add it to switches or correct the name",
			name);
	*sw = found->index;
	return true;
}

/* Takes a port for one attachment or uplink. */
static bool take_port(struct parser *p, unsigned line, unsigned sw, const char *port)
{
	char key[INTENT_NAME_MAX + 16];
	const struct seen *other;

	if (strlen(port) > INTENT_PORT_MAX)
		return refuse(
			p, line,
			"port \"%s\" has more than %d bytes, which OpenFlow does not carry; give "
			"the port a shorter name",
			port, INTENT_PORT_MAX);
	snprintf(key, sizeof(key), "%u %s", sw, port);
	other = seen_find(p->ports, key);
	if (other != NULL)
		return refuse(
			p, line,
			"port \"%s\" of switch \"%s\" is already used on line %u; a port has one "
			"attachment or one uplink, remove the other",
			port, p->intent->switches[sw].name, other->line);
	return seen_add(p, &p->ports, key, 0, line);
}

static bool read_mac(struct parser *p, const struct yaml_tree *t, struct intent_attachment *a)
{
	char key[ETH_ADDR_TEXT_SIZE + 16], mac[ETH_ADDR_TEXT_SIZE];
	const char *text = need_text(p, t, "an attachment", "mac");
	unsigned line = line_of(t, "mac");
	const struct seen *other;

	if (text == NULL)
		return false;
	if (eth_addr_parse(text, &a->mac) != 0 || eth_addr_is_zero(&a->mac) ||
	    eth_addr_is_multicast(&a->mac))
		return refuse(p, line,
			      "mac \"%s\" of port \"%s\" is not a station's address; write it as "
			      "52:54:00:00:00:01",
			      text, a->port);
	a->has_mac = true;
	snprintf(key, sizeof(key), "%u %s", a->network, eth_addr_text(&a->mac, mac));
	other = seen_find(p->macs, key);
	if (other != NULL)
		return refuse(
			p, line,
			"mac %s is already in network \"%s\" on line %u; give each port its own",
			mac, p->intent->networks[a->network].name, other->line);
	return seen_add(p, &p->macs, key, 0, line);
}

static bool add_attachment(struct parser *p, const struct yaml_tree *t, struct intent_attachment *a)
{
	const char *network;

	a->line = t->line;
	if (!check_keys(p, t, "an attachment", "network switch port mac"))
		return false;
	network = need_text(p, t, "an attachment", "network");
	if (network == NULL || !find_network(p, line_of(t, "network"), network, &a->network) ||
	    !find_switch(p, t, "an attachment", &a->sw) ||
	    !read_name(p, t, "an attachment", "port", a->port) ||
	    !take_port(p, t->line, a->sw, a->port))
		return false;
	p->intent->n_attachments++;
	return yaml_tree_get(t, "mac") == NULL || read_mac(p, t, a);
}

static bool read_carried(struct parser *p, const struct yaml_tree *list, struct intent_uplink *up)
{
	unsigned n = list->kind == YAML_KIND_LIST ? list->n : p->intent->n_networks;

	if (list->kind == YAML_KIND_MAP ||
	    (list->kind == YAML_KIND_TEXT && strcmp(list->text, "all") != 0))
		return refuse(p, list->line,
			      "networks of an uplink is not a list; write [NAME, …] or all");
	up->networks = calloc(n + 1, sizeof(*up->networks));
	if (up->networks == NULL)
		return refuse(p, list->line, "out of memory; shorten the file");
	for (unsigned i = 0; i < n; i++) {
		const struct yaml_tree *item =
			list->kind == YAML_KIND_LIST ? list->children[i] : NULL;
		unsigned network = i;

		if (item != NULL && item->kind != YAML_KIND_TEXT)
			return refuse(p, item->line,
				      "a network of an uplink is not a name; write one");
		if (item != NULL && !find_network(p, item->line, item->text, &network))
			return false;
		if (item == NULL && up->has_native && up->native == network)
			continue;
		if (intent_uplink_carries(up, network))
			return refuse(
				p, item ? item->line : list->line,
				"network \"%s\" is on uplink \"%s\" twice; carry it tagged or "
				"as native, once",
				p->intent->networks[network].name, up->port);
		up->networks[up->n_networks++] = network;
	}
	return true;
}

static bool add_uplink(struct parser *p, const struct yaml_tree *t, struct intent_uplink *up)
{
	const char *native;

	up->line = t->line;
	if (!check_keys(p, t, "an uplink", "switch port networks native") ||
	    !find_switch(p, t, "an uplink", &up->sw) ||
	    !read_name(p, t, "an uplink", "port", up->port) ||
	    !take_port(p, t->line, up->sw, up->port))
		return false;
	p->intent->n_uplinks++;
	if (yaml_tree_get(t, "native") != NULL) {
		native = need_text(p, t, "an uplink", "native");
		if (native == NULL || !find_network(p, line_of(t, "native"), native, &up->native))
			return false;
		up->has_native = true;
	}
	if (yaml_tree_get(t, "networks") != NULL &&
	    !read_carried(p, yaml_tree_get(t, "networks"), up))
		return false;
	if (!up->has_native && up->n_networks == 0)
		return refuse(
			p, t->line,
			"uplink \"%s\" carries no network; add networks: [NAME, …] or native: NAME",
			up->port);
	return true;
}

/* The list under a key, NULL when it is empty or absent; false after refusing. */
static bool find_list(struct parser *p, const struct yaml_tree *root, const char *key,
		      const struct yaml_tree **list)
{
	*list = yaml_tree_get(root, key);
	if (is_empty(*list)) {
		*list = NULL;
		return true;
	}
	if ((*list)->kind != YAML_KIND_LIST)
		return refuse(p, (*list)->line, "%s is not a list; start each entry with \"- \"",
			      key);
	return true;
}

#define READ_LIST(p, root, key, array, add)                                                        \
	(find_list(p, root, key, &list) &&                                                         \
	 (list == NULL || ((array) = calloc(list->n + 1, sizeof(*(array)))) != NULL ||             \
	  refuse(p, list->line, "out of memory; shorten the file")) &&                             \
	 add##_all(p, list, array))

#define DEFINE_ADD_ALL(add, type)                                                                  \
	static bool add##_all(struct parser *p, const struct yaml_tree *list, type *array)         \
	{                                                                                          \
		for (unsigned i = 0; list != NULL && i < list->n; i++) {                           \
			if (!add(p, list->children[i], &array[i]))                                 \
				return false;                                                      \
		}                                                                                  \
		return true;                                                                       \
	}

DEFINE_ADD_ALL(add_switch, struct intent_switch)
DEFINE_ADD_ALL(add_network, struct intent_network)
DEFINE_ADD_ALL(add_attachment, struct intent_attachment)
DEFINE_ADD_ALL(add_uplink, struct intent_uplink)

static bool read_root(struct parser *p, const struct yaml_tree *root)
{
	struct intent *in = p->intent;
	const struct yaml_tree *list;

	if (!check_keys(p, root, "the file", "switches switch networks attachments uplinks"))
		return false;
	if (yaml_tree_get(root, "switch") != NULL) {
		if (!add_only_switch(p, root))
			return false;
	} else if (!READ_LIST(p, root, "switches", in->switches, add_switch)) {
		return false;
	}
	if (in->n_switches == 0)
		return refuse(p, root->line,
			      "the file names no switch; add switches: with a name and a dpid");
	return READ_LIST(p, root, "networks", in->networks, add_network) &&
	       READ_LIST(p, root, "attachments", in->attachments, add_attachment) &&
	       READ_LIST(p, root, "uplinks", in->uplinks, add_uplink);
}

struct intent *intent_parse(const char *name, const char *bytes, size_t size, char *why)
{
	struct yaml_tree *root = yaml_tree_read(name, bytes, size, why, INTENT_WHY_SIZE);
	struct parser p = {.name = name, .why = why};

	if (root == NULL)
		return NULL;
	p.intent = calloc(1, sizeof(*p.intent));
	if (p.intent == NULL) {
		refuse(&p, 1, "out of memory; shorten the file");
	} else if (!read_root(&p, root)) {
		intent_free(p.intent);
		p.intent = NULL;
	}
	seen_free(&p.switches);
	seen_free(&p.networks);
	seen_free(&p.ports);
	seen_free(&p.macs);
	yaml_tree_free(root);
	return p.intent;
}
