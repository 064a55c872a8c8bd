// SPDX-License-Identifier: Apache-2.0
/* Command line and configuration file: what they say, and what they refuse with which words. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "datapath/agent/options.h"

#define WORDS_MAX 40

/* Parses a command line whose words are separated by blanks. */
static int parse(struct options *o, const char *line, char *why, size_t why_size)
{
	static char copy[2048];
	char *argv[WORDS_MAX] = {(char *)"heddled"};
	int argc = 1;

	options_init(o);
	snprintf(copy, sizeof(copy), "%s", line);
	for (char *save, *word = strtok_r(copy, " ", &save); word != NULL;
	     word = strtok_r(NULL, " ", &save)) {
		assert_true(argc < WORDS_MAX);
		argv[argc++] = word;
	}
	return options_parse(o, argc, argv, why, why_size);
}

static void accepts(struct options *o, const char *line)
{
	char why[512] = "";

	if (parse(o, line, why, sizeof(why)) < 0)
		fail_msg("%s: %s", line, why);
}

static int parse_text(struct options *o, const char *text, char *why, size_t why_size)
{
	return options_parse_config(o, "f", text, strlen(text), why, why_size);
}

static void nothing_said_gives_a_learning_switch_of_its_own(void **state)
{
	struct options o;

	accepts(&o, "");
	assert_int_equal(o.verb, OPTIONS_RUN);
	assert_string_equal(o.name, "heddle0");
	assert_string_equal(o.run_dir, "/run/heddle/heddle0");
	assert_string_equal(o.state_dir, "/var/lib/heddle/heddle0");
	assert_int_equal(o.fail_mode, AGENT_FAIL_STANDALONE);
	assert_int_equal(o.ports.n, 0);
	assert_int_not_equal(o.dpid, 0);
	assert_false(o.stateless);
	options_free(&o);
}

static void the_line_that_scripts_rely_on(void **state)
{
	struct options o;

	accepts(&o, "--name sw1 --run-dir /r --dpid 0000000000000001 "
		    "--port p1,af_packet:dut1,ofport=1 --port vm1,vhost-user:/v1,server,vlan=10 "
		    "--port vm2,vhost-user:/v2,client,trunk=10;20,native=10,queues=2 "
		    "--port x,dev:net_null0,no-rx=1,ofport=7 --controller tcp:127.0.0.1:6653 "
		    "--listen tcp:127.0.0.1:6654 --listen=unix:/l --fail-mode secure --lcores 1 "
		    "--stateless");
	assert_string_equal(o.name, "sw1");
	assert_string_equal(o.run_dir, "/r");
	assert_int_equal(o.dpid, 1);
	assert_int_equal(o.ports.n, 4);
	assert_int_equal(o.n_ports_typed, 4);
	assert_string_equal(o.ports.at[3], "x,dev:net_null0,no-rx=1,ofport=7");
	assert_int_equal(o.controllers.n, 1);
	assert_int_equal(o.listeners.n, 2);
	assert_string_equal(o.listeners.at[1], "unix:/l");
	assert_int_equal(o.fail_mode, AGENT_FAIL_SECURE);
	assert_string_equal(o.lcores, "1");
	assert_true(o.stateless);
	options_free(&o);
}

static void datapath_ids_differ_by_name_and_stay(void **state)
{
	struct options a, b, again;

	accepts(&a, "--name a");
	accepts(&b, "--name b");
	accepts(&again, "--name a");
	assert_int_not_equal(a.dpid, b.dpid);
	assert_int_equal(a.dpid, again.dpid);
	options_free(&a);
	options_free(&b);
	options_free(&again);
}

static void a_file_says_the_same_as_the_command_line(void **state)
{
	static const char text[] = "# a comment\n"
				   "\n"
				   "  name = sw2   # behind a value\n"
				   "dpid=00000000000000ff\r\n"
				   "port = vm1,vhost-user:/run/a#b,vlan=10\n"
				   "port = 'up,af_packet:eth1,trunk=10;20'\n"
				   "eal = \"--file-prefix x -d plugin.so\"\n"
				   "stateless = yes\n"
				   "mac-ageing = 60\n"
				   "memory = 8";
	struct options o;
	char why[512] = "";

	options_init(&o);
	if (parse_text(&o, text, why, sizeof(why)) < 0)
		fail_msg("%s", why);
	assert_string_equal(o.name, "sw2");
	assert_int_equal(o.dpid, 0xff);
	assert_int_equal(o.ports.n, 2);
	assert_string_equal(o.ports.at[0], "vm1,vhost-user:/run/a#b,vlan=10");
	assert_string_equal(o.ports.at[1], "up,af_packet:eth1,trunk=10;20");
	assert_string_equal(o.eal, "--file-prefix x -d plugin.so");
	assert_true(o.stateless);
	assert_int_equal(o.mac_ageing_s, 60);
	assert_int_equal(o.memory_mb, 8);
	options_free(&o);
}

static void the_command_line_wins_over_the_file(void **state)
{
	char path[] = "/tmp/heddle-options-XXXXXX", line[256];
	int fd = mkstemp(path);
	struct options o;

	assert_true(fd >= 0);
	dprintf(fd, "name = from-file\nmac-ageing = 60\nport = a,tap:file\nport = b,tap:b\n"
		    "controller = tcp:10.0.0.1\n");
	close(fd);
	snprintf(line, sizeof(line),
		 "--config %s --name typed --port a,tap:typed --controller tcp:10.0.0.2:6653",
		 path);
	accepts(&o, line);
	unlink(path);
	assert_string_equal(o.name, "typed");
	assert_string_equal(o.run_dir, "/run/heddle/typed");
	assert_int_equal(o.mac_ageing_s, 60);
	assert_int_equal(o.ports.n, 2);
	assert_int_equal(o.n_ports_typed, 1);
	assert_string_equal(o.ports.at[0], "a,tap:typed");
	assert_string_equal(o.ports.at[1], "b,tap:b");
	assert_int_equal(o.controllers.n, 2);
	assert_string_equal(o.controllers.at[1], "tcp:10.0.0.1:6653");
	options_free(&o);
}

