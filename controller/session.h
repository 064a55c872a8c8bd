// SPDX-License-Identifier: Apache-2.0
/*
 * session: one switch's connection, from its features to the steady state.
 *
 *   features → ports → flows → groups → steady
 *
 * In "flows" and "groups" it reads what the switch has of ours, then sends what differs from the
 * plan. Steady means: it learns addresses, follows the ports, and mends what somebody else removed.
 * Learned addresses are kept in the switch's flows alone, and taken over from there. Event base's
 * thread.
 */
#pragma once

#include "controller/intent.h"
#include "controller/mirror.h"
#include "openflow/channel.h"

#include <event2/event.h>

enum session_state {
	SESSION_AWAY,     /* not connected */
	SESSION_FEATURES, /* who is it? */
	SESSION_PORTS,
	SESSION_FLOWS,
	SESSION_GROUPS,
	SESSION_STEADY,
	SESSION_UNKNOWN, /* the intent does not name it: nothing is read or changed */
};

struct session;

struct session_ops {
	/* The switch said who it is, before anything else is asked. False: it is not wanted. */
	bool (*on_known)(void *context, struct session *session);
	/* The connection ended; the session may be destroyed here. */
	void (*on_down)(void *context, struct session *session);
};

/**
 * A session without a connection. `peer` names the other end. The intent is lent, and replaced by
 * session_set_intent. NULL with errno.
 */
struct session *session_create(struct event_base *base, const char *peer,
			       const struct intent *intent, const struct session_ops *ops,
			       void *context);

/** Frees; the channel is not destroyed, it belongs to who made it. NULL is legal. */
void session_destroy(struct session *session);

/** What a channel calls; its context is the session. */
const struct channel_ops *session_channel_ops(void);

/**
 * Goes over to another intent: changes what differs in the switch and counts that in `counts`. The
 * old intent is not used any more afterwards.
 */
void session_set_intent(struct session *session, const struct intent *intent,
			struct mirror_counts *counts);

/** Ends the connection with a reason; on_down follows from the event loop. */
void session_close(struct session *session, const char *reason);

enum session_state session_state(const struct session *session);

/** The channel; NULL when away. */
struct channel *session_channel(const struct session *session);

/** 0 until the switch said it. */
uint64_t session_dpid(const struct session *session);

/** The other end's address. */
const char *session_peer(const struct session *session);

/** Flows that the plan has, and those that the switch has of ours. */
void session_flows(const struct session *session, unsigned *wanted, unsigned *present);

/** True when the switch has the port; `up` tells whether its link is. */
bool session_port(const struct session *session, const char *name, bool *up);

/** For people: `away`, `reading`, `steady`, `unknown`. */
const char *session_state_text(enum session_state state);
