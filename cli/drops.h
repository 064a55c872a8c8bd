// SPDX-License-Identifier: Apache-2.0
/*
 * drops: the table of drop reasons, for the verbs that show it.
 */
#pragma once

#include <jansson.h>

/**
 * Prints reasons that occurred, the most frequent first, at most `n_max` of them (0: all), with
 * the ports and what the reason means. `drops` is what GET /v1/drops answers.
 */
void drops_print(const json_t *drops, size_t n_max, int indent);
