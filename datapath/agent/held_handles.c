// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/held_handles.h"

#include <stdlib.h>

#include <utlist.h>

struct held {
	struct held *prev, *next;
	struct held_handles *handles; /* NULL: held_handles_end was called */
	void (*done)(void *handle);
	void *handle;
	uint64_t packet_outs; /* that may name it: all up to this one */
};

static void drop(void *arg)
{
	struct held *held = arg;

	held->done(held->handle);
	free(held);
}

static void try(void *arg)
{
	struct held *held = arg;
	struct held_handles *handles = held->handles;

	if (handles == NULL) {
		drop(held);
		return;
	}
	if (pmd_packet_outs(handles->pmd).done < held->packet_outs) {
		reclaim_retire(handles->reclaim, try, held);
		return;
	}
	/* The last of them may have been executed since the last quiescent state. */
	DL_DELETE(handles->waiting, held);
	reclaim_retire(handles->reclaim, drop, held);
}

void held_handles_retire(struct held_handles *handles, void (*done)(void *handle), void *handle)
{
	struct pmd_packet_outs outs = {0};
	struct held *held;

	if (handles->pmd != NULL)
		outs = pmd_packet_outs(handles->pmd);
	if (outs.done == outs.taken) {
		reclaim_retire(handles->reclaim, done, handle);
		return;
	}
	held = malloc(sizeof(*held));
	if (held == NULL)
		return; /* never freed: better than too early */
	*held = (struct held){
		.handles = handles, .done = done, .handle = handle, .packet_outs = outs.taken};
	DL_APPEND(handles->waiting, held);
	reclaim_retire(handles->reclaim, try, held);
}

void held_handles_end(struct held_handles *handles)
{
	struct held *held, *next;

	DL_FOREACH_SAFE (handles->waiting, held, next)
		held->handles = NULL;
	handles->waiting = NULL;
}
