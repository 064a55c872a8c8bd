// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/ports.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <rte_rcu_qsbr.h>

#include "datapath/agent/port_numbers.h"
#include "datapath/agent/port_queues.h"
#include "openflow/types.h"

/* Links of devices that do not tell of their changes are looked at this often. */
#define POLL_MS 500
#define CONFIG_BITS                                                                                \
	(OFPPC_PORT_DOWN | OFPPC_NO_RECV | OFPPC_NO_FLOOD | OFPPC_NO_FWD | OFPPC_NO_PACKET_IN)
#define INDEX_WORDS (PIPELINE_MAX_PORTS / 64)

struct ports {
	struct ports_config config;
	struct port_env env;
	struct port_entry *entry[PIPELINE_MAX_PORTS]; /* by index; 0 stays empty */
	uint32_t n_entries;
	struct port_numbers numbers;
	struct event *poll_timer;
	struct event *changed_event;
	int changed_fd;
	uint64_t changed[INDEX_WORDS]; /* atomic; bit 0: a port that has no index yet */
};

static bool is_same(const struct port_state *a, const struct port_state *b)
{
	return a->link_up == b->link_up && a->connected == b->connected && a->n_rxq == b->n_rxq &&
	       a->n_txq == b->n_txq && a->mtu == b->mtu && a->speed_bps == b->speed_bps &&
	       a->n_features == b->n_features && memcmp(&a->mac, &b->mac, sizeof(a->mac)) == 0 &&
	       memcmp(a->features, b->features, a->n_features * sizeof(a->features[0])) == 0;
}

static void look(struct port_entry *entry)
{
	struct ports *ports = entry->ports;
	struct port_state state = {0};
	const char *name = entry->port->spec.name;
	bool link_changed;

	if (entry->removing)
		return;
	entry->port->ops->state(entry->port, &state);
	if (is_same(&state, &entry->state))
		return;
	link_changed = state.link_up != entry->state.link_up;
	entry->state = state;
	if (link_changed)
		log_limited(&entry->link_log, LOG_LEVEL_INFO, "ports", "%s: link %s", name,
			    state.link_up ? "up" : "down");
	ports->config.ops->changed(ports->config.owner, entry, false);
}

static void on_poll(evutil_socket_t fd, short what, void *arg)
{
	struct ports *ports = arg;

	for (uint16_t i = 1; i < PIPELINE_MAX_PORTS; i++) {
		if (ports->entry[i] != NULL)
			look(ports->entry[i]);
	}
}

static void on_changed(evutil_socket_t fd, short what, void *arg)
{
	struct ports *ports = arg;
	uint64_t count;

	if (read(ports->changed_fd, &count, sizeof(count)) < 0)
		return;
	for (uint32_t w = 0; w < INDEX_WORDS; w++) {
		uint64_t bits = __atomic_exchange_n(&ports->changed[w], 0, __ATOMIC_ACQ_REL);

		if (w == 0 && (bits & 1) != 0) {
			on_poll(-1, 0, ports);
			bits &= ~1ull;
		}
		for (; bits != 0; bits &= bits - 1) {
			struct port_entry *entry = ports->entry[w * 64 + __builtin_ctzll(bits)];

			if (entry != NULL)
				look(entry);
		}
	}
}

/* Any thread: hands over which port to look at. */
static void hand_over_change(struct port *port, void *arg)
{
	struct ports *ports = arg;
	uint16_t index = __atomic_load_n(&port->index, __ATOMIC_RELAXED);
	uint64_t one = 1;

	__atomic_fetch_or(&ports->changed[index / 64], 1ull << index % 64, __ATOMIC_ACQ_REL);
	if (write(ports->changed_fd, &one, sizeof(one)) < 0)
		return; /* the counter is full: it is readable already */
}

/* rte_vhost's thread: waits until lcores are through with what they read before. */
static void wait_for_grace(void *arg)
{
	struct ports *ports = arg;

	rte_rcu_qsbr_synchronize(reclaim_qsbr(ports->config.pipeline->reclaim),
				 RTE_QSBR_THRID_INVALID);
}

struct ports *ports_create(const struct ports_config *config)
{
	const struct timeval period = {.tv_usec = POLL_MS * 1000};
	struct ports *ports = calloc(1, sizeof(*ports));

