// SPDX-License-Identifier: Apache-2.0
/*
 * session_priv: what session.c (life, messages), session_read.c (what the switch has) and
 * session_learn.c (addresses) share.
 */
#pragma once

#include "controller/learn.h"
#include "controller/session.h"
#include "lib/log.h"

struct session_port {
	struct plan_port port;
	bool up;
	uint64_t quiet_until_ms; /* it shows too many addresses */
};

struct session {
	struct event_base *base;
	const struct intent *intent;
	const struct session_ops *ops;
	void *context;
	char *peer;
	struct event *timer; /* the next step is overdue, or the plan is to be made anew */

	struct channel *channel;
	enum session_state state;
	uint64_t dpid;
	int sw; /* index in the intent; -1: unknown */
	uint32_t read_xid;
	bool reread; /* read again rather than only plan again when the timer fires */

	unsigned n_ports, ports_room;
	struct session_port *ports;
	struct plan *plan;
	struct rules read; /* being read */
	struct mirror mirror;
	struct learn learn;
	unsigned n_wanted;
	struct of_arena arena;
	struct log_limit limit;
};

/** Asks for ports, then flows, then groups; ends in session_reconcile. */
void session_read(struct session *s);

/** A part of a multipart reply. */
void session_on_multipart(struct session *s, const struct of_msg *msg);

/** Makes the plan from intent and ports, and sends what differs. 0 or -errno (logged). */
int session_replan(struct session *s, struct mirror_counts *counts);

/** Plans (or with `reread` reads) anew a moment later, so that many causes make one run. */
void session_later(struct session *s, bool reread);

/** A port came, changed or went. */
void session_on_port(struct session *s, uint8_t reason, const struct of_port *port);

/** A frame of an unknown source. */
void session_on_packet_in(struct session *s, const struct of_packet_in *in);

/** A flow of ours went. */
void session_on_flow_removed(struct session *s, const struct of_flow_removed *removed);

/** Takes over what the switch has learned; call when `mirror.present` was read. */
void session_adopt(struct session *s);

/** Adds the flows of the learned addresses; forgets those that have no place any more. */
int session_plan_learned(struct session *s, struct rules *wanted);