/* Bad input, and a word that the message must have. */
static const struct {
	const char *line;
	const char *word;
} bad_lines[] = {
	{"port", "option"},
	{"--no-such 1", "no-such"},
	{"--name", "--name NAME"},
	{"--name a/b", "a/b"},
	{"--name ../x", "../x"},
	{"--name 0123456789012345678901234567890123", "0123456789"},
	{"--dpid xyz", "xyz"},
	{"--dpid 0", "dpid"},
	{"--dpid 11112222333344445", "dpid"},
	{"--port vm1", "vm1"},
	{"--port ,tap:x", "NAME,KIND"},
	{"--port a,pigeon:x", "pigeon"},
	{"--port a,tap:x,vlan=4095", "4095"},
	{"--port a,tap:x,vlan=1,trunk=2", "native"},
	{"--port a,tap:x,trunk=2;x", "2;x"},
	{"--port a,tap:x,ofport=0", "ofport=0"},
	{"--port a,tap:x,ofport=65280", "65280"},
	{"--port a,tap:x,colour=red", "colour"},
	{"--port a,tap:x --port a,tap:y", "twice"},
	{"--controller smoke:signal", "smoke"},
	{"--listen tcp:1:2:3", "listen"},
	{"--fail-mode open", "open"},
	{"--lcores one", "one"},
	{"--memory 1", "memory"},
	{"--memory x", "memory x"},
	{"--mac-table-size 4294967296", "mac-table-size"},
	{"--mac-ageing -1", "-1"},
	{"--log-level loud", "loud"},
	{"--config /nowhere/at/all", "/nowhere/at/all"},
	{"--run-dir "
	 "/0123456789012345678901234567890123456789012345678901234567890123456789012345678901234567"
	 "890",
	 "run-dir"},
	{"--help=x", "--help"},
};

static void bad_command_lines_are_refused_by_name(void **state)
{
	for (size_t i = 0; i < sizeof(bad_lines) / sizeof(bad_lines[0]); i++) {
		struct options o;
		char why[512] = "";

		if (parse(&o, bad_lines[i].line, why, sizeof(why)) >= 0)
			fail_msg("%s was accepted", bad_lines[i].line);
		if (strstr(why, bad_lines[i].word) == NULL || strchr(why, '\n') != NULL)
			fail_msg("%s: said \"%s\"", bad_lines[i].line, why);
		options_free(&o);
	}
}

static const struct {
	const char *text;
	const char *says;
} bad_texts[] = {
	{"name\n", "f:1:"},
	{"\n\nno-such = 1\n", "f:3: option no-such"},
	{"help = 1\n", "f:1: option help"},
	{"config = x\n", "f:1: option config"},
	{"name = 'x\n", "f:1: the quotes"},
	{"name = 'x' y\n", "f:1: the quotes"},
	{"= x\n", "f:1: option"},
	{"name = \n", "f:1: name"},
	{"stateless = perhaps\n", "f:1: stateless perhaps"},
	{"port = a,tap:x\nport = a,tap:y\n", "f:2: port a is given twice"},
	{"port = a,tap:x,vlan=9999\n", "f:1: port a: vlan=9999"},
};

static void bad_files_are_refused_by_line(void **state)
{
	for (size_t i = 0; i < sizeof(bad_texts) / sizeof(bad_texts[0]); i++) {
		struct options o;
		char why[512] = "";

		options_init(&o);
		if (parse_text(&o, bad_texts[i].text, why, sizeof(why)) >= 0)
			fail_msg("%s was accepted", bad_texts[i].text);
		if (strncmp(why, bad_texts[i].says, strlen(bad_texts[i].says)) != 0)
			fail_msg("%s: said \"%s\"", bad_texts[i].text, why);
		options_free(&o);
	}
}

static void a_file_that_is_no_text_is_refused(void **state)
{
	struct options o;
	char why[512] = "", *large = malloc(100000);

	assert_non_null(large);
	memset(large, 'x', 100000);
	options_init(&o);
	assert_true(options_parse_config(&o, "f", large, 100000, why, sizeof(why)) < 0);
	memset(large, 0, 100000);
	assert_true(options_parse_config(&o, "f", large, 100000, why, sizeof(why)) < 0);
	free(large);
	options_free(&o);
}

static void help_names_every_option_of_the_manual(void **state)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);

	assert_non_null(f);
	options_help(f);
	fclose(f);
	assert_non_null(strstr(text, "--port SPEC"));
	assert_non_null(strstr(text, "vhost-user:PATH"));
	assert_non_null(strstr(text, "may be repeated"));
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_said_gives_a_learning_switch_of_its_own),
		cmocka_unit_test(the_line_that_scripts_rely_on),
		cmocka_unit_test(datapath_ids_differ_by_name_and_stay),
		cmocka_unit_test(a_file_says_the_same_as_the_command_line),
		cmocka_unit_test(the_command_line_wins_over_the_file),
		cmocka_unit_test(bad_command_lines_are_refused_by_name),
		cmocka_unit_test(bad_files_are_refused_by_line),
		cmocka_unit_test(a_file_that_is_no_text_is_refused),
		cmocka_unit_test(help_names_every_option_of_the_manual),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
