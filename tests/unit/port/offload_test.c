// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rte_ip.h>
#include <rte_tcp.h>

#include "datapath/port/offload.h"
#include "datapath/port/port.h"
#include "tests/unit/port/eal.h"
#include "tests/unit/port/frame.h"

static struct rte_mempool *mbufs;

static void expect_no_leak(void)
{
	assert_int_equal(rte_mempool_in_use_count(mbufs), 0);
}

static void checksums_are_completed(void **state)
{
	for (int i = 0; i < 12; i++) {
		/* An odd payload, and one over several mbufs. */
		const struct frame_form form = {.v6 = i & 1,
						.udp = (i & 2) != 0,
						.n_tags = i / 4,
						.payload_size = i & 4 ? 5001 : 101};
		struct rte_mbuf *frame = frame_make(mbufs, &form);
		struct rte_mbuf *out;

		frame_request(frame, &form, 0);
		assert_false(frame_is_right(frame, &form));
		assert_int_equal(port_offload_finish(frame, 9000, mbufs, &out, 1), 1);
		assert_true(frame_is_right(out, &form));
		assert_int_equal(out->ol_flags, 0);
		rte_pktmbuf_free(out);
	}
	expect_no_leak();
}

static void padding_is_not_summed(void **state)
{
	const struct frame_form form = {.payload_size = 2};
	struct rte_mbuf *frame = frame_make(mbufs, &form);
	struct rte_mbuf *out;

	memset(rte_pktmbuf_append(frame, 4), 0xff, 4);
	frame_request(frame, &form, 0);
	assert_int_equal(port_offload_finish(frame, 1500, mbufs, &out, 1), 1);
	rte_pktmbuf_trim(out, 4);
	assert_true(frame_is_right(out, &form));
	rte_pktmbuf_free(out);
	expect_no_leak();
}

static void shared_frames_are_not_written(void **state)
{
	const struct frame_form form = {.payload_size = 100};
	struct rte_mbuf *frame = frame_make(mbufs, &form);
	struct rte_mbuf *clone = rte_pktmbuf_clone(frame, mbufs);
	uint8_t before[200];
	struct rte_mbuf *out;

	memcpy(before, rte_pktmbuf_mtod(frame, void *), frame->data_len);
	frame_request(clone, &form, 0);
	assert_int_equal(port_offload_finish(clone, 1500, mbufs, &out, 1), 1);
	assert_true(frame_is_right(out, &form));
	assert_memory_equal(before, rte_pktmbuf_mtod(frame, void *), frame->data_len);
	rte_pktmbuf_free(out);
	/* The same mbuf with two owners. */
	rte_mbuf_refcnt_update(frame, 1);
	frame_request(frame, &form, 0);
	assert_int_equal(port_offload_finish(frame, 1500, mbufs, &out, 1), 1);
	assert_ptr_not_equal(out, frame);
	assert_memory_equal(before, rte_pktmbuf_mtod(frame, void *), frame->data_len);
	rte_pktmbuf_free(out);
	rte_pktmbuf_free(frame);
	expect_no_leak();
}

static const struct rte_tcp_hdr *tcp_of(const struct rte_mbuf *m, const struct frame_form *form)
{
	return rte_pktmbuf_mtod_offset(m, const struct rte_tcp_hdr *,
				       frame_header_size(form) - sizeof(struct rte_tcp_hdr));
}

