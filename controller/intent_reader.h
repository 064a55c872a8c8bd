// SPDX-License-Identifier: Apache-2.0
/*
 * intent_reader: what reading an intent's objects shares: refusing, keys and texts of a mapping,
 * and sets of what was seen before. Private to intent_parse.c.
 */
#pragma once

#include "controller/intent.h"
#include "controller/yaml_tree.h"
#include "lib/text.h"

#include <uthash.h>

/* A name, address or port that may occur once; `key` says which. */
struct seen {
	UT_hash_handle hh;
	unsigned index; /* of the object */
	unsigned line;
	char key[];
};

struct intent_reader {
	const char *name; /* of the file */
	char *why;        /* INTENT_WHY_SIZE bytes */
	struct intent *intent;
	struct seen *switches, *networks, *ports, *macs, *members;
};

/** Writes `name:line: …` to `why`; always false, so that callers can return it. */
bool reader_refuse(struct intent_reader *r, unsigned line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** What was added under the key; NULL. */
const struct seen *seen_find(const struct seen *set, const char *key);

/** Adds a key that is not in the set; false after refusing (no memory). */
bool seen_add(struct intent_reader *r, struct seen **set, const char *key, unsigned index,
	      unsigned line);

/** How often the key was counted, this time included; 0 after refusing (no memory). */
unsigned seen_count(struct intent_reader *r, struct seen **set, const char *key, unsigned line);

/** Empties the set. */
void seen_free(struct seen **set);

/** Refuses what is not a mapping, and keys that are not among `keys`, separated by blanks. */
bool reader_keys(struct intent_reader *r, const struct yaml_tree *map, const char *what,
		 const char *keys);

/** True for a value that is not there or says nothing. */
bool reader_empty(const struct yaml_tree *value);

/** The text under a key of `map`; NULL after refusing. */
const char *reader_text(struct intent_reader *r, const struct yaml_tree *map, const char *what,
			const char *key);

/** The line of a key's value, or of the mapping. */
unsigned reader_line(const struct yaml_tree *map, const char *key);

/** Reads a name without blanks into `to` (INTENT_NAME_MAX + 1 bytes); false after refusing. */
bool reader_name(struct intent_reader *r, const struct yaml_tree *map, const char *what,
		 const char *key, char *to);
