// SPDX-License-Identifier: Apache-2.0
/* Tags, shims and times to live: what the frame looks like before and after (1.3.5 §5.12). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "datapath/pmd/edit.h"
#include "tests/unit/pmd/frame.h"

#define ETH "020000000002 020000000001 "
/* IPv4 with TTL 64, its checksum right. */
#define IP4 "4500 0014 0001 0000 4000 66e7 0a000001 0a000002"

static struct test_frame frame;
static struct flow_key key;
static struct frame_layout layout;

static void take(const char *hex)
{
	test_frame_init(&frame);
	test_frame_hex(&frame, hex);
	memset(&key, 0, sizeof(key));
	frame_parse(&frame.m, FLOW_DEPTH_L2, FRAME_ALL_WORDS, &key, &layout);
}

static void frame_is(const char *hex)
{
	static struct test_frame wanted;

	test_frame_init(&wanted);
	test_frame_hex(&wanted, hex);
	assert_int_equal(frame.m.pkt_len, wanted.m.pkt_len);
	assert_memory_equal(test_frame_bytes(&frame), test_frame_bytes(&wanted), wanted.m.pkt_len);
}

static void read_again(void)
{
	frame_parse(&frame.m, FLOW_DEPTH_L4, FRAME_ALL_WORDS, &key, &layout);
}

static void test_a_label_is_pushed_below_tags_with_the_ttl_of_ip(void **state)
{
	take(ETH "8100 600a 0800 " IP4);
	assert_true(edit_push_mpls(&frame.m, &key, &layout, 0x8847));
	frame_is(ETH "8100 600a 8847 00000140 " IP4);
}

static void test_a_second_label_copies_the_first_without_its_bottom(void **state)
{
	take(ETH "8847 0001 0b 20 " IP4); /* label 16, TC 5, bottom */
	assert_true(edit_push_mpls(&frame.m, &key, &layout, 0x8848));
	frame_is(ETH "8848 0001 0a 20 0001 0b 20 " IP4);
	read_again();
	assert_true(edit_pop_mpls(&frame.m, &key, &layout, 0x8847));
	frame_is(ETH "8847 0001 0b 20 " IP4);
	read_again();
	assert_true(edit_pop_mpls(&frame.m, &key, &layout, 0x0800));
	frame_is(ETH "0800 " IP4);
	read_again();
	assert_false(edit_pop_mpls(&frame.m, &key, &layout, 0x0800));
}

static void test_a_label_on_what_is_not_ip_has_no_ttl(void **state)
{
	take(ETH "88b5 0102");
	assert_true(edit_push_mpls(&frame.m, &key, &layout, 0x8847));
	frame_is(ETH "8847 00000100 0102");
}

static void test_parts_of_a_label_are_set_one_by_one(void **state)
{
	static const uint8_t value[4] = {0x12, 0x34, 0x5a, 0x07};
	static const uint8_t label[4] = {0xff, 0xff, 0xf0, 0}, tc[4] = {0, 0, 0x0e, 0},
			     bos[4] = {0, 0, 1, 0}, ttl[4] = {0, 0, 0, 0xff};

	take(ETH "8847 0001 01 20 " IP4);
	assert_true(edit_set_field(&frame.m, &key, &layout, FLOW_MPLS_LSE, value, label));
	frame_is(ETH "8847 1234 51 20 " IP4);
	assert_true(edit_set_field(&frame.m, &key, &layout, FLOW_MPLS_LSE, value, tc));
	frame_is(ETH "8847 1234 5b 20 " IP4);
	assert_true(edit_set_field(&frame.m, &key, &layout, FLOW_MPLS_LSE, value, bos));
	frame_is(ETH "8847 1234 5a 20 " IP4);
	assert_true(edit_set_field(&frame.m, &key, &layout, FLOW_MPLS_LSE, value, ttl));
	frame_is(ETH "8847 1234 5a 07 " IP4);
}

