// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "datapath/pmd/parse.h"
#include "tests/unit/pmd/frame.h"

#define ETH "020000000002 020000000001 "
#define IP4(proto) "45b8 0024 0001 0000 40" proto " 0000 0a000001 0b000002 "
#define IP6(next)                                                                                  \
	"6b812345 0010 " next                                                                      \
	" 3f 20010db8000000000000000000000001 20010db8000000000000000000000002 "
#define UDP "1234 0035 0010 0000 0102030405060708 "

static struct flow_key key;
static struct frame_layout layout;

static void parse(const char *hex, enum flow_depth depth)
{
	static struct test_frame f;

	test_frame_init(&f);
	test_frame_hex(&f, hex);
	memset(&key, 0xee, sizeof(key));
	frame_parse(&f.m, depth, FRAME_ALL_WORDS, &key, &layout);
}

static uint16_t be16(uint16_t v)
{
	return __builtin_bswap16(v);
}

static void test_udp_over_ipv4(void **state)
{
	parse(ETH "0800 " IP4("11") UDP, FLOW_DEPTH_L4);
	assert_int_equal(key.eth_type_be, be16(0x0800));
	assert_int_equal(key.vlan_tci_be, 0);
	assert_int_equal(key.ip_proto, 17);
	assert_int_equal(key.ip_tos, 0xb8);
	assert_int_equal(key.ip_ttl, 64);
	assert_int_equal(key.ip_frag, 0);
	assert_int_equal(__builtin_bswap32(key.ipv4_src_be), 0x0a000001);
	assert_int_equal(__builtin_bswap32(key.ipv4_dst_be), 0x0b000002);
	assert_int_equal(be16(key.l4_src_be), 0x1234);
	assert_int_equal(be16(key.l4_dst_be), 53);
	assert_int_equal(layout.l3, 14);
	assert_int_equal(layout.l4, 34);
}

static void test_depth_bounds_the_work(void **state)
{
	parse(ETH "0800 " IP4("11") UDP, FLOW_DEPTH_L2);
	assert_int_equal(layout.l3, 0);
	parse(ETH "0800 " IP4("11") UDP, FLOW_DEPTH_L3);
	assert_int_equal(layout.l3, 14);
	assert_int_equal(layout.l4, 0);
	assert_int_equal(key.l4_dst_be, 0);
}

static void test_tags(void **state)
{
	parse(ETH "8100 a00a 0800 " IP4("11") UDP, FLOW_DEPTH_L4);
	assert_int_equal(be16(key.vlan_tci_be), 0xb00a);
	assert_int_equal(key.eth_type_be, be16(0x0800));
	assert_int_equal(layout.n_tags, 1);
	assert_int_equal(layout.l3, 18);
	parse(ETH "88a8 0014 8100 000a 0800 " IP4("11") UDP, FLOW_DEPTH_L4);
	assert_int_equal(be16(key.vlan_tci_be), 0x1014);
	assert_int_equal(layout.n_tags, 2);
	assert_int_equal(layout.l3, 22);
	assert_int_equal(be16(key.l4_dst_be), 53);
	/* A tag that is cut off is not there. */
	parse(ETH "8100 0a", FLOW_DEPTH_L4);
	assert_int_equal(key.vlan_tci_be, 0);
	assert_int_equal(key.eth_type_be, be16(0x8100));
}

static void test_802_3_frames(void **state)
{
	parse(ETH "0010 4242 03 00000000000000", FLOW_DEPTH_L4);
	assert_int_equal(key.eth_type_be, be16(0x05ff));
	parse(ETH "0024 aaaa03 000000 0806 0001080006040001", FLOW_DEPTH_L4);
	assert_int_equal(key.eth_type_be, be16(0x0806));
}

static void test_arp(void **state)
{
	parse(ETH "0806 0001 0800 06 04 0002 0a0b0c0d0e0f 01020304 1a1b1c1d1e1f 05060708",
	      FLOW_DEPTH_L3);
	assert_int_equal(be16(key.arp_op_be), 2);
	assert_int_equal(key.arp_sha[5], 0x0f);
	assert_int_equal(key.arp_tha[0], 0x1a);
	assert_int_equal(__builtin_bswap32(key.ipv4_src_be), 0x01020304);
	assert_int_equal(__builtin_bswap32(key.ipv4_dst_be), 0x05060708);
	assert_int_equal(layout.l3, 14);
}

