// SPDX-License-Identifier: Apache-2.0
#include "cli/locate.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/text.h"

#define SWITCH_REMEDY "start heddled, or name the switch with -s"
#define CONTROLLER_REMEDY "start heddle-controller, or name its directory with --run-dir"

/* True when someone listens at the socket: one that was left behind refuses. */
static bool socket_answers(const char *path)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	bool answers;
	int fd;

	if (!text_copy(sun.sun_path, sizeof(sun.sun_path), path))
		return false;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return false;
	/* EACCES: it runs, and belongs to another user; EAGAIN: it runs, and is busy. */
	answers = connect(fd, (struct sockaddr *)&sun, sizeof(sun)) == 0 || errno == EACCES ||
		  errno == EAGAIN;
	close(fd);
	return answers;
}

/* Collects the switches that run under `root` in `names`, as `a, b`; the first one in `name`. */
static int switches_find(const char *root, char *name, size_t name_size, struct text *names)
{
	DIR *folder = opendir(root);
	struct dirent *entry;
	int n = 0;

	if (folder == NULL)
		return 0;
	while ((entry = readdir(folder)) != NULL) {
		char *path;

		if (entry->d_name[0] == '.')
			continue;
		path = text_format("%s/%s/api.sock", root, entry->d_name);
		if (socket_answers(path)) {
			text_add(names, "%s%s", n == 0 ? "" : ", ", entry->d_name);
			if (n++ == 0)
				text_copy(name, name_size, entry->d_name);
		}
		free(path);
	}
	closedir(folder);
	return n;
}

int locate_run_dir(const struct cli *cli, const char *root, char *dir, char *name, char *why,
		   size_t why_size)
{
	struct text names = {0};
	int n;

	if (cli->run_dir != NULL) {
		const char *slash = strrchr(cli->run_dir, '/');

		text_copy(name, 64, slash != NULL && slash[1] != '\0' ? slash + 1 : cli->run_dir);
		text_copy(dir, LOCATE_PATH_SIZE, cli->run_dir);
		return 0;
	}
	if (cli->switch_name != NULL) {
		if (*cli->switch_name == '\0' || strchr(cli->switch_name, '/') != NULL ||
		    !text_copy(name, 64, cli->switch_name)) {
			snprintf(why, why_size,
				 "'%s' cannot be the name of a switch; for a path use --run-dir",
				 cli->switch_name);
			return -EINVAL;
		}
		snprintf(dir, LOCATE_PATH_SIZE, "%s/%s", root, name);
		return 0;
	}
	n = switches_find(root, name, 64, &names);
	if (n == 1)
		snprintf(dir, LOCATE_PATH_SIZE, "%s/%s", root, name);
	else if (n == 0)
		snprintf(why, why_size,
			 "no switch runs under %s; start heddled, or name its directory with "
			 "--run-dir",
			 root);
	else
		snprintf(why, why_size, "%d switches run here (%s); name one of them with -s", n,
			 text_get(&names));
	text_free(&names);
	return n == 1 ? 0 : n == 0 ? -ENOENT : -ENOTUNIQ;
}

/* As locate_run_dir under the usual root, with the error said; a CLI_ code. */
static int run_dir_or_error(const struct cli *cli, char *dir, char *name)
{
	char why[512];

	switch (locate_run_dir(cli, LOCATE_SWITCHES, dir, name, why, sizeof(why))) {
	case 0:
		return CLI_OK;
	case -ENOENT:
		cli_error("%s", why);
		return CLI_UNREACHABLE;
	default:
		cli_error("%s", why);
		return CLI_USAGE;
	}
}

int locate_switch(const struct cli *cli, struct place *place)
{
	char dir[LOCATE_PATH_SIZE];
	char name[64];
	int code;

	place->remedy = SWITCH_REMEDY;
	if (cli->api != NULL) {
		text_copy(place->path, sizeof(place->path), cli->api);
		text_copy(place->who, sizeof(place->who), "the switch");
		return CLI_OK;
	}
	code = run_dir_or_error(cli, dir, name);
	if (code != CLI_OK)
		return code;
	snprintf(place->who, sizeof(place->who), "the switch '%s'", name);
	snprintf(place->path, sizeof(place->path), "%.1000s/api.sock", dir);
	return CLI_OK;
}

int locate_controller(const struct cli *cli, struct place *place)
{
	place->remedy = CONTROLLER_REMEDY;
	text_copy(place->who, sizeof(place->who), "the controller");
	if (cli->api != NULL)
		text_copy(place->path, sizeof(place->path), cli->api);
	else
		snprintf(place->path, sizeof(place->path), "%s/api.sock",
			 cli->run_dir != NULL ? cli->run_dir : LOCATE_CONTROLLER);
	return CLI_OK;
}

int locate_openflow(const struct cli *cli, char *target)
{
	char dir[LOCATE_PATH_SIZE];
	char name[64];
	int code;

	if (cli->of != NULL) {
		text_copy(target, LOCATE_PATH_SIZE, cli->of);
		return CLI_OK;
	}
	code = run_dir_or_error(cli, dir, name);
	if (code == CLI_OK)
		snprintf(target, LOCATE_PATH_SIZE, "unix:%.1000s/of.sock", dir);
	return code;
}
