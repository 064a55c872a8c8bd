// SPDX-License-Identifier: Apache-2.0
/*
 * multipart: what the files that answer multipart requests share.
 */
#pragma once

#include "datapath/agent/connections.h"

/** The `emit` of multipart writers; `context` is the connection. */
void multipart_emit(void *context, const uint8_t *message, size_t len);

/** The actions that are served, bit n for enum of_action_type n. */
uint32_t table_features_actions(void);

/** Appends the features of one table (§7.3.5.5); false without memory. */
bool table_features_add(struct of_multipart_writer *w, uint8_t table_id, uint32_t max_entries);
