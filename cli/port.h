// SPDX-License-Identifier: Apache-2.0
/*
 * port: what several verbs show of a port. Pure.
 */
#pragma once

#include <jansson.h>

#include "cli/table.h"
#include "lib/text.h"

/** Appends a port's VLAN setting as people say it: `10`, `trunk 10;20-30 native 10`, `-`. */
void port_vlan_text(const json_t *port, struct text *to);

/**
 * Appends QEMU's arguments, as the API gives them, as lines that a shell takes: an option with its
 * value on each, a backslash at the ends of all but the last.
 */
void port_qemu_text(const json_t *arguments, struct text *to);

/** Sets the next cell to a port's OpenFlow number, or LOCAL. */
void port_number_cell(struct table *t, uint64_t ofport);
