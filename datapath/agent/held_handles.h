// SPDX-License-Identifier: Apache-2.0
/*
 * held_handles: handles of the fast path (groups, meters) on their way out.
 *
 * A packet-out may wait for its lcore with an action that names the handle, and no grace period
 * says when that is over: so a handle is freed when all packet-outs that were under way are done,
 * and a grace period after. Control thread.
 */
#pragma once

#include "datapath/pmd/pmd.h"
#include "datapath/table/reclaim.h"

struct held_handles {
	struct reclaim *reclaim;
	struct pmd *pmd;      /* NULL in tests: there are no packet-outs */
	struct held *waiting; /* utlist */
};

/** Calls `done(handle)` when no lcore can see it. Without memory the handle is never freed. */
void held_handles_retire(struct held_handles *held, void (*done)(void *handle), void *handle);

/** Lets go of what waits: lcores do not run any more, and a grace period is enough. */
void held_handles_end(struct held_handles *held);
