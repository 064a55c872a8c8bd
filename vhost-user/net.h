// SPDX-License-Identifier: Apache-2.0
/*
 * net: the virtio-net device class (virtio 1.2 §5.1).
 *
 * Queue pair q of the guest is ring 2q (guest receives) and 2q+1 (guest sends). The guest says
 * which pairs it uses; vhost_net_rx of another gives nothing, and vhost_net_tx spreads over those
 * in use. Frames come with DPDK's receive flags, as ring.h says, and go with its transmit flags;
 * nothing is done here for what the guest has not negotiated.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_mbuf.h>

#define VHOST_NET_MAX_QUEUES 16
#define VHOST_NET_MAX_FEATURES 32

struct vhost_net;

struct vhost_net_config {
	const char *path;
	bool client;
	uint16_t n_queues; /* queue pairs, 1…VHOST_NET_MAX_QUEUES */
	/* A front end came or went, rings or features changed; rte_vhost's threads: hand over. */
	void (*changed)(void *arg);
	void *changed_arg;
	/* See vhost_device_open. */
	void (*grace)(void *arg);
	void *grace_arg;
};

struct vhost_net_state {
	bool connected; /* a front end is there */
	bool running;   /* its driver runs: frames can pass */
	uint16_t n_rxq; /* rings in use, by our direction */
	uint16_t n_txq;
	uint16_t n_extra; /* queue pairs that the guest uses and we do not have: frames rot there */
	uint64_t features; /* as negotiated; 0 when no driver runs */
};

/**
 * Opens the socket and waits for front ends. NULL with errno as vhost_device_open says (ENOMEM
 * too) and a sentence in `why`. Control thread.
 */
struct vhost_net *vhost_net_open(const struct vhost_net_config *config, char *why, size_t why_size);

/** Closes it; no lcore may use it any more. NULL is legal. Control thread. */
void vhost_net_close(struct vhost_net *net);

/** Up to `n` frames from the guest's queue pair `q`; the caller owns them. Lcore. */
uint16_t vhost_net_rx(struct vhost_net *net, uint16_t q, struct rte_mempool *mbufs,
		      struct rte_mbuf **frames, uint16_t n);

/**
 * Copies frames to the guest; returns how many of the first ones it took, or -ENOTCONN when there
 * is no guest to take any. The caller keeps all mbufs. Any lcore.
 */
int vhost_net_tx(struct vhost_net *net, uint16_t q, struct rte_mbuf **frames, uint16_t n);

/* What a guest takes; else it must be done before the frame is given to vhost_net_tx. */
enum vhost_net_ability {
	VHOST_NET_CSUM = 1 << 0,   /* frames whose TCP or UDP checksum is left to do */
	VHOST_NET_TSO4 = 1 << 1,   /* TCP over IPv4 that is left to segment */
	VHOST_NET_TSO6 = 1 << 2,   /* the same over IPv6 */
	VHOST_NET_MERGES = 1 << 3, /* frames longer than one receive buffer */
};

/** The abilities of the guest as it is now, or bits of none. Any thread. */
uint32_t vhost_net_abilities(const struct vhost_net *net);

/** What is now. Control thread. */
void vhost_net_state(struct vhost_net *net, struct vhost_net_state *state);

/**
 * Names of negotiated features, as the specification has them in lower case, into `names`
 * (VHOST_NET_MAX_FEATURES); returns how many. Static strings. Pure.
 */
uint16_t vhost_net_feature_names(uint64_t features, const char **names);
