// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "datapath/port/devargs.h"
#include "lib/text.h"

static void check(const char *kind, const char *arg, uint16_t n_queues, const char *wanted)
{
	struct port_spec spec = {.name = "p1", .kind = PORT_ETHDEV, .n_queues = n_queues};
	char devargs[DEVARGS_SIZE];

	text_copy(spec.kind_name, sizeof(spec.kind_name), kind);
	text_copy(spec.arg, sizeof(spec.arg), arg);
	assert_int_equal(devargs_write(&spec, devargs), 0);
	assert_string_equal(devargs, wanted);
}

static void friendly_forms_become_device_strings(void **state)
{
	check("tap", "tap0", 0, "net_tap_p1,iface=tap0");
	check("af_xdp", "eth0", 0, "net_af_xdp_p1,iface=eth0,queue_count=1");
	check("pcap", "in.pcap", 0, "net_pcap_p1,rx_pcap=in.pcap");
	check("pcap", "in.pcap:out.pcap", 0, "net_pcap_p1,rx_pcap=in.pcap,tx_pcap=out.pcap");
	check("pcap", ":out.pcap", 0, "net_pcap_p1,tx_pcap=out.pcap");
	check("pci", "0000:01:00.0", 0, "0000:01:00.0");
	check("dev", "net_null0,no-rx=1", 0, "net_null0,no-rx=1");
}

static void a_tap_gets_the_mac(void **state)
{
	struct port_spec spec = {.name = "p1", .kind_name = "tap", .arg = "t0", .has_mac = true};
	char devargs[DEVARGS_SIZE];

	spec.mac = (struct eth_addr){{2, 0, 0, 0, 0, 9}};
	assert_int_equal(devargs_write(&spec, devargs), 0);
	assert_string_equal(devargs, "net_tap_p1,iface=t0,mac=02:00:00:00:00:09");
}

static void names_end_at_the_first_comma(void **state)
{
	char name[12];

	devargs_name("net_null0,no-rx=1", name, sizeof(name));
	assert_string_equal(name, "net_null0");
	devargs_name("net_af_xdp_p1", name, sizeof(name));
	assert_string_equal(name, "net_af_xdp_");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(friendly_forms_become_device_strings),
		cmocka_unit_test(a_tap_gets_the_mac),
		cmocka_unit_test(names_end_at_the_first_comma),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
