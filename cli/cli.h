// SPDX-License-Identifier: Apache-2.0
/*
 * cli: what every verb of `heddle` is given, and how it ends. One thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/** How `heddle` ends; scripts rely on the numbers. */
enum cli_exit {
	CLI_OK = 0,
	CLI_REFUSED = 1,     /* the request was refused, or the object is not there */
	CLI_USAGE = 2,       /* the command line cannot be understood */
	CLI_UNREACHABLE = 3, /* the switch or the controller does not answer */
};

/* Options that only some verbs take; a verb's entry in the dispatch table lists its own. */
enum cli_option {
	CLI_OPT_STRICT = 1 << 0,
	CLI_OPT_FILE = 1 << 1,
	CLI_OPT_INTERVAL = 1 << 2,
	CLI_OPT_COUNT = 1 << 3,
	CLI_OPT_OF = 1 << 4,
	CLI_OPT_BUNDLE = 1 << 5,
};

/** The command line, understood. Strings belong to argv. */
struct cli {
	const char *switch_name; /* -s; NULL: the one that runs */
	const char *run_dir;     /* --run-dir of the switch, or of the controller for its verbs */
	const char *api;         /* --api: path of the HTTP socket */
	const char *of;          /* --of: OpenFlow target */
	uint32_t of_versions;    /* -O: set of OF_VERSION_BIT; 0: the verb's own */
	const char *tls_key;     /* --tls-key, --tls-cert, --tls-ca: PEM files for --of tls:… */
	const char *tls_cert;
	const char *tls_ca;
	const char *file;   /* --file; "-" is standard input */
	double interval_s;  /* --interval; 0: the verb's own */
	uint64_t count;     /* --count; 0: without end */
	unsigned int given; /* set of enum cli_option that were given */
	bool json;
	bool strict;
	bool bundle; /* --bundle: all or nothing */
	bool help;
	bool version;
	int n_words; /* the verb and its arguments */
	char **words;
};

/** Prints `heddle: …` as one line on stderr; the text has cause, object and remedy. */
void cli_error(const char *format, ...) __attribute__((format(printf, 1, 2)));

/** Runs one command line to its end; returns an enum cli_exit. */
int cli_run(int argc, char **argv);
