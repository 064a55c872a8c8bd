// SPDX-License-Identifier: Apache-2.0
/* Ports of DPDK's devices, on net_ring (what is sent comes back) and net_null. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "datapath/port/port.h"
#include "tests/unit/port/eal.h"
#include "tests/unit/port/frame.h"

static struct rte_mempool *mbufs;
static struct port_env env;
static int n_changes;

static void changed(struct port *port, void *arg)
{
	n_changes++;
}

static int no_other(void *arg, const char *key, const char *value, char *why, size_t why_size)
{
	return 0;
}

static struct port *open_port(const char *text, char *why)
{
	struct port_spec spec;

	assert_int_equal(port_spec_parse(text, &spec, no_other, NULL, why, 256), 0);
	return port_open(&spec, &env, why, 256);
}

static struct port *open_loop(void)
{
	char why[256] = "";
	struct port *port = open_port("loop,dev:net_ring0", why);

	if (port == NULL)
		fail_msg("%s", why);
	return port;
}

static uint16_t receive(struct port *port, struct rte_mbuf **frames, uint16_t n)
{
	uint32_t dropped = 0;
	uint16_t got = port->ops->rx(port, 0, frames, n, &dropped);

	assert_int_equal(dropped, 0);
	return got;
}

static void frames_come_back_from_a_loop(void **state)
{
	const struct frame_form form = {.payload_size = 100};
	struct port *port = open_loop();
	struct port_tx_result result = {0};
	struct rte_mbuf *frames[4];

	for (int i = 0; i < 4; i++)
		frames[i] = frame_make(mbufs, &form);
	/* What a device says of a frame is no request. */
	frames[1]->ol_flags = RTE_MBUF_F_RX_L4_CKSUM_BAD;
	port->ops->tx(port, 0, frames, 4, &result);
	assert_int_equal(result.sent, 4);
	assert_int_equal(result.sent_bytes, 4 * 154);
	assert_int_equal(receive(port, frames, 4), 4);
	for (int i = 0; i < 4; i++)
		assert_int_equal(frames[i]->ol_flags, 0);
	rte_pktmbuf_free_bulk(frames, 4);
	port_close(port);
}

static void requests_are_done_for_a_device_that_cannot(void **state)
{
	const struct frame_form form = {.payload_size = 2500};
	const struct frame_form small = {.udp = true, .payload_size = 10};
	struct port *port = open_loop();
	struct port_tx_result result = {0};
	struct rte_mbuf *frames[8];

	frames[0] = frame_make(mbufs, &small);
	frame_request(frames[0], &small, 0);
	frames[1] = frame_make(mbufs, &form);
	frame_request(frames[1], &form, 1000);
	frames[2] = frame_make(mbufs, &form);
	port->ops->tx(port, 0, frames, 3, &result);
	assert_int_equal(result.sent, 4);
	assert_int_equal(result.segments_added, 2);
	assert_int_equal(result.dropped[PORT_TX_TOO_LONG], 1);
	assert_int_equal(receive(port, frames, 8), 4);
	assert_true(frame_is_right(frames[0], &small));
	for (int i = 1; i < 4; i++)
		assert_true(frame_is_right(frames[i], &form));
	rte_pktmbuf_free_bulk(frames, 4);
	port_close(port);
}

static void every_frame_is_sent_or_named(void **state)
{
	const struct frame_form form = {.payload_size = 10};
	struct port *port = open_loop();
	struct port_tx_result result = {0};
	uint32_t given = 0;
	struct rte_mbuf *frames[32];

	/* Until the ring is full. */
	while (result.dropped[PORT_TX_RING_FULL] == 0 && given < 1 << 16) {
		for (int i = 0; i < 32; i++)
			frames[i] = frame_make(mbufs, &form);
		port->ops->tx(port, 0, frames, 32, &result);
		given += 32;
	}
	assert_int_equal(result.sent + result.dropped[PORT_TX_RING_FULL], given);
	assert_int_equal(result.sent_bytes, result.sent * 64);
	while (receive(port, frames, 1) == 1)
		rte_pktmbuf_free(frames[0]);
	port_close(port);
	assert_int_equal(rte_mempool_in_use_count(mbufs), 0);
}

static void a_port_that_is_down_passes_nothing(void **state)
{
	const struct frame_form form = {.payload_size = 10};
	struct port *port = open_loop();
	struct port_tx_result result = {0};
	struct port_state now;
	struct rte_mbuf *frame = frame_make(mbufs, &form);

	n_changes = 0;
	assert_int_equal(port->ops->set_admin(port, false), 0);
	assert_int_equal(n_changes, 1);
	port->ops->tx(port, 0, &frame, 1, &result);
	assert_int_equal(result.dropped[PORT_TX_DOWN], 1);
	port->ops->state(port, &now);
	assert_false(now.link_up);
	assert_int_equal(port->ops->set_admin(port, true), 0);
	port->ops->state(port, &now);
	assert_true(now.link_up);
	port_close(port);
}

static void a_device_has_one_port(void **state)
{
	char why[256];
	struct port *port = open_loop();

	assert_null(open_port("other,dev:net_ring0", why));
	assert_int_equal(errno, EEXIST);
	assert_non_null(strstr(why, "another port"));
	port_close(port);
	port_close(open_loop());
	port_close(NULL);
}

static void a_port_takes_jumbo_frames_when_it_is_told(void **state)
{
	const struct frame_form form = {.payload_size = 8900};
	struct port *port = open_loop();
	struct port_tx_result result = {0};
	struct port_state now;
	struct rte_mbuf *frame = frame_make(mbufs, &form);

	assert_int_equal(port->ops->set_mtu(port, 9000), 0);
	port->ops->state(port, &now);
	assert_int_equal(now.mtu, 9000);
	port->ops->tx(port, 0, &frame, 1, &result);
	assert_int_equal(result.sent, 1);
	assert_int_equal(receive(port, &frame, 1), 1);
	assert_int_equal(frame->pkt_len, 8954);
	rte_pktmbuf_free(frame);
	assert_int_equal(port->ops->set_mtu(port, 10), -ERANGE);
	port_close(port);
}

static void a_device_that_is_not_there_is_named(void **state)
{
	char why[256];

	assert_null(open_port("p1,dev:net_nothing0", why));
	assert_non_null(strstr(why, "net_nothing0"));
	assert_null(open_port("p1,af_packet:nothere", why));
	assert_int_equal(errno, ENODEV);
	assert_non_null(strstr(why, "no network interface nothere"));
}

static void a_null_device_keeps_its_name_and_options(void **state)
{
	char why[256];
	struct port *port = open_port("x,dev:net_null0,no-rx=1,ofport=7,queues=2", why);
	struct rte_mbuf *frames[4];

	assert_non_null(port);
	assert_int_equal(port->n_rxq, 2);
	assert_int_equal(receive(port, frames, 4), 0);
	port_close(port);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_come_back_from_a_loop),
		cmocka_unit_test(requests_are_done_for_a_device_that_cannot),
		cmocka_unit_test(every_frame_is_sent_or_named),
		cmocka_unit_test(a_port_that_is_down_passes_nothing),
		cmocka_unit_test(a_device_has_one_port),
		cmocka_unit_test(a_port_takes_jumbo_frames_when_it_is_told),
		cmocka_unit_test(a_device_that_is_not_there_is_named),
		cmocka_unit_test(a_null_device_keeps_its_name_and_options),
	};

	mbufs = eal_start(4095);
	if (mbufs == NULL)
		return 1;
	env = (struct port_env){.mbufs = mbufs, .n_lcores = 1, .changed = changed};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
