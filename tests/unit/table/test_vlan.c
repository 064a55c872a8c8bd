// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "datapath/table/flow_key.h"
#include "datapath/table/vlan.h"

#define TAG(vid) (FLOW_VLAN_PRESENT | (vid))
#define PCP5 0xa000

static struct vlan_port trunk(const char *vlans, uint16_t native)
{
	struct vlan_port port = {.mode = VLAN_TRUNK, .native = native};
	char why[200];

	assert_int_equal(vlan_trunk_parse(vlans, &port, why, sizeof(why)), 0);
	return port;
}

static void test_ingress(void **state)
{
	struct vlan_port none = {.mode = VLAN_NONE};
	struct vlan_port access = {.mode = VLAN_ACCESS, .access = 10};
	struct vlan_port with_native = trunk("10;20", 30), without = trunk("10;20", 0);
	const struct {
		const struct vlan_port *port;
		uint16_t tci;
		int vid;
	} cases[] = {
		{&none, 0, 0},
		{&none, TAG(7), 7},
		{&none, TAG(0) | PCP5, 0},
		{&access, 0, 10},
		{&access, TAG(0) | PCP5, 10},
		{&access, TAG(10), -1},
		{&access, TAG(20), -1},
		{&with_native, 0, 30},
		{&with_native, TAG(0), 30},
		{&with_native, TAG(10), 10},
		{&with_native, TAG(20) | PCP5, 20},
		{&with_native, TAG(30), 30},
		{&with_native, TAG(40), -1},
		{&without, 0, -1},
		{&without, TAG(0), -1},
		{&without, TAG(20), 20},
		{&without, TAG(4095), -1},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(vlan_ingress(cases[i].port, cases[i].tci), cases[i].vid);
}

static void test_egress(void **state)
{
	struct vlan_port none = {.mode = VLAN_NONE};
	struct vlan_port access = {.mode = VLAN_ACCESS, .access = 10};
	struct vlan_port native = trunk("10;20", 30);
	const struct {
		const struct vlan_port *port;
		uint16_t vid;
		bool allowed, tagged;
	} cases[] = {
		{&none, 0, true, false},    {&none, 5, true, true},
		{&access, 10, true, false}, {&access, 11, false, false},
		{&access, 0, false, false}, {&native, 10, true, true},
		{&native, 30, true, false}, {&native, 40, false, false},
		{&native, 0, false, false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(vlan_egress_allowed(cases[i].port, cases[i].vid),
				 cases[i].allowed);
		if (cases[i].allowed)
			assert_int_equal(vlan_egress_tagged(cases[i].port, cases[i].vid),
					 cases[i].tagged);
	}
}

static void test_trunk_lists(void **state)
{
	static const char *const bad[] = {"",       "0",      "4095",  "10;",
					  ";10",    "a",      "10,20", "20-10",
					  "1-4095", "10--12", "-3",    "99999999999"};
	struct vlan_port port = trunk("1;30-32;4094", 0);
	char why[200];

	assert_true(vlan_egress_allowed(&port, 1));
	assert_true(vlan_egress_allowed(&port, 31));
	assert_true(vlan_egress_allowed(&port, 4094));
	assert_false(vlan_egress_allowed(&port, 33));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		why[0] = '\0';
		assert_int_equal(vlan_trunk_parse(bad[i], &port, why, sizeof(why)), -EINVAL);
		assert_true(why[0] != '\0');
	}
	/* A refused list leaves the old one. */
	assert_true(vlan_egress_allowed(&port, 31));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ingress),
		cmocka_unit_test(test_egress),
		cmocka_unit_test(test_trunk_lists),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
