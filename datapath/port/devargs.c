// SPDX-License-Identifier: Apache-2.0
#include "datapath/port/devargs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>

#include "datapath/port/prepare.h"
#include "lib/text.h"

/* What the kernel puts before a frame in its slot: header, socket address, padding, VLAN tag. */
#define SLOT_OVERHEAD 96

struct packet_ring devargs_packet_ring(uint16_t mtu)
{
	unsigned int need = mtu + FRAME_OVERHEAD + SLOT_OVERHEAD;

	/* Two slots of 10 KiB are five pages: 16 KiB would waste a third of each. */
	if (need <= 2048)
		return (struct packet_ring){2048, 4096, 1024};
	if (need <= 4096)
		return (struct packet_ring){4096, 4096, 512};
	return (struct packet_ring){10240, 20480, 512};
}

uint16_t devargs_packet_limit(uint16_t mtu)
{
	unsigned int limit = devargs_packet_ring(mtu).frame_size - FRAME_OVERHEAD - SLOT_OVERHEAD;

	return RTE_MIN(limit, (unsigned int)PORT_MTU_MAX);
}

static int write_af_packet(const struct port_spec *spec, uint16_t mtu, char *to)
{
	struct packet_ring ring = devargs_packet_ring(mtu);

	return snprintf(to, DEVARGS_SIZE,
			"net_af_packet_%s,iface=%s,qpairs=%u,blocksz=%u,framesz=%u,framecnt=%u",
			spec->name, spec->arg, RTE_MAX(1u, spec->n_queues), ring.block_size,
			ring.frame_size, ring.n_frames);
}

static int write_pcap(const struct port_spec *spec, char *to)
{
	const char *colon = strchr(spec->arg, ':');
	int in_size = colon != NULL ? (int)(colon - spec->arg) : (int)strlen(spec->arg);
	int n = snprintf(to, DEVARGS_SIZE, "net_pcap_%s", spec->name);

	if (in_size > 0)
		n += snprintf(to + n, DEVARGS_SIZE - n, ",rx_pcap=%.*s", in_size, spec->arg);
	if (colon != NULL && colon[1] != '\0')
		n += snprintf(to + n, DEVARGS_SIZE - n, ",tx_pcap=%s", colon + 1);
	return n;
}

int devargs_write(const struct port_spec *spec, uint16_t mtu, char *to)
{
	char mac[ETH_ADDR_TEXT_SIZE];
	int n;

	if (strcmp(spec->kind_name, "tap") == 0) {
		n = snprintf(to, DEVARGS_SIZE, "net_tap_%s,iface=%s", spec->name, spec->arg);
		if (spec->has_mac)
			n += snprintf(to + n, DEVARGS_SIZE - n, ",mac=%s",
				      eth_addr_text(&spec->mac, mac));
	} else if (strcmp(spec->kind_name, "af_packet") == 0) {
		n = write_af_packet(spec, mtu, to);
	} else if (strcmp(spec->kind_name, "af_xdp") == 0) {
		n = snprintf(to, DEVARGS_SIZE, "net_af_xdp_%s,iface=%s,queue_count=%u", spec->name,
			     spec->arg, RTE_MAX(1u, spec->n_queues));
	} else if (strcmp(spec->kind_name, "pcap") == 0) {
		n = write_pcap(spec, to);
	} else {
		n = snprintf(to, DEVARGS_SIZE, "%s", spec->arg);
	}
	return n < DEVARGS_SIZE ? 0 : -ENAMETOOLONG;
}

void devargs_name(const char *devargs, char *name, size_t size)
{
	size_t len = strcspn(devargs, ",");

	if (len >= size)
		len = size - 1;
	memcpy(name, devargs, len);
	name[len] = '\0';
}
