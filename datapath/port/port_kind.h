// SPDX-License-Identifier: Apache-2.0
/*
 * port_kind: the constructors of the kinds of ports; port.c chooses. Control thread.
 */
#pragma once

#include "datapath/port/port.h"

/** Opens a vhost-user port; see port_open. */
struct port *vhost_port_open(const struct port_spec *spec, const struct port_env *env, char *why,
			     size_t why_size);

/** Opens a port of a packet socket; see port_open. */
struct port *packet_port_open(const struct port_spec *spec, const struct port_env *env, char *why,
			      size_t why_size);

/** Opens a port of a DPDK Ethernet device; see port_open. */
struct port *ethdev_port_open(const struct port_spec *spec, const struct port_env *env, char *why,
			      size_t why_size);
