// SPDX-License-Identifier: Apache-2.0
/*
 * names: how the text syntax turns port names into numbers and back.
 */
#pragma once

#include <stdint.h>

#define OF_PORT_NAME_SIZE 64

struct of_names {
	/* Returns the name of a port or NULL; the string lives until the next call. */
	const char *(*port_name)(void *context, uint32_t port_no);
	/* 0, or -ENOENT when no port has that name. */
	int (*port_number)(void *context, const char *name, uint32_t *port_no);
	void *context;
};
