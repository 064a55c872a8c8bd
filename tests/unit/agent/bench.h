// SPDX-License-Identifier: Apache-2.0
/*
 * bench: an agent without lcores, a clock that tests move, and fake controllers at the other end of
 * a socket pair. What the agent stores for its host is kept, so that a second agent can restore it.
 */
#pragma once

#include <event2/event.h>

#include "datapath/agent/agent_state.h"
#include "lib/text.h"

#define BENCH_PORTS 4
#define BENCH_ROWS 256

struct bench_row {
	enum agent_row_kind kind;
	uint64_t row;
	uint8_t *bytes; /* NULL: gone */
	size_t size;
};

struct bench {
	struct event_base *base;
	struct pipeline *pipeline;
	struct agent *agent;
	struct bench_row rows[BENCH_ROWS];
	bool forgets; /* rows are not kept: for tests with many flows */
	int n_rows;
	uint32_t port_mod_port, port_mod_config, port_mod_mask;
};

struct peer {
	struct bench *bench;
	enum of_version version;
	int fd;
	struct of_arena arena;
	uint8_t in[1 << 17];
	size_t n_in;
	uint32_t next_xid;
	struct text log; /* messages that were not the answer to anything, as text */
};

/** The clock of all agents of the bench. */
extern uint64_t bench_now_ms;

/** An agent with ports p1…p4; `restore_from` may be NULL. */
void bench_open(struct bench *bench, enum agent_fail_mode fail_mode, uint32_t max_flows,
		const struct bench *restore_from);

/** Ends it. */
void bench_close(struct bench *bench);

/** Turns the event loop until nothing is left to do at once. */
void bench_turn(struct bench *bench);

/** Connects a fake controller and exchanges hellos. */
struct peer *peer_open(struct bench *bench);

/** The same, of another version. */
struct peer *peer_open_version(struct bench *bench, enum of_version version);

/** Ends it. */
void peer_close(struct peer *peer);

/** Sends a message with a new xid, which is returned. */
uint32_t peer_send(struct peer *peer, struct of_msg *msg);

/** The next message from the agent into `msg`; fails the test when there is none. */
void peer_receive(struct peer *peer, struct of_msg *msg);

/** Takes what the agent has to say into peer->log, as text, until it has nothing more to say. */
void peer_listen(struct peer *peer);

/** True when the agent has nothing to say. */
bool peer_silent(struct peer *peer);

/** Sends the flow (of_flow_parse's syntax) and a barrier; the error, or OF_OK. */
enum of_err peer_flow(struct peer *peer, enum of_flow_mod_command command, const char *text);

/** As peer_flow for groups. */
enum of_err peer_group(struct peer *peer, enum of_group_command command, const char *text);

/** Sends any message and a barrier; the error, or OF_OK. */
enum of_err peer_try(struct peer *peer, struct of_msg *msg);

/** A flow-mod as packed bytes with that xid, in the peer's version; free() them. */
uint8_t *peer_flow_bytes(struct peer *peer, enum of_flow_mod_command command, const char *text,
			 uint32_t xid, size_t *size);

/** All flows that the filter means, one a line, without what depends on time; free() it. */
char *peer_flows(struct peer *peer, const char *filter);

/** As peer_flow for meters. */
enum of_err peer_meter(struct peer *peer, enum of_meter_command command, const char *text);

/** The entries of all replies to a request for everything of that type, one a line; free() it. */
char *peer_entries(struct peer *peer, uint16_t type);
