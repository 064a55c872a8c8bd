// SPDX-License-Identifier: Apache-2.0
/*
 * intent: what the operator wants, as values: switches, networks, attachments, uplinks.
 *
 * It is read from one YAML file, checked as a whole, and never changed afterwards: a reload reads a
 * new one. References between objects are indexes into the arrays. Pure; one owner.
 */
#pragma once

#include "lib/addr.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define INTENT_NAME_MAX 63       /* bytes of a switch's or network's name */
#define INTENT_PORT_MAX 15       /* bytes of a port's name in OpenFlow 1.3 (§7.2.1) */
#define INTENT_MEMBERS_MAX 1600u /* ports of one switch in one network: a group is one message */
#define INTENT_WHY_SIZE 1024

struct intent_switch {
	char name[INTENT_NAME_MAX + 1];
	uint64_t dpid;
	unsigned line;
};

struct intent_network {
	char name[INTENT_NAME_MAX + 1];
	uint16_t vlan; /* 1..4094, unique */
	unsigned line;
};

/* A port of a switch that is untagged in one network. */
struct intent_attachment {
	unsigned network;
	unsigned sw;
	char port[INTENT_NAME_MAX + 1];
	bool has_mac; /* then `mac` is the only source address that the port may use */
	struct eth_addr mac;
	unsigned line;
};

/* A port of a switch that carries networks tagged, and at most one untagged. */
struct intent_uplink {
	unsigned sw;
	char port[INTENT_NAME_MAX + 1];
	unsigned n_networks;
	unsigned *networks; /* carried tagged, in the order of the file */
	bool has_native;
	unsigned native; /* network that is untagged here */
	unsigned line;
};

struct intent {
	unsigned n_switches, n_networks, n_attachments, n_uplinks;
	struct intent_switch *switches;
	struct intent_network *networks;
	struct intent_attachment *attachments;
	struct intent_uplink *uplinks;
};

/**
 * Reads an intent from the text of the file `name`. NULL when it is refused: `why` (INTENT_WHY_SIZE
 * bytes) has one sentence `name:line: cause; remedy`. End with intent_free.
 */
struct intent *intent_parse(const char *name, const char *bytes, size_t size, char *why);

/** As intent_parse, from the file at `path`; a file that cannot be read is refused likewise. */
struct intent *intent_load(const char *path, char *why);

/** Frees all; NULL is legal. */
void intent_free(struct intent *intent);

/** Index of the switch with that datapath id; -ENOENT. */
int intent_switch_find(const struct intent *intent, uint64_t dpid);

/** True when the uplink carries the network, tagged or untagged. */
bool intent_uplink_carries(const struct intent_uplink *uplink, unsigned network);
