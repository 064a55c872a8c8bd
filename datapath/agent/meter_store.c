// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/meter_store.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "datapath/agent/held_handles.h"

#define KNOWN_FLAGS (OFPMF_KBPS | OFPMF_PKTPS | OFPMF_BURST | OFPMF_STATS)

struct meter_store {
	struct meter_store_config cfg;
	struct meter_entry *meters;      /* uthash head */
	struct transaction *transaction; /* NULL: none */
	struct flow_counters *control;   /* of OFPM_CONTROLLER, which this thread runs */
	struct held_handles held;
	uint64_t next_row;
};

/* What a meter is: the part of an entry that a modification replaces. */
struct content {
	struct of_meter said;
	uint32_t band_counters[METER_MAX_BANDS];
	struct meter_bands *bands; /* NULL once they are the meter's */
};

struct meter_step {
	struct transaction_step step;
	struct meter_store *store;
	struct meter_entry *entry;
	struct content before; /* of a modification */
	struct meter_bands *bands;
};

struct meter_store *meter_store_create(const struct meter_store_config *config)
{
	struct meter_store *store = calloc(1, sizeof(*store));

	if (store == NULL) {
		errno = ENOMEM;
		return NULL;
	}
	store->cfg = *config;
	store->control = flow_counters_create(1);
	if (store->control == NULL) {
		free(store);
		errno = ENOMEM;
		return NULL;
	}
	store->held.reclaim = config->pipeline->reclaim;
	store->held.pmd = config->pmd;
	store->next_row = 1;
	return store;
}

void meter_store_set_transaction(struct meter_store *store, struct transaction *t)
{
	store->transaction = t;
}

struct meter_entry *meter_store_find(const struct meter_store *store, uint32_t meter_id)
{
	struct meter_entry *entry;

	HASH_FIND(hh, store->meters, &meter_id, sizeof(meter_id), entry);
	return entry;
}

struct meter_entry *meter_store_first(const struct meter_store *store)
{
	return store->meters;
}

uint32_t meter_store_count(const struct meter_store *store)
{
	return HASH_COUNT(store->meters);
}

/* --- what a meter is made of ---------------------------------------------------------------- */

static uint64_t unit_of(const struct of_meter *meter)
{
	return meter->flags & OFPMF_PKTPS ? 1 : 1000;
}

static enum of_err check_band(const struct of_meter *meter, const struct of_meter_band *band)
{
	if (band->type != OFPMBT_DROP && band->type != OFPMBT_DSCP_REMARK)
		return OFPMMFC_BAD_BAND;
	if (band->rate == 0)
		return OFPMMFC_BAD_RATE;
	if (meter->flags & OFPMF_BURST && band->burst_size / band->rate > METER_MAX_BURST_S)
		return OFPMMFC_BAD_BURST;
	if (band->type == OFPMBT_DSCP_REMARK && band->prec_level > METER_MAX_PREC_LEVEL)
		return OFPMMFC_BAD_BAND_VALUE;
	return OF_OK;
}

enum of_err meter_store_check(const struct of_meter *meter)
{
	enum of_err err = OF_OK;

	if (meter->flags & ~KNOWN_FLAGS ||
	    (meter->flags & (OFPMF_KBPS | OFPMF_PKTPS)) == (OFPMF_KBPS | OFPMF_PKTPS))
		return OFPMMFC_BAD_FLAGS;
	if (meter->n_bands > METER_MAX_BANDS)
		return OFPMMFC_OUT_OF_BANDS;
	for (uint16_t i = 0; i < meter->n_bands && err == OF_OK; i++)
		err = check_band(meter, &meter->bands[i]);
	return err;
}

/* Where a meter counts: each array of counters has one thread that writes it. */
static struct flow_counters *counters_of(const struct meter_store *store, uint32_t meter_id)
{
	return meter_id == OFPM_CONTROLLER ? store->control : store->cfg.pipeline->counters;
}

