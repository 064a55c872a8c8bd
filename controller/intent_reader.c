// SPDX-License-Identifier: Apache-2.0
#include "controller/intent_reader.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Always false, so that callers can return it. */
bool reader_refuse(struct intent_reader *r, unsigned line, const char *format, ...)
{
	va_list args;
	int n = snprintf(r->why, INTENT_WHY_SIZE, "%s:%u: ", r->name, line);

	if (n < 0 || n >= INTENT_WHY_SIZE)
		return false;
	va_start(args, format);
	vsnprintf(r->why + n, (size_t)(INTENT_WHY_SIZE - n), format, args);
	va_end(args);
	return false;
}

const struct seen *seen_find(const struct seen *set, const char *key)
{
	struct seen *found;

	HASH_FIND_STR(set, key, found);
	return found;
}

bool seen_add(struct intent_reader *r, struct seen **set, const char *key, unsigned index,
	      unsigned line)
{
	size_t size = strlen(key) + 1;
	struct seen *one = calloc(1, sizeof(*one) + size);

	if (one == NULL)
		return reader_refuse(r, line, "out of memory; shorten the file");
	one->index = index;
	one->line = line;
	memcpy(one->key, key, size);
	HASH_ADD_STR(*set, key, one);
	return true;
}

unsigned seen_count(struct intent_reader *r, struct seen **set, const char *key, unsigned line)
{
	struct seen *one;

	HASH_FIND_STR(*set, key, one);
	if (one != NULL)
		return ++one->index;
	return seen_add(r, set, key, 1, line) ? 1 : 0;
}

void seen_free(struct seen **set)
{
	struct seen *one, *next;

	HASH_ITER (hh, *set, one, next) {
		HASH_DEL(*set, one);
		free(one);
	}
}

/* `keys` are separated by blanks. */
bool reader_keys(struct intent_reader *r, const struct yaml_tree *map, const char *what,
		 const char *keys)
{
	if (map->kind != YAML_KIND_MAP)
		return reader_refuse(r, map->line,
				     "%s is not a mapping; write it as key: value (keys: %s)", what,
				     keys);
	for (unsigned i = 0; i < map->n; i++) {
		const char *key = map->keys[i], *at = keys;
		size_t len = strlen(key);

		while (len != 0 && (at = strstr(at, key)) != NULL) {
			if ((at == keys || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
				break;
			at++;
		}
		if (len == 0 || at == NULL)
			return reader_refuse(r, map->children[i]->line,
					     "%s has no key \"%s\"; use one of: %s", what, key,
					     keys);
	}
	return true;
}

bool reader_empty(const struct yaml_tree *t)
{
	return t == NULL ||
	       (t->kind == YAML_KIND_TEXT && !t->quoted &&
		(t->text[0] == '\0' || strcmp(t->text, "~") == 0 || strcmp(t->text, "null") == 0));
}

/* The text of a key of `map`; NULL after refusing. */
const char *reader_text(struct intent_reader *r, const struct yaml_tree *map, const char *what,
			const char *key)
{
	const struct yaml_tree *value = yaml_tree_get(map, key);

	if (reader_empty(value)) {
		reader_refuse(r, value ? value->line : map->line, "%s has no %s; add \"%s: …\"",
			      what, key, key);
		return NULL;
	}
	if (value->kind != YAML_KIND_TEXT) {
		reader_refuse(r, value->line,
			      "%s of %s is not a single value; write \"%s: …\" on one line", key,
			      what, key);
		return NULL;
	}
	return value->text;
}

unsigned reader_line(const struct yaml_tree *map, const char *key)
{
	const struct yaml_tree *value = yaml_tree_get(map, key);

	return value ? value->line : map->line;
}

bool reader_name(struct intent_reader *r, const struct yaml_tree *map, const char *what,
		 const char *key, char *to)
{
	const char *text = reader_text(r, map, what, key);

	if (text == NULL)
		return false;
	for (const char *c = text; *c != '\0'; c++) {
		if (isspace((unsigned char)*c) || iscntrl((unsigned char)*c))
			return reader_refuse(
				r, reader_line(map, key),
				"%s \"%s\" of %s has a blank in it; use letters, digits, - and _",
				key, text, what);
	}
	if (!text_copy(to, INTENT_NAME_MAX + 1, text) || text[0] == '\0')
		return reader_refuse(r, reader_line(map, key),
				     "%s of %s must have 1 to %d bytes; shorten it", key, what,
				     INTENT_NAME_MAX);
	return true;
}
