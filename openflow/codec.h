// SPDX-License-Identifier: Apache-2.0
/*
 * codec: what the families of messages share. For `.c` files of openflow/ only.
 */
#pragma once

#include "lib/cursor.h"
#include "lib/text.h"
#include "openflow/err.h"

#include <inttypes.h>
#include <stdio.h>

/** OF_OK when the body was read to its end and not beyond, else OFPBRC_BAD_LEN. */
static inline enum of_err of_body_end(const struct cursor *c)
{
	return cursor_ok(c) && cursor_left(c) == 0 ? OF_OK : OFPBRC_BAD_LEN;
}

/** Reads a string field of `size` bytes, which may fill it, into `to` of size + 1 bytes. */
static inline void of_string_unpack(struct cursor *c, char *to, size_t size)
{
	cursor_copy(c, to, size);
	to[size] = '\0';
	/* Zeros behind the end, so that equal strings are equal bytes. */
	memset(to + strlen(to), 0, size - strlen(to));
}

/** Appends a string field of `size` bytes; cut to size - 1 so that it always ends in zero. */
static inline void of_string_pack(struct wbuf *b, const char *from, size_t size)
{
	size_t len = strnlen(from, size - 1);

	wbuf_put(b, from, len);
	wbuf_zero(b, size - len);
}

/** Appends `from` in printable characters; others, and what would end a quoted word, as dots. */
static inline void of_printable_text(struct text *t, const char *from)
{
	for (; *from != '\0'; from++)
		text_add(t, "%c", *from >= ' ' && *from <= '~' && *from != '"' ? *from : '.');
}

/** Appends bytes as hex digits, at most 64 of them and then their number. */
static inline void of_bytes_text(struct text *t, const uint8_t *data, size_t len)
{
	for (size_t i = 0; i < len && i < 64; i++)
		text_add(t, "%02x", data[i]);
	if (len > 64)
		text_add(t, "… (%zu bytes)", len);
}

/** Appends a duration in seconds without trailing zeros: `1.2s`. */
static inline void of_duration_text(struct text *t, uint32_t s, uint32_t ns)
{
	char fraction[12];
	size_t len;

	snprintf(fraction, sizeof(fraction), ".%03u", ns / 1000000 % 1000);
	for (len = strlen(fraction); len > 0 && (fraction[len - 1] == '0'); len--)
		fraction[len - 1] = '\0';
	text_add(t, "%u%ss", s, len > 1 ? fraction : "");
}

/** Appends `label=value`; UINT64_MAX, a counter that the switch does not have, as `?`. */
static inline void of_counter_text(const char *label, uint64_t value, struct text *t)
{
	if (value == UINT64_MAX)
		text_add(t, "%s=?", label);
	else
		text_add(t, "%s=%" PRIu64, label, value);
}
