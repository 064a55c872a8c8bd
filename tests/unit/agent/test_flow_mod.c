// SPDX-License-Identifier: Apache-2.0
/*
 * Flow-mods as a controller meets them (OpenFlow 1.3.5 §6.4): each case is a list of steps, what
 * they answer, and the flows that are there afterwards.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/agent/bench.h"

#define MAX_STEPS 8

struct step {
	enum of_flow_mod_command command;
	const char *text;
	enum of_err err;
};

static const struct {
	const char *shows;
	struct step steps[MAX_STEPS];
	const char *flows;
} cases[] = {
	{"the same match and priority again replaces",
	 {{OFPFC_ADD, "priority=5,in_port=1,cookie=1,actions=output:2"},
	  {OFPFC_ADD, "priority=5,in_port=1,cookie=2,actions=output:3"}},
	 "table=0,cookie=0x2,priority=5,in_port=1 actions=output:3\n"},
	{"another priority or table is another flow",
	 {{OFPFC_ADD, "priority=5,in_port=1,actions=output:2"},
	  {OFPFC_ADD, "priority=6,in_port=1,actions=output:2"},
	  {OFPFC_ADD, "table=1,priority=5,in_port=1,actions=output:2"}},
	 "table=0,priority=5,in_port=1 actions=output:2\n"
	 "table=0,priority=6,in_port=1 actions=output:2\n"
	 "table=1,priority=5,in_port=1 actions=output:2\n"},
	{"loose delete takes what is narrower",
	 {{OFPFC_ADD, "in_port=1,dl_dst=02:00:00:00:00:01,actions=drop"},
	  {OFPFC_ADD, "in_port=2,actions=drop"},
	  {OFPFC_ADD, "actions=drop"},
	  {OFPFC_DELETE, "in_port=1"}},
	 "table=0,priority=32768,in_port=2 actions=drop\n"
	 "table=0,priority=32768 actions=drop\n"},
	{"loose delete takes no wider ones",
	 {{OFPFC_ADD, "ip,nw_dst=10.0.0.0/8,actions=drop"},
	  {OFPFC_ADD, "ip,nw_dst=10.1.1.0/24,actions=drop"},
	  {OFPFC_DELETE, "ip,nw_dst=10.1.0.0/16"}},
	 "table=0,priority=32768,ip,nw_dst=10.0.0.0/8 actions=drop\n"},
	{"strict delete takes one",
	 {{OFPFC_ADD, "priority=5,in_port=1,actions=drop"},
	  {OFPFC_ADD, "priority=6,in_port=1,actions=drop"},
	  {OFPFC_DELETE_STRICT, "table=0,priority=5,in_port=1"},
	  {OFPFC_DELETE_STRICT, "table=0,priority=6"}},
	 "table=0,priority=6,in_port=1 actions=drop\n"},
	{"delete by cookie",
	 {{OFPFC_ADD, "cookie=0x15,in_port=1,actions=drop"},
	  {OFPFC_ADD, "cookie=0x25,in_port=2,actions=drop"},
	  {OFPFC_ADD, "cookie=0x26,in_port=3,actions=drop"},
	  {OFPFC_DELETE, "cookie=0x5/0xf"}},
	 "table=0,cookie=0x26,priority=32768,in_port=3 actions=drop\n"},
	{"delete by output port",
	 {{OFPFC_ADD, "in_port=1,actions=output:2"},
	  {OFPFC_ADD, "in_port=2,actions=output:3"},
	  {OFPFC_ADD, "in_port=3,actions=write_actions(output:2)"},
	  {OFPFC_ADD, "in_port=4,actions=controller:10"},
	  {OFPFC_DELETE, "out_port=2"},
	  {OFPFC_DELETE, "out_port=controller"}},
	 "table=0,priority=32768,in_port=2 actions=output:3\n"},
	{"delete everywhere",
	 {{OFPFC_ADD, "in_port=1,actions=drop"},
	  {OFPFC_ADD, "table=200,in_port=1,actions=drop"},
	  {OFPFC_DELETE, ""}},
	 ""},
	{"loose modify changes instructions only",
	 {{OFPFC_ADD, "cookie=7,idle_timeout=9,in_port=1,tcp,actions=output:2"},
	  {OFPFC_ADD, "in_port=2,actions=output:2"},
	  {OFPFC_MODIFY, "in_port=1,actions=output:3"}},
	 "table=0,cookie=0x7,idle=9,priority=32768,tcp,in_port=1 actions=output:3\n"
	 "table=0,priority=32768,in_port=2 actions=output:2\n"},
	{"strict modify of nothing adds nothing",
	 {{OFPFC_ADD, "priority=5,in_port=1,actions=output:2"},
	  {OFPFC_MODIFY_STRICT, "priority=6,in_port=1,actions=output:3"},
	  {OFPFC_MODIFY_STRICT, "priority=5,in_port=2,actions=output:3"}},
	 "table=0,priority=5,in_port=1 actions=output:2\n"},
	{"check_overlap refuses what some frame could match too",
	 {{OFPFC_ADD, "priority=5,in_port=1,actions=drop"},
	  {OFPFC_ADD, "priority=5,ip,check_overlap,actions=drop", OFPFMFC_OVERLAP},
	  {OFPFC_ADD, "priority=6,ip,check_overlap,actions=drop"},
	  {OFPFC_ADD, "priority=5,in_port=2,check_overlap,actions=drop"},
	  {OFPFC_ADD, "priority=5,in_port=1,check_overlap,actions=output:1"}},
	 "table=0,priority=5,in_port=1 actions=output:1\n"
	 "table=0,priority=6,ip actions=drop\n"
	 "table=0,priority=5,in_port=2 actions=drop\n"},
	{"what cannot be is refused and changes nothing",
	 {{OFPFC_ADD, "in_port=1,actions=output:2"},
	  {OFPFC_ADD, "in_port=1,actions=output:99", OFPBAC_BAD_OUT_PORT},
	  {OFPFC_MODIFY, "in_port=1,actions=group:5", OFPBAC_BAD_OUT_GROUP},
	  {OFPFC_ADD, "table=254,actions=drop", OFPFMFC_BAD_TABLE_ID},
	  {OFPFC_ADD, "table=3,actions=goto_table:3", OFPBIC_BAD_TABLE_ID},
	  {OFPFC_MODIFY, "in_port=1,actions=goto_table:0", OFPBIC_BAD_TABLE_ID}},
	 "table=0,priority=32768,in_port=1 actions=output:2\n"},
	{"a full table says so, and still replaces",
	 {{OFPFC_ADD, "in_port=1,actions=drop"},
	  {OFPFC_ADD, "in_port=2,actions=drop"},
	  {OFPFC_ADD, "in_port=3,actions=drop"},
	  {OFPFC_ADD, "in_port=4,actions=drop"},
	  {OFPFC_ADD, "in_port=5,actions=drop", OFPFMFC_TABLE_FULL},
	  {OFPFC_ADD, "in_port=4,actions=output:1"},
	  {OFPFC_DELETE, "in_port=1"},
	  {OFPFC_ADD, "in_port=5,actions=drop"}},
	 "table=0,priority=32768,in_port=2 actions=drop\n"
	 "table=0,priority=32768,in_port=3 actions=drop\n"
	 "table=0,priority=32768,in_port=4 actions=output:1\n"
	 "table=0,priority=32768,in_port=5 actions=drop\n"},
};

static void cases_end_as_they_should(void **state)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bench bench;
		struct peer *peer;
		char *flows;

		bench_open(&bench, AGENT_FAIL_SECURE, 4, NULL);
		peer = peer_open(&bench);
		for (int s = 0; s < MAX_STEPS && cases[i].steps[s].text != NULL; s++) {
			const struct step *step = &cases[i].steps[s];
			enum of_err err = peer_flow(peer, step->command, step->text);

			if (err != step->err)
				fail_msg("%s: step %d: %s, not %s", cases[i].shows, s + 1,
					 of_err_name(err), of_err_name(step->err));
		}
		flows = peer_flows(peer, "");
		if (strcmp(flows, cases[i].flows) != 0)
			fail_msg("%s: the flows are\n%s", cases[i].shows, flows);
		free(flows);
		peer_close(peer);
		bench_close(&bench);
	}
}

static struct flow *only_flow(struct bench *bench)
{
	struct flow_filter filter = {
		.table_id = OFPTT_ALL, .out_port = OFPP_ANY, .out_group = OFPG_ANY};
	uint32_t budget = 1000;
	struct flow_cursor cursor;
	struct flow *flow;

	flow_cursor_start(&cursor, bench->agent->flows, OFPTT_ALL);
	flow = flow_cursor_next(&cursor, &filter, &budget);
	flow_cursor_end(&cursor);
	assert_non_null(flow);
	return flow;
}

/* As if a lcore had met `packets` frames of the flow. */
static void hit(struct bench *bench, uint32_t packets)
{
	flow_counter_add(flow_counters_lcore(bench->pipeline->counters, 0),
			 only_flow(bench)->rule->counter_id, packets, packets * 100, 1);
}

