// SPDX-License-Identifier: Apache-2.0
#include "controller/yaml_tree.h"

#include "lib/text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct reader {
	yaml_parser_t parser;
	const char *name;
	char *why;
	size_t why_size;
	unsigned n_nodes;
	unsigned depth;
	struct yaml_tree *stack[YAML_TREE_DEPTH_MAX]; /* open lists and maps */
	char *keys[YAML_TREE_DEPTH_MAX];              /* a map's key that waits for its value */
	struct yaml_tree *root;
};

static bool refuse(struct reader *r, unsigned line, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Always false, so that callers can return it. */
static bool refuse(struct reader *r, unsigned line, const char *format, ...)
{
	va_list args;
	int n = snprintf(r->why, r->why_size, "%s:%u: ", r->name, line);

	if (n < 0 || (size_t)n >= r->why_size)
		return false;
	va_start(args, format);
	vsnprintf(r->why + n, r->why_size - (size_t)n, format, args);
	va_end(args);
	return false;
}

void yaml_tree_free(struct yaml_tree *tree)
{
	if (tree == NULL)
		return;
	for (unsigned i = 0; i < tree->n; i++) {
		yaml_tree_free(tree->children[i]);
		if (tree->keys != NULL)
			free(tree->keys[i]);
	}
	free(tree->children);
	free(tree->keys);
	free(tree->text);
	free(tree);
}

const struct yaml_tree *yaml_tree_get(const struct yaml_tree *map, const char *key)
{
	for (unsigned i = 0; i < map->n; i++) {
		if (strcmp(map->keys[i], key) == 0)
			return map->children[i];
	}
	return NULL;
}

static bool node_append(struct yaml_tree *parent, char *key, struct yaml_tree *child)
{
	if (parent->n == parent->room) {
		unsigned room = parent->room ? parent->room * 2 : 4;
		struct yaml_tree **children = realloc(parent->children, room * sizeof(*children));
		char **keys;

		if (children == NULL)
			return false;
		parent->children = children;
		if (parent->kind == YAML_KIND_MAP) {
			keys = realloc(parent->keys, room * sizeof(*keys));
			if (keys == NULL)
				return false;
			parent->keys = keys;
		}
		parent->room = room;
	}
	if (parent->kind == YAML_KIND_MAP)
		parent->keys[parent->n] = key;
	parent->children[parent->n++] = child;
	return true;
}

/* Hangs the node into the innermost open one; takes it over in any case. */
static bool node_add(struct reader *r, struct yaml_tree *node)
{
	struct yaml_tree *parent;
	char *key = NULL;

	if (r->depth == 0) {
		r->root = node;
		return true;
	}
	parent = r->stack[r->depth - 1];
	if (parent->kind == YAML_KIND_MAP) {
		key = r->keys[r->depth - 1];
		if (key == NULL) {
			refuse(r, node->line, "a key is not plain text; write keys as words");
			yaml_tree_free(node);
			return false;
		}
	}
	if (!node_append(parent, key, node)) {
		yaml_tree_free(node);
		return refuse(r, parent->line, "out of memory; shorten the file");
	}
	if (parent->kind == YAML_KIND_MAP)
		r->keys[r->depth - 1] = NULL;
	return true;
}

static struct yaml_tree *node_new(struct reader *r, enum yaml_kind kind, unsigned line)
{
	struct yaml_tree *node;

	if (++r->n_nodes > YAML_TREE_NODES_MAX) {
		refuse(r, line, "the file has more than %u values; split it", YAML_TREE_NODES_MAX);
		return NULL;
	}
	node = calloc(1, sizeof(*node));
	if (node == NULL) {
		refuse(r, line, "out of memory; shorten the file");
		return NULL;
	}
	node->kind = kind;
	node->line = line;
	return node;
}

static bool node_open(struct reader *r, enum yaml_kind kind, unsigned line)
{
	struct yaml_tree *node;

	if (r->depth == YAML_TREE_DEPTH_MAX)
		return refuse(r, line, "the value is nested more than %d levels deep; flatten it",
			      YAML_TREE_DEPTH_MAX);
	node = node_new(r, kind, line);
	if (node == NULL || !node_add(r, node))
		return false;
	r->stack[r->depth++] = node;
	return true;
}

/* A scalar is a map's next key, or a value. */
static bool on_scalar(struct reader *r, const yaml_event_t *e, unsigned line)
{
	const char *bytes = (const char *)e->data.scalar.value;
	struct yaml_tree *parent = r->depth ? r->stack[r->depth - 1] : NULL;
	struct yaml_tree *node;
	char *text;

	if (memchr(bytes, 0, e->data.scalar.length) != NULL)
		return refuse(r, line, "the text has a NUL character in it; remove it");
	text = strdup(bytes);
	if (text == NULL)
		return refuse(r, line, "out of memory; shorten the file");
	if (parent != NULL && parent->kind == YAML_KIND_MAP && r->keys[r->depth - 1] == NULL) {
		if (yaml_tree_get(parent, text) != NULL) {
			refuse(r, line, "key \"%s\" is there twice; remove one", text);
			free(text);
			return false;
		}
		r->keys[r->depth - 1] = text;
		return true;
	}
	node = node_new(r, YAML_KIND_TEXT, line);
	if (node == NULL) {
		free(text);
		return false;
	}
	node->text = text;
	node->quoted = e->data.scalar.style == YAML_SINGLE_QUOTED_SCALAR_STYLE ||
		       e->data.scalar.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
	return node_add(r, node);
}

static bool on_event(struct reader *r, const yaml_event_t *e)
{
	unsigned line = (unsigned)e->start_mark.line + 1;

	switch (e->type) {
	case YAML_ALIAS_EVENT:
		return refuse(r, line, "alias \"*%s\" is not allowed; write the value out",
			      (const char *)e->data.alias.anchor);
	case YAML_SCALAR_EVENT:
		if (e->data.scalar.tag != NULL || e->data.scalar.anchor != NULL)
			return refuse(r, line, "tags and anchors are not allowed; remove it");
		return on_scalar(r, e, line);
	case YAML_SEQUENCE_START_EVENT:
		if (e->data.sequence_start.tag != NULL || e->data.sequence_start.anchor != NULL)
			return refuse(r, line, "tags and anchors are not allowed; remove it");
		return node_open(r, YAML_KIND_LIST, line);
	case YAML_MAPPING_START_EVENT:
		if (e->data.mapping_start.tag != NULL || e->data.mapping_start.anchor != NULL)
			return refuse(r, line, "tags and anchors are not allowed; remove it");
		return node_open(r, YAML_KIND_MAP, line);
	case YAML_SEQUENCE_END_EVENT:
	case YAML_MAPPING_END_EVENT:
		r->depth--;
		return true;
	case YAML_DOCUMENT_START_EVENT:
		if (r->root != NULL)
			return refuse(r, line, "a second document starts here; keep one per file");
		return true;
	default:
		return true;
	}
}

static bool read_all(struct reader *r)
{
	yaml_event_t e;
	bool good = true, end = false;

	while (good && !end) {
		if (!yaml_parser_parse(&r->parser, &e)) {
			unsigned line = (unsigned)r->parser.problem_mark.line + 1;

			return refuse(r, line, "%s%s%s; correct the YAML",
				      r->parser.problem ? r->parser.problem : "it is not YAML",
				      r->parser.context ? " " : "",
				      r->parser.context ? r->parser.context : "");
		}
		end = e.type == YAML_STREAM_END_EVENT;
		good = on_event(r, &e);
		yaml_event_delete(&e);
	}
	if (good && r->root == NULL)
		r->root = node_new(r, YAML_KIND_MAP, 1);
	return good && r->root != NULL;
}

struct yaml_tree *yaml_tree_read(const char *name, const char *bytes, size_t size, char *why,
				 size_t why_size)
{
	struct reader r = {.name = name, .why = why, .why_size = why_size};

	if (size > YAML_TREE_SIZE_MAX) {
		refuse(&r, 1, "the file is larger than %u MiB; split it", YAML_TREE_SIZE_MAX >> 20);
		return NULL;
	}
	if (!yaml_parser_initialize(&r.parser)) {
		refuse(&r, 1, "out of memory; shorten the file");
		return NULL;
	}
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)bytes, size);
	if (!read_all(&r)) {
		for (unsigned i = 0; i < YAML_TREE_DEPTH_MAX; i++)
			free(r.keys[i]);
		yaml_tree_free(r.root);
		r.root = NULL;
	}
	yaml_parser_delete(&r.parser);
	return r.root;
}
