// SPDX-License-Identifier: Apache-2.0
/* Meters as controllers meet them: what is refused, what is read back, what goes with them. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "datapath/agent/connections.h"
#include "datapath/agent/meter_mods.h"
#include "tests/unit/agent/bench.h"

static struct bench bench;
static struct peer *peer; /* speaks 1.3 */

static int set_up(void **state)
{
	bench_open(&bench, AGENT_FAIL_SECURE, 1000, NULL);
	peer = peer_open(&bench);
	return 0;
}

static int tear_down(void **state)
{
	peer_close(peer);
	bench_close(&bench);
	return 0;
}

static void add(const char *text)
{
	enum of_err err = peer_meter(peer, OFPMC_ADD, text);

	if (err != OF_OK)
		fail_msg("%s: %s", text, of_err_name(err));
}

static enum of_err try(uint16_t command, uint32_t id, uint16_t flags, uint16_t n,
		       struct of_meter_band *bands)
{
	struct of_msg msg;

	of_msg_init(&msg, OF13, OFPT_METER_MOD, 0);
	msg.meter_mod = (struct of_meter_mod){
		.command = command,
		.meter = {.flags = flags, .meter_id = id, .n_bands = n, .bands = bands},
	};
	return peer_try(peer, &msg);
}

static void what_cannot_be_is_refused_and_nothing_changes(void **state)
{
	struct of_meter_band drop = {.type = OFPMBT_DROP, .rate = 1000, .burst_size = 100};
	struct of_meter_band many[METER_MAX_BANDS + 1];
	struct of_meter_band bad;
	char *before, *after;

	assert_int_equal(try(OFPMC_ADD, 1, OFPMF_KBPS, 1, &drop), OF_OK);
	before = peer_entries(peer, OFPMP_METER_CONFIG);
	assert_int_equal(try(OFPMC_ADD, 1, OFPMF_KBPS, 1, &drop), OFPMMFC_METER_EXISTS);
	assert_int_equal(try(OFPMC_MODIFY, 2, OFPMF_KBPS, 1, &drop), OFPMMFC_UNKNOWN_METER);
	assert_int_equal(try(OFPMC_ADD, 0, OFPMF_KBPS, 1, &drop), OFPMMFC_INVALID_METER);
	assert_int_equal(try(OFPMC_ADD, OFPM_MAX + 1, 0, 1, &drop), OFPMMFC_INVALID_METER);
	assert_int_equal(try(OFPMC_ADD, OFPM_ALL, 0, 1, &drop), OFPMMFC_INVALID_METER);
	assert_int_equal(try(OFPMC_ADD, OFPM_SLOWPATH, 0, 1, &drop), OFPMMFC_INVALID_METER);
	assert_int_equal(try(OFPMC_ADD, 2, OFPMF_KBPS | OFPMF_PKTPS, 1, &drop), OFPMMFC_BAD_FLAGS);
	assert_int_equal(try(OFPMC_MODIFY, 1, 1 << 4, 1, &drop), OFPMMFC_BAD_FLAGS);
	for (int i = 0; i <= METER_MAX_BANDS; i++)
		many[i] = drop;
	assert_int_equal(try(OFPMC_MODIFY, 1, 0, METER_MAX_BANDS + 1, many), OFPMMFC_OUT_OF_BANDS);
	bad = (struct of_meter_band){.type = OFPMBT_DROP};
	assert_int_equal(try(OFPMC_MODIFY, 1, 0, 1, &bad), OFPMMFC_BAD_RATE);
	bad = (struct of_meter_band){
		.type = OFPMBT_DROP, .rate = 1, .burst_size = METER_MAX_BURST_S + 1};
	assert_int_equal(try(OFPMC_MODIFY, 1, OFPMF_BURST, 1, &bad), OFPMMFC_BAD_BURST);
	bad = (struct of_meter_band){.type = OFPMBT_DSCP_REMARK, .rate = 1, .prec_level = 9};
	assert_int_equal(try(OFPMC_MODIFY, 1, 0, 1, &bad), OFPMMFC_BAD_BAND_VALUE);
	bad = (struct of_meter_band){.type = OFPMBT_EXPERIMENTER, .rate = 1, .experimenter = 9};
	assert_int_equal(try(OFPMC_MODIFY, 1, 0, 1, &bad), OFPMMFC_BAD_BAND);
	assert_int_equal(try(OFPMC_DELETE, 77, 0, 0, NULL), OF_OK);
	after = peer_entries(peer, OFPMP_METER_CONFIG);
	assert_string_equal(before, after);
	free(before);
	free(after);
	assert_int_equal(peer_flow(peer, OFPFC_ADD, "actions=meter:9,output:1"),
			 OFPMMFC_UNKNOWN_METER);
}

