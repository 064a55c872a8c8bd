// SPDX-License-Identifier: Apache-2.0
/*
 * cursor: bounded reading and writing of network-order bytes.
 *
 * All foreign bytes are read through a `struct cursor`. A read past the end yields zeros and
 * makes the cursor bad for good, so a parser may read a whole header and ask once
 * (`cursor_ok`) before it trusts any of it.
 *
 * `struct wbuf` is the writing twin: a buffer that grows up to a limit, and becomes bad
 * instead of overflowing. One owner, no locks; usable from any thread that owns the object.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct cursor {
	const uint8_t *at;
	const uint8_t *end;
	bool bad; /* a read went past the end */
};

/** A cursor over `size` bytes at `data`, which the caller keeps alive. */
static inline struct cursor cursor_init(const void *data, size_t size)
{
	const uint8_t *p = (const uint8_t *)data;

	return (struct cursor){.at = p, .end = size != 0 ? p + size : p, .bad = false};
}

/** Bytes that are left. */
static inline size_t cursor_left(const struct cursor *c)
{
	return (size_t)(c->end - c->at);
}

/** True while no read went past the end. */
static inline bool cursor_ok(const struct cursor *c)
{
	return !c->bad;
}

/** Takes `size` bytes; NULL, and the cursor turns bad, when there are fewer. */
static inline const uint8_t *cursor_take(struct cursor *c, size_t size)
{
	const uint8_t *p = c->at;

	if (c->bad || cursor_left(c) < size) {
		c->bad = true;
		c->at = c->end;
		return NULL;
	}
	c->at += size;
	return p;
}

/** Skips `size` bytes (padding). */
static inline void cursor_skip(struct cursor *c, size_t size)
{
	(void)cursor_take(c, size);
}

/** Copies `size` bytes to `to`; zeros when there are fewer. */
static inline void cursor_copy(struct cursor *c, void *to, size_t size)
{
	const uint8_t *p = cursor_take(c, size);

	if (p != NULL)
		memcpy(to, p, size);
	else
		memset(to, 0, size);
}

/** A cursor over the next `size` bytes, which this one skips; bad when there are fewer. */
static inline struct cursor cursor_sub(struct cursor *c, size_t size)
{
	const uint8_t *p = cursor_take(c, size);
	struct cursor sub = cursor_init(p != NULL ? p : c->end, p != NULL ? size : 0);

	sub.bad = p == NULL;
	return sub;
}

/** Reads an unsigned integer in network order; 0 when there are too few bytes. */
static inline uint8_t cursor_u8(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, 1);

	return p != NULL ? p[0] : 0;
}

/** See cursor_u8. */
static inline uint16_t cursor_u16(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, 2);

	return p != NULL ? (uint16_t)(p[0] << 8 | p[1]) : 0;
}

/** See cursor_u8. */
static inline uint32_t cursor_u32(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, 4);

	return p != NULL ? (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3]
			 : 0;
}

/** See cursor_u8. */
static inline uint64_t cursor_u64(struct cursor *c)
{
	uint64_t high = cursor_u32(c);
	uint64_t low = cursor_u32(c);

	return c->bad ? 0 : high << 32 | low;
}

struct wbuf {
	uint8_t *data;
	size_t len;
	size_t room;
	size_t limit; /* never grows past this many bytes */
	bool bad;     /* a write did not fit, or there was no memory; what is in it is unusable */
};

/** An empty buffer that may grow to `limit` bytes; end it with wbuf_free. */
static inline struct wbuf wbuf_init(size_t limit)
{
	return (struct wbuf){.limit = limit};
}

/** Frees the bytes; legal twice. */
static inline void wbuf_free(struct wbuf *b)
{
	free(b->data);
	*b = (struct wbuf){.limit = b->limit};
}

/** Makes room for `size` more bytes and returns where they start; NULL when bad. */
static inline uint8_t *wbuf_grow(struct wbuf *b, size_t size)
{
	if (b->bad || size > b->limit - b->len) {
		b->bad = true;
		return NULL;
	}
	if (b->len + size > b->room) {
		size_t room = b->room ? b->room * 2 : 256;
		uint8_t *bigger;

		while (room < b->len + size)
			room *= 2;
		bigger = (uint8_t *)realloc(b->data, room);
		if (bigger == NULL) {
			b->bad = true;
			return NULL;
		}
		b->data = bigger;
		b->room = room;
	}
	b->len += size;
	return b->data + b->len - size;
}

/** Appends `size` bytes. */
static inline void wbuf_put(struct wbuf *b, const void *from, size_t size)
{
	uint8_t *p = wbuf_grow(b, size);

	if (p != NULL && size != 0)
		memcpy(p, from, size);
}

/** Appends `size` zeros. */
static inline void wbuf_zero(struct wbuf *b, size_t size)
{
	uint8_t *p = wbuf_grow(b, size);

	if (p != NULL)
		memset(p, 0, size);
}

/** Appends zeros until the length from offset `start` is a multiple of `unit`. */
static inline void wbuf_pad(struct wbuf *b, size_t start, size_t unit)
{
	size_t over = (b->len - start) % unit;

	if (over != 0)
		wbuf_zero(b, unit - over);
}

/** Appends an unsigned integer in network order. */
static inline void wbuf_u8(struct wbuf *b, uint8_t v)
{
	wbuf_put(b, &v, 1);
}

/** See wbuf_u8. */
static inline void wbuf_u16(struct wbuf *b, uint16_t v)
{
	uint8_t raw[2] = {(uint8_t)(v >> 8), (uint8_t)v};

	wbuf_put(b, raw, sizeof(raw));
}

/** See wbuf_u8. */
static inline void wbuf_u32(struct wbuf *b, uint32_t v)
{
	wbuf_u16(b, (uint16_t)(v >> 16));
	wbuf_u16(b, (uint16_t)v);
}

/** See wbuf_u8. */
static inline void wbuf_u64(struct wbuf *b, uint64_t v)
{
	wbuf_u32(b, (uint32_t)(v >> 32));
	wbuf_u32(b, (uint32_t)v);
}

/** Overwrites two bytes at `offset`, which must have been written (a length known only later). */
static inline void wbuf_set_u16(struct wbuf *b, size_t offset, uint16_t v)
{
	if (!b->bad) {
		b->data[offset] = (uint8_t)(v >> 8);
		b->data[offset + 1] = (uint8_t)v;
	}
}
