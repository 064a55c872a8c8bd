// SPDX-License-Identifier: Apache-2.0
#include "cli/options.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/text.h"
#include "openflow/types.h"

static const struct option long_options[] = {
	{"switch", required_argument, NULL, 's'},
	{"run-dir", required_argument, NULL, 'r'},
	{"api", required_argument, NULL, 'a'},
	{"of", required_argument, NULL, 'o'},
	{"of-version", required_argument, NULL, 'O'},
	{"bundle", no_argument, NULL, 'B'},
	{"json", no_argument, NULL, 'j'},
	{"strict", no_argument, NULL, 'S'},
	{"file", required_argument, NULL, 'f'},
	{"interval", required_argument, NULL, 'i'},
	{"count", required_argument, NULL, 'c'},
	{"help", no_argument, NULL, 'h'},
	{"version", no_argument, NULL, 'V'},
	{"tls-key", required_argument, NULL, 'K'},
	{"tls-cert", required_argument, NULL, 'C'},
	{"tls-ca", required_argument, NULL, 'A'},
	{NULL, 0, NULL, 0},
};

static int interval_parse(const char *word, double *seconds)
{
	char *end;

	errno = 0;
	*seconds = strtod(word, &end);
	if (end == word || *end != '\0' || errno != 0 || !isfinite(*seconds) || *seconds < 0.1 ||
	    *seconds > 86400)
		return -EINVAL;
	return 0;
}

/* `1.3,OpenFlow15` becomes a set of OF_VERSION_BIT. */
static int versions_parse(const char *arg, uint32_t *versions)
{
	static const struct {
		const char *words[2];
		enum of_version version;
	} known[] = {
		{{"1.0", "OpenFlow10"}, OF10},
		{{"1.3", "OpenFlow13"}, OF13},
		{{"1.4", "OpenFlow14"}, OF14},
		{{"1.5", "OpenFlow15"}, OF15},
	};

	*versions = 0;
	while (*arg != '\0') {
		size_t len = strcspn(arg, ","), i = 0;

		while (i < 4 &&
		       (strlen(known[i].words[0]) != len ||
			strncmp(known[i].words[0], arg, len) != 0) &&
		       (strlen(known[i].words[1]) != len ||
			strncasecmp(known[i].words[1], arg, len) != 0))
			i++;
		if (i == 4)
			return -EINVAL;
		*versions |= OF_VERSION_BIT(known[i].version);
		arg += len + (arg[len] == ',');
	}
	return *versions != 0 ? 0 : -EINVAL;
}

/* Options of the OpenFlow connection; 1 when it is none of them, 0 or -EINVAL with `why`. */
static int of_option_take(int option, const char *arg, struct cli *cli, char *why, size_t why_size)
{
	switch (option) {
	case 'o':
		cli->of = arg;
		break;
	case 'K':
		cli->tls_key = arg;
		return 0;
	case 'C':
		cli->tls_cert = arg;
		return 0;
	case 'A':
		cli->tls_ca = arg;
		return 0;
	case 'O':
		if (versions_parse(arg, &cli->of_versions) == 0)
			break;
		snprintf(why, why_size,
			 "--of-version '%s' is no list of versions; give some of 1.0, 1.3, 1.4, "
			 "1.5, separated by commas",
			 arg);
		return -EINVAL;
	default:
		return 1;
	}
	cli->given |= CLI_OPT_OF;
	return 0;
}

/* Stores one option that getopt found; 0 or -EINVAL with `why`. */
static int option_take(int option, const char *arg, struct cli *cli, char *why, size_t why_size)
{
	switch (option) {
	case 's':
		cli->switch_name = arg;
		return 0;
	case 'r':
		cli->run_dir = arg;
		return 0;
	case 'a':
		cli->api = arg;
		return 0;
	case 'B':
		cli->bundle = true;
		cli->given |= CLI_OPT_BUNDLE;
		return 0;
	case 'j':
		cli->json = true;
		return 0;
	case 'S':
		cli->strict = true;
		cli->given |= CLI_OPT_STRICT;
		return 0;
	case 'f':
		cli->file = arg;
		cli->given |= CLI_OPT_FILE;
		return 0;
	case 'i':
		cli->given |= CLI_OPT_INTERVAL;
		if (interval_parse(arg, &cli->interval_s) == 0)
			return 0;
		snprintf(why, why_size,
			 "--interval '%s' is not a time; give seconds from 0.1 to 86400", arg);
		return -EINVAL;
	case 'c':
		cli->given |= CLI_OPT_COUNT;
		if (text_parse_u64(arg, UINT32_MAX, &cli->count) == 0 && cli->count != 0)
			return 0;
		snprintf(why, why_size, "--count '%s' is not a number; give 1 or more", arg);
		return -EINVAL;
	case 'h':
		cli->help = true;
		return 0;
	case 'V':
		cli->version = true;
		return 0;
	default:
		return of_option_take(option, arg, cli, why, why_size);
	}
}

/* Options that name the peer twice would leave open which of them counts. */
static int target_check(const struct cli *cli, char *why, size_t why_size)
{
	const char *given[4];
	int n = 0;

	if (cli->switch_name != NULL)
		given[n++] = "--switch";
	if (cli->run_dir != NULL)
		given[n++] = "--run-dir";
	if (cli->api != NULL)
		given[n++] = "--api";
	if (cli->of != NULL)
		given[n++] = "--of";
	if (n < 2)
		return 0;
	snprintf(why, why_size, "%s and %s both name the peer; give one of them", given[0],
		 given[1]);
	return -EINVAL;
}

int options_parse(int argc, char **argv, struct cli *cli, char *why, size_t why_size)
{
	*cli = (struct cli){0};
	optind = 0; /* glibc: start anew, whatever was parsed before */
	opterr = 0;
	for (;;) {
		int option = getopt_long(argc, argv, ":s:O:jhV", long_options, NULL);

		if (option == -1)
			break;
		if (option == ':') {
			snprintf(why, why_size, "%s needs a value; see heddle --help",
				 argv[optind - 1]);
			return -EINVAL;
		}
		if (option == '?') {
			const char *word = argv[optind - 1];

			if (optopt != 0 && optopt < 256 && strncmp(word, "--", 2) != 0)
				snprintf(why, why_size,
					 "there is no option '-%c'; see heddle --help", optopt);
			else
				snprintf(why, why_size,
					 "there is no option '%s'; see heddle --help", word);
			return -EINVAL;
		}
		if (option_take(option, optarg, cli, why, why_size) != 0)
			return -EINVAL;
	}
	cli->n_words = argc - optind;
	cli->words = argv + optind;
	return target_check(cli, why, why_size);
}
