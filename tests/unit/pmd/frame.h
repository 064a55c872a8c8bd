// SPDX-License-Identifier: Apache-2.0
/* Frames without an EAL: a mbuf over a plain array, and headers built byte by byte. */
#pragma once

#include <stdint.h>

#include <rte_mbuf.h>

#define TEST_HEADROOM 128

struct test_frame {
	struct rte_mbuf m;
	uint8_t room[TEST_HEADROOM + 2048];
};

/** An empty frame. */
void test_frame_init(struct test_frame *f);

/** Appends bytes given as hexadecimal text; blanks are skipped. */
void test_frame_hex(struct test_frame *f, const char *hex);

/** The bytes. */
uint8_t *test_frame_bytes(struct test_frame *f);

/** Puts the right IPv4 header and L4 checksums into a frame whose IP header is at `l3`. */
void test_frame_fill_checksums(struct test_frame *f, uint16_t l3);

/** Are both right? An L4 checksum of a UDP frame may be 0. */
int test_frame_checksums_right(struct test_frame *f, uint16_t l3);
