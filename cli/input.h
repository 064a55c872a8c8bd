// SPDX-License-Identifier: Apache-2.0
/*
 * input: the flows or groups that a verb was given: its arguments, a file, or standard input.
 */
#pragma once

#include "cli/cli.h"

struct input_line {
	char *text;
	unsigned int number; /* in the file, from 1; 0: an argument */
};

struct input {
	const char *file; /* for messages; NULL: arguments */
	struct input_line *lines;
	size_t n;
};

/**
 * Collects what is given; a file's empty lines and comments (`#` to the end of the line) are left
 * out. A CLI_ code; unless it is CLI_OK the error has been said, and `in` is empty.
 */
int input_read(const struct cli *cli, int argc, char **argv, struct input *in);

/** Frees it; legal twice. */
void input_free(struct input *in);
