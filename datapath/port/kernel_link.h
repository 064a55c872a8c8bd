// SPDX-License-Identifier: Apache-2.0
/*
 * kernel_link: what the kernel knows of a network interface that stands behind a port (tap,
 * AF_PACKET, AF_XDP). Control thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/** The interface's MTU, or -errno (-ENODEV: there is none). */
int kernel_link_mtu(const char *interface);

/** Sets the MTU; 0 or -errno. */
int kernel_link_set_mtu(const char *interface, uint16_t mtu);

/** True when the interface is up and has a carrier. */
bool kernel_link_running(const char *interface);

/** Sets the interface up or down; 0 or -errno. */
int kernel_link_set_up(const char *interface, bool up);

/** Fills in its driver's name (`veth`), "" when it has none; `size` bytes. */
void kernel_link_driver(const char *interface, char *driver, uint32_t size);
