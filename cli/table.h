// SPDX-License-Identifier: Apache-2.0
/*
 * table: aligned columns for people. Life: table_new, one table_cell per cell (row by row),
 * table_print, table_free. One owner; memory that runs out ends the program.
 */
#pragma once

#include <stdio.h>

struct table;

/**
 * An empty table. `columns` are the titles, separated by `|`; a title that starts with `>` is
 * aligned to the right, as numbers are: `PORT|>RX FRAMES|LINK`.
 */
struct table *table_new(const char *columns);

/**
 * Sets the next cell; after the last column the next row begins. Control characters in the text
 * are shown as `?`, since names may come from a peer.
 */
void table_cell(struct table *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/** Rows that were begun, without the titles. */
size_t table_n_rows(const struct table *t);

/** Writes titles and rows, `indent` blanks before each; no blanks at the ends of lines. */
void table_print(const struct table *t, FILE *to, int indent);

/** Frees it; NULL is legal. */
void table_free(struct table *t);

/** Writes a foreign text to `to` with control characters shown as `?`. */
void table_print_text(const char *text, FILE *to);

/** The same for a text of several lines, which ends each of them. */
void table_print_lines(const char *text, FILE *to);
