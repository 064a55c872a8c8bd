// SPDX-License-Identifier: Apache-2.0
/* Listener, connector and client against one another, on UNIX and TCP sockets. */
#include "lib/units.h"
#include "openflow/client.h"
#include "openflow/connector.h"
#include "openflow/listener.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#define DEADLINE_MS 20000

static char dir[64];

/* A little switch: answers barriers, features and a long list of flows; refuses group-mods. */
struct switch_side {
	struct event_base *base;
	struct listener *listener;
	struct channel *channel;
	unsigned n_accepted, n_flow_mods;
	atomic_bool stop; /* for the thread that runs it */
};

static void emit(void *context, const uint8_t *bytes, size_t len)
{
	struct channel *channel = context;

	assert_int_equal(channel_send_raw(channel, bytes, len), 0);
}

static void flows_answer(struct channel *channel, uint32_t xid)
{
	static struct of_flow_stats flow;
	struct of_multipart_writer w;

	of_match_init(&flow.match);
	of_multipart_writer_init(&w, OF13, xid, OFPMP_FLOW, emit, channel);
	for (unsigned i = 0; i < 3000; i++) {
		flow.cookie = i;
		assert_int_equal(of_multipart_writer_add(&w, &flow), 0);
	}
	assert_int_equal(of_multipart_writer_end(&w), 0);
}

static void switch_up(struct channel *channel, void *context, enum of_version version)
{
}

static void switch_message(struct channel *channel, void *context, const struct of_msg *msg,
			   const uint8_t *raw, size_t len)
{
	struct switch_side *side = context;
	static struct of_msg reply;

	switch (msg->type) {
	case OFPT_FLOW_MOD:
		side->n_flow_mods++;
		break;
	case OFPT_GROUP_MOD:
		channel_send_error(channel, OFPGMFC_OUT_OF_GROUPS, raw, len);
		break;
	case OFPT_BARRIER_REQUEST:
		of_msg_init(&reply, OF13, OFPT_BARRIER_REPLY, msg->xid);
		channel_send(channel, &reply);
		break;
	case OFPT_FEATURES_REQUEST:
		/* An echo request in between, which the client has to answer by itself. */
		of_msg_init(&reply, OF13, OFPT_ECHO_REQUEST, 99);
		reply.echo = (struct of_echo){0};
		channel_send(channel, &reply);
		of_msg_init(&reply, OF13, OFPT_FEATURES_REPLY, msg->xid);
		reply.features = (struct of_features){.datapath_id = 42, .n_tables = 254};
		channel_send(channel, &reply);
		break;
	case OFPT_MULTIPART_REQUEST:
		if (msg->multipart_request.type == OFPMP_FLOW)
			flows_answer(channel, msg->xid);
		else
			channel_send_error(channel, OFPBRC_BAD_MULTIPART, raw, len);
		break;
	default:
		break;
	}
}

static void switch_down(struct channel *channel, void *context, const char *reason)
{
	struct switch_side *side = context;

	channel_destroy(channel);
	side->channel = NULL;
}

static const struct channel_ops switch_ops = {switch_up, switch_message, switch_down, NULL};

static void on_accept(void *context, struct bufferevent *stream, const char *peer)
{
	struct switch_side *side = context;
	struct channel_config config = channel_config_default();

	side->n_accepted++;
	channel_destroy(side->channel);
	side->channel = channel_create(stream, &config, &switch_ops, side);
}

static struct target target_of(const char *text)
{
	struct target target;
	char why[200];

	assert_int_equal(target_parse(text, 6653, &target, why, sizeof(why)), 0);
	return target;
}

static struct target unix_target(const char *name)
{
	struct target target = {.kind = TARGET_UNIX};

	snprintf(target.path, sizeof(target.path), "%s/%s", dir, name);
	return target;
}

static void switch_open(struct switch_side *side, const struct target *target)
{
	char why[400] = "";

	*side = (struct switch_side){.base = event_base_new()};
	side->listener =
		listener_create(side->base, target, NULL, on_accept, side, why, sizeof(why));
	if (side->listener == NULL)
		fail_msg("%s", why);
}

static void switch_close(struct switch_side *side)
{
	channel_destroy(side->channel);
	listener_destroy(side->listener);
	event_base_free(side->base);
}

