// SPDX-License-Identifier: Apache-2.0
/* Number and VLANs of a port: as said in its spec, changed, said again; numbers that are
 * remembered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "datapath/agent/port_numbers.h"
#include "datapath/agent/port_settings.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

static char why[256];

/* Takes options as `key=value,key=value`. */
static int take(struct port_settings *s, const char *options)
{
	char copy[128], *at = copy, *option;
	int err = 0;

	why[0] = '\0';
	assert_true(text_copy(copy, sizeof(copy), options));
	while (err == 0 && (option = strsep(&at, ",")) != NULL && *option != '\0') {
		char *value = strchr(option, '=');

		assert_non_null(value);
		*value++ = '\0';
		err = port_settings_option(s, option, value, why, sizeof(why));
	}
	return err;
}

static void assert_said(const struct port_settings *s, const char *expected)
{
	struct text text = {0};

	port_settings_text(s, &text);
	assert_string_equal(text_get(&text), expected);
	text_free(&text);
}

static void settings_are_said_as_they_were_given(void **state)
{
	static const struct {
		const char *given, *said;
	} cases[] = {
		{"", ""},
		{"ofport=7", ""},
		{"vlan=10", ",vlan=10"},
		{"trunk=10;20;30-40", ",trunk=10;20;30-40"},
		{"trunk=4094;1;2;3", ",trunk=1-3;4094"},
		{"trunk=10,native=20", ",trunk=10,native=20"},
		{"native=20,trunk=10", ",trunk=10,native=20"},
		{"native=20", ",native=20"},
	};

	for (size_t i = 0; i < N(cases); i++) {
		struct port_settings s = {0}, again = {0};
		const char *said = cases[i].said;

		assert_int_equal(take(&s, cases[i].given), 0);
		assert_said(&s, said);
		assert_int_equal(take(&again, *said != '\0' ? said + 1 : ""), 0);
		assert_memory_equal(&again.vlan, &s.vlan, sizeof(s.vlan));
	}
}

static void refusals_name_the_option_and_what_it_may_be(void **state)
{
	static const struct {
		const char *given, *object, *remedy;
	} cases[] = {
		{"ofport=0", "ofport=0", "from 1 to"},
		{"ofport=x", "ofport=x", "from 1 to"},
		{"ofport=4294967295", "ofport=4294967295", "from 1 to"},
		{"vlan=0", "vlan=0", "1 to 4094"},
		{"vlan=4095", "vlan=4095", "1 to 4094"},
		{"vlan=", "vlan=", "1 to 4094"},
		{"native=-1", "native=-1", "1 to 4094"},
		{"vlan=10,trunk=20", "vlan", "native"},
		{"vlan=10,native=20", "vlan", "native"},
		{"trunk=20,vlan=10", "vlan", "native"},
		{"trunk=", "", ""},
		{"trunk=0", "0", "4094"},
		{"trunk=10;;20", "", ""},
		{"trunk=20-10", "20-10", ""},
		{"trunk=1-4095", "4095", "4094"},
		{"speed=10", "speed", "vlan, trunk"},
	};

	for (size_t i = 0; i < N(cases); i++) {
		struct port_settings s = {0};

		if (take(&s, cases[i].given) == 0)
			fail_msg("%s is not refused", cases[i].given);
		if (why[0] == '\0' || strstr(why, cases[i].object) == NULL ||
		    strstr(why, cases[i].remedy) == NULL)
			fail_msg("%s: %s", cases[i].given, why);
	}
}

static void changes_leave_alone_what_they_do_not_name(void **state)
{
	struct port_settings s = {0};

	assert_int_equal(take(&s, "ofport=5,trunk=10;20,native=10"), 0);
	assert_int_equal(
		port_settings_change(&s, &(struct port_change){.has_native = true, .native = 20},
				     why, sizeof(why)),
		0);
	assert_said(&s, ",trunk=10;20,native=20");
	assert_int_equal(
		port_settings_change(&s, &(struct port_change){.has_trunk = true, .trunk = "30"},
				     why, sizeof(why)),
		0);
	assert_said(&s, ",trunk=30,native=20");
	assert_int_equal(port_settings_change(&s, &(struct port_change){.has_native = true}, why,
					      sizeof(why)),
			 0);
	assert_said(&s, ",trunk=30");
	assert_int_equal(port_settings_change(&s,
					      &(struct port_change){.has_mtu = true, .mtu = 9000},
					      why, sizeof(why)),
			 0);
	assert_said(&s, ",trunk=30");
	assert_int_equal(s.ofport, 5);
}

