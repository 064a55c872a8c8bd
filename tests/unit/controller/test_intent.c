// SPDX-License-Identifier: Apache-2.0
/* The YAML file: what is understood, and how each fault is refused with its line. */
#include "controller/intent.h"
#include "controller/yaml_tree.h"
#include "lib/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char good[] = "switches:\n"
			   "  - {name: s1, dpid: 0000000000000001}\n"
			   "  - {name: s2, dpid: \"00:00:00:00:00:00:00:2a\"}\n"
			   "networks:\n"
			   "  - {name: red, vlan: 10}\n"
			   "  - {name: blue, vlan: 0x14}\n"
			   "attachments:\n"
			   "  - {network: red, switch: s1, port: vm1, mac: 52:54:00:00:00:01}\n"
			   "  - {network: blue, switch: s2, port: vm1}\n"
			   "uplinks:\n"
			   "  - {switch: s1, port: eth0, networks: [blue], native: red}\n"
			   "  - {switch: s2, port: eth0, networks: all}\n";

static void everything_is_read(void **state)
{
	char why[INTENT_WHY_SIZE] = "";
	struct intent *in = intent_parse("f", good, strlen(good), why);

	assert_string_equal(why, "");
	assert_non_null(in);
	assert_int_equal(in->n_switches, 2);
	assert_int_equal(in->switches[1].dpid, 0x2a);
	assert_int_equal(in->networks[1].vlan, 20);
	assert_int_equal(in->n_attachments, 2);
	assert_true(in->attachments[0].has_mac);
	assert_int_equal(in->attachments[1].sw, 1);
	assert_int_equal(in->uplinks[0].n_networks, 1);
	assert_true(in->uplinks[0].has_native);
	assert_int_equal(in->uplinks[1].n_networks, 2);
	assert_false(in->uplinks[1].has_native);
	assert_int_equal(intent_switch_find(in, 0x2a), 1);
	assert_true(intent_switch_find(in, 3) < 0);
	intent_free(in);
}

static void one_switch_needs_no_name(void **state)
{
	static const char text[] = "switch: 7\n"
				   "networks: [{name: red, vlan: 10}]\n"
				   "attachments: [{network: red, port: vm1}]\n";
	char why[INTENT_WHY_SIZE] = "";
	struct intent *in = intent_parse("f", text, strlen(text), why);

	assert_string_equal(why, "");
	assert_int_equal(in->switches[0].dpid, 7);
	assert_int_equal(in->attachments[0].sw, 0);
	intent_free(in);
}

#define HEAD                                                                                       \
	"switches: [{name: s1, dpid: 1}]\nnetworks: [{name: red, vlan: 10}, {name: blue, vlan: "   \
	"20}]\n"

static const struct {
	const char *text;
	const char *why; /* the beginning */
} bad[] = {
	{"", "f:1: the file names no switch; add switches:"},
	{"switches: [\n", "f:2: "},
	{"- a\n", "f:1: the file is not a mapping; "},
	{"swiches: []\n", "f:1: the file has no key \"swiches\"; use one of: "},
	{"switches: []\n\"\": 1\n", "f:2: the file has no key \"\"; "},
	{"switches: {a: 1}\n", "f:1: switches is not a list; "},
	{"switches:\n  - s1\n", "f:2: a switch is not a mapping; "},
	{"switches:\n  - {name: s1}\n", "f:2: a switch has no dpid; "},
	{"switches:\n  - {name: s1, dpid: }\n", "f:2: a switch has no dpid; "},
	{"switches:\n  - {name: s1, dpid: xyz}\n", "f:2: dpid \"xyz\" is not a datapath id; "},
	{"switches:\n  - {name: s1, dpid: 00000000000000001}\n", "f:2: dpid "},
	{"switches:\n  - {name: s1, dpid: 0}\n", "f:2: dpid \"0\" is not"},
	{"switches:\n  - {name: s1, dpid: 1}\n  - {name: s1, dpid: 2}\n",
	 "f:3: switch \"s1\" is already on line 2; "},
	{"switches:\n  - {name: s1, dpid: 1}\n  - name: s2\n    dpid: 0x1\n",
	 "f:4: dpid 0000000000000001 is already that of switch \"s1\" on line 2; "},
	{"switch: 1\nswitches: []\n", "f:1: both \"switch\" and \"switches\" are there; "},
	{"switches: [{name: s1, dpid: 1}]\nswitches: []\n",
	 "f:2: key \"switches\" is there twice; "},
	{"switch: 1\nnetworks:\n  - {name: red, vlan: 0}\n", "f:3: vlan \"0\" of network \"red\" "},
	{"switch: 1\nnetworks:\n  - {name: red, vlan: 4095}\n", "f:3: vlan \"4095\" of network "},
	{"switch: 1\nnetworks:\n  - {name: red, vlan: ten}\n", "f:3: vlan \"ten\" of network "},
	{"switch: 1\nnetworks:\n  - {name: a b, vlan: 1}\n",
	 "f:3: name \"a b\" of a network has a "},
	{"switch: 1\nnetworks:\n  - {name: [x], vlan: 1}\n",
	 "f:3: name of a network is not a single"},
	{"switch: 1\nnetworks:\n  - {name: red, vlan: 1}\n  - {name: red, vlan: 2}\n",
	 "f:4: network \"red\" is already on line 3; "},
	{"switch: 1\nnetworks:\n  - {name: red, vlan: 1}\n  - {name: blue, vlan: 1}\n",
	 "f:4: vlan 1 is already that of network \"red\" on line 3; "},
	{HEAD "attachments:\n  - {network: green, port: p}\n",
	 "f:4: network \"green\" is not defined; "},
	{HEAD "attachments:\n  - {network: red, switch: s9, port: p}\n",
	 "f:4: switch \"s9\" is not defined; "},
	{HEAD "attachments:\n  - {network: red, prot: p}\n",
	 "f:4: an attachment has no key \"prot\"; "},
	{HEAD "attachments:\n  - {network: red}\n", "f:4: an attachment has no port; "},
	{HEAD "attachments:\n  - {network: red, port: p}\n  - {network: blue, port: p}\n",
	 "f:5: port \"p\" of switch \"s1\" is already used on line 4; "},
	{HEAD "attachments:\n  - {network: red, port: a-name-of-16-byt}\n",
	 "f:4: port \"a-name-of-"},
	{HEAD "attachments:\n  - {network: red, port: p, mac: 1}\n",
	 "f:4: mac \"1\" of port \"p\" "},
	{HEAD "attachments:\n  - {network: red, port: p, mac: 01:00:00:00:00:01}\n", "f:4: mac "},
	{HEAD "attachments:\n  - {network: red, port: p, mac: 02:00:00:00:00:01}\n"
	      "  - {network: red, port: q, mac: 02:00:00:00:00:01}\n",
	 "f:5: mac 02:00:00:00:00:01 is already in network \"red\" on line 4; "},
	{HEAD "attachments:\n  - {network: red, port: p}\nuplinks:\n  - {port: p, networks: all}\n",
	 "f:6: port \"p\" of switch \"s1\" is already used on line 4; "},
	{HEAD "uplinks:\n  - {port: p}\n", "f:4: uplink \"p\" carries no network; "},
	{HEAD "uplinks:\n  - {port: p, networks: red}\n",
	 "f:4: networks of an uplink is not a list; "},
	{HEAD "uplinks:\n  - {port: p, networks: [red, red]}\n",
	 "f:4: network \"red\" is on uplink \"p\" "},
	{HEAD "uplinks:\n  - {port: p, networks: [red], native: red}\n",
	 "f:4: network \"red\" is on "},
	{HEAD "uplinks:\n  - {port: p, networks: [[red]]}\n",
	 "f:4: a network of an uplink is not a "},
	{"switch: &a 1\n", "f:1: tags and anchors are not allowed; "},
	{"switch: !!int 1\n", "f:1: tags and anchors are not allowed; "},
	{"networks: *a\n", "f:1: "},
	{"switch: 1\n---\nswitch: 2\n", "f:2: a second document starts here; "},
	{"[[[[[[[[[[1]]]]]]]]]]\n", "f:1: the value is nested more than 8 levels deep; "},
	{"? [a]\n: b\n", "f:1: a key is not plain text; "},
	{"switch: \"a\\0b\"\n", "f:1: the text has a NUL character in it; "},
};