static void *switch_thread(void *context)
{
	struct switch_side *side = context;

	while (!atomic_load(&side->stop)) {
		event_base_loop(side->base, EVLOOP_NONBLOCK);
		usleep(100);
	}
	return NULL;
}

static int count_flow(void *context, const union of_multipart_entry *entry)
{
	uint64_t *next = context;

	assert_true(entry->flow.cookie == *next);
	(*next)++;
	return 0;
}

static void client_works(const struct target *target)
{
	char why[400] = "";
	struct of_client *client =
		of_client_connect(target, OF_VERSION_BIT(OF13), DEADLINE_MS, why, sizeof(why));
	struct of_client_error errors[2];
	struct of_multipart_request request;
	static struct of_msg msg;
	const struct of_msg *reply;
	uint64_t n_flows = 0;
	enum of_err err;

	if (client == NULL)
		fail_msg("%s", why);
	assert_int_equal(of_client_version(client), OF13);
	of_msg_init(&msg, OF13, OFPT_FEATURES_REQUEST, 0);
	assert_int_equal(of_client_request(client, &msg, &reply), 0);
	assert_int_equal(reply->features.datapath_id, 42);
	for (unsigned i = 0; i < 5000; i++) {
		of_msg_init(&msg, OF13, OFPT_FLOW_MOD, 0);
		of_flow_mod_init(&msg.flow_mod);
		assert_int_equal(of_client_send(client, &msg), 0);
	}
	of_msg_init(&msg, OF13, OFPT_GROUP_MOD, 0);
	msg.group_mod = (struct of_group_mod){.group_id = 1};
	assert_int_equal(of_client_send(client, &msg), 0);
	assert_int_equal(of_client_barrier(client, errors, 2), 1);
	assert_int_equal(errors[0].err, OFPGMFC_OUT_OF_GROUPS);
	assert_int_equal(errors[0].xid, msg.xid);
	of_multipart_request_init(&request, OFPMP_FLOW);
	assert_int_equal(of_client_multipart(client, &request, count_flow, &n_flows, &err), 0);
	assert_int_equal(n_flows, 3000);
	of_multipart_request_init(&request, OFPMP_METER);
	assert_int_equal(of_client_multipart(client, &request, count_flow, &n_flows, &err),
			 -EREMOTEIO);
	assert_int_equal(err, OFPBRC_BAD_MULTIPART);
	of_client_close(client);
}

static void client_against_switch(const struct target *target)
{
	struct switch_side side;
	pthread_t thread;
	struct target actual;

	switch_open(&side, target);
	actual = *listener_target(side.listener);
	assert_int_equal(pthread_create(&thread, NULL, switch_thread, &side), 0);
	client_works(&actual);
	atomic_store(&side.stop, true);
	pthread_join(thread, NULL);
	assert_int_equal(side.n_flow_mods, 5000);
	switch_close(&side);
}

static void a_client_talks_to_a_switch_on_a_unix_socket(void **state)
{
	struct target target = unix_target("of.sock");

	client_against_switch(&target);
	assert_int_equal(access(target.path, F_OK), -1); /* unlinked at the end */
}

static void a_client_talks_to_a_switch_on_tcp(void **state)
{
	struct target target = target_of("tcp:127.0.0.1:6653");

	target.port = 0;
	client_against_switch(&target);
}

static void a_client_names_the_target_that_it_cannot_reach(void **state)
{
	struct target target = unix_target("nobody.sock");
	char why[400];

	assert_null(of_client_connect(&target, OF_VERSION_BIT(OF13), 1000, why, sizeof(why)));
	assert_int_equal(errno, ENOENT);
	assert_non_null(strstr(why, "nobody.sock"));
}

