// SPDX-License-Identifier: Apache-2.0
#include "openflow/match.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void the_order_of_adding_does_not_matter(void **state)
{
	struct of_match a, b;

	of_match_init(&a);
	of_match_init(&b);
	assert_int_equal(of_match_add_u64(&a, OF_FIELD_IN_PORT, 3), OF_OK);
	assert_int_equal(of_match_add_u64(&a, OF_FIELD_ETH_TYPE, 0x800), OF_OK);
	assert_int_equal(of_match_add_u64(&b, OF_FIELD_ETH_TYPE, 0x800), OF_OK);
	assert_int_equal(of_match_add_u64(&b, OF_FIELD_IN_PORT, 3), OF_OK);
	assert_true(of_match_equal(&a, &b));
	assert_true(of_match_hash(&a) == of_match_hash(&b));
	of_match_remove(&b, OF_FIELD_IN_PORT);
	assert_false(of_match_equal(&a, &b));
	assert_true(of_match_hash(&a) != of_match_hash(&b));
}

static void a_full_mask_is_no_mask_and_an_empty_one_no_field(void **state)
{
	struct of_match a, b;

	of_match_init(&a);
	of_match_init(&b);
	assert_int_equal(of_match_add_u64_masked(&a, OF_FIELD_METADATA, 5, UINT64_MAX), OF_OK);
	assert_int_equal(of_match_add_u64(&b, OF_FIELD_METADATA, 5), OF_OK);
	assert_true(of_match_equal(&a, &b));
	assert_false(a.f[0].masked);
	assert_int_equal(of_match_add_u64_masked(&a, OF_FIELD_TUNNEL_ID, 0, 0), OF_OK);
	assert_null(of_match_find(&a, OF_FIELD_TUNNEL_ID));
	/* A mask of the field's 13 bits is a full one, whatever stands above them. */
	assert_int_equal(of_match_add_u64_masked(&a, OF_FIELD_VLAN_VID, 0x1005, 0xffff), OF_OK);
	assert_false(of_match_find(&a, OF_FIELD_VLAN_VID)->masked);
}

static void values_beyond_the_field_are_refused(void **state)
{
	struct of_match m;

	of_match_init(&m);
	assert_int_equal(of_match_add_u64(&m, OF_FIELD_VLAN_PCP, 8), OFPBMC_BAD_VALUE);
	assert_int_equal(of_match_add_u64(&m, OF_FIELD_IPV6_FLABEL, 0x100000), OFPBMC_BAD_VALUE);
	assert_int_equal(of_match_add_u64_masked(&m, OF_FIELD_METADATA, 3, 1),
			 OFPBMC_BAD_WILDCARDS);
	assert_int_equal(of_match_add_u64_masked(&m, OF_FIELD_ETH_TYPE, 0x800, 0xff00),
			 OFPBMC_BAD_MASK);
	assert_int_equal(of_match_add_u64(&m, (enum of_field)40, 0), OFPBMC_BAD_FIELD);
	assert_int_equal(of_match_add_u64(&m, OF_FIELD_IN_PORT, 1), OF_OK);
	assert_int_equal(of_match_add_u64(&m, OF_FIELD_IN_PORT, 1), OFPBMC_DUP_FIELD);
}

static void a_loose_filter_covers_what_is_narrower(void **state)
{
	struct of_match all, net, host, other;
	static const uint8_t ten[] = {10, 0, 0, 0}, mask[] = {255, 0, 0, 0};
	static const uint8_t one[] = {10, 0, 0, 1}, eleven[] = {11, 0, 0, 1};

	of_match_init(&all);
	of_match_init(&net);
	of_match_init(&host);
	of_match_init(&other);
	(void)of_match_add_u64(&net, OF_FIELD_ETH_TYPE, 0x800);
	(void)of_match_add_u64(&host, OF_FIELD_ETH_TYPE, 0x800);
	(void)of_match_add_u64(&other, OF_FIELD_ETH_TYPE, 0x800);
	assert_int_equal(of_match_add(&net, OF_FIELD_IPV4_SRC, ten, mask), OF_OK);
	assert_int_equal(of_match_add(&host, OF_FIELD_IPV4_SRC, one, NULL), OF_OK);
	assert_int_equal(of_match_add(&other, OF_FIELD_IPV4_SRC, eleven, NULL), OF_OK);
	(void)of_match_add_u64(&host, OF_FIELD_IN_PORT, 1);
	assert_true(of_match_covers(&all, &net));
	assert_true(of_match_covers(&net, &host));
	assert_true(of_match_covers(&net, &net));
	assert_false(of_match_covers(&host, &net));
	assert_false(of_match_covers(&net, &other));
	assert_true(of_match_overlaps(&net, &host));
	assert_false(of_match_overlaps(&net, &other));
	assert_false(of_match_overlaps(&host, &other));
	assert_true(of_match_overlaps(&all, &other));
}

static void every_field_has_its_row(void **state)
{
	unsigned n = 0;

	for (int i = 0; i < OF_N_FIELDS; i++) {
		const struct of_field_info *info = of_field_info((enum of_field)i);

		if (info == NULL)
			continue;
		n++;
		assert_int_equal(of_field_from_name(info->name), i);
		assert_int_equal(of_field_from_oxm(info->oxm_class, info->oxm_field), i);
		assert_true(info->n_bits <= info->n_bytes * 8);
		assert_true(info->n_bytes <= 16);
	}
	assert_int_equal(n, 78);
	assert_int_equal(of_field_from_name("dl_dst"), OF_FIELD_ETH_DST);
	assert_int_equal(of_field_from_name("dl_"), -1);
	assert_int_equal(of_field_from_name(""), -1);
	assert_int_equal(of_field_from_oxm(0x8000, 40), -1);
}

static void prerequisites_are_checked(void **state)
{
	struct of_match m;

	of_match_init(&m);
	(void)of_match_add_u64(&m, OF_FIELD_TCP_DST, 80);
	assert_int_equal(of_match_check(&m), OFPBMC_BAD_PREREQ);
	(void)of_match_add_u64(&m, OF_FIELD_IP_PROTO, 6);
	assert_int_equal(of_match_check(&m), OFPBMC_BAD_PREREQ);
	(void)of_match_add_u64(&m, OF_FIELD_ETH_TYPE, 0x86dd);
	assert_int_equal(of_match_check(&m), OF_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_order_of_adding_does_not_matter),
		cmocka_unit_test(a_full_mask_is_no_mask_and_an_empty_one_no_field),
		cmocka_unit_test(values_beyond_the_field_are_refused),
		cmocka_unit_test(a_loose_filter_covers_what_is_narrower),
		cmocka_unit_test(every_field_has_its_row),
		cmocka_unit_test(prerequisites_are_checked),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
