// SPDX-License-Identifier: Apache-2.0
#include "datapath/port/devargs.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_common.h>

#include "lib/text.h"

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

int devargs_write(const struct port_spec *spec, char *to)
{
	char mac[ETH_ADDR_TEXT_SIZE];
	int n;

	if (strcmp(spec->kind_name, "tap") == 0) {
		n = snprintf(to, DEVARGS_SIZE, "net_tap_%s,iface=%s", spec->name, spec->arg);
		if (spec->has_mac)
			n += snprintf(to + n, DEVARGS_SIZE - n, ",mac=%s",
				      eth_addr_text(&spec->mac, mac));
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
