// SPDX-License-Identifier: Apache-2.0
#include "vhost-user/net.h"

#include <errno.h>
#include <linux/virtio_config.h>
#include <linux/virtio_net.h>
#include <linux/virtio_ring.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_branch_prediction.h>
#include <rte_common.h>

#include "vhost-user/device.h"
#include "vhost-user/ring.h"

#define NO_RING 0xffff
#define BIT(n) (1ULL << (n))

/*
 * UFO: there is no counterpart in the receivers, and Linux guests do not want it any more.
 * The IOMMU is off: rte_vhost is not asked for it, and would not translate.
 */
#define FEATURES_OFF                                                                               \
	(BIT(VIRTIO_NET_F_HOST_UFO) | BIT(VIRTIO_NET_F_GUEST_UFO) | BIT(VIRTIO_F_ACCESS_PLATFORM))

struct net_queue {
	/* Written by rte_vhost's threads, read by lcores. */
	_Atomic bool rx_on;       /* ring 2q+1 may be polled */
	_Atomic uint16_t tx_ring; /* where frames of our txq q go: an even ring or NO_RING */
	/* Set false by rte_vhost's threads, true by a lcore that told the guest not to kick. */
	_Atomic bool rx_silent;
	_Atomic bool tx_silent;
	bool tx_on; /* rte_vhost's threads: ring 2q is enabled */
};

struct vhost_net {
	struct vhost_device device;
	_Atomic int vid; /* rte_vhost's threads: wo; lcores: ro; -1: no guest */
	_Atomic uint32_t abilities;
	uint16_t n_queues;
	struct net_queue queue[VHOST_NET_MAX_QUEUES];
	/* rte_vhost's threads write, control thread reads. */
	_Atomic uint64_t features;
	_Atomic bool connected;
	_Atomic uint32_t extra; /* bits of queue pairs beyond ours */
	void (*changed)(void *arg);
	void *changed_arg;
};

static struct vhost_net *net_of(struct vhost_device *device)
{
	return RTE_PTR_SUB(device, offsetof(struct vhost_net, device));
}

static void net_changed(struct vhost_net *net)
{
	if (!net->device.closing)
		net->changed(net->changed_arg);
}

static int net_start(struct vhost_device *device, int vid)
{
	struct vhost_net *net = net_of(device);

	/* New rings: rte_vhost has forgotten what it was told of the old ones. */
	for (uint16_t q = 0; q < net->n_queues; q++) {
		atomic_store(&net->queue[q].rx_silent, false);
		atomic_store(&net->queue[q].tx_silent, false);
	}
	atomic_store_explicit(&net->vid, vid, memory_order_release);
	net_changed(net);
	return 0;
}

static void net_stop(struct vhost_device *device)
{
	struct vhost_net *net = net_of(device);

	atomic_store(&net->vid, -1);
	net_changed(net);
}

/* Spreads our txqs over the rings on which the guest receives. */
static void net_spread(struct vhost_net *net)
{
	uint16_t on[VHOST_NET_MAX_QUEUES];
	uint16_t n_on = 0;

	for (uint16_t q = 0; q < net->n_queues; q++) {
		if (net->queue[q].tx_on)
			on[n_on++] = q;
	}
	for (uint16_t q = 0; q < net->n_queues; q++)
		atomic_store(&net->queue[q].tx_ring,
			     n_on == 0 ? NO_RING : (uint16_t)(2 * on[q % n_on]));
}

static void net_ring(struct vhost_device *device, uint16_t ring, bool enabled)
{
	struct vhost_net *net = net_of(device);
	uint16_t q = ring / 2;

	if (q >= net->n_queues) {
		if (q < 32 && enabled)
			atomic_fetch_or(&net->extra, 1u << q);
		else if (q < 32)
			atomic_fetch_and(&net->extra, ~(1u << q));
	} else if (ring % 2 == 1) {
		atomic_store(&net->queue[q].rx_silent, false);
		atomic_store(&net->queue[q].rx_on, enabled);
	} else {
		net->queue[q].tx_on = enabled;
		atomic_store(&net->queue[q].tx_silent, false);
		net_spread(net);
	}
	net_changed(net);
}

static void net_features(struct vhost_device *device, uint64_t features)
{
	struct vhost_net *net = net_of(device);
	uint32_t abilities = 0;

	if (features & BIT(VIRTIO_NET_F_MRG_RXBUF))
		abilities |= VHOST_NET_MERGES;
	/* Without the checksum there is no segmentation (virtio 1.2 §5.1.3.1). */
	if (features & BIT(VIRTIO_NET_F_GUEST_CSUM)) {
		abilities |= VHOST_NET_CSUM;
		if (features & BIT(VIRTIO_NET_F_GUEST_TSO4))
			abilities |= VHOST_NET_TSO4;
		if (features & BIT(VIRTIO_NET_F_GUEST_TSO6))
			abilities |= VHOST_NET_TSO6;
	}
	atomic_store(&net->abilities, abilities);
	atomic_store(&net->features, features);
	net_changed(net);
}

static void net_connected(struct vhost_device *device, bool connected)
{
	struct vhost_net *net = net_of(device);

	for (uint16_t q = 0; q < net->n_queues; q++) {
		net->queue[q].tx_on = false;
		atomic_store(&net->queue[q].rx_on, false);
	}
	net_spread(net);
	atomic_store(&net->extra, 0);
	if (!connected)
		atomic_store(&net->features, 0);
	atomic_store(&net->connected, connected);
	net_changed(net);
}

