// SPDX-License-Identifier: Apache-2.0
#include "controller/options.h"

#include "lib/log.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

static const char help[] =
	"heddle-controller: makes switches do what a file of networks and attachments says.\n"
	"\n"
	"usage: heddle-controller [OPTION]…\n"
	"\n"
	"  --config FILE     the YAML file (default /etc/heddle/controller.yaml)\n"
	"  --listen TARGET   wait for switches here, may be repeated: tcp:HOST:PORT,\n"
	"                    tls:HOST:PORT or unix:PATH\n"
	"                    (default tcp:127.0.0.1:6653, unless --connect is there)\n"
	"  --connect TARGET  connect to a switch that listens, may be repeated\n"
	"  --tls-key FILE --tls-cert FILE --tls-ca FILE\n"
	"                    for tls targets: PEM files of our key, our certificate and the CA "
	"that\n"
	"                    signs all certificates; new files count without a restart\n"
	"  --run-dir DIR     where api.sock is made (default /run/heddle-controller)\n"
	"  --state-dir DIR   where a copy of the last good file is kept\n"
	"                    (default /var/lib/heddle-controller)\n"
	"  --check           say what is wrong with the file, or what it comes to, and end\n"
	"  --log-level L     error, warning, info (default) or debug\n"
	"  --help, --version\n"
	"\n"
	"SIGHUP or `heddle reload` reads the file again: only what differs is sent to the "
	"switches;\n"
	"a bad file is refused whole and the old state stays. SIGTERM ends it; the switches keep\n"
	"forwarding.\n"
	"\n"
	"The file (more in heddle-controller(8)):\n"
	"  switches:    [{name: host1, dpid: 0000000000000001}]\n"
	"  networks:    [{name: red, vlan: 10}]\n"
	"  attachments: [{network: red, switch: host1, port: vm1, mac: 52:54:00:00:00:01}]\n"
	"  uplinks:     [{switch: host1, port: eth0, networks: all}]\n";

static bool add_target(struct target *targets, unsigned *n, const char *text)
{
	char why[256];

	if (*n == OPTIONS_TARGETS_MAX) {
		fprintf(stderr, "heddle-controller: more than %d targets; use fewer\n",
			OPTIONS_TARGETS_MAX);
		return false;
	}
	if (target_parse(text, 6653, &targets[*n], why, sizeof(why)) != 0) {
		fprintf(stderr, "heddle-controller: %s\n", why);
		return false;
	}
	++*n;
	return true;
}

/* TLS needs all three files, and a tls target needs TLS. */
static bool check_tls(const struct options *o)
{
	unsigned n = (o->tls.key != NULL) + (o->tls.cert != NULL) + (o->tls.ca != NULL);
	bool wanted = n != 0;

	for (unsigned i = 0; i < o->n_listen; i++)
		wanted |= o->listen[i].kind == TARGET_TLS;
	for (unsigned i = 0; i < o->n_connect; i++)
		wanted |= o->connect[i].kind == TARGET_TLS;
	if (!wanted || n == 3)
		return true;
	fputs("heddle-controller: " TLS_FILES_MISSING "\n", stderr);
	return false;
}

static bool set_level(const char *word)
{
	enum log_level level;

	if (log_level_parse(word, &level) != 0) {
		fprintf(stderr,
			"heddle-controller: %s is no log level; use error, warning, info or "
			"debug\n",
			word);
		return false;
	}
	log_set_level(level);
	return true;
}

int options_read(struct options *options, int argc, char **argv)
{
	static const struct option known[] = {{"config", required_argument, NULL, 'c'},
					      {"listen", required_argument, NULL, 'l'},
					      {"connect", required_argument, NULL, 'o'},
					      {"tls-key", required_argument, NULL, 'K'},
					      {"tls-cert", required_argument, NULL, 'C'},
					      {"tls-ca", required_argument, NULL, 'A'},
					      {"run-dir", required_argument, NULL, 'r'},
					      {"state-dir", required_argument, NULL, 's'},
					      {"check", no_argument, NULL, 'k'},
					      {"log-level", required_argument, NULL, 'v'},
					      {"help", no_argument, NULL, 'h'},
					      {"version", no_argument, NULL, 'V'},
					      {0}};
	bool good = true;
	int c;

	*options = (struct options){.config = "/etc/heddle/controller.yaml",
				    .run_dir = "/run/heddle-controller",
				    .state_dir = "/var/lib/heddle-controller"};
	while (good && (c = getopt_long(argc, argv, "hV", known, NULL)) != -1) {
		switch (c) {
		case 'c':
			options->config = optarg;
			break;
		case 'l':
			good = add_target(options->listen, &options->n_listen, optarg);
			break;
		case 'o':
			good = add_target(options->connect, &options->n_connect, optarg);
			break;
		case 'K':
			options->tls.key = optarg;
			break;
		case 'C':
			options->tls.cert = optarg;
			break;
		case 'A':
			options->tls.ca = optarg;
			break;
		case 'r':
			options->run_dir = optarg;
			break;
		case 's':
			options->state_dir = optarg;
			break;
		case 'k':
			options->check = true;
			break;
		case 'v':
			good = set_level(optarg);
			break;
		case 'h':
			fputs(help, stdout);
			return 0;
		case 'V':
			puts("heddle-controller " HEDDLE_VERSION);
			return 0;
		default: /* getopt_long has said it */
			fputs("Try heddle-controller --help.\n", stderr);
			return 2;
		}
	}
	if (good && optind < argc) {
		fprintf(stderr, "heddle-controller: argument %s is not understood; see --help\n",
			argv[optind]);
		good = false;
	}
	if (good && options->n_listen == 0 && options->n_connect == 0)
		good = add_target(options->listen, &options->n_listen, "tcp:127.0.0.1:6653");
	return good && check_tls(options) ? -1 : 2;
}
