// SPDX-License-Identifier: Apache-2.0
/* Groups as controllers meet them: what is refused, what is read back, who is live. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "datapath/agent/connections.h"
#include "datapath/agent/group_mods.h"
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
	enum of_err err = peer_group(peer, OFPGC_ADD, text);

	if (err != OF_OK)
		fail_msg("%s: %s", text, of_err_name(err));
}

static void reads(struct peer *p, const char *wanted)
{
	char *got = peer_entries(p, OFPMP_GROUP_DESC);

	assert_string_equal(got, wanted);
	free(got);
}

static struct group_buckets *buckets_of(uint32_t id)
{
	return group_store_find(bench.agent->groups, id)->group->buckets;
}

/* Which bucket a fast-failover group uses; -1: none. */
static int live_bucket(uint32_t id)
{
	const struct group_bucket *b = group_failover(buckets_of(id));

	return b != NULL ? (int)b->bucket_id : -1;
}

static void set_port(uint32_t ofport, bool link_up, uint32_t config)
{
	struct agent_port port = agent_port_find(bench.agent, ofport)->port;

	port.link_up = link_up;
	port.config = config;
	assert_int_equal(agent_port_changed(bench.agent, &port), 0);
}

static void what_cannot_be_is_refused_and_nothing_changes(void **state)
{
	static const struct {
		enum of_group_command command;
		const char *text;
		enum of_err err;
	} cases[] = {
		{OFPGC_ADD, "group_id=1,type=all,bucket=output:1", OFPGMFC_GROUP_EXISTS},
		{OFPGC_ADD, "group_id=5,type=all,bucket=output:77", OFPBAC_BAD_OUT_PORT},
		{OFPGC_ADD, "group_id=5,type=all,bucket=group:77", OFPBAC_BAD_OUT_GROUP},
		{OFPGC_ADD, "group_id=5,type=all,bucket=group:5", OFPGMFC_LOOP},
		{OFPGC_ADD, "group_id=5,type=ff,bucket=watch_group:5,output:1", OFPGMFC_LOOP},
		{OFPGC_ADD, "group_id=5,type=ff,bucket=watch_port:77,output:1", OFPGMFC_BAD_WATCH},
		{OFPGC_ADD, "group_id=5,type=ff,bucket=watch_group:77,output:1", OFPGMFC_BAD_WATCH},
		{OFPGC_ADD, "group_id=5,type=select,bucket=weight:1,watch_port:77,output:1",
		 OFPGMFC_BAD_WATCH},
		{OFPGC_ADD, "group_id=5,type=ff,bucket=watch_port:0,watch_group:0,output:1",
		 OFPGMFC_BAD_WATCH},
		{OFPGC_MODIFY, "group_id=9,type=all", OFPGMFC_UNKNOWN_GROUP},
		{OFPGC_MODIFY, "group_id=1,type=all,bucket=group:2", OFPGMFC_LOOP},
		{OFPGC_MODIFY, "group_id=1,type=ff,bucket=watch_group:2,output:2", OFPGMFC_LOOP},
		{OFPGC_MODIFY, "group_id=1,type=all,bucket=output:77", OFPBAC_BAD_OUT_PORT},
		{OFPGC_DELETE, "group_id=1", OFPGMFC_CHAINED_GROUP},
		{OFPGC_DELETE, "group_id=77", OF_OK},
	};

	add("group_id=1,type=all,bucket=output:1");
	add("group_id=2,type=select,bucket=weight:1,group:1");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum of_err err = peer_group(peer, cases[i].command, cases[i].text);

		if (err != cases[i].err)
			fail_msg("%s: %s instead of %s", cases[i].text, of_err_name(err),
				 of_err_name(cases[i].err));
		assert_int_equal(group_store_count(bench.agent->groups), 2);
		reads(peer, "group_id=1,type=all,bucket=actions=output:1\n"
			    "group_id=2,type=select,bucket=weight:1,actions=group:1\n");
	}
}

