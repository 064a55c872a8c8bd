// SPDX-License-Identifier: Apache-2.0
/*
 * Features of tables as a controller reads and sets them: all or nothing, in one message or in
 * several, kept over a restart, and kept to by flows.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "datapath/agent/table_features.h"
#include "tests/unit/agent/bench.h"

static struct bench bench;

/* A request that is being put together. */
struct request {
	struct wbuf b;
	enum of_version version;
};

static struct request request_start(enum of_version version)
{
	return (struct request){.b = wbuf_init(1 << 20), .version = version};
}

static void request_add(struct request *r, const struct of_table_features *f)
{
	assert_int_equal(of_table_features_pack(f, r->version, &r->b), 0);
}

/* Sends it with flags and xid; nothing is awaited. */
static void request_part(struct peer *peer, struct request *r, uint16_t flags, uint32_t xid)
{
	static struct of_msg msg;
	struct wbuf out = wbuf_init(OF_MESSAGE_MAX);

	of_msg_init(&msg, r->version, OFPT_MULTIPART_REQUEST, xid);
	of_multipart_request_init(&msg.multipart_request, OFPMP_TABLE_FEATURES);
	msg.multipart_request.flags = flags;
	msg.multipart_request.table_features.data = r->b.data;
	msg.multipart_request.table_features.size = r->b.len;
	assert_int_equal(of_msg_pack(&msg, &out), 0);
	assert_int_equal(write(peer->fd, out.data, out.len), (ssize_t)out.len);
	wbuf_free(&out);
	r->b.len = 0;
	bench_turn(peer->bench);
}

/* What the switch answers: OF_OK with the number of tables, or an error. */
static enum of_err answer_of(struct peer *peer, unsigned int *n_tables)
{
	static struct of_msg reply;
	unsigned int n = 0;

	do {
		struct of_multipart_reader reader;
		union of_multipart_entry entry;

		peer_receive(peer, &reply);
		if (reply.type == OFPT_ERROR)
			return reply.error.err;
		assert_int_equal(reply.type, OFPT_MULTIPART_REPLY);
		reader = of_multipart_reader_init(reply.version, &reply.multipart_reply);
		while (of_multipart_next(&reader, &peer->arena, &entry) == 1)
			n++;
	} while (reply.multipart_reply.flags & OFPMPF_REPLY_MORE);
	if (n_tables != NULL)
		*n_tables = n;
	return OF_OK;
}

static enum of_err request_end(struct peer *peer, struct request *r, unsigned int *n_tables)
{
	request_part(peer, r, 0, 99);
	wbuf_free(&r->b);
	return answer_of(peer, n_tables);
}

static struct of_table_features now(uint8_t table_id)
{
	struct of_table_features f;

	assert_true(table_features_get(bench.agent, table_id, &f));
	return f;
}

static bool matches_udp(uint8_t table_id)
{
	struct of_table_features f = now(table_id);

	return of_field_set_has(&f.match, OF_FIELD_UDP_SRC);
}

/* Sets one table, in 1.5 and by MODIFY. */
static enum of_err modify(struct peer *peer, struct of_table_features f)
{
	struct request r = request_start(OF15);

	f.command = OFPTFC_MODIFY;
	request_add(&r, &f);
	return request_end(peer, &r, NULL);
}

static int open_bench(void **state)
{
	bench_open(&bench, AGENT_FAIL_SECURE, 0, NULL);
	*state = peer_open_version(&bench, OF15);
	return 0;
}

static int close_bench(void **state)
{
	peer_close(*state);
	bench_close(&bench);
	return 0;
}

static void only_fields(struct of_table_features *f, enum of_field one, enum of_field other)
{
	memset(&f->match, 0, sizeof(f->match));
	memset(&f->match_mask, 0, sizeof(f->match_mask));
	of_field_set_add(&f->match, one);
	of_field_set_add(&f->match, other);
	f->wildcards = f->match;
}

static void a_table_does_all_until_it_is_told(void **state)
{
	struct of_table_features f = now(3);

	assert_true(f.apply_actions[0] & 1u << OF_ACTION_OUTPUT);
	assert_true(f.instructions[0] & 1u << OF_INSTRUCTION_GOTO_TABLE);
	assert_true(of_field_set_has(&f.match, OF_FIELD_IPV6_DST));
	assert_true(of_field_set_has(&f.apply_set[0], OF_FIELD_ETH_SRC));
	assert_false(of_field_set_has(&f.apply_set[0], OF_FIELD_IN_PORT));
	assert_false(of_table_set_has(&f.next[0], 3));
	assert_true(of_table_set_has(&f.next[0], 4));
	assert_false(now(253).instructions[0] & 1u << OF_INSTRUCTION_GOTO_TABLE);
}