static void what_was_said_is_read_back(void **state)
{
	struct of_meter_band bands[] = {
		{.type = OFPMBT_DSCP_REMARK, .rate = 500, .burst_size = 7, .prec_level = 1},
		{.type = OFPMBT_DROP, .rate = 1000, .burst_size = 0},
		{.type = OFPMBT_DROP, .rate = 200, .burst_size = 12345},
	};
	const struct meter_entry *entry;

	assert_int_equal(try(OFPMC_ADD, 5, OFPMF_STATS, 3, bands), OF_OK);
	entry = meter_store_find(bench.agent->meters, 5);
	assert_int_equal(entry->said.flags, OFPMF_STATS);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(entry->said.bands[i].type, bands[i].type);
		assert_int_equal(entry->said.bands[i].rate, bands[i].rate);
		assert_int_equal(entry->said.bands[i].burst_size, bands[i].burst_size);
		assert_int_equal(entry->said.bands[i].prec_level, bands[i].prec_level);
	}
	assert_int_equal(try(OFPMC_MODIFY, 5, OFPMF_PKTPS | OFPMF_BURST, 1, &bands[2]), OF_OK);
	assert_int_equal(entry->said.flags, OFPMF_PKTPS | OFPMF_BURST);
	assert_int_equal(entry->said.n_bands, 1);
	assert_int_equal(entry->said.bands[0].rate, 200);
}

static void flows_go_with_their_meter(void **state)
{
	char *flows;

	add("meter=1,kbps,band=type=drop,rate=1000");
	add("meter=2,kbps,band=type=drop,rate=1000");
	assert_int_equal(peer_flow(peer, OFPFC_ADD, "in_port=1,actions=meter:1,output:2"), OF_OK);
	assert_int_equal(peer_flow(peer, OFPFC_ADD, "in_port=2,actions=meter:1,output:3"), OF_OK);
	assert_int_equal(peer_flow(peer, OFPFC_ADD, "in_port=3,actions=meter:2,output:1"), OF_OK);
	assert_int_equal(peer_flow(peer, OFPFC_ADD, "in_port=4,actions=output:1"), OF_OK);
	assert_int_equal(meter_store_find(bench.agent->meters, 1)->n_flows, 2);
	assert_int_equal(peer_flow(peer, OFPFC_MODIFY_STRICT, "in_port=2,actions=meter:2,output:3"),
			 OF_OK);
	assert_int_equal(meter_store_find(bench.agent->meters, 1)->n_flows, 1);
	assert_int_equal(meter_store_find(bench.agent->meters, 2)->n_flows, 2);
	assert_int_equal(peer_meter(peer, OFPMC_DELETE, "meter=2"), OF_OK);
	flows = peer_flows(peer, "");
	assert_string_equal(flows, "table=0,priority=32768,in_port=1 actions=meter:1,output:2\n"
				   "table=0,priority=32768,in_port=4 actions=output:1\n");
	free(flows);
	assert_int_equal(peer_meter(peer, OFPMC_DELETE, "meter=all"), OF_OK);
	flows = peer_flows(peer, "");
	assert_string_equal(flows, "table=0,priority=32768,in_port=4 actions=output:1\n");
	free(flows);
	assert_int_equal(meter_store_count(bench.agent->meters), 0);
}

static void meters_are_restored_before_their_flows(void **state)
{
	struct bench second;
	struct peer *q;
	char *before, *after;

	add("meter=3,pktps,burst,stats,bands=type=drop,rate=1000,burst_size=50");
	add("meter=2,kbps,bands=type=dscp_remark,rate=500,prec_level=2,type=drop,rate=900");
	add("meter=controller,pktps,bands=type=drop,rate=9"); /* the controller's */
	assert_int_equal(peer_meter(peer, OFPMC_DELETE, "meter=3"), OF_OK);
	assert_int_equal(peer_flow(peer, OFPFC_ADD, "in_port=1,actions=meter:2,output:2"), OF_OK);
	before = peer_entries(peer, OFPMP_METER_CONFIG);
	bench_open(&second, AGENT_FAIL_SECURE, 1000, &bench);
	q = peer_open(&second);
	after = peer_entries(q, OFPMP_METER_CONFIG);
	assert_string_equal(before, after);
	free(before);
	free(after);
	after = peer_flows(q, "");
	assert_string_equal(after, "table=0,priority=32768,in_port=1 actions=meter:2,output:2\n");
	free(after);
	peer_close(q);
	bench_close(&second);
}