static void give_counters(struct flow_counters *counters, uint32_t *ids, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		flow_counters_give(counters, ids[i]);
		ids[i] = 0;
	}
}

static int take_counters(struct flow_counters *counters, uint32_t *ids, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		int rc = flow_counters_take(counters, &ids[i]);

		if (rc != 0) {
			give_counters(counters, ids, i);
			return rc;
		}
	}
	return 0;
}

/* Counters that lcores may still count in: given back after a grace period. */
struct counter_return {
	struct flow_counters *counters;
	uint32_t n;
	uint32_t ids[METER_MAX_BANDS + 1];
};

static void return_counters(void *arg)
{
	struct counter_return *ret = arg;

	for (uint32_t i = 0; i < ret->n; i++)
		flow_counters_give(ret->counters, ret->ids[i]);
	free(ret);
}

static void retire_counters(struct meter_store *store, const struct content *content,
			    uint32_t meter_counter)
{
	struct counter_return *ret;

	if (content->said.meter_id == OFPM_CONTROLLER) { /* no lcore counts there */
		uint32_t ids[METER_MAX_BANDS];

		memcpy(ids, content->band_counters, sizeof(ids));
		give_counters(store->control, ids, content->said.n_bands);
		give_counters(store->control, &meter_counter, 1);
		return;
	}
	ret = calloc(1, sizeof(*ret));
	if (ret == NULL)
		return; /* lost: better than shared by two */
	ret->counters = store->cfg.pipeline->counters;
	for (uint32_t i = 0; i < content->said.n_bands; i++)
		ret->ids[ret->n++] = content->band_counters[i];
	ret->ids[ret->n++] = meter_counter;
	reclaim_retire(store->cfg.pipeline->reclaim, return_counters, ret);
}

static struct meter_config config_of(const struct of_meter *said, uint32_t counter_id,
				     const uint32_t *band_counters)
{
	struct meter_config config = {
		.packets = said->flags & OFPMF_PKTPS,
		.counter_id = counter_id,
		.n_bands = said->n_bands,
	};

	for (uint16_t i = 0; i < said->n_bands; i++) {
		const struct of_meter_band *b = &said->bands[i];

		config.band[i] = (struct meter_band_config){
			.verdict = b->type == OFPMBT_DROP ? METER_DROP : METER_REMARK,
			.prec_level = b->prec_level,
			.counter_id = band_counters[i],
			.rate = b->rate * unit_of(said),
			.burst = said->flags & OFPMF_BURST ? b->burst_size * unit_of(said) : 0,
		};
	}
	return config;
}

static void content_drop(struct meter_store *store, struct content *content)
{
	give_counters(counters_of(store, content->said.meter_id), content->band_counters,
		      content->said.n_bands);
	meter_bands_free(content->bands);
	free(content->said.bands);
}

/* All that a meter of those bands needs; its bands count into `counter_id`. */
static enum of_err content_make(struct meter_store *store, const struct of_meter *meter,
				uint32_t counter_id, struct content *content)
{
	enum of_err err = meter_store_check(meter);
	struct meter_config config;

	if (err != OF_OK)
		return err;
	*content = (struct content){.said = *meter};
	content->said.bands = calloc(meter->n_bands + 1u, sizeof(*meter->bands));
	if (content->said.bands == NULL)
		return OF_ERR_NO_MEMORY;
	for (uint16_t i = 0; i < meter->n_bands; i++)
		content->said.bands[i] = meter->bands[i];
	if (take_counters(counters_of(store, meter->meter_id), content->band_counters,
			  meter->n_bands) != 0)
		goto undo;
	config = config_of(&content->said, counter_id, content->band_counters);
	content->bands = meter_bands_create(&config, store->cfg.tsc_hz);
	if (content->bands == NULL)
		goto undo;
	return OF_OK;

undo:
	content_drop(store, content);
	return OF_ERR_NO_MEMORY;
}

