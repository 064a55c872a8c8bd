// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/host.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/log.h"

/* The whole MAC table is looked through once in this time, a slice in each step. */
#define AGE_STEP_MS 50
#define AGE_ROUND_MS 2000

static void describe(const struct port_entry *entry, struct agent_port *p)
{
	*p = (struct agent_port){
		.ofport = entry->settings.ofport,
		.index = entry->port->index,
		.mac = entry->state.mac,
		.config = entry->config,
		.link_up = entry->state.link_up,
		.speed_bps = entry->state.speed_bps,
		.queues = entry->settings.queues,
	};
	text_copy(p->name, sizeof(p->name), entry->port->spec.name);
}

/* The row of a port: `OFPORT CONFIG SPEC`. */
static void store_port(struct host *host, const struct port_entry *entry)
{
	struct text row = {0};

	if (host->state == NULL)
		return;
	text_add(&row, "%u %u ", entry->settings.ofport, entry->config);
	ports_spec_text(entry, &row);
	state_put(host->state, STATE_PORT, entry->port->spec.name, 0, row.s, row.len);
	text_free(&row);
}

static void on_added(void *owner, const struct port_entry *entry)
{
	struct host *host = owner;
	struct agent_port p;

	describe(entry, &p);
	if (agent_port_added(host->agent, &p) < 0)
		log_error("ports", "%s: controllers cannot be told of the port for want of memory",
			  p.name);
	store_port(host, entry);
}

static void on_changed(void *owner, const struct port_entry *entry, bool stored)
{
	struct host *host = owner;
	struct agent_port p;

	describe(entry, &p);
	agent_port_changed(host->agent, &p);
	if (stored)
		store_port(host, entry);
}

static void on_removed(void *owner, const struct port_entry *entry)
{
	struct host *host = owner;
	struct mac_row row;
	uint32_t at = 0;

	agent_port_removed(host->agent, entry->settings.ofport);
	if (host->state == NULL)
		return;
	state_put(host->state, STATE_PORT, entry->port->spec.name, 0, NULL, 0);
	while (mac_next(host->pipeline->macs, &at, &row)) {
		if (row.is_static && row.port == entry->port->index)
			host_store_mac(host, &row.addr, row.vid, NULL);
	}
}

const struct ports_ops host_ports_ops = {
	.added = on_added, .changed = on_changed, .removed = on_removed};

static int on_port_mod(void *arg, uint32_t ofport, uint32_t config, uint32_t mask)
{
	struct host *host = arg;

	return ports_set_config(host->ports, ofport, config, mask);
}

static void on_store(void *arg, enum agent_row_kind kind, uint64_t row, const void *bytes,
		     size_t size)
{
	static const enum state_table table[] = {
		[AGENT_ROW_META] = STATE_META,
		[AGENT_ROW_METER] = STATE_METER,
		[AGENT_ROW_GROUP] = STATE_GROUP,
		[AGENT_ROW_FLOW] = STATE_FLOW,
	};
	struct host *host = arg;

	if (host->state != NULL)
		state_put(host->state, table[kind], "", row, bytes, size);
}

const struct agent_host_ops host_agent_ops = {.port_mod = on_port_mod, .store = on_store};

/* Reads a port's row; the spec is in `spec`. */
static int read_port_row(const void *bytes, size_t size, uint32_t *ofport, uint32_t *config,
			 char *spec, size_t spec_size)
{
	int at = 0;

	if (size >= spec_size)
		return -EINVAL;
	memcpy(spec, bytes, size);
	spec[size] = '\0';
	if (sscanf(spec, "%u %u %n", ofport, config, &at) != 2 || at == 0)
		return -EINVAL;
	memmove(spec, spec + at, size - (size_t)at + 1);
	return 0;
}

#define ROW_MAX_SIZE (PORT_ARG_SIZE + 4096)

static int remember_number(void *context, const char *name, uint64_t id, const void *bytes,
			   size_t size)
{
	struct host *host = context;
	uint32_t ofport, config;
	char spec[ROW_MAX_SIZE];

	if (read_port_row(bytes, size, &ofport, &config, spec, sizeof(spec)) < 0)
		return -EINVAL;
	ports_remember(host->ports, name, ofport);
	return 0;
}

