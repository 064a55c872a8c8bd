// SPDX-License-Identifier: Apache-2.0
/* Configures and starts a device: queues, offloads, buffers. Control thread. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_errno.h>
#include <rte_lcore.h>

#include "datapath/port/ethdev.h"

#define N_DESCRIPTORS 1024
/* tap fills a whole queue with mbufs: enough for the longest frame twice. */
#define N_DESCRIPTORS_TAP 64
#define N_OWN_MBUFS 1024
/* Each AF_XDP queue fills two rings of 2048 before the first frame. */
#define N_XDP_MBUFS 8192
#define CRC_SIZE 4

static uint32_t clamp(uint32_t value, uint32_t min, uint32_t max)
{
	value = value > max ? max : value;
	return value < min ? min : value;
}

static bool driver_is(const struct rte_eth_dev_info *info, const char *name)
{
	return strcmp(info->driver_name, name) == 0;
}

/* Devices that complete frames in software, or pass mbufs on, gain nothing from being asked. */
static bool is_software(const struct rte_eth_dev_info *info)
{
	return driver_is(info, "net_tap") || driver_is(info, "net_null") ||
	       driver_is(info, "net_ring") || driver_is(info, "net_pcap") ||
	       driver_is(info, "net_af_xdp");
}

/* Devices that chain mbufs, or make no long frames, without being asked to scatter. */
static bool takes_any_buffer(const struct rte_eth_dev_info *info)
{
	return driver_is(info, "net_null") || driver_is(info, "net_ring") ||
	       driver_is(info, "net_pcap") || driver_is(info, "net_tap");
}

static struct rte_mempool *pool_make(const struct ethdev_port *p, unsigned int n, unsigned int room)
{
	static unsigned int number;
	char name[RTE_MEMPOOL_NAMESIZE];

	snprintf(name, sizeof(name), "port_mbufs_%u", number++);
	return rte_pktmbuf_pool_create(name, n, 128, rte_pktmbuf_priv_size(p->env->mbufs),
				       RTE_PKTMBUF_HEADROOM + room, p->port.socket_id);
}

/* Buffers of its own for a device that needs longer ones than the switch's, or all of a pool. */
static int buffers_choose(struct ethdev_port *p, const struct rte_eth_dev_info *info, bool scatter)
{
	unsigned int room = rte_pktmbuf_data_room_size(p->env->mbufs) - RTE_PKTMBUF_HEADROOM;
	unsigned int need = p->mtu_limit + FRAME_OVERHEAD + CRC_SIZE;
	unsigned int n = 0;

	if (driver_is(info, "net_af_xdp"))
		n = N_XDP_MBUFS * p->port.n_rxq;
	else if (need > room && !scatter && !takes_any_buffer(info))
		n = N_OWN_MBUFS * p->port.n_rxq;
	p->ability.buffer_size = room;
	p->ability.mbufs = p->env->mbufs;
	if (n == 0)
		return 0;
	room = RTE_MAX(room, RTE_ALIGN_CEIL(need, 64u));
	p->own_mbufs = pool_make(p, n, room);
	if (p->own_mbufs == NULL)
		return -rte_errno;
	if (room > p->ability.buffer_size) {
		p->ability.buffer_size = room;
		p->ability.mbufs = p->own_mbufs;
	}
	return 0;
}

/* What the device takes of an MTU. */
static uint32_t mtu_of_device(const struct rte_eth_dev_info *info, uint16_t mtu)
{
	uint32_t longest = info->max_rx_pktlen - RTE_ETHER_HDR_LEN - CRC_SIZE;

	if (info->max_mtu != UINT16_MAX && info->max_rx_pktlen > info->max_mtu)
		longest = info->max_mtu;
	return clamp(mtu, info->min_mtu, longest);
}

/* The MTU up to which rings and buffers do, so that it can be changed later. */
static void mtu_limit_set(struct ethdev_port *p, const struct rte_eth_dev_info *info, bool scatter)
{
	struct rte_mempool *mbufs = p->own_mbufs != NULL ? p->own_mbufs : p->env->mbufs;
	uint32_t limit = rte_pktmbuf_data_room_size(mbufs) - RTE_PKTMBUF_HEADROOM - CRC_SIZE;

	if (driver_is(info, "net_tap"))
		limit = mtu_of_device(info, PORT_MTU_MAX);
	else if (scatter || takes_any_buffer(info))
		limit = PORT_MTU_MAX;
	else
		limit -= FRAME_OVERHEAD;
	p->mtu_limit = clamp(limit, p->mtu_limit, PORT_MTU_MAX);
}

static void offloads_choose(struct ethdev_port *p, const struct rte_eth_dev_info *info,
			    struct rte_eth_conf *conf)
{
	const uint64_t checksums = RTE_ETH_TX_OFFLOAD_IPV4_CKSUM | RTE_ETH_TX_OFFLOAD_TCP_CKSUM |
				   RTE_ETH_TX_OFFLOAD_UDP_CKSUM;
	uint64_t tx = info->tx_offload_capa;
	unsigned int room = rte_pktmbuf_data_room_size(p->env->mbufs) - RTE_PKTMBUF_HEADROOM;

