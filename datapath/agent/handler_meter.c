// SPDX-License-Identifier: Apache-2.0
/* OFPT_METER_MOD (OpenFlow 1.3.5 §6.8, §7.3.4.5), what follows from it, and what multipart requests
 * ask of meters (§7.3.5.12 to §7.3.5.14). */
#include "datapath/agent/dispatch.h"
#include "datapath/agent/meter_mods.h"
#include "datapath/agent/multipart.h"
#include "datapath/agent/request_forwards.h"
#include "datapath/agent/restore.h"
#include "datapath/agent/uses.h"

/*
 * Meters of flows, and the one of packet-ins. There is no slow path, so OFPM_SLOWPATH names
 * nothing.
 */
static bool id_valid(uint32_t id)
{
	return (id != 0 && id <= OFPM_MAX) || id == OFPM_CONTROLLER;
}

/* §6.8: flows that name a meter go with it; NULL: those that name any. */
static enum of_err remove_flows(struct agent *agent, const struct meter_entry *entry)
{
	struct flow_filter filter = {
		.table_id = OFPTT_ALL, .out_port = OFPP_ANY, .out_group = OFPG_ANY};
	const struct meter *meter = entry != NULL ? entry->meter : NULL;
	struct flow_cursor cursor;
	enum of_err err = OF_OK;

	flow_cursor_start(&cursor, agent->flows, OFPTT_ALL);
	while (!cursor.ended && err == OF_OK && (entry == NULL || entry->n_flows != 0)) {
		uint32_t budget = UINT32_MAX;
		struct flow *flow = flow_cursor_next(&cursor, &filter, &budget);

		if (flow != NULL && uses_meter(flow->rule->program, meter))
			err = flow_store_remove(agent->flows, flow, OFPRR_METER_DELETE);
	}
	flow_cursor_end(&cursor);
	return err;
}

static enum of_err delete_all(struct agent *agent)
{
	struct meter_entry *entry, *next;
	enum of_err err = OF_OK;
	bool any_flows = false;

	for (entry = meter_store_first(agent->meters); entry != NULL; entry = entry->hh.next) {
		if (entry->n_buckets != 0)
			return OFPMMFC_UNKNOWN;
		any_flows |= entry->n_flows != 0;
	}
	if (any_flows)
		err = remove_flows(agent, NULL);
	for (entry = meter_store_first(agent->meters); entry != NULL && err == OF_OK;
	     entry = next) {
		next = entry->hh.next;
		err = meter_store_remove(agent->meters, entry);
	}
	return err;
}

static enum of_err delete_meters(struct agent *agent, uint32_t id)
{
	struct meter_entry *entry;
	enum of_err err = OF_OK;

	if (id == OFPM_ALL)
		return delete_all(agent);
	if (!id_valid(id))
		return OFPMMFC_INVALID_METER;
	entry = meter_store_find(agent->meters, id);
	if (entry == NULL) /* §6.8: no error, nothing happens */
		return OF_OK;
	if (entry->n_buckets != 0) /* a group would be left that names nothing */
		return OFPMMFC_UNKNOWN;
	if (entry->n_flows != 0)
		err = remove_flows(agent, entry);
	return err == OF_OK ? meter_store_remove(agent->meters, entry) : err;
}

static enum of_err modify(struct agent *agent, const struct of_meter *meter)
{
	struct meter_entry *entry = meter_store_find(agent->meters, meter->meter_id);

	return entry != NULL ? meter_store_modify(agent->meters, entry, meter)
			     : OFPMMFC_UNKNOWN_METER;
}

enum of_err meter_mod_apply(struct agent *agent, const struct of_meter_mod *mod, uint64_t row)
{
	agent_changed(agent);
	if (mod->command == OFPMC_DELETE)
		return delete_meters(agent, mod->meter.meter_id);
	if (mod->command != OFPMC_ADD && mod->command != OFPMC_MODIFY)
		return OFPMMFC_BAD_COMMAND;
	if (!id_valid(mod->meter.meter_id))
		return OFPMMFC_INVALID_METER;
	return mod->command == OFPMC_ADD ? meter_store_add(agent->meters, &mod->meter, row)
					 : modify(agent, &mod->meter);
}

enum of_err handle_meter_mod(struct connection *conn, const struct of_msg *msg)
{
	enum of_err err = meter_mod_apply(conn->agent, &msg->meter_mod, 0);

	if (err == OF_OK)
		request_forward(conn->agent, conn, msg);
	return err;
}

static void meter_changed(void *context, const struct meter_entry *entry)
{
	restore_keep_meter(context, entry);
}

static void meter_removed(void *context, const struct meter_entry *entry)
{
	restore_forget(context, AGENT_ROW_METER, entry->row);
}

const struct meter_store_ops agent_meter_ops = {.changed = meter_changed, .removed = meter_removed};

/* --- multipart ------------------------------------------------------------------------------ */

static void add_stats(const struct agent *agent, const struct meter_entry *entry,
		      struct of_multipart_writer *w)
{
	struct of_meter_band_stats bands[METER_MAX_BANDS];
	struct of_meter_stats stats;

	meter_stats_of(agent->meters, entry, bands, &stats);
	of_multipart_writer_add(w, &stats);
}

static void add_config(const struct agent *agent, const struct meter_entry *entry,
		       struct of_multipart_writer *w)
{
	of_multipart_writer_add(w, &entry->said);
}

/* Adds the meter that was asked for, or all. */
static enum of_err answer(const struct agent *agent, uint32_t id,
			  void (*add)(const struct agent *agent, const struct meter_entry *entry,
				      struct of_multipart_writer *w),
			  struct of_multipart_writer *w)
{
	const struct meter_entry *entry;

	if (id != OFPM_ALL) {
		entry = meter_store_find(agent->meters, id);
		if (entry == NULL)
			return OFPMMFC_UNKNOWN_METER;
		add(agent, entry, w);
		return OF_OK;
	}
	for (entry = meter_store_first(agent->meters); entry != NULL; entry = entry->hh.next)
		add(agent, entry, w);
	return OF_OK;
}

enum of_err answer_meter(struct connection *conn, const struct of_msg *msg,
			 struct of_multipart_writer *w)
{
	return answer(conn->agent, msg->multipart_request.meter_id, add_stats, w);
}

enum of_err answer_meter_config(struct connection *conn, const struct of_msg *msg,
				struct of_multipart_writer *w)
{
	return answer(conn->agent, msg->multipart_request.meter_id, add_config, w);
}

enum of_err answer_meter_features(struct connection *conn, const struct of_msg *msg,
				  struct of_multipart_writer *w)
{
	struct of_meter_features features = {
		.max_meter = AGENT_MAX_METERS,
		.band_types = 1u << OFPMBT_DROP | 1u << OFPMBT_DSCP_REMARK,
		.capabilities = OFPMF_KBPS | OFPMF_PKTPS | OFPMF_BURST | OFPMF_STATS,
		.max_bands = METER_MAX_BANDS,
		.max_color = METER_MAX_PREC_LEVEL,
		.features = OFPMFF_ACTION_SET | OFPMFF_ANY_POSITION | OFPMFF_MULTI_LIST,
	};

	of_multipart_writer_add(w, &features);
	return OF_OK;
}
