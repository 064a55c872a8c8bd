// SPDX-License-Identifier: Apache-2.0
/*
 * connections: the controllers and tools that are connected, or should be.
 *
 * A configured controller has one connection object for its life, whatever its connector does; a
 * peer that came by a listener has one as long as it stays. Roles and asynchronous masks are the
 * connection's (OpenFlow 1.3.5 §6.3.4 to §6.3.6). Control thread.
 */
#pragma once

#include "datapath/agent/agent_state.h"
#include "datapath/agent/jobs.h"
#include "openflow/channel.h"
#include "openflow/connector.h"
#include "openflow/listener.h"

struct agent_listener {
	struct agent_listener *prev, *next;
	struct agent *agent;
	struct listener *listener;
	struct target asked; /* as it was configured */
};

struct connection {
	struct connection *prev, *next;
	struct agent *agent;
	struct connector *connector;     /* configured controllers */
	struct agent_listener *listener; /* passive ones: where they came from */
	struct channel *channel;         /* the connector's, or ours when passive; NULL: none */
	char name[TARGET_TEXT_SIZE];     /* target or peer */
	bool up;
	enum of_version version;
	uint32_t role; /* enum of_role */
	struct of_async async;
	uint16_t miss_send_len;
	struct job *jobs;
	uint32_t n_jobs;
	bool paused;
	uint64_t n_packet_ins, n_packet_ins_dropped;
	char last_error[160];
};

/** Closes and frees all connections and listeners. */
void connections_destroy(struct agent *agent);

/** Takes a connected stream as a passive connection; `stream` is its from now on. 0 or -errno. */
int connections_accept(struct agent *agent, struct agent_listener *listener,
		       struct bufferevent *stream, const char *peer);

/** Queues a message; false when it could not be (the connection is about to end). */
bool connection_send(struct connection *conn, const struct of_msg *msg);

/** Starts a reply to `request`: its version and xid. */
void connection_reply_init(struct of_msg *reply, const struct of_msg *request,
			   enum of_msg_type type);

/** Is a configured controller connected? */
bool connections_any_controller(const struct agent *agent);

/** Does the connection want asynchronous messages whose mask pair is `mask`, for this reason? */
bool connection_wants(const struct connection *conn, const uint32_t mask[2], uint8_t reason);

/** The masks that a connection starts with (§6.3.6, §7.3.10). */
struct of_async connection_default_async(void);