static void a_stale_socket_is_replaced_and_a_live_one_is_not(void **state)
{
	struct target target = unix_target("stale.sock");
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct switch_side side;
	struct event_base *base = event_base_new();
	struct stat st;
	char why[400];

	text_copy(un.sun_path, sizeof(un.sun_path), target.path);
	assert_int_equal(bind(fd, (struct sockaddr *)&un, sizeof(un)), 0);
	close(fd); /* nobody listens, but the file is there */
	switch_open(&side, &target);
	assert_int_equal(stat(target.path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0660);
	assert_null(listener_create(base, &target, NULL, on_accept, NULL, why, sizeof(why)));
	assert_int_equal(errno, EADDRINUSE);
	assert_non_null(strstr(why, "stale.sock"));
	switch_close(&side);
	event_base_free(base);
}

/* The other end of connector tests. */
struct far {
	unsigned n_up, n_down;
	bool destroy_in_down;
	struct connector *connector;
};

static void far_up(struct channel *channel, void *context, enum of_version version)
{
	((struct far *)context)->n_up++;
}

static void far_message(struct channel *channel, void *context, const struct of_msg *msg,
			const uint8_t *raw, size_t len)
{
}

static void far_down(struct channel *channel, void *context, const char *reason)
{
	struct far *far = context;

	far->n_down++;
	if (far->destroy_in_down) {
		connector_destroy(far->connector);
		far->connector = NULL;
	}
}

static const struct channel_ops far_ops = {far_up, far_message, far_down, NULL};

#define RUN_UNTIL(base, condition)                                                                 \
	do {                                                                                       \
		uint64_t deadline_ = clock_ms() + DEADLINE_MS;                                     \
		while (!(condition)) {                                                             \
			event_base_loop(base, EVLOOP_NONBLOCK);                                    \
			if (clock_ms() > deadline_)                                                \
				fail_msg("not in time: %s", #condition);                           \
		}                                                                                  \
	} while (0)

static void a_connector_comes_back_after_the_peer_was_away(void **state)
{
	struct target target = unix_target("controller.sock");
	struct connector_config config = {.channel = channel_config_default(),
					  .backoff_max_ms = 1000};
	struct switch_side side = {.base = event_base_new()};
	struct far far = {0};
	char why[400];

	far.connector = connector_create(side.base, &target, &config, &far_ops, &far);
	RUN_UNTIL(side.base, connector_state(far.connector) == CONNECTOR_BACKOFF &&
				     connector_last_error(far.connector)[0] != '\0');
	assert_non_null(strstr(connector_last_error(far.connector), "controller.sock"));
	assert_int_equal(far.n_down, 0);
	for (unsigned round = 1; round <= 2; round++) {
		side.listener = listener_create(side.base, &target, NULL, on_accept, &side, why,
						sizeof(why));
		assert_non_null(side.listener);
		RUN_UNTIL(side.base, far.n_up == round);
		assert_int_equal(connector_state(far.connector), CONNECTOR_CONNECTED);
		assert_string_equal(connector_last_error(far.connector), "");
		listener_destroy(side.listener);
		channel_destroy(side.channel);
		side.channel = NULL;
		RUN_UNTIL(side.base, far.n_down == round);
		assert_null(connector_channel(far.connector));
	}
	connector_destroy(far.connector);
	event_base_free(side.base);
}

static void a_connector_may_be_destroyed_in_its_callback(void **state)
{
	struct target target = target_of("tcp:127.0.0.1:1");
	struct connector_config config = {.channel = channel_config_default()};
	struct switch_side side;
	struct far far = {.destroy_in_down = true};

	target.port = 0;
	switch_open(&side, &target);
	far.connector = connector_create(side.base, listener_target(side.listener), &config,
					 &far_ops, &far);
	RUN_UNTIL(side.base, far.n_up == 1);
	channel_destroy(side.channel);
	side.channel = NULL;
	RUN_UNTIL(side.base, far.n_down == 1);
	assert_null(far.connector);
	switch_close(&side);
}

static int setup(void **state)
{
	snprintf(dir, sizeof(dir), "/tmp/heddle-connect-XXXXXX");
	return mkdtemp(dir) != NULL ? 0 : -1;
}

static int teardown(void **state)
{
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_client_talks_to_a_switch_on_a_unix_socket),
		cmocka_unit_test(a_client_talks_to_a_switch_on_tcp),
		cmocka_unit_test(a_client_names_the_target_that_it_cannot_reach),
		cmocka_unit_test(a_stale_socket_is_replaced_and_a_live_one_is_not),
		cmocka_unit_test(a_connector_comes_back_after_the_peer_was_away),
		cmocka_unit_test(a_connector_may_be_destroyed_in_its_callback),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
