// SPDX-License-Identifier: Apache-2.0
/* Any bytes as a frame: parsing and every change of it stay inside the frame. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <rte_ether.h>
#include <rte_mbuf.h>

#include "datapath/pmd/edit.h"
#include "datapath/pmd/parse.h"

#define HEADROOM 64

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rte_mbuf m;
	struct flow_key key = {0};
	struct frame_layout layout;
	uint8_t all[16];

	memset(&m, 0, sizeof(m));
	if (size < 1 + RTE_ETHER_HDR_LEN || size > 4096)
		return 0;
	/* Exactly as large as the frame, so that the sanitizer sees each byte too many. */
	m.buf_len = (uint16_t)(HEADROOM + size - 1);
	m.buf_addr = malloc(m.buf_len);
	if (m.buf_addr == NULL)
		return 0;
	m.data_off = HEADROOM;
	m.data_len = (uint16_t)(size - 1);
	m.pkt_len = m.data_len;
	m.nb_segs = 1;
	memcpy(rte_pktmbuf_mtod(&m, uint8_t *), data + 1, size - 1);
	if (data[0] & 1)
		m.ol_flags = RTE_MBUF_F_TX_TCP_CKSUM;
	memset(all, 0xff, sizeof(all));
	frame_parse(&m, (enum flow_depth)(data[0] >> 1 & 1 ? FLOW_DEPTH_L4 : FLOW_DEPTH_L2),
		    FRAME_ALL_WORDS, &key, &layout);
	for (int field = 0; field < FLOW_N_FIELDS; field++)
		edit_set_field(&m, &key, &layout, (enum flow_field)field, all, all);
	edit_dec_ttl(&m, &key, &layout);
	if (edit_push_vlan(&m, 0x8100, data[0]))
		frame_parse(&m, FLOW_DEPTH_L4, FRAME_ALL_WORDS, &key, &layout);
	edit_set_vid(&m, 5);
	while (edit_pop_vlan(&m) && m.data_len >= RTE_ETHER_HDR_LEN)
		frame_parse(&m, FLOW_DEPTH_L4, FRAME_ALL_WORDS, &key, &layout);
	free(m.buf_addr);
	return 0;
}
