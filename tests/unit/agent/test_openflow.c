// SPDX-License-Identifier: Apache-2.0
/*
 * The other messages as a controller meets them: features, configuration, roles, groups, ports,
 * multiparts, packet-out, packet-in, the fail mode and what outlives a restart.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "datapath/agent/packet_in.h"
#include "datapath/agent/standalone.h"
#include "tests/unit/agent/bench.h"

/* Sends a request and returns the reply, which must answer it. */
static struct of_msg ask(struct peer *peer, struct of_msg *request, enum of_msg_type type)
{
	uint32_t xid = peer_send(peer, request);
	struct of_msg reply;

	peer_receive(peer, &reply);
	assert_int_equal(reply.type, type);
	assert_int_equal(reply.xid, xid);
	return reply;
}

static struct of_msg request_of(enum of_msg_type type)
{
	struct of_msg msg;

	memset(&msg, 0, sizeof(msg));
	of_msg_init(&msg, OF13, type, 0);
	return msg;
}

static struct bench bench;

static int open_bench(void **state)
{
	bench_open(&bench, AGENT_FAIL_SECURE, 0, NULL);
	*state = peer_open(&bench);
	return 0;
}

static int close_bench(void **state)
{
	peer_close(*state);
	bench_close(&bench);
	return 0;
}

static void features_say_what_the_switch_is(void **state)
{
	struct of_msg msg = request_of(OFPT_FEATURES_REQUEST);
	struct of_msg reply = ask(*state, &msg, OFPT_FEATURES_REPLY);

	assert_int_equal(reply.features.datapath_id, 0x123);
	assert_int_equal(reply.features.n_buffers, 0);
	assert_int_equal(reply.features.n_tables, 254);
}

static void configuration_reads_back(void **state)
{
	struct of_msg msg = request_of(OFPT_GET_CONFIG_REQUEST), reply;

	reply = ask(*state, &msg, OFPT_GET_CONFIG_REPLY);
	assert_int_equal(reply.config.miss_send_len, OFP_DEFAULT_MISS_SEND_LEN);
	msg = request_of(OFPT_SET_CONFIG);
	msg.config = (struct of_config){.flags = OFPC_FRAG_DROP, .miss_send_len = 0xffff};
	assert_int_equal(peer_try(*state, &msg), OF_OK);
	assert_true(bench.pipeline->deny_fragments);
	msg = request_of(OFPT_GET_CONFIG_REQUEST);
	reply = ask(*state, &msg, OFPT_GET_CONFIG_REPLY);
	assert_int_equal(reply.config.miss_send_len, 0xffff);
	assert_int_equal(reply.config.flags, OFPC_FRAG_DROP);
	msg = request_of(OFPT_SET_CONFIG);
	msg.config.flags = OFPC_FRAG_REASM;
	assert_int_equal(peer_try(*state, &msg), OFPSCFC_BAD_FLAGS);
}

static enum of_err set_role(struct peer *peer, uint32_t role, uint64_t generation)
{
	struct of_msg msg = request_of(OFPT_ROLE_REQUEST), reply;

	msg.role = (struct of_role_msg){.role = role, .generation_id = generation};
	peer_send(peer, &msg);
	peer_receive(peer, &reply);
	if (reply.type == OFPT_ERROR)
		return reply.error.err;
	assert_int_equal(reply.type, OFPT_ROLE_REPLY);
	return OF_OK;
}