static void flows_are(struct peer *peer, const char *wanted)
{
	char *flows = peer_flows(peer, "");

	assert_string_equal(flows, wanted);
	free(flows);
}

static void counters_stay_unless_they_are_reset(void **state)
{
	struct bench bench;
	struct peer *peer;

	bench_open(&bench, AGENT_FAIL_SECURE, 0, NULL);
	peer = peer_open(&bench);
	peer_flow(peer, OFPFC_ADD, "in_port=1,actions=output:2");
	hit(&bench, 5);
	bench_now_ms += 3000;
	flows_are(peer, "table=0,age=3,n_packets=5,priority=32768,in_port=1 actions=output:2\n");
	peer_flow(peer, OFPFC_MODIFY, "in_port=1,actions=output:3");
	flows_are(peer, "table=0,age=3,n_packets=5,priority=32768,in_port=1 actions=output:3\n");
	/* A replacement is a new flow, with the old counts (§6.4). */
	peer_flow(peer, OFPFC_ADD, "in_port=1,actions=output:2");
	flows_are(peer, "table=0,n_packets=5,priority=32768,in_port=1 actions=output:2\n");
	peer_flow(peer, OFPFC_MODIFY, "in_port=1,reset_counts,actions=output:2");
	hit(&bench, 2);
	flows_are(peer, "table=0,n_packets=2,priority=32768,in_port=1 actions=output:2\n");
	peer_flow(peer, OFPFC_ADD, "in_port=1,reset_counts,actions=output:2");
	flows_are(peer, "table=0,priority=32768,in_port=1 actions=output:2\n");
	peer_close(peer);
	bench_close(&bench);
}

