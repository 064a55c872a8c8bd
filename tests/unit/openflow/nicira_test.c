// SPDX-License-Identifier: Apache-2.0
#include "openflow/flow_text.h"
#include "openflow/learn.h"
#include "openflow/msg.h"
#include "openflow/nicira_msg.h"

#include "tests/unit/openflow/hex.h"
#include "tests/unit/openflow/nicira_vectors.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define N_VECTORS (sizeof(nicira_vectors) / sizeof(nicira_vectors[0]))

static struct of_arena arena;
static struct of_msg ours, theirs;
static char why[OF_WHY_SIZE];

static int setup(void **state)
{
	arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	return 0;
}

static int teardown(void **state)
{
	of_arena_free(&arena);
	return 0;
}

static void parse(enum of_version version, const char *text, struct of_msg *msg)
{
	of_msg_init(msg, version, OFPT_FLOW_MOD, 0);
	if (of_flow_parse_for(version, text, OFPFC_ADD, NULL, &arena, &msg->flow_mod, why,
			      sizeof(why)) != 0)
		fail_msg("%s: %s", text, why);
}

static enum of_err unpack(const char *hex, struct of_msg *msg)
{
	static uint8_t bytes[4096];
	size_t len = hex_read(hex, bytes, sizeof(bytes));

	return of_msg_unpack(bytes, len, &arena, msg);
}

static void a_text_makes_the_bytes_that_ovs_ofctl_makes(void **state)
{
	struct wbuf a = wbuf_init(65536), b = wbuf_init(65536);

	for (size_t i = 0; i < N_VECTORS; i++) {
		const struct nicira_vector *v = &nicira_vectors[i];

		of_arena_reset(&arena);
		parse(v->version, v->text, &ours);
		assert_int_equal(unpack(v->hex, &theirs), OF_OK);
		ours.nicira = theirs.nicira;
		a.len = b.len = 0;
		assert_int_equal(of_msg_pack(&ours, &a), 0);
		assert_int_equal(of_msg_pack(&theirs, &b), 0);
		if (a.len != b.len || memcmp(a.data, b.data, a.len) != 0)
			fail_msg("OF%s %s: other bytes than ovs-ofctl's",
				 of_version_name(v->version), v->text);
	}
	wbuf_free(&a);
	wbuf_free(&b);
}

static void what_is_printed_reads_back_the_same(void **state)
{
	struct wbuf a = wbuf_init(65536), b = wbuf_init(65536);
	struct text t = {0};

	for (size_t i = 0; i < N_VECTORS; i++) {
		const struct nicira_vector *v = &nicira_vectors[i];

		of_arena_reset(&arena);
		text_free(&t);
		parse(v->version, v->text, &ours);
		of_flow_text(&ours.flow_mod, NULL, &t);
		assert_string_equal(text_get(&t), v->printed);
		parse(v->version, v->printed, &theirs);
		ours.nicira = theirs.nicira = v->version == OF10;
		a.len = b.len = 0;
		assert_int_equal(of_msg_pack(&ours, &a), 0);
		assert_int_equal(of_msg_pack(&theirs, &b), 0);
		assert_int_equal(a.len, b.len);
		assert_memory_equal(a.data, b.data, a.len);
	}
	text_free(&t);
	wbuf_free(&a);
	wbuf_free(&b);
}

static void what_a_switch_keeps_is_the_same_as_what_came(void **state)
{
	struct wbuf b = wbuf_init(65536);

	for (size_t i = 0; i < N_VECTORS; i++) {
		const struct nicira_vector *v = &nicira_vectors[i];
		struct of_instructions kept;
		struct cursor c;

		of_arena_reset(&arena);
		assert_int_equal(unpack(v->hex, &theirs), OF_OK);
		b.len = 0;
		assert_int_equal(of_instructions_pack(&theirs.flow_mod.instructions, OF_STORED, &b),
				 0);
		c = cursor_init(b.data, b.len);
		assert_int_equal(of_instructions_unpack(&c, OF_STORED, &arena, &kept), OF_OK);
		if (!of_instructions_equal(&kept, &theirs.flow_mod.instructions))
			fail_msg("OF%s %s", of_version_name(v->version), v->text);
	}
	wbuf_free(&b);
}