static void a_slave_reads_but_does_not_change(void **state)
{
	struct peer *one = *state, *two = peer_open(&bench);
	struct of_msg msg;

	assert_int_equal(set_role(one, OFPCR_ROLE_MASTER, 5), OF_OK);
	assert_int_equal(set_role(two, OFPCR_ROLE_MASTER, 4), OFPRRFC_STALE);
	assert_int_equal(set_role(two, OFPCR_ROLE_MASTER, 6), OF_OK);
	assert_int_equal(peer_flow(one, OFPFC_ADD, "in_port=1,actions=drop"), OFPBRC_IS_SLAVE);
	assert_int_equal(peer_flow(two, OFPFC_ADD, "in_port=1,actions=drop"), OF_OK);
	msg = request_of(OFPT_FEATURES_REQUEST);
	ask(one, &msg, OFPT_FEATURES_REPLY);
	assert_int_equal(set_role(one, OFPCR_ROLE_EQUAL, 0), OF_OK);
	assert_int_equal(peer_flow(one, OFPFC_ADD, "in_port=1,actions=drop"), OF_OK);
	peer_close(two);
}

static void groups_are_checked_and_counted(void **state)
{
	struct peer *p = *state;
	char *flows;

	assert_int_equal(peer_group(p, OFPGC_ADD, "group_id=1,type=all,bucket=output:1"), OF_OK);
	assert_int_equal(peer_group(p, OFPGC_ADD, "group_id=1,type=all,bucket=output:1"),
			 OFPGMFC_GROUP_EXISTS);
	assert_int_equal(peer_group(p, OFPGC_MODIFY, "group_id=9,type=all,bucket=output:1"),
			 OFPGMFC_UNKNOWN_GROUP);
	assert_int_equal(peer_group(p, OFPGC_ADD, "group_id=2,type=all,bucket=group:7"),
			 OFPBAC_BAD_OUT_GROUP);
	assert_int_equal(peer_group(p, OFPGC_ADD, "group_id=2,type=all,bucket=group:1"), OF_OK);
	assert_int_equal(peer_group(p, OFPGC_MODIFY, "group_id=1,type=all,bucket=group:2"),
			 OFPGMFC_LOOP);
	assert_int_equal(peer_group(p, OFPGC_MODIFY, "group_id=1,type=all,bucket=group:1"),
			 OFPGMFC_LOOP);
	assert_int_equal(peer_group(p, OFPGC_DELETE, "group_id=1"), OFPGMFC_CHAINED_GROUP);
	assert_int_equal(peer_flow(p, OFPFC_ADD, "in_port=1,actions=group:2"), OF_OK);
	assert_int_equal(peer_flow(p, OFPFC_ADD, "in_port=2,actions=output:2"), OF_OK);
	assert_int_equal(group_store_find(bench.agent->groups, 2)->n_flows, 1);
	assert_int_equal(peer_group(p, OFPGC_DELETE, "group_id=2"), OF_OK);
	flows = peer_flows(p, "");
	assert_string_equal(flows, "table=0,priority=32768,in_port=2 actions=output:2\n");
	free(flows);
	assert_int_equal(peer_group(p, OFPGC_DELETE, "group_id=1"), OF_OK);
	assert_int_equal(group_store_count(bench.agent->groups), 0);
}

static void chains_of_groups_have_a_bound(void **state)
{
	struct peer *p = *state;
	char text[80];

	assert_int_equal(peer_group(p, OFPGC_ADD, "group_id=1,type=all,bucket=output:1"), OF_OK);
	for (int i = 2; i <= GROUP_MAX_DEPTH; i++) {
		snprintf(text, sizeof(text), "group_id=%d,type=indirect,bucket=group:%d", i, i - 1);
		assert_int_equal(peer_group(p, OFPGC_ADD, text), OF_OK);
	}
	/* One more on top, or one more below, is one too many. */
	assert_int_equal(peer_group(p, OFPGC_DELETE, "group_id=8"), OF_OK);
	assert_int_equal(peer_group(p, OFPGC_ADD, "group_id=20,type=all,bucket=output:1"), OF_OK);
	assert_int_equal(peer_group(p, OFPGC_MODIFY, "group_id=1,type=all,bucket=group:20"), OF_OK);
	assert_int_equal(peer_group(p, OFPGC_MODIFY, "group_id=20,type=all,bucket=group:7"),
			 OFPGMFC_LOOP);
	assert_int_equal(peer_group(p, OFPGC_ADD, "group_id=8,type=all,bucket=group:7"),
			 OFPGMFC_CHAINING_UNSUPPORTED);
	assert_int_equal(peer_group(p, OFPGC_MODIFY, "group_id=1,type=all,bucket=output:1"), OF_OK);
	assert_int_equal(peer_group(p, OFPGC_ADD, "group_id=8,type=all,bucket=group:7"), OF_OK);
	assert_int_equal(peer_group(p, OFPGC_MODIFY, "group_id=1,type=all,bucket=group:20"),
			 OFPGMFC_CHAINING_UNSUPPORTED);
}