static uint64_t now_ms(void)
{
	return bench_now_ms;
}

static void ignore(void *context, const struct meter_entry *entry)
{
}

static void packet_ins_have_a_meter_of_their_own(void **state)
{
	static const struct meter_store_ops ops = {.changed = ignore, .removed = ignore};
	struct meter_store_config config = {
		.pipeline = bench.pipeline,
		.max_meters = 2,
		.now_ms = now_ms,
		.tsc_hz = 1000000000,
		.ops = &ops,
	};
	struct of_meter_band band = {.type = OFPMBT_DROP, .rate = 10, .burst_size = 5};
	struct of_meter meter = {
		.flags = OFPMF_PKTPS | OFPMF_BURST,
		.meter_id = OFPM_CONTROLLER,
		.n_bands = 1,
		.bands = &band,
	};
	struct of_meter_band_stats bands[METER_MAX_BANDS];
	struct meter_store *meters = meter_store_create(&config);
	struct of_meter_stats stats;
	uint32_t passed = 0;

	assert_true(meter_store_pass_packet_in(meters, 100, 1));
	assert_int_equal(meter_store_add(meters, &meter, 0), OF_OK);
	for (int i = 0; i < 100; i++)
		passed += meter_store_pass_packet_in(meters, 100, 1000000);
	assert_int_equal(passed, 5);
	meter_stats_of(meters, meter_store_find(meters, OFPM_CONTROLLER), bands, &stats);
	assert_int_equal(stats.n_packets_in, 100);
	assert_int_equal(stats.n_bytes_in, 10000);
	assert_int_equal(bands[0].n_packets, 95);
	meter.meter_id = 1;
	assert_int_equal(meter_store_add(meters, &meter, 0), OF_OK);
	meter.meter_id = 2;
	assert_int_equal(meter_store_add(meters, &meter, 0), OFPMMFC_OUT_OF_METERS);
	meter_store_destroy(meters);
	/* no flow can name it */
	add("meter=controller,pktps,bands=type=drop,rate=10");
	assert_int_equal(peer_flow(peer, OFPFC_ADD, "actions=meter:4294967294,output:1"),
			 OFPMMFC_UNKNOWN_METER);
}

static void transactions_are_kept_or_undone(void **state)
{
	struct meter_store *meters = bench.agent->meters;
	char *before = NULL, *after;
	struct transaction t;

	add("meter=1,kbps,band=type=drop,rate=1000");
	add("meter=2,kbps,band=type=drop,rate=1000");
	before = peer_entries(peer, OFPMP_METER_CONFIG);
	for (int keep = 0; keep < 2; keep++) {
		transaction_begin(&t, bench.pipeline);
		meter_store_set_transaction(meters, &t);
		add("meter=3,kbps,band=type=drop,rate=1");
		assert_int_equal(
			peer_meter(peer, OFPMC_MODIFY, "meter=2,pktps,band=type=drop,rate=2"),
			OF_OK);
		assert_int_equal(
			peer_meter(peer, OFPMC_MODIFY, "meter=2,pktps,band=type=drop,rate=3"),
			OF_OK);
		assert_int_equal(peer_meter(peer, OFPMC_DELETE, "meter=1"), OF_OK);
		if (keep) {
			transaction_publish(&t);
			assert_true(transaction_keep(&t, UINT64_MAX));
		} else {
			assert_true(transaction_undo(&t, UINT64_MAX));
		}
		meter_store_set_transaction(meters, NULL);
		assert_int_equal(meter_store_count(meters), 2);
		assert_int_equal(meter_store_find(meters, 2)->said.bands[0].rate, keep ? 3 : 1000);
		assert_int_equal(meter_store_find(meters, 1) != NULL, !keep);
	}
	after = peer_entries(peer, OFPMP_METER_CONFIG);
	assert_string_not_equal(before, after);
	free(before);
	free(after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
		TEST(what_cannot_be_is_refused_and_nothing_changes),
		TEST(what_was_said_is_read_back),
		TEST(flows_go_with_their_meter),
		TEST(meters_are_restored_before_their_flows),
		TEST(packet_ins_have_a_meter_of_their_own),
		TEST(transactions_are_kept_or_undone),
	};

	signal(SIGPIPE, SIG_IGN); /* a peer may go while the agent writes */
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
