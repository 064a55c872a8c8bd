// SPDX-License-Identifier: Apache-2.0
/*
 * dump: OFPMP_FLOW and OFPMP_AGGREGATE (OpenFlow 1.3.5 §7.3.5.2, §7.3.5.3), a slice of flows at a
 * time, so that nothing else waits for a long one. Control thread.
 */
#pragma once

#include "datapath/agent/connections.h"

/** Starts answering; OFPBRC_BAD_TABLE_ID, OFPBMC_BAD_FIELD, OF_ERR_NO_MEMORY. */
enum of_err dump_start(struct connection *conn, const struct of_msg *msg);
