// SPDX-License-Identifier: Apache-2.0
#include "controller/last_good.h"

#include "lib/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int copy(int from, int to)
{
	char block[16384];
	ssize_t n;

	while ((n = read(from, block, sizeof(block))) > 0) {
		for (ssize_t done = 0, k; done < n; done += k) {
			k = write(to, block + done, (size_t)(n - done));
			if (k < 0)
				return -errno;
		}
	}
	return n < 0 || fsync(to) != 0 ? -errno : 0;
}

void last_good_save(const char *dir, const char *path)
{
	char name[4096], fresh[4096 + 8];
	int from = -1, to = -1, err = 0;

	snprintf(name, sizeof(name), "%s/last-good.yaml", dir);
	snprintf(fresh, sizeof(fresh), "%s.new", name);
	if (mkdir(dir, 0755) != 0 && errno != EEXIST)
		err = -errno;
	if (err == 0 && ((from = open(path, O_RDONLY | O_CLOEXEC)) < 0 ||
			 (to = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644)) < 0))
		err = -errno;
	if (err == 0)
		err = copy(from, to);
	if (err == 0 && rename(fresh, name) != 0)
		err = -errno;
	if (to >= 0)
		close(to);
	if (from >= 0)
		close(from);
	if (err != 0)
		log_warning("controller",
			    "%s: the copy of the file in force cannot be written (%s); make the "
			    "directory "
			    "writable or name another with --state-dir",
			    name, strerror(-err));
}

void last_good_find(const char *dir, char *to, size_t size)
{
	snprintf(to, size, "%s/last-good.yaml", dir);
	if (access(to, R_OK) != 0)
		to[0] = '\0';
}