static void check_segments(const struct frame_form *form, uint16_t segsz, uint16_t mtu,
			   uint16_t wanted_size)
{
	struct rte_mbuf *frame = frame_make(mbufs, form);
	struct rte_mbuf *out[64];
	uint32_t header = frame_header_size(form);
	uint32_t at = 0;
	uint16_t n;

	frame_request(frame, form, segsz);
	n = port_offload_finish(frame, mtu, mbufs, out, 64);
	assert_int_equal(n, (form->payload_size + wanted_size - 1) / wanted_size);
	for (uint16_t i = 0; i < n; i++) {
		uint32_t size = out[i]->pkt_len - header;
		const struct rte_tcp_hdr *tcp = tcp_of(out[i], form);
		uint8_t bytes[9000];
		const uint8_t *payload = rte_pktmbuf_read(out[i], header, size, bytes);
		uint8_t flags = RTE_TCP_ACK_FLAG;

		assert_true(frame_is_right(out[i], form));
		assert_int_equal(out[i]->ol_flags, 0);
		assert_int_equal(rte_be_to_cpu_32(tcp->sent_seq), 1000 + at);
		flags |= i == 0 ? RTE_TCP_CWR_FLAG : 0;
		flags |= i == n - 1 ? RTE_TCP_PSH_FLAG | RTE_TCP_FIN_FLAG : 0;
		assert_int_equal(tcp->tcp_flags, flags);
		for (uint32_t k = 0; k < size; k++)
			assert_int_equal(payload[k], (at + k) % 251);
		at += size;
		rte_pktmbuf_free(out[i]);
	}
	assert_int_equal(at, form->payload_size);
	expect_no_leak();
}

static void frames_are_segmented(void **state)
{
	for (int i = 0; i < 6; i++) {
		struct frame_form form = {.v6 = i & 1, .n_tags = i / 2, .payload_size = 7001};

		check_segments(&form, 1000, 1500, 1000);
		/* A segment longer than an mbuf, and one that the MTU cuts. */
		check_segments(&form, 3000, 9000, 3000);
		check_segments(&form, 3000, 1500, form.v6 ? 1440 : 1460);
		form.payload_size = 900;
		check_segments(&form, 1000, 1500, 1000);
	}
}

static void a_segmentation_request_without_payload_is_one_frame(void **state)
{
	const struct frame_form form = {.payload_size = 0};
	struct rte_mbuf *frame = frame_make(mbufs, &form);
	struct rte_mbuf *out[2];

	frame_request(frame, &form, 1000);
	assert_int_equal(port_offload_finish(frame, 1500, mbufs, out, 2), 1);
	assert_true(frame_is_right(out[0], &form));
	rte_pktmbuf_free(out[0]);
	expect_no_leak();
}

static void too_many_segments_free_the_frame(void **state)
{
	const struct frame_form form = {.payload_size = 7000};
	struct rte_mbuf *frame = frame_make(mbufs, &form);
	struct rte_mbuf *out[4];

	frame_request(frame, &form, 1000);
	assert_int_equal(port_offload_finish(frame, 1500, mbufs, out, 4), 0);
	expect_no_leak();
}

static void changed_addresses_get_a_new_pseudo_header(void **state)
{
	const struct frame_form form = {.n_tags = 1, .payload_size = 333};
	struct rte_mbuf *frame = frame_make(mbufs, &form);
	struct rte_ipv4_hdr *ip = rte_pktmbuf_mtod_offset(frame, struct rte_ipv4_hdr *, 18);
	struct rte_mbuf *out;

	frame_request(frame, &form, 0);
	frame->l2_len = 14; /* as before the tag was pushed */
	ip->dst_addr = RTE_BE32(0xc0a80001);
	ip->hdr_checksum = 0;
	ip->hdr_checksum = rte_ipv4_cksum(ip);
	assert_int_equal(port_offload_refresh(frame), 0);
	assert_int_equal(frame->l2_len, 18);
	assert_int_equal(tcp_of(frame, &form)->cksum, rte_ipv4_phdr_cksum(ip, 0));
	assert_int_equal(port_offload_finish(frame, 1500, mbufs, &out, 1), 1);
	assert_true(frame_is_right(out, &form));
	rte_pktmbuf_free(out);
	expect_no_leak();
}