static int restore_port(void *context, const char *name, uint64_t id, const void *bytes,
			size_t size)
{
	struct host *host = context;
	const struct port_entry *entry;
	uint32_t ofport, config;
	char spec[ROW_MAX_SIZE];
	char why[512] = "";

	if (read_port_row(bytes, size, &ofport, &config, spec, sizeof(spec)) < 0)
		return -EINVAL;
	if (ports_find(host->ports, name) != NULL)
		return 0;
	if (ports_add(host->ports, spec, config, &entry, why, sizeof(why)) < 0)
		log_error(
			"ports",
			"the stored port %s is not back: %s; it is tried again at the next start, "
			"unless a port of that name is added",
			name, why);
	return 0;
}

static int restore_mac(void *context, const char *name, uint64_t id, const void *bytes, size_t size)
{
	struct host *host = context;
	const struct port_entry *entry;
	struct eth_addr addr;
	char port[PORT_NAME_SIZE] = "";

	if (size >= sizeof(port) || eth_addr_parse(name, &addr) < 0 || id > 4095)
		return -EINVAL;
	memcpy(port, bytes, size);
	entry = ports_find(host->ports, port);
	if (entry != NULL)
		mac_add_static(host->pipeline->macs, &addr, (uint16_t)id, entry->port->index);
	return 0;
}

int host_restore_numbers(struct host *host, char *why, size_t why_size)
{
	if (host->state == NULL)
		return 0;
	return state_load(host->state, STATE_PORT, remember_number, host, why, why_size);
}

int host_restore_ports(struct host *host, char *why, size_t why_size)
{
	int err;

	if (host->state == NULL)
		return 0;
	err = state_load(host->state, STATE_PORT, restore_port, host, why, why_size);
	if (err < 0)
		return err;
	return state_load(host->state, STATE_MAC, restore_mac, host, why, why_size);
}

struct restore {
	struct host *host;
	enum agent_row_kind kind;
	uint32_t n, n_refused;
};

static int restore_row(void *context, const char *name, uint64_t id, const void *bytes, size_t size)
{
	struct restore *r = context;
	char why[256] = "";

	r->n++;
	if (agent_restore(r->host->agent, r->kind, id, bytes, size, why, sizeof(why)) == 0)
		return 0;
	log_warning("state", "a stored row is dropped: %s", why);
	r->n_refused++;
	return -EINVAL;
}

int host_restore_agent(struct host *host, char *why, size_t why_size)
{
	static const struct {
		enum agent_row_kind kind;
		enum state_table table;
	} order[] = {{AGENT_ROW_META, STATE_META},
		     {AGENT_ROW_METER, STATE_METER},
		     {AGENT_ROW_GROUP, STATE_GROUP},
		     {AGENT_ROW_FLOW, STATE_FLOW}};
	struct restore r = {.host = host};

	for (size_t i = 0; host->state != NULL && i < sizeof(order) / sizeof(order[0]); i++) {
		int err;

		r.kind = order[i].kind;
		err = state_load(host->state, order[i].table, restore_row, &r, why, why_size);
		if (err < 0)
			return err;
	}
	r.n_refused += agent_restore_end(host->agent);
	if (r.n > 0)
		log_info("state",
			 "%u rows of flows, groups and meters are back, %u could not be used", r.n,
			 r.n_refused);
	return 0;
}

void host_store_mac(struct host *host, const struct eth_addr *addr, uint16_t vid, const char *port)
{
	char name[ETH_ADDR_TEXT_SIZE];

	if (host->state != NULL)
		state_put(host->state, STATE_MAC, eth_addr_text(addr, name), vid, port,
			  port != NULL ? strlen(port) : 0);
}

void host_when_stored(struct host *host, void (*done)(void *arg), void *arg)
{
	if (host->state != NULL)
		state_when_stored(host->state, done, arg);
	else
		done(arg);
}

static void on_age(evutil_socket_t fd, short what, void *arg)
{
	struct host *host = arg;
	struct mac_table *macs = host->pipeline->macs;
	uint32_t n_buckets = macs->mask + 1;
	uint32_t slice = n_buckets / (AGE_ROUND_MS / AGE_STEP_MS) + 1;

	if (slice > n_buckets - host->age_at)
		slice = n_buckets - host->age_at;
	mac_age(macs, pmd_clock_s(), host->options.mac_ageing_s, host->age_at, slice);
	host->age_at += slice;
	if (host->age_at == n_buckets)
		host->age_at = 0;
}

int host_start_ageing(struct host *host)
{
	const struct timeval step = {.tv_usec = AGE_STEP_MS * 1000};

	host->age_timer = event_new(host->base, -1, EV_PERSIST, on_age, host);
	if (host->age_timer == NULL || event_add(host->age_timer, &step) < 0)
		return -ENOMEM;
	return 0;
}
