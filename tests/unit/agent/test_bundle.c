// SPDX-License-Identifier: Apache-2.0
/* Bundles as a controller meets them (OpenFlow 1.4.1 §6.9, §7.3.9): all or nothing, at once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "tests/unit/agent/bench.h"

#define BOTH (OFPBF_ATOMIC | OFPBF_ORDERED)

static struct bench bench;
static struct peer *peer;

static void open_all(enum of_version version)
{
	bench_open(&bench, AGENT_FAIL_SECURE, 0, NULL);
	peer = peer_open_version(&bench, version);
}

static void close_all(void)
{
	peer_close(peer);
	bench_close(&bench);
}

/* Sends a control message; OF_OK after its reply, else the error. */
static enum of_err control(uint32_t id, uint16_t type, uint16_t flags)
{
	struct of_msg msg, got;
	uint32_t xid;

	of_msg_init(&msg, peer->version, OFPT_BUNDLE_CONTROL, 0);
	msg.bundle_control =
		(struct of_bundle_control){.bundle_id = id, .type = type, .flags = flags};
	xid = peer_send(peer, &msg);
	for (;;) {
		peer_receive(peer, &got);
		if (got.xid == xid && got.type == OFPT_ERROR)
			return got.error.err;
		if (got.xid == xid) {
			assert_int_equal(got.type, OFPT_BUNDLE_CONTROL);
			assert_int_equal(got.bundle_control.type, type + 1);
			assert_int_equal(got.bundle_control.bundle_id, id);
			return OF_OK;
		}
		of_msg_text(&got, &peer->log);
	}
}

static enum of_err add_bytes(uint32_t id, uint16_t flags, const uint8_t *bytes, size_t size)
{
	struct of_msg msg;

	of_msg_init(&msg, peer->version, OFPT_BUNDLE_ADD_MESSAGE, 0);
	msg.bundle_add = (struct of_bundle_add){
		.bundle_id = id, .flags = flags, .message = bytes, .message_size = size};
	return peer_try(peer, &msg);
}

static enum of_err add_flow(uint32_t id, enum of_flow_mod_command command, const char *text)
{
	size_t size;
	uint8_t *bytes = peer_flow_bytes(peer, command, text, peer->next_xid, &size);
	enum of_err err = add_bytes(id, BOTH, bytes, size);

	free(bytes);
	return err;
}

static void flows_are(const char *wanted)
{
	char *flows = peer_flows(peer, "");

	assert_string_equal(flows, wanted);
	free(flows);
}

/* What a frame from that port meets in table 0 in the version that is published: its cookie. */
static uint64_t meets(uint32_t in_port)
{
	const struct classifier *cls = bench.pipeline->table[0];
	struct flow_key key = {.in_port = in_port};
	const struct rule *rule;

	if (cls == NULL)
		return UINT64_MAX;
	classifier_lookup(cls, &key, 1, bench.pipeline->version, &rule);
	return rule != NULL ? rule->cookie : UINT64_MAX;
}

static void all_of_it_is_in_force_after_the_commit_and_nothing_before(void **state)
{
	static const enum of_version versions[] = {OF13, OF14, OF15};

	for (unsigned int i = 0; i < sizeof(versions) / sizeof(versions[0]); i++) {
		open_all(versions[i]);
		peer_flow(peer, OFPFC_ADD, "in_port=1,cookie=1,actions=output:2");
		peer_flow(peer, OFPFC_ADD, "in_port=2,cookie=2,actions=output:2");
		assert_int_equal(control(7, OFPBCT_OPEN_REQUEST, BOTH), OF_OK);
		assert_int_equal(add_flow(7, OFPFC_DELETE, "in_port=2"), OF_OK);
		assert_int_equal(add_flow(7, OFPFC_ADD, "in_port=3,cookie=3,actions=output:1"),
				 OF_OK);
		assert_int_equal(add_flow(7, OFPFC_ADD, "in_port=1,cookie=4,actions=output:4"),
				 OF_OK);
		assert_int_equal(add_flow(7, OFPFC_MODIFY, "in_port=3,actions=output:4"), OF_OK);
		assert_int_equal(control(7, OFPBCT_CLOSE_REQUEST, BOTH), OF_OK);
		assert_int_equal(meets(1), 1);
		assert_int_equal(meets(2), 2);
		assert_int_equal(meets(3), UINT64_MAX);
		assert_int_equal(control(7, OFPBCT_COMMIT_REQUEST, BOTH), OF_OK);
		assert_int_equal(meets(1), 4);
		assert_int_equal(meets(2), UINT64_MAX);
		assert_int_equal(meets(3), 3);
		if (versions[i] != OF15) /* whose listings have no counts */
			flows_are("table=0,cookie=0x4,priority=32768,in_port=1 actions=output:4\n"
				  "table=0,cookie=0x3,priority=32768,in_port=3 actions=output:4\n");
		/* What it replaced is given back, and nothing else. */
		bench_turn(&bench);
		while (reclaim_poll(bench.pipeline->reclaim) != 0)
			bench_turn(&bench);
		assert_int_equal(classifier_count(bench.pipeline->table[0]), 2);
		close_all();
	}
}

