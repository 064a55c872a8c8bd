// SPDX-License-Identifier: Apache-2.0
/*
 * transaction: changes of several stores that become visible to frames at one instant, or not at
 * all (bundles, OpenFlow 1.4.1 §6.9).
 *
 * Life: transaction_begin → the stores change, each change leaves a step → transaction_publish and
 * transaction_keep, or transaction_undo. A store that is told of a transaction
 * (flow_store_set_transaction …) makes its changes for the version `version` of the pipeline, which
 * no frame sees yet, and keeps quiet about them (no flow-removed, no row) until `keep`. There is
 * one at a time; nothing else may change the stores meanwhile. Control thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "datapath/table/pipeline.h"

struct transaction_step;

struct transaction {
	struct pipeline *pipeline;
	struct transaction_step *steps; /* utlist, in the order in which they were made */
	uint32_t n_steps;
	uint32_t version; /* of the pipeline: in which the changes are visible */
	uint32_t xid;     /* of the message that makes, or made, the change under way */
};

/* One change; the head of a struct of the store that made it. */
struct transaction_step {
	struct transaction_step *prev, *next;
	uint32_t xid;
	/* Takes the change back, as if it had never been, and frees the step. */
	void (*undo)(struct transaction *t, struct transaction_step *step);
	/* Frames see it: tells the world, gives back what it replaced, frees the step. */
	void (*keep)(struct transaction *t, struct transaction_step *step);
};

/** Starts: nothing has changed yet. */
void transaction_begin(struct transaction *t, struct pipeline *pipeline);

/** Notes a change that was made. */
void transaction_add(struct transaction *t, struct transaction_step *step);

/** All changes become visible to frames: one store. transaction_keep must follow to the end. */
void transaction_publish(struct transaction *t);

/** Finishes published changes in their order until `until_us` (clock_us); true when all are. */
bool transaction_keep(struct transaction *t, uint64_t until_us);

/** Takes changes back, the last one first, until `until_us` (clock_us); true when all are. */
bool transaction_undo(struct transaction *t, uint64_t until_us);
