// SPDX-License-Identifier: Apache-2.0
#include "openflow/flow_text.h"
#include "openflow/msg.h"

#include "tests/unit/openflow/hex.h"
#include "tests/unit/openflow/text_vectors.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define N_VECTORS (sizeof(text_vectors) / sizeof(text_vectors[0]))

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

/* Reads a flow, or a group behind `group:`, into `msg`. */
static int parse(const char *text, const struct of_names *names, struct of_msg *msg)
{
	bool is_group = text_starts(text, "group:");

	of_msg_init(msg, OF13, is_group ? OFPT_GROUP_MOD : OFPT_FLOW_MOD, 0);
	why[0] = '\0';
	if (is_group)
		return of_group_parse(text + strlen("group:"), OFPGC_ADD, names, &arena,
				      &msg->group_mod, why, sizeof(why));
	return of_flow_parse(text, OFPFC_ADD, names, &arena, &msg->flow_mod, why, sizeof(why));
}

static void pack(struct of_msg *msg, struct wbuf *b)
{
	msg->xid = 0;
	b->len = 0;
	assert_int_equal(of_msg_pack(msg, b), 0);
}

static void a_text_makes_the_bytes_that_ovs_ofctl_makes(void **state)
{
	struct wbuf a = wbuf_init(65536), b = wbuf_init(65536);

	for (size_t i = 0; i < N_VECTORS; i++) {
		const struct text_vector *v = &text_vectors[i];
		uint8_t bytes[2048];
		size_t len = hex_read(v->hex, bytes, sizeof(bytes));

		of_arena_reset(&arena);
		if (parse(v->text, NULL, &ours) != 0)
			fail_msg("%s: %s", v->text, why);
		assert_int_equal(of_msg_unpack(bytes, len, &arena, &theirs), OF_OK);
		pack(&ours, &a);
		pack(&theirs, &b); /* brings the fields into our order */
		if (a.len != b.len || memcmp(a.data, b.data, a.len) != 0)
			fail_msg("%s: other bytes than ovs-ofctl's", v->text);
	}
	wbuf_free(&a);
	wbuf_free(&b);
}

static void what_is_printed_reads_back_the_same(void **state)
{
	struct wbuf a = wbuf_init(65536), b = wbuf_init(65536);
	struct text t = {0};

	for (size_t i = 0; i < N_VECTORS; i++) {
		const struct text_vector *v = &text_vectors[i];

		if (text_starts(v->text, "group:"))
			continue;
		of_arena_reset(&arena);
		assert_int_equal(parse(v->text, NULL, &ours), 0);
		text_free(&t);
		of_flow_text(&ours.flow_mod, NULL, &t);
		assert_string_equal(text_get(&t), v->printed);
		if (parse(text_get(&t), NULL, &theirs) != 0)
			fail_msg("%s: %s", text_get(&t), why);
		pack(&ours, &a);
		pack(&theirs, &b);
		assert_int_equal(a.len, b.len);
		assert_memory_equal(a.data, b.data, a.len);
	}
	text_free(&t);
	wbuf_free(&a);
	wbuf_free(&b);
}

static const char *name_of(void *context, uint32_t port_no)
{
	return port_no == 7 ? "vm1" : port_no == 8 ? "all" : port_no == 9 ? "12" : NULL;
}

static int number_of(void *context, const char *name, uint32_t *port_no)
{
	if (strcmp(name, "vm1") != 0)
		return -ENOENT;
	*port_no = 7;
	return 0;
}

static const struct of_names names = {.port_name = name_of, .port_number = number_of};

static void ports_have_names(void **state)
{
	struct text t = {0};

	of_arena_reset(&arena);
	assert_int_equal(parse("in_port=vm1,actions=vm1,output:vm1,output:8,9", &names, &ours), 0);
	assert_int_equal(of_match_get_u64(&ours.flow_mod.match, OF_FIELD_IN_PORT, 0), 7);
	of_flow_text(&ours.flow_mod, &names, &t);
	/* Names that would be read as something else are not used. */
	assert_string_equal(text_get(&t), "table=0,priority=32768,in_port=vm1 "
					  "actions=output:vm1,output:vm1,output:8,output:9");
	text_free(&t);
	assert_int_equal(parse("in_port=vm2,actions=drop", &names, &ours), -EINVAL);
	assert_non_null(strstr(why, "vm2"));
}

static void a_dumped_line_can_be_added_again(void **state)
{
	of_arena_reset(&arena);
	assert_int_equal(parse(" cookie=0x5, duration=1.2s, table=3, n_packets=7, n_bytes=8, "
			       "idle_timeout=60, send_flow_rem priority=7,tcp,tp_dst=80 "
			       "actions=output:2",
			       NULL, &ours),
			 0);
	assert_int_equal(ours.flow_mod.table_id, 3);
	assert_int_equal(ours.flow_mod.cookie, 5);
	assert_int_equal(ours.flow_mod.idle_timeout, 60);
	assert_int_equal(ours.flow_mod.flags, OFPFF_SEND_FLOW_REM);
}

