// SPDX-License-Identifier: Apache-2.0
/*
 * devargs: from the friendly forms of a spec to DPDK's device string. Pure; any thread.
 */
#pragma once

#include <stddef.h>

#include "datapath/port/port.h"

#define DEVARGS_SIZE (PORT_ARG_SIZE + 256)

/**
 * Writes the device string for a port of kind PORT_ETHDEV to `devargs` (DEVARGS_SIZE bytes): a
 * virtual device is named after the port, `dev:` and `pci:` keep theirs. 0, or -ENAMETOOLONG.
 */
int devargs_write(const struct port_spec *spec, char *devargs);

/** Copies the device's name, which ends at the first comma, to `name` of `size` bytes. */
void devargs_name(const char *devargs, char *name, size_t size);
