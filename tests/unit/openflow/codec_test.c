// SPDX-License-Identifier: Apache-2.0
#include "openflow/msg.h"

#include "tests/unit/openflow/hex.h"
#include "tests/unit/openflow/vectors.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#define N_VECTORS (sizeof(vectors) / sizeof(vectors[0]))

static struct of_arena arena;
static struct of_msg msg;
static uint8_t bytes[65536];

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

static void unpack_vector(const char *name)
{
	for (size_t i = 0; i < N_VECTORS; i++) {
		if (strcmp(vectors[i].name, name) != 0)
			continue;
		size_t len = hex_read(vectors[i].hex, bytes, sizeof(bytes));

		of_arena_reset(&arena);
		assert_int_equal(of_msg_unpack(bytes, len, &arena, &msg), OF_OK);
		return;
	}
	fail_msg("no vector %s", name);
}

/* Open vSwitch puts addresses in front of ip_proto; we write fields in the order of their numbers.
 */
static bool is_in_our_order(const char *name)
{
	return strcmp(name, "flow_removed") != 0;
}

static void every_vector_packs_to_the_bytes_it_came_from(void **state)
{
	struct wbuf b = wbuf_init(65536);

	for (size_t i = 0; i < N_VECTORS; i++) {
		size_t len = hex_read(vectors[i].hex, bytes, sizeof(bytes));
		enum of_err err;

		of_arena_reset(&arena);
		err = of_msg_unpack(bytes, len, &arena, &msg);
		if (err != OF_OK)
			fail_msg("%s: %s", vectors[i].name, of_err_name(err));
		b.len = 0;
		assert_int_equal(of_msg_pack(&msg, &b), 0);
		if (b.len != len)
			fail_msg("%s: %zu bytes instead of %zu", vectors[i].name, b.len, len);
		for (size_t k = 0; k < len && is_in_our_order(vectors[i].name); k++)
			if (b.data[k] != bytes[k])
				fail_msg("%s: byte %zu is %02x instead of %02x", vectors[i].name, k,
					 b.data[k], bytes[k]);
	}
	wbuf_free(&b);
}

/* Takes the replies apart and puts them together again, entry by entry. */
static void on_part(void *context, const uint8_t *part, size_t len)
{
	size_t *whole = context;

	assert_int_equal(len, *whole);
	/* Entries of flows have their fields in our order, all others are the same. */
	if (msg.multipart_reply.type != OFPMP_FLOW)
		assert_memory_equal(part, bytes, len);
	*whole = 0;
}

static void every_reply_is_written_as_it_was_read(void **state)
{
	static union of_multipart_entry entry;

	for (size_t i = 0; i < N_VECTORS; i++) {
		size_t len = hex_read(vectors[i].hex, bytes, sizeof(bytes));
		struct of_multipart_reader reader;
		struct of_multipart_writer w;

		of_arena_reset(&arena);
		assert_int_equal(of_msg_unpack(bytes, len, &arena, &msg), OF_OK);
		if (msg.type != OFPT_MULTIPART_REPLY)
			continue;
		reader = of_multipart_reader_init(OF13, &msg.multipart_reply);
		of_multipart_writer_init(&w, OF13, msg.xid, msg.multipart_reply.type, on_part,
					 &len);
		while (of_multipart_next(&reader, &arena, &entry) == 1)
			assert_int_equal(of_multipart_writer_add(&w, &entry), 0);
		assert_int_equal(of_multipart_writer_end(&w), 0);
		assert_int_equal(len, 0);
	}
}

static void every_vector_cut_short_is_refused_or_shorter(void **state)
{
	for (size_t i = 0; i < N_VECTORS; i++) {
		size_t len = hex_read(vectors[i].hex, bytes, sizeof(bytes));

		for (size_t cut = 0; cut < len; cut++) {
			uint8_t *exact = malloc(cut + 1);

			memcpy(exact, bytes, cut);
			if (cut >= 4) {
				exact[2] = (uint8_t)(cut >> 8);
				exact[3] = (uint8_t)cut;
			}
			of_arena_reset(&arena);
			(void)of_msg_unpack(exact, cut, &arena, &msg);
			free(exact);
		}
	}
}

