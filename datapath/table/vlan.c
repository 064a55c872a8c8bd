// SPDX-License-Identifier: Apache-2.0
#include "datapath/table/vlan.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datapath/table/flow_key.h"

#define VID_MAX 4094

static bool in_trunk(const struct vlan_port *port, uint16_t vid)
{
	return (port->trunk[vid / 64] >> (vid % 64) & 1) != 0;
}

int vlan_ingress(const struct vlan_port *port, uint16_t tci)
{
	uint16_t vid = tci & FLOW_VLAN_VID_MASK;
	bool tagged = (tci & FLOW_VLAN_PRESENT) != 0 && vid != 0;

	switch (port->mode) {
	case VLAN_NONE:
		return tagged ? vid : 0;
	case VLAN_ACCESS:
		return tagged ? -1 : port->access;
	case VLAN_TRUNK:
		if (!tagged)
			return port->native != 0 ? port->native : -1;
		return in_trunk(port, vid) || vid == port->native ? vid : -1;
	}
	return -1;
}

bool vlan_egress_allowed(const struct vlan_port *port, uint16_t vid)
{
	switch (port->mode) {
	case VLAN_NONE:
		return true;
	case VLAN_ACCESS:
		return vid == port->access;
	case VLAN_TRUNK:
		return vid != 0 && (in_trunk(port, vid) || vid == port->native);
	}
	return false;
}

bool vlan_egress_tagged(const struct vlan_port *port, uint16_t vid)
{
	switch (port->mode) {
	case VLAN_NONE:
		return vid != 0;
	case VLAN_ACCESS:
		return false;
	case VLAN_TRUNK:
		return vid != port->native;
	}
	return false;
}

static int bad_trunk(const char *text, char *why, size_t why_size)
{
	snprintf(why, why_size,
		 "'%s' is no list of VLANs: write numbers from 1 to %d and ranges, such as "
		 "10;20;30-40",
		 text, VID_MAX);
	return -EINVAL;
}

int vlan_trunk_parse(const char *text, struct vlan_port *port, char *why, size_t why_size)
{
	uint64_t set[4096 / 64] = {0};
	const char *p = text;

	for (;;) {
		char *end;
		unsigned long from, to;

		if (*p < '0' || *p > '9')
			return bad_trunk(text, why, why_size);
		from = to = strtoul(p, &end, 10);
		if (*end == '-') {
			p = end + 1;
			if (*p < '0' || *p > '9')
				return bad_trunk(text, why, why_size);
			to = strtoul(p, &end, 10);
		}
		if (from < 1 || to > VID_MAX || from > to)
			return bad_trunk(text, why, why_size);
		for (unsigned long vid = from; vid <= to; vid++)
			set[vid / 64] |= 1ull << (vid % 64);
		if (*end == '\0')
			break;
		if (*end != ';' && *end != '+')
			return bad_trunk(text, why, why_size);
		p = end + 1;
	}
	memcpy(port->trunk, set, sizeof(set));
	return 0;
}