static void a_guests_claims_become_requests(void **state)
{
	const struct frame_form form = {.v6 = true, .payload_size = 3000};
	struct rte_mbuf *frame = frame_make(mbufs, &form);

	frame->ol_flags = RTE_MBUF_F_RX_L4_CKSUM_NONE | RTE_MBUF_F_RX_LRO;
	frame->tso_segsz = 1000;
	assert_int_equal(offload_from_rx(frame), 0);
	assert_int_equal(frame->ol_flags,
			 RTE_MBUF_F_TX_TCP_CKSUM | RTE_MBUF_F_TX_TCP_SEG | RTE_MBUF_F_TX_IPV6);
	assert_int_equal(frame->l2_len, 14);
	assert_int_equal(frame->l3_len, 40);
	assert_int_equal(frame->l4_len, 20);
	rte_pktmbuf_free(frame);
	expect_no_leak();
}

/* Writes one byte of a right frame and expects that a claim about it is refused. */
static void refuse(const struct frame_form *form, uint16_t at, uint8_t value, uint16_t segsz)
{
	struct rte_mbuf *frame = frame_make(mbufs, form);

	if (at != 0)
		rte_pktmbuf_mtod(frame, uint8_t *)[at] = value;
	frame->ol_flags = RTE_MBUF_F_RX_L4_CKSUM_NONE;
	if (segsz != 0)
		frame->ol_flags |= RTE_MBUF_F_RX_LRO;
	frame->tso_segsz = segsz;
	assert_int_equal(offload_from_rx(frame), -EINVAL);
	rte_pktmbuf_free(frame);
}

static void lies_of_a_guest_are_refused(void **state)
{
	const struct frame_form tcp = {.payload_size = 10};
	const struct frame_form udp = {.udp = true, .payload_size = 10};
	const struct frame_form tcp6 = {.v6 = true, .payload_size = 10};

	refuse(&tcp, 12, 0x86, 0); /* not IP */
	refuse(&tcp, 14, 0x44, 0); /* header length 16 */
	refuse(&tcp, 14, 0x4f, 0); /* options beyond the frame */
	refuse(&tcp, 14, 0x65, 0); /* version */
	refuse(&tcp, 20, 0x20, 0); /* a fragment */
	refuse(&tcp, 23, 1, 0);    /* ICMP */
	refuse(&tcp, 46, 0x40, 0); /* TCP header of 16 bytes */
	refuse(&tcp, 46, 0xf0, 0); /* TCP header beyond the frame */
	refuse(&tcp, 0, 0, 1);     /* tens of thousands of segments */
	refuse(&udp, 0, 0, 1000);  /* segmentation of UDP */
	refuse(&tcp6, 20, 43, 0);  /* an extension header that runs out of the frame */
	refuse(&tcp6, 20, 44, 0);  /* a fragment */
	expect_no_leak();
}

static void requests_that_do_not_fit_are_freed(void **state)
{
	const struct frame_form form = {.payload_size = 10};
	struct rte_mbuf *frame = frame_make(mbufs, &form);
	struct rte_mbuf *out;

	frame_request(frame, &form, 0);
	/* IP says more than there is. */
	rte_pktmbuf_mtod(frame, uint8_t *)[16] = 0xff;
	assert_int_equal(port_offload_finish(frame, 1500, mbufs, &out, 1), 0);
	expect_no_leak();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(checksums_are_completed),
		cmocka_unit_test(padding_is_not_summed),
		cmocka_unit_test(shared_frames_are_not_written),
		cmocka_unit_test(frames_are_segmented),
		cmocka_unit_test(a_segmentation_request_without_payload_is_one_frame),
		cmocka_unit_test(too_many_segments_free_the_frame),
		cmocka_unit_test(changed_addresses_get_a_new_pseudo_header),
		cmocka_unit_test(a_guests_claims_become_requests),
		cmocka_unit_test(lies_of_a_guest_are_refused),
		cmocka_unit_test(requests_that_do_not_fit_are_freed),
	};

	mbufs = eal_start(1023);
	if (mbufs == NULL)
		return 1;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
