// SPDX-License-Identifier: Apache-2.0
/*
 * queues: what an operator asks of the egress of a port, and what its queues did. The scheduler
 * that does it is tx_sched.h. Control thread.
 *
 * Rates are of the bytes that tx_bytes counts. A frame beyond a rate waits (it is shaped, not
 * policed) as long as its queue has room. Queue 0 is the default queue of each port: frames that
 * name no queue, or one that the port does not have, go there.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define PMD_MAX_QUEUES 16 /* of a port, the default queue among them */

struct pmd;

struct pmd_queue {
	uint32_t id;
	uint64_t min_bps; /* guaranteed while the port's rate is shared; 0: nothing */
	uint64_t max_bps; /* never exceeded; 0: no bound of its own */
};

struct pmd_queues {
	uint64_t rate_bps; /* of the port; 0: as fast as it can */
	uint16_t n;
	struct pmd_queue queue[PMD_MAX_QUEUES];
};

/** True when frames leave by the port at once: no rate and no queue is set. */
static inline bool pmd_queues_none(const struct pmd_queues *queues)
{
	return queues->rate_bps == 0 && queues->n == 0;
}

/**
 * Sets the rate and the queues of a port that was added (pmd_add_port), while frames flow. Queues
 * that stay keep their frames and counters; frames of one that goes continue in the default queue.
 * 0 or -ENOMEM.
 */
int pmd_set_queues(struct pmd *pmd, uint16_t index, const struct pmd_queues *queues);

struct pmd_queue_counters {
	uint64_t tx_packets, tx_bytes; /* given to the port */
	uint64_t tx_errors;            /* dropped since the queue was full */
};

/**
 * What a queue did since it was set. Queue 0 of a port without rate and queues is the port itself.
 * False: the port has no such queue.
 */
bool pmd_queue_counters(const struct pmd *pmd, uint16_t index, uint32_t queue_id,
			struct pmd_queue_counters *counters);