static void test_a_backbone_header_goes_around_the_whole_frame(void **state)
{
	static const uint8_t value[4] = {0x01, 0xab, 0xcd, 0xef}, all[4] = {1, 255, 255, 255};

	take(ETH "8100 a00a 0800 " IP4);
	assert_true(edit_push_pbb(&frame.m, &key, &layout));
	/* I-PCP is the priority of the tag inside. */
	frame_is(ETH "88e7 a0000000 " ETH "8100 a00a 0800 " IP4);
	read_again();
	assert_true(edit_set_field(&frame.m, &key, &layout, FLOW_PBB, value, all));
	frame_is(ETH "88e7 a8abcdef " ETH "8100 a00a 0800 " IP4);
	assert_true(edit_push_vlan(&frame.m, 0x88a8, 5));
	read_again();
	assert_true(edit_pop_pbb(&frame.m, &key, &layout));
	frame_is(ETH "8100 a00a 0800 " IP4);
	read_again();
	assert_false(edit_pop_pbb(&frame.m, &key, &layout));
}

static void test_a_backbone_header_without_a_frame_inside_stays(void **state)
{
	take(ETH "88e7 00000001 0200");
	assert_false(edit_pop_pbb(&frame.m, &key, &layout));
	frame_is(ETH "88e7 00000001 0200");
}

static void test_ttl_is_copied_in_and_out(void **state)
{
	take(ETH "8847 0001 01 20 " IP4);
	assert_true(edit_copy_ttl(&frame.m, &key, &layout, true));
	frame_is(ETH "8847 0001 01 40 " IP4);
	take(ETH "8847 0001 01 20 " IP4);
	assert_true(edit_copy_ttl(&frame.m, &key, &layout, false));
	frame_is(ETH "8847 0001 01 20 4500 0014 0001 0000 2000 86e7 0a000001 0a000002");
	take(ETH "8847 0001 00 20 0001 01 05 " IP4);
	assert_true(edit_copy_ttl(&frame.m, &key, &layout, false));
	frame_is(ETH "8847 0001 00 20 0001 01 20 " IP4);
	/* IP in IP: 192.0.2.1 to 192.0.2.2 around the other. */
	take(ETH "0800 4500 0028 0001 0000 0904 2dce c0000201 c0000202 " IP4);
	assert_true(edit_copy_ttl(&frame.m, &key, &layout, false));
	frame_is(ETH "0800 4500 0028 0001 0000 0904 2dce c0000201 c0000202 "
		     "4500 0014 0001 0000 0900 9de7 0a000001 0a000002");
	take(ETH "0800 " IP4);
	assert_false(edit_copy_ttl(&frame.m, &key, &layout, true));
	take(ETH "8847 0001 01 20"); /* nothing below */
	assert_false(edit_copy_ttl(&frame.m, &key, &layout, true));
	assert_false(edit_copy_ttl(&frame.m, &key, &layout, false));
}

static void test_the_ttl_of_a_label_counts_down_to_one(void **state)
{
	take(ETH "8847 0001 01 03 " IP4);
	assert_int_equal(edit_dec_mpls_ttl(&frame.m, &key, &layout), EDIT_TTL_OK);
	assert_int_equal(edit_dec_mpls_ttl(&frame.m, &key, &layout), EDIT_TTL_OK);
	assert_int_equal(edit_dec_mpls_ttl(&frame.m, &key, &layout), EDIT_TTL_EXPIRED);
	frame_is(ETH "8847 0001 01 01 " IP4);
	/* The IP header below is not the outermost one. */
	assert_int_equal(edit_dec_ttl(&frame.m, &key, &layout), EDIT_TTL_NONE);
	take(ETH "0800 " IP4);
	assert_int_equal(edit_dec_mpls_ttl(&frame.m, &key, &layout), EDIT_TTL_NONE);
}

