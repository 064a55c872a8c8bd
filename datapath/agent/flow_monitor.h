// SPDX-License-Identifier: Apache-2.0
/*
 * flow_monitor: controllers that are told of each change of the flows that they watch (OpenFlow
 * 1.4.1 §7.3.5.17, Nicira's NXST_FLOW_MONITOR before it).
 *
 * An update goes out at once, so it stands before the barrier reply of the change's author. To a
 * peer that does not read, only removals go on; what else changed meanwhile is looked up in the
 * tables when it reads again, so that nothing is kept for it. Control thread.
 */
#pragma once

#include "datapath/agent/connections.h"

/**
 * OFPMP_FLOW_MONITOR: adds, changes and deletes monitors, all or none. OFPMOFC_MONITOR_EXISTS,
 * _UNKNOWN_MONITOR, _BAD_COMMAND, _BAD_FLAGS, _BAD_TABLE_ID, _BAD_OUT, _UNKNOWN (too many),
 * OFPBMC_BAD_FIELD, OF_ERR_NO_MEMORY.
 */
enum of_err flow_monitor_request(struct connection *conn, const struct of_msg *msg);

/** Ends one monitor (Nicira's NXT_FLOW_MONITOR_CANCEL); OFPMOFC_UNKNOWN_MONITOR. */
enum of_err flow_monitor_cancel(struct connection *conn, uint32_t id);

/** The connection is going: its monitors too. */
void flow_monitors_end(struct connection *conn);

/** A flow was added (or replaced by an add), modified, or is about to go (with OFPRR_*). */
void flow_monitors_changed(struct agent *agent, const struct flow *flow,
			   enum of_flow_update_event event, uint8_t reason);

/** Goes on with peers that read again; from a timer. */
void flow_monitors_poll(struct agent *agent);
