// SPDX-License-Identifier: Apache-2.0
/*
 * devargs: from the friendly forms of a spec to DPDK's device string. Pure; any thread.
 */
#pragma once

#include <stddef.h>

#include "datapath/port/port.h"

#define DEVARGS_SIZE (PORT_ARG_SIZE + 256)

/* How an AF_PACKET socket's rings are cut for frames of a given MTU. */
struct packet_ring {
	unsigned int frame_size; /* bytes of a slot */
	unsigned int block_size; /* a whole number of slots and of pages */
	unsigned int n_frames;
};

/** The ring for `mtu`. */
struct packet_ring devargs_packet_ring(uint16_t mtu);

/** The MTU up to which the ring for `mtu` does. */
uint16_t devargs_packet_limit(uint16_t mtu);

/**
 * Writes the device string for a port of kind PORT_ETHDEV to `devargs` (DEVARGS_SIZE bytes): a
 * virtual device is named after the port, `dev:` and `pci:` keep theirs. `mtu` is what frames must
 * fit. 0, or -ENAMETOOLONG.
 */
int devargs_write(const struct port_spec *spec, uint16_t mtu, char *devargs);

/** Copies the device's name, which ends at the first comma, to `name` of `size` bytes. */
void devargs_name(const char *devargs, char *name, size_t size);
