// SPDX-License-Identifier: Apache-2.0
/* The checksum of SCTP is a CRC over the whole packet (RFC 9260 §6.8): it is made anew. */
#include <rte_byteorder.h>
#include <rte_ether.h>
#include <rte_ip.h>

#include "datapath/pmd/edit.h"
#include "datapath/port/sctp.h"

/* Bytes of the frame from the SCTP header on; less than the frame has when it was padded. */
static uint32_t packet_size(const struct rte_mbuf *m, const struct flow_key *key,
			    const struct frame_layout *layout)
{
	const uint8_t *data = rte_pktmbuf_mtod(m, const uint8_t *);
	const struct rte_ipv4_hdr *ip4 = (const void *)(data + layout->l3);
	const struct rte_ipv6_hdr *ip6 = (const void *)(data + layout->l3);
	uint32_t end;

	if (frame_is_type(key, RTE_ETHER_TYPE_IPV4))
		end = layout->l3 + rte_be_to_cpu_16(ip4->total_length);
	else
		end = layout->l3 + (uint32_t)sizeof(*ip6) + rte_be_to_cpu_16(ip6->payload_len);
	return end > layout->l4 ? end - layout->l4 : 0;
}

void edit_sctp_checksum(struct rte_mbuf *m, const struct flow_key *key,
			const struct frame_layout *layout)
{
	/* The sum of a fragment is that of the whole datagram, which is not here. */
	if (key->ip_frag != 0 || (m->ol_flags & RTE_MBUF_F_TX_L4_MASK) == RTE_MBUF_F_TX_SCTP_CKSUM)
		return;
	sctp_checksum_write(m, layout->l4, packet_size(m, key, layout));
}
