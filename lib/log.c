// SPDX-License-Identifier: Apache-2.0
#include "lib/log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/units.h"

static enum log_level shown = LOG_LEVEL_INFO;

static const char *const names[] = {"error", "warning", "info", "debug"};

void log_set_level(enum log_level level)
{
	shown = level;
}

int log_level_parse(const char *word, enum log_level *level)
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(word, names[i]) == 0) {
			*level = (enum log_level)i;
			return 0;
		}
	}
	return -EINVAL;
}

void log_vwrite(enum log_level level, const char *area, const char *format, va_list args)
{
	static const int syslog_priority[] = {3, 4, 6, 7};
	char line[1024];

	if (level > shown)
		return;
	vsnprintf(line, sizeof(line), format, args);
	if (getenv("JOURNAL_STREAM") != NULL) {
		fprintf(stderr, "<%d>%s: %s\n", syslog_priority[level], area, line);
	} else {
		time_t now = time(NULL);
		struct tm tm;
		char when[16];

		localtime_r(&now, &tm);
		strftime(when, sizeof(when), "%H:%M:%S", &tm);
		fprintf(stderr, "%s %-7s %s: %s\n", when, names[level], area, line);
	}
}

void log_write(enum log_level level, const char *area, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_vwrite(level, area, format, args);
	va_end(args);
}

#define LIMIT_BURST 10
#define LIMIT_REFILL_MS 1000

void log_limited(struct log_limit *limit, enum log_level level, const char *area,
		 const char *format, ...)
{
	uint64_t now_ms = clock_ms();
	va_list args;

	if (!limit->started) {
		*limit = (struct log_limit){.started = true, .tokens = LIMIT_BURST};
		limit->refilled_ms = now_ms;
	}
	while (limit->tokens < LIMIT_BURST && now_ms - limit->refilled_ms >= LIMIT_REFILL_MS) {
		limit->tokens++;
		limit->refilled_ms += LIMIT_REFILL_MS;
	}
	if (limit->tokens == LIMIT_BURST)
		limit->refilled_ms = now_ms;
	if (limit->tokens == 0) {
		limit->left_out++;
		return;
	}
	limit->tokens--;
	if (limit->left_out != 0)
		log_write(level, area, "%u similar lines were left out", limit->left_out);
	limit->left_out = 0;
	va_start(args, format);
	log_vwrite(level, area, format, args);
	va_end(args);
}