/* What no text says. */
static void malformed_group_mods_are_refused(void **state)
{
	struct of_bucket buckets[2] = {
		{.bucket_id = 0, .watch_port = OFPP_ANY, .watch_group = OFPG_ANY},
		{.bucket_id = 1, .watch_port = OFPP_ANY, .watch_group = OFPG_ANY},
	};
	struct of_group_mod mod = {
		.type = OFPGT_INDIRECT, .group_id = 5, .buckets = {.n = 2, .b = buckets}};
	static struct of_bucket many[GROUP_MAX_BUCKETS + 1];

	assert_int_equal(group_mod_apply(bench.agent, &mod, 0), OFPGMFC_INVALID_GROUP);
	mod.buckets.n = 0;
	assert_int_equal(group_mod_apply(bench.agent, &mod, 0), OFPGMFC_INVALID_GROUP);
	mod.type = OFPGT_FF + 1;
	assert_int_equal(group_mod_apply(bench.agent, &mod, 0), OFPGMFC_BAD_TYPE);
	mod.type = OFPGT_FF;
	mod.buckets.n = 1;
	assert_int_equal(group_mod_apply(bench.agent, &mod, 0), OFPGMFC_BAD_WATCH);
	mod.type = OFPGT_ALL;
	mod.group_id = OFPG_MAX + 1;
	assert_int_equal(group_mod_apply(bench.agent, &mod, 0), OFPGMFC_INVALID_GROUP);
	mod.group_id = OFPG_ALL;
	assert_int_equal(group_mod_apply(bench.agent, &mod, 0), OFPGMFC_INVALID_GROUP);
	mod.group_id = 5;
	mod.command = 77;
	assert_int_equal(group_mod_apply(bench.agent, &mod, 0), OFPGMFC_BAD_COMMAND);
	mod.buckets.n = 0;
	mod.command = OFPGC_ADD_OR_MODIFY;
	assert_int_equal(group_mod_apply(bench.agent, &mod, 0), OF_OK);
	assert_int_equal(group_mod_apply(bench.agent, &mod, 0), OF_OK);
	mod.command = OFPGC_DELETE;
	assert_int_equal(group_mod_apply(bench.agent, &mod, 0), OF_OK);
	mod.command = OFPGC_ADD;
	mod.buckets.n = 2;
	buckets[1].bucket_id = 0;
	assert_int_equal(group_mod_apply(bench.agent, &mod, 0), OFPGMFC_BUCKET_EXISTS);
	buckets[1].bucket_id = OFPG_BUCKET_LAST;
	assert_int_equal(group_mod_apply(bench.agent, &mod, 0), OFPGMFC_BAD_BUCKET);
	for (uint32_t i = 0; i <= GROUP_MAX_BUCKETS; i++) {
		many[i] = buckets[0];
		many[i].bucket_id = i;
	}
	mod.buckets.b = many;
	mod.buckets.n = GROUP_MAX_BUCKETS + 1;
	assert_int_equal(group_mod_apply(bench.agent, &mod, 0), OFPGMFC_OUT_OF_BUCKETS);
	mod.buckets.n--;
	assert_int_equal(group_mod_apply(bench.agent, &mod, 0), OF_OK);
}

static void all_groups_go_at_once_with_their_flows(void **state)
{
	char *flows;

	add("group_id=1,type=all,bucket=output:1");
	add("group_id=2,type=all,bucket=group:1");
	assert_int_equal(peer_flow(peer, OFPFC_ADD, "in_port=1,actions=group:2"), OF_OK);
	assert_int_equal(peer_flow(peer, OFPFC_ADD, "in_port=2,actions=write_actions(group:1)"),
			 OF_OK);
	assert_int_equal(peer_flow(peer, OFPFC_ADD, "in_port=3,actions=output:1"), OF_OK);
	assert_int_equal(peer_group(peer, OFPGC_DELETE, "group_id=all"), OF_OK);
	flows = peer_flows(peer, "");
	assert_string_equal(flows, "table=0,priority=32768,in_port=3 actions=output:1\n");
	free(flows);
	reads(peer, "");
}