static void one_that_fails_leaves_everything_as_it_was(void **state)
{
	char *before;

	open_all(OF14);
	peer_group(peer, OFPGC_ADD, "group_id=1,type=all,bucket=output:1");
	peer_flow(peer, OFPFC_ADD,
		  "in_port=1,cookie=1,idle_timeout=9,importance=3,actions=group:1");
	peer_flow(peer, OFPFC_ADD, "in_port=2,cookie=2,send_flow_rem,actions=output:2");
	peer_flow(peer, OFPFC_ADD, "in_port=3,cookie=3,actions=output:2");
	before = peer_flows(peer, "");
	control(1, OFPBCT_OPEN_REQUEST, BOTH);
	add_flow(1, OFPFC_ADD, "in_port=1,cookie=9,hard_timeout=4,actions=output:3");
	add_flow(1, OFPFC_MODIFY, "in_port=1,reset_counts,actions=output:4");
	add_flow(1, OFPFC_DELETE, "in_port=2");
	add_flow(1, OFPFC_ADD, "in_port=2,cookie=7,actions=drop");
	add_flow(1, OFPFC_DELETE, "");
	add_flow(1, OFPFC_ADD, "in_port=5,cookie=8,actions=group:1");
	add_flow(1, OFPFC_ADD, "in_port=6,cookie=8,actions=output:99");
	assert_int_equal(control(1, OFPBCT_COMMIT_REQUEST, BOTH), OFPBFC_MSG_FAILED);
	assert_non_null(strstr(text_get(&peer->log), "BAD_OUT_PORT"));
	assert_null(strstr(text_get(&peer->log), "FLOW_REMOVED"));
	flows_are(before);
	for (uint32_t port = 1; port <= 3; port++)
		assert_int_equal(meets(port), port);
	assert_int_equal(meets(5), UINT64_MAX);
	assert_int_equal(group_store_find(bench.agent->groups, 1)->n_flows, 1);
	/* The bundle is gone, and another one works. */
	assert_int_equal(control(1, OFPBCT_COMMIT_REQUEST, BOTH), OFPBFC_BAD_ID);
	control(1, OFPBCT_OPEN_REQUEST, BOTH);
	add_flow(1, OFPFC_DELETE, "");
	assert_int_equal(control(1, OFPBCT_COMMIT_REQUEST, BOTH), OF_OK);
	flows_are("");
	peer_listen(peer);
	assert_non_null(strstr(text_get(&peer->log), "FLOW_REMOVED"));
	bench_turn(&bench);
	while (reclaim_poll(bench.pipeline->reclaim) != 0)
		bench_turn(&bench);
	assert_int_equal(classifier_count(bench.pipeline->table[0]), 0);
	assert_int_equal(group_store_find(bench.agent->groups, 1)->n_flows, 0);
	free(before);
	close_all();
}

static void counts_go_on_through_a_bundle(void **state)
{
	struct flow *flow;
	struct flow_counter sum;

	open_all(OF14);
	peer_flow(peer, OFPFC_ADD, "in_port=1,actions=output:2");
	flow = flow_store_first(bench.agent->flows, 0);
	flow_counter_add(flow_counters_lcore(bench.pipeline->counters, 0), flow->rule->counter_id,
			 5, 500, 1);
	control(1, OFPBCT_OPEN_REQUEST, BOTH);
	add_flow(1, OFPFC_MODIFY, "in_port=1,actions=output:3");
	assert_int_equal(control(1, OFPBCT_COMMIT_REQUEST, BOTH), OF_OK);
	bench_turn(&bench);
	while (reclaim_poll(bench.pipeline->reclaim) != 0)
		bench_turn(&bench);
	flow_counter_add(flow_counters_lcore(bench.pipeline->counters, 0), flow->rule->counter_id,
			 2, 200, 1);
	flow_counts(bench.agent->flows, flow, &sum);
	assert_int_equal(sum.packets, 7);
	close_all();
}