static void flows_keep_to_the_fields_of_their_table(void **state)
{
	struct of_table_features f = now(3);
	char *flows;

	assert_int_equal(peer_flow(*state, OFPFC_ADD, "table=3,udp,actions=drop"), OF_OK);
	assert_int_equal(peer_flow(*state, OFPFC_ADD, "table=3,in_port=2,actions=drop"), OF_OK);
	only_fields(&f, OF_FIELD_IN_PORT, OF_FIELD_ETH_DST);
	assert_int_equal(modify(*state, f), OF_OK);
	/* What does not fit any more has gone. */
	flows = peer_flows(*state, "table=3");
	assert_string_equal(flows, "table=3,priority=32768,in_port=2 actions=drop\n");
	free(flows);
	assert_int_equal(peer_flow(*state, OFPFC_ADD, "table=3,udp,actions=drop"),
			 OFPBMC_BAD_FIELD);
	assert_int_equal(peer_flow(*state, OFPFC_ADD,
				   "table=3,dl_dst=01:00:00:00:00:00/01:00:00:00:00:00,"
				   "actions=drop"),
			 OFPBMC_BAD_MASK);
	assert_int_equal(peer_flow(*state, OFPFC_ADD, "table=4,udp,actions=drop"), OF_OK);
	/* A field that is no wildcard must be there; the table-miss flow is exempt. */
	memset(&f.wildcards, 0, sizeof(f.wildcards));
	of_field_set_add(&f.wildcards, OF_FIELD_IN_PORT);
	assert_int_equal(modify(*state, f), OF_OK);
	assert_int_equal(peer_flow(*state, OFPFC_ADD, "table=3,in_port=1,actions=drop"),
			 OFPBMC_BAD_WILDCARDS);
	assert_int_equal(peer_flow(*state, OFPFC_ADD, "table=3,priority=0,actions=drop"), OF_OK);
}

static void flows_keep_to_the_actions_of_their_table(void **state)
{
	struct of_table_features f = now(3);

	f.apply_actions[0] = 1u << OF_ACTION_OUTPUT | 1u << OF_ACTION_SET_FIELD;
	memset(&f.apply_set[0], 0, sizeof(f.apply_set[0]));
	of_field_set_add(&f.apply_set[0], OF_FIELD_ETH_DST);
	f.instructions[0] &= ~(1u << OF_INSTRUCTION_CLEAR_ACTIONS);
	memset(&f.next[0], 0, sizeof(f.next[0]));
	of_table_set_add(&f.next[0], 7);
	f.metadata_write = 0xff;
	assert_int_equal(modify(*state, f), OF_OK);
	assert_int_equal(peer_flow(*state, OFPFC_ADD,
				   "table=3,actions=set_field:02:00:00:00:00:01->eth_dst,output:2"),
			 OF_OK);
	assert_int_equal(peer_flow(*state, OFPFC_ADD,
				   "table=3,actions=set_field:02:00:00:00:00:01->eth_src"),
			 OFPBAC_BAD_SET_TYPE);
	assert_int_equal(peer_flow(*state, OFPFC_ADD,
				   "table=3,vlan_vid=0x1000/0x1000,"
				   "actions=pop_vlan"),
			 OFPBAC_BAD_TYPE);
	assert_int_equal(peer_flow(*state, OFPFC_ADD, "table=3,actions=clear_actions"),
			 OFPBIC_UNSUP_INST);
	assert_int_equal(peer_flow(*state, OFPFC_ADD, "table=3,actions=goto_table:7"), OF_OK);
	assert_int_equal(peer_flow(*state, OFPFC_ADD, "table=3,actions=goto_table:8"),
			 OFPBIC_BAD_TABLE_ID);
	assert_int_equal(peer_flow(*state, OFPFC_ADD, "table=3,actions=write_metadata:0x100/0x100"),
			 OFPBIC_UNSUP_METADATA_MASK);
	assert_int_equal(peer_flow(*state, OFPFC_MODIFY, "table=3,actions=clear_actions"),
			 OFPBIC_UNSUP_INST);
}

static void a_table_has_no_more_flows_than_was_asked_for(void **state)
{
	struct of_table_features f = now(3);

	f.max_entries = 2;
	assert_int_equal(modify(*state, f), OF_OK);
	assert_int_equal(now(3).max_entries, 2);
	assert_int_equal(peer_flow(*state, OFPFC_ADD, "table=3,in_port=1,actions=drop"), OF_OK);
	assert_int_equal(peer_flow(*state, OFPFC_ADD, "table=3,in_port=2,actions=drop"), OF_OK);
	assert_int_equal(peer_flow(*state, OFPFC_ADD, "table=3,in_port=3,actions=drop"),
			 OFPFMFC_TABLE_FULL);
}