	if (ports == NULL)
		return NULL;
	ports->config = *config;
	ports->env = (struct port_env){
		.mbufs = config->mbufs,
		.n_lcores = config->n_lcores,
		.changed = hand_over_change,
		.changed_arg = ports,
		.grace = wait_for_grace,
	};
	ports->changed_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (ports->changed_fd < 0)
		goto free_ports;
	ports->changed_event =
		event_new(config->base, ports->changed_fd, EV_READ | EV_PERSIST, on_changed, ports);
	if (ports->changed_event == NULL)
		goto close_fd;
	ports->poll_timer = event_new(config->base, -1, EV_PERSIST, on_poll, ports);
	if (ports->poll_timer == NULL)
		goto free_changed_event;
	if (event_add(ports->changed_event, NULL) < 0 || event_add(ports->poll_timer, &period) < 0)
		goto free_poll_timer;
	return ports;

free_poll_timer:
	event_free(ports->poll_timer);
free_changed_event:
	event_free(ports->changed_event);
close_fd:
	close(ports->changed_fd);
free_ports:
	free(ports);
	errno = ENOMEM;
	return NULL;
}

void ports_destroy(struct ports *ports)
{
	if (ports == NULL)
		return;
	for (uint16_t i = 1; i < PIPELINE_MAX_PORTS; i++) {
		if (ports->entry[i] == NULL)
			continue;
		port_close(ports->entry[i]->port);
		free(ports->entry[i]);
	}
	event_free(ports->poll_timer);
	event_free(ports->changed_event);
	close(ports->changed_fd);
	free(ports);
}

void ports_remember(struct ports *ports, const char *name, uint32_t ofport)
{
	port_numbers_note(&ports->numbers, name, ofport);
}

static struct port_entry *find_any(const struct ports *ports, const char *name)
{
	for (uint16_t i = 1; i < PIPELINE_MAX_PORTS; i++) {
		struct port_entry *entry = ports->entry[i];

		if (entry != NULL && strcmp(entry->port->spec.name, name) == 0)
			return entry;
	}
	return NULL;
}

static struct port_entry *find_number(const struct ports *ports, uint32_t ofport)
{
	for (uint16_t i = 1; i < PIPELINE_MAX_PORTS; i++) {
		if (ports->entry[i] != NULL && ports->entry[i]->settings.ofport == ofport)
			return ports->entry[i];
	}
	return NULL;
}

static uint16_t free_index(const struct ports *ports)
{
	for (uint16_t i = 1; i < PIPELINE_MAX_PORTS; i++) {
		if (ports->entry[i] == NULL)
			return i;
	}
	return 0;
}

/* The number it had, else the lowest that no port has or had, else the lowest free. */
static uint32_t choose_number(const struct ports *ports, const char *name)
{
	uint32_t had = port_numbers_of(&ports->numbers, name);

	if (had != 0 && find_number(ports, had) == NULL)
		return had;
	for (uint32_t n = 1; n <= 2 * PIPELINE_MAX_PORTS; n++) {
		if (find_number(ports, n) == NULL && !port_numbers_taken(&ports->numbers, n, name))
			return n;
	}
	for (uint32_t n = 1; n <= PIPELINE_MAX_PORTS; n++) {
		if (find_number(ports, n) == NULL)
			return n;
	}
	return 0;
}

static int publish(struct port_entry *entry)
{
	const struct pipeline_port port = {
		.ofport = entry->settings.ofport,
		.index = entry->port->index,
		.no_recv = (entry->config & (OFPPC_PORT_DOWN | OFPPC_NO_RECV)) != 0,
		.no_fwd = (entry->config & (OFPPC_PORT_DOWN | OFPPC_NO_FWD)) != 0,
		.no_flood = (entry->config & OFPPC_NO_FLOOD) != 0,
		.no_packet_in = (entry->config & OFPPC_NO_PACKET_IN) != 0,
		.vlan = entry->settings.vlan,
	};

	return pipeline_set_port(entry->ports->config.pipeline, &port);
}

