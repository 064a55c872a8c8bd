// SPDX-License-Identifier: Apache-2.0
#include "cli/cli.h"

#include <stdarg.h>
#include <string.h>

#include "cli/options.h"
#include "cli/verb.h"

void cli_error(const char *format, ...)
{
	char line[2048];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	/* A peer's words must not move the cursor of the terminal. */
	for (char *c = line; *c != '\0'; c++) {
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = ' ';
	}
	fflush(stdout);
	fprintf(stderr, "heddle: %s\n", line);
}

/* Options that the verb does not know would be ignored silently; 0 when there are none. */
static int options_check(const struct cli *cli, const struct verb *verb)
{
	static const struct {
		unsigned int option;
		const char *name;
	} names[] = {
		{CLI_OPT_STRICT, "--strict"},          {CLI_OPT_FILE, "--file"},
		{CLI_OPT_INTERVAL, "--interval"},      {CLI_OPT_COUNT, "--count"},
		{CLI_OPT_OF, "--of and --of-version"}, {CLI_OPT_BUNDLE, "--bundle"},
	};
	unsigned int wrong = cli->given & ~verb->options;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if ((wrong & names[i].option) == 0)
			continue;
		cli_error("%s is no option of '%s%s%s'; see heddle help %s", names[i].name,
			  verb->noun, verb->action != NULL ? " " : "",
			  verb->action != NULL ? verb->action : "", verb->noun);
		return CLI_USAGE;
	}
	return CLI_OK;
}

static int verb_run(const struct cli *cli, const struct verb *verb, int argc, char **argv)
{
	int code;

	if (argc < verb->n_min || argc > verb->n_max) {
		cli_error("'%s%s%s' %s %s; see heddle help %s", verb->noun,
			  verb->action != NULL ? " " : "", verb->action != NULL ? verb->action : "",
			  argc < verb->n_min ? "needs" : "takes not more than",
			  *verb->args != '\0' ? verb->args : "the verb itself", verb->noun);
		return CLI_USAGE;
	}
	code = options_check(cli, verb);
	if (code == CLI_OK)
		code = verb->run(cli, argc, argv);
	if (fflush(stdout) != 0 && code == CLI_OK) {
		cli_error("the output cannot be written: %m; make room where it goes");
		code = CLI_REFUSED;
	}
	return code;
}

int cli_run(int argc, char **argv)
{
	const struct verb *verb;
	struct cli cli;
	char why[1024];
	int used = 0;

	if (options_parse(argc, argv, &cli, why, sizeof(why)) != 0) {
		cli_error("%s", why);
		return CLI_USAGE;
	}
	if (cli.version) {
		printf("heddle %s\n", HEDDLE_VERSION);
		return CLI_OK;
	}
	if (cli.help && cli.n_words == 0) {
		verb_help(0, NULL, stdout);
		return CLI_OK;
	}
	verb = verb_find(cli.n_words, cli.words, &used, why, sizeof(why));
	if (cli.help && used != 0) {
		verb_help(cli.n_words, cli.words, stdout);
		return CLI_OK;
	}
	if (verb == NULL) {
		cli_error("%s", why);
		return CLI_USAGE;
	}
	return verb_run(&cli, verb, cli.n_words - used, cli.words + used);
}