static void ports_are_described_and_modified(void **state)
{
	struct peer *p = *state;
	struct of_msg msg = request_of(OFPT_PORT_MOD);
	struct agent_port port = {
		.ofport = 2, .index = 2, .name = "p2", .mac = {{2, 0, 0, 0, 0, 2}}};

	msg.port_mod = (struct of_port_mod){.port_no = 2,
					    .hw_addr = {{2, 0, 0, 0, 0, 2}},
					    .config = OFPPC_PORT_DOWN,
					    .mask = OFPPC_PORT_DOWN};
	assert_int_equal(peer_try(p, &msg), OF_OK);
	assert_int_equal(bench.port_mod_port, 2);
	assert_int_equal(bench.port_mod_config, OFPPC_PORT_DOWN);
	msg.port_mod.hw_addr.b[5] = 9;
	assert_int_equal(peer_try(p, &msg), OFPPMFC_BAD_HW_ADDR);
	msg.port_mod.port_no = 77;
	assert_int_equal(peer_try(p, &msg), OFPPMFC_BAD_PORT);
	agent_port_changed(bench.agent, &port);
	peer_receive(p, &msg);
	assert_int_equal(msg.type, OFPT_PORT_STATUS);
	assert_int_equal(msg.port_status.reason, OFPPR_MODIFY);
	assert_int_equal(msg.port_status.port.state, OFPPS_LINK_DOWN);
	agent_port_removed(bench.agent, 2);
	peer_receive(p, &msg);
	assert_int_equal(msg.port_status.reason, OFPPR_DELETE);
	assert_int_equal(peer_flow(p, OFPFC_ADD, "actions=output:2"), OFPBAC_BAD_OUT_PORT);
}

static int entries_of(struct peer *peer, uint16_t type)
{
	struct of_msg msg = request_of(OFPT_MULTIPART_REQUEST);
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	bool more = true;
	int n = 0;

	of_multipart_request_init(&msg.multipart_request, type);
	peer_send(peer, &msg);
	while (more) {
		struct of_multipart_reader reader;
		union of_multipart_entry entry;

		peer_receive(peer, &msg);
		assert_int_equal(msg.type, OFPT_MULTIPART_REPLY);
		assert_int_equal(msg.multipart_reply.type, type);
		more = msg.multipart_reply.flags & OFPMPF_REPLY_MORE;
		reader = of_multipart_reader_init(msg.version, &msg.multipart_reply);
		for (; of_multipart_next(&reader, &arena, &entry) > 0; n++)
			of_arena_reset(&arena);
	}
	of_arena_free(&arena);
	return n;
}

static void every_multipart_is_answered(void **state)
{
	static const struct {
		uint16_t type;
		int n;
	} parts[] = {
		{OFPMP_DESC, 1},
		{OFPMP_FLOW, 1},
		{OFPMP_AGGREGATE, 1},
		{OFPMP_TABLE, 254},
		{OFPMP_PORT_STATS, 4},
		{OFPMP_QUEUE, 4},
		{OFPMP_GROUP, 1},
		{OFPMP_GROUP_DESC, 1},
		{OFPMP_GROUP_FEATURES, 1},
		{OFPMP_METER, 0},
		{OFPMP_METER_CONFIG, 0},
		{OFPMP_METER_FEATURES, 1},
		{OFPMP_TABLE_FEATURES, 254},
		{OFPMP_PORT_DESC, 4},
	};

	peer_group(*state, OFPGC_ADD, "group_id=1,type=all,bucket=output:1");
	peer_flow(*state, OFPFC_ADD, "actions=group:1");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		assert_int_equal(entries_of(*state, parts[i].type), parts[i].n);
}

