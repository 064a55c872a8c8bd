// SPDX-License-Identifier: Apache-2.0
/*
 * ethdev: a port that DPDK drives: PCI, AF_XDP, tap, pcap, null and any other device
 * string. ethdev.c opens, ethdev_burst.c moves frames.
 */
#pragma once

#include <net/if.h>
#include <stdatomic.h>

#include <rte_ethdev.h>
#include <rte_spinlock.h>

#include "datapath/port/port.h"
#include "datapath/port/prepare.h"

struct ethdev_port {
	struct port port;
	const struct port_env *env;
	uint16_t id;                   /* of ethdev */
	bool shared_txq;               /* lcores outnumber txqs: each is locked */
	bool software;                 /* frames leave complete: the device completes nothing */
	_Atomic bool admin_down;       /* control thread: wo, lcores: ro */
	_Atomic uint16_t mtu;          /* control thread: wo, lcores: ro */
	struct tx_ability ability;     /* ro but for mtu, which `mtu` has */
	struct rte_mempool *own_mbufs; /* NULL: env's are used */
	uint16_t mtu_limit;            /* what buffers and rings were made for */
	char interface[IF_NAMESIZE];   /* of the kernel, "" when there is none */
	bool lsc;                      /* the device tells when its link changes */
	rte_spinlock_t tx_lock[PORT_MAX_QUEUES];
};

/** The ethdev port that `port` is the head of. */
static inline struct ethdev_port *ethdev_of(struct port *port)
{
	return RTE_PTR_SUB(port, offsetof(struct ethdev_port, port));
}

/** rx and tx of port_ops. */
uint16_t ethdev_rx(struct port *port, uint16_t rxq, struct rte_mbuf **frames, uint16_t n,
		   uint32_t *dropped);
/** See ethdev_rx. */
void ethdev_tx(struct port *port, uint16_t txq, struct rte_mbuf **frames, uint16_t n,
	       struct port_tx_result *result);

/**
 * Finds or makes the device of a port; the port then owns its number `*id` until ethdev_release.
 * 0, or -errno with a sentence in `why`. Control thread.
 */
int ethdev_acquire(const struct port_spec *spec, const char *devargs, uint16_t *id, char *why,
		   size_t why_size);

/** Closes and removes the device. Control thread. */
void ethdev_release(uint16_t id);

/**
 * Configures the device's queues, offloads and buffers for `p->port.spec` and starts it. 0, or
 * -errno with a sentence in `why`. Control thread.
 */
int ethdev_setup(struct ethdev_port *p, char *why, size_t why_size);
