// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/agent/bench.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>
#include <event2/bufferevent.h>
#include <event2/util.h>

#include "datapath/agent/connections.h"
#include "openflow/flow_text.h"

uint64_t bench_now_ms = 1000000;

static uint64_t now_ms(void)
{
	return bench_now_ms;
}

static int on_port_mod(void *host, uint32_t ofport, uint32_t config, uint32_t mask)
{
	struct bench *bench = host;

	bench->port_mod_port = ofport;
	bench->port_mod_config = config;
	bench->port_mod_mask = mask;
	return 0;
}

static void on_store(void *host, enum agent_row_kind kind, uint64_t row, const void *bytes,
		     size_t size)
{
	struct bench *bench = host;
	struct bench_row *r = NULL;

	struct bench_row *unused = NULL;

	if (bench->forgets)
		return;
	for (int i = 0; i < bench->n_rows; i++) {
		if (bench->rows[i].bytes == NULL)
			unused = &bench->rows[i];
		else if (bench->rows[i].kind == kind && bench->rows[i].row == row)
			r = &bench->rows[i];
	}
	if (r == NULL)
		r = unused;
	if (r == NULL) {
		assert_true(bench->n_rows < (int)(sizeof(bench->rows) / sizeof(bench->rows[0])));
		r = &bench->rows[bench->n_rows++];
		r->bytes = NULL;
	}
	r->kind = kind;
	r->row = row;
	free(r->bytes);
	r->bytes = NULL;
	r->size = size;
	if (bytes != NULL) {
		r->bytes = malloc(size);
		memcpy(r->bytes, bytes, size);
	}
}

static const struct agent_host_ops host_ops = {.port_mod = on_port_mod, .store = on_store};

static void restore(struct bench *bench, const struct bench *from)
{
	static const enum agent_row_kind order[] = {AGENT_ROW_META, AGENT_ROW_METER,
						    AGENT_ROW_GROUP, AGENT_ROW_FLOW};
	char why[300];

	for (int k = 0; from != NULL && k < 4; k++) {
		for (int i = 0; i < from->n_rows; i++) {
			const struct bench_row *r = &from->rows[i];

			if (r->kind == order[k] && r->bytes != NULL)
				assert_int_equal(agent_restore(bench->agent, r->kind, r->row,
							       r->bytes, r->size, why, sizeof(why)),
						 0);
		}
	}
	assert_int_equal(agent_restore_end(bench->agent), 0);
}

void bench_open(struct bench *bench, enum agent_fail_mode fail_mode, uint32_t max_flows,
		const struct bench *restore_from)
{
	struct agent_config config = {.dpid = 0x123, .fail_mode = fail_mode};

	memset(bench, 0, sizeof(*bench));
	bench->base = event_base_new();
	bench->pipeline = pipeline_create(1, 64);
	config.base = bench->base;
	config.pipeline = bench->pipeline;
	config.max_flows = max_flows;
	config.max_groups = 16;
	config.dp_desc = "bench";
	config.ops = &host_ops;
	config.host = bench;
	config.now_ms = now_ms;
	bench->agent = agent_create(&config);
	assert_non_null(bench->agent);
	restore(bench, restore_from);
	for (uint32_t i = 1; i <= BENCH_PORTS; i++) {
		struct agent_port port = {.ofport = i, .index = (uint16_t)i, .link_up = true};

		snprintf(port.name, sizeof(port.name), "p%u", i);
		port.mac.b[0] = 2;
		port.mac.b[5] = (uint8_t)i;
		assert_int_equal(agent_port_added(bench->agent, &port), 0);
	}
}

void bench_close(struct bench *bench)
{
	agent_destroy(bench->agent);
	pipeline_destroy(bench->pipeline);
	event_base_free(bench->base);
	for (int i = 0; i < bench->n_rows; i++)
		free(bench->rows[i].bytes);
}

void bench_turn(struct bench *bench)
{
	for (int i = 0; i < 50; i++)
		event_base_loop(bench->base, EVLOOP_NONBLOCK);
}

struct peer *peer_open(struct bench *bench)
{
	return peer_open_version(bench, OF13);
}

struct peer *peer_open_version(struct bench *bench, enum of_version version)
{
	struct peer *peer = calloc(1, sizeof(*peer));
	struct of_msg msg;
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
	evutil_make_socket_nonblocking(fds[0]);
	evutil_make_socket_nonblocking(fds[1]);
	peer->bench = bench;
	peer->version = version;
	peer->fd = fds[0];
	peer->next_xid = 100;
	peer->arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	assert_int_equal(connections_accept(
				 bench->agent, NULL,
				 bufferevent_socket_new(bench->base, fds[1], BEV_OPT_CLOSE_ON_FREE),
				 "test"),
			 0);
	of_msg_init(&msg, version, OFPT_HELLO, 0);
	msg.hello = (struct of_hello){.wire_version = version, .versions = OF_VERSION_BIT(version)};
	peer_send(peer, &msg);
	peer_receive(peer, &msg);
	assert_int_equal(msg.type, OFPT_HELLO);
	bench_turn(bench);
	return peer;
}

