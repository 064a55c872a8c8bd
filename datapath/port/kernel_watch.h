// SPDX-License-Identifier: Apache-2.0
/*
 * kernel_watch: tells when an interface of the kernel changed: carrier, MTU, address, gone, there
 * again (rtnetlink(7), RTMGRP_LINK). Started and stopped by the control thread; the call comes from
 * the EAL's interrupt thread.
 */
#pragma once

#include <stdatomic.h>

struct kernel_watch;

/**
 * Calls `changed(arg)` after each change of the interface whose number is in `*ifindex`; while that
 * is 0, after each change of any. `changed` must only hand over. NULL with errno.
 */
struct kernel_watch *kernel_watch_start(const _Atomic int *ifindex, void (*changed)(void *arg),
					void *arg);

/** Ends it; `changed` is not called any more. NULL is legal. */
void kernel_watch_stop(struct kernel_watch *watch);