static enum of_err packet_out(struct peer *peer, uint32_t in_port, uint32_t buffer, size_t size)
{
	struct of_action action = {.type = OF_ACTION_OUTPUT, .output = {.port = 1}};
	struct of_msg msg = request_of(OFPT_PACKET_OUT);
	static const uint8_t frame[64];

	msg.packet_out = (struct of_packet_out){.buffer_id = buffer,
						.in_port = in_port,
						.actions = {.n = 1, .a = &action},
						.data = frame,
						.data_len = size};
	return peer_try(peer, &msg);
}

static void packet_outs_are_checked(void **state)
{
	assert_int_equal(packet_out(*state, OFPP_CONTROLLER, OFP_NO_BUFFER, 64), OF_OK);
	assert_int_equal(packet_out(*state, 3, OFP_NO_BUFFER, 64), OF_OK);
	assert_int_equal(packet_out(*state, 99, OFP_NO_BUFFER, 64), OFPBRC_BAD_PORT);
	assert_int_equal(packet_out(*state, 3, 7, 64), OFPBRC_BUFFER_UNKNOWN);
	assert_int_equal(packet_out(*state, 3, OFP_NO_BUFFER, 9), OFPBRC_BAD_PACKET);
}

static void packet_ins_go_to_who_wants_them(void **state)
{
	struct punt_info info = {.cookie = 0x99,
				 .metadata = 0x5,
				 .in_port = 3,
				 .in_phy_port = 3,
				 .max_len = 20,
				 .table_id = 7,
				 .reason = PUNT_ACTION};
	static const uint8_t frame[60] = {1, 2, 3};
	struct packet_in in = {.info = &info, .data = frame, .size = sizeof(frame)};
	struct peer *slave = peer_open(&bench);
	struct of_msg msg;

	assert_int_equal(set_role(slave, OFPCR_ROLE_SLAVE, 1), OF_OK);
	assert_true(packet_in_send(bench.agent, &in));
	peer_receive(*state, &msg);
	assert_int_equal(msg.type, OFPT_PACKET_IN);
	assert_int_equal(msg.packet_in.reason, OFPR_ACTION);
	assert_int_equal(msg.packet_in.total_len, 60);
	assert_int_equal(msg.packet_in.data_len, 20);
	assert_int_equal(msg.packet_in.table_id, 7);
	assert_int_equal(msg.packet_in.cookie, 0x99);
	assert_int_equal(of_match_get_u64(&msg.packet_in.match, OF_FIELD_IN_PORT, 0), 3);
	assert_int_equal(of_match_get_u64(&msg.packet_in.match, OF_FIELD_METADATA, 0), 5);
	assert_true(peer_silent(slave));
	info.reason = PUNT_INVALID_TTL; /* nobody asked for these */
	assert_false(packet_in_send(bench.agent, &in));
	peer_close(slave);
}

static void what_is_not_served_is_refused_rightly(void **state)
{
	struct of_msg msg = request_of(OFPT_EXPERIMENTER);

	assert_int_equal(peer_try(*state, &msg), OFPBRC_BAD_EXPERIMENTER);
	msg = request_of(OFPT_TABLE_MOD);
	msg.table_mod = (struct of_table_mod){.table_id = 254};
	assert_int_equal(peer_try(*state, &msg), OFPTMFC_BAD_TABLE);
	msg = request_of(OFPT_GET_CONFIG_REPLY);
	assert_int_equal(peer_try(*state, &msg), OFPBRC_BAD_TYPE);
}

