// SPDX-License-Identifier: Apache-2.0
/* A channel over one end of a socket pair; the test is the peer at the other end. */
#include "lib/units.h"
#include "openflow/channel.h"

#include "tests/unit/openflow/hex.h"

#include <errno.h>
#include <event2/event.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#define DEADLINE_MS 20000

struct scene {
	struct event_base *base;
	struct channel *channel;
	int peer;
	unsigned n_up, n_messages, n_down, n_drained;
	enum of_version version;
	uint32_t last_xid;
	enum of_msg_type last_type;
	char reason[200];
	bool destroy_in_message, destroy_in_down;
};

static void on_up(struct channel *channel, void *context, enum of_version version)
{
	struct scene *scene = context;

	scene->n_up++;
	scene->version = version;
}

static void on_message(struct channel *channel, void *context, const struct of_msg *msg,
		       const uint8_t *raw, size_t len)
{
	struct scene *scene = context;

	scene->n_messages++;
	scene->last_xid = msg->xid;
	scene->last_type = msg->type;
	if (scene->destroy_in_message) {
		channel_destroy(channel);
		scene->channel = NULL;
	}
}

static void on_down(struct channel *channel, void *context, const char *reason)
{
	struct scene *scene = context;

	scene->n_down++;
	text_copy(scene->reason, sizeof(scene->reason), reason);
	if (scene->destroy_in_down) {
		channel_destroy(channel);
		scene->channel = NULL;
	}
}

static void on_drained(struct channel *channel, void *context)
{
	struct scene *scene = context;

	scene->n_drained++;
}

static const struct channel_ops ops = {on_up, on_message, on_down, on_drained};

static struct scene *scene_open(const struct channel_config *config)
{
	struct scene *scene = calloc(1, sizeof(*scene));
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	scene->base = event_base_new();
	scene->peer = fds[1];
	scene->channel =
		channel_create(bufferevent_socket_new(scene->base, fds[0], BEV_OPT_CLOSE_ON_FREE),
			       config, &ops, scene);
	assert_non_null(scene->channel);
	return scene;
}

static void scene_close(struct scene *scene)
{
	channel_destroy(scene->channel);
	event_base_free(scene->base);
	if (scene->peer >= 0)
		close(scene->peer);
	free(scene);
}

static void turn(struct scene *scene)
{
	event_base_loop(scene->base, EVLOOP_NONBLOCK);
}