static void too_many_groups_are_refused(void **state)
{
	char text[60];

	for (int i = 1; i <= 16; i++) {
		snprintf(text, sizeof(text), "group_id=%d,type=all,bucket=output:1", i);
		add(text);
	}
	assert_int_equal(peer_group(peer, OFPGC_ADD, "group_id=17,type=all"),
			 OFPGMFC_OUT_OF_GROUPS);
	assert_int_equal(peer_group(peer, OFPGC_DELETE, "group_id=16"), OF_OK);
	add("group_id=17,type=all");
}

static void buckets_come_and_go_one_by_one(void **state)
{
	struct peer *p = peer_open_version(&bench, OF15);
	uint32_t counter;

	assert_int_equal(peer_group(p, OFPGC_ADD,
				    "group_id=1,type=select,bucket=bucket_id:10,weight:5,output:1,"
				    "bucket=bucket_id:20,weight:6,output:2"),
			 OF_OK);
	counter = buckets_of(1)->b[1].counter_id;
	assert_int_equal(peer_group(p, OFPGC_INSERT_BUCKET,
				    "group_id=1,command_bucket_id=first,"
				    "bucket=bucket_id:5,weight:1,output:3"),
			 OF_OK);
	assert_int_equal(peer_group(p, OFPGC_INSERT_BUCKET,
				    "group_id=1,command_bucket_id=10,"
				    "bucket=bucket_id:15,weight:2,output:4"),
			 OF_OK);
	assert_int_equal(peer_group(p, OFPGC_INSERT_BUCKET,
				    "group_id=1,command_bucket_id=last,"
				    "bucket=bucket_id:30,weight:3,output:1"),
			 OF_OK);
	reads(p, "group_id=1,type=select,bucket=bucket_id:5,weight:1,actions=output:3,"
		 "bucket=bucket_id:10,weight:5,actions=output:1,"
		 "bucket=bucket_id:15,weight:2,actions=output:4,"
		 "bucket=bucket_id:20,weight:6,actions=output:2,"
		 "bucket=bucket_id:30,weight:3,actions=output:1\n");
	assert_int_equal(buckets_of(1)->b[3].counter_id, counter); /* it goes on counting */

	assert_int_equal(peer_group(p, OFPGC_INSERT_BUCKET,
				    "group_id=1,command_bucket_id=99,bucket=bucket_id:1,output:1"),
			 OFPGMFC_UNKNOWN_BUCKET);
	assert_int_equal(
		peer_group(p, OFPGC_INSERT_BUCKET,
			   "group_id=1,command_bucket_id=last,bucket=bucket_id:30,output:1"),
		OFPGMFC_BUCKET_EXISTS);
	assert_int_equal(
		peer_group(p, OFPGC_INSERT_BUCKET,
			   "group_id=2,command_bucket_id=last,bucket=bucket_id:1,output:1"),
		OFPGMFC_UNKNOWN_GROUP);
	assert_int_equal(peer_group(p, OFPGC_REMOVE_BUCKET, "group_id=1,command_bucket_id=99"),
			 OFPGMFC_UNKNOWN_BUCKET);

	assert_int_equal(peer_group(p, OFPGC_REMOVE_BUCKET, "group_id=1,command_bucket_id=first"),
			 OF_OK);
	assert_int_equal(peer_group(p, OFPGC_REMOVE_BUCKET, "group_id=1,command_bucket_id=last"),
			 OF_OK);
	assert_int_equal(peer_group(p, OFPGC_REMOVE_BUCKET, "group_id=1,command_bucket_id=10"),
			 OF_OK);
	reads(p, "group_id=1,type=select,bucket=bucket_id:15,weight:2,actions=output:4,"
		 "bucket=bucket_id:20,weight:6,actions=output:2\n");
	assert_int_equal(buckets_of(1)->b[1].counter_id, counter);
	assert_int_equal(peer_group(p, OFPGC_REMOVE_BUCKET, "group_id=1,command_bucket_id=all"),
			 OF_OK);
	assert_int_equal(buckets_of(1)->n, 0);
	peer_close(p);
}

