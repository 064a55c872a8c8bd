// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/pmd/frame.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

void test_frame_init(struct test_frame *f)
{
	memset(f, 0, sizeof(*f));
	f->m.buf_addr = f->room;
	f->m.buf_len = sizeof(f->room);
	f->m.data_off = TEST_HEADROOM;
	f->m.nb_segs = 1;
	rte_mbuf_refcnt_set(&f->m, 1);
}

uint8_t *test_frame_bytes(struct test_frame *f)
{
	return rte_pktmbuf_mtod(&f->m, uint8_t *);
}

void test_frame_hex(struct test_frame *f, const char *hex)
{
	while (*hex != '\0') {
		unsigned int byte;

		if (isspace((unsigned char)*hex)) {
			hex++;
			continue;
		}
		sscanf(hex, "%2x", &byte);
		test_frame_bytes(f)[f->m.data_len++] = (uint8_t)byte;
		hex += 2;
	}
	f->m.pkt_len = f->m.data_len;
}

static uint32_t sum(const uint8_t *p, size_t size)
{
	uint32_t s = 0;

	for (size_t i = 0; i < size; i++)
		s += i % 2 ? p[i] : (uint32_t)p[i] << 8;
	return s;
}

static uint16_t finish(uint32_t s)
{
	while (s >> 16)
		s = (s & 0xffff) + (s >> 16);
	return (uint16_t)~s;
}

struct parts {
	uint8_t *ip, *l4, *checksum;
	uint16_t l4_size;
	uint8_t proto;
	uint32_t pseudo;
};

static struct parts split(struct test_frame *f, uint16_t l3)
{
	struct parts p = {.ip = test_frame_bytes(f) + l3};

	if (p.ip[0] >> 4 == 4) {
		p.l4 = p.ip + (p.ip[0] & 15) * 4;
		p.l4_size = (uint16_t)((p.ip[2] << 8 | p.ip[3]) - (p.l4 - p.ip));
		p.proto = p.ip[9];
		p.pseudo = sum(p.ip + 12, 8);
	} else {
		p.l4 = p.ip + 40;
		p.l4_size = (uint16_t)(p.ip[4] << 8 | p.ip[5]);
		p.proto = p.ip[6];
		p.pseudo = sum(p.ip + 8, 32);
	}
	p.pseudo += p.proto + p.l4_size;
	if (p.proto == 1)
		p.pseudo = 0;
	p.checksum = p.l4 + (p.proto == 6 ? 16 : p.proto == 17 ? 6 : 2);
	return p;
}

void test_frame_fill_checksums(struct test_frame *f, uint16_t l3)
{
	struct parts p = split(f, l3);
	uint16_t c;

	if (p.ip[0] >> 4 == 4) {
		p.ip[10] = p.ip[11] = 0;
		c = finish(sum(p.ip, (p.ip[0] & 15) * 4u));
		p.ip[10] = (uint8_t)(c >> 8);
		p.ip[11] = (uint8_t)c;
	}
	p.checksum[0] = p.checksum[1] = 0;
	c = finish(sum(p.l4, p.l4_size) + p.pseudo);
	if (p.proto == 17 && c == 0)
		c = 0xffff;
	p.checksum[0] = (uint8_t)(c >> 8);
	p.checksum[1] = (uint8_t)c;
}

int test_frame_checksums_right(struct test_frame *f, uint16_t l3)
{
	struct parts p = split(f, l3);

	if (p.ip[0] >> 4 == 4 && finish(sum(p.ip, (p.ip[0] & 15) * 4u)) != 0)
		return 0;
	if (p.proto == 17 && p.checksum[0] == 0 && p.checksum[1] == 0)
		return 1;
	return finish(sum(p.l4, p.l4_size) + p.pseudo) == 0;
}