/* One flow-mod of 1.3 with one apply_actions that holds `actions`. */
static enum of_err actions_unpack(const char *actions)
{
	static uint8_t bytes[4096];
	struct of_actions list;
	size_t len = hex_read(actions, bytes, sizeof(bytes));
	struct cursor c = cursor_init(bytes, len);

	of_arena_reset(&arena);
	return of_actions_unpack(&c, len, OF13, &arena, &list);
}

static void malformed_actions_have_their_errors(void **state)
{
	static const struct {
		const char *what, *hex;
		enum of_err err;
	} rows[] = {
		{"no subtype", "ffff000800002320", OFPBAC_BAD_LEN},
		{"resubmit of 24 bytes", "ffff0018000023200001000100000000000000000000000000",
		 OFPBAC_BAD_LEN},
		{"reg_move beyond the source",
		 "ffff001800002320000600100011000000010004"
		 "00010204",
		 OFPBAC_BAD_SET_ARGUMENT},
		{"reg_move of no bits",
		 "ffff001800002320000600000000000000010004"
		 "00010204",
		 OFPBAC_BAD_SET_ARGUMENT},
		{"reg_move to a field that cannot be set",
		 "ffff0018000023200006001000000000000100040"
		 "0014a04",
		 OFPBAC_BAD_SET_TYPE},
		{"reg_move from ct_mark",
		 "ffff00180000232000060020000000000001d604"
		 "00010204",
		 OFPBAC_BAD_SET_TYPE},
		{"reg_load of a value with more bits",
		 "ffff0018000023200007000300010004"
		 "0000000000000010",
		 OFPBAC_BAD_ARGUMENT},
		{"reg_load of a header with another length",
		 "ffff0018000023200007000300010008"
		 "0000000000000001",
		 OFPBAC_BAD_SET_TYPE},
		{"conjunction of one clause",
		 "ffff00100000232000220001"
		 "00000001",
		 OFPBAC_BAD_ARGUMENT},
		{"conjunction beyond its clauses",
		 "ffff00100000232000220202"
		 "00000001",
		 OFPBAC_BAD_ARGUMENT},
		{"output_reg with something in its padding",
		 "ffff001800002320000f01cf00010004"
		 "ffff000000000001",
		 OFPBAC_BAD_ARGUMENT},
		{"learn that is cut",
		 "ffff001800002320001000000000000000000000"
		 "00000000",
		 OFPBAC_BAD_LEN},
		{"learn into table 255",
		 "ffff0020000023200010000000000001000000000000000000"
		 "00ff0000000000",
		 OFPBAC_BAD_ARGUMENT},
		{"learn with a cut specification",
		 "ffff0028000023200010000000000001000000000000000000"
		 "0001000000000000300001040000"
		 "0000",
		 OFPBAC_BAD_LEN},
		{"dec_ttl with more ids than bytes",
		 "ffff00100000232000150009"
		 "00000000",
		 OFPBAC_BAD_LEN},
		{"push_mpls of IPv4",
		 "ffff00100000232000170800"
		 "00000000",
		 OFPBAC_BAD_ARGUMENT},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum of_err err = actions_unpack(rows[i].hex);

		if (err != rows[i].err)
			fail_msg("%s: %s instead of %s", rows[i].what, of_err_name(err),
				 of_err_name(rows[i].err));
	}
}

static void clones_are_nested_to_a_bound(void **state)
{
	static char hex[64 * 40 + 1];
	static const struct {
		unsigned depth;
		enum of_err err;
	} rows[] = {{8, OF_OK}, {9, OFPBAC_TOO_MANY}, {60, OFPBAC_TOO_MANY}};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *at = hex;

		for (unsigned d = 0; d < rows[i].depth; d++)
			at += sprintf(at, "ffff%04x00002320002a000000000000",
				      (rows[i].depth - d) * 16);
		assert_int_equal(actions_unpack(hex), rows[i].err);
	}
}

