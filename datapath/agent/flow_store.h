// SPDX-License-Identifier: Apache-2.0
/*
 * flow_store: the flows of all tables as controllers know them (OpenFlow 1.3.5 §5, §6.4, §6.5).
 *
 * A flow is found by table, priority and match; matches are kept in their packed form, so that a
 * flow costs little. Each flow owns one rule of the pipeline: an add inserts it, a modification
 * publishes another program in it, a removal takes it out; the classifier is never rebuilt. Within
 * a transaction each change makes or hides a rule of the next version instead, and can be taken
 * back (transaction.h). The clocks are handed in, so tests move them. Control thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "datapath/agent/transaction.h"
#include "datapath/table/pipeline.h"
#include "openflow/flow_mod.h"
#include "openflow/flow_stats.h"

struct group_store;
struct flow_store;

struct flow {
	struct flow *prev, *next; /* in its table, see flow_map.h */
	struct flow *map_next;
	struct rule *rule;                    /* has priority, table, cookie, counter and program */
	struct flow *wheel_prev, *wheel_next; /* in the wheel of timeouts; NULL without timeouts */
	struct flow_trigger *trigger;         /* flow_trigger.h; NULL: none */
	struct flow_counter *base;            /* counts before the last reset; NULL: none */
	uint8_t *instructions;                /* packed, OF_STORED; behind the key, or a block */
	uint64_t row;                         /* never used again while the store lives */
	uint64_t created_ms;
	uint64_t evict_ms; /* its place among flows that may be evicted */
	uint32_t hash;     /* of the key */
	uint32_t changed;  /* the store's count of changes when it was added or changed last */
	uint32_t wheel_slot;
	uint32_t heap_at; /* in its table's queue for eviction; 0: not in it */
	uint16_t instructions_size;
	uint16_t key_size;
	uint16_t idle_s, hard_s; /* 0: never */
	uint16_t flags;          /* enum of_flow_mod_flags that stay (not CHECK, RESET) */
	uint16_t importance;
	bool standalone; /* the agent's own rule, see standalone.h: never stored */
	bool gone;       /* the transaction under way removes it */
	uint8_t key[];   /* priority (2 bytes, network order), packed match */
};

/* Matches are kept in the newest version, which knows all fields. */
#define FLOW_MATCH_VERSION OF15

struct flow_store_ops {
	/* The flow is about to go; its counters can still be read. `reason` is OFPRR_*. */
	void (*removed)(void *context, const struct flow *flow, uint8_t reason);
	/* The flow is new, was replaced by an add (both: `added`) or modified. */
	void (*changed)(void *context, const struct flow *flow, bool added);
	/* Its counts have reached a limit of its stat trigger. */
	void (*triggered)(void *context, const struct flow *flow);
};

struct flow_store_config {
	struct pipeline *pipeline;
	struct group_store *groups;
	uint32_t max_flows;
	uint64_t (*now_ms)(void);
	uint64_t (*now_tsc)(void); /* the clock of flow_counter.used_tsc */
	uint64_t tsc_hz;
	const struct flow_store_ops *ops;
	void *context;
};

/** An empty store; NULL with ENOMEM. */
struct flow_store *flow_store_create(const struct flow_store_config *config);

/** Takes all flows out of the pipeline, without `removed`, and frees. NULL is legal. */
void flow_store_destroy(struct flow_store *store);

/**
 * From now on all changes are steps of `t`, as transaction.h says; NULL: they are for good again,
 * after `t` was kept or undone to the end.
 */
void flow_store_set_transaction(struct flow_store *store, struct transaction *t);

/** Flows in table `table_id`, or in all with OFPTT_ALL. */
uint32_t flow_store_count(const struct flow_store *store, uint8_t table_id);

/* A flow that is to be, compiled: what flow_store_add takes. */
struct flow_entry {
	const struct of_flow_mod *mod; /* cookie, table, priority, timeouts, flags, match … */
	const struct flow_match *match;
	uint64_t row; /* 0: the next one; a restored flow keeps its own */
	bool standalone;
};

/**
 * Adds a flow, or replaces one of the same match and priority: then counters are kept unless
 * OFPFF_RESET_COUNTS (§6.4), no flow-removed is made, and no frame misses meanwhile. A full table
 * makes room when it may (flow_eviction.c). Takes `program` when it returns OF_OK. OFPFMFC_OVERLAP,
 * OFPFMFC_TABLE_FULL, OF_ERR_NO_MEMORY.
 */
enum of_err flow_store_add(struct flow_store *store, const struct flow_entry *entry,
			   struct program *program);

/**
 * Gives a flow other instructions and a cookie; timeouts and times stay, counters unless
 * OFPFF_RESET_COUNTS is in `mod_flags`. Takes `program` on OF_OK. OF_ERR_NO_MEMORY.
 */