static void set_content(struct meter_entry *entry, const struct content *content)
{
	entry->said = content->said;
	for (int i = 0; i < METER_MAX_BANDS; i++)
		entry->band_counters[i] = content->band_counters[i];
}

static struct content get_content(const struct meter_entry *entry)
{
	struct content content = {.said = entry->said};

	for (int i = 0; i < METER_MAX_BANDS; i++)
		content.band_counters[i] = entry->band_counters[i];
	return content;
}

/* --- changes, as steps of a transaction ----------------------------------------------------- */

static void free_meter(void *meter)
{
	meter_free(meter);
}

static void link_entry(struct meter_store *store, struct meter_entry *entry)
{
	HASH_ADD_KEYPTR(hh, store->meters, &entry->said.meter_id, sizeof(entry->said.meter_id),
			entry);
}

static void retire_entry(struct meter_store *store, struct meter_entry *entry)
{
	struct content content = get_content(entry);

	retire_counters(store, &content, entry->counter_id);
	meter_set_owner(entry->meter, NULL);
	held_handles_retire(&store->held, free_meter, entry->meter);
	free(entry->said.bands);
	free(entry);
}

static void finish(struct meter_step *s)
{
	if (s->store->transaction != NULL)
		transaction_add(s->store->transaction, &s->step);
	else
		s->step.keep(NULL, &s->step);
}

static struct meter_step *step_new(struct meter_store *store, struct meter_entry *entry)
{
	struct meter_step *s = calloc(1, sizeof(*s));

	if (s != NULL) {
		s->store = store;
		s->entry = entry;
	}
	return s;
}

static void undo_added(struct transaction *t, struct transaction_step *step)
{
	struct meter_step *s = (struct meter_step *)step;

	HASH_DEL(s->store->meters, s->entry);
	retire_entry(s->store, s->entry);
	free(s);
}

static void keep_change(struct transaction *t, struct transaction_step *step)
{
	struct meter_step *s = (struct meter_step *)step;
	struct meter_store *store = s->store;

	if (s->bands != NULL) {
		meter_set_bands(s->entry->meter, s->bands, store->cfg.pipeline->reclaim);
		retire_counters(store, &s->before, 0);
		free(s->before.said.bands);
	}
	store->cfg.ops->changed(store->cfg.context, s->entry);
	free(s);
}

enum of_err meter_store_add(struct meter_store *store, const struct of_meter *meter, uint64_t row)
{
	struct meter_entry *entry;
	struct meter_step *s;
	struct content content;
	enum of_err err = OF_ERR_NO_MEMORY;

	if (meter_store_find(store, meter->meter_id) != NULL)
		return OFPMMFC_METER_EXISTS;
	if (meter_store_count(store) >= store->cfg.max_meters)
		return OFPMMFC_OUT_OF_METERS;
	entry = calloc(1, sizeof(*entry));
	s = step_new(store, entry);
	if (entry == NULL || s == NULL ||
	    take_counters(counters_of(store, meter->meter_id), &entry->counter_id, 1) != 0)
		goto free_both;
	err = content_make(store, meter, entry->counter_id, &content);
	if (err != OF_OK)
		goto give_counter;
	entry->meter = meter_create(content.bands);
	if (entry->meter == NULL) {
		err = OF_ERR_NO_MEMORY;
		goto drop_content;
	}
	meter_set_owner(entry->meter, entry);
	set_content(entry, &content);
	entry->row = row != 0 ? row : store->next_row;
	if (entry->row >= store->next_row)
		store->next_row = entry->row + 1;
	entry->created_ms = store->cfg.now_ms();
	link_entry(store, entry);
	s->step.undo = undo_added;
	s->step.keep = keep_change;
	finish(s);
	return OF_OK;

drop_content:
	content_drop(store, &content);
give_counter:
	give_counters(counters_of(store, meter->meter_id), &entry->counter_id, 1);
free_both:
	free(s);
	free(entry);
	return err;
}

