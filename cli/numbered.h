// SPDX-License-Identifier: Apache-2.0
/*
 * numbered: what the verbs of groups and of meters, which have numbers, have in common. One thread.
 */
#pragma once

#include "cli/apply.h"

/* A sort of things with numbers. */
struct numbered {
	const char *noun; /* `group`: as errors and verbs call one */
	const char *key;  /* `group_id=`: what may stand before the number */
	uint32_t min, max;
	const struct line_kind *del; /* the line that deletes `KEYnumber`, or `KEYall` */
	uint16_t features;           /* enum of_multipart_type */
};

/** Reads `7` or `group_id=7`; a CLI_ code, with the error said. */
int numbered_read(const struct numbered *sort, const char *word, uint32_t *id);

/** The verb that deletes one, or all without a number and for `all`. */
int numbered_del(const struct numbered *sort, const struct cli *cli, int argc, char **argv);

/** The verb that prints what a switch can do with them. */
int numbered_features(const struct numbered *sort, const struct cli *cli);
