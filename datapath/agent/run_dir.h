// SPDX-License-Identifier: Apache-2.0
/*
 * run_dir: the directory of a running switch: its lock, its process id, its sockets. Control
 * thread.
 */
#pragma once

#include <stddef.h>

/**
 * Makes a directory with all above it, mode 0755. 0, or -errno with a sentence in `why`; `option`
 * is the one that names another directory.
 */
int run_dir_make(const char *path, const char *option, char *why, size_t why_size);

/**
 * Takes the directory for this process: writes `pid` and locks it until the process ends. The
 * lock's descriptor (>= 0), or -EBUSY (another switch has it) or -errno, with a sentence in `why`.
 */
int run_dir_lock(const char *path, char *why, size_t why_size);

/** Removes `pid` and gives the lock back. */
void run_dir_unlock(const char *path, int lock);
