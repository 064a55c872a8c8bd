// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/transaction.h"

#include <utlist.h>

#include "lib/units.h"

#define STEPS_AT_ONCE 32 /* between two looks at the clock */

void transaction_begin(struct transaction *t, struct pipeline *pipeline)
{
	*t = (struct transaction){
		.pipeline = pipeline,
		.version = pipeline_next_version(pipeline),
	};
}

void transaction_add(struct transaction *t, struct transaction_step *step)
{
	step->xid = t->xid;
	DL_APPEND(t->steps, step);
	t->n_steps++;
}

void transaction_publish(struct transaction *t)
{
	pipeline_publish(t->pipeline, t->version);
}

static void take_step(struct transaction *t, struct transaction_step *step)
{
	DL_DELETE(t->steps, step);
	t->n_steps--;
}

bool transaction_keep(struct transaction *t, uint64_t until_us)
{
	for (uint32_t n = 1; t->steps != NULL; n++) {
		struct transaction_step *step = t->steps;

		if (n % STEPS_AT_ONCE == 0 && clock_us() >= until_us)
			return false;
		take_step(t, step);
		t->xid = step->xid;
		step->keep(t, step);
	}
	return true;
}

bool transaction_undo(struct transaction *t, uint64_t until_us)
{
	for (uint32_t n = 1; t->steps != NULL; n++) {
		struct transaction_step *step = t->steps->prev; /* the last one */

		if (n % STEPS_AT_ONCE == 0 && clock_us() >= until_us)
			return false;
		take_step(t, step);
		step->undo(t, step);
	}
	return true;
}
