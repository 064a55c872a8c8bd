// SPDX-License-Identifier: Apache-2.0
/* Header changes: the bytes are where they belong and every checksum is right afterwards. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "datapath/pmd/edit.h"
#include "tests/unit/pmd/frame.h"

#define ETH "020000000002 020000000001 "
#define SRC6 "20010db8000000000000000000000001 "
#define DST6 "20010db8000000000000000000000002 "
#define UDP "1234 0035 0010 0000 0102030405060708 "
#define TCP "1234 0050 00000001 00000002 5010 1000 0000 0000 0a0b0c0d0e "

static const struct {
	const char *name, *hex;
	uint16_t l3;
} frames[] = {
	{"udp4", ETH "0800 4500 0024 0001 0000 4011 0000 0a000001 0b000002 " UDP, 14},
	{"tcp4, odd size", ETH "0800 4500 002d 0001 0000 4006 0000 0a000001 0b000002 " TCP, 14},
	{"icmp4",
	 ETH "0800 4500 001e 0001 0000 4001 0000 0a000001 0b000002 0800 0000 0001 0002 abcd", 14},
	{"udp6", ETH "86dd 60000000 0010 11 40 " SRC6 DST6 UDP, 14},
	{"tcp6", ETH "86dd 60000000 0019 06 40 " SRC6 DST6 TCP, 14},
	{"ns6",
	 ETH "86dd 60000000 0020 3a ff " SRC6 DST6
	     "8700 0000 00000000 20010db80000000000000000000000ff 0101 020304050607",
	 14},
	{"tagged udp4", ETH "8100 a00a 0800 4500 0024 0001 0000 4011 0000 0a000001 0b000002 " UDP,
	 18},
	{"double-tagged tcp4",
	 ETH "88a8 0014 8100 000a 0800 4500 002d 0001 0000 4006 0000 0a000001 0b000002 " TCP, 22},
};

static struct test_frame frame;
static struct flow_key key;
static struct frame_layout layout;

static void take(size_t i)
{
	test_frame_init(&frame);
	test_frame_hex(&frame, frames[i].hex);
	test_frame_fill_checksums(&frame, frames[i].l3);
	assert_true(test_frame_checksums_right(&frame, frames[i].l3));
	memset(&key, 0, sizeof(key));
	frame_parse(&frame.m, FLOW_DEPTH_L2, FRAME_ALL_WORDS, &key, &layout);
}

static void test_every_field_keeps_checksums_right(void **state)
{
	unsigned int changed = 0;

	srand(1);
	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		for (int field = FLOW_ETH_DST; field < FLOW_TUNNEL_ID; field++) {
			/* Another type or protocol makes another frame. */
			if (field == FLOW_ETH_TYPE || field == FLOW_IP_PROTO)
				continue;
			for (int round = 0; round < 50; round++) {
				struct flow_field_place place =
					flow_field_place((enum flow_field)field);
				uint8_t value[16], mask[16];
				struct flow_key again = {0};
				struct frame_layout there;

				take(i);
				for (int b = 0; b < 16; b++) {
					value[b] = (uint8_t)rand();
					mask[b] = round % 2 ? 0xff : (uint8_t)rand();
				}
				if (field == FLOW_VLAN_TCI) {
					/* A key always says "present" here. */
					mask[0] &= 0xef;
				}
				if (field == FLOW_IPV6_FLABEL) {
					mask[0] = 0;
					mask[1] &= 0x0f;
				}
				if (field == FLOW_L4_SRC || field == FLOW_L4_DST) {
					frame_parse(&frame.m, FLOW_DEPTH_L4, FRAME_ALL_WORDS, &key,
						    &layout);
					if (key.ip_proto == 1 || key.ip_proto == 58)
						mask[0] = 0;
					/* Another ICMPv6 type makes other fields. */
					if (key.ip_proto == 58 && field == FLOW_L4_SRC)
						continue;
				}
				if (!edit_set_field(&frame.m, &key, &layout, (enum flow_field)field,
						    value, mask))
					continue;
				changed++;
				assert_true(test_frame_checksums_right(&frame, frames[i].l3));
				/* What the frame says now is what the key says. */
				frame_parse(&frame.m, FLOW_DEPTH_L4, FRAME_ALL_WORDS, &again,
					    &there);
				assert_memory_equal((uint8_t *)&again + place.offset,
						    (uint8_t *)&key + place.offset, place.size);
			}
		}
	}
	assert_in_range(changed, 1000, 100000);
}