static void each_fault_is_refused_with_its_line(void **state)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char why[INTENT_WHY_SIZE] = "";
		struct intent *in = intent_parse("f", bad[i].text, strlen(bad[i].text), why);

		if (in != NULL || strncmp(why, bad[i].why, strlen(bad[i].why)) != 0)
			fail_msg("%s\ngave \"%s\"\nnot \"%s\"", bad[i].text, why, bad[i].why);
	}
}

static void a_file_that_is_too_large_is_refused(void **state)
{
	char *text = malloc(YAML_TREE_SIZE_MAX + 1), why[INTENT_WHY_SIZE] = "";

	memset(text, '\n', YAML_TREE_SIZE_MAX + 1);
	assert_null(intent_parse("f", text, YAML_TREE_SIZE_MAX + 1, why));
	assert_string_equal(why, "f:1: the file is larger than 4 MiB; split it");
	free(text);
}

/* `n` attachments to one network, in one line each from line 4 on. */
static char *crowd(unsigned n)
{
	struct text t = {0};

	text_add(&t, "switch: 1\nnetworks: [{name: red, vlan: 10}]\nattachments:\n");
	for (unsigned i = 0; i < n; i++)
		text_add(&t, "  - {network: red, port: p%u}\n", i);
	return text_steal(&t);
}

static void a_network_has_a_bounded_number_of_ports_on_a_switch(void **state)
{
	char *most = crowd(INTENT_MEMBERS_MAX), *more = crowd(INTENT_MEMBERS_MAX + 1);
	char why[INTENT_WHY_SIZE] = "";
	struct intent *in = intent_parse("f", most, strlen(most), why);

	assert_non_null(in);
	intent_free(in);
	assert_null(intent_parse("f", more, strlen(more), why));
	assert_string_equal(why, "f:1604: network \"red\" has more than 1600 ports on switch "
				 "\"switch\"; split the network");
	free(most);
	free(more);
}

static void a_missing_file_is_named(void **state)
{
	char why[INTENT_WHY_SIZE] = "";

	assert_null(intent_load("/nonexistent/file.yaml", why));
	assert_string_equal(why, "/nonexistent/file.yaml: cannot be opened (No such file or "
				 "directory); name a file that this user can read");
}

static void the_examples_are_good(void **state)
{
	static const char *const paths[] = {EXAMPLES "/networks.yaml", EXAMPLES "/one-switch.yaml"};

	for (size_t i = 0; i < 2; i++) {
		char why[INTENT_WHY_SIZE] = "";
		struct intent *in = intent_load(paths[i], why);

		assert_string_equal(why, "");
		assert_non_null(in);
		intent_free(in);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_is_read),
		cmocka_unit_test(one_switch_needs_no_name),
		cmocka_unit_test(each_fault_is_refused_with_its_line),
		cmocka_unit_test(a_file_that_is_too_large_is_refused),
		cmocka_unit_test(a_network_has_a_bounded_number_of_ports_on_a_switch),
		cmocka_unit_test(a_missing_file_is_named),
		cmocka_unit_test(the_examples_are_good),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
