// SPDX-License-Identifier: Apache-2.0
/*
 * controller: the table of the switch's OpenFlow connections, for the verbs that show it.
 */
#pragma once

#include <jansson.h>

/** Prints them; `sw` is what GET /v1/switch answers. */
void controllers_print(const json_t *sw, int indent);