static void test_fields_that_a_frame_lacks_are_refused(void **state)
{
	static const uint8_t value[16], mask[16] = {0xef, 0xff, 0xff, 0xff};

	take(0);
	assert_false(edit_set_field(&frame.m, &key, &layout, FLOW_VLAN_TCI, value, mask));
	assert_false(edit_set_field(&frame.m, &key, &layout, FLOW_IPV6_SRC, value, mask));
	assert_false(edit_set_field(&frame.m, &key, &layout, FLOW_ARP_OP, value, mask));
	assert_false(edit_set_field(&frame.m, &key, &layout, FLOW_ND_TARGET, value, mask));
	assert_true(test_frame_checksums_right(&frame, 14));
}

static void test_a_udp_checksum_of_zero_stays(void **state)
{
	static const uint8_t value[4] = {192, 0, 2, 1}, mask[4] = {255, 255, 255, 255};

	take(0);
	memset(test_frame_bytes(&frame) + 14 + 20 + 6, 0, 2);
	assert_true(edit_set_field(&frame.m, &key, &layout, FLOW_IPV4_DST, value, mask));
	assert_int_equal(test_frame_bytes(&frame)[14 + 20 + 6], 0);
	assert_int_equal(test_frame_bytes(&frame)[14 + 20 + 7], 0);
	assert_true(test_frame_checksums_right(&frame, 14));
}

/* The sum of the pseudo header of a frame of ours, folded, not complemented. */
static uint16_t pseudo_sum(const uint8_t *ip)
{
	uint32_t s = 0;
	uint16_t size = (uint16_t)((ip[2] << 8 | ip[3]) - 20);

	for (int i = 12; i < 20; i += 2)
		s += (uint32_t)ip[i] << 8 | ip[i + 1];
	s += ip[9] + size;
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return (uint16_t)s;
}

static void test_a_checksum_left_to_the_device_stays_a_pseudo_sum(void **state)
{
	static const uint8_t value[4] = {192, 0, 2, 1}, mask[4] = {255, 255, 255, 255};
	static const uint8_t port[2] = {0x1f, 0x90};
	uint8_t *ip, *checksum;
	uint16_t sum;

	take(1);
	ip = test_frame_bytes(&frame) + 14;
	checksum = ip + 20 + 16;
	sum = pseudo_sum(ip);
	checksum[0] = (uint8_t)(sum >> 8);
	checksum[1] = (uint8_t)sum;
	frame.m.ol_flags = RTE_MBUF_F_TX_TCP_CKSUM | RTE_MBUF_F_TX_IPV4;
	assert_true(edit_set_field(&frame.m, &key, &layout, FLOW_IPV4_SRC, value, mask));
	assert_true(edit_set_field(&frame.m, &key, &layout, FLOW_L4_DST, port, mask));
	sum = pseudo_sum(ip);
	assert_int_equal(checksum[0] << 8 | checksum[1], sum);
}

static void test_tags_come_and_go(void **state)
{
	uint8_t before[64];

	take(0);
	memcpy(before, test_frame_bytes(&frame), 50);
	frame.m.ol_flags = RTE_MBUF_F_TX_UDP_CKSUM;
	frame.m.l2_len = 14;
	assert_true(edit_push_vlan(&frame.m, 0x88a8, 0xa014));
	assert_int_equal(frame.m.pkt_len, 54);
	assert_int_equal(frame.m.l2_len, 18);
	assert_memory_equal(test_frame_bytes(&frame), before, 12);
	assert_memory_equal(test_frame_bytes(&frame) + 12, "\x88\xa8\xa0\x14\x08\x00", 6);
	assert_true(edit_set_vid(&frame.m, 0x123));
	assert_memory_equal(test_frame_bytes(&frame) + 14, "\xa1\x23", 2);
	assert_true(edit_pop_vlan(&frame.m));
	assert_memory_equal(test_frame_bytes(&frame), before, 50);
	assert_int_equal(frame.m.l2_len, 14);
	assert_false(edit_pop_vlan(&frame.m));
	assert_false(edit_set_vid(&frame.m, 1));
}

static void test_ttl_counts_down_to_one(void **state)
{
	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		int n = 0;

		take(i);
		while (edit_dec_ttl(&frame.m, &key, &layout) == EDIT_TTL_OK) {
			n++;
			assert_true(test_frame_checksums_right(&frame, frames[i].l3));
		}
		assert_int_equal(key.ip_ttl, 1);
		assert_in_range(n, 63, 254);
		assert_int_equal(edit_dec_ttl(&frame.m, &key, &layout), EDIT_TTL_EXPIRED);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_field_keeps_checksums_right),
		cmocka_unit_test(test_fields_that_a_frame_lacks_are_refused),
		cmocka_unit_test(test_a_udp_checksum_of_zero_stays),
		cmocka_unit_test(test_a_checksum_left_to_the_device_stays_a_pseudo_sum),
		cmocka_unit_test(test_tags_come_and_go),
		cmocka_unit_test(test_ttl_counts_down_to_one),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
