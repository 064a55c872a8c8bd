// SPDX-License-Identifier: Apache-2.0
/*
 * options: the command line of `heddle`, before any verb is looked up. Pure; one thread.
 */
#pragma once

#include "cli/cli.h"

/**
 * Reads options wherever they stand; what is left are the words of the verb, in `cli->words`
 * (`argv` is permuted). 0, or -EINVAL with a sentence in `why` (of `why_size` bytes).
 */
int options_parse(int argc, char **argv, struct cli *cli, char *why, size_t why_size);
