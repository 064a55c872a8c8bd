// SPDX-License-Identifier: Apache-2.0
#include "datapath/port/sctp.h"

#include <string.h>

#include <rte_byteorder.h>
#include <rte_hash_crc.h>

/* Whole words are read where they are aligned. */
static uint32_t crc_add(const uint8_t *at, uint32_t size, uint32_t crc)
{
	uint32_t head = RTE_MIN(size, (uint32_t)(-(uintptr_t)at & 7));

	for (uint32_t i = 0; i < head; i++)
		crc = rte_hash_crc_1byte(at[i], crc);
	return rte_hash_crc(at + head, size - head, crc);
}

void sctp_checksum_write(struct rte_mbuf *m, uint32_t at, uint32_t size)
{
	uint8_t *field = rte_pktmbuf_mtod_offset(m, uint8_t *, at + SCTP_CHECKSUM_OFFSET);
	uint32_t crc = UINT32_MAX;

	memset(field, 0, sizeof(crc));
	for (const struct rte_mbuf *s = m; s != NULL && size != 0; s = s->next) {
		uint32_t here = at < s->data_len ? RTE_MIN(s->data_len - at, size) : 0;

		crc = crc_add(rte_pktmbuf_mtod_offset(s, const uint8_t *, at), here, crc);
		at = at > s->data_len ? at - s->data_len : 0;
		size -= here;
	}
	crc = rte_cpu_to_le_32(~crc);
	memcpy(field, &crc, sizeof(crc));
}