static void actions_that_are_not_served_stay_experimenters(void **state)
{
	/* ct(commit) */
	static const char ct[] = "ffff001800002320002300010000000000000000ff000000";
	uint8_t bytes[64];
	size_t len = hex_read(ct, bytes, sizeof(bytes));
	struct cursor c = cursor_init(bytes, len);
	struct wbuf b = wbuf_init(4096);
	struct of_actions list;

	of_arena_reset(&arena);
	assert_int_equal(of_actions_unpack(&c, len, OF13, &arena, &list), OF_OK);
	assert_int_equal(list.n, 1);
	assert_int_equal(list.a[0].type, OF_ACTION_EXPERIMENTER);
	assert_int_equal(list.a[0].experimenter.id, OFP_EXPERIMENTER_NICIRA);
	assert_int_equal(of_actions_pack(&list, OF13, &b), 0);
	assert_int_equal(b.len, len);
	assert_memory_equal(b.data, bytes, len);
	wbuf_free(&b);
}

static void messages_of_the_standard_come_as_niciras(void **state)
{
	struct wbuf b = wbuf_init(4096);
	uint8_t bytes[256];
	size_t len;

	/* NXT_ROLE_REQUEST: master. */
	assert_int_equal(unpack("010400140000000500002320"
				"0000000a"
				"00000001",
				&theirs),
			 OF_OK);
	assert_int_equal(theirs.type, OFPT_ROLE_REQUEST);
	assert_true(theirs.nicira);
	assert_int_equal(theirs.role.role, OFPCR_ROLE_MASTER);
	theirs.type = OFPT_ROLE_REPLY;
	assert_int_equal(of_msg_pack(&theirs, &b), 0);
	len = hex_read("010400140000000500002320"
		       "0000000b"
		       "00000001",
		       bytes, sizeof(bytes));
	assert_int_equal(b.len, len);
	assert_memory_equal(b.data, bytes, len);
	assert_int_equal(unpack("010400140000000500002320"
				"0000000a"
				"00000003",
				&theirs),
			 OFPRRFC_BAD_ROLE);
	/* A delete of what has a cookie in table 5. */
	assert_int_equal(unpack("010400480000000500002320"
				"0000000d"
				"0000000000000000"
				"0503"
				"000000008000ffffffffffff00000014000000000000"
				"00013d10000000000000000500000000000000ff00000000",
				&theirs),
			 OF_OK);
	assert_int_equal(theirs.type, OFPT_FLOW_MOD);
	assert_int_equal(theirs.flow_mod.table_id, 5);
	assert_int_equal(theirs.flow_mod.command, OFPFC_DELETE);
	assert_int_equal(theirs.flow_mod.cookie, 5);
	assert_int_equal(theirs.flow_mod.cookie_mask, 0xff);
	assert_int_equal(theirs.flow_mod.match.n, 0);
	wbuf_free(&b);
}

/* What ovs-ofctl asks in 1.0 by dump-flows and dump-aggregate. */
static void statistics_come_as_niciras(void **state)
{
	static const char flow[] =
		"0110002000000004ffff0000000023200000000000000000ffff0000ff000000";
	static const char aggregate[] =
		"0110002000000008ffff0000000023200000000100000000ffff000002000000";
	uint8_t bytes[64];
	size_t len = hex_read(flow, bytes, sizeof(bytes));
	struct wbuf b = wbuf_init(4096);

	assert_int_equal(unpack(flow, &theirs), OF_OK);
	assert_int_equal(theirs.multipart_request.type, OFPMP_NX_FLOW);
	assert_int_equal(theirs.multipart_request.flow.table_id, OFPTT_ALL);
	assert_int_equal(theirs.multipart_request.flow.out_port, OFPP_ANY);
	assert_int_equal(of_msg_pack(&theirs, &b), 0);
	assert_int_equal(b.len, len);
	assert_memory_equal(b.data, bytes, len);
	assert_int_equal(unpack(aggregate, &theirs), OF_OK);
	assert_int_equal(theirs.multipart_request.type, OFPMP_NX_AGGREGATE);
	assert_int_equal(theirs.multipart_request.flow.table_id, 2);
	/* The number that it has in memory means nothing on the wire. */
	assert_int_equal(unpack("041200100000000"
				"8ff000000"
				"00000000",
				&theirs),
			 OFPBRC_BAD_MULTIPART);
	wbuf_free(&b);
}

