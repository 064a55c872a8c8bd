// SPDX-License-Identifier: Apache-2.0
/* Rates between two samples, and how a port's settings read. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "cli/port.h"
#include "cli/sample.h"

static struct sample at(uint64_t ms, const char *ports, const char *lcores)
{
	return (struct sample){
		.at_ms = ms,
		.ports = ports != NULL ? json_loads(ports, 0, NULL) : NULL,
		.lcores = lcores != NULL ? json_loads(lcores, 0, NULL) : NULL,
	};
}

static bool near(double a, double b)
{
	return fabs(a - b) < 1e-6;
}

static void rates_are_per_second(void **state)
{
	struct sample a = at(1000,
			     "[{\"name\":\"vm1\",\"counters\":{\"rx_packets\":10,\"rx_bytes\":640,"
			     "\"tx_packets\":0,\"tx_bytes\":0,\"drops\":{\"a\":1}}}]",
			     NULL);
	struct sample b = at(3000,
			     "[{\"name\":\"vm1\",\"counters\":{\"rx_packets\":30,\"rx_bytes\":1920,"
			     "\"tx_packets\":4,\"tx_bytes\":400,\"drops\":{\"a\":2,\"b\":3}}}]",
			     NULL);
	struct port_rate r = sample_port_rate(&a, &b, json_array_get(b.ports, 0));

	assert_true(near(r.rx_pps, 10));
	assert_true(near(r.rx_bps, 5120));
	assert_true(near(r.tx_pps, 2));
	assert_true(near(r.tx_bps, 1600));
	assert_true(near(r.drop_pps, 2));
	sample_free(&a);
	sample_free(&b);
}

static void port_made_anew_has_no_rate(void **state)
{
	struct sample a = at(0, "[{\"name\":\"vm1\",\"counters\":{\"rx_packets\":10}}]", NULL);
	struct sample b = at(1000,
			     "[{\"name\":\"vm1\",\"counters\":{\"rx_packets\":5,\"tx_packets\":9}},"
			     "{\"name\":\"vm2\",\"counters\":{\"rx_packets\":5}}]",
			     NULL);

	for (size_t i = 0; i < 2; i++) {
		struct port_rate r = sample_port_rate(&a, &b, json_array_get(b.ports, i));

		assert_true(r.rx_pps == 0 && r.tx_pps == 0 && r.drop_pps == 0);
	}
	sample_free(&a);
	sample_free(&b);
}

static void load_is_the_share_of_busy_cycles(void **state)
{
	struct sample a = at(0, "[]",
			     "[{\"lcore\":1,\"busy_cycles\":100,\"idle_cycles\":100,"
			     "\"packets\":0,\"rxqs\":[{\"port\":\"vm1\",\"queue\":0,"
			     "\"busy_cycles\":0,\"packets\":0}]}]");
	struct sample b = at(500, "[]",
			     "[{\"lcore\":1,\"busy_cycles\":400,\"idle_cycles\":200,"
			     "\"packets\":10,\"rxqs\":[{\"port\":\"vm1\",\"queue\":0,"
			     "\"busy_cycles\":200,\"packets\":8}]}]");
	const json_t *lcore = json_array_get(b.lcores, 0);
	struct lcore_rate r = sample_lcore_rate(&a, &b, lcore);

	assert_true(near(r.busy, 0.75) && near(r.pps, 20) && near(r.cycles_per_frame, 30));
	r = sample_rxq_rate(&a, &b, lcore, json_array_get(json_object_get(lcore, "rxqs"), 0));
	assert_true(near(r.busy, 0.5) && near(r.pps, 16) && near(r.cycles_per_frame, 25));
	sample_free(&a);
	sample_free(&b);
}

static void vlans_read_as_people_say_them(void **state)
{
	static const struct {
		const char *json, *text;
	} cases[] = {
		{"{\"vlan\":{\"mode\":\"none\"}}", "-"},
		{"{}", "-"},
		{"{\"vlan\":{\"mode\":\"access\",\"access\":10}}", "10"},
		{"{\"vlan\":{\"mode\":\"trunk\",\"trunk\":[[10,10],[20,30]],\"native\":null}}",
		 "trunk 10;20-30"},
		{"{\"vlan\":{\"mode\":\"trunk\",\"trunk\":[[1,2]],\"native\":1}}",
		 "trunk 1-2 native 1"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *port = json_loads(cases[i].json, 0, NULL);
		struct text t = {0};

		port_vlan_text(port, &t);
		assert_string_equal(text_get(&t), cases[i].text);
		text_free(&t);
		json_decref(port);
	}
}

static void qemu_arguments_are_quoted_for_a_shell(void **state)
{
	json_t *arguments = json_loads("[\"-chardev\",\"socket,path=/run/a b's\",\"-device\","
				       "\"virtio-net-pci,mac=02:00:00:00:00:01\"]",
				       0, NULL);
	struct text t = {0};

	port_qemu_text(arguments, &t);
	assert_string_equal(text_get(&t), "  -chardev 'socket,path=/run/a b'\\''s' \\\n"
					  "  -device virtio-net-pci,mac=02:00:00:00:00:01\n");
	text_free(&t);
	json_decref(arguments);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rates_are_per_second),
		cmocka_unit_test(port_made_anew_has_no_rate),
		cmocka_unit_test(load_is_the_share_of_busy_cycles),
		cmocka_unit_test(vlans_read_as_people_say_them),
		cmocka_unit_test(qemu_arguments_are_quoted_for_a_shell),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
