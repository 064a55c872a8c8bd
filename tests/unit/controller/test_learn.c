// SPDX-License-Identifier: Apache-2.0
/* Learned addresses and their bounds, with a clock that the test moves. */
#include "controller/learn.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct plan_mac mac_of(unsigned n, uint32_t port)
{
	return (struct plan_mac){
		.vlan = 10,
		.mac = {{2, 0, 0, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n}},
		.port = port};
}

static void an_address_is_new_once(void **state)
{
	struct plan_mac mac = mac_of(1, 1), was;
	struct learn learn = {0};

	assert_int_equal(learn_seen(&learn, &mac, false, 1000, &was), LEARN_NEW);
	assert_int_equal(learn_seen(&learn, &mac, false, 1000, &was), LEARN_KNOWN);
	mac.vlan = 20;
	assert_int_equal(learn_seen(&learn, &mac, false, 1000, &was), LEARN_NEW);
	assert_true(learn_forget(&learn, &mac));
	assert_false(learn_forget(&learn, &mac));
	assert_int_equal(learn.n, 1);
	learn_clear(&learn);
}

static void an_address_moves_at_most_once_a_second(void **state)
{
	struct plan_mac here = mac_of(1, 1), there = mac_of(1, 2), was;
	struct learn learn = {0};

	assert_int_equal(learn_seen(&learn, &here, false, 5000, &was), LEARN_NEW);
	assert_int_equal(learn_seen(&learn, &there, false, 5000, &was), LEARN_MOVED);
	assert_int_equal(was.port, 1);
	assert_int_equal(learn_seen(&learn, &here, false, 5500, &was), LEARN_KNOWN);
	assert_int_equal(learn_seen(&learn, &here, false, 6000, &was), LEARN_MOVED);
	assert_int_equal(was.port, 2);
	assert_false(learn_forget(&learn, &there));
	learn_clear(&learn);
}

static void group_addresses_are_not_learned(void **state)
{
	struct plan_mac mac = {.vlan = 10, .mac = {{1, 0, 0, 0, 0, 1}}, .port = 1}, was;
	struct learn learn = {0};

	assert_int_equal(learn_seen(&learn, &mac, false, 1000, &was), LEARN_KNOWN);
	memset(&mac.mac, 0, sizeof(mac.mac));
	assert_int_equal(learn_seen(&learn, &mac, false, 1000, &was), LEARN_KNOWN);
	assert_int_equal(learn.n, 0);
	learn_clear(&learn);
}

static void a_port_has_a_bounded_number_of_addresses(void **state)
{
	struct plan_mac mac, was;
	struct learn learn = {0};

	for (unsigned i = 0; i < LEARN_ATTACHMENT_MAX; i++) {
		mac = mac_of(i, 1);
		assert_int_equal(learn_seen(&learn, &mac, false, 1000, &was), LEARN_NEW);
	}
	mac = mac_of(LEARN_ATTACHMENT_MAX, 1);
	assert_int_equal(learn_seen(&learn, &mac, false, 1000, &was), LEARN_FULL);
	mac.port = 2; /* another port is not held up by it */
	assert_int_equal(learn_seen(&learn, &mac, false, 1000, &was), LEARN_NEW);
	mac = mac_of(0, 1);
	assert_true(learn_forget(&learn, &mac));
	mac = mac_of(LEARN_ATTACHMENT_MAX + 1, 1);
	assert_int_equal(learn_seen(&learn, &mac, false, 1000, &was), LEARN_NEW);
	learn_clear(&learn);
}

static void a_port_shows_a_bounded_number_of_frames_a_second(void **state)
{
	struct plan_mac mac = mac_of(1, 1), was;
	struct learn learn = {0};
	unsigned n = 0;

	while (learn_seen(&learn, &mac, false, 10000, &was) != LEARN_FULL)
		n++;
	assert_int_equal(n, 2 * LEARN_RATE);
	for (n = 0; learn_seen(&learn, &mac, false, 11000, &was) != LEARN_FULL;)
		n++;
	assert_int_equal(n, LEARN_RATE);
	learn_clear(&learn);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_address_is_new_once),
		cmocka_unit_test(an_address_moves_at_most_once_a_second),
		cmocka_unit_test(group_addresses_are_not_learned),
		cmocka_unit_test(a_port_has_a_bounded_number_of_addresses),
		cmocka_unit_test(a_port_shows_a_bounded_number_of_frames_a_second),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