static void message_keep(void *context, const uint8_t *message, size_t len)
{
	wbuf_put(context, message, len);
}

static void a_flow_of_any_kind_is_told_in_1_0(void **state)
{
	static struct of_flow_stats flow;
	static union of_multipart_entry entry;
	struct of_multipart_writer w;
	struct of_multipart_reader reader;
	struct wbuf b = wbuf_init(65536);
	struct text t = {0};

	parse(OF10,
	      "table=7,tcp6,ipv6_src=fe80::/10,dl_vlan=5,reg3=1,in_port=LOCAL,"
	      "actions=load:1->reg0[],resubmit(,8),set_field:fe80::2->ipv6_dst",
	      &ours);
	flow = (struct of_flow_stats){.table_id = 7, .priority = 5, .n_packets = 9};
	of_match_copy(&flow.match, &ours.flow_mod.match);
	flow.instructions = ours.flow_mod.instructions;
	of_multipart_writer_init(&w, OF10, 3, OFPMP_NX_FLOW, message_keep, &b);
	assert_int_equal(of_multipart_writer_add(&w, &flow), 0);
	assert_int_equal(of_multipart_writer_end(&w), 0);
	assert_int_equal(of_msg_unpack(b.data, b.len, &arena, &theirs), OF_OK);
	assert_int_equal(theirs.multipart_reply.type, OFPMP_NX_FLOW);
	reader = of_multipart_reader_init(OF10, &theirs.multipart_reply);
	assert_int_equal(of_multipart_next(&reader, &arena, &entry), 1);
	of_flow_stats_text(&entry.flow, NULL, &t);
	assert_string_equal(text_get(&t),
			    "cookie=0x0, duration=0s, table=7, n_packets=9, n_bytes=0, "
			    "priority=5,tcp6,reg3=0x1,in_port=LOCAL,dl_vlan=5,ipv6_src=fe80::/10 "
			    "actions=load:0x1->NXM_NX_REG0[],resubmit(,8),"
			    "set_field:fe80::2->ipv6_dst");
	assert_int_equal(of_multipart_next(&reader, &arena, &entry), 0);
	text_free(&t);
	wbuf_free(&b);
}

