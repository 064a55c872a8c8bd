// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/config_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_SIZE 4096
#define FILE_MAX_SIZE (1024 * 1024)

static int is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

static char *trim(char *s)
{
	char *end;

	while (is_blank(*s))
		s++;
	end = s + strlen(s);
	while (end > s && is_blank(end[-1]))
		*--end = '\0';
	return s;
}

/* Cuts a comment off, and quotes. NULL: a quote that does not end where the value does. */
static char *clean_value(char *value)
{
	char quote = value[0];
	char *end;

	if (quote == '"' || quote == '\'') {
		char *rest;

		end = strchr(value + 1, quote);
		if (end == NULL)
			return NULL;
		*end = '\0';
		rest = trim(end + 1);
		return *rest == '\0' || *rest == '#' ? value + 1 : NULL;
	}
	for (end = value; *end != '\0'; end++) {
		if (*end == '#' && (end == value || is_blank(end[-1]))) {
			*end = '\0';
			break;
		}
	}
	return trim(value);
}

static int parse_line(char *line, config_file_set set, void *context, char *why, size_t why_size)
{
	char *key = trim(line);
	char *equals, *value;

	if (*key == '\0' || *key == '#')
		return 0;
	equals = strchr(key, '=');
	if (equals == NULL) {
		snprintf(why, why_size, "\"%.60s\" is not of the form `option = value`", key);
		return -EINVAL;
	}
	*equals = '\0';
	value = clean_value(trim(equals + 1));
	key = trim(key);
	if (value == NULL) {
		snprintf(
			why, why_size,
			"the quotes around the value of %.60s do not match; end the value with the "
			"quote that starts it",
			key);
		return -EINVAL;
	}
	return set(context, key, value, why, why_size);
}

int config_file_parse(const char *file, const char *text, size_t size, config_file_set set,
		      void *context, char *why, size_t why_size)
{
	unsigned int number = 0;
	size_t at = 0;

	while (at < size) {
		const char *start = text + at;
		const char *newline = memchr(start, '\n', size - at);
		size_t len = newline != NULL ? (size_t)(newline - start) : size - at;
		char line[LINE_MAX_SIZE];
		char sentence[400] = "";
		int err;

		number++;
		at += len + 1;
		if (len >= sizeof(line) || memchr(start, '\0', len) != NULL) {
			snprintf(why, why_size,
				 "%s:%u: the line is longer than %d bytes or not text; is this a "
				 "configuration file?",
				 file, number, LINE_MAX_SIZE - 1);
			return -EINVAL;
		}
		memcpy(line, start, len);
		line[len] = '\0';
		err = parse_line(line, set, context, sentence, sizeof(sentence));
		if (err < 0) {
			snprintf(why, why_size, "%s:%u: %s", file, number,
				 sentence[0] != '\0' ? sentence : strerror(-err));
			return err;
		}
	}
	return 0;
}

char *config_file_read(const char *file, size_t *size, char *why, size_t why_size)
{
	FILE *f = fopen(file, "re");
	char *text = NULL;
	int err;

	if (f == NULL)
		goto failed;
	text = malloc(FILE_MAX_SIZE + 1);
	if (text == NULL)
		goto failed;
	errno = 0;
	*size = fread(text, 1, FILE_MAX_SIZE + 1, f);
	if (ferror(f))
		goto failed;
	if (*size > FILE_MAX_SIZE) {
		errno = EFBIG;
		goto failed;
	}
	fclose(f);
	return text;
failed:
	err = errno != 0 ? errno : EIO;
	snprintf(why, why_size, "cannot read the configuration file %s: %s", file, strerror(err));
	free(text);
	if (f != NULL)
		fclose(f);
	errno = err;
	return NULL;
}
