// SPDX-License-Identifier: Apache-2.0
#include "lib/text.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void out_of_memory(void)
{
	static const char message[] = "out of memory\n";

	fputs(message, stderr);
	abort();
}

static void reserve(struct text *t, size_t more)
{
	size_t room = t->room ? t->room : 64;

	while (room < t->len + more + 1)
		room *= 2;
	if (room == t->room)
		return;
	t->s = realloc(t->s, room);
	if (t->s == NULL)
		out_of_memory();
	t->room = room;
}

static void add_list(struct text *t, const char *format, va_list args)
{
	va_list again;
	int n;

	va_copy(again, args);
	n = vsnprintf(NULL, 0, format, args);
	if (n > 0) {
		reserve(t, (size_t)n);
		vsnprintf(t->s + t->len, (size_t)n + 1, format, again);
		t->len += (size_t)n;
	}
	va_end(again);
}

void text_add(struct text *t, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add_list(t, format, args);
	va_end(args);
}

void text_add_bytes(struct text *t, const char *from, size_t len)
{
	reserve(t, len);
	memcpy(t->s + t->len, from, len);
	t->len += len;
	t->s[t->len] = '\0';
}

const char *text_get(const struct text *t)
{
	return t->s != NULL ? t->s : "";
}

void text_free(struct text *t)
{
	free(t->s);
	*t = (struct text){0};
}

char *text_steal(struct text *t)
{
	char *s;

	reserve(t, 0);
	s = t->s;
	s[t->len] = '\0';
	*t = (struct text){0};
	return s;
}

char *text_format(const char *format, ...)
{
	struct text t = {0};
	va_list args;

	va_start(args, format);
	add_list(&t, format, args);
	va_end(args);
	return text_steal(&t);
}

int text_parse_u64(const char *word, uint64_t max, uint64_t *value)
{
	int base = text_starts(word, "0x") || text_starts(word, "0X") ? 16 : 10;
	const char *digits = base == 16 ? word + 2 : word;
	char *end;
	unsigned long long v;

	if (digits[0] == '\0' || strspn(digits, "0123456789abcdefABCDEF") != strlen(digits))
		return -EINVAL;
	errno = 0;
	v = strtoull(digits, &end, base);
	if (*end != '\0')
		return -EINVAL;
	if (errno == ERANGE || v > max)
		return -ERANGE;
	*value = v;
	return 0;
}

bool text_starts(const char *word, const char *prefix)
{
	return strncmp(word, prefix, strlen(prefix)) == 0;
}

bool text_copy(char *to, size_t size, const char *from)
{
	size_t len = strnlen(from, size);

	if (len == size) {
		memcpy(to, from, size - 1);
		to[size - 1] = '\0';
		return false;
	}
	memcpy(to, from, len + 1);
	return true;
}
