// SPDX-License-Identifier: Apache-2.0
/*
 * Fuzzes the OpenFlow agent over several connections at once. The input is a script of operations:
 *
 *   byte 0: connection (bits 0-1), operation (bits 2-4), argument (bits 5-7)
 *     OPEN     a new connection; the argument chooses the version of its hello, or none
 *     MESSAGE  type byte, length byte: a message of this type with a right header around what
 * follows RAW      length byte: what follows goes out as it is (half messages, lengths that lie)
 *     REPEAT   the connection's last bytes again, 8 << argument times (floods)
 *     WAIT     the clock moves by 0.1 s << argument
 *     CLOSE
 *     DEAF     it reads no more; the next MESSAGE hears again
 *     BUNDLED  as MESSAGE, inside OFPT_BUNDLE_ADD_MESSAGE of bundle 1 under the same xid
 *
 * Whatever happens there: the agent's messages are well-formed and of the connection's version; an
 * error quotes what was sent; another connection, which only asks for an echo now and then, is
 * answered; what the agent holds is bounded.
 */
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/util.h>

#include "datapath/agent/connections.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

enum { N_PEERS = 4, WITNESS = N_PEERS, SENT_MAX = 1 << 17, HELD_MAX = 96 << 20 };
enum { OP_OPEN, OP_MESSAGE, OP_RAW, OP_REPEAT, OP_WAIT, OP_CLOSE, OP_DEAF, OP_BUNDLED };

struct peer {
	int fd; /* -1: closed */
	bool deaf;
	uint8_t version;
	uint32_t xid;
	uint8_t last[2048];
	size_t last_size;
	uint8_t *sent; /* what it sent, to find what errors quote */
	size_t sent_size;
	bool sent_all; /* `sent` is complete */
	uint8_t in[1 << 16];
	size_t in_size;
	uint32_t n_echoes;
};

struct world {
	struct event_base *base;
	struct pipeline *pipeline;
	struct agent *agent;
	struct peer peers[N_PEERS + 1];
	size_t held; /* at the start */
};

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

static size_t allocated(void)
{
	if (__sanitizer_get_current_allocated_bytes != NULL)
		return __sanitizer_get_current_allocated_bytes();
	return mallinfo2().uordblks;
}

static void demand(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "openflow_agent: %s\n", what);
	abort();
}

/* An error quotes at least 64 bytes of a message, or all of it (1.3.5 §7.4.4). */
static void error_check(const struct peer *p, const uint8_t *message, size_t size)
{
	const uint8_t *quoted = message + 12;
	size_t quoted_size = size - 12;
	bool hello_failed = message[8] == 0 && message[9] == 0;
	bool experimenter = message[8] == 0xff;

	if (hello_failed || experimenter || !p->sent_all || quoted_size < 8)
		return;
	demand(memmem(p->sent, p->sent_size, quoted, quoted_size) != NULL,
	       "an error quotes what was not sent");
	demand(quoted_size >= 64 || quoted_size >= (size_t)(quoted[2] << 8 | quoted[3]),
	       "an error quotes less than 64 bytes of a longer message");
}

static void peer_close(struct peer *p)
{
	if (p->fd >= 0)
		close(p->fd);
	p->fd = -1;
	p->in_size = 0;
}

static void peer_take(struct peer *p)
{
	size_t at = 0;

	while (p->in_size - at >= 8) {
		const uint8_t *m = p->in + at;
		size_t size = (size_t)(m[2] << 8 | m[3]);

		demand(size >= 8, "a message of less than 8 bytes came");
		if (p->in_size - at < size)
			break;
		if (m[1] != 0 && m[1] != 1 && p->version != 0)
			demand(m[0] == p->version, "a message of another version came");
		if (m[1] == 1)
			demand(size >= 12, "an error of less than 12 bytes came");
		if (m[1] == 1 && size >= 12)
			error_check(p, m, size);
		if (m[1] == 3)
			p->n_echoes++;
		at += size;
	}
	memmove(p->in, p->in + at, p->in_size - at);
	p->in_size -= at;
}

