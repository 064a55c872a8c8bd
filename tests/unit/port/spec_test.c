// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "datapath/port/port.h"

/* The options that the parser leaves to its caller, as `key=value;`. */
struct others {
	char seen[256];
};

static int take_other(void *arg, const char *key, const char *value, char *why, size_t why_size)
{
	struct others *o = arg;
	size_t len = strlen(o->seen);

	if (strcmp(value, "bad") == 0) {
		snprintf(why, why_size, "%s is bad", key);
		return -EINVAL;
	}
	snprintf(o->seen + len, sizeof(o->seen) - len, "%s=%s;", key, value);
	return 0;
}

static int parse(const char *text, struct port_spec *spec, struct others *o, char *why)
{
	*o = (struct others){0};
	why[0] = '\0';
	return port_spec_parse(text, spec, take_other, o, why, 256);
}

static void reads_all_kinds(void **state)
{
	static const struct {
		const char *text, *kind, *arg;
		enum port_kind is;
	} rows[] = {
		{"vm1,vhost-user:/run/vm1.sock", "vhost-user", "/run/vm1.sock", PORT_VHOST},
		{"t.1,tap:tap0", "tap", "tap0", PORT_ETHDEV},
		{"p1,af_packet:dut1", "af_packet", "dut1", PORT_PACKET},
		{"p2,af_xdp:eth0", "af_xdp", "eth0", PORT_ETHDEV},
		{"c,pcap:/tmp/in.pcap:/tmp/out.pcap", "pcap", "/tmp/in.pcap:/tmp/out.pcap",
		 PORT_ETHDEV},
		{"c,pcap::out.pcap", "pcap", ":out.pcap", PORT_ETHDEV},
		{"n,pci:0000:01:00.0", "pci", "0000:01:00.0", PORT_ETHDEV},
		{"x,dev:net_null0", "dev", "net_null0", PORT_ETHDEV},
	};
	struct port_spec spec;
	struct others o;
	char why[256];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(parse(rows[i].text, &spec, &o, why), 0);
		assert_string_equal(spec.kind_name, rows[i].kind);
		assert_string_equal(spec.arg, rows[i].arg);
		assert_int_equal(spec.kind, rows[i].is);
	}
}

static void reads_own_options_and_leaves_others(void **state)
{
	struct port_spec spec;
	struct others o;
	char why[256];

	assert_int_equal(parse("vm2,vhost-user:/a,client,trunk=10;20,native=10,queues=2,mtu=9000,"
			       "mac=52:54:00:00:00:01,ofport=3",
			       &spec, &o, why),
			 0);
	assert_true(spec.client);
	assert_int_equal(spec.n_queues, 2);
	assert_int_equal(spec.mtu, 9000);
	assert_true(spec.has_mac);
	assert_int_equal(spec.mac.b[5], 1);
	assert_string_equal(o.seen, "trunk=10;20;native=10;ofport=3;");
	assert_int_equal(parse("vm1,vhost-user:/a,server,vlan=10", &spec, &o, why), 0);
	assert_false(spec.client);
	assert_string_equal(o.seen, "vlan=10;");
}

static void device_strings_end_at_our_first_option(void **state)
{
	struct port_spec spec;
	struct others o;
	char why[256];

	assert_int_equal(parse("x,dev:net_null0,no-rx=1,size=64,ofport=7,queues=4", &spec, &o, why),
			 0);
	assert_string_equal(spec.arg, "net_null0,no-rx=1,size=64");
	assert_int_equal(spec.n_queues, 4);
	assert_string_equal(o.seen, "ofport=7;");
	assert_int_equal(
		parse("x,dev:net_virtio_user0,path=/s,queues=2,server=1,vlan=3", &spec, &o, why),
		0);
	assert_string_equal(spec.arg, "net_virtio_user0,path=/s,queues=2,server=1");
	assert_string_equal(o.seen, "vlan=3;");
	assert_int_equal(parse("x,dev:0000:01:00.0,representor=[0,1],mtu=2000", &spec, &o, why), 0);
	assert_string_equal(spec.arg, "0000:01:00.0,representor=[0,1]");
	assert_int_equal(spec.mtu, 2000);
}

static void refuses_what_is_wrong_and_says_why(void **state)
{
	static const char *const rows[][2] = {
		{"", "name"},
		{"vm1", "kind"},
		{"vm 1,tap:t", "character"},
		{"12,tap:t", "number"},
		{"a234567890123456789012345678901234567890,tap:t", "31"},
		{"vm1,tap", "KIND:ARG"},
		{"vm1,bridge:x", "no kind 'bridge'"},
		{"vm1,tap:", "argument"},
		{"vm1,tap:a234567890123456", "network interface"},
		{"vm1,pcap::", "argument"},
		{"vm1,pci:eth0", "PCI address"},
		{"vm1,tap:t,queu=2", "no option 'queu=2'"},
		{"vm1,tap:t,queues=0", "from 1 to 16"},
		{"vm1,tap:t,queues=17", "from 1 to 16"},
		{"vm1,tap:t,mtu=67", "from 68 to 9216"},
		{"vm1,tap:t,mac=01:00:00:00:00:01", "station"},
		{"vm1,tap:t,client", "vhost-user ports only"},
		{"vm1,vhost-user:/a,client=yes", "no value"},
		{"vm1,tap:t,vlan=bad", "vlan is bad"},
		{"vm1,tap:t,", "no option ''"},
	};
	struct port_spec spec;
	struct others o;
	char why[256];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(parse(rows[i][0], &spec, &o, why), -EINVAL);
		if (strstr(why, rows[i][1]) == NULL)
			fail_msg("'%s' gives '%s'", rows[i][0], why);
	}
}

static void refuses_long_text(void **state)
{
	static char text[4096] = "vm1,dev:net_null0,";
	struct port_spec spec;
	struct others o;
	char why[256];

	memset(text + strlen(text), 'a', 1100);
	assert_int_equal(parse(text, &spec, &o, why), -EINVAL);
	memset(text + 18, 'a', sizeof(text) - 19);
	assert_int_equal(parse(text, &spec, &o, why), -EINVAL);
	memset(text, 0, sizeof(text));
	strcpy(text, "vm1,vhost-user:/");
	memset(text + strlen(text), 'a', 107);
	assert_int_equal(parse(text, &spec, &o, why), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_all_kinds),
		cmocka_unit_test(reads_own_options_and_leaves_others),
		cmocka_unit_test(device_strings_end_at_our_first_option),
		cmocka_unit_test(refuses_what_is_wrong_and_says_why),
		cmocka_unit_test(refuses_long_text),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
