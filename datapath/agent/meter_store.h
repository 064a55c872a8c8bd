// SPDX-License-Identifier: Apache-2.0
/*
 * meter_store: the meters as controllers know them (OpenFlow 1.3.5 §5.7, §6.8).
 *
 * A meter is a handle of the fast path that programs point to, and its bands as they were sent. A
 * modification publishes other bands behind the same handle, so no flow is touched. Within a
 * transaction changes are for its version and can be taken back (transaction.h). Control thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include <uthash.h>

#include "datapath/agent/transaction.h"
#include "datapath/pmd/pmd.h"
#include "datapath/table/meter.h"
#include "datapath/table/pipeline.h"
#include "openflow/meter_mod.h"
#include "openflow/meter_stats.h"

struct meter_store;

struct meter_entry {
	UT_hash_handle hh;    /* by id, in the order of creation */
	struct meter *meter;  /* the handle of the fast path */
	struct of_meter said; /* as the controller said it; owns its bands */
	uint32_t counter_id;
	uint32_t band_counters[METER_MAX_BANDS]; /* in the order of said.bands */
	uint32_t n_flows;   /* actions and instructions of flows that name it */
	uint32_t n_buckets; /* actions of buckets that name it */
	uint64_t row;
	uint64_t created_ms;
};

struct meter_store_ops {
	/* The meter is new or has other bands. */
	void (*changed)(void *context, const struct meter_entry *entry);
	/* The meter goes: only its row and id may be used. */
	void (*removed)(void *context, const struct meter_entry *entry);
};

struct meter_store_config {
	struct pipeline *pipeline;
	struct pmd *pmd; /* NULL in tests */
	uint32_t max_meters;
	uint64_t (*now_ms)(void);
	uint64_t tsc_hz; /* of the clock that meter_run gets */
	const struct meter_store_ops *ops;
	void *context;
};

/** An empty store; NULL with ENOMEM. */
struct meter_store *meter_store_create(const struct meter_store_config *config);

/** Retires all meters, without `removed`, and frees; no flow may name one any more. NULL is legal.
 */
void meter_store_destroy(struct meter_store *store);

/**
 * From now on all changes are steps of `t`, as transaction.h says; NULL: they are for good again,
 * after `t` was kept or undone to the end.
 */
void meter_store_set_transaction(struct meter_store *store, struct transaction *t);

/** The meter; NULL when there is none. */
struct meter_entry *meter_store_find(const struct meter_store *store, uint32_t meter_id);

/** The first meter, the others follow with entry->hh.next; NULL when there are none. */
struct meter_entry *meter_store_first(const struct meter_store *store);

/** How many there are. */
uint32_t meter_store_count(const struct meter_store *store);

/**
 * Adds a meter; `row` 0: the next one. OFPMMFC_METER_EXISTS, OFPMMFC_OUT_OF_METERS, errors of
 * the bands (meter_store_check), OF_ERR_NO_MEMORY.
 */
enum of_err meter_store_add(struct meter_store *store, const struct of_meter *meter, uint64_t row);

/**
 * Gives a meter other bands, which start with full buckets and zero counts; what came in is counted
 * on. Errors of the bands, OF_ERR_NO_MEMORY.
 */
enum of_err meter_store_modify(struct meter_store *store, struct meter_entry *entry,
			       const struct of_meter *meter);

/** Removes a meter that no flow and no group names any more. OF_ERR_NO_MEMORY. */
enum of_err meter_store_remove(struct meter_store *store, struct meter_entry *entry);

/**
 * Can the switch do what flags and bands say? OFPMMFC_BAD_FLAGS (both units, or unknown bits),
 * OFPMMFC_OUT_OF_BANDS (more than METER_MAX_BANDS), OFPMMFC_BAD_BAND (neither drop nor
 * dscp_remark), OFPMMFC_BAD_RATE (0), OFPMMFC_BAD_BURST (it would last longer than
 * METER_MAX_BURST_S), OFPMMFC_BAD_BAND_VALUE (prec_level above METER_MAX_PREC_LEVEL).
 */
enum of_err meter_store_check(const struct of_meter *meter);

#define METER_MAX_PREC_LEVEL 3

/** Charges a packet-in to OFPM_CONTROLLER (§6.8); false: it is to be dropped. */
bool meter_store_pass_packet_in(struct meter_store *store, uint32_t bytes, uint64_t now_tsc);

/** Everything that OFPMP_METER says of a meter; `bands` has room for METER_MAX_BANDS. */
void meter_stats_of(const struct meter_store *store, const struct meter_entry *entry,
		    struct of_meter_band_stats *bands, struct of_meter_stats *stats);
