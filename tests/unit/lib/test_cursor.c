// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/cursor.h"

static const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};

static void test_reads_in_network_order(void **state)
{
	struct cursor c = cursor_init(bytes, sizeof(bytes));

	assert_int_equal(cursor_u8(&c), 1);
	assert_int_equal(cursor_u16(&c), 0x0203);
	assert_int_equal(cursor_u32(&c), 0x04050607);
	assert_int_equal(cursor_left(&c), 3);
	assert_true(cursor_ok(&c));
}

static void test_a_read_past_the_end_gives_zeros_for_good(void **state)
{
	struct cursor c = cursor_init(bytes, 5);
	uint8_t to[4] = {0xee, 0xee, 0xee, 0xee};

	assert_int_equal(cursor_u32(&c), 0x01020304);
	assert_int_equal(cursor_u16(&c), 0);
	assert_false(cursor_ok(&c));
	/* Even what would have fitted. */
	assert_int_equal(cursor_u8(&c), 0);
	cursor_copy(&c, to, sizeof(to));
	assert_int_equal(to[0] | to[1] | to[2] | to[3], 0);
	assert_int_equal(cursor_left(&c), 0);
}

static void test_a_part_cannot_reach_beyond_itself(void **state)
{
	struct cursor c = cursor_init(bytes, sizeof(bytes)), part = cursor_sub(&c, 4);

	assert_int_equal(cursor_left(&part), 4);
	assert_int_equal(cursor_u64(&part), 0);
	assert_false(cursor_ok(&part));
	assert_int_equal(cursor_u8(&c), 5);
	part = cursor_sub(&c, 100);
	assert_false(cursor_ok(&part));
	assert_false(cursor_ok(&c));
}

static void test_nothing_is_legal(void **state)
{
	struct cursor c = cursor_init(NULL, 0);

	assert_true(cursor_ok(&c));
	assert_int_equal(cursor_left(&c), 0);
	assert_int_equal(cursor_u8(&c), 0);
	assert_false(cursor_ok(&c));
}

static void test_writes_and_pads(void **state)
{
	struct wbuf b = wbuf_init(1024);

	wbuf_u8(&b, 1);
	wbuf_u16(&b, 0x0203);
	wbuf_u32(&b, 0x04050607);
	wbuf_u64(&b, 0x08090a0b0c0d0e0full);
	wbuf_pad(&b, 0, 8);
	assert_false(b.bad);
	assert_int_equal(b.len, 16);
	assert_memory_equal(b.data, bytes, sizeof(bytes));
	wbuf_set_u16(&b, 1, 0xbeef);
	assert_int_equal(b.data[1], 0xbe);
	assert_int_equal(b.data[2], 0xef);
	wbuf_free(&b);
	wbuf_free(&b);
}

static void test_a_write_past_the_limit_spoils_the_buffer(void **state)
{
	struct wbuf b = wbuf_init(10);

	wbuf_put(&b, bytes, 8);
	assert_false(b.bad);
	wbuf_put(&b, bytes, 3);
	assert_true(b.bad);
	assert_int_equal(b.len, 8);
	wbuf_u8(&b, 1);
	assert_int_equal(b.len, 8);
	wbuf_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reads_in_network_order),
		cmocka_unit_test(test_a_read_past_the_end_gives_zeros_for_good),
		cmocka_unit_test(test_a_part_cannot_reach_beyond_itself),
		cmocka_unit_test(test_nothing_is_legal),
		cmocka_unit_test(test_writes_and_pads),
		cmocka_unit_test(test_a_write_past_the_limit_spoils_the_buffer),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
