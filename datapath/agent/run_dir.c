// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/run_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/text.h"

int run_dir_make(const char *path, const char *option, char *why, size_t why_size)
{
	char part[PATH_MAX];

	for (const char *p = path; *p != '\0';) {
		p += strspn(p, "/");
		p += strcspn(p, "/");
		snprintf(part, sizeof(part), "%.*s", (int)(p - path), path);
		if (mkdir(part, 0755) < 0 && errno != EEXIST) {
			int err = errno;

			snprintf(why, why_size,
				 "cannot make the directory %s: %s; choose another "
				 "with %s",
				 part, strerror(err), option);
			return -err;
		}
	}
	return 0;
}

int run_dir_lock(const char *path, char *why, size_t why_size)
{
	char *file = text_format("%s/pid", path);
	char pid[16] = "";
	int err = 0, fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0) {
		err = -errno;
		snprintf(why, why_size,
			 "cannot write %s: %s; choose another directory with --run-dir", file,
			 strerror(errno));
		goto out;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		ssize_t n = read(fd, pid, sizeof(pid) - 1);

		pid[n > 0 ? strcspn(pid, "\n") : 0] = '\0';
		err = -EBUSY;
		snprintf(why, why_size,
			 "a switch runs in %s already (process %s); stop it, or choose another "
			 "--name "
			 "or --run-dir",
			 path, pid);
		goto close_fd;
	}
	snprintf(pid, sizeof(pid), "%d\n", (int)getpid());
	if (ftruncate(fd, 0) < 0 || write(fd, pid, strlen(pid)) < 0) {
		err = -errno;
		snprintf(why, why_size, "cannot write %s: %s; make room on its file system", file,
			 strerror(errno));
		goto close_fd;
	}
	goto out;

close_fd:
	close(fd);
out:
	free(file);
	return err < 0 ? err : fd;
}

void run_dir_unlock(const char *path, int lock)
{
	char *file = text_format("%s/pid", path);

	unlink(file);
	free(file);
	close(lock);
}
