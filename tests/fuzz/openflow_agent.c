// SPDX-License-Identifier: Apache-2.0
/*
 * Fuzzes the OpenFlow agent from the first byte of a connection on: whatever a peer sends after its
 * hello, in any order and cut anywhere, may end that connection and nothing else.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/util.h>

#include "datapath/agent/connections.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint64_t now_ms;

static uint64_t clock_that_moves(void)
{
	return now_ms;
}

static void take_row(void *host, enum agent_row_kind kind, uint64_t row, const void *bytes,
		     size_t size)
{
	(void)host;
}

static int take_port_mod(void *host, uint32_t ofport, uint32_t config, uint32_t mask)
{
	return 0;
}

static const struct agent_host_ops ops = {.port_mod = take_port_mod, .store = take_row};

/* Reads what the agent says, so that it can go on. */
static void turn(struct event_base *base, int fd, int times)
{
	uint8_t ignored[65536];

	for (int i = 0; i < times; i++) {
		event_base_loop(base, EVLOOP_NONBLOCK);
		while (read(fd, ignored, sizeof(ignored)) > 0)
			;
		now_ms += 100;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t hello[8] = {4, 0, 0, 8, 0, 0, 0, 1};
	struct event_base *base = event_base_new();
	struct pipeline *pipeline = pipeline_create(1, 64);
	struct agent_config config = {.dpid = 1,
				      .base = base,
				      .pipeline = pipeline,
				      .max_flows = 100,
				      .max_groups = 20,
				      .ops = &ops,
				      .now_ms = clock_that_moves};
	struct agent *agent = agent_create(&config);
	int fds[2];

	if (agent == NULL || socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0)
		abort();
	agent_restore_end(agent);
	for (uint32_t i = 1; i <= 4; i++) {
		struct agent_port port = {.ofport = i, .index = (uint16_t)i, .name = "p"};

		agent_port_added(agent, &port);
	}
	evutil_make_socket_nonblocking(fds[0]);
	evutil_make_socket_nonblocking(fds[1]);
	connections_accept(agent, NULL, bufferevent_socket_new(base, fds[1], BEV_OPT_CLOSE_ON_FREE),
			   "fuzz");
	if (write(fds[0], hello, sizeof(hello)) == sizeof(hello))
		turn(base, fds[0], 2);
	while (size > 0) {
		ssize_t n = send(fds[0], data, size, MSG_NOSIGNAL);

		if (n <= 0)
			break;
		data += n;
		size -= (size_t)n;
		turn(base, fds[0], 10);
	}
	turn(base, fds[0], 10);
	close(fds[0]);
	turn(base, -1, 2);
	agent_destroy(agent);
	pipeline_destroy(pipeline);
	event_base_free(base);
	return 0;
}
