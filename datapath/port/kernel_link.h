// SPDX-License-Identifier: Apache-2.0
/*
 * kernel_link: what the kernel knows of a network interface that stands behind a port (tap,
 * AF_PACKET, AF_XDP). Control thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/addr.h"

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

/** The interface's MAC address, or zeros when it has none. */
struct eth_addr kernel_link_mac(const char *interface);

/** Sets the MAC address; 0 or -errno. */
int kernel_link_set_mac(const char *interface, const struct eth_addr *mac);

/** Bits per second, 0 when it is not known. */
uint64_t kernel_link_speed_bps(const char *interface);