static void text_of(struct text *t)
{
	text_free(t);
	of_msg_text(&msg, t);
}

static void every_vector_has_a_text(void **state)
{
	struct text t = {0};

	for (size_t i = 0; i < N_VECTORS; i++) {
		size_t len = hex_read(vectors[i].hex, bytes, sizeof(bytes));

		of_arena_reset(&arena);
		assert_int_equal(of_msg_unpack(bytes, len, &arena, &msg), OF_OK);
		text_of(&t);
		assert_non_null(strstr(text_get(&t), of_msg_type_name(msg.type)));
	}
	text_free(&t);
}

static void a_flow_mod_has_what_its_sender_said(void **state)
{
	const struct of_flow_mod *flow = &msg.flow_mod;
	const struct of_instruction *apply;

	unpack_vector("flow_mod every instruction and action");
	assert_int_equal(msg.xid, 0x11223344);
	assert_int_equal(flow->cookie, 0x1122);
	assert_int_equal(flow->table_id, 3);
	assert_int_equal(flow->priority, 100);
	assert_int_equal(flow->flags, OFPFF_SEND_FLOW_REM);
	assert_int_equal(of_match_get_u64(&flow->match, OF_FIELD_IN_PORT, 0), 1);
	assert_int_equal(of_match_get_u64(&flow->match, OF_FIELD_VLAN_VID, 0), 0x100a);
	assert_true(of_match_find(&flow->match, OF_FIELD_IPV4_SRC)->masked);
	apply = of_instructions_find(&flow->instructions, OF_INSTRUCTION_APPLY_ACTIONS);
	assert_int_equal(apply->actions.n, 23);
	assert_int_equal(apply->actions.a[21].output.port, OFPP_CONTROLLER);
	assert_int_equal(apply->actions.a[21].output.max_len, 128);
	assert_true(of_instructions_output_to(&flow->instructions, OFPP_NORMAL));
	assert_false(of_instructions_output_to(&flow->instructions, 3));
	assert_true(of_instructions_group_to(&flow->instructions, 7));
}

static void a_packet_in_of_open_vswitch_is_understood(void **state)
{
	unpack_vector("packet_in");
	assert_int_equal(msg.packet_in.buffer_id, OFP_NO_BUFFER);
	assert_int_equal(msg.packet_in.total_len, 60);
	assert_int_equal(msg.packet_in.data_len, 60);
	assert_int_equal(of_match_get_u64(&msg.packet_in.match, OF_FIELD_IN_PORT, 0), 1);
}

static void flow_entries_print_as_ovs_ofctl_prints_them(void **state)
{
	struct of_multipart_reader reader;
	union of_multipart_entry entry;
	struct text t = {0};

	unpack_vector("mp flow reply");
	reader = of_multipart_reader_init(OF13, &msg.multipart_reply);
	while (of_multipart_next(&reader, &arena, &entry) == 1) {
		entry.flow.duration_s = 1;
		entry.flow.duration_ns = 200000000;
		of_flow_stats_text(&entry.flow, NULL, &t);
		text_add(&t, "\n");
	}
	assert_string_equal(
		text_get(&t),
		"cookie=0x0, duration=1.2s, table=0, n_packets=0, n_bytes=0, "
		"priority=100,in_port=1,dl_vlan=10 actions=pop_vlan,output:2\n"
		"cookie=0x5, duration=1.2s, table=0, n_packets=0, n_bytes=0, idle_timeout=60, "
		"send_flow_rem priority=7,tcp,nw_src=10.0.0.0/8,tp_dst=80 "
		"actions=push_vlan:0x8100,set_field:4106->vlan_vid,"
		"set_field:00:00:00:00:00:01->eth_dst,CONTROLLER:128\n"
		"cookie=0x0, duration=1.2s, table=1, n_packets=0, n_bytes=0, "
		"icmp6,icmp_type=135,nd_target=fe80::/16 "
		"actions=write_actions(group:1,output:2),write_metadata:0x5/0xff,goto_table:2\n");
	text_free(&t);
}