static void a_barrier_waits_for_the_lcores(void **state)
{
	struct rte_rcu_qsbr *lcores = reclaim_qsbr(bench.pipeline->reclaim);
	struct peer *one = *state, *two = peer_open(&bench);
	struct of_msg msg;
	uint32_t xid;

	/* A lcore in the middle of a burst. */
	rte_rcu_qsbr_thread_register(lcores, 0);
	rte_rcu_qsbr_thread_online(lcores, 0);
	msg = request_of(OFPT_FLOW_MOD);
	of_flow_mod_init(&msg.flow_mod);
	peer_send(one, &msg);
	msg = request_of(OFPT_BARRIER_REQUEST);
	xid = peer_send(one, &msg);
	msg = request_of(OFPT_FLOW_MOD);
	of_flow_mod_init(&msg.flow_mod);
	msg.flow_mod.priority = 7;
	peer_send(one, &msg);
	assert_true(peer_silent(one));
	/* What came behind the barrier waits too; other connections do not. */
	assert_int_equal(flow_store_count(bench.agent->flows, OFPTT_ALL), 1);
	msg = request_of(OFPT_FEATURES_REQUEST);
	ask(two, &msg, OFPT_FEATURES_REPLY);

	rte_rcu_qsbr_quiescent(lcores, 0);
	peer_receive(one, &msg);
	assert_int_equal(msg.type, OFPT_BARRIER_REPLY);
	assert_int_equal(msg.xid, xid);
	msg = request_of(OFPT_FEATURES_REQUEST);
	ask(one, &msg, OFPT_FEATURES_REPLY);
	assert_int_equal(flow_store_count(bench.agent->flows, OFPTT_ALL), 2);
	/* A connection that ends while it waits takes nothing along. */
	msg = request_of(OFPT_BARRIER_REQUEST);
	peer_send(two, &msg);
	bench_turn(&bench);
	peer_close(two);
	rte_rcu_qsbr_quiescent(lcores, 0);
	bench_turn(&bench);
	rte_rcu_qsbr_thread_offline(lcores, 0);
	rte_rcu_qsbr_thread_unregister(lcores, 0);
}

static void flows_may_go_while_they_are_listed(void **state)
{
	struct of_msg msg = request_of(OFPT_MULTIPART_REQUEST);
	struct peer *one = *state, *two = peer_open(&bench);
	static const struct agent_host_ops stateless;
	struct flow_match match;
	struct of_flow_mod mod;
	bool more = true;

	bench.agent->cfg.ops = &stateless; /* the bench keeps few rows */
	of_flow_mod_init(&mod);
	for (uint32_t i = 0; i < 3000; i++) {
		struct flow_entry entry = {.mod = &mod, .match = &match};

		of_match_init(&mod.match);
		of_match_add_u64(&mod.match, OF_FIELD_METADATA, i);
		assert_int_equal(compile_match(&mod.match, &match), OF_OK);
		assert_int_equal(flow_store_add(bench.agent->flows, &entry,
						calloc(1, sizeof(struct program))),
				 OF_OK);
	}
	of_multipart_request_init(&msg.multipart_request, OFPMP_FLOW);
	peer_send(one, &msg);
	peer_receive(one, &msg);
	assert_true(msg.multipart_reply.flags & OFPMPF_REPLY_MORE);
	assert_int_equal(peer_flow(two, OFPFC_DELETE, ""), OF_OK);
	while (more) {
		peer_receive(one, &msg);
		assert_int_equal(msg.type, OFPT_MULTIPART_REPLY);
		more = msg.multipart_reply.flags & OFPMPF_REPLY_MORE;
	}
	peer_close(two);
}

