// SPDX-License-Identifier: Apache-2.0
/*
 * packet_socket: a port over an interface of the kernel (`af_packet:IFACE`). Frames pass bit by
 * bit: the tags that the kernel takes off are put back with their own TPID, fragments stay
 * fragments, and checksums and segments that a local stack left undone stay so, both ways
 * (PACKET_VNET_HDR).
 *
 * Frames come through a ring that the socket shares with the kernel, and leave by sendmmsg. A frame
 * longer than a slot of the ring (64 KiB of TCP in one) waits beside it, in the socket's own queue.
 * packet_socket.c opens, packet_rx.c and packet_tx.c move frames.
 *
 * The interface may go down, vanish and come again under its name: the port stays, and binds anew.
 */
#pragma once

#include <net/if.h>
#include <stdatomic.h>

#include "datapath/port/kernel_watch.h"
#include "datapath/port/port.h"

/* The socket and its ring; fields without a mark: control thread before lcores see it, then ro. */
struct packet_queue {
	int fd;
	uint8_t *ring;
	size_t ring_size;
	uint32_t slot_size;
	uint32_t n_slots;
	uint32_t at;                /* lcore: the slot that comes next */
	_Atomic uint64_t truncated; /* lcore: wo. frames that the kernel had no room to keep */
	uint64_t missed;            /* control thread: that the kernel says it dropped */
};

struct packet_port {
	struct port port;
	const struct port_env *env;
	struct packet_queue queue;
	_Atomic bool admin_down;    /* control thread: wo, lcores: ro */
	_Atomic uint16_t mtu;       /* control thread: wo, lcores: ro */
	_Atomic int ifindex;        /* control thread: wo. 0: the interface is not there */
	_Atomic bool stale;         /* `state` is to be read anew */
	struct port_state state;    /* control thread */
	struct kernel_watch *watch; /* NULL: nobody tells of changes */
};

/** The packet port that `port` is the head of. */
static inline struct packet_port *packet_of(struct port *port)
{
	return RTE_PTR_SUB(port, offsetof(struct packet_port, port));
}

/** rx of port_ops. */
uint16_t packet_rx(struct port *port, uint16_t rxq, struct rte_mbuf **frames, uint16_t n,
		   uint32_t *dropped);

/** tx of port_ops. */
void packet_tx(struct port *port, uint16_t txq, struct rte_mbuf **frames, uint16_t n,
	       struct port_tx_result *result);
