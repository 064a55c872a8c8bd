// SPDX-License-Identifier: Apache-2.0
/* Devices of DPDK: found, made, owned by one port each, removed. Control thread. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_bus.h>
#include <rte_dev.h>

#include "datapath/port/devargs.h"
#include "datapath/port/ethdev.h"

static bool owned[RTE_MAX_ETHPORTS]; /* control thread */

/* The first device of this name or device string that no port owns. */
static int find(const char *devargs, uint16_t *id, bool *taken)
{
	char name[RTE_ETH_NAME_MAX_LEN];
	struct rte_dev_iterator iterator;
	uint16_t at;

	*taken = false;
	devargs_name(devargs, name, sizeof(name));
	if (rte_eth_dev_get_port_by_name(name, id) == 0) {
		*taken = owned[*id];
		return *taken ? -EEXIST : 0;
	}
	RTE_ETH_FOREACH_MATCHING_DEV(at, name, &iterator)
	{
		if (owned[at]) {
			*taken = true;
			continue;
		}
		*id = at;
		rte_eth_iterator_cleanup(&iterator);
		return 0;
	}
	return -ENODEV;
}

int ethdev_acquire(const struct port_spec *spec, const char *devargs, uint16_t *id, char *why,
		   size_t why_size)
{
	bool taken;
	int error = find(devargs, id, &taken);

	if (error != 0 && !taken) {
		error = rte_dev_probe(devargs);
		if (error != 0) {
			snprintf(why, why_size,
				 "port %s: DPDK cannot open %s: %s; check the device, its options, "
				 "and the rights of this program",
				 spec->name, devargs, strerror(-error));
			return error < 0 ? error : -ENODEV;
		}
		error = find(devargs, id, &taken);
	}
	if (taken && error != 0) {
		snprintf(why, why_size, "port %s: %s belongs to another port; use another device",
			 spec->name, devargs);
		return -EEXIST;
	}
	if (error != 0) {
		snprintf(why, why_size,
			 "port %s: %s has no Ethernet device; name one that DPDK drives",
			 spec->name, devargs);
		return error;
	}
	owned[*id] = true;
	return 0;
}

void ethdev_release(uint16_t id)
{
	struct rte_eth_dev_info info;
	struct rte_device *device = NULL;
	uint16_t at;

	if (rte_eth_dev_info_get(id, &info) == 0)
		device = info.device;
	rte_eth_dev_close(id);
	owned[id] = false;
	if (device == NULL)
		return;
	/* A device of several ports stays for the others. */
	RTE_ETH_FOREACH_DEV_OF(at, device)
	{
		return;
	}
	rte_dev_remove(device);
}