static void what_no_table_can_do_is_refused_and_changes_nothing(void **state)
{
	struct of_table_features before = now(3), f = before, after;
	struct request r;

	f.max_entries++;
	assert_int_equal(modify(*state, f), OFPTFFC_BAD_MAX_ENT);
	f = before;
	f.config = 0x80;
	assert_int_equal(modify(*state, f), OFPTFFC_BAD_CAPABILITIES);
	f = before;
	f.features |= 0x40;
	assert_int_equal(modify(*state, f), OFPTFFC_BAD_FEATURES);
	f = before;
	of_table_set_add(&f.next[0], 2);
	assert_int_equal(modify(*state, f), OFPBPC_BAD_VALUE);
	f = before;
	of_field_set_add(&f.apply_set[0], OF_FIELD_IN_PORT);
	assert_int_equal(modify(*state, f), OFPBPC_BAD_VALUE);
	f = before;
	f.table_id = 254;
	assert_int_equal(modify(*state, f), OFPTFFC_BAD_TABLE);
	/* One table that is right does not help another. */
	r = request_start(OF15);
	f = before;
	f.command = OFPTFC_MODIFY;
	only_fields(&f, OF_FIELD_IN_PORT, OF_FIELD_ETH_DST);
	request_add(&r, &f);
	f.table_id = 4;
	f.max_entries = UINT32_MAX;
	request_add(&r, &f);
	assert_int_equal(request_end(*state, &r, NULL), OFPTFFC_BAD_MAX_ENT);
	/* Commands must be the same. */
	r = request_start(OF15);
	f = before;
	f.command = OFPTFC_MODIFY;
	request_add(&r, &f);
	f.table_id = 4;
	f.command = OFPTFC_DISABLE;
	request_add(&r, &f);
	assert_int_equal(request_end(*state, &r, NULL), OFPTFFC_BAD_COMMAND);
	after = now(3);
	assert_memory_equal(&after, &before, sizeof(after));
}

static void errors_of_1_3_are_its_own(void **state)
{
	struct peer *peer = peer_open_version(&bench, OF13);
	struct of_table_features f = now(0);
	struct request r = request_start(OF13);

	of_field_set_add(&f.apply_set[0], OF_FIELD_IN_PORT);
	request_add(&r, &f);
	assert_int_equal(request_end(peer, &r, NULL), OFPTFFC_BAD_ARGUMENT);
	f = now(3);
	r = request_start(OF13);
	request_add(&r, &f); /* table 0 would go */
	assert_int_equal(request_end(peer, &r, NULL), OFPTFFC_BAD_TABLE);
	peer_close(peer);
}

static void tables_that_are_not_named_go(void **state)
{
	struct peer *peer = peer_open_version(&bench, OF13);
	struct request r = request_start(OF13);
	struct of_table_features f = now(0);
	unsigned int n;

	assert_int_equal(peer_flow(*state, OFPFC_ADD, "table=5,actions=drop"), OF_OK);
	request_add(&r, &f);
	f = now(2);
	request_add(&r, &f);
	assert_int_equal(request_end(peer, &r, &n), OF_OK);
	assert_int_equal(n, 2);
	assert_int_equal(flow_store_count(bench.agent->flows, OFPTT_ALL), 0);
	assert_int_equal(peer_flow(*state, OFPFC_ADD, "table=5,actions=drop"),
			 OFPFMFC_BAD_TABLE_ID);
	assert_int_equal(peer_flow(*state, OFPFC_ADD, "table=0,actions=goto_table:5"),
			 OFPBIC_BAD_TABLE_ID);
	assert_int_equal(peer_flow(*state, OFPFC_ADD, "table=0,actions=goto_table:2"), OF_OK);
	/* 1.5 takes one back. */
	r = request_start(OF15);
	f.table_id = 5;
	f.command = OFPTFC_ENABLE;
	request_add(&r, &f);
	assert_int_equal(request_end(*state, &r, &n), OF_OK);
	assert_int_equal(n, 3);
	assert_int_equal(peer_flow(*state, OFPFC_ADD, "table=5,actions=drop"), OF_OK);
	peer_close(peer);
}

static void a_request_may_come_in_parts(void **state)
{
	struct of_table_features f = now(3);
	struct request r = request_start(OF15);
	unsigned int n;

	f.command = OFPTFC_MODIFY;
	only_fields(&f, OF_FIELD_IN_PORT, OF_FIELD_ETH_DST);
	request_add(&r, &f);
	request_part(*state, &r, OFPMPF_REQ_MORE, 50);
	assert_true(peer_silent(*state));
	assert_true(matches_udp(3));
	/* Another one in between is one too many; reading is not. */
	request_add(&r, &f);
	request_part(*state, &r, OFPMPF_REQ_MORE, 51);
	assert_int_equal(answer_of(*state, NULL), OFPBRC_MULTIPART_BUFFER_OVERFLOW);
	request_part(*state, &r, 0, 52);
	assert_int_equal(answer_of(*state, &n), OF_OK);
	assert_int_equal(n, 254);
	f = now(4);
	f.command = OFPTFC_MODIFY;
	only_fields(&f, OF_FIELD_IN_PORT, OF_FIELD_ETH_DST);
	request_add(&r, &f);
	request_part(*state, &r, 0, 50);
	assert_int_equal(answer_of(*state, &n), OF_OK);
	assert_false(matches_udp(3));
	assert_false(matches_udp(4));
	wbuf_free(&r.b);
}

