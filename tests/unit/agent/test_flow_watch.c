// SPDX-License-Identifier: Apache-2.0
/*
 * What controllers are told of flows without asking: monitors, full tables, evictions, stat
 * triggers (OpenFlow 1.4.1 §6.5, §7.3.5.17, §7.4.5; 1.5.1 §7.2.5.1).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "datapath/agent/flow_trigger.h"
#include "tests/unit/agent/bench.h"

static struct bench bench;
static struct peer *peer, *other;

static void open_all(enum of_version version, uint32_t max_flows)
{
	bench_open(&bench, AGENT_FAIL_SECURE, max_flows, NULL);
	peer = peer_open_version(&bench, version);
	other = peer_open_version(&bench, version);
}

static void close_all(void)
{
	peer_close(peer);
	peer_close(other);
	bench_close(&bench);
}

static enum of_err monitor(struct peer *who, uint32_t id, uint8_t command, uint16_t flags,
			   uint32_t in_port)
{
	struct of_flow_monitor_request r = {.monitor_id = id,
					    .command = command,
					    .flags = flags,
					    .table_id = OFPTT_ALL,
					    .out_port = OFPP_ANY,
					    .out_group = OFPG_ANY};
	struct of_msg msg;

	of_match_init(&r.match);
	if (in_port != 0)
		of_match_add_u64(&r.match, OF_FIELD_IN_PORT, in_port);
	of_msg_init(&msg, who->version, OFPT_MULTIPART_REQUEST, 0);
	of_multipart_request_init(&msg.multipart_request, OFPMP_FLOW_MONITOR);
	msg.multipart_request.flow_monitor.n = 1;
	msg.multipart_request.flow_monitor.monitors = &r;
	return peer_try(who, &msg);
}

/* The log since the last call, and whether it has that text. */
static bool told(struct peer *who, const char *what)
{
	peer_listen(who);
	return strstr(text_get(&who->log), what) != NULL;
}

static void forget(struct peer *who)
{
	peer_listen(who);
	text_free(&who->log);
	who->log = (struct text){0};
}

#define ALL_EVENTS (OFPFMF_INITIAL | OFPFMF_ADD | OFPFMF_REMOVED | OFPFMF_MODIFY)

static void monitors_tell_what_changes(void **state)
{
	open_all(OF14, 0);
	peer_flow(other, OFPFC_ADD, "in_port=1,cookie=0x71,actions=output:2");
	peer_flow(other, OFPFC_ADD, "in_port=2,cookie=0x72,actions=output:2");
	assert_int_equal(monitor(peer, 5, OFPFMC_ADD, ALL_EVENTS | OFPFMF_INSTRUCTIONS, 1), OF_OK);
	assert_true(told(peer, "cookie=0x71"));
	assert_false(told(peer, "cookie=0x72"));
	forget(peer);
	peer_flow(other, OFPFC_ADD, "in_port=1,tcp,cookie=0x73,actions=output:3");
	peer_flow(other, OFPFC_ADD, "in_port=2,tcp,cookie=0x74,actions=output:3");
	assert_true(told(peer, "cookie=0x73"));
	assert_true(told(peer, "output:3"));
	assert_false(told(peer, "cookie=0x74"));
	forget(peer);
	peer_flow(other, OFPFC_MODIFY, "in_port=1,actions=output:4");
	assert_true(told(peer, "output:4"));
	forget(peer);
	peer_flow(other, OFPFC_DELETE, "tcp");
	assert_true(told(peer, "cookie=0x73"));
	assert_false(told(peer, "cookie=0x74"));
	forget(peer);
	/* One's own changes come as the transaction id only. */
	peer_flow(peer, OFPFC_MODIFY, "in_port=1,actions=output:2");
	assert_false(told(peer, "cookie=0x71"));
	assert_true(told(peer, "FLOW_MONITOR") || told(peer, "flow_monitor"));
	forget(peer);
	assert_int_equal(monitor(peer, 5, OFPFMC_DELETE, 0, 0), OF_OK);
	peer_flow(other, OFPFC_DELETE, "");
	assert_false(told(peer, "cookie=0x71"));
	close_all();
}