static void no_counter_is_leaked(void **state)
{
	struct bench bench;
	struct peer *peer;
	uint32_t first, again;

	bench_open(&bench, AGENT_FAIL_SECURE, 0, NULL);
	peer = peer_open(&bench);
	flow_counters_take(bench.pipeline->counters, &first);
	flow_counters_give(bench.pipeline->counters, first);
	for (int i = 0; i < 300; i++) {
		peer_group(peer, OFPGC_ADD, "group_id=1,type=all,bucket=output:1,bucket=output:2");
		peer_group(peer, OFPGC_MODIFY, "group_id=1,type=all,bucket=output:1");
		peer_flow(peer, OFPFC_ADD, "in_port=1,actions=output:2");
		peer_flow(peer, OFPFC_ADD, "in_port=1,actions=group:1");
		peer_group(peer, OFPGC_DELETE, "group_id=1");
		flows_are(peer, "");
		bench_turn(&bench);
		reclaim_poll(bench.pipeline->reclaim);
	}
	while (reclaim_poll(bench.pipeline->reclaim) != 0)
		bench_turn(&bench);
	/* What is free is a stack: another first id alone shows nothing, one beyond the number that
	 * were in use at once does. */
	flow_counters_take(bench.pipeline->counters, &again);
	assert_true(again < first + 16);
	peer_close(peer);
	bench_close(&bench);
}

static void flows_expire_when_idle_or_old(void **state)
{
	struct bench bench;
	struct peer *peer;

	bench_open(&bench, AGENT_FAIL_SECURE, 0, NULL);
	peer = peer_open(&bench);
	peer_flow(peer, OFPFC_ADD, "in_port=1,hard_timeout=10,send_flow_rem,actions=drop");
	peer_flow(peer, OFPFC_ADD, "in_port=2,idle_timeout=5,send_flow_rem,actions=drop");
	peer_flow(peer, OFPFC_ADD, "in_port=3,idle_timeout=5,actions=drop");
	peer_flow(peer, OFPFC_ADD, "in_port=4,hard_timeout=3000,actions=drop");
	bench_now_ms += 4900;
	flow_store_expire(bench.agent->flows, 100);
	assert_int_equal(flow_store_count(bench.agent->flows, OFPTT_ALL), 4);
	bench_now_ms += 400;
	flow_store_expire(bench.agent->flows, 100);
	assert_int_equal(flow_store_count(bench.agent->flows, OFPTT_ALL), 2);
	bench_now_ms += 5000;
	flow_store_expire(bench.agent->flows, 100);
	assert_int_equal(flow_store_count(bench.agent->flows, OFPTT_ALL), 1);
	bench_now_ms += 2980000;
	flow_store_expire(bench.agent->flows, 100);
	assert_int_equal(flow_store_count(bench.agent->flows, OFPTT_ALL), 1);
	bench_now_ms += 10000;
	flow_store_expire(bench.agent->flows, 100);
	assert_int_equal(flow_store_count(bench.agent->flows, OFPTT_ALL), 0);
	peer_flow(peer, OFPFC_DELETE, "");
	assert_non_null(strstr(text_get(&peer->log), "reason=idle"));
	assert_non_null(strstr(text_get(&peer->log), "reason=hard"));
	peer_close(peer);
	bench_close(&bench);
}

static void removal_is_told_to_who_asked_for_it(void **state)
{
	struct bench bench;
	struct peer *peer;

	bench_open(&bench, AGENT_FAIL_SECURE, 0, NULL);
	peer = peer_open(&bench);
	peer_flow(peer, OFPFC_ADD, "in_port=1,cookie=0x77,send_flow_rem,actions=drop");
	peer_flow(peer, OFPFC_ADD, "in_port=2,actions=drop");
	peer_flow(peer, OFPFC_ADD, "in_port=1,cookie=0x78,send_flow_rem,actions=output:1");
	peer_flow(peer, OFPFC_DELETE, "");
	assert_non_null(strstr(text_get(&peer->log), "cookie=0x78"));
	assert_null(strstr(text_get(&peer->log), "cookie=0x77"));
	peer_close(peer);
	bench_close(&bench);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cases_end_as_they_should),
		cmocka_unit_test(counters_stay_unless_they_are_reset),
		cmocka_unit_test(no_counter_is_leaked),
		cmocka_unit_test(flows_expire_when_idle_or_old),
		cmocka_unit_test(removal_is_told_to_who_asked_for_it),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