static void test_a_tag_comes_or_goes_by_its_present_bit(void **state)
{
	static const uint8_t vid5[2] = {0x10, 5}, care[2] = {0x1f, 0xff};
	static const uint8_t pcp3[2] = {0x70, 0}, care_pcp[2] = {0xf0, 0};
	static const uint8_t none[2] = {0, 0}, all[2] = {0xff, 0xff};

	take(ETH "0800 " IP4);
	assert_true(edit_set_field(&frame.m, &key, &layout, FLOW_VLAN_TCI, vid5, care));
	frame_is(ETH "8100 0005 0800 " IP4);
	assert_true(edit_set_field(&frame.m, &key, &layout, FLOW_VLAN_TCI, pcp3, care_pcp));
	frame_is(ETH "8100 6005 0800 " IP4);
	assert_true(edit_set_field(&frame.m, &key, &layout, FLOW_VLAN_TCI, none, all));
	frame_is(ETH "0800 " IP4);
	assert_true(edit_set_field(&frame.m, &key, &layout, FLOW_VLAN_TCI, none, all));
	frame_is(ETH "0800 " IP4);
	assert_int_equal(key.vlan_tci_be, 0);
}

static void test_an_sctp_checksum_is_made_anew(void **state)
{
	static const uint8_t port[2] = {0x00, 0x50}, all[2] = {0xff, 0xff};

	/* Ports 4096 to 80, tag 1, no chunks; the CRC32c of it all, least significant byte first.
	 */
	take(ETH
	     "0800 4500 0020 0001 0000 4084 0000 0a000001 0a000002 1000 1234 00000001 00000000");
	assert_true(edit_set_field(&frame.m, &key, &layout, FLOW_L4_DST, port, all));
	assert_memory_equal(test_frame_bytes(&frame) + 34, "\x10\x00\x00\x50\x00\x00\x00\x01", 8);
	assert_memory_equal(test_frame_bytes(&frame) + 42, "\xb0\xa8\x91\xae", 4);
}

static void test_bits_are_copied_between_fields(void **state)
{
	struct flow_bits from = {.field = FLOW_ETH_SRC, .offset = 0, .n_bits = 12};
	struct flow_bits to = {.field = FLOW_VLAN_TCI, .offset = 0, .n_bits = 12};
	struct flow_bits reg = {.field = FLOW_REG0 + 3, .offset = 4, .n_bits = 12};

	take("020000000002 020000000abc 8100 6001 0800 " IP4);
	assert_true(edit_copy_field(&frame.m, &key, &layout, &from, &to));
	frame_is("020000000002 020000000abc 8100 6abc 0800 " IP4);
	assert_true(edit_copy_field(&frame.m, &key, &layout, &to, &reg));
	assert_int_equal(key.reg[3], 0xabc0);
	from = (struct flow_bits){.field = FLOW_IPV6_SRC, .offset = 0, .n_bits = 12};
	assert_false(edit_copy_field(&frame.m, &key, &layout, &reg, &from));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_label_is_pushed_below_tags_with_the_ttl_of_ip),
		cmocka_unit_test(test_a_second_label_copies_the_first_without_its_bottom),
		cmocka_unit_test(test_a_label_on_what_is_not_ip_has_no_ttl),
		cmocka_unit_test(test_parts_of_a_label_are_set_one_by_one),
		cmocka_unit_test(test_a_backbone_header_goes_around_the_whole_frame),
		cmocka_unit_test(test_a_backbone_header_without_a_frame_inside_stays),
		cmocka_unit_test(test_ttl_is_copied_in_and_out),
		cmocka_unit_test(test_the_ttl_of_a_label_counts_down_to_one),
		cmocka_unit_test(test_a_tag_comes_or_goes_by_its_present_bit),
		cmocka_unit_test(test_an_sctp_checksum_is_made_anew),
		cmocka_unit_test(test_bits_are_copied_between_fields),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
