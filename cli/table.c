// SPDX-License-Identifier: Apache-2.0
#include "cli/table.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "lib/text.h"

#define GAP 2 /* blanks between columns */

struct table {
	size_t n_columns;
	bool *right;
	char **cells; /* the titles first, then row by row */
	size_t n_cells;
	size_t room;
};

static void *must(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

static void cell_add(struct table *t, char *cell)
{
	for (char *c = cell; *c != '\0'; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	}
	if (t->n_cells == t->room) {
		t->room = t->room != 0 ? t->room * 2 : 64;
		t->cells = must(realloc(t->cells, t->room * sizeof(*t->cells)));
	}
	t->cells[t->n_cells++] = cell;
}

struct table *table_new(const char *columns)
{
	struct table *t = must(calloc(1, sizeof(*t)));

	for (const char *at = columns;; at++) {
		size_t len = strcspn(at, "|");
		bool right = *at == '>';

		t->right = must(realloc(t->right, (t->n_columns + 1) * sizeof(*t->right)));
		t->right[t->n_columns++] = right;
		cell_add(t, text_format("%.*s", (int)len - right, at + right));
		at += len;
		if (*at == '\0')
			return t;
	}
}

void table_cell(struct table *t, const char *format, ...)
{
	va_list args;
	char *cell;

	va_start(args, format);
	if (vasprintf(&cell, format, args) < 0)
		abort();
	va_end(args);
	cell_add(t, cell);
}

size_t table_n_rows(const struct table *t)
{
	return (t->n_cells + t->n_columns - 1) / t->n_columns - 1;
}

/* Columns on the screen: one for each UTF-8 character. */
static size_t text_width(const char *s)
{
	size_t n = 0;

	for (; *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return n;
}

static void blanks(size_t n, FILE *to)
{
	if (n != 0)
		fprintf(to, "%*s", (int)n, "");
}

void table_print(const struct table *t, FILE *to, int indent)
{
	size_t *widths = must(calloc(t->n_columns, sizeof(*widths)));
	size_t owed = 0; /* blanks that are due before the next text */

	for (size_t i = 0; i < t->n_cells; i++) {
		size_t width = text_width(t->cells[i]);

		if (width > widths[i % t->n_columns])
			widths[i % t->n_columns] = width;
	}
	for (size_t i = 0; i < t->n_cells; i++) {
		size_t column = i % t->n_columns;
		size_t fill = widths[column] - text_width(t->cells[i]);

		if (column == 0)
			owed = (size_t)indent;
		if (t->right[column])
			owed += fill;
		if (t->cells[i][0] != '\0') {
			blanks(owed, to);
			fputs(t->cells[i], to);
			owed = 0;
		}
		owed += (t->right[column] ? 0 : fill) + GAP;
		if (column == t->n_columns - 1 || i == t->n_cells - 1)
			fputc('\n', to);
	}
	free(widths);
}

void table_free(struct table *t)
{
	if (t == NULL)
		return;
	for (size_t i = 0; i < t->n_cells; i++)
		free(t->cells[i]);
	free(t->cells);
	free(t->right);
	free(t);
}

void table_print_text(const char *text, FILE *to)
{
	for (; *text != '\0'; text++)
		fputc((unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text, to);
}

void table_print_lines(const char *text, FILE *to)
{
	while (*text != '\0') {
		size_t len = strcspn(text, "\n");
		char *line = strndup(text, len);

		if (line == NULL)
			abort();
		table_print_text(line, to);
		fputc('\n', to);
		free(line);
		text += len + (text[len] == '\n');
	}
}
