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
#include "datapath/agent/endpoint.h"
#include "datapath/agent/jobs.h"
#include "datapath/agent/packet_in_limit.h"
#include "openflow/channel.h"
#include "openflow/connector.h"
#include "openflow/listener.h"

struct agent_listener {
	struct agent_listener *prev, *next;
	struct agent *agent;
	struct listener *listener;
	struct endpoint endpoint;
	uint64_t n_turned_away; /* for want of a place */
};

struct connection {
	struct connection *prev, *next;
	struct agent *agent;
	struct connector *connector;     /* configured controllers */
	struct agent_listener *listener; /* passive ones: where they came from */
	struct connection *main;         /* of an auxiliary one (§6.3.7); NULL: it is a main one */
	uint8_t auxiliary_id;            /* 0: main */
	struct endpoint endpoint;        /* what was asked of it, the listener's when passive */
	struct channel *channel;         /* the connector's, or ours when passive; NULL: none */
	char name[TARGET_TEXT_SIZE];     /* target or peer */
	bool up;
	enum of_version version;
	uint32_t role;         /* enum of_role; of an auxiliary one: the same as its main's */
	uint16_t short_id;     /* 1.5; OFPCID_UNDEFINED: none */
	struct of_async async; /* of an auxiliary one: see connection_main */
	uint16_t miss_send_len;
	uint16_t controller_id; /* Nicira's: which packet-ins it wants, see packet_in.c */
	struct {                /* Nicira's, handler_nicira.c */
		uint8_t flow_format, packet_in_format; /* enum of_nicira_format */
		bool table_id;                         /* flow-mods of 1.0 name their table */
	} nicira;
	struct packet_in_limit packet_in_limit;
	struct job *jobs;
	uint32_t n_jobs;
	struct table_request *table_request; /* handler_table_features.c: half a request */
	struct bundles *bundles;             /* bundle.c; NULL: none */
	struct flow_monitors *monitors;      /* flow_monitor.c; NULL: none */
	bool paused;
	uint64_t n_packet_ins;
	uint64_t n_packet_ins_unread;  /* dropped: it does not read what it has */
	uint64_t n_packet_ins_limited; /* dropped: more than its rate */
	char last_error[160];
};

/** Closes and frees all connections and listeners. */
void connections_destroy(struct agent *agent);

/** Takes a connected stream as a passive connection; `stream` is its from now on. 0 or -errno. */
int connections_accept(struct agent *agent, struct agent_listener *listener,
		       struct bufferevent *stream, const char *peer);

/** Closes and frees the connections that came by a listener. */
void connections_close_listener(struct agent *agent, const struct agent_listener *listener);

/** The connection whose session it belongs to: itself, or the main one of an auxiliary one. */
static inline struct connection *connection_main(struct connection *conn)
{
	return conn->main != NULL ? conn->main : conn;
}

/** Queues a message; false when it could not be (the connection is about to end). */
bool connection_send(struct connection *conn, const struct of_msg *msg);

/** Starts a reply to `request`: its version and xid. */
void connection_reply_init(struct of_msg *reply, const struct of_msg *request,
			   enum of_msg_type type);

/** Sets the role of a connection and of its auxiliary ones. */
void connection_set_role(struct connection *conn, uint32_t role);

/** Is a configured controller connected? */
bool connections_any_controller(const struct agent *agent);

/**
 * Does the connection want asynchronous messages whose mask pair is `mask`, for this reason? Never
 * for auxiliary ones: what goes to a controller is decided by its main connection.
 */
bool connection_wants(const struct connection *conn, const uint32_t mask[2], uint8_t reason);

/** The masks that a connection starts with (§6.3.6, §7.3.10; 1.4.1 §7.3.10). */
struct of_async connection_default_async(enum of_version version);

/**
 * Tells the datapath which frames some connection wants: those that no rule matches (version 1.0),
 * and those whose TTL is used up. To be called when a connection, its role or its masks changed.
 */
void connections_changed(struct agent *agent);

/** Brings up the auxiliary connections of a controller that has come up (§6.3.7). */
void auxiliaries_open(struct connection *main);

/** Closes them. */
void auxiliaries_close(struct connection *main);

/** Does the message of a connection go by one of its auxiliary ones? The one that is to carry it.
 */
struct connection *auxiliary_for(struct connection *main, uint32_t hash);

/* For connections.c and auxiliary.c: a connection in its first state; NULL: no memory. */
struct connection *connection_create(struct agent *agent, const struct endpoint *endpoint,
				     const char *name);

/* For them as well: what a channel of the connection is told. */
struct channel_config connection_channel_config(const struct connection *conn);

/* For them as well: a configured connection ends. */
void connection_free_active(struct connection *conn);

/* For them as well: the callbacks of every channel; context: the connection. */
extern const struct channel_ops connection_ops;