static void errors_are_those_of_the_standard(void **state)
{
	struct of_msg msg;
	uint8_t *bytes;
	size_t size;

	open_all(OF14);
	assert_int_equal(control(1, OFPBCT_CLOSE_REQUEST, BOTH), OFPBFC_BAD_ID);
	assert_int_equal(control(1, OFPBCT_COMMIT_REQUEST, BOTH), OFPBFC_BAD_ID);
	assert_int_equal(control(1, OFPBCT_DISCARD_REQUEST, BOTH), OFPBFC_BAD_ID);
	assert_int_equal(control(1, OFPBCT_OPEN_REPLY, BOTH), OFPBFC_BAD_TYPE);
	assert_int_equal(control(1, OFPBCT_OPEN_REQUEST, 0x100), OFPBFC_BAD_FLAGS);
	assert_int_equal(control(1, OFPBCT_OPEN_REQUEST, BOTH), OF_OK);
	assert_int_equal(control(1, OFPBCT_OPEN_REQUEST, BOTH), OFPBFC_BAD_ID);
	control(1, OFPBCT_OPEN_REQUEST, BOTH);
	assert_int_equal(control(1, OFPBCT_CLOSE_REQUEST, OFPBF_ATOMIC), OFPBFC_BAD_FLAGS);
	control(1, OFPBCT_OPEN_REQUEST, BOTH);
	assert_int_equal(control(1, OFPBCT_CLOSE_REQUEST, BOTH), OF_OK);
	assert_int_equal(add_flow(1, OFPFC_DELETE, ""), OFPBFC_BUNDLE_CLOSED);
	/* The first message opens one. */
	assert_int_equal(add_flow(2, OFPFC_ADD, "in_port=1,actions=drop"), OF_OK);
	bytes = peer_flow_bytes(peer, OFPFC_DELETE, "", 5, &size);
	assert_int_equal(add_bytes(2, BOTH, bytes, size), OFPBFC_MSG_BAD_XID);
	free(bytes);
	of_msg_init(&msg, OF14, OFPT_BARRIER_REQUEST, peer->next_xid);
	struct wbuf b = wbuf_init(100);
	of_msg_pack(&msg, &b);
	assert_int_equal(add_bytes(2, BOTH, b.data, b.len), OFPBFC_MSG_UNSUP);
	wbuf_free(&b);
	assert_int_equal(control(2, OFPBCT_DISCARD_REQUEST, BOTH), OF_OK);
	for (uint32_t id = 100; id < 164; id++)
		assert_int_equal(control(id, OFPBCT_OPEN_REQUEST, BOTH), OF_OK);
	assert_int_equal(control(164, OFPBCT_OPEN_REQUEST, BOTH), OFPBFC_OUT_OF_BUNDLES);
	flows_are("");
	/* One that nobody touches for a minute is gone. */
	bench_now_ms += 61000;
	for (int i = 0; i < 100 && bench.agent->bundle_bytes != 0; i++)
		bench_turn(&bench);
	peer_listen(peer);
	assert_int_equal(control(100, OFPBCT_COMMIT_REQUEST, BOTH), OFPBFC_BAD_ID);
	close_all();
}

