// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/addr.h"
#include "lib/log.h"
#include "lib/text.h"
#include "lib/units.h"

static void test_numbers(void **state)
{
	const struct {
		const char *word;
		uint64_t max;
		int rc;
		uint64_t value;
	} cases[] = {
		{"0", 10, 0, 0},
		{"10", 10, 0, 10},
		{"11", 10, -ERANGE, 0},
		{"0x1f", 255, 0, 31},
		{"", 10, -EINVAL, 0},
		{"-1", 10, -EINVAL, 0},
		{"1a", 100, -EINVAL, 0},
		{" 1", 10, -EINVAL, 0},
		{"0x", 10, -EINVAL, 0},
		{"18446744073709551615", UINT64_MAX, 0, UINT64_MAX},
		{"18446744073709551616", UINT64_MAX, -ERANGE, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint64_t value = 0;

		assert_int_equal(text_parse_u64(cases[i].word, cases[i].max, &value), cases[i].rc);
		assert_int_equal(value, cases[i].value);
	}
}

static void test_texts_grow_and_are_handed_over(void **state)
{
	struct text t = {0};
	char *s;

	assert_string_equal(text_get(&t), "");
	for (int i = 0; i < 1000; i++)
		text_add(&t, "%d,", i % 10);
	assert_int_equal(t.len, 2000);
	s = text_steal(&t);
	assert_int_equal(strlen(s), 2000);
	assert_string_equal(text_get(&t), "");
	free(s);
}

static void test_addresses(void **state)
{
	static const char *const bad[] = {"", "02:00:00:00:00", "02:00:00:00:00:0g",
					  "02-00-00-00-00-01", "02:00:00:00:00:01:"};
	struct eth_addr a;
	char to[ETH_ADDR_TEXT_SIZE];

	assert_int_equal(eth_addr_parse("52:54:00:AB:cd:0e", &a), 0);
	assert_string_equal(eth_addr_text(&a, to), "52:54:00:ab:cd:0e");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(eth_addr_parse(bad[i], &a), -EINVAL);
}

static void test_targets(void **state)
{
	static const char *const good[] = {"tcp:127.0.0.1:6653",       "tcp:[::1]:6654",
					   "unix:/run/heddle/of.sock", "tcp:controller:1",
					   "tls:controller:6653",      "tls:[2001:db8::1]:6653"};
	static const char *const bad[] = {"",           "tcp:",           "tcp::6653",
					  "tcp:host:0", "tcp:host:65536", "udp:host:1",
					  "unix:",      "tcp:[::1",       "127.0.0.1:6653"};
	struct target t;
	char text[TARGET_TEXT_SIZE], why[300];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(target_parse(good[i], 6653, &t, why, sizeof(why)), 0);
		assert_string_equal(target_text(&t, text), good[i]);
	}
	assert_int_equal(target_parse("tcp:host", 6653, &t, why, sizeof(why)), 0);
	assert_int_equal(t.port, 6653);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		why[0] = '\0';
		assert_int_equal(target_parse(bad[i], 6653, &t, why, sizeof(why)), -EINVAL);
		assert_true(strlen(why) > 20);
	}
}

static void test_address_ranges(void **state)
{
	static const char *const good[] = {"10.0.0.0/8", "192.168.1.7",   "0.0.0.0/0",
					   "::1",        "2001:db8::/32", "::/0"};
	static const char *const bad[] = {"",          "10.0.0.1/8",     "10.0.0.0/33", "10.0.0/8",
					  "10.0.0.0/", "2001:db8::1/32", "::/129",      "host"};
	struct sockaddr_in in = {.sin_family = AF_INET};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6};
	struct sockaddr un = {.sa_family = AF_UNIX};
	struct addr_range r;
	char to[ADDR_RANGE_TEXT_SIZE];

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_int_equal(addr_range_parse(good[i], &r), 0);
		assert_string_equal(addr_range_text(&r, to), good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(addr_range_parse(bad[i], &r), -EINVAL);
	assert_int_equal(addr_range_parse("10.32.0.0/11", &r), 0);
	inet_pton(AF_INET, "10.63.255.255", &in.sin_addr);
	assert_true(addr_range_has(&r, (struct sockaddr *)&in));
	inet_pton(AF_INET, "10.64.0.0", &in.sin_addr);
	assert_false(addr_range_has(&r, (struct sockaddr *)&in));
	inet_pton(AF_INET6, "::ffff:10.32.0.1", &in6.sin6_addr);
	assert_true(addr_range_has(&r, (struct sockaddr *)&in6));
	inet_pton(AF_INET6, "2001:db8::1", &in6.sin6_addr);
	assert_false(addr_range_has(&r, (struct sockaddr *)&in6));
	assert_false(addr_range_has(&r, &un));
}

static void test_units(void **state)
{
	static const char *const bad[] = {"",     "M",    "-1",  "0x10", "1e3",
					  "10MM", "10 M", "nan", "1P"};
	uint64_t bps;
	char to[UNITS_TEXT_SIZE];

	assert_string_equal(units_count(999, to), "999");
	assert_string_equal(units_count(1250000, to), "1.25 M");
	assert_string_equal(units_bit_rate(9.41e9, to), "9.41 Gbit/s");
	assert_int_equal(units_parse_bit_rate("10M", UINT64_MAX, &bps), 0);
	assert_int_equal(bps, 10000000);
	assert_int_equal(units_parse_bit_rate("2.5g", UINT64_MAX, &bps), 0);
	assert_int_equal(bps, 2500000000);
	assert_int_equal(units_parse_bit_rate("800", UINT64_MAX, &bps), 0);
	assert_int_equal(bps, 800);
	assert_int_equal(units_parse_bit_rate("2k", 1999, &bps), -ERANGE);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(units_parse_bit_rate(bad[i], UINT64_MAX, &bps), -EINVAL);
	assert_string_equal(units_span(8, to), "8 s");
	assert_string_equal(units_span(3661, to), "1 h 1 m");
	assert_string_equal(units_span(90061, to), "1 d 1 h");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_texts_grow_and_are_handed_over),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_targets),
		cmocka_unit_test(test_address_ranges),
		cmocka_unit_test(test_units),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