static void ports_change_between_access_and_trunk(void **state)
{
	struct port_settings s = {0};

	assert_int_equal(take(&s, "vlan=10"), 0);
	assert_int_equal(port_settings_change(&s,
					      &(struct port_change){.has_trunk = true,
								    .trunk = "20-21",
								    .has_native = true,
								    .native = 9},
					      why, sizeof(why)),
			 0);
	assert_said(&s, ",trunk=20-21,native=9");
	assert_int_equal(port_settings_change(&s,
					      &(struct port_change){.has_vlan = true, .vlan = 30},
					      why, sizeof(why)),
			 0);
	assert_said(&s, ",vlan=30");
	assert_int_equal(port_settings_change(&s, &(struct port_change){.has_trunk = true}, why,
					      sizeof(why)),
			 0);
	assert_said(&s, ",vlan=30"); /* it had no trunk */
	assert_int_equal(
		port_settings_change(&s, &(struct port_change){.has_vlan = true}, why, sizeof(why)),
		0);
	assert_said(&s, "");
	assert_int_equal(s.vlan.mode, VLAN_NONE);
}

static void refused_change_changes_nothing(void **state)
{
	static const struct port_change refused[] = {
		{.has_vlan = true, .vlan = 10, .has_trunk = true, .trunk = "20"},
		{.has_vlan = true, .vlan = 10, .has_native = true, .native = 20},
		{.has_vlan = true, .vlan = 4095},
		{.has_native = true, .native = 4095},
		{.has_native = true, .native = 20},
		{.has_trunk = true, .trunk = "0"},
		{.has_trunk = true, .trunk = "20", .has_native = true, .native = 4095},
	};

	for (size_t i = 0; i < N(refused); i++) {
		struct port_settings s = {0}, before;

		assert_int_equal(take(&s, "ofport=5,vlan=7"), 0);
		before = s;
		why[0] = '\0';
		assert_true(port_settings_change(&s, &refused[i], why, sizeof(why)) < 0);
		assert_true(why[0] != '\0');
		assert_memory_equal(&s, &before, sizeof(s));
	}
}

static void numbers_stay_with_names(void **state)
{
	static struct port_numbers numbers;

	assert_int_equal(port_numbers_of(&numbers, "a"), 0);
	port_numbers_note(&numbers, "a", 1);
	port_numbers_note(&numbers, "b", 2);
	assert_int_equal(port_numbers_of(&numbers, "a"), 1);
	assert_true(port_numbers_taken(&numbers, 1, "b"));
	assert_false(port_numbers_taken(&numbers, 1, "a"));
	assert_false(port_numbers_taken(&numbers, 3, "a"));
	port_numbers_note(&numbers, "a", 3);
	assert_int_equal(port_numbers_of(&numbers, "a"), 3);
	assert_false(port_numbers_taken(&numbers, 1, "b"));
}

static void oldest_number_is_forgotten_first(void **state)
{
	static struct port_numbers numbers;
	char name[32];

	for (uint32_t i = 0; i < PORT_NUMBERS_MAX + 1; i++) {
		snprintf(name, sizeof(name), "port%u", i);
		port_numbers_note(&numbers, name, i + 1);
	}
	assert_int_equal(port_numbers_of(&numbers, "port0"), 0);
	assert_int_equal(port_numbers_of(&numbers, "port1"), 2);
	assert_int_equal(port_numbers_of(&numbers, name), PORT_NUMBERS_MAX + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(settings_are_said_as_they_were_given),
		cmocka_unit_test(refusals_name_the_option_and_what_it_may_be),
		cmocka_unit_test(changes_leave_alone_what_they_do_not_name),
		cmocka_unit_test(ports_change_between_access_and_trunk),
		cmocka_unit_test(refused_change_changes_nothing),
		cmocka_unit_test(numbers_stay_with_names),
		cmocka_unit_test(oldest_number_is_forgotten_first),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
