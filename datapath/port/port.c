// SPDX-License-Identifier: Apache-2.0
#include "datapath/port/port.h"

#include "datapath/port/port_kind.h"

struct port *port_open(const struct port_spec *spec, const struct port_env *env, char *why,
		       size_t why_size)
{
	if (spec->kind == PORT_VHOST)
		return vhost_port_open(spec, env, why, why_size);
	if (spec->kind == PORT_PACKET)
		return packet_port_open(spec, env, why, why_size);
	return ethdev_port_open(spec, env, why, why_size);
}

void port_close(struct port *port)
{
	if (port != NULL)
		port->ops->close(port);
}