static void groups_are_restored_as_they_were(void **state)
{
	struct peer *p = peer_open_version(&bench, OF15);
	struct bench second;
	struct peer *q;
	char *before, *after;

	/* the watched one is there later than the one that watches it */
	add("group_id=3,type=ff,bucket=watch_port:1,output:1");
	add("group_id=2,type=select,bucket=weight:7,output:1,bucket=weight:0,output:3");
	assert_int_equal(peer_group(peer, OFPGC_MODIFY,
				    "group_id=3,type=ff,bucket=watch_group:2,group:2,"
				    "bucket=watch_port:2,output:2"),
			 OF_OK);
	assert_int_equal(
		peer_group(p, OFPGC_ADD,
			   "group_id=4,type=all,bucket=bucket_id:9,output:1,"
			   "bucket=bucket_id:7,set_field:02:00:00:00:00:09->eth_dst,output:2"),
		OF_OK);
	before = peer_entries(p, OFPMP_GROUP_DESC);
	bench_open(&second, AGENT_FAIL_SECURE, 1000, &bench);
	q = peer_open_version(&second, OF15);
	after = peer_entries(q, OFPMP_GROUP_DESC);
	assert_non_null(strstr(after, "bucket_id:9"));
	assert_non_null(strstr(before, "group_id=3"));
	/* the order may differ */
	assert_int_equal(strlen(before), strlen(after));
	for (char *line = strtok(before, "\n"); line != NULL; line = strtok(NULL, "\n"))
		assert_non_null(strstr(after, line));
	free(before);
	free(after);
	peer_close(q);
	bench_close(&second);
	peer_close(p);
}

static void failover_follows_ports_and_groups(void **state)
{
	add("group_id=1,type=ff,bucket=watch_port:1,output:1,bucket=watch_port:2,output:2");
	add("group_id=2,type=ff,bucket=watch_group:1,group:1,bucket=watch_port:3,output:3");
	assert_int_equal(live_bucket(1), 0);
	assert_int_equal(live_bucket(2), 0);
	set_port(1, false, 0); /* its link */
	assert_int_equal(live_bucket(1), 1);
	assert_int_equal(live_bucket(2), 0);
	set_port(2, true, OFPPC_PORT_DOWN); /* by the controller */
	assert_int_equal(live_bucket(1), -1);
	assert_int_equal(live_bucket(2), 1);
	set_port(1, true, 0);
	assert_int_equal(live_bucket(1), 0);
	assert_int_equal(live_bucket(2), 0);
	agent_port_removed(bench.agent, 1);
	assert_int_equal(live_bucket(1), -1);
	assert_int_equal(live_bucket(2), 1);
	/* a watched group changes, goes, and comes back */
	assert_int_equal(
		peer_group(peer, OFPGC_MODIFY, "group_id=1,type=ff,bucket=watch_port:4,output:4"),
		OF_OK);
	assert_int_equal(live_bucket(2), 0);
	assert_int_equal(peer_group(peer, OFPGC_MODIFY,
				    "group_id=2,type=ff,bucket=watch_group:1,output:4,"
				    "bucket=watch_port:3,output:3"),
			 OF_OK);
	assert_int_equal(peer_group(peer, OFPGC_DELETE, "group_id=1"), OF_OK);
	assert_int_equal(live_bucket(2), 1);
	add("group_id=1,type=all,bucket=output:4");
	assert_int_equal(live_bucket(2), 0);
}

