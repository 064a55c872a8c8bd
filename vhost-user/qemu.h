// SPDX-License-Identifier: Apache-2.0
/*
 * qemu: how to start a guest on a vhost-user port: QEMU's arguments and libvirt's XML. Pure
 * functions; any thread that may allocate.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/addr.h"

/* What of a port matters to its guest. */
struct qemu_port {
	const char *name;      /* names the guest's devices: letters, digits, `.`, `_`, `-` */
	const char *path;      /* socket */
	bool switch_is_client; /* then the guest listens */
	uint16_t n_queues;
	uint16_t mtu; /* 0 or 1500: the guest is told nothing */
	bool has_mac;
	struct eth_addr mac; /* else QEMU chooses */
};

/**
 * The arguments of QEMU as a list of words that ends with NULL, in one allocation for the list and
 * one for each word: free it with qemu_args_free. The guest's memory must be shared with the
 * switch: these words contain a 1 GiB memory backend to be sized with the guest's `-m`. Ends the
 * program when there is no memory.
 */
char **qemu_args(const struct qemu_port *port);

/** Frees what qemu_args gave; NULL is legal. */
void qemu_args_free(char **args);

/**
 * The `<interface>` element of a libvirt domain, and before it, as a comment, what the domain
 * needs for shared memory. The caller frees it. Ends the program when there is no memory.
 */
char *qemu_libvirt_xml(const struct qemu_port *port);
