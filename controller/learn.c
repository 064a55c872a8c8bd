// SPDX-License-Identifier: Apache-2.0
#include "controller/learn.h"

#include <errno.h>
#include <string.h>

struct learn_key {
	uint16_t vlan;
	struct eth_addr mac;
};

struct learn_entry {
	UT_hash_handle hh;
	struct learn_key key;
	uint32_t port;
	uint64_t moved_ms; /* 0: never */
};

struct learn_port {
	UT_hash_handle hh;
	uint32_t port;
	unsigned n; /* addresses */
	unsigned tokens;
	uint64_t refilled_ms;
};

static struct learn_entry *entry_find(const struct learn *learn, const struct plan_mac *mac)
{
	struct learn_key key = {.vlan = mac->vlan, .mac = mac->mac};
	struct learn_entry *entry;

	HASH_FIND(hh, learn->entries, &key, sizeof(key), entry);
	return entry;
}

/* The state of a port, made when it is not there; NULL: no memory. */
static struct learn_port *port_get(struct learn *learn, uint32_t number)
{
	struct learn_port *port;

	HASH_FIND(hh, learn->ports, &number, sizeof(number), port);
	if (port != NULL)
		return port;
	port = calloc(1, sizeof(*port));
	if (port != NULL) {
		port->port = number;
		port->tokens = 2 * LEARN_RATE;
		HASH_ADD(hh, learn->ports, port, sizeof(port->port), port);
	}
	return port;
}

/* One frame out of the port's allowance; false when there is none left. */
static bool port_allowed(struct learn_port *port, uint64_t now_ms)
{
	uint64_t more = (now_ms - port->refilled_ms) * LEARN_RATE / 1000;

	if (more != 0) {
		port->tokens = more > 2 * LEARN_RATE - port->tokens ? 2 * LEARN_RATE
								    : port->tokens + (unsigned)more;
		port->refilled_ms = now_ms;
	}
	if (port->tokens == 0)
		return false;
	port->tokens--;
	return true;
}

static int entry_add(struct learn *learn, struct learn_port *port, const struct plan_mac *mac)
{
	struct learn_entry *entry = calloc(1, sizeof(*entry));

	if (entry == NULL)
		return -ENOMEM;
	entry->key = (struct learn_key){.vlan = mac->vlan, .mac = mac->mac};
	entry->port = mac->port;
	HASH_ADD(hh, learn->entries, key, sizeof(entry->key), entry);
	learn->n++;
	port->n++;
	return 0;
}

static void entry_move(struct learn *learn, struct learn_entry *entry, struct learn_port *to)
{
	struct learn_port *from = port_get(learn, entry->port);

	if (from != NULL && from->n != 0)
		from->n--;
	to->n++;
	entry->port = to->port;
}

enum learn_result learn_seen(struct learn *learn, const struct plan_mac *mac, bool uplink,
			     uint64_t now_ms, struct plan_mac *was)
{
	struct learn_port *port = port_get(learn, mac->port);
	unsigned max = uplink ? LEARN_UPLINK_MAX : LEARN_ATTACHMENT_MAX;
	struct learn_entry *entry;

	if (port == NULL || !port_allowed(port, now_ms))
		return LEARN_FULL;
	if (eth_addr_is_multicast(&mac->mac) || eth_addr_is_zero(&mac->mac))
		return LEARN_KNOWN;
	entry = entry_find(learn, mac);
	if (entry != NULL && entry->port == mac->port)
		return LEARN_KNOWN;
	if (port->n >= max || (entry == NULL && learn->n >= LEARN_SWITCH_MAX))
		return LEARN_FULL;
	if (entry == NULL)
		return entry_add(learn, port, mac) == 0 ? LEARN_NEW : LEARN_FULL;
	if (entry->moved_ms != 0 && now_ms - entry->moved_ms < LEARN_MOVE_MS)
		return LEARN_KNOWN;
	*was = *mac;
	was->port = entry->port;
	entry_move(learn, entry, port);
	entry->moved_ms = now_ms;
	return LEARN_MOVED;
}

int learn_adopt(struct learn *learn, const struct plan_mac *mac)
{
	struct learn_port *port = port_get(learn, mac->port);
	struct learn_entry *entry = entry_find(learn, mac);

	if (port == NULL)
		return -ENOMEM;
	if (entry == NULL)
		return entry_add(learn, port, mac);
	entry_move(learn, entry, port);
	return 0;
}

static void entry_del(struct learn *learn, struct learn_entry *entry)
{
	struct learn_port *port = port_get(learn, entry->port);

	if (port != NULL && port->n != 0)
		port->n--;
	HASH_DEL(learn->entries, entry);
	learn->n--;
	free(entry);
}

bool learn_forget(struct learn *learn, const struct plan_mac *mac)
{
	struct learn_entry *entry = entry_find(learn, mac);

	if (entry == NULL || entry->port != mac->port)
		return false;
	entry_del(learn, entry);
	return true;
}

void learn_clear(struct learn *learn)
{
	struct learn_entry *entry, *next_entry;
	struct learn_port *port, *next_port;

	HASH_ITER (hh, learn->entries, entry, next_entry)
		entry_del(learn, entry);
	HASH_ITER (hh, learn->ports, port, next_port) {
		HASH_DEL(learn->ports, port);
		free(port);
	}
}

void learn_each(struct learn *learn, void (*each)(void *context, const struct plan_mac *mac),
		void *context)
{
	struct learn_entry *entry, *next;

	HASH_ITER (hh, learn->entries, entry, next) {
		struct plan_mac mac = {
			.vlan = entry->key.vlan, .mac = entry->key.mac, .port = entry->port};

		each(context, &mac);
	}
}