static void settings_of_a_connection_are_read(void **state)
{
	static const struct {
		const char *hex;
		enum of_err err;
		uint32_t value;
	} rows[] = {
		{"010400140000000500002320"
		 "0000000c"
		 "00000002",
		 OF_OK, 2},
		{"010400140000000500002320"
		 "0000000c"
		 "00000003",
		 OFPBRC_BAD_EXP_TYPE, 3},
		{"010400100000000500002320"
		 "0000000c",
		 OFPBRC_BAD_LEN, 0},
		{"010400180000000500002320"
		 "0000000f"
		 "0100000000000000",
		 OF_OK, 1},
		{"010400180000000500002320"
		 "00000014"
		 "0000000000000007",
		 OF_OK, 7},
		{"010400100000000500002320"
		 "00000019",
		 OFPBRC_BAD_EXP_TYPE, 0},
		{"0404001000000005"
		 "00001234"
		 "00000019",
		 OFPBRC_BAD_EXPERIMENTER, 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct of_nicira_setting setting = {0};

		assert_int_equal(unpack(rows[i].hex, &theirs), OF_OK);
		assert_int_equal(theirs.type, OFPT_EXPERIMENTER);
		assert_int_equal(of_nicira_setting_unpack(&theirs.experimenter, &setting),
				 rows[i].err);
		if (rows[i].err == OF_OK)
			assert_int_equal(setting.value, rows[i].value);
	}
}

static void a_vlan_in_either_form_is_the_same_match(void **state)
{
	static struct of_flow_mod a, b;
	static const char *const rows[][2] = {
		{"vlan_tci=0x100a/0x1fff,actions=drop", "dl_vlan=10,actions=drop"},
		{"vlan_tci=0xb00a,actions=drop", "dl_vlan=10,dl_vlan_pcp=5,actions=drop"},
		{"vlan_tci=0,actions=drop", "dl_vlan=0xffff,actions=drop"},
		{"vlan_tci=0xa000/0xe000,actions=drop", "dl_vlan_pcp=5,actions=drop"},
		{"xreg1=0x100000002,actions=drop", "reg2=1,reg3=2,actions=drop"},
		{"xxreg0=0x1/0xffffffff,actions=drop", "reg3=1,actions=drop"},
		{"tcp,tcp_flags=+syn-ack,actions=drop", "tcp,tcp_flags=0x2/0x12,actions=drop"},
		{"ip,ip_frag=later,actions=drop", "ip,nw_frag=3,actions=drop"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(
			of_flow_parse(rows[i][0], OFPFC_ADD, NULL, &arena, &a, why, sizeof(why)),
			0);
		assert_int_equal(
			of_flow_parse(rows[i][1], OFPFC_ADD, NULL, &arena, &b, why, sizeof(why)),
			0);
		if (!of_match_equal(&a.match, &b.match))
			fail_msg("%s", rows[i][0]);
	}
}

static void a_mistake_is_named_in_one_sentence(void **state)
{
	static const struct {
		const char *text;
		const char *names; /* what the sentence has to contain */
	} rows[] = {
		{"ct_state=+trk,actions=drop", "connection tracking"},
		{"actions=ct(commit)", "connection tracking"},
		{"actions=move:NXM_NX_CT_MARK[]->reg0[]", "connection tracking"},
		{"actions=load:1->reg16[]", "reg16"},
		{"actions=load:16->reg0[0..3]", "16"},
		{"actions=load:1->reg0[30..32]", "reg0[0..31]"},
		{"actions=load:1", "load"},
		{"actions=load:1->tcp_flags[]", "tcp_flags"},
		{"actions=move:eth_src[]->reg0[]", "48"},
		{"actions=resubmit", "resubmit"},
		{"actions=resubmit(,255)", "255"},
		{"actions=learn(table=1,foo=1)", "foo"},
		{"actions=learn(NXM_OF_ETH_DST[]=NXM_NX_REG0[])", "32"},
		{"actions=learn(output:1)", "\"1\""},
		{"actions=conjunction(1,3/2)", "3/2"},
		{"actions=conjunction(1)", "conjunction"},
		{"actions=note:0g", "0g"},
		{"actions=controller(reason=foo)", "foo"},
		{"actions=enqueue:1", "enqueue"},
		{"actions=multipath(eth_src,50,modulo_n,1,0,NXM_NX_REG0[])", "multipath"},
		{"actions=stat_trigger(foo=1)", "foo"},
		{"actions=stat_trigger(periodic)", "limit"},
		{"tcp,tcp_flags=+foo,actions=drop", "+foo"},
		{"ip,ip_frag=maybe,actions=drop", "maybe"},
		{"packet_type=(1),actions=drop", "(1)"},
		{"xreg0=1,reg1=2,actions=drop", "twice"},
		{"vlan_tci=0x2000/0x2000,actions=drop", "0xe000"},
	};
	static struct of_flow_mod flow;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		of_arena_reset(&arena);
		if (of_flow_parse(rows[i].text, OFPFC_ADD, NULL, &arena, &flow, why, sizeof(why)) !=
		    -EINVAL)
			fail_msg("%s was accepted", rows[i].text);
		if (strstr(why, rows[i].names) == NULL || strchr(why, '\n') != NULL)
			fail_msg("%s: \"%s\" does not name %s", rows[i].text, why, rows[i].names);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_makes_the_bytes_that_ovs_ofctl_makes),
		cmocka_unit_test(what_is_printed_reads_back_the_same),
		cmocka_unit_test(what_a_switch_keeps_is_the_same_as_what_came),
		cmocka_unit_test(malformed_actions_have_their_errors),
		cmocka_unit_test(clones_are_nested_to_a_bound),
		cmocka_unit_test(actions_that_are_not_served_stay_experimenters),
		cmocka_unit_test(messages_of_the_standard_come_as_niciras),
		cmocka_unit_test(statistics_come_as_niciras),
		cmocka_unit_test(a_flow_of_any_kind_is_told_in_1_0),
		cmocka_unit_test(settings_of_a_connection_are_read),
		cmocka_unit_test(a_vlan_in_either_form_is_the_same_match),
		cmocka_unit_test(a_mistake_is_named_in_one_sentence),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
