// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/eal_args.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_config.h>

#include "lib/text.h"

void eal_args_add(struct eal_args *args, const char *format, ...)
{
	va_list list;

	if (args->n == EAL_ARGS_MAX) {
		args->full = true;
		return;
	}
	va_start(list, format);
	if (vasprintf(&args->at[args->n], format, list) < 0) {
		args->at[args->n] = NULL;
		args->full = true;
	} else {
		args->n++;
	}
	va_end(list);
}

int eal_args_split(struct eal_args *args, const char *text)
{
	while (*text != '\0') {
		struct text word = {0};
		char quote = '\0';

		while (isspace((unsigned char)*text))
			text++;
		if (*text == '\0')
			break;
		for (; *text != '\0' && (quote != '\0' || !isspace((unsigned char)*text)); text++) {
			if (quote == '\0' && (*text == '"' || *text == '\''))
				quote = *text;
			else if (quote != '\0' && *text == quote)
				quote = '\0';
			else
				text_add_bytes(&word, text, 1);
		}
		eal_args_add(args, "%s", text_get(&word));
		text_free(&word);
		if (quote != '\0')
			return -EINVAL;
	}
	return 0;
}

static bool is_option(const char *word, const char *option)
{
	size_t len = strlen(option);

	if (strncmp(word, option, len) != 0)
		return false;
	return option[1] != '-' || word[len] == '\0' || word[len] == '=';
}

bool eal_args_have(const struct eal_args *args, const char *option)
{
	for (int i = 0; i < args->n; i++) {
		if (is_option(args->at[i], option))
			return true;
	}
	return false;
}

void eal_args_remove(struct eal_args *args, const char *option)
{
	int kept = 0;

	for (int i = 0; i < args->n; i++) {
		if (strcmp(args->at[i], option) == 0)
			free(args->at[i]);
		else
			args->at[kept++] = args->at[i];
	}
	args->n = kept;
	args->at[kept] = NULL;
}

void eal_args_free(struct eal_args *args)
{
	for (int i = 0; i < args->n; i++)
		free(args->at[i]);
	*args = (struct eal_args){0};
}

int eal_cpus_parse(const char *list, cpu_set_t *cpus)
{
	CPU_ZERO(cpus);
	for (;;) {
		char *end;
		unsigned long from, to;

		if (!isdigit((unsigned char)*list))
			return -EINVAL;
		from = to = strtoul(list, &end, 10);
		if (*end == '-') {
			if (!isdigit((unsigned char)end[1]))
				return -EINVAL;
			to = strtoul(end + 1, &end, 10);
		}
		if (to < from)
			return -EINVAL;
		if (to >= RTE_MAX_LCORE)
			return -ERANGE;
		for (; from <= to; from++)
			CPU_SET(from, cpus);
		if (*end == '\0')
			return 0;
		if (*end != ',')
			return -EINVAL;
		list = end + 1;
	}
}

void eal_cpus_pick(const cpu_set_t *allowed, cpu_set_t *poll)
{
	int n = CPU_COUNT(allowed);
	int want = n < 4 ? 1 : n < 16 ? 2 : 4;
	bool first = n > 1; /* left to the control thread and the rest of the system */

	CPU_ZERO(poll);
	for (int cpu = 0; cpu < RTE_MAX_LCORE && want > 0; cpu++) {
		if (!CPU_ISSET(cpu, allowed))
			continue;
		if (!first) {
			CPU_SET(cpu, poll);
			want--;
		}
		first = false;
	}
}

int eal_lcores_map(const cpu_set_t *allowed, const cpu_set_t *poll, unsigned int *main_lcore,
		   char *map, size_t map_size)
{
	struct text text = {0};
	cpu_set_t control, others;
	const char *comma = "";
	bool fits;

	CPU_XOR(&others, allowed, poll);
	CPU_AND(&others, &others, allowed);
	control = CPU_COUNT(&others) >= 2 ? others : *allowed;
	*main_lcore = 0;
	while (*main_lcore < RTE_MAX_LCORE && CPU_ISSET(*main_lcore, poll))
		++*main_lcore;
	if (*main_lcore == RTE_MAX_LCORE)
		return -ENOSPC;
	text_add(&text, "%u@(", *main_lcore);
	for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		if (CPU_ISSET(cpu, &control)) {
			text_add(&text, "%s%d", comma, cpu);
			comma = ",";
		}
	}
	text_add(&text, ")");
	for (int cpu = 0; cpu < RTE_MAX_LCORE; cpu++) {
		if (CPU_ISSET(cpu, poll))
			text_add(&text, ",%d@%d", cpu, cpu);
	}
	fits = text_copy(map, map_size, text_get(&text));
	text_free(&text);
	return fits ? 0 : -ENOSPC;
}