static void group_entries_print_as_ovs_ofctl_prints_them(void **state)
{
	struct of_multipart_reader reader;
	union of_multipart_entry entry;
	struct text t = {0};

	unpack_vector("mp group_desc reply");
	reader = of_multipart_reader_init(OF13, &msg.multipart_reply);
	assert_int_equal(of_multipart_next(&reader, &arena, &entry), 1);
	of_multipart_entry_text(OFPMP_GROUP_DESC, &entry, NULL, &t);
	assert_string_equal(text_get(&t),
			    " group_id=1,type=select,bucket=weight:5,actions=output:1,"
			    "bucket=weight:6,actions=push_vlan:0x8100,set_field:3->vlan_pcp,"
			    "output:2");
	assert_int_equal(of_multipart_next(&reader, &arena, &entry), 0);
	text_free(&t);
}

static void the_hello_decides_on_the_highest_common_version(void **state)
{
	struct of_hello peer = {.wire_version = OF15,
				.versions = OF_VERSION_BIT(OF13) | OF_VERSION_BIT(OF15)};
	uint32_t ours = OF_VERSION_BIT(OF13) | OF_VERSION_BIT(OF14);

	assert_int_equal(of_hello_negotiate(ours, &peer), OF13);
	peer.versions = 0; /* no bitmap: the smaller of the highest */
	assert_int_equal(of_hello_negotiate(ours, &peer), OF14);
	peer.wire_version = OF13;
	assert_int_equal(of_hello_negotiate(ours, &peer), OF13);
	peer.wire_version = OF10;
	assert_int_equal(of_hello_negotiate(ours, &peer), 0);
	peer.versions = OF_VERSION_BIT(OF10);
	assert_int_equal(of_hello_negotiate(ours, &peer), 0);
}

static void errors_keep_type_and_code(void **state)
{
	assert_int_not_equal(OFPHFC_INCOMPATIBLE, OF_OK);
	assert_int_equal(of_err_type(OFPHFC_INCOMPATIBLE), 0);
	assert_int_equal(of_err_type(OFPBMC_BAD_PREREQ), 4);
	assert_int_equal(of_err_code(OFPBMC_BAD_PREREQ), 9);
	assert_int_equal(of_err_make(4, 9), OFPBMC_BAD_PREREQ);
	assert_int_equal(of_err_type(of_err_make(0xffff, 3)), 0xffff);
	assert_string_equal(of_err_name(OFPMMFC_OUT_OF_BANDS), "OFPMMFC_OUT_OF_BANDS");
	assert_string_equal(of_err_name(of_err_make(99, 99)), "unknown error");
}

static void an_arena_never_gives_more_than_its_limit(void **state)
{
	struct of_arena small = of_arena_init(100000);
	size_t got = 0;

	for (int round = 0; round < 2; round++) {
		got = 0;
		while (of_arena_alloc(&small, 1000) != NULL)
			got += 1000;
		assert_true(got <= 100000);
		assert_true(got >= 90000);
		of_arena_reset(&small);
	}
	assert_null(of_arena_alloc(&small, SIZE_MAX));
	of_arena_free(&small);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_vector_packs_to_the_bytes_it_came_from),
		cmocka_unit_test(every_reply_is_written_as_it_was_read),
		cmocka_unit_test(every_vector_cut_short_is_refused_or_shorter),
		cmocka_unit_test(every_vector_has_a_text),
		cmocka_unit_test(a_flow_mod_has_what_its_sender_said),
		cmocka_unit_test(a_packet_in_of_open_vswitch_is_understood),
		cmocka_unit_test(flow_entries_print_as_ovs_ofctl_prints_them),
		cmocka_unit_test(group_entries_print_as_ovs_ofctl_prints_them),
		cmocka_unit_test(the_hello_decides_on_the_highest_common_version),
		cmocka_unit_test(errors_keep_type_and_code),
		cmocka_unit_test(an_arena_never_gives_more_than_its_limit),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, setup, teardown);
}