/* Name, number and index that the new port may have. */
static int claim(struct ports *ports, const char *name, struct port_settings *settings,
		 uint16_t *index, char *why, size_t why_size)
{
	const struct port_entry *other = find_any(ports, name);

	if (other != NULL) {
		snprintf(why, why_size,
			 other->removing ? "port %s is being removed; try again in a moment"
					 : "port %s exists already; choose another name or delete "
					   "it first",
			 name);
		return other->removing ? -EBUSY : -EEXIST;
	}
	*index = free_index(ports);
	if (settings->ofport == 0)
		settings->ofport = choose_number(ports, name);
	if (*index == 0 || settings->ofport == 0) {
		snprintf(why, why_size,
			 "there are %d ports already, the most that a switch has; "
			 "delete one first",
			 PIPELINE_MAX_PORTS - 1);
		return -ENOSPC;
	}
	other = find_number(ports, settings->ofport);
	if (other != NULL) {
		snprintf(why, why_size, "ofport=%u is the number of port %s; choose another",
			 settings->ofport, other->port->spec.name);
		return -EEXIST;
	}
	return 0;
}

/* Puts an opened port into force. */
static int join(struct port_entry *entry, char *why, size_t why_size)
{
	struct ports *ports = entry->ports;
	struct port *port = entry->port;
	int err;

	pmd_port_counters_clear(ports->config.pmd, port->index);
	if ((entry->config & OFPPC_PORT_DOWN) != 0)
		port->ops->set_admin(port, false);
	err = publish(entry);
	if (err < 0)
		goto failed;
	err = pmd_add_port(ports->config.pmd, port);
	if (err < 0)
		goto withdraw;
	/* The port works without, and is not worth refusing. */
	if (pmd_set_queues(ports->config.pmd, port->index, &entry->settings.queues) < 0)
		log_error("ports", "%s: no memory for its queues; set them again", port->spec.name);
	return 0;

withdraw:
	pipeline_remove_port(ports->config.pipeline, port->index);
failed:
	snprintf(why, why_size, "port %s cannot be put into force: %s", port->spec.name,
		 strerror(-err));
	return err;
}

int ports_add(struct ports *ports, const char *spec_text, uint32_t config,
	      const struct port_entry **out, char *why, size_t why_size)
{
	struct port_settings settings = {0};
	struct port_spec spec = {0};
	struct port_entry *entry;
	uint16_t index;
	int err = port_spec_parse(spec_text, &spec, port_settings_option, &settings, why, why_size);

	if (err < 0)
		return err;
	err = port_queues_check(&settings.queues, why, why_size);
	if (err < 0)
		return err;
	err = claim(ports, spec.name, &settings, &index, why, why_size);
	if (err < 0)
		return err;
	entry = calloc(1, sizeof(*entry));
	if (entry == NULL) {
		snprintf(why, why_size, "no memory for port %s", spec.name);
		return -ENOMEM;
	}
	*entry = (struct port_entry){
		.settings = settings, .config = config & CONFIG_BITS, .ports = ports};
	errno = 0;
	entry->port = port_open(&spec, &ports->env, why, why_size);
	if (entry->port == NULL) {
		err = errno != 0 ? -errno : -EIO;
		goto free_entry;
	}
	__atomic_store_n(&entry->port->index, index, __ATOMIC_RELAXED);
	entry->port->ofport = settings.ofport;
	err = join(entry, why, why_size);
	if (err < 0)
		goto close_port;
	ports->entry[index] = entry;
	ports->n_entries++;
	port_numbers_note(&ports->numbers, spec.name, settings.ofport);
	entry->port->ops->state(entry->port, &entry->state);
	log_info("ports", "%s: added as port %u, %s:%s, link %s", spec.name, settings.ofport,
		 spec.kind_name, spec.arg, entry->state.link_up ? "up" : "down");
	ports->config.ops->added(ports->config.owner, entry);
	*out = entry;
	return 0;

close_port:
	port_close(entry->port);
free_entry:
	free(entry);
	return err;
}

/* No lcore uses the port any more. */
static void finish_removal(void *arg)
{
	struct port_entry *entry = arg;
	struct ports *ports = entry->ports;
	uint16_t index = entry->port->index;

	/* Frames that were under way may have taught the address once more. */
	mac_flush(ports->config.pipeline->macs, index, true);
	log_info("ports", "%s: removed", entry->port->spec.name);
	port_close(entry->port);
	ports->entry[index] = NULL;
	if (entry->removed != NULL)
		entry->removed(entry->removed_arg);
	free(entry);
}

