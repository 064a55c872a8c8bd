// SPDX-License-Identifier: Apache-2.0
/*
 * verb: the dispatch table of `heddle`. To add a verb: a function in the file of its noun, its
 * prototype here, one entry in verb.c, and a line in the man page.
 *
 * Every function below gets the words behind the verb (`argv[0]` is the first argument), as many as
 * its entry allows, and returns an enum cli_exit after it has said its own errors.
 */
#pragma once

#include "cli/cli.h"

struct verb {
	const char *noun;
	const char *action;   /* NULL: the noun alone is the verb */
	const char *args;     /* as shown in the usage line */
	int n_min, n_max;     /* arguments */
	unsigned int options; /* set of enum cli_option that it takes */
	int (*run)(const struct cli *cli, int argc, char **argv);
	const char *summary; /* one line for the list */
	const char *help;    /* what else is to know, with an example; may be NULL */
};

/**
 * The verb that the words name, and in `*n_used` how many of them are its name; NULL with a
 * sentence in `why` when there is none.
 */
const struct verb *verb_find(int n_words, char **words, int *n_used, char *why, size_t why_size);

/** Prints the help of the program, or of the verbs that the words name (a noun or all). */
void verb_help(int n_words, char **words, FILE *to);

int port_add(const struct cli *cli, int argc, char **argv);
int port_del(const struct cli *cli, int argc, char **argv);
int port_set(const struct cli *cli, int argc, char **argv);
int port_show(const struct cli *cli, int argc, char **argv);
int show_show(const struct cli *cli, int argc, char **argv);
int flow_show(const struct cli *cli, int argc, char **argv);
int flow_add(const struct cli *cli, int argc, char **argv);
int flow_mod(const struct cli *cli, int argc, char **argv);
int flow_del(const struct cli *cli, int argc, char **argv);
int group_show(const struct cli *cli, int argc, char **argv);
int group_add(const struct cli *cli, int argc, char **argv);
int group_mod(const struct cli *cli, int argc, char **argv);
int group_del(const struct cli *cli, int argc, char **argv);
int group_insert(const struct cli *cli, int argc, char **argv);
int group_remove(const struct cli *cli, int argc, char **argv);
int group_features(const struct cli *cli, int argc, char **argv);
int meter_show(const struct cli *cli, int argc, char **argv);
int meter_add(const struct cli *cli, int argc, char **argv);
int meter_mod(const struct cli *cli, int argc, char **argv);
int meter_del(const struct cli *cli, int argc, char **argv);
int meter_features(const struct cli *cli, int argc, char **argv);
int flow_table_show(const struct cli *cli, int argc, char **argv);
int flow_table_features(const struct cli *cli, int argc, char **argv);
int flow_table_set(const struct cli *cli, int argc, char **argv);
int bundle_apply(const struct cli *cli, int argc, char **argv);
int monitor_show(const struct cli *cli, int argc, char **argv);
int monitor_flows(const struct cli *cli, int argc, char **argv);
int mac_show(const struct cli *cli, int argc, char **argv);
int mac_add(const struct cli *cli, int argc, char **argv);
int mac_del(const struct cli *cli, int argc, char **argv);
int mac_flush(const struct cli *cli, int argc, char **argv);
int lcore_show(const struct cli *cli, int argc, char **argv);
int stats_show(const struct cli *cli, int argc, char **argv);
int drops_show(const struct cli *cli, int argc, char **argv);
int controller_show(const struct cli *cli, int argc, char **argv);
int network_show(const struct cli *cli, int argc, char **argv);
int attachment_show(const struct cli *cli, int argc, char **argv);
int reload(const struct cli *cli, int argc, char **argv);
