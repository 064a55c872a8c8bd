// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "datapath/table/mac_table.h"

static struct eth_addr station(uint32_t i)
{
	return (struct eth_addr){{0x02, 0x11, (uint8_t)(i >> 24), (uint8_t)(i >> 16),
				  (uint8_t)(i >> 8), (uint8_t)i}};
}

static enum mac_learned learn(struct mac_table *t, uint32_t i, uint16_t vid, uint16_t port,
			      uint32_t now_s)
{
	struct eth_addr a = station(i);
	uint64_t key = mac_key(a.b, vid);

	return mac_learn(t, key, mac_place(t, key), port, now_s);
}

static uint16_t find(const struct mac_table *t, uint32_t i, uint16_t vid)
{
	struct eth_addr a = station(i);
	uint64_t key = mac_key(a.b, vid);

	return mac_find(t, key, mac_place(t, key));
}

static void test_learns_moves_and_keeps_vlans_apart(void **state)
{
	struct mac_table *t = mac_table_create(1024);

	assert_int_equal(find(t, 1, 10), 0);
	assert_int_equal(learn(t, 1, 10, 3, 100), MAC_NEW);
	assert_int_equal(find(t, 1, 10), 3);
	assert_int_equal(find(t, 1, 20), 0);
	assert_int_equal(learn(t, 1, 10, 3, 101), MAC_KNOWN);
	assert_int_equal(learn(t, 1, 10, 4, 102), MAC_MOVED);
	assert_int_equal(find(t, 1, 10), 4);
	assert_int_equal(mac_count(t), 1);
	mac_table_destroy(t);
}

static void test_ages_by_the_clock_it_is_given(void **state)
{
	struct mac_table *t = mac_table_create(1024);

	learn(t, 1, 0, 1, 1000);
	learn(t, 2, 0, 1, 1200);
	assert_int_equal(mac_age(t, 1299, 300, 0, UINT16_MAX), 0);
	assert_int_equal(mac_age(t, 1300, 300, 0, UINT16_MAX), 1);
	assert_int_equal(find(t, 1, 0), 0);
	assert_int_equal(find(t, 2, 0), 1);
	assert_int_equal(mac_age(t, 5000, 300, 0, UINT16_MAX), 1);
	mac_table_destroy(t);
}

static void test_static_entries_stay(void **state)
{
	struct mac_table *t = mac_table_create(1024);
	struct eth_addr a = station(5);

	assert_int_equal(mac_add_static(t, &a, 10, 7), 0);
	assert_int_equal(learn(t, 5, 10, 8, 10), MAC_STATIC_ELSEWHERE);
	assert_int_equal(find(t, 5, 10), 7);
	mac_age(t, 100000, 300, 0, UINT16_MAX);
	mac_flush(t, 0, false);
	assert_int_equal(find(t, 5, 10), 7);
	assert_int_equal(mac_remove(t, &a, 10), 0);
	assert_int_equal(mac_remove(t, &a, 10), -ENOENT);
	mac_table_destroy(t);
}

static void test_flush_of_a_port_leaves_the_others(void **state)
{
	struct mac_table *t = mac_table_create(1024);

	for (uint32_t i = 0; i < 100; i++)
		learn(t, i, 0, (uint16_t)(1 + i % 2), 1);
	assert_int_equal(mac_flush(t, 1, true), 50);
	assert_int_equal(find(t, 0, 0), 0);
	assert_int_equal(find(t, 1, 0), 2);
	mac_table_destroy(t);
}

static void test_is_bounded_and_dense(void **state)
{
	struct mac_table *t = mac_table_create(4096);
	uint32_t known = 0;

	for (uint32_t i = 0; i < 4096; i++)
		learn(t, i, 1, 1, 1);
	for (uint32_t i = 0; i < 4096; i++)
		known += find(t, i, 1) != 0;
	/* As many as were asked for fit but for a few in a hundred. */
	assert_in_range(known, 4096 * 97 / 100, 4096);
	for (uint32_t i = 0; i < 100000; i++)
		learn(t, i, 1, 1, 2);
	assert_in_range(mac_count(t), 1, t->n_entries);
	mac_table_destroy(t);
}

static void test_a_flood_of_addresses_pushes_out_its_own(void **state)
{
	struct mac_table *t = mac_table_create(1024);
	uint32_t known = 0;

	for (uint32_t i = 0; i < 200; i++)
		learn(t, i, 1, 1, 1);
	for (uint32_t i = 1000; i < 50000; i++)
		learn(t, i, 1, 2, 1);
	for (uint32_t i = 0; i < 200; i++)
		known += find(t, i, 1) == 1;
	assert_in_range(known, 190, 200);
	mac_table_destroy(t);
}

static void test_rows_say_what_was_learned(void **state)
{
	struct mac_table *t = mac_table_create(64);
	struct eth_addr a = station(0x01020304);
	struct mac_row row;
	uint32_t at = 0;

	learn(t, 0x01020304, 4094, 1023, 77);
	assert_true(mac_next(t, &at, &row));
	assert_memory_equal(row.addr.b, a.b, 6);
	assert_int_equal(row.vid, 4094);
	assert_int_equal(row.port, 1023);
	assert_int_equal(row.seen_s, 77);
	assert_false(row.is_static);
	assert_false(mac_next(t, &at, &row));
	mac_table_destroy(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_learns_moves_and_keeps_vlans_apart),
		cmocka_unit_test(test_ages_by_the_clock_it_is_given),
		cmocka_unit_test(test_static_entries_stay),
		cmocka_unit_test(test_flush_of_a_port_leaves_the_others),
		cmocka_unit_test(test_is_bounded_and_dense),
		cmocka_unit_test(test_a_flood_of_addresses_pushes_out_its_own),
		cmocka_unit_test(test_rows_say_what_was_learned),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
