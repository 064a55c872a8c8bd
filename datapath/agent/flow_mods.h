// SPDX-License-Identifier: Apache-2.0
/*
 * flow_mods: does what a flow-mod says, whoever sent it: a controller, or the store of a former
 * run.
 */
#pragma once

#include "datapath/agent/agent_state.h"

/**
 * Checks, compiles and does a flow-mod (OpenFlow 1.3.5 §6.4), in the version of agent->actor where
 * versions differ. `row` is the stored row of a restored
 * flow, else 0. OF_OK or the error for the controller; then nothing was changed.
 */
enum of_err flow_mod_apply(struct agent *agent, const struct of_flow_mod *mod, uint64_t row);

/**
 * As flow_mod_apply for a message of a connection. A delete among many flows is done in slices: the
 * connection's later messages wait for it, nothing else does.
 */
enum of_err flow_mod_start(struct connection *conn, const struct of_flow_mod *mod);

/**
 * Fills a filter for flow_filter_takes; `match` must outlive it. OFPBMC_BAD_FIELD when no flow can
 * have such a match.
 */
enum of_err flow_filter_init(struct flow_filter *filter, uint8_t table_id, uint64_t cookie,
			     uint64_t cookie_mask, uint32_t out_port, uint32_t out_group,
			     const struct of_match *match);