void peer_close(struct peer *peer)
{
	close(peer->fd);
	bench_turn(peer->bench);
	of_arena_free(&peer->arena);
	text_free(&peer->log);
	free(peer);
}

uint32_t peer_send(struct peer *peer, struct of_msg *msg)
{
	struct wbuf b = wbuf_init(OF_MESSAGE_MAX);

	msg->xid = peer->next_xid++;
	assert_int_equal(of_msg_pack(msg, &b), 0);
	assert_int_equal(write(peer->fd, b.data, b.len), b.len);
	wbuf_free(&b);
	return msg->xid;
}

#define TURNS_AT_ONCE 500 /* then a millisecond between two, for what waits for a timer */
#define TURNS_PATIENT 10000
#define TURNS_SILENT 550

/* One message, if the agent has one; its bytes stay until the next call. */
static bool receive(struct peer *peer, struct of_msg *msg, int max_turns)
{
	static uint8_t whole[OF_MESSAGE_MAX];

	for (int turn = 0; turn < max_turns; turn++) {
		size_t len = peer->n_in >= 4 ? (size_t)(peer->in[2] << 8 | peer->in[3]) : 0;
		ssize_t n;

		if (len != 0 && peer->n_in >= len) {
			memcpy(whole, peer->in, len);
			memmove(peer->in, peer->in + len, peer->n_in - len);
			peer->n_in -= len;
			of_arena_reset(&peer->arena);
			assert_int_equal(of_msg_unpack(whole, len, &peer->arena, msg), OF_OK);
			return true;
		}
		n = read(peer->fd, peer->in + peer->n_in, sizeof(peer->in) - peer->n_in);
		if (n > 0)
			peer->n_in += (size_t)n;
		else
			event_base_loop(peer->bench->base, EVLOOP_NONBLOCK);
		if (n <= 0 && turn > TURNS_AT_ONCE)
			usleep(1000);
	}
	return false;
}

void peer_receive(struct peer *peer, struct of_msg *msg)
{
	if (!receive(peer, msg, TURNS_PATIENT))
		fail_msg("the agent says nothing");
}

bool peer_silent(struct peer *peer)
{
	struct of_msg msg;

	return !receive(peer, &msg, TURNS_SILENT);
}

void peer_listen(struct peer *peer)
{
	struct of_msg msg;

	while (receive(peer, &msg, TURNS_SILENT)) {
		of_msg_text(&msg, &peer->log);
		text_add(&peer->log, "\n");
	}
}

uint8_t *peer_flow_bytes(struct peer *peer, enum of_flow_mod_command command, const char *text,
			 uint32_t xid, size_t *size)
{
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	struct wbuf b = wbuf_init(OF_MESSAGE_MAX);
	char why[OF_WHY_SIZE] = "";
	struct of_msg msg;

	of_msg_init(&msg, peer->version, OFPT_FLOW_MOD, xid);
	if (of_flow_parse(text, command, NULL, &arena, &msg.flow_mod, why, sizeof(why)) != 0)
		fail_msg("%s: %s", text, why);
	assert_int_equal(of_msg_pack(&msg, &b), 0);
	of_arena_free(&arena);
	*size = b.len;
	return b.data;
}

enum of_err peer_try(struct peer *peer, struct of_msg *msg)
{
	enum of_err err = OF_OK;
	struct of_msg barrier, got;
	uint32_t xid = peer_send(peer, msg), barrier_xid;

	of_msg_init(&barrier, peer->version, OFPT_BARRIER_REQUEST, 0);
	barrier_xid = peer_send(peer, &barrier);
	for (;;) {
		peer_receive(peer, &got);
		if (got.type == OFPT_BARRIER_REPLY && got.xid == barrier_xid)
			return err;
		if (got.type == OFPT_ERROR && got.xid == xid)
			err = got.error.err;
		else
			of_msg_text(&got, &peer->log);
	}
}

enum of_err peer_flow(struct peer *peer, enum of_flow_mod_command command, const char *text)
{
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	char why[OF_WHY_SIZE] = "";
	struct of_msg msg;
	enum of_err err;

