// SPDX-License-Identifier: Apache-2.0
/*
 * locate: at which sockets the switch or the controller is, from what the command line says.
 */
#pragma once

#include <stddef.h>

#include "cli/cli.h"

#define LOCATE_PATH_SIZE 1024
#define LOCATE_SWITCHES "/run/heddle"              /* one folder for each switch */
#define LOCATE_CONTROLLER "/run/heddle-controller" /* of the controller */

/** Where one peer is, with the words that an error about it needs. */
struct place {
	char path[LOCATE_PATH_SIZE]; /* the HTTP socket */
	char who[128];               /* `the switch 'heddle0'` */
	const char *remedy;          /* what to do when it does not answer */
};

/**
 * The run directory of the switch that is meant: --run-dir, else the one that -s names, else the
 * only one under `root` that answers. Written to `dir` (LOCATE_PATH_SIZE bytes), its name to
 * `name` (64 bytes). 0, or -ENOENT (none runs), -ENOTUNIQ (several do), -EINVAL (no such name can
 * be) with a sentence in `why`.
 */
int locate_run_dir(const struct cli *cli, const char *root, char *dir, char *name, char *why,
		   size_t why_size);

/** The switch's API; a CLI_ code, and the error has been said unless it is CLI_OK. */
int locate_switch(const struct cli *cli, struct place *place);

/** The controller's API; a CLI_ code as above. */
int locate_controller(const struct cli *cli, struct place *place);

/**
 * The OpenFlow target of the switch as text, `unix:…/of.sock` unless --of says another; a CLI_ code
 * as above. `target` has LOCATE_PATH_SIZE bytes.
 */
int locate_openflow(const struct cli *cli, char *target);
