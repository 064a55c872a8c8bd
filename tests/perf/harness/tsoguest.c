// SPDX-License-Identifier: Apache-2.0
/* Makes a testpmd with virtio-user ports send TSO frames: load it with the EAL option -d.
 *
 * A TX callback on every virtio-user port turns each frame into a TCP segment of its whole length
 * and asks the device to cut it, as a Linux guest does. testpmd itself does so only with TCP that
 * it received, so a closed loop could not begin.
 */
#include <pthread.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <rte_ethdev.h>
#include <rte_ip.h>
#include <rte_mbuf.h>
#include <rte_tcp.h>

#define SEGMENT 1448
#define HEADERS (RTE_ETHER_HDR_LEN + sizeof(struct rte_ipv4_hdr) + sizeof(struct rte_tcp_hdr))

static void make_tcp(struct rte_mbuf *m)
{
	struct rte_ether_hdr *eth = rte_pktmbuf_mtod(m, struct rte_ether_hdr *);
	struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)(eth + 1);
	struct rte_tcp_hdr *tcp = (struct rte_tcp_hdr *)(ip + 1);

	eth->ether_type = RTE_BE16(RTE_ETHER_TYPE_IPV4);
	memset(ip, 0, sizeof(*ip) + sizeof(*tcp));
	ip->version_ihl = RTE_IPV4_VHL_DEF;
	ip->total_length = rte_cpu_to_be_16(m->pkt_len - sizeof(*eth));
	ip->time_to_live = 64;
	ip->next_proto_id = IPPROTO_TCP;
	ip->src_addr = RTE_BE32(0x0a000001);
	ip->dst_addr = RTE_BE32(0x0a000002);
	ip->hdr_checksum = rte_ipv4_cksum(ip);
	tcp->src_port = RTE_BE16(40000);
	tcp->dst_port = RTE_BE16(5001);
	tcp->data_off = sizeof(*tcp) / 4 << 4;
	tcp->tcp_flags = RTE_TCP_ACK_FLAG;
	tcp->rx_win = RTE_BE16(8192);
	/* Virtio takes the pseudo header's sum with the length in it (virtio 1.2 §5.1.6.2). */
	tcp->cksum = rte_ipv4_phdr_cksum(ip, 0);
	m->l2_len = sizeof(*eth);
	m->l3_len = sizeof(*ip);
	m->l4_len = sizeof(*tcp);
	m->tso_segsz = SEGMENT;
	m->ol_flags = RTE_MBUF_F_TX_TCP_SEG | RTE_MBUF_F_TX_IPV4 | RTE_MBUF_F_TX_TCP_CKSUM;
}

static uint16_t before_tx(uint16_t port, uint16_t queue, struct rte_mbuf **m, uint16_t n, void *arg)
{
	(void)port, (void)queue, (void)arg;
	for (uint16_t i = 0; i < n; i++)
		if (m[i]->pkt_len > SEGMENT + HEADERS && m[i]->data_len >= HEADERS)
			make_tcp(m[i]);
	return n;
}

/* Waits for the ports to appear; the EAL need not be up yet. */
static void *attach(void *arg)
{
	static uint8_t done[RTE_MAX_ETHPORTS];
	struct rte_eth_dev_info info;

	(void)arg;
	for (;; usleep(1000))
		for (uint16_t p = 0; p < RTE_MAX_ETHPORTS; p++)
			if (!done[p] && rte_eth_dev_is_valid_port(p) &&
			    !rte_eth_dev_info_get(p, &info) && info.nb_tx_queues > 0 &&
			    strstr(info.driver_name, "virtio_user") &&
			    rte_eth_add_tx_callback(p, 0, before_tx, NULL) != NULL)
				done[p] = 1;
	return NULL;
}

RTE_INIT(tsoguest_start)
{
	pthread_t t;

	if (pthread_create(&t, NULL, attach, NULL) == 0)
		pthread_detach(t);
}