/* Runs the loop until `condition` holds; fails at the deadline. */
#define RUN_UNTIL(scene, condition)                                                                \
	do {                                                                                       \
		uint64_t deadline_ = clock_ms() + DEADLINE_MS;                                     \
		while (!(condition)) {                                                             \
			turn(scene);                                                               \
			if (clock_ms() > deadline_)                                                \
				fail_msg("not in time: %s", #condition);                           \
		}                                                                                  \
	} while (0)

static void peer_send(struct scene *scene, const char *hex)
{
	uint8_t bytes[4096];
	size_t len = hex_read(hex, bytes, sizeof(bytes));

	assert_int_equal(send(scene->peer, bytes, len, MSG_NOSIGNAL), (ssize_t)len);
}

/* Takes `len` bytes that the channel sends. */
static void peer_receive(struct scene *scene, uint8_t *to, size_t len)
{
	uint64_t deadline = clock_ms() + DEADLINE_MS;
	size_t got = 0;

	while (got < len) {
		ssize_t n = recv(scene->peer, to + got, len - got, MSG_DONTWAIT);

		if (n > 0)
			got += (size_t)n;
		else
			turn(scene);
		if (clock_ms() > deadline)
			fail_msg("nothing came");
	}
}

static void expect(struct scene *scene, const char *hex)
{
	uint8_t wanted[512], got[512];
	size_t len = hex_read(hex, wanted, sizeof(wanted));

	peer_receive(scene, got, len);
	assert_memory_equal(got, wanted, len);
}

#define OUR_HELLO "04000010 00000001 0001000800000010"

static struct scene *scene_up(const struct channel_config *config)
{
	struct scene *scene = scene_open(config);

	expect(scene, OUR_HELLO);
	peer_send(scene, "06000010 00000001 0001000800000052");
	RUN_UNTIL(scene, scene->n_up == 1);
	assert_int_equal(scene->version, OF13);
	return scene;
}

static void it_says_hello_and_agrees_on_a_version(void **state)
{
	struct channel_config config = channel_config_default();
	struct scene *scene = scene_up(&config);

	assert_int_equal(channel_version(scene->channel), OF13);
	scene_close(scene);
}

static void a_peer_without_a_common_version_gets_the_error(void **state)
{
	struct channel_config config = channel_config_default();
	struct scene *scene = scene_open(&config);

	expect(scene, OUR_HELLO);
	peer_send(scene, "01000008 00000009");
	expect(scene, "0101003c 00000009 00000000");
	RUN_UNTIL(scene, scene->n_down == 1);
	assert_int_equal(scene->n_up, 0);
	scene_close(scene);
}

static void a_peer_that_says_something_else_first_is_refused(void **state)
{
	struct channel_config config = channel_config_default();
	struct scene *scene = scene_open(&config);

	peer_send(scene, "04050008 00000009");
	RUN_UNTIL(scene, scene->n_down == 1);
	assert_non_null(strstr(scene->reason, "hello"));
	scene_close(scene);
}

static void a_silent_peer_is_dropped_before_its_hello(void **state)
{
	struct channel_config config = channel_config_default();
	struct scene *scene;

	config.hello_ms = 20;
	scene = scene_open(&config);
	RUN_UNTIL(scene, scene->n_down == 1);
	scene_close(scene);
}

static void messages_are_framed_wherever_the_stream_is_cut(void **state)
{
	static const uint8_t three[] = {4, 20, 0, 8, 0, 0, 0, 1, 4, 20, 0, 8,
					0, 0,  0, 2, 4, 5, 0, 8, 0, 0,  0, 3};
	struct channel_config config = channel_config_default();
	struct scene *scene = scene_up(&config);

	for (size_t i = 0; i < sizeof(three); i++) {
		assert_int_equal(send(scene->peer, three + i, 1, 0), 1);
		turn(scene);
	}
	RUN_UNTIL(scene, scene->n_messages == 3);
	assert_int_equal(scene->last_type, OFPT_FEATURES_REQUEST);
	assert_int_equal(scene->last_xid, 3);
	scene_close(scene);
}

static void echo_requests_are_answered_by_the_channel(void **state)
{
	struct channel_config config = channel_config_default();
	struct scene *scene = scene_up(&config);

	peer_send(scene, "0402000c 00000007 70696e67");
	expect(scene, "0403000c 00000007 70696e67");
	assert_int_equal(scene->n_messages, 0);
	scene_close(scene);
}

static void a_malformed_message_gets_its_error_and_is_not_handed_on(void **state)
{
	struct channel_config config = channel_config_default();
	struct scene *scene = scene_up(&config);

	peer_send(scene, "0463000c 00000007 61626364"); /* unknown type */
	expect(scene, "04010018 00000007 0001 0001 0463000c 00000007 61626364");
	peer_send(scene, "05140008 00000008"); /* other version than agreed */
	expect(scene, "04010014 00000008 0001 0000 05140008 00000008");
	peer_send(scene, "04010008 00000009"); /* errors are never answered */
	peer_send(scene, "04140008 0000000a");
	RUN_UNTIL(scene, scene->n_messages == 1);
	assert_int_equal(scene->last_xid, 10);
	assert_int_equal(channel_counters(scene->channel)->errors_sent, 2);
	scene_close(scene);
}

static void a_length_below_the_header_ends_the_connection(void **state)
{
	struct channel_config config = channel_config_default();
	struct scene *scene = scene_up(&config);

	scene->destroy_in_down = true;
	peer_send(scene, "04140007 00000007");
	RUN_UNTIL(scene, scene->n_down == 1);
	assert_null(scene->channel);
	scene_close(scene);
}

static void a_peer_that_does_not_read_is_cut_off(void **state)
{
	static uint8_t data[60000];
	struct channel_config config = channel_config_default();
	struct of_msg msg;
	struct scene *scene;
	int rc = 0;

	config.output_limit = 1u << 20;
	scene = scene_up(&config);
	of_msg_init(&msg, OF13, OFPT_ECHO_REQUEST, 1);
	msg.echo = (struct of_echo){.data = data, .data_len = sizeof(data)};
	for (int i = 0; i < 1000 && rc == 0; i++) {
		rc = channel_send(scene->channel, &msg);
		assert_true(channel_output_pending(scene->channel) <= 1u << 20);
	}
	assert_int_equal(rc, -ENOBUFS);
	RUN_UNTIL(scene, scene->n_down == 1);
	assert_non_null(strstr(scene->reason, "read"));
	assert_int_equal(channel_send(scene->channel, &msg), -ENOTCONN);
	scene_close(scene);
}

static void it_tells_when_a_slow_peer_has_caught_up(void **state)
{
	static uint8_t data[60000];
	static uint8_t sink[700000];
	struct channel_config config = channel_config_default();
	struct of_msg msg;
	struct scene *scene;

	config.output_limit = 1u << 20;
	scene = scene_up(&config);
	of_msg_init(&msg, OF13, OFPT_ECHO_REQUEST, 1);
	msg.echo = (struct of_echo){.data = data, .data_len = sizeof(data)};
	for (int i = 0; i < 15; i++)
		assert_int_equal(channel_send(scene->channel, &msg), 0);
	assert_int_equal(scene->n_drained, 0);
	peer_receive(scene, sink, sizeof(sink));
	RUN_UNTIL(scene, scene->n_drained == 1);
	scene_close(scene);
}

static void one_turn_handles_a_bounded_number_of_messages(void **state)
{
	struct channel_config config = channel_config_default();
	struct scene *scene;
	unsigned before;

	config.turn_messages = 10;
	scene = scene_up(&config);
	for (int i = 0; i < 100; i++)
		peer_send(scene, "04140008 00000007");
	while (scene->n_messages < 100) {
		before = scene->n_messages;
		event_base_loop(scene->base, EVLOOP_ONCE);
		assert_true(scene->n_messages - before <= 20); /* input and turn in one round */
	}
	scene_close(scene);
}

static void a_paused_channel_keeps_its_messages(void **state)
{
	struct channel_config config = channel_config_default();
	struct scene *scene = scene_up(&config);

	channel_pause(scene->channel);
	for (int i = 0; i < 100; i++)
		peer_send(scene, "04140008 00000007");
	for (int i = 0; i < 50; i++)
		turn(scene);
	assert_int_equal(scene->n_messages, 0);
	channel_resume(scene->channel);
	RUN_UNTIL(scene, scene->n_messages == 100);
	scene_close(scene);
}

static void a_silent_peer_is_probed_and_then_dropped(void **state)
{
	struct channel_config config = channel_config_default();
	struct scene *scene;

	config.probe_ms = 20;
	scene = scene_up(&config);
	expect(scene, "04020008"); /* an echo request */
	RUN_UNTIL(scene, scene->n_down == 1);
	assert_non_null(strstr(scene->reason, "echo"));
	scene_close(scene);
}

static void a_peer_that_answers_probes_stays(void **state)
{
	struct channel_config config = channel_config_default();
	uint8_t probe[8];
	struct scene *scene;

	config.probe_ms = 200;
	scene = scene_up(&config);
	for (int i = 0; i < 3; i++) {
		peer_receive(scene, probe, sizeof(probe));
		assert_int_equal(probe[1], OFPT_ECHO_REQUEST);
		probe[1] = OFPT_ECHO_REPLY;
		assert_int_equal(send(scene->peer, probe, sizeof(probe), 0), 8);
	}
	assert_int_equal(scene->n_down, 0);
	scene_close(scene);
}

static void a_callback_may_destroy_the_channel(void **state)
{
	struct channel_config config = channel_config_default();
	struct scene *scene = scene_up(&config);

	scene->destroy_in_message = true;
	peer_send(scene, "04140008 00000007 04140008 00000008");
	RUN_UNTIL(scene, scene->n_messages == 1);
	turn(scene);
	assert_int_equal(scene->n_messages, 1);
	assert_int_equal(scene->n_down, 0);
	scene_close(scene);
}

static void what_was_said_before_the_end_is_still_handled(void **state)
{
	struct channel_config config = channel_config_default();
	struct scene *scene;

	config.turn_messages = 10;
	scene = scene_up(&config);
	for (int i = 0; i < 100; i++)
		peer_send(scene, "04140008 00000007");
	close(scene->peer);
	scene->peer = -1;
	RUN_UNTIL(scene, scene->n_down == 1);
	assert_int_equal(scene->n_messages, 100);
	scene_close(scene);
}

static void the_end_of_the_stream_is_told_once(void **state)
{
	struct channel_config config = channel_config_default();
	struct scene *scene = scene_up(&config);

	peer_send(scene, "04140008 00000007");
	close(scene->peer);
	scene->peer = -1;
	RUN_UNTIL(scene, scene->n_down == 1);
	assert_int_equal(scene->n_messages, 1);
	turn(scene);
	assert_int_equal(scene->n_down, 1);
	scene_close(scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_says_hello_and_agrees_on_a_version),
		cmocka_unit_test(a_peer_without_a_common_version_gets_the_error),
		cmocka_unit_test(a_peer_that_says_something_else_first_is_refused),
		cmocka_unit_test(a_silent_peer_is_dropped_before_its_hello),
		cmocka_unit_test(messages_are_framed_wherever_the_stream_is_cut),
		cmocka_unit_test(echo_requests_are_answered_by_the_channel),
		cmocka_unit_test(a_malformed_message_gets_its_error_and_is_not_handed_on),
		cmocka_unit_test(a_length_below_the_header_ends_the_connection),
		cmocka_unit_test(a_peer_that_does_not_read_is_cut_off),
		cmocka_unit_test(it_tells_when_a_slow_peer_has_caught_up),
		cmocka_unit_test(one_turn_handles_a_bounded_number_of_messages),
		cmocka_unit_test(a_paused_channel_keeps_its_messages),
		cmocka_unit_test(a_silent_peer_is_probed_and_then_dropped),
		cmocka_unit_test(a_peer_that_answers_probes_stays),
		cmocka_unit_test(a_callback_may_destroy_the_channel),
		cmocka_unit_test(what_was_said_before_the_end_is_still_handled),
		cmocka_unit_test(the_end_of_the_stream_is_told_once),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