static void monitor_requests_are_checked(void **state)
{
	open_all(OF14, 0);
	assert_int_equal(monitor(peer, 1, OFPFMC_DELETE, 0, 0), OFPMOFC_UNKNOWN_MONITOR);
	assert_int_equal(monitor(peer, 1, OFPFMC_MODIFY, OFPFMF_ADD, 0), OFPMOFC_UNKNOWN_MONITOR);
	assert_int_equal(monitor(peer, 1, 7, OFPFMF_ADD, 0), OFPMOFC_BAD_COMMAND);
	assert_int_equal(monitor(peer, 1, OFPFMC_ADD, 0x100, 0), OFPMOFC_BAD_FLAGS);
	assert_int_equal(monitor(peer, 1, OFPFMC_ADD, OFPFMF_ADD, 0), OF_OK);
	assert_int_equal(monitor(peer, 1, OFPFMC_ADD, OFPFMF_ADD, 0), OFPMOFC_MONITOR_EXISTS);
	/* Another connection has its own. */
	assert_int_equal(monitor(other, 1, OFPFMC_ADD, OFPFMF_ADD, 0), OF_OK);
	close_all();
}

/* A peer that does not read is told so, nothing is kept for it, and it learns what it missed. */
static void a_monitor_that_does_not_read_pauses(void **state)
{
	char text[100];

	open_all(OF14, 0);
	bench.forgets = true;
	monitor(peer, 1, OFPFMC_ADD, OFPFMF_ADD | OFPFMF_REMOVED | OFPFMF_MODIFY, 0);
	forget(peer);
	for (int i = 0; i < 30000; i++) {
		size_t size;
		uint8_t *bytes;

		snprintf(text, sizeof(text), "ip,nw_dst=10.%d.%d.1,actions=output:1", i / 250,
			 i % 250);
		bytes = peer_flow_bytes(other, OFPFC_ADD, text, 1, &size);
		assert_int_equal(write(other->fd, bytes, size), size);
		free(bytes);
		if (i % 100 == 0)
			bench_turn(&bench);
	}
	assert_int_equal(peer_flow(other, OFPFC_ADD, "in_port=1,cookie=0x99,actions=output:1"),
			 OF_OK);
	assert_int_equal(flow_store_count(bench.agent->flows, OFPTT_ALL), 30001);
	assert_true(told(peer, "cookie=0x99"));
	/* It is told of what comes now as ever. */
	peer_flow(other, OFPFC_ADD, "in_port=2,cookie=0x98,actions=output:1");
	assert_true(told(peer, "cookie=0x98"));
	close_all();
}

static enum of_err table_mod(uint32_t config, struct of_table_properties p)
{
	struct of_msg msg;

	of_msg_init(&msg, peer->version, OFPT_TABLE_MOD, 0);
	msg.table_mod = (struct of_table_mod){.table_id = 0, .config = config, .properties = p};
	return peer_try(peer, &msg);
}

static void a_full_table_evicts_the_least_important(void **state)
{
	char *flows;

	open_all(OF14, 4);
	peer_flow(peer, OFPFC_ADD, "priority=0,cookie=9,actions=controller");
	peer_flow(peer, OFPFC_ADD,
		  "in_port=1,cookie=1,importance=5,hard_timeout=9,send_flow_rem,actions=drop");
	peer_flow(peer, OFPFC_ADD,
		  "in_port=2,cookie=2,importance=5,hard_timeout=5,send_flow_rem,actions=drop");
	peer_flow(peer, OFPFC_ADD, "in_port=3,cookie=3,importance=7,send_flow_rem,actions=drop");
	assert_int_equal(peer_flow(peer, OFPFC_ADD, "in_port=4,importance=6,actions=drop"),
			 OFPFMFC_TABLE_FULL);
	assert_int_equal(table_mod(OFPTC_EVICTION, (struct of_table_properties){0}), OF_OK);
	assert_int_equal(peer_flow(peer, OFPFC_ADD, "in_port=4,importance=4,actions=drop"),
			 OFPFMFC_TABLE_FULL);
	assert_int_equal(peer_flow(peer, OFPFC_ADD, "in_port=4,importance=6,actions=drop"), OF_OK);
	assert_true(told(peer, "cookie=0x2"));
	assert_int_equal(peer_flow(peer, OFPFC_ADD, "in_port=5,importance=6,actions=drop"), OF_OK);
	assert_true(told(peer, "cookie=0x1"));
	assert_int_equal(peer_flow(peer, OFPFC_ADD, "in_port=6,importance=6,actions=drop"),
			 OFPFMFC_TABLE_FULL);
	flows = peer_flows(peer, "");
	assert_non_null(strstr(flows, "cookie=0x9"));
	assert_non_null(strstr(flows, "cookie=0x3"));
	assert_non_null(strstr(flows, "in_port=5"));
	free(flows);
	assert_int_equal(table_mod(0x40, (struct of_table_properties){0}), OFPTMFC_BAD_CONFIG);
	assert_int_equal(
		table_mod(OFPTC_VACANCY_EVENTS, (struct of_table_properties){.has_vacancy = true,
									     .vacancy_down = 60,
									     .vacancy_up = 50}),
		OFPBPC_BAD_VALUE);
	close_all();
}

