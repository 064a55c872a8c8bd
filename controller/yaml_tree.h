// SPDX-License-Identifier: Apache-2.0
/*
 * yaml_tree: one YAML document as a tree whose nodes know their lines.
 *
 * Built from libyaml's events, with bounds: bytes, nodes and depth. Anchors, aliases, tags and
 * further documents are refused, since nothing here needs them and they hide what a file says. Keys
 * are plain text and unique in their mapping. Pure; one owner.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define YAML_TREE_SIZE_MAX (4u << 20)
#define YAML_TREE_NODES_MAX (1u << 20)
#define YAML_TREE_DEPTH_MAX 8

enum yaml_kind { YAML_KIND_TEXT, YAML_KIND_LIST, YAML_KIND_MAP };

struct yaml_tree {
	enum yaml_kind kind;
	unsigned line; /* from 1 */
	bool quoted;   /* text: written in quotes, so that an empty one is meant */
	char *text;    /* text: its value, NUL-terminated, without NULs in it */
	unsigned n;    /* list, map: children */
	unsigned room;
	struct yaml_tree **children; /* list: the items; map: the values */
	char **keys;                 /* map: keys[i] names children[i] */
};

/**
 * Reads `size` bytes that belong to the file `name`. An empty document gives an empty map. NULL
 * with one sentence `name:line: cause; remedy` in `why` when the text is refused. End with
 * yaml_tree_free.
 */
struct yaml_tree *yaml_tree_read(const char *name, const char *bytes, size_t size, char *why,
				 size_t why_size);

/** Frees the tree; NULL is legal. */
void yaml_tree_free(struct yaml_tree *tree);

/** The value of a key of a map; NULL when it is not there. */
const struct yaml_tree *yaml_tree_get(const struct yaml_tree *map, const char *key);
