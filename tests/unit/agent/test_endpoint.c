// SPDX-License-Identifier: Apache-2.0
/* Controllers and listeners as operators write them, and the rate of packet-ins. */
#include "datapath/agent/endpoint.h"
#include "datapath/agent/packet_in_limit.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void what_is_written_reads_back(void **state)
{
	static const struct {
		enum endpoint_side side;
		const char *text, *back; /* NULL: the same */
	} good[] = {
		{ENDPOINT_CONTROLLER, "tcp:10.0.0.1:6653", NULL},
		{ENDPOINT_CONTROLLER, "ssl:10.0.0.1", "tls:10.0.0.1:6653"},
		{ENDPOINT_CONTROLLER, "tcp:10.0.0.1:6653,aux=2,probe=0,backoff=30",
		 "tcp:10.0.0.1:6653,probe=0,backoff=30,aux=2"},
		{ENDPOINT_CONTROLLER, "tcp:10.0.0.1:6653,probe=5,backoff=8", "tcp:10.0.0.1:6653"},
		{ENDPOINT_LISTENER, "tls:[::]:6654,packet-in-rate=100,packet-in-burst=7,max=16",
		 NULL},
		{ENDPOINT_LISTENER, "tcp:0.0.0.0:1,packet-in-rate=10",
		 "tcp:0.0.0.0:1,packet-in-rate=10,packet-in-burst=3"},
		{ENDPOINT_LISTENER, "tcp:0.0.0.0:1,allow=10.0.0.0/8;192.168.1.7;2001:db8::/32",
		 NULL},
		{ENDPOINT_LISTENER, "unix:/run/a,b", NULL},
		{ENDPOINT_LISTENER, "unix:/run/a,b,max=3", NULL},
	};
	char why[300] = "";

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct endpoint e, again;
		struct text t = {0};

		if (endpoint_parse(good[i].text, good[i].side, &e, why, sizeof(why)) != 0)
			fail_msg("%s: %s", good[i].text, why);
		endpoint_text(&e, &t);
		assert_string_equal(text_get(&t),
				    good[i].back != NULL ? good[i].back : good[i].text);
		assert_int_equal(
			endpoint_parse(text_get(&t), good[i].side, &again, why, sizeof(why)), 0);
		assert_true(endpoint_equal(&e, &again));
		text_free(&t);
	}
}

static void what_makes_no_sense_is_refused_with_a_sentence(void **state)
{
	static const struct {
		enum endpoint_side side;
		const char *text, *word;
	} bad[] = {
		{ENDPOINT_CONTROLLER, "", "tcp:HOST:PORT"},
		{ENDPOINT_CONTROLLER, "tcp:h:1,probe=3601", "3600"},
		{ENDPOINT_CONTROLLER, "tcp:h:1,probe=-1", "probe"},
		{ENDPOINT_CONTROLLER, "tcp:h:1,max=1", "max"},
		{ENDPOINT_CONTROLLER, "tcp:h:1,colour=red", "colour"},
		{ENDPOINT_CONTROLLER, "tcp:h:1,probe=1,aux", "aux"},
		{ENDPOINT_CONTROLLER, "tcp:h:1,packet-in-burst=1", "packet-in-rate"},
		{ENDPOINT_LISTENER, "tcp:h:1,backoff=1", "backoff"},
		{ENDPOINT_LISTENER, "tcp:h:1,allow=", "nobody"},
		{ENDPOINT_LISTENER, "tcp:h:1,allow=10.0.0.1/8", "prefix"},
		{ENDPOINT_LISTENER, "unix:/x,allow=10.0.0.0/8", "rights"},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct endpoint e;
		char why[300] = "";

		assert_int_equal(endpoint_parse(bad[i].text, bad[i].side, &e, why, sizeof(why)),
				 -EINVAL);
		if (strstr(why, bad[i].word) == NULL)
			fail_msg("%s: %s", bad[i].text, why);
	}
}

static void packet_ins_come_at_their_rate(void **state)
{
	struct packet_in_limit l = packet_in_limit_init(100, 5, 1000);
	unsigned n = 0;

	for (int i = 0; i < 20; i++)
		n += packet_in_limit_take(&l, 1000);
	assert_int_equal(n, 5); /* the burst */
	for (uint64_t ms = 1001; ms <= 2000; ms++)
		n += packet_in_limit_take(&l, ms);
	assert_int_equal(n, 105); /* a second of the rate */
	for (int i = 0; i < 20; i++)
		n += packet_in_limit_take(&l, UINT64_MAX);
	assert_int_equal(n, 110); /* however long it was quiet */
	l = packet_in_limit_init(0, 0, 0);
	for (int i = 0; i < 20; i++)
		assert_true(packet_in_limit_take(&l, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_reads_back),
		cmocka_unit_test(what_makes_no_sense_is_refused_with_a_sentence),
		cmocka_unit_test(packet_ins_come_at_their_rate),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
