// SPDX-License-Identifier: Apache-2.0
/*
 * options: the command line of heddle-controller.
 */
#pragma once

#include "lib/addr.h"
#include "openflow/tls.h"

#include <stdbool.h>

#define OPTIONS_TARGETS_MAX 64

struct options {
	const char *config, *run_dir, *state_dir;
	unsigned n_listen, n_connect;
	struct target listen[OPTIONS_TARGETS_MAX], connect[OPTIONS_TARGETS_MAX];
	struct tls_files tls; /* all three, or all NULL */
	bool check;
};

/**
 * Reads the command line. -1: go on; otherwise the exit code, with what was asked for or what is
 * wrong already printed (--help and --version 0, a bad command line 2). Strings point into `argv`.
 */
int options_read(struct options *options, int argc, char **argv);
