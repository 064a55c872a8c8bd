// SPDX-License-Identifier: Apache-2.0
/*
 * log: lines for the person who runs the program, on stderr.
 *
 * `12:03:44 warning ports: vm1: …` on a terminal, `<4>ports: vm1: …` under systemd
 * (sd-daemon's prefixes, when JOURNAL_STREAM is set). Any thread but a PMD lcore may log.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

/** Sets the level from which lines are shown (default info). */
void log_set_level(enum log_level level);

/** The level named error, warning, info or debug; -EINVAL for another word. */
int log_level_parse(const char *word, enum log_level *level);

/** Writes one line; `area` is the module's noun, lower case. A newline is added. */
void log_write(enum log_level level, const char *area, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/** As log_write, with the arguments as a list. */
void log_vwrite(enum log_level level, const char *area, const char *format, va_list args)
	__attribute__((format(printf, 3, 0)));

/*
 * A bucket for messages that a peer can trigger: ten lines at once, then one a second; what was
 * left out is said with the next line. Zero-initialize; one owner.
 */
struct log_limit {
	uint64_t refilled_ms;
	uint32_t tokens;
	uint32_t left_out;
	bool started;
};

/** As log_write, but at a limited rate. */
void log_limited(struct log_limit *limit, enum log_level level, const char *area,
		 const char *format, ...) __attribute__((format(printf, 4, 5)));

#define log_error(area, ...) log_write(LOG_LEVEL_ERROR, area, __VA_ARGS__)
#define log_warning(area, ...) log_write(LOG_LEVEL_WARNING, area, __VA_ARGS__)
#define log_info(area, ...) log_write(LOG_LEVEL_INFO, area, __VA_ARGS__)
#define log_debug(area, ...) log_write(LOG_LEVEL_DEBUG, area, __VA_ARGS__)
