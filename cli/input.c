// SPDX-License-Identifier: Apache-2.0
#include "cli/input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lib/text.h"

static void line_add(struct input *in, const char *text, unsigned int number)
{
	if ((in->n & (in->n - 1)) == 0) {
		in->lines = realloc(in->lines, (in->n != 0 ? in->n * 2 : 1) * sizeof(*in->lines));
		if (in->lines == NULL)
			abort();
	}
	in->lines[in->n++] = (struct input_line){.text = text_format("%s", text), .number = number};
}

static int file_read(FILE *f, struct input *in)
{
	unsigned int number = 0;
	char *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, f) >= 0) {
		char *at = line + strspn(line, " \t");

		number++;
		at[strcspn(at, "#\r\n")] = '\0';
		for (char *end = at + strlen(at); end > at && strchr(" \t", end[-1]) != NULL;)
			*--end = '\0';
		if (*at != '\0')
			line_add(in, at, number);
	}
	free(line);
	return ferror(f) ? -EIO : 0;
}

int input_read(const struct cli *cli, int argc, char **argv, struct input *in)
{
	bool is_stdin;
	FILE *f;
	int rc;

	*in = (struct input){.file = cli->file};
	if (in->file == NULL && argc == 1 && strcmp(argv[0], "-") == 0)
		in->file = "-";
	else if (in->file != NULL && argc != 0) {
		cli_error("both --file and '%s' are given; give one of them", argv[0]);
		return CLI_USAGE;
	}
	if (in->file == NULL) {
		for (int i = 0; i < argc; i++)
			line_add(in, argv[i], 0);
		if (in->n != 0)
			return CLI_OK;
		cli_error("nothing to add is given; give it as an argument, or a file with --file");
		return CLI_USAGE;
	}
	is_stdin = strcmp(in->file, "-") == 0;
	f = is_stdin ? stdin : fopen(in->file, "re");
	rc = f != NULL ? file_read(f, in) : -errno;
	if (f != NULL && !is_stdin)
		fclose(f);
	if (is_stdin)
		in->file = "standard input";
	if (rc == 0)
		return CLI_OK;
	cli_error("cannot read %s: %s; check the path", in->file, strerror(-rc));
	input_free(in);
	return CLI_USAGE;
}

void input_free(struct input *in)
{
	for (size_t i = 0; i < in->n; i++)
		free(in->lines[i].text);
	free(in->lines);
	*in = (struct input){0};
}
