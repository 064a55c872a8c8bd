// SPDX-License-Identifier: Apache-2.0
/*
 * options: what an operator asks of heddled, on its command line or in a configuration file.
 *
 * One table of options serves both: `--mac-ageing 60` on the command line is `mac-ageing = 60` in
 * the file. The command line wins; options that may be repeated add up, and a port of the command
 * line replaces one of the file with the same name. Pure but for reading the file; any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "datapath/agent/agent.h"
#include "lib/log.h"

#define OPTIONS_NAME_SIZE 32
#define OPTIONS_PATH_SIZE 256

/* Words in the order in which they were given. */
struct option_list {
	char **at;
	size_t n;
};

enum options_verb { OPTIONS_RUN, OPTIONS_HELP, OPTIONS_VERSION };

struct options {
	enum options_verb verb;
	char name[OPTIONS_NAME_SIZE];
	char run_dir[OPTIONS_PATH_SIZE];
	char state_dir[OPTIONS_PATH_SIZE];
	char config[OPTIONS_PATH_SIZE]; /* "": none */
	uint64_t dpid;
	struct option_list ports; /* specs of the command line, then those of the file */
	size_t n_ports_typed;     /* how many of `ports` are from the command line */
	struct option_list controllers;
	struct option_list listeners;
	enum agent_fail_mode fail_mode;
	uint32_t of_versions;            /* OF_VERSION_BIT of each */
	char tls_key[OPTIONS_PATH_SIZE]; /* all three, or all "" */
	char tls_cert[OPTIONS_PATH_SIZE];
	char tls_ca[OPTIONS_PATH_SIZE];
	char *lcores; /* NULL: picked from the machine */
	char *eal;    /* NULL: none */
	bool stateless;
	uint32_t mac_table_size;
	uint32_t mac_ageing_s;
	uint32_t memory_mb; /* for frame buffers */
	enum log_level log_level;
	uint64_t given; /* bit i: option i of the table was set and is not to be overridden */
};

/** The defaults; options_free ends it. */
void options_init(struct options *o);

/** Frees what options_* put in; legal twice. */
void options_free(struct options *o);

/**
 * Reads a command line, and the file of its --config. 0, or -EINVAL (or the error of reading the
 * file) with one sentence in `why`. Derived defaults (directories, datapath id) are filled in.
 */
int options_parse(struct options *o, int argc, char **argv, char *why, size_t why_size);

/**
 * Reads the text of a configuration file: lines `option = value`, `#` comments; values may be
 * quoted. Options that are set already stay. `file` names it in messages, as `file:line: …`.
 * 0 or -EINVAL with a sentence in `why`.
 */
int options_parse_config(struct options *o, const char *file, const char *text, size_t size,
			 char *why, size_t why_size);

/** Appends a word unless it is there; 0 or -ENOMEM. */
int option_list_add(struct option_list *list, const char *word);

/** Prints the help that --help shows. */
void options_help(FILE *to);