static uint32_t select_port(uint32_t id, uint32_t hash)
{
	const struct group_bucket *b = group_select(buckets_of(id), hash);

	return b != NULL ? action_first(b->actions)->arg : 0;
}

static void select_passes_over_ports_that_are_down(void **state)
{
	uint32_t seen = 0;

	add("group_id=1,type=select,bucket=weight:1,output:1,bucket=weight:1,output:2");
	for (uint32_t h = 0; h < 100; h++)
		seen |= 1u << select_port(1, h);
	assert_int_equal(seen, 1u << 1 | 1u << 2);
	set_port(1, false, 0);
	for (uint32_t h = 0; h < 100; h++)
		assert_int_equal(select_port(1, h), 2);
	set_port(2, false, 0);
	assert_int_equal(select_port(1, 7), 0);
	set_port(1, true, 0);
	set_port(2, true, 0);
	seen = 0;
	for (uint32_t h = 0; h < 100; h++)
		seen |= 1u << select_port(1, h);
	assert_int_equal(seen, 1u << 1 | 1u << 2);
}

/* Libraries fill both members with zeros where nothing is watched. */
static void zeros_watch_nothing(void **state)
{
	const char *select = "group_id=1,type=select,bucket=weight:1,watch_port:0,watch_group:0,"
			     "actions=output:1";

	add(select);
	assert_int_equal(select_port(1, 7), 1);
	add("group_id=2,type=all,bucket=watch_port:9,watch_group:9,output:1");
	add("group_id=3,type=indirect,bucket=watch_port:0,watch_group:0,output:1");
	/* What was sent reads back. */
	char *got = peer_entries(peer, OFPMP_GROUP_DESC);

	if (strstr(got, "watch_port:0,watch_group:0") == NULL)
		fail_msg("%s", got);
	free(got);
}

static void a_type_may_change(void **state)
{
	add("group_id=1,type=select,bucket=weight:1,output:1,bucket=weight:2,output:2");
	assert_int_equal(peer_group(peer, OFPGC_MODIFY, "group_id=1,type=indirect,bucket=output:3"),
			 OF_OK);
	reads(peer, "group_id=1,type=indirect,bucket=actions=output:3\n");
	assert_int_equal(buckets_of(1)->kind, GROUP_INDIRECT);
	assert_int_equal(
		peer_group(peer, OFPGC_MODIFY, "group_id=1,type=ff,bucket=watch_port:1,output:1"),
		OF_OK);
	set_port(1, false, 0);
	assert_int_equal(live_bucket(1), -1);
}

static void what_others_change_is_forwarded(void **state)
{
	struct peer *p = peer_open_version(&bench, OF14);
	struct of_msg msg;

	of_msg_init(&msg, OF14, OFPT_SET_ASYNC, 0);
	msg.async = (struct of_async){0};
	msg.async.request_forward_mask[0] = 1u << OFPRFR_GROUP_MOD;
	assert_int_equal(peer_try(p, &msg), OF_OK);
	add("group_id=1,type=all,bucket=output:1");
	assert_int_equal(peer_group(peer, OFPGC_ADD, "group_id=1,type=all"), OFPGMFC_GROUP_EXISTS);
	assert_int_equal(peer_meter(peer, OFPMC_ADD, "meter=1,kbps,band=type=drop,rate=1"), OF_OK);
	peer_receive(p, &msg);
	assert_int_equal(msg.type, OFPT_REQUESTFORWARD);
	assert_int_equal(msg.request_forward.request[1], OFPT_GROUP_MOD);
	assert_int_equal(msg.request_forward.request[0], OF14);
	assert_true(peer_silent(p));
	peer_close(p);
}