int ports_remove(struct ports *ports, const char *name, void (*done)(void *arg), void *arg)
{
	struct port_entry *entry = find_any(ports, name);

	if (entry == NULL)
		return -ENOENT;
	if (entry->removing)
		return -EBUSY;
	entry->removing = true;
	entry->removed = done;
	entry->removed_arg = arg;
	ports->n_entries--;
	ports->config.ops->removed(ports->config.owner, entry);
	pipeline_remove_port(ports->config.pipeline, entry->port->index);
	pmd_remove_port(ports->config.pmd, entry->port, finish_removal, entry);
	return 0;
}

static int set_config(struct port_entry *entry, uint32_t config)
{
	struct port *port = entry->port;
	uint32_t before = entry->config;
	int err = 0;

	if (((before ^ config) & OFPPC_PORT_DOWN) != 0)
		err = port->ops->set_admin(port, (config & OFPPC_PORT_DOWN) == 0);
	if (err < 0)
		return err;
	entry->config = config;
	err = publish(entry);
	if (err < 0)
		entry->config = before;
	return err;
}

int ports_set(struct ports *ports, const char *name, const struct port_change *change, char *why,
	      size_t why_size)
{
	struct port_entry *entry = find_any(ports, name);
	struct port_settings settings;
	uint32_t config;
	int err;

	if (entry == NULL || entry->removing) {
		snprintf(why, why_size, "there is no port %s; heddle port show lists all", name);
		return -ENOENT;
	}
	settings = entry->settings;
	err = port_settings_change(&settings, change, why, why_size);
	if (err < 0)
		return err;
	if (change->has_mtu) {
		err = entry->port->ops->set_mtu(entry->port, change->mtu);
		if (err < 0) {
			snprintf(why, why_size, "port %s cannot have an MTU of %u: %s", name,
				 change->mtu, strerror(-err));
			return err;
		}
		entry->port->spec.mtu = change->mtu;
	}
	err = pmd_set_queues(ports->config.pmd, entry->port->index, &settings.queues);
	if (err < 0) {
		snprintf(why, why_size, "no memory for the queues of port %s; free some", name);
		return err;
	}
	entry->settings = settings;
	config = entry->config;
	if (change->has_admin)
		config = change->admin_up ? config & ~OFPPC_PORT_DOWN : config | OFPPC_PORT_DOWN;
	err = set_config(entry, config);
	if (err < 0) {
		snprintf(why, why_size, "port %s cannot be set: %s", name, strerror(-err));
		return err;
	}
	entry->port->ops->state(entry->port, &entry->state);
	ports->config.ops->changed(ports->config.owner, entry, true);
	return 0;
}

int ports_set_config(struct ports *ports, uint32_t ofport, uint32_t config, uint32_t mask)
{
	struct port_entry *entry = find_number(ports, ofport);
	int err;

	if (entry == NULL || entry->removing)
		return -ENOENT;
	err = set_config(entry, (entry->config & ~mask) | (config & mask & CONFIG_BITS));
	if (err < 0)
		return err;
	entry->port->ops->state(entry->port, &entry->state);
	ports->config.ops->changed(ports->config.owner, entry, true);
	return 0;
}

const struct port_entry *ports_find(const struct ports *ports, const char *name)
{
	const struct port_entry *entry = find_any(ports, name);

	return entry != NULL && !entry->removing ? entry : NULL;
}

const struct port_entry *ports_next(const struct ports *ports, uint16_t *index)
{
	while (*index < PIPELINE_MAX_PORTS) {
		const struct port_entry *entry = ports->entry[(*index)++];

		if (entry != NULL && !entry->removing)
			return entry;
	}
	return NULL;
}

const struct port_entry *ports_at(const struct ports *ports, uint16_t index)
{
	return index < PIPELINE_MAX_PORTS ? ports->entry[index] : NULL;
}

uint32_t ports_count(const struct ports *ports)
{
	return ports->n_entries;
}

void ports_spec_text(const struct port_entry *entry, struct text *text)
{
	const struct port_spec *spec = &entry->port->spec;
	char mac[ETH_ADDR_TEXT_SIZE];

	text_add(text, "%s,%s:%s", spec->name, spec->kind_name, spec->arg);
	if (spec->client)
		text_add(text, ",client");
	if (spec->n_queues != 0)
		text_add(text, ",queues=%u", spec->n_queues);
	if (spec->mtu != 0)
		text_add(text, ",mtu=%u", spec->mtu);
	if (spec->has_mac)
		text_add(text, ",mac=%s", eth_addr_text(&spec->mac, mac));
	port_settings_text(&entry->settings, text);
}
