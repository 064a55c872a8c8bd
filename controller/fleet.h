// SPDX-License-Identifier: Apache-2.0
/*
 * fleet: all switches: the intent in force, where switches are met, and their sessions. Event
 * base's thread.
 */
#pragma once

#include "controller/session.h"
#include "openflow/tls.h"

struct fleet;

/**
 * A fleet that follows the file at `path`; `intent` was read from it and is the fleet's from now
 * on, also when this fails. `state_dir` keeps a copy of the last file that was in force, NULL:
 * none. NULL with errno.
 */
struct fleet *fleet_create(struct event_base *base, const char *path, const char *state_dir,
			   struct intent *intent);

/** Ends all connections, leaves the switches as they are, and frees; NULL is legal. */
void fleet_destroy(struct fleet *fleet);

/** Who we are towards switches at tls targets; before them. `tls` is the fleet's from now on. */
void fleet_set_tls(struct fleet *fleet, struct tls *tls);

/** Waits for switches at `target`. 0 or -errno with one sentence in `why`. */
int fleet_listen(struct fleet *fleet, const struct target *target, char *why, size_t why_size);

/** Keeps a connection to a switch that listens at `target`. 0 or -errno. */
int fleet_connect(struct fleet *fleet, const struct target *target);

/**
 * Reads the file again. A good one is in force at once in every connected switch, and `counts` says
 * what changed there; a bad one changes nothing: -EINVAL, with one sentence in `why`
 * (INTENT_WHY_SIZE bytes).
 */
int fleet_reload(struct fleet *fleet, struct mirror_counts *counts, char *why);

/** The intent in force. */
const struct intent *fleet_intent(const struct fleet *fleet);

/** The session of a switch; NULL when it is away. */
const struct session *fleet_session(const struct fleet *fleet, uint64_t dpid);

/** Calls `each` for every session whose switch the intent does not name. */
void fleet_each_unknown(const struct fleet *fleet,
			void (*each)(void *context, const struct session *session), void *context);
