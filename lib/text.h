// SPDX-License-Identifier: Apache-2.0
/*
 * text: a string that grows, and small readers of words. One owner, no locks.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
	char *s; /* NUL-terminated once anything was added, else NULL */
	size_t len;
	size_t room;
};

/** Appends formatted text; memory that runs out ends the program (control threads only). */
void text_add(struct text *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Appends `len` bytes. */
void text_add_bytes(struct text *t, const char *from, size_t len);

/** The text, "" when it is empty; owned by `t`. */
const char *text_get(const struct text *t);

/** Empties and frees; legal twice. */
void text_free(struct text *t);

/** Hands the string to the caller, who frees it; `t` is empty afterwards. Never NULL. */
char *text_steal(struct text *t);

/** Formats into a new string that the caller frees; never NULL. */
char *text_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/**
 * Reads an unsigned number, decimal or 0x-hexadecimal, that must fill the whole word and be at most
 * `max`. 0, -EINVAL (not a number) or -ERANGE (above `max`).
 */
int text_parse_u64(const char *word, uint64_t max, uint64_t *value);

/** True when `word` starts with `prefix`. */
bool text_starts(const char *word, const char *prefix);

/** Copies at most size-1 bytes and always terminates; false when `from` was cut. */
bool text_copy(char *to, size_t size, const char *from);
