// SPDX-License-Identifier: Apache-2.0
/*
 * port_queues: the rate and the queues of a port as operators write them: `rate=1G`,
 * `queue=1:min=10M:max=100M`. Pure functions, any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "datapath/pmd/queues.h"
#include "lib/text.h"

/** The highest rate that can be asked for, in bit/s. */
#define PORT_RATE_MAX 1000000000000ull

/** Takes the option `rate` or `queue`; 0, or -EINVAL with a sentence in `why`. */
int port_queues_option(struct pmd_queues *queues, const char *key, const char *value, char *why,
		       size_t why_size);

/** Sets one queue, or changes it; 0, or -ENOSPC with a sentence in `why`. */
int port_queues_set(struct pmd_queues *queues, const struct pmd_queue *queue, char *why,
		    size_t why_size);

/** Takes one queue away; nothing happens when it is not there. */
void port_queues_unset(struct pmd_queues *queues, uint32_t id);

/** Whether rates fit together; 0, or -EINVAL with a sentence in `why`. */
int port_queues_check(const struct pmd_queues *queues, char *why, size_t why_size);

/** Appends `,rate=…,queue=…`, as a spec has them. */
void port_queues_text(const struct pmd_queues *queues, struct text *text);

/** The queue of an id, NULL when it was not set. */
const struct pmd_queue *port_queues_find(const struct pmd_queues *queues, uint32_t id);