static void undo_modified(struct transaction *t, struct transaction_step *step)
{
	struct meter_step *s = (struct meter_step *)step;
	struct content made = get_content(s->entry);

	set_content(s->entry, &s->before);
	made.bands = s->bands;
	content_drop(s->store, &made); /* no lcore has seen it */
	free(s);
}

enum of_err meter_store_modify(struct meter_store *store, struct meter_entry *entry,
			       const struct of_meter *meter)
{
	struct meter_step *s = step_new(store, entry);
	struct content content;
	enum of_err err;

	if (s == NULL)
		return OF_ERR_NO_MEMORY;
	err = content_make(store, meter, entry->counter_id, &content);
	if (err != OF_OK) {
		free(s);
		return err;
	}
	s->before = get_content(entry);
	s->bands = content.bands;
	set_content(entry, &content);
	s->step.undo = undo_modified;
	s->step.keep = keep_change;
	finish(s);
	return OF_OK;
}

static void undo_removed(struct transaction *t, struct transaction_step *step)
{
	struct meter_step *s = (struct meter_step *)step;

	link_entry(s->store, s->entry);
	free(s);
}

static void keep_removed(struct transaction *t, struct transaction_step *step)
{
	struct meter_step *s = (struct meter_step *)step;

	s->store->cfg.ops->removed(s->store->cfg.context, s->entry);
	retire_entry(s->store, s->entry);
	free(s);
}

enum of_err meter_store_remove(struct meter_store *store, struct meter_entry *entry)
{
	struct meter_step *s = step_new(store, entry);

	if (s == NULL)
		return OF_ERR_NO_MEMORY;
	HASH_DEL(store->meters, entry);
	s->step.undo = undo_removed;
	s->step.keep = keep_removed;
	finish(s);
	return OF_OK;
}

bool meter_store_pass_packet_in(struct meter_store *store, uint32_t bytes, uint64_t now_tsc)
{
	const struct meter_entry *entry = meter_store_find(store, OFPM_CONTROLLER);
	uint8_t prec_level;

	/* Marking is for frames that are forwarded: what goes up goes up as it is. */
	return entry == NULL || meter_run(entry->meter, flow_counters_lcore(store->control, 0),
					  bytes, now_tsc, &prec_level) != METER_DROP;
}

void meter_store_destroy(struct meter_store *store)
{
	struct meter_entry *entry, *next;

	if (store == NULL)
		return;
	HASH_ITER (hh, store->meters, entry, next) {
		HASH_DEL(store->meters, entry);
		retire_entry(store, entry);
	}
	held_handles_end(&store->held);
	flow_counters_destroy(store->control);
	free(store);
}

/* --- reading -------------------------------------------------------------------------------- */

void meter_stats_of(const struct meter_store *store, const struct meter_entry *entry,
		    struct of_meter_band_stats *bands, struct of_meter_stats *stats)
{
	const struct flow_counters *counters = counters_of(store, entry->said.meter_id);
	uint64_t age = store->cfg.now_ms() - entry->created_ms;
	struct flow_counter sum;

	flow_counters_sum(counters, entry->counter_id, &sum);
	*stats = (struct of_meter_stats){
		.meter_id = entry->said.meter_id,
		.flow_count = entry->n_flows,
		.n_packets_in = sum.packets,
		.n_bytes_in = sum.bytes,
		.duration_s = (uint32_t)(age / 1000),
		.duration_ns = (uint32_t)(age % 1000 * 1000000),
		.n_bands = entry->said.n_bands,
		.bands = bands,
	};
	for (uint16_t i = 0; i < entry->said.n_bands; i++) {
		flow_counters_sum(counters, entry->band_counters[i], &sum);
		bands[i].n_packets = sum.packets;
		bands[i].n_bytes = sum.bytes;
	}
}
