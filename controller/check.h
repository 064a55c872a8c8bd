// SPDX-License-Identifier: Apache-2.0
/*
 * check: what a file comes to, for people.
 */
#pragma once

#include "controller/intent.h"

#include <stdio.h>

/** Prints each network and, per switch, the flows and groups when all its ports are there. */
int check_print(const struct intent *intent, FILE *to);
