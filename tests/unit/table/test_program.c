// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "datapath/table/drop.h"
#include "datapath/table/program.h"

static void test_a_list_reads_back_as_it_was_built(void **state)
{
	static const uint8_t v6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 9};
	static const uint8_t all[16] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
					0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	struct group *group = (struct group *)0x1000;
	struct action_builder b = {0};
	struct action_list *list;
	const struct action *a;

	action_add(&b, ACTION_PUSH_VLAN, 0x88a8);
	action_add_set_field(&b, FLOW_IPV6_DST, v6, all);
	action_add_set_field(&b, FLOW_IP_TTL, v6, all);
	action_add_controller(&b, 128, 3);
	action_add_group(&b, group);
	for (int i = 0; i < 100; i++)
		action_add(&b, ACTION_OUTPUT, (uint32_t)i);
	list = action_build(&b);
	assert_non_null(list);
	a = action_first(list);
	assert_int_equal(a->op, ACTION_PUSH_VLAN);
	assert_int_equal(a->arg, 0x88a8);
	a = action_next(a);
	assert_int_equal(a->arg, FLOW_IPV6_DST);
	assert_memory_equal(action_value(a), v6, 16);
	assert_memory_equal(action_mask(a), all, 16);
	a = action_next(a);
	assert_int_equal(action_value(a)[0], 0x20);
	assert_int_equal(action_mask(a)[0], 0xff);
	a = action_next(a);
	assert_int_equal(a->reason, 3);
	a = action_next(a);
	assert_ptr_equal(action_group(a), group);
	for (int i = 0; i < 100; i++) {
		a = action_next(a);
		assert_int_equal(a->arg, i);
	}
	assert_ptr_equal(action_next(a), action_end(list));
	free(list);
}

static void test_an_empty_list_is_legal(void **state)
{
	struct action_builder b = {0};
	struct action_list *list = action_build(&b);

	assert_non_null(list);
	assert_ptr_equal(action_first(list), action_end(list));
	free(list);
}

static void test_every_field_has_its_place(void **state)
{
	for (int f = 0; f < FLOW_N_FIELDS; f++) {
		struct flow_field_place p = flow_field_place((enum flow_field)f);

		assert_in_range(p.size, 1, 16);
		assert_true(p.offset + p.size <= sizeof(struct flow_key));
	}
}

static void test_depth_follows_the_mask(void **state)
{
	struct flow_match m = {0};

	m.mask.eth_dst[0] = 1;
	m.mask.vlan_tci_be = 1;
	assert_int_equal(flow_match_depth(&m), FLOW_DEPTH_L2);
	m.mask.ipv6_src[15] = 1;
	assert_int_equal(flow_match_depth(&m), FLOW_DEPTH_L3);
	m.mask.l4_dst_be = 1;
	assert_int_equal(flow_match_depth(&m), FLOW_DEPTH_L4);
}

static void test_every_drop_reason_has_a_name_and_a_meaning(void **state)
{
	for (int i = 0; i < DROP_N_REASONS; i++) {
		assert_non_null(drop_text((enum drop_reason)i)->name);
		assert_non_null(drop_text((enum drop_reason)i)->meaning);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(drop_text((enum drop_reason)i)->name,
						drop_text((enum drop_reason)k)->name);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_list_reads_back_as_it_was_built),
		cmocka_unit_test(test_an_empty_list_is_legal),
		cmocka_unit_test(test_every_field_has_its_place),
		cmocka_unit_test(test_depth_follows_the_mask),
		cmocka_unit_test(test_every_drop_reason_has_a_name_and_a_meaning),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
