// SPDX-License-Identifier: Apache-2.0
/*
 * eal_args: the words that rte_eal_init reads. Pure; any thread.
 */
#pragma once

#include <sched.h>
#include <stdbool.h>
#include <stddef.h>

#define EAL_ARGS_MAX 64

struct eal_args {
	int n;
	char *at[EAL_ARGS_MAX + 1]; /* owned, NULL behind the last */
	bool full;                  /* more words than fit, or no memory */
};

/** Appends a copy of a formatted word. */
void eal_args_add(struct eal_args *args, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/**
 * Appends the words of a text, split at blanks; quotes hold words together. 0, or -EINVAL when a
 * quote does not end.
 */
int eal_args_split(struct eal_args *args, const char *text);

/** True when one of the words is `option` or starts with `option=` (short ones: `-a…`). */
bool eal_args_have(const struct eal_args *args, const char *option);

/** Takes all words that are `option` out; for options without a value. */
void eal_args_remove(struct eal_args *args, const char *option);

/** Frees the words; legal twice. */
void eal_args_free(struct eal_args *args);

/**
 * Reads `1,3-5` into a set of CPUs; -EINVAL, or -ERANGE for a number that no lcore can have.
 */
int eal_cpus_parse(const char *list, cpu_set_t *cpus);

/** Picks CPUs to poll from those that the process may use: all but the first, at most four. */
void eal_cpus_pick(const cpu_set_t *allowed, cpu_set_t *poll);

/**
 * Writes the --lcores map `M@(control),1@1,…` and the id of the main lcore: the lowest that is not
 * a polling CPU. The control thread gets all CPUs, or the others when there are two of these.
 * -ENOSPC.
 */
int eal_lcores_map(const cpu_set_t *allowed, const cpu_set_t *poll, unsigned int *main_lcore,
		   char *map, size_t map_size);
