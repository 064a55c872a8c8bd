// SPDX-License-Identifier: Apache-2.0
/*
 * last_good: a copy of the last file that was in force, for the operator whose new one is refused
 * when the program starts and nothing else remembers the old one. Crash-safe: it is replaced whole.
 */
#pragma once

#include <stddef.h>

/** Copies the file at `path` to DIR/last-good.yaml; failures are logged. */
void last_good_save(const char *dir, const char *path);

/** Writes the copy's path to `to` if there is one, else "". */
void last_good_find(const char *dir, char *to, size_t size);