	conf->txmode.offloads = tx & RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
	p->ability.chains = conf->txmode.offloads != 0 || takes_any_buffer(info);
	/* TCP and UDP without IPv4's: paravirtual devices, whose IPv4 checksum is always done. */
	if (!is_software(info) && (tx & checksums & ~RTE_ETH_TX_OFFLOAD_IPV4_CKSUM) ==
					  (checksums & ~RTE_ETH_TX_OFFLOAD_IPV4_CKSUM)) {
		conf->txmode.offloads |= tx & checksums;
		p->ability.checksum = true;
		p->ability.tso4 = p->ability.tso6 =
			p->ability.chains && (tx & RTE_ETH_TX_OFFLOAD_TCP_TSO) != 0;
		if (p->ability.tso4)
			conf->txmode.offloads |= RTE_ETH_TX_OFFLOAD_TCP_TSO;
	}
	p->software = !p->ability.checksum;
	if (driver_is(info, "net_tap") ||
	    (unsigned int)p->mtu_limit + FRAME_OVERHEAD + CRC_SIZE > room)
		conf->rxmode.offloads |= info->rx_offload_capa & RTE_ETH_RX_OFFLOAD_SCATTER;
}

static void queues_choose(struct ethdev_port *p, const struct rte_eth_dev_info *info,
			  struct rte_eth_conf *conf)
{
	struct port *port = &p->port;

	port->n_rxq = clamp(port->spec.n_queues, 1, info->max_rx_queues);
	port->n_txq = clamp(p->env->n_lcores, 1, info->max_tx_queues);
	port->n_txq = clamp(port->n_txq, 1, PORT_MAX_QUEUES);
	/* A tap's queues come in pairs, and the kernel sends on all of them. */
	if (driver_is(info, "net_tap"))
		port->n_txq = port->n_rxq;
	if (port->n_rxq > 1 && info->flow_type_rss_offloads != 0) {
		conf->rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
		conf->rx_adv_conf.rss_conf.rss_hf =
			info->flow_type_rss_offloads &
			(RTE_ETH_RSS_IP | RTE_ETH_RSS_TCP | RTE_ETH_RSS_UDP);
	}
	p->shared_txq = port->n_txq < p->env->n_lcores;
	for (uint16_t q = 0; q < PORT_MAX_QUEUES; q++)
		rte_spinlock_init(&p->tx_lock[q]);
}

static int queues_setup(struct ethdev_port *p, const struct rte_eth_dev_info *info)
{
	struct rte_mempool *mbufs = p->own_mbufs != NULL ? p->own_mbufs : p->env->mbufs;
	uint16_t n_rx = driver_is(info, "net_tap") ? N_DESCRIPTORS_TAP : N_DESCRIPTORS;
	uint16_t n_tx = N_DESCRIPTORS;
	int socket = rte_eth_dev_socket_id(p->id);
	int error = rte_eth_dev_adjust_nb_rx_tx_desc(p->id, &n_rx, &n_tx);

	for (uint16_t q = 0; error == 0 && q < p->port.n_rxq; q++)
		error = rte_eth_rx_queue_setup(p->id, q, n_rx, socket, NULL, mbufs);
	for (uint16_t q = 0; error == 0 && q < p->port.n_txq; q++)
		error = rte_eth_tx_queue_setup(p->id, q, n_tx, socket, NULL);
	return error;
}

static int fail(struct ethdev_port *p, int error, const char *what, const char *remedy, char *why,
		size_t why_size)
{
	snprintf(why, why_size, "port %s: %s: %s; %s", p->port.spec.name, what, strerror(-error),
		 remedy);
	return error;
}

int ethdev_setup(struct ethdev_port *p, char *why, size_t why_size)
{
	struct rte_eth_dev_info info;
	struct rte_eth_conf conf = {0};
	int error = rte_eth_dev_info_get(p->id, &info);
	bool scatter;

	if (error != 0)
		return fail(p, error, "the device does not say what it can", "use another device",
			    why, why_size);
	if (p->interface[0] == '\0' && info.if_index != 0)
		if_indextoname(info.if_index, p->interface);
	p->port.socket_id = RTE_MAX(rte_eth_dev_socket_id(p->id), 0);
	queues_choose(p, &info, &conf);
	offloads_choose(p, &info, &conf);
	conf.rxmode.mtu = mtu_of_device(&info, p->port.spec.mtu);
	if (p->interface[0] == '\0')
		p->port.spec.mtu = conf.rxmode.mtu;
	if (p->port.spec.mtu > conf.rxmode.mtu) {
		snprintf(why, why_size,
			 "port %s: %s carries an mtu of at most %u, not %u; add mtu=%u or use "
			 "af_packet",
			 p->port.spec.name, info.driver_name, conf.rxmode.mtu, p->port.spec.mtu,
			 conf.rxmode.mtu);
		return -EMSGSIZE;
	}
	p->lsc = info.dev_flags != NULL && (*info.dev_flags & RTE_ETH_DEV_INTR_LSC) != 0;
	conf.intr_conf.lsc = p->lsc;
	error = rte_eth_dev_configure(p->id, p->port.n_rxq, p->port.n_txq, &conf);
	if (error != 0)
		return fail(p, error, "the device refuses its configuration",
			    "try fewer queues or a smaller mtu", why, why_size);
	scatter = (conf.rxmode.offloads & RTE_ETH_RX_OFFLOAD_SCATTER) != 0;
	error = buffers_choose(p, &info, scatter);
	if (error == 0)
		error = queues_setup(p, &info);
	if (error != 0)
		return fail(p, error, "its queues cannot be set up",
			    "give the switch more memory or the port fewer queues", why, why_size);
	error = rte_eth_dev_start(p->id);
	if (error != 0)
		return fail(p, error, "the device does not start", "check its link and driver", why,
			    why_size);
	mtu_limit_set(p, &info, scatter);
	/* Devices that cannot be told receive everything anyway, or never will. */
	(void)rte_eth_promiscuous_enable(p->id);
	(void)rte_eth_allmulticast_enable(p->id);
	return 0;
}
