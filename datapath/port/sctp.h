// SPDX-License-Identifier: Apache-2.0
/*
 * sctp: the checksum of SCTP, which covers the whole packet (RFC 9260 §6.8). Any thread.
 */
#pragma once

#include <stdint.h>

#include <rte_mbuf.h>

#define SCTP_CHECKSUM_OFFSET 8 /* of its four bytes in the header */

/**
 * Writes the checksum of the packet that begins `at` bytes into the frame and has `size` bytes, no
 * more than the frame has from there on. Its header must be in the first segment.
 */
void sctp_checksum_write(struct rte_mbuf *m, uint32_t at, uint32_t size);
