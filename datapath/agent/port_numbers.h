// SPDX-License-Identifier: Apache-2.0
/*
 * port_numbers: which OpenFlow number a port's name had last. Bounded: the oldest is forgotten.
 * Control thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "datapath/port/port.h"

#define PORT_NUMBERS_MAX 1024

struct port_number {
	char name[PORT_NAME_SIZE];
	uint32_t ofport;
};

/* Zero-initialize. */
struct port_numbers {
	struct port_number at[PORT_NUMBERS_MAX]; /* a ring */
	uint32_t next;
};

/** Notes the number of a name, in place of an older one. */
void port_numbers_note(struct port_numbers *numbers, const char *name, uint32_t ofport);

/** The number of a name; 0 when there is none. */
uint32_t port_numbers_of(const struct port_numbers *numbers, const char *name);

/** True when a name other than this one had the number. */
bool port_numbers_taken(const struct port_numbers *numbers, uint32_t ofport, const char *name);