	of_msg_init(&msg, peer->version, OFPT_FLOW_MOD, 0);
	if (of_flow_parse(text, command, NULL, &arena, &msg.flow_mod, why, sizeof(why)) != 0)
		fail_msg("%s: %s", text, why);
	err = peer_try(peer, &msg);
	of_arena_free(&arena);
	return err;
}

enum of_err peer_group(struct peer *peer, enum of_group_command command, const char *text)
{
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	char why[OF_WHY_SIZE] = "";
	struct of_msg msg;
	enum of_err err;

	of_msg_init(&msg, peer->version, OFPT_GROUP_MOD, 0);
	if (of_group_parse(text, command, NULL, &arena, &msg.group_mod, why, sizeof(why)) != 0)
		fail_msg("%s: %s", text, why);
	err = peer_try(peer, &msg);
	of_arena_free(&arena);
	return err;
}

static void add_flow_line(const struct of_flow_stats *f, struct text *t)
{
	text_add(t, "table=%u,", f->table_id);
	if (f->cookie != 0)
		text_add(t, "cookie=0x%llx,", (unsigned long long)f->cookie);
	if (f->idle_timeout != 0)
		text_add(t, "idle=%u,", f->idle_timeout);
	if (f->hard_timeout != 0)
		text_add(t, "hard=%u,", f->hard_timeout);
	if (f->duration_s != 0)
		text_add(t, "age=%u,", f->duration_s);
	if (f->n_packets != 0)
		text_add(t, "n_packets=%llu,", (unsigned long long)f->n_packets);
	text_add(t, "priority=%u", f->priority);
	if (f->match.n != 0)
		text_add(t, ",");
	of_match_text(&f->match, NULL, t);
	text_add(t, " actions=");
	of_instructions_text(&f->instructions, NULL, t);
	text_add(t, "\n");
}

char *peer_flows(struct peer *peer, const char *filter)
{
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	char why[OF_WHY_SIZE] = "";
	struct text t = {0};
	struct of_msg msg;
	bool more = true;

	of_msg_init(&msg, peer->version, OFPT_MULTIPART_REQUEST, 0);
	of_multipart_request_init(&msg.multipart_request, OFPMP_FLOW);
	if (of_flow_filter_parse(filter, NULL, &msg.multipart_request.flow, why, sizeof(why)) != 0)
		fail_msg("%s: %s", filter, why);
	peer_send(peer, &msg);
	while (more) {
		struct of_multipart_reader reader;
		union of_multipart_entry entry;

		peer_receive(peer, &msg);
		assert_int_equal(msg.type, OFPT_MULTIPART_REPLY);
		more = msg.multipart_reply.flags & OFPMPF_REPLY_MORE;
		reader = of_multipart_reader_init(msg.version, &msg.multipart_reply);
		while (of_multipart_next(&reader, &arena, &entry) > 0) {
			add_flow_line(&entry.flow, &t);
			of_arena_reset(&arena);
		}
	}
	of_arena_free(&arena);
	return text_steal(&t);
}

enum of_err peer_meter(struct peer *peer, enum of_meter_command command, const char *text)
{
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	char why[OF_WHY_SIZE] = "";
	struct of_msg msg;
	enum of_err err;

	of_msg_init(&msg, peer->version, OFPT_METER_MOD, 0);
	if (of_meter_parse(text, command, &arena, &msg.meter_mod, why, sizeof(why)) != 0)
		fail_msg("%s: %s", text, why);
	err = peer_try(peer, &msg);
	of_arena_free(&arena);
	return err;
}

char *peer_entries(struct peer *peer, uint16_t type)
{
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	struct text t = {0};
	struct of_msg msg;
	bool more = true;

	of_msg_init(&msg, peer->version, OFPT_MULTIPART_REQUEST, 0);
	of_multipart_request_init(&msg.multipart_request, type);
	peer_send(peer, &msg);
	while (more) {
		struct of_multipart_reader reader;
		union of_multipart_entry entry;

		peer_receive(peer, &msg);
		if (msg.type != OFPT_MULTIPART_REPLY) {
			of_msg_text(&msg, &peer->log);
			continue;
		}
		more = msg.multipart_reply.flags & OFPMPF_REPLY_MORE;
		reader = of_multipart_reader_init(msg.version, &msg.multipart_reply);
		while (of_multipart_next(&reader, &arena, &entry) > 0) {
			struct text line = {0};
			char *words;

			of_multipart_entry_text(type, &entry, NULL, &line);
			words = text_steal(&line);
			text_add(&t, "%s\n", words + (words[0] == ' '));
			free(words);
			of_arena_reset(&arena);
		}
	}
	of_arena_free(&arena);
	return text_steal(&t);
}
