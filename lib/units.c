// SPDX-License-Identifier: Apache-2.0
#include "lib/units.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static char *scaled(double value, double step, const char *const *units, char *to)
{
	int i = 0;

	while (value >= step && units[i + 1] != NULL) {
		value /= step;
		i++;
	}
	if (i == 0)
		snprintf(to, UNITS_TEXT_SIZE, "%.0f%s", value, units[0]);
	else
		snprintf(to, UNITS_TEXT_SIZE, value < 999.5 ? "%.3g%s" : "%.0f%s", value, units[i]);
	return to;
}

char *units_count(double value, char *to)
{
	static const char *const units[] = {"", " k", " M", " G", " T", NULL};

	return scaled(value, 1000, units, to);
}

char *units_bit_rate(double bps, char *to)
{
	static const char *const units[] = {" bit/s",  " kbit/s", " Mbit/s",
					    " Gbit/s", " Tbit/s", NULL};

	return scaled(bps, 1000, units, to);
}

int units_parse_bit_rate(const char *text, uint64_t max, uint64_t *bps)
{
	static const char prefixes[] = "kMGT";
	const char *prefix;
	double value, factor = 1;
	char *end;

	/* Not what strtod takes beyond digits: signs, spaces, hexadecimal, infinity. */
	if (!isdigit((unsigned char)text[0]) || tolower((unsigned char)text[1]) == 'x')
		return -EINVAL;
	value = strtod(text, &end);
	if (memchr(text, 'e', (size_t)(end - text)) != NULL ||
	    memchr(text, 'E', (size_t)(end - text)) != NULL)
		return -EINVAL;
	if (*end != '\0') {
		prefix = strchr(prefixes, *end == 'K' ? 'k' : *end == 'k' ? 'k' : toupper(*end));
		if (prefix == NULL || end[1] != '\0')
			return -EINVAL;
		for (const char *p = prefixes; p <= prefix; p++)
			factor *= 1000;
	}
	value *= factor;
	if (value > (double)max)
		return -ERANGE;
	*bps = (uint64_t)(value + 0.5);
	return 0;
}

char *units_bytes(uint64_t bytes, char *to)
{
	static const char *const units[] = {" B", " KiB", " MiB", " GiB", " TiB", NULL};

	return scaled((double)bytes, 1024, units, to);
}

char *units_span(uint64_t seconds, char *to)
{
	static const struct {
		uint64_t size;
		const char *name;
	} units[] = {{86400, "d"}, {3600, "h"}, {60, "m"}, {1, "s"}};
	size_t i = 0;

	while (i < 3 && seconds < units[i].size)
		i++;
	if (i == 3)
		snprintf(to, UNITS_TEXT_SIZE, "%" PRIu64 " s", seconds);
	else
		snprintf(to, UNITS_TEXT_SIZE, "%" PRIu64 " %s %" PRIu64 " %s",
			 seconds / units[i].size, units[i].name,
			 seconds % units[i].size / units[i + 1].size, units[i + 1].name);
	return to;
}

uint64_t clock_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

uint64_t clock_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000 + (uint64_t)ts.tv_nsec / 1000;
}