static void a_slave_may_only_read(void **state)
{
	struct of_table_features f = now(3);
	static struct of_msg msg;

	of_msg_init(&msg, OF15, OFPT_ROLE_REQUEST, 0);
	msg.role = (struct of_role_msg){.role = OFPCR_ROLE_SLAVE, .generation_id = 1};
	peer_send(*state, &msg);
	peer_receive(*state, &msg);
	assert_int_equal(msg.type, OFPT_ROLE_REPLY);
	assert_int_equal(modify(*state, f), OFPBRC_IS_SLAVE);
}

static void one_table_can_be_the_first_egress_table(void **state)
{
	struct of_table_features f = now(100);
	struct request r;

	f.features |= OFPTFF_FIRST_EGRESS;
	assert_int_equal(peer_flow(*state, OFPFC_ADD, "table=0,actions=goto_table:101"), OF_OK);
	assert_int_equal(modify(*state, f), OF_OK);
	assert_int_equal(bench.pipeline->first_egress, 100);
	assert_true(now(100).features & OFPTFF_FIRST_EGRESS);
	f = now(0);
	assert_false(of_table_set_has(&f.next[0], 101));
	f = now(100);
	f.features |= OFPTFF_FIRST_EGRESS;
	assert_int_equal(flow_store_count(bench.agent->flows, OFPTT_ALL), 0);
	assert_int_equal(peer_flow(*state, OFPFC_ADD, "table=0,actions=goto_table:101"),
			 OFPBIC_BAD_TABLE_ID);
	assert_int_equal(peer_flow(*state, OFPFC_ADD, "table=100,actions=goto_table:101"), OF_OK);
	assert_int_equal(peer_flow(*state, OFPFC_ADD, "table=100,actions=write_actions(output:1)"),
			 OFPBAC_BAD_TYPE);
	/* Not two at once, nor where frames enter. */
	r = request_start(OF15);
	f.command = OFPTFC_MODIFY;
	request_add(&r, &f);
	f = now(101);
	f.command = OFPTFC_MODIFY;
	f.features |= OFPTFF_FIRST_EGRESS;
	request_add(&r, &f);
	assert_int_equal(request_end(*state, &r, NULL), OFPTFFC_BAD_FEATURES);
	f = now(0);
	f.features |= OFPTFF_FIRST_EGRESS;
	assert_int_equal(modify(*state, f), OFPTFFC_BAD_FEATURES);
	/* Nor is there one when it says so no more. */
	f = now(100);
	f.features &= ~(uint32_t)OFPTFF_FIRST_EGRESS;
	assert_int_equal(modify(*state, f), OF_OK);
	assert_int_equal(bench.pipeline->first_egress, 0);
}

static void features_outlive_a_restart(void **state)
{
	struct of_table_features f = now(100), before, after;
	static struct bench second;
	struct request r = request_start(OF15);

	f.features |= OFPTFF_FIRST_EGRESS;
	f.max_entries = 17;
	only_fields(&f, OF_FIELD_IN_PORT, OF_FIELD_ETH_DST);
	assert_int_equal(modify(*state, f), OF_OK);
	f = now(9);
	f.command = OFPTFC_DISABLE;
	request_add(&r, &f);
	assert_int_equal(request_end(*state, &r, NULL), OF_OK);
	before = now(100);
	bench_open(&second, AGENT_FAIL_SECURE, 0, &bench);
	assert_true(table_features_get(second.agent, 100, &after));
	before.command = after.command = 0;
	assert_memory_equal(&after, &before, sizeof(after));
	assert_false(table_features_get(second.agent, 9, &after));
	assert_int_equal(second.pipeline->first_egress, 100);
	bench_close(&second);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, open_bench, close_bench)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_table_does_all_until_it_is_told),
		TEST(flows_keep_to_the_fields_of_their_table),
		TEST(flows_keep_to_the_actions_of_their_table),
		TEST(a_table_has_no_more_flows_than_was_asked_for),
		TEST(what_no_table_can_do_is_refused_and_changes_nothing),
		TEST(errors_of_1_3_are_its_own),
		TEST(tables_that_are_not_named_go),
		TEST(a_request_may_come_in_parts),
		TEST(a_slave_may_only_read),
		TEST(one_table_can_be_the_first_egress_table),
		TEST(features_outlive_a_restart),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
