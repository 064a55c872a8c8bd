// SPDX-License-Identifier: Apache-2.0
/*
 * ports: the port manager. Opens and closes ports while lcores run, gives them numbers, publishes
 * their settings and tells of their links.
 *
 * Life of a port: ports_add → (link changes, ports_set) → ports_remove → taken from the lcores →
 * grace period → closed → `done`. Until then its name, number and index stay taken. A port that
 * comes again under its name gets its number again.
 *
 * Everything runs on the control thread. Other threads only report a change through an eventfd.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <event2/event.h>
#include <rte_mempool.h>

#include "datapath/agent/port_settings.h"
#include "datapath/pmd/pmd.h"
#include "datapath/port/port.h"
#include "datapath/table/pipeline.h"
#include "lib/log.h"

struct ports;

struct port_entry {
	struct port *port;
	struct port_settings settings; /* of it ofport is the number in use */
	uint32_t config;               /* OFPPC_* bits in force */
	struct port_state state;       /* as of the last look */
	bool removing;
	struct log_limit link_log;
	void (*removed)(void *arg); /* of ports_remove */
	void *removed_arg;
	struct ports *ports;
};

/* What the owner wants to know of. Called on the control thread, never from within ports_create. */
struct ports_ops {
	void (*added)(void *owner, const struct port_entry *entry);
	/* Settings, config or link changed. `stored`: something that outlives the process did. */
	void (*changed)(void *owner, const struct port_entry *entry, bool stored);
	void (*removed)(void *owner, const struct port_entry *entry);
};

struct ports_config {
	struct event_base *base;
	struct pipeline *pipeline;
	struct pmd *pmd;
	struct rte_mempool *mbufs;
	uint16_t n_lcores;
	const struct ports_ops *ops; /* static */
	void *owner;
};

/** An empty manager; NULL with errno. */
struct ports *ports_create(const struct ports_config *config);

/** Closes all ports and frees; lcores run no more. NULL is legal. */
void ports_destroy(struct ports *ports);

/** Makes that name get that number when it comes and the number is free. */
void ports_remember(struct ports *ports, const char *name, uint32_t ofport);

/**
 * Opens a port. `config` has the OFPPC_* bits to begin with. The entry stays the manager's. 0;
 * -EEXIST (name, number), -EBUSY (the name is being removed), -EINVAL (spec), -ENOSPC, or the
 * device's error; with one sentence in `why`.
 */
int ports_add(struct ports *ports, const char *spec, uint32_t config,
	      const struct port_entry **entry, char *why, size_t why_size);

/**
 * Takes the port out of use at once and closes it later; then calls `done(arg)` (may be NULL).
 * -ENOENT, -EBUSY (under way already).
 */
int ports_remove(struct ports *ports, const char *name, void (*done)(void *arg), void *arg);

/** Changes settings; 0, -ENOENT, -EINVAL or the device's error, with a sentence in `why`. */
int ports_set(struct ports *ports, const char *name, const struct port_change *change, char *why,
	      size_t why_size);

/** Sets the OFPPC_* bits of `mask` to those of `config`; -ENOENT or the device's error. */
int ports_set_config(struct ports *ports, uint32_t ofport, uint32_t config, uint32_t mask);

/** The entry of a name that is not being removed; NULL. */
const struct port_entry *ports_find(const struct ports *ports, const char *name);

/** The entry at or after *index that is not being removed, *index behind it; NULL at the end. */
const struct port_entry *ports_next(const struct ports *ports, uint16_t *index);

/** The entry of an index, being removed or not; NULL. */
const struct port_entry *ports_at(const struct ports *ports, uint16_t index);

/** Ports that are not being removed. */
uint32_t ports_count(const struct ports *ports);

/** Appends the spec that would make this port again; without its number. */
void ports_spec_text(const struct port_entry *entry, struct text *text);
