// SPDX-License-Identifier: Apache-2.0
/*
 * device: vhost-user back ends by socket path, over rte_vhost.
 *
 * A device is a socket that outlives its connections: front ends (QEMU, Cloud Hypervisor,
 * virtio-user) come and go, the device stays. A device class (net; blk later) says in a small ops
 * struct what to do when rings start, stop and change. This file knows no class.
 *
 * Life: vhost_device_open → [connected → start → (ring, features)… → stop → disconnected]… →
 * vhost_device_close.
 *
 * Threads: open and close on the control thread; the ops are called by rte_vhost's threads, one
 * at a time for a device (and `stop` and `connected` by the control thread inside close).
 * `stop` unpublishes the device for the lcores; then this file waits for the grace period, so
 * that rte_vhost unmaps the guest's memory only when no lcore uses it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VHOST_PATH_SIZE 108 /* as sockaddr_un takes it */

struct vhost_device;

struct vhost_device_class {
	const char *name;
	/* Features that rte_vhost would offer and this class does not (virtio 1.2 §2.2). */
	uint64_t features_off;
	/* Rings may be used from now on: publish `vid`. 0, or -errno to refuse. */
	int (*start)(struct vhost_device *device, int vid);
	/* Unpublish: lcores that come later must not see the vid. */
	void (*stop)(struct vhost_device *device);
	/* Ring number `ring` may (not) be used. Called with rte_vhost's ring locks held. */
	void (*ring)(struct vhost_device *device, uint16_t ring, bool enabled);
	/* What the driver accepted; before start, and again when it changes. */
	void (*features)(struct vhost_device *device, uint64_t features);
	/* A front end came or went. */
	void (*connected)(struct vhost_device *device, bool connected);
	/*
	 * Around a message that moves memory or rings of a running device (SET_MEM_TABLE,
	 * SET_VRING_ADDR, …). NULL for a class that reads rings through rte_vhost only, which
	 * locks them itself. rte_vhost holds the locks of all rings meanwhile: a class that has
	 * `pause` must never wait for one of those locks on a lcore.
	 */
	void (*pause)(struct vhost_device *device);
	void (*resume)(struct vhost_device *device);
};

/* The common head of each class's own struct; filled by vhost_device_open. */
struct vhost_device {
	const struct vhost_device_class *class;
	char path[VHOST_PATH_SIZE];
	bool client;
	bool closing;       /* control thread, before rte_vhost is told */
	int connection_vid; /* rte_vhost's threads: the one front end; -1: none */
	bool running;       /* rte_vhost's threads: started and not stopped */
	void (*grace)(void *arg);
	void *grace_arg;
	struct vhost_device *next; /* registry */
};

/**
 * Opens the socket `path`, as server (a stale socket there is removed, a live one or anything
 * else is not) or as client that connects again and again, and registers the device. `grace`
 * blocks until no lcore uses what it read before; it is never called on the control thread.
 * 0, or with one sentence in `why`: -ENAMETOOLONG, -EEXIST (no socket, or a path that another
 * device has), -EADDRINUSE (somebody listens there), -ENOENT (no such directory), -EIO (rte_vhost
 * refuses). Control thread.
 */
int vhost_device_open(struct vhost_device *device, const struct vhost_device_class *class,
		      const char *path, bool client, void (*grace)(void *arg), void *grace_arg,
		      char *why, size_t why_size);

/**
 * Ends the connection and the socket; no op is called after it. No lcore may use the device any
 * more. Control thread.
 */
void vhost_device_close(struct vhost_device *device);

/**
 * Makes the place for a server socket free: 0 when there is nothing (any more), -EEXIST when the
 * path is not a socket, -EADDRINUSE when somebody listens, -errno otherwise; sentence in `why`.
 * Any thread.
 */
int vhost_socket_clear(const char *path, char *why, size_t why_size);
