// SPDX-License-Identifier: Apache-2.0
/*
 * flow_store_impl: what the files of the flow store (flow_store.c, flow_steps.c, flow_select.c,
 * flow_eviction.c, flow_timeouts.c) share and nobody else may see.
 */
#pragma once

#include "datapath/agent/flow_map.h"
#include "datapath/agent/flow_store.h"

#define FLOW_WHEEL_SLOTS 4096 /* of FLOW_WHEEL_TICK_MS: 17 minutes a turn */

/* The flows of a table that may be evicted, the first to go on top; flow_eviction.c. */
struct flow_heap {
	struct flow **at; /* from 1 on: at[0] is not used */
	uint32_t n, room;
};

struct flow_table {
	struct flow_map map;
	struct flow_table_settings settings;
	struct flow_heap heap; /* empty unless settings.evict */
};

struct flow_store {
	struct flow_store_config cfg;
	struct flow_table table[PIPELINE_N_TABLES];
	struct transaction *transaction; /* NULL: none */
	uint64_t seed;
	uint32_t n_flows;
	uint64_t next_row;
	uint32_t n_changes;
	struct flow_cursor *cursors;
	struct wbuf scratch; /* keys and instructions while they are built */
	struct flow *wheel[FLOW_WHEEL_SLOTS];
	uint64_t wheel_tick;     /* the tick that was looked at last */
	struct flow *wheel_rest; /* flows of this tick that are still to be looked at */
	uint32_t n_timed;
	struct flow_trigger *triggers;
};

/** Puts a flow with timeouts into the slot of the time when it may expire first. */
void flow_wheel_add(struct flow_store *store, struct flow *flow);

/** Takes it out; legal when it is not in. */
void flow_wheel_del(struct flow_store *store, struct flow *flow);

/** When the flow expires if nothing uses it any more; UINT64_MAX: never. */
uint64_t flow_due_ms(const struct flow_store *store, const struct flow *flow);

/** Moves walks that stand at `flow` on; the flow is about to go. */
void flow_cursors_skip(struct flow_store *store, const struct flow *flow);

/** Packs priority and match into store->scratch; false without memory. */
bool flow_key_pack(struct flow_store *store, uint16_t priority, const struct of_match *match);

/** The flow of the key in store->scratch. */
struct flow *flow_store_find_key(const struct flow_store *store, uint8_t table_id);

/** Puts a flow into its table's queue for eviction if that has one; 0 or -ENOMEM. */
int flow_heap_add(struct flow_store *store, struct flow *flow);

/** Takes it out; legal when it is not in. */
void flow_heap_del(struct flow_store *store, struct flow *flow);

/** The flow that makes room for a new one of that importance; NULL: none does. */
struct flow *flow_heap_victim(struct flow_store *store, uint8_t table_id, uint16_t importance);

/** Frees the instructions if they have a block of their own. */
void flow_free_instructions(struct flow *flow, uint8_t *instructions);

/** Takes the flow out of everything but its rule's table, and frees it. */
void flow_free(struct flow_store *store, struct flow *flow);

/**
 * A rule like the flow's, in force beside it, with another program (taken unless NULL is returned)
 * and the same counter; NULL without memory.
 */
struct rule *flow_other_rule(struct flow_store *store, struct flow *flow, struct program *program,
			     uint64_t cookie);

/* flow_steps.c: changes as steps of the transaction under way. */

/** Notes that the flow was added. OF_ERR_NO_MEMORY. */
enum of_err flow_step_added(struct flow_store *store, struct flow *flow);

/**
 * Notes how the flow is, before it is changed, and gives it a rule of the next version with
 * `program` (taken on OF_OK) and `cookie`. `added`: an add replaces it. OF_ERR_NO_MEMORY: nothing
 * happened.
 */
enum of_err flow_step_change(struct flow_store *store, struct flow *flow, struct program *program,
			     uint64_t cookie, bool added);

/** Removes the flow from the next version on. OF_ERR_NO_MEMORY: nothing happened. */
enum of_err flow_step_remove(struct flow_store *store, struct flow *flow, uint8_t reason);