static void a_standalone_switch_learns_until_told_otherwise(void **state)
{
	struct bench own;
	struct peer *peer;
	char *flows;

	bench_open(&own, AGENT_FAIL_STANDALONE, 0, NULL);
	peer = peer_open(&own);
	flows = peer_flows(peer, "");
	assert_string_equal(flows, "table=0,priority=0 actions=NORMAL\n");
	free(flows);
	standalone_controller_up(own.agent);
	assert_int_equal(flow_store_count(own.agent->flows, OFPTT_ALL), 0);
	/* Flows of a controller stay when it leaves; without any the switch learns again. */
	peer_flow(peer, OFPFC_ADD, "in_port=1,actions=output:2");
	standalone_controller_down(own.agent);
	assert_int_equal(flow_store_count(own.agent->flows, OFPTT_ALL), 1);
	peer_flow(peer, OFPFC_DELETE, "");
	standalone_controller_down(own.agent);
	assert_int_equal(flow_store_count(own.agent->flows, OFPTT_ALL), 1);
	peer_close(peer);
	bench_close(&own);
}

static void flows_and_groups_outlive_a_restart(void **state)
{
	static const char *const wanted =
		"table=0,cookie=0x9,idle=60,priority=7,tcp,in_port=1,tp_dst=80 actions=group:2\n"
		"table=1,priority=32768 actions=output:3\n";
	struct bench first, second;
	struct peer *peer;
	char *flows;

	bench_open(&first, AGENT_FAIL_STANDALONE, 0, NULL);
	peer = peer_open(&first);
	peer_group(peer, OFPGC_ADD, "group_id=2,type=all,bucket=output:1");
	peer_group(peer, OFPGC_ADD, "group_id=1,type=all,bucket=output:1");
	peer_group(peer, OFPGC_ADD, "group_id=3,type=all,bucket=output:1");
	/* The older group now stands on the younger one. */
	assert_int_equal(peer_group(peer, OFPGC_MODIFY, "group_id=2,type=indirect,bucket=group:3"),
			 OF_OK);
	peer_group(peer, OFPGC_DELETE, "group_id=1");
	peer_flow(peer, OFPFC_ADD,
		  "priority=7,cookie=9,idle_timeout=60,in_port=1,tcp,tp_dst=80,actions=group:2");
	peer_flow(peer, OFPFC_ADD, "in_port=4,actions=output:2");
	peer_flow(peer, OFPFC_ADD, "table=1,actions=output:2");
	peer_flow(peer, OFPFC_MODIFY, "table=1,actions=output:3");
	peer_flow(peer, OFPFC_DELETE, "in_port=4");
	peer_flow(peer, OFPFC_DELETE_STRICT, "table=0,priority=0");
	peer_close(peer);

	bench_open(&second, AGENT_FAIL_STANDALONE, 0, &first);
	peer = peer_open(&second);
	flows = peer_flows(peer, "");
	assert_string_equal(flows, wanted);
	free(flows);
	assert_int_equal(group_store_count(second.agent->groups), 2);
	peer_close(peer);
	bench_close(&second);
	bench_close(&first);
}

#define WITH_PEER(test) cmocka_unit_test_setup_teardown(test, open_bench, close_bench)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_PEER(features_say_what_the_switch_is),
		WITH_PEER(configuration_reads_back),
		WITH_PEER(a_slave_reads_but_does_not_change),
		WITH_PEER(groups_are_checked_and_counted),
		WITH_PEER(chains_of_groups_have_a_bound),
		WITH_PEER(ports_are_described_and_modified),
		WITH_PEER(every_multipart_is_answered),
		WITH_PEER(packet_outs_are_checked),
		WITH_PEER(packet_ins_go_to_who_wants_them),
		WITH_PEER(a_barrier_waits_for_the_lcores),
		WITH_PEER(flows_may_go_while_they_are_listed),
		WITH_PEER(what_is_not_served_is_refused_rightly),
		cmocka_unit_test(a_standalone_switch_learns_until_told_otherwise),
		cmocka_unit_test(flows_and_groups_outlive_a_restart),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