static void test_ipv6_and_its_extension_headers(void **state)
{
	parse(ETH "86dd " IP6("11") UDP, FLOW_DEPTH_L4);
	assert_int_equal(key.ip_proto, 17);
	assert_int_equal(key.ip_tos, 0xb8);
	assert_int_equal(__builtin_bswap32(key.ipv6_flabel_be), 0x12345);
	assert_int_equal(key.ipv6_dst[15], 2);
	assert_int_equal(layout.l4, 54);
	parse(ETH "86dd 60000000 0018 00 40 20010db8000000000000000000000001"
		  "20010db8000000000000000000000002 1100 010400000000 " UDP,
	      FLOW_DEPTH_L4);
	assert_int_equal(key.ip_proto, 17);
	assert_int_equal(layout.l4, 62);
	assert_int_equal(be16(key.l4_dst_be), 53);
	/* A later fragment has no ports. */
	parse(ETH "86dd 60000000 0018 2c 40 20010db8000000000000000000000001"
		  "20010db8000000000000000000000002 1100 00f1 00000001 " UDP,
	      FLOW_DEPTH_L4);
	assert_int_equal(key.ip_frag, FLOW_FRAG_ANY | FLOW_FRAG_LATER);
	assert_int_equal(key.ip_proto, 17);
	assert_int_equal(layout.l4, 0);
}

static void test_neighbor_discovery(void **state)
{
	parse(ETH "86dd 60000000 0020 3a ff 20010db8000000000000000000000001"
		  "20010db8000000000000000000000002"
		  "8700 0000 00000000 20010db80000000000000000000000ff 0101 020304050607",
	      FLOW_DEPTH_L4);
	assert_int_equal(be16(key.l4_src_be), 135);
	assert_int_equal(key.nd_target[15], 0xff);
	assert_int_equal(key.nd_sll[0], 2);
	assert_int_equal(key.nd_tll[0], 0);
}

static void test_ipv4_fragments(void **state)
{
	parse(ETH "0800 4500 0024 0001 2000 4011 0000 0a000001 0b000002 " UDP, FLOW_DEPTH_L4);
	assert_int_equal(key.ip_frag, FLOW_FRAG_ANY);
	assert_int_equal(be16(key.l4_dst_be), 53);
	parse(ETH "0800 4500 0024 0001 0010 4011 0000 0a000001 0b000002 " UDP, FLOW_DEPTH_L4);
	assert_int_equal(key.ip_frag, FLOW_FRAG_ANY | FLOW_FRAG_LATER);
	assert_int_equal(key.l4_dst_be, 0);
	assert_int_equal(layout.l4, 0);
}

static void test_headers_that_do_not_fit_give_no_fields(void **state)
{
	static const char *const frames[] = {
		ETH "0800 ",
		ETH "0800 45b8 0024",
		/* version, header length, total length that lie */
		ETH "0800 55b8 0024 0001 0000 4011 0000 0a000001 0b000002 " UDP,
		ETH "0800 44b8 0024 0001 0000 4011 0000 0a000001 0b000002 " UDP,
		ETH "0800 4fb8 0024 0001 0000 4011 0000 0a000001 0b000002 " UDP,
		ETH "0800 45b8 ffff 0001 0000 4011 0000 0a000001 0b000002 " UDP,
		ETH "0800 45b8 0010 0001 0000 4011 0000 0a000001 0b000002 " UDP,
		ETH "86dd 60000000 ffff 11 40 20010db8000000000000000000000001"
		    "20010db8000000000000000000000002 " UDP,
		ETH "0806 0001 0800 08 04 0002 0a0b0c0d0e0f 01020304 1a1b1c1d1e1f 05060708",
	};

	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		parse(frames[i], FLOW_DEPTH_L4);
		assert_int_equal(layout.l3, 0);
		assert_int_equal(layout.l4, 0);
		assert_int_equal(key.ip_proto, 0);
		assert_int_equal(key.ipv4_src_be, 0);
		assert_int_equal(key.l4_dst_be, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_udp_over_ipv4),
		cmocka_unit_test(test_depth_bounds_the_work),
		cmocka_unit_test(test_tags),
		cmocka_unit_test(test_802_3_frames),
		cmocka_unit_test(test_arp),
		cmocka_unit_test(test_ipv6_and_its_extension_headers),
		cmocka_unit_test(test_neighbor_discovery),
		cmocka_unit_test(test_ipv4_fragments),
		cmocka_unit_test(test_headers_that_do_not_fit_give_no_fields),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
