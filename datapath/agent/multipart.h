// SPDX-License-Identifier: Apache-2.0
/*
 * multipart: what the files that answer multipart requests share.
 */
#pragma once

#include "datapath/agent/connections.h"

/** The `emit` of multipart writers; `context` is the connection. */
void multipart_emit(void *context, const uint8_t *message, size_t len);

/* handler_table_features.c: OFPMP_TABLE_FEATURES, which may come in several messages. */
enum of_err handle_table_features(struct connection *conn, const struct of_msg *msg);

/** Forgets half a request; the connection is about to end. */
void table_request_drop(struct connection *conn);

/* answer_groups.c: what requests ask of groups. */
enum of_err answer_group(struct connection *conn, const struct of_msg *msg,
			 struct of_multipart_writer *w);
enum of_err answer_group_desc(struct connection *conn, const struct of_msg *msg,
			      struct of_multipart_writer *w);
enum of_err answer_group_features(struct connection *conn, const struct of_msg *msg,
				  struct of_multipart_writer *w);

/* handler_meter.c: what requests ask of meters. */
enum of_err answer_meter(struct connection *conn, const struct of_msg *msg,
			 struct of_multipart_writer *w);
enum of_err answer_meter_config(struct connection *conn, const struct of_msg *msg,
				struct of_multipart_writer *w);
enum of_err answer_meter_features(struct connection *conn, const struct of_msg *msg,
				  struct of_multipart_writer *w);

/* controller_status.c: OFPMP_CONTROLLER_STATUS. */
enum of_err answer_controller_status(struct connection *conn, const struct of_msg *msg,
				     struct of_multipart_writer *w);

/* handler_queue.c (§7.3.5.8; 1.4.1 §7.3.5.16): see struct row of handler_multipart.c. */
enum of_err answer_queue(struct connection *conn, const struct of_msg *msg,
			 struct of_multipart_writer *w);
enum of_err answer_queue_desc(struct connection *conn, const struct of_msg *msg,
			      struct of_multipart_writer *w);