static const struct vhost_device_class net_class = {
	.name = "net",
	.features_off = FEATURES_OFF,
	.start = net_start,
	.stop = net_stop,
	.ring = net_ring,
	.features = net_features,
	.connected = net_connected,
};

struct vhost_net *vhost_net_open(const struct vhost_net_config *config, char *why, size_t why_size)
{
	struct vhost_net *net = calloc(1, sizeof(*net));
	int error;

	if (net == NULL) {
		snprintf(why, why_size, "no memory for the port of %s; free some", config->path);
		errno = ENOMEM;
		return NULL;
	}
	net->n_queues = config->n_queues;
	net->changed = config->changed;
	net->changed_arg = config->changed_arg;
	atomic_init(&net->vid, -1);
	net_spread(net);
	error = vhost_device_open(&net->device, &net_class, config->path, config->client,
				  config->grace, config->grace_arg, why, why_size);
	if (error != 0) {
		free(net);
		errno = -error;
		return NULL;
	}
	return net;
}

void vhost_net_close(struct vhost_net *net)
{
	if (net == NULL)
		return;
	vhost_device_close(&net->device);
	free(net);
}

uint16_t vhost_net_rx(struct vhost_net *net, uint16_t q, struct rte_mempool *mbufs,
		      struct rte_mbuf **frames, uint16_t n)
{
	struct net_queue *queue = &net->queue[q];
	int vid = atomic_load_explicit(&net->vid, memory_order_acquire);
	uint16_t ring = 2 * q + 1;

	if (vid < 0 || !atomic_load_explicit(&queue->rx_on, memory_order_relaxed))
		return 0;
	if (unlikely(!atomic_load_explicit(&queue->rx_silent, memory_order_relaxed))) {
		/* First: a ring that is enabled meanwhile is told again. */
		atomic_store(&queue->rx_silent, true);
		ring_silence(vid, ring);
	}
	return ring_dequeue(vid, ring, mbufs, frames, n);
}

int vhost_net_tx(struct vhost_net *net, uint16_t q, struct rte_mbuf **frames, uint16_t n)
{
	int vid = atomic_load_explicit(&net->vid, memory_order_acquire);
	uint16_t ring = atomic_load_explicit(&net->queue[q].tx_ring, memory_order_relaxed);
	struct net_queue *queue;

	if (vid < 0 || ring == NO_RING)
		return -ENOTCONN;
	queue = &net->queue[ring / 2];
	if (unlikely(!atomic_load_explicit(&queue->tx_silent, memory_order_relaxed))) {
		atomic_store(&queue->tx_silent, true);
		ring_silence(vid, ring);
	}
	return ring_enqueue(vid, ring, frames, n);
}

uint32_t vhost_net_abilities(const struct vhost_net *net)
{
	return atomic_load_explicit(&net->abilities, memory_order_relaxed);
}

void vhost_net_state(struct vhost_net *net, struct vhost_net_state *state)
{
	*state = (struct vhost_net_state){
		.connected = atomic_load(&net->connected),
		.running = atomic_load(&net->vid) >= 0,
		.features = atomic_load(&net->features),
		.n_extra = (uint16_t)__builtin_popcount(atomic_load(&net->extra)),
	};
	for (uint16_t q = 0; q < net->n_queues; q++) {
		state->n_rxq += atomic_load(&net->queue[q].rx_on);
		state->n_txq += atomic_load(&net->queue[q].tx_ring) == 2 * q;
	}
	if (!state->running)
		state->features = 0;
}

uint16_t vhost_net_feature_names(uint64_t features, const char **names)
{
	static const struct {
		uint8_t bit;
		const char *name;
	} known[] = {
		{VIRTIO_NET_F_CSUM, "csum"},
		{VIRTIO_NET_F_GUEST_CSUM, "guest_csum"},
		{VIRTIO_NET_F_HOST_TSO4, "host_tso4"},
		{VIRTIO_NET_F_HOST_TSO6, "host_tso6"},
		{VIRTIO_NET_F_HOST_ECN, "host_ecn"},
		{VIRTIO_NET_F_GUEST_TSO4, "guest_tso4"},
		{VIRTIO_NET_F_GUEST_TSO6, "guest_tso6"},
		{VIRTIO_NET_F_GUEST_ECN, "guest_ecn"},
		{VIRTIO_NET_F_MRG_RXBUF, "mrg_rxbuf"},
		{VIRTIO_NET_F_MQ, "mq"},
		{VIRTIO_NET_F_CTRL_VQ, "ctrl_vq"},
		{VIRTIO_NET_F_GUEST_ANNOUNCE, "guest_announce"},
		{VIRTIO_NET_F_MTU, "mtu"},
		{VIRTIO_RING_F_INDIRECT_DESC, "indirect_desc"},
		{VIRTIO_RING_F_EVENT_IDX, "event_idx"},
		{VIRTIO_F_VERSION_1, "version_1"},
		{VIRTIO_F_RING_PACKED, "ring_packed"},
		{VIRTIO_F_IN_ORDER, "in_order"},
		{VIRTIO_F_ANY_LAYOUT, "any_layout"},
	};
	uint16_t n = 0;

	_Static_assert(RTE_DIM(known) <= VHOST_NET_MAX_FEATURES, "too many names");
	for (size_t i = 0; i < RTE_DIM(known); i++) {
		if (features & BIT(known[i].bit))
			names[n++] = known[i].name;
	}
	return n;
}
