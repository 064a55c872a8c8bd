// SPDX-License-Identifier: Apache-2.0
/*
 * flow_row: a flow as a row that the host stores. Its match and instructions are there packed as
 * the flow keeps them, so a row costs a flow-mod little. Pure functions; control thread.
 */
#pragma once

#include "datapath/agent/flow_store.h"

/** Appends the row of a flow. */
void flow_row_pack(const struct flow *flow, struct wbuf *b);

/** Is this such a row? Otherwise it is an OpenFlow message. */
bool flow_row_is(const void *bytes, size_t size);

/**
 * Reads a row as the OFPFC_ADD that makes the flow; it points into `arena` and `bytes`.
 * OFPBRC_BAD_LEN, errors of the match and the instructions, OF_ERR_NO_MEMORY.
 */
enum of_err flow_row_unpack(const void *bytes, size_t size, struct of_arena *arena,
			    struct of_flow_mod *mod);