static void a_filter_knows_tables_cookies_and_outputs(void **state)
{
	struct of_flow_stats_request filter;

	assert_int_equal(of_flow_filter_parse("table=3,cookie=5/0xf,out_port=2,out_group=4,ip",
					      NULL, &filter, why, sizeof(why)),
			 0);
	assert_int_equal(filter.table_id, 3);
	assert_int_equal(filter.cookie, 5);
	assert_int_equal(filter.cookie_mask, 0xf);
	assert_int_equal(filter.out_port, 2);
	assert_int_equal(filter.out_group, 4);
	assert_int_equal(filter.match.n, 1);
	assert_int_equal(of_flow_filter_parse("", NULL, &filter, why, sizeof(why)), 0);
	assert_int_equal(filter.table_id, OFPTT_ALL);
	assert_int_equal(of_flow_filter_parse("cookie=7/-1", NULL, &filter, why, sizeof(why)), 0);
	assert_true(filter.cookie_mask == UINT64_MAX);
}

static void a_delete_means_all_tables_and_takes_no_actions(void **state)
{
	struct of_flow_mod flow;

	assert_int_equal(
		of_flow_parse("ip,out_port=3", OFPFC_DELETE, NULL, &arena, &flow, why, sizeof(why)),
		0);
	assert_int_equal(flow.table_id, OFPTT_ALL);
	assert_int_equal(flow.out_port, 3);
	assert_int_equal(flow.out_group, OFPG_ANY);
	assert_int_equal(of_flow_parse("ip,actions=drop", OFPFC_DELETE, NULL, &arena, &flow, why,
				       sizeof(why)),
			 -EINVAL);
}

static void a_mistake_is_named_in_one_sentence(void **state)
{
	static const struct {
		const char *text;
		const char *names; /* what the sentence has to contain */
	} rows[] = {
		{"priority=70000,actions=drop", "priority=70000"},
		{"in_port=1", "actions"},
		{"foo=1,actions=drop", "\"foo\""},
		{"bar,actions=drop", "\"bar\""},
		{"in_port=1,in_port=2,actions=drop", "in_port"},
		{"tp_dst=80,actions=drop", "tp_dst"},
		{"tcp_dst=80,actions=drop", "add tcp"},
		{"arp_spa=10.0.0.1,actions=drop", "add arp"},
		{"ip,nw_src=10.0.0.300,actions=drop", "10.0.0.300"},
		{"ip,nw_src=10.0.0.1/33,actions=drop", "/33"},
		{"ipv6,ipv6_src=::g,actions=drop", "::g"},
		{"dl_src=00:11:22:33:44,actions=drop", "00:11:22:33:44"},
		{"dl_vlan=5000,actions=drop", "5000"},
		{"ip,tcp6,actions=drop", "contradicts"},
		{"in_port=1/3,actions=drop", "1/3"},
		{"ip,nw_tos=3,actions=drop", "nw_tos"},
		{"out_port=3,actions=drop", "out_port"},
		{"actions=output:1,drop", "drop"},
		{"actions=outputt:1", "outputt"},
		{"actions=output:0", "0"},
		{"actions=goto_table:255", "255"},
		{"actions=goto_table:1,goto_table:2", "goto_table"},
		{"actions=write_actions(output:1", "parentheses"},
		{"actions=push_vlan:0x800", "0x8100"},
		{"actions=set_field:1->foo", "foo"},
		{"actions=set_field:1", "set_field"},
		{"actions=set_field:1->in_phy_port", "in_phy_port"},
		{"actions=mod_tp_dst:5", "mod_tp_dst"},
		{"actions=mod_vlan_vid:4096", "4096"},
		{"actions=group:x", "group"},
		{"actions=pop_vlan:3", "pop_vlan"},
		{"group:type=all,bucket=output:1", "group_id"},
		{"group:group_id=1,type=foo", "foo"},
		{"group:group_id=1,type=indirect", "indirect"},
		{"group:group_id=1,type=ff,bucket=output:1", "watch"},
		{"group:group_id=1,type=all,bucket=foo:1", "foo"},
		{"group:group_id=1,x=3", "\"x\""},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		of_arena_reset(&arena);
		if (parse(rows[i].text, NULL, &ours) != -EINVAL)
			fail_msg("%s was accepted", rows[i].text);
		if (strstr(why, rows[i].names) == NULL)
			fail_msg("%s: \"%s\" does not name %s", rows[i].text, why, rows[i].names);
		if (strchr(why, '\n') != NULL)
			fail_msg("%s: more than one line", rows[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_text_makes_the_bytes_that_ovs_ofctl_makes),
		cmocka_unit_test(what_is_printed_reads_back_the_same),
		cmocka_unit_test(ports_have_names),
		cmocka_unit_test(a_dumped_line_can_be_added_again),
		cmocka_unit_test(a_filter_knows_tables_cookies_and_outputs),
		cmocka_unit_test(a_delete_means_all_tables_and_takes_no_actions),
		cmocka_unit_test(a_mistake_is_named_in_one_sentence),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
