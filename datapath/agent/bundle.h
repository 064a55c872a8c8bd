// SPDX-License-Identifier: Apache-2.0
/*
 * bundle: changes that a controller collects and then puts in force at one instant, all or none
 * (OpenFlow 1.4.1 §6.9, §7.3.9; 1.5.1 §7.3.9.3 for scheduled ones; the ONF's extension 230 in 1.3).
 *
 * A bundle belongs to its connection and keeps its messages as they came. A commit is a transaction
 * (transaction.h): its messages are prepared in their order, a slice at a time; then one store
 * makes all of it visible. What would change or read flows and groups waits meanwhile, everything
 * else goes on. Control thread.
 */
#pragma once

#include "datapath/agent/connections.h"

/** OFPMP_BUNDLE_FEATURES (1.5.1 §7.3.5.19). OFPBRC_MULTIPART_BAD_SCHED. */
enum of_err bundle_features(struct connection *conn,
			    const struct of_bundle_features_request *request,
			    struct of_bundle_features *features);

/** The connection is going: its bundles too; a commit that is not in force yet is taken back. */
void bundles_end(struct connection *conn);

/** Discards bundles that nobody has touched for long (OFPBFC_TIMEOUT); from a timer. */
void bundles_poll(struct agent *agent);

/** A slice of the commit that is under way; true when there is more to do. */
bool bundle_commit_run(struct agent *agent);

/** Must a message of that type wait until the commit under way is over? */
bool bundle_makes_wait(const struct connection *conn, enum of_msg_type type);

/**
 * Handles a message, of which these are the bytes, after the commit; the connection's later ones
 * wait too. OF_ERR_NO_MEMORY.
 */
enum of_err bundle_postpone(struct connection *conn, const uint8_t *raw, size_t len);