/* The loop goes on by one round of events, not until nothing is left to do. */
static void one_event(void)
{
	event_base_loop(bench.base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
}

/* Thousands of changes: commits of other slices and messages come in between, none sees half. */
static void a_large_one_lets_others_have_their_turn(void **state)
{
	struct peer *other;
	struct of_msg msg, got;
	uint32_t xid, commit_xid;
	char text[100];
	bool echoed = false;

	open_all(OF14);
	bench.forgets = true;
	other = peer_open_version(&bench, OF14);
	control(1, OFPBCT_OPEN_REQUEST, BOTH);
	for (int i = 0; i < 20000; i++) {
		size_t size;
		uint8_t *bytes;

		snprintf(text, sizeof(text), "ip,nw_dst=10.%d.%d.1,cookie=5,actions=output:1",
			 i / 250, i % 250);
		bytes = peer_flow_bytes(peer, OFPFC_ADD, text, peer->next_xid, &size);
		of_msg_init(&msg, OF14, OFPT_BUNDLE_ADD_MESSAGE, 0);
		msg.bundle_add = (struct of_bundle_add){
			.bundle_id = 1, .flags = BOTH, .message = bytes, .message_size = size};
		peer_send(peer, &msg);
		free(bytes);
		if (i % 100 == 0)
			bench_turn(&bench);
	}
	of_msg_init(&msg, OF14, OFPT_BUNDLE_CONTROL, 0);
	msg.bundle_control = (struct of_bundle_control){
		.bundle_id = 1, .type = OFPBCT_COMMIT_REQUEST, .flags = BOTH};
	commit_xid = peer_send(peer, &msg);
	while (bench.agent->commit == NULL)
		one_event();
	/* Under way: an echo is answered, a flow-mod waits. */
	of_msg_init(&msg, OF14, OFPT_ECHO_REQUEST, 0);
	msg.echo = (struct of_echo){0};
	xid = peer_send(other, &msg);
	while (bench.agent->commit != NULL && !echoed) {
		uint8_t reply[8];

		one_event();
		echoed = recv(other->fd, reply, sizeof(reply), MSG_DONTWAIT) == sizeof(reply);
	}
	assert_true(echoed);
	(void)xid;
	assert_int_equal(peer_flow(other, OFPFC_ADD, "in_port=1,cookie=6,actions=output:2"), OF_OK);
	assert_null(bench.agent->commit);
	peer_receive(peer, &got);
	assert_int_equal(got.type, OFPT_BUNDLE_CONTROL);
	assert_int_equal(got.xid, commit_xid);
	assert_int_equal(flow_store_count(bench.agent->flows, OFPTT_ALL), 20001);
	peer_close(other);
	/* And a peer that goes in the middle of a commit changes nothing. */
	control(2, OFPBCT_OPEN_REQUEST, BOTH);
	for (int i = 0; i < 3; i++)
		add_flow(2, OFPFC_MODIFY, "cookie=5/-1,actions=output:3");
	add_flow(2, OFPFC_DELETE, "");
	of_msg_init(&msg, OF14, OFPT_BUNDLE_CONTROL, 0);
	msg.bundle_control = (struct of_bundle_control){
		.bundle_id = 2, .type = OFPBCT_COMMIT_REQUEST, .flags = BOTH};
	peer_send(peer, &msg);
	while (bench.agent->commit == NULL)
		one_event();
	peer_close(peer);
	assert_null(bench.agent->transaction);
	assert_in_range(flow_store_count(bench.agent->flows, OFPTT_ALL), 0, 20001);
	bench_close(&bench);
}

static void a_scheduled_one_waits_for_its_time(void **state)
{
	struct timespec now;
	struct of_msg msg, got;
	enum of_err err;

	open_all(OF15);
	clock_gettime(CLOCK_REALTIME, &now);
	of_msg_init(&msg, OF15, OFPT_BUNDLE_CONTROL, 0);
	for (int i = 0; i < 4; i++) {
		/* Too early, too late, taken back, done. */
		static const int64_t offset_s[] = {-100, 1000000, 100, 1};
		static const enum of_err wanted[] = {OFPBFC_SCHED_PAST, OFPBFC_SCHED_FUTURE, OF_OK,
						     OF_OK};

		assert_int_equal(control(3, OFPBCT_OPEN_REQUEST, BOTH), OF_OK);
		assert_int_equal(add_flow(3, OFPFC_ADD, "in_port=1,cookie=4,actions=drop"), OF_OK);
		of_msg_init(&msg, OF15, OFPT_BUNDLE_CONTROL, 0);
		msg.bundle_control = (struct of_bundle_control){
			.bundle_id = 3,
			.type = OFPBCT_COMMIT_REQUEST,
			.flags = BOTH | OFPBF_TIME,
			.has_time = true,
			.time = {.seconds = (uint64_t)(now.tv_sec + offset_s[i])},
		};
		err = peer_try(peer, &msg);
		assert_int_equal(err, wanted[i]);
		assert_int_equal(meets(1), UINT64_MAX);
		if (i == 2)
			assert_int_equal(control(3, OFPBCT_DISCARD_REQUEST, BOTH), OF_OK);
	}
	peer_receive(peer, &got);
	assert_int_equal(got.type, OFPT_BUNDLE_CONTROL);
	assert_int_equal(got.bundle_control.type, OFPBCT_COMMIT_REPLY);
	assert_int_equal(meets(1), 4);
	close_all();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_it_is_in_force_after_the_commit_and_nothing_before),
		cmocka_unit_test(one_that_fails_leaves_everything_as_it_was),
		cmocka_unit_test(counts_go_on_through_a_bundle),
		cmocka_unit_test(errors_are_those_of_the_standard),
		cmocka_unit_test(a_large_one_lets_others_have_their_turn),
		cmocka_unit_test(a_scheduled_one_waits_for_its_time),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
