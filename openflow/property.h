// SPDX-License-Identifier: Apache-2.0
/*
 * property: the properties that end most structures since 1.4 (1.4.1 §7.2.9): type, length, body,
 * zeros up to a multiple of 8. For `.c` files of openflow/ only.
 */
#pragma once

#include "lib/cursor.h"
#include "openflow/err.h"

#define OF_PROPERTY_EXPERIMENTER 0xffff

struct of_property {
	uint16_t type;
	struct cursor body; /* what follows the header, without the padding */
};

/**
 * Reads the next property. OFPBPC_BAD_LEN: its length is below 4 or goes, with its padding, beyond
 * the structure.
 */
static inline enum of_err of_property_next(struct cursor *c, struct of_property *property)
{
	uint16_t len;

	property->type = cursor_u16(c);
	len = cursor_u16(c);
	if (!cursor_ok(c) || len < 4)
		return OFPBPC_BAD_LEN;
	property->body = cursor_sub(c, len - 4u);
	cursor_skip(c, (8 - len % 8) % 8);
	return cursor_ok(c) ? OF_OK : OFPBPC_BAD_LEN;
}

/** OF_OK when the body was read to its end and not beyond, else OFPBPC_BAD_LEN. */
static inline enum of_err of_property_end(const struct of_property *property)
{
	return cursor_ok(&property->body) && cursor_left(&property->body) == 0 ? OF_OK
									       : OFPBPC_BAD_LEN;
}

/** What a property is refused with whose type nobody knows: an experimenter's has its own error. */
static inline enum of_err of_property_unknown(const struct of_property *property)
{
	return property->type == OF_PROPERTY_EXPERIMENTER ? OFPBPC_BAD_EXPERIMENTER
							  : OFPBPC_BAD_TYPE;
}

/** Starts a property; returns what of_property_finish wants. */
static inline size_t of_property_start(struct wbuf *b, uint16_t type)
{
	size_t start = b->len;

	wbuf_u16(b, type);
	wbuf_u16(b, 0);
	return start;
}

/** Sets the length of the property that began at `start`, and pads it. */
static inline void of_property_finish(struct wbuf *b, size_t start)
{
	wbuf_set_u16(b, start + 2, (uint16_t)(b->len - start));
	wbuf_pad(b, start, 8);
}
