// SPDX-License-Identifier: Apache-2.0
/*
 * learn: which address was seen on which port of one switch, within bounds.
 *
 * What a guest sends decides what is learned, so each port may have a limited number of addresses
 * and show a limited number of frames a second; an address that changes its port does so at most
 * once a second. The clock is the caller's. Pure; one owner.
 */
#pragma once

#include "controller/plan.h"

#include <uthash.h>

#define LEARN_ATTACHMENT_MAX 128u /* addresses of an attachment's port */
#define LEARN_UPLINK_MAX 32768u   /* addresses of an uplink */
#define LEARN_SWITCH_MAX 65536u   /* addresses of a switch */
#define LEARN_RATE 500u           /* frames a second that a port may show; twice as many at once */
#define LEARN_MOVE_MS 1000u

enum learn_result {
	LEARN_NEW,   /* its flows are to be installed */
	LEARN_MOVED, /* as LEARN_NEW, and the old port's source flow is to go: `was` has it */
	LEARN_KNOWN, /* nothing to do: seen here already, or moved a moment ago */
	LEARN_FULL,  /* too many addresses or frames: the port is to be left alone for a while */
};

struct learn_entry;
struct learn_port;

struct learn {
	struct learn_entry *entries;
	struct learn_port *ports;
	unsigned n;
};

/** A frame from `mac` was seen. `uplink` says which bound the port has. */
enum learn_result learn_seen(struct learn *learn, const struct plan_mac *mac, bool uplink,
			     uint64_t now_ms, struct plan_mac *was);

/** Takes an address over without looking at rates (it is in the switch already). -ENOMEM. */
int learn_adopt(struct learn *learn, const struct plan_mac *mac);

/** Forgets the address if it is on that port; true when it was. */
bool learn_forget(struct learn *learn, const struct plan_mac *mac);

/** Forgets all and frees. */
void learn_clear(struct learn *learn);

/** Calls `each` for every address; it may forget the one it is called for. */
void learn_each(struct learn *learn, void (*each)(void *context, const struct plan_mac *mac),
		void *context);