enum of_err flow_store_modify(struct flow_store *store, struct flow *flow, uint64_t cookie,
			      const struct of_instructions *instructions, uint16_t mod_flags,
			      struct program *program);

/** Removes a flow; `reason` is OFPRR_*. OF_ERR_NO_MEMORY: within a transaction only. */
enum of_err flow_store_remove(struct flow_store *store, struct flow *flow, uint8_t reason);

/* Which flows a request means (§6.4: strict and loose, cookie, out_port, out_group). */
struct flow_filter {
	uint8_t table_id; /* OFPTT_ALL */
	bool strict;      /* match and priority must be the same */
	uint16_t priority;
	uint64_t cookie, cookie_mask;
	uint32_t out_port;         /* OFPP_ANY */
	uint32_t out_group;        /* OFPG_ANY */
	const struct meter *meter; /* flows that it meters; NULL: all */
	const struct of_match *match;
	struct flow_match care; /* `match` compiled */
};

/** Does the filter mean this flow? */
bool flow_filter_takes(const struct flow_filter *filter, const struct flow *flow);

/* A walk over the flows that a filter means; it survives any change of the store. */
struct flow_cursor {
	struct flow_store *store;
	struct flow_cursor *prev, *next; /* of the store's list of walks */
	struct flow *at;                 /* the flow to look at next */
	uint8_t table_id;
	uint8_t last_table;
	bool started, ended;
};

/** Starts a walk over one table or all (OFPTT_ALL); end it with flow_cursor_end. */
void flow_cursor_start(struct flow_cursor *cursor, struct flow_store *store, uint8_t table_id);

/**
 * The next flow that `filter` means, after looking at no more than *budget flows, which is reduced
 * by those looked at. NULL: none is left (`cursor->ended`), or the budget is used up.
 */
struct flow *flow_cursor_next(struct flow_cursor *cursor, const struct flow_filter *filter,
			      uint32_t *budget);

/** As flow_cursor_next, for all flows. */
struct flow *flow_cursor_each(struct flow_cursor *cursor, uint32_t *budget);

/** Ends a walk; legal twice. */
void flow_cursor_end(struct flow_cursor *cursor);

/** The flow of that table, priority and match; NULL when there is none. */
struct flow *flow_store_find(struct flow_store *store, uint8_t table_id, uint16_t priority,
			     const struct of_match *match);

/** Packets, bytes and last use of a flow since it was added or reset. */
void flow_counts(const struct flow_store *store, const struct flow *flow, struct flow_counter *sum);

/** Reads the flow's match back. */
void flow_match_of(const struct flow *flow, struct of_match *match);

/** Reads the flow's instructions back into `arena`; OF_ERR_NO_MEMORY. */
enum of_err flow_instructions_of(const struct flow *flow, struct of_arena *arena,
				 struct of_instructions *instructions);

/** How often flows were added or changed; flow->changed is one of these numbers. */
uint32_t flow_store_changes(const struct flow_store *store);

/** The largest flow->row that was ever given. */
uint64_t flow_store_newest_row(const struct flow_store *store);

/** Where a flow stands, for walks over all of a table; NULL: there is none. */
struct flow *flow_store_first(const struct flow_store *store, uint8_t table_id);

/** Everything that a multipart reply says of a flow. `arena` keeps the instructions. */
enum of_err flow_stats_of(const struct flow_store *store, const struct flow *flow,
			  struct of_arena *arena, struct of_flow_stats *stats);

/** When a frame met the flow last, or when it was added. */
uint64_t flow_used_ms(const struct flow_store *store, const struct flow *flow);

/** How long the flow exists. */
uint64_t flow_age_ms(const struct flow_store *store, const struct flow *flow);

/* How many flows a table may have, and what it does when it has them (1.4.1 §7.3.3). */
struct flow_table_settings {
	uint32_t max_entries; /* 0: as many as the switch */
	bool evict;           /* OFPTC_EVICTION */
	uint32_t eviction_flags;
};

/** The settings of a table. */
const struct flow_table_settings *flow_store_settings(const struct flow_store *store,
						      uint8_t table_id);

/** Changes them; flows that are there stay, however many. OF_ERR_NO_MEMORY. */
enum of_err flow_store_set_settings(struct flow_store *store, uint8_t table_id,
				    const struct flow_table_settings *settings);

/** How many flows the table can have, and how many more would fit. */
uint32_t flow_store_room(const struct flow_store *store, uint8_t table_id, uint32_t *left);

/**
 * Removes flows whose time has come, at most `budget` looked at; true when more are due now. Call
 * it every FLOW_WHEEL_TICK_MS or faster.
 */
bool flow_store_expire(struct flow_store *store, uint32_t budget);

#define FLOW_WHEEL_TICK_MS 250