static void peer_read(struct peer *p)
{
	while (p->fd >= 0 && !p->deaf) {
		ssize_t n = read(p->fd, p->in + p->in_size, sizeof(p->in) - p->in_size);

		if (n == 0)
			peer_close(p);
		if (n <= 0)
			return;
		p->in_size += (size_t)n;
		peer_take(p);
	}
}

static void world_turn(struct world *w, int times)
{
	for (int i = 0; i < times; i++) {
		event_base_loop(w->base, EVLOOP_NONBLOCK);
		for (int k = 0; k <= N_PEERS; k++)
			peer_read(&w->peers[k]);
	}
}

static void peer_send(struct world *w, struct peer *p, const uint8_t *data, size_t size)
{
	if (p->fd < 0)
		return;
	if (p->sent_size + size > SENT_MAX)
		p->sent_all = false;
	while (size > 0 && p->fd >= 0) {
		ssize_t n = send(p->fd, data, size, MSG_NOSIGNAL);

		if (n <= 0)
			break; /* the agent takes no more of it now: back-pressure */
		if (p->sent_all) {
			memcpy(p->sent + p->sent_size, data, (size_t)n);
			p->sent_size += (size_t)n;
		}
		data += n;
		size -= (size_t)n;
		world_turn(w, 2);
	}
}

static void peer_open(struct world *w, struct peer *p, unsigned which)
{
	static const uint8_t versions[8] = {4, 1, 5, 6, 4, 6, 3, 9};
	uint8_t hello[8] = {versions[which], 0, 0, 8, 0, 0, 0, 1};
	int fds[2];

	peer_close(p);
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, fds) != 0)
		abort();
	evutil_make_socket_nonblocking(fds[0]);
	evutil_make_socket_nonblocking(fds[1]);
	p->fd = fds[0];
	p->deaf = false;
	p->version = which < 6 ? versions[which] : 0;
	p->sent_size = p->last_size = 0;
	p->sent_all = true;
	if (connections_accept(w->agent, NULL,
			       bufferevent_socket_new(w->base, fds[1], BEV_OPT_CLOSE_ON_FREE),
			       "fuzz") != 0)
		peer_close(p);
	if (which < 7)
		peer_send(w, p, hello, sizeof(hello));
	else
		p->version = 0;
	world_turn(w, 2);
}

static size_t header_write(uint8_t *to, struct peer *p, uint8_t type, size_t size)
{
	const uint8_t header[8] = {p->version ? p->version : 4, type,
				   (uint8_t)(size >> 8),        (uint8_t)size,
				   (uint8_t)(p->xid >> 24),     (uint8_t)(p->xid >> 16),
				   (uint8_t)(p->xid >> 8),      (uint8_t)p->xid};

	memcpy(to, header, sizeof(header));
	return sizeof(header);
}

/* A message around `size` bytes; with `bundled` inside a bundle-add. */
static void peer_message(struct world *w, struct peer *p, bool bundled, const uint8_t *data,
			 size_t size, uint8_t type)
{
	static const uint8_t in_13[8] = {0x4f, 0x4e, 0x46, 0, 0, 0, 0x08, 0xfd};
	static const uint8_t bundle[8] = {0, 0, 0, 1, 0, 0, 0, 3};
	uint8_t *to = p->last;
	bool in_experimenter = bundled && p->version == 4;
	size_t around = (bundled ? 16u : 0) + (in_experimenter ? 8u : 0);

	p->xid++;
	if (bundled)
		to += header_write(to, p, in_experimenter ? 4 : 34, around + 8 + size);
	if (in_experimenter) {
		memcpy(to, in_13, sizeof(in_13));
		to += sizeof(in_13);
	}
	if (bundled) {
		memcpy(to, bundle, sizeof(bundle));
		to += sizeof(bundle);
	}
	to += header_write(to, p, type, 8 + size);
	memcpy(to, data, size);
	p->last_size = (size_t)(to - p->last) + size;
	p->deaf = false;
	peer_send(w, p, p->last, p->last_size);
}