static void features_are_what_is_done(void **state)
{
	struct of_multipart_reader reader;
	union of_multipart_entry entry;
	struct of_msg msg;

	of_msg_init(&msg, OF13, OFPT_MULTIPART_REQUEST, 0);
	of_multipart_request_init(&msg.multipart_request, OFPMP_GROUP_FEATURES);
	peer_send(peer, &msg);
	peer_receive(peer, &msg);
	reader = of_multipart_reader_init(msg.version, &msg.multipart_reply);
	assert_int_equal(of_multipart_next(&reader, &peer->arena, &entry), 1);
	assert_int_equal(entry.group_features.types, 0xf);
	assert_int_equal(entry.group_features.capabilities,
			 OFPGFC_SELECT_WEIGHT | OFPGFC_SELECT_LIVENESS | OFPGFC_CHAINING |
				 OFPGFC_CHAINING_CHECKS);
	for (int type = 0; type < 4; type++) {
		assert_int_equal(entry.group_features.max_groups[type], 16);
		assert_true(entry.group_features.actions[type] & 1u << OF_ACTION_OUTPUT);
		assert_true(entry.group_features.actions[type] & 1u << OF_ACTION_GROUP);
	}
}

/* Changes of a transaction are seen in its version, or never. */
static void transactions_are_kept_or_undone(void **state)
{
	struct group_store *groups = bench.agent->groups;
	struct transaction t;
	struct group *one;

	add("group_id=1,type=select,bucket=weight:1,output:1,bucket=weight:1,output:2");
	add("group_id=2,type=all,bucket=group:1");
	one = group_store_find(groups, 1)->group;
	for (int keep = 0; keep < 2; keep++) {
		uint32_t now = bench.pipeline->version;

		transaction_begin(&t, bench.pipeline);
		group_store_set_transaction(groups, &t);
		assert_int_equal(peer_group(peer, OFPGC_ADD, "group_id=3,type=all,bucket=group:2"),
				 OF_OK);
		assert_int_equal(
			peer_group(peer, OFPGC_MODIFY, "group_id=1,type=indirect,bucket=output:3"),
			OF_OK);
		assert_int_equal(peer_group(peer, OFPGC_MODIFY,
					    "group_id=1,type=ff,bucket=watch_port:4,output:4"),
				 OF_OK);
		assert_int_equal(group_buckets_in(one, now)->kind, GROUP_SELECT);
		assert_int_equal(group_buckets_in(one, t.version)->kind, GROUP_FAST_FAILOVER);
		assert_int_equal(peer_group(peer, OFPGC_DELETE, "group_id=3"), OF_OK);
		assert_int_equal(peer_group(peer, OFPGC_DELETE, "group_id=2"), OF_OK);
		if (keep) {
			transaction_publish(&t);
			assert_true(transaction_keep(&t, UINT64_MAX));
		} else {
			assert_true(transaction_undo(&t, UINT64_MAX));
		}
		group_store_set_transaction(groups, NULL);
		bench_turn(&bench);
		if (!keep)
			reads(peer, "group_id=1,type=select,bucket=weight:1,actions=output:1,"
				    "bucket=weight:1,actions=output:2\n"
				    "group_id=2,type=all,bucket=actions=group:1\n");
		else
			reads(peer, "group_id=1,type=ff,bucket=watch_port:4,actions=output:4\n");
		assert_int_equal(group_store_find(groups, 1)->n_groups, keep ? 0 : 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)
		TEST(what_cannot_be_is_refused_and_nothing_changes),
		TEST(malformed_group_mods_are_refused),
		TEST(all_groups_go_at_once_with_their_flows),
		TEST(too_many_groups_are_refused),
		TEST(buckets_come_and_go_one_by_one),
		TEST(groups_are_restored_as_they_were),
		TEST(failover_follows_ports_and_groups),
		TEST(select_passes_over_ports_that_are_down),
		TEST(zeros_watch_nothing),
		TEST(a_type_may_change),
		TEST(what_others_change_is_forwarded),
		TEST(features_are_what_is_done),
		TEST(transactions_are_kept_or_undone),
	};

	signal(SIGPIPE, SIG_IGN); /* a peer may go while the agent writes */
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
