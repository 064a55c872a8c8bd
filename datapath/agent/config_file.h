// SPDX-License-Identifier: Apache-2.0
/*
 * config_file: lines `option = value`. `#` starts a comment at the start of a line or behind a
 * blank; a value may stand in single or double quotes. Any thread.
 */
#pragma once

#include <stddef.h>

/** Called for each line with an option; returns 0, or -errno after writing a sentence to `why`. */
typedef int (*config_file_set)(void *context, const char *key, const char *value, char *why,
			       size_t why_size);

/**
 * Reads `size` bytes of text, line by line, until the first error: 0, or -errno with
 * `file:line: sentence` in `why`.
 */
int config_file_parse(const char *file, const char *text, size_t size, config_file_set set,
		      void *context, char *why, size_t why_size);

/**
 * The bytes of a file of at most 1 MiB, which the caller frees; NULL with errno and a sentence in
 * `why`.
 */
char *config_file_read(const char *file, size_t *size, char *why, size_t why_size);
