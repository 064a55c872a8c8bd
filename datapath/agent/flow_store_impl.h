// SPDX-License-Identifier: Apache-2.0
/*
 * flow_store_impl: what the files of the flow store (flow_store.c, flow_select.c, flow_timeouts.c)
 * share and nobody else may see.
 */
#pragma once

#include "datapath/agent/flow_store.h"

#define FLOW_WHEEL_SLOTS 4096 /* of FLOW_WHEEL_TICK_MS: 17 minutes a turn */

struct flow_store {
	struct flow_store_config cfg;
	struct flow *table[PIPELINE_N_TABLES]; /* uthash heads */
	uint32_t n_flows;
	uint64_t next_row;
	struct flow_cursor *cursors;
	struct wbuf scratch; /* keys and instructions while they are built */
	struct flow *wheel[FLOW_WHEEL_SLOTS];
	uint64_t wheel_tick;     /* the tick that was looked at last */
	struct flow *wheel_rest; /* flows of this tick that are still to be looked at */
	uint32_t n_timed;
};

/** Puts a flow with timeouts into the slot of the time when it may expire first. */
void flow_wheel_add(struct flow_store *store, struct flow *flow);

/** Takes it out; legal when it is not in. */
void flow_wheel_del(struct flow_store *store, struct flow *flow);

/** Moves walks that stand at `flow` on; the flow is about to go. */
void flow_cursors_skip(struct flow_store *store, const struct flow *flow);

/** Packs priority and match into store->scratch; false without memory. */
bool flow_key_pack(struct flow_store *store, uint16_t priority, const struct of_match *match);