/* One operation; how many bytes of the script it took. */
static size_t operate(struct world *w, const uint8_t *data, size_t size)
{
	struct peer *p = &w->peers[data[0] & 3];
	unsigned argument = data[0] >> 5, operation = data[0] >> 2 & 7;
	size_t head = operation == OP_RAW ? 2 : 3, n;

	switch (operation) {
	case OP_OPEN:
		peer_open(w, p, argument);
		return 1;
	case OP_REPEAT:
		for (unsigned i = 0; i < 8u << argument && p->fd >= 0; i++)
			peer_send(w, p, p->last, p->last_size);
		return 1;
	case OP_WAIT:
		now_ms += 100u << argument;
		world_turn(w, 4);
		return 1;
	case OP_CLOSE:
		peer_close(p);
		world_turn(w, 2);
		return 1;
	case OP_DEAF:
		p->deaf = true;
		return 1;
	}
	if (size < head)
		return size;
	n = data[head - 1] * (operation == OP_RAW ? 1u : 4u);
	n = n < size - head ? n : size - head;
	if (operation == OP_RAW) {
		memcpy(p->last, data + head, n);
		p->last_size = n;
		peer_send(w, p, p->last, n);
	} else {
		peer_message(w, p, operation == OP_BUNDLED, data + head, n, data[1]);
	}
	return head + n;
}

/* The connection that did nothing wrong is served, and what is held is bounded. */
static void world_check(struct world *w)
{
	static const uint8_t echo[12] = {4, 2, 0, 12, 0, 0, 0, 9, 'w', 'e', 'l', 'l'};
	struct peer *witness = &w->peers[WITNESS];
	uint32_t before = witness->n_echoes;

	witness->sent_size = 0;
	peer_send(w, witness, echo, sizeof(echo));
	for (int i = 0; i < 2000 && witness->n_echoes == before; i++) {
		now_ms++;
		world_turn(w, 1);
	}
	demand(witness->fd >= 0, "a connection that did nothing wrong was closed");
	demand(witness->n_echoes > before, "a connection that did nothing wrong is not answered");
	demand(allocated() < w->held + HELD_MAX, "the agent holds more than it may");
}

static void world_open(struct world *w)
{
	struct agent_config config = {.dpid = 1,
				      .max_flows = 100,
				      .max_groups = 20,
				      .ops = &ops,
				      .now_ms = clock_that_moves};

	config.base = w->base = event_base_new();
	config.pipeline = w->pipeline = pipeline_create(1, 64);
	w->agent = agent_create(&config);
	if (w->agent == NULL)
		abort();
	agent_restore_end(w->agent);
	for (uint32_t i = 1; i <= 4; i++) {
		struct agent_port port = {.ofport = i, .index = (uint16_t)i, .name = "p"};

		agent_port_added(w->agent, &port);
	}
	for (int i = 0; i <= N_PEERS; i++) {
		w->peers[i].fd = -1;
		w->peers[i].sent = malloc(SENT_MAX);
		if (w->peers[i].sent == NULL)
			abort();
	}
	peer_open(w, &w->peers[WITNESS], 0);
	w->held = allocated();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct world *w = calloc(1, sizeof(*w));
	unsigned n = 0;

	if (w == NULL)
		abort();
	signal(SIGPIPE, SIG_IGN); /* as in heddled */
	world_open(w);
	while (size > 0) {
		size_t taken = operate(w, data, size);

		data += taken;
		size -= taken;
		world_turn(w, 2);
		if (++n % 16 == 0)
			world_check(w);
	}
	world_check(w);
	for (int i = 0; i <= N_PEERS; i++) {
		peer_close(&w->peers[i]);
		free(w->peers[i].sent);
	}
	world_turn(w, 2);
	agent_destroy(w->agent);
	pipeline_destroy(w->pipeline);
	event_base_free(w->base);
	free(w);
	return 0;
}
