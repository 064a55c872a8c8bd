// SPDX-License-Identifier: Apache-2.0
/*
 * uses: which groups and meters programs name. Control thread.
 */
#pragma once

#include <stdbool.h>

#include "datapath/table/program.h"

/** Notes with its groups and meters that `by` more (or less) flows have this program. */
void uses_count(const struct program *program, int by);

/** Does the program hand frames to that group; NULL: to any? */
bool uses_group(const struct program *program, const struct group *group);

/** Does the program charge frames to that meter; NULL: to any? */
bool uses_meter(const struct program *program, const struct meter *meter);

/**
 * Calls back for every group and every meter that the list names, also in lists within it. `group`
 * or `meter` may be NULL.
 */
void uses_each(const struct action_list *list, void (*group)(void *context, struct group *group),
	       void (*meter)(void *context, struct meter *meter), void *context);