static void vacancy_is_told_once_each_way(void **state)
{
	struct of_table_properties p = {.has_vacancy = true, .vacancy_down = 30, .vacancy_up = 60};
	char text[60];

	open_all(OF14, 10);
	assert_int_equal(table_mod(OFPTC_VACANCY_EVENTS, p), OF_OK);
	for (int i = 1; i <= 7; i++) {
		snprintf(text, sizeof(text), "in_port=%d,actions=drop", i);
		peer_flow(peer, OFPFC_ADD, text);
	}
	assert_false(told(peer, "TABLE_STATUS"));
	peer_flow(peer, OFPFC_ADD, "in_port=8,actions=drop");
	assert_true(told(peer, "TABLE_STATUS"));
	forget(peer);
	peer_flow(peer, OFPFC_ADD, "in_port=9,actions=drop");
	peer_flow(peer, OFPFC_DELETE, "in_port=9");
	peer_flow(peer, OFPFC_ADD, "in_port=9,actions=drop");
	assert_false(told(peer, "TABLE_STATUS"));
	peer_flow(peer, OFPFC_DELETE, "");
	assert_true(told(peer, "TABLE_STATUS"));
	close_all();
}

static void a_stat_trigger_reports_its_limit(void **state)
{
	struct of_instruction i = {
		.type = OF_INSTRUCTION_STAT_TRIGGER,
		.stat_trigger = {.flags = OFPSTF_PERIODIC, .present = 1u << OFPXST_PACKET_COUNT}};
	struct of_msg msg;
	struct flow *flow;

	open_all(OF15, 0);
	i.stat_trigger.limit[OFPXST_PACKET_COUNT] = 10;
	of_msg_init(&msg, OF15, OFPT_FLOW_MOD, 0);
	of_flow_mod_init(&msg.flow_mod);
	msg.flow_mod.cookie = 0x55;
	msg.flow_mod.instructions = (struct of_instructions){.n = 1, .i = &i};
	assert_int_equal(peer_try(peer, &msg), OF_OK);
	/* Who wants them says so. */
	of_msg_init(&msg, OF15, OFPT_SET_ASYNC, 0);
	msg.async = (struct of_async){.flow_stats_mask = {3, 0}};
	assert_int_equal(peer_try(peer, &msg), OF_OK);
	flow = flow_store_first(bench.agent->flows, 0);
	for (int round = 0; round < 3; round++) {
		flow_counter_add(flow_counters_lcore(bench.pipeline->counters, 0),
				 flow->rule->counter_id, 9, 900, 1);
		flow_triggers_poll(bench.agent->flows, 10);
		if (round == 0)
			assert_false(told(peer, "flow_stats"));
		else
			assert_true(told(peer, "flow_stats"));
		forget(peer);
		flow_triggers_poll(bench.agent->flows, 10);
		assert_false(told(peer, "flow_stats"));
	}
	close_all();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(monitors_tell_what_changes),
		cmocka_unit_test(monitor_requests_are_checked),
		cmocka_unit_test(a_monitor_that_does_not_read_pauses),
		cmocka_unit_test(a_full_table_evicts_the_least_important),
		cmocka_unit_test(vacancy_is_told_once_each_way),
		cmocka_unit_test(a_stat_trigger_reports_its_limit),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
