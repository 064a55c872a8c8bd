// SPDX-License-Identifier: Apache-2.0
/*
 * frame: TCP and UDP frames for the tests of ports, and whether their checksums are right.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <rte_mbuf.h>

struct frame_form {
	bool v6;
	bool udp;
	uint16_t n_tags;
	uint32_t payload_size;
};

/**
 * A frame with the payload bytes 0, 1, 2, … (mod 251), a right IPv4 checksum, and in the checksum
 * field of TCP or UDP what a guest leaves there when it asks for checksum offload. Sequence number
 * 1000, flags ACK, PSH, FIN and CWR. Chained when it is longer than an mbuf. No flags are set.
 */
struct rte_mbuf *frame_make(struct rte_mempool *mbufs, const struct frame_form *form);

/** Sets the flags of a guest's request: checksum, and segmentation unless segsz is 0. */
void frame_request(struct rte_mbuf *frame, const struct frame_form *form, uint16_t segsz);

/** Bytes of all headers of such a frame. */
uint32_t frame_header_size(const struct frame_form *form);

/** True when length fields and all checksums of a frame are right. */
bool frame_is_right(const struct rte_mbuf *frame, const struct frame_form *form);
