// SPDX-License-Identifier: Apache-2.0
/*
 * dispatch: which function handles which message; one visible table.
 *
 * A handler returns OF_OK after it has replied, if a reply is due, or the error that goes to the
 * peer with the first bytes of the request; dispatch's caller sends it. Control thread.
 */
#pragma once

#include "datapath/agent/connections.h"

/** Handles one message of a connection that is up. */
enum of_err dispatch(struct connection *conn, const struct of_msg *msg);

/* handler_config.c: what the switch is and how it is set (§7.3.1, §7.3.2, §7.3.8 to §7.3.10). */
enum of_err handle_features(struct connection *conn, const struct of_msg *msg);
enum of_err handle_get_config(struct connection *conn, const struct of_msg *msg);
enum of_err handle_set_config(struct connection *conn, const struct of_msg *msg);
enum of_err handle_error(struct connection *conn, const struct of_msg *msg);

/* handler_nicira.c: Nicira's settings of a connection. */
enum of_err handle_experimenter(struct connection *conn, const struct of_msg *msg);

/* handler_role.c: several controllers (§6.3.5, §7.3.9, §7.3.10). */
enum of_err handle_role(struct connection *conn, const struct of_msg *msg);
enum of_err handle_get_async(struct connection *conn, const struct of_msg *msg);
enum of_err handle_set_async(struct connection *conn, const struct of_msg *msg);

/* handler_barrier.c (§6.2, §7.3.8). */
enum of_err handle_barrier(struct connection *conn, const struct of_msg *msg);

/* handler_flow.c (§6.4). */
enum of_err handle_flow_mod(struct connection *conn, const struct of_msg *msg);

/* handler_meter.c (§6.8). */
enum of_err handle_meter_mod(struct connection *conn, const struct of_msg *msg);

/* handler_group.c (§6.7). */
enum of_err handle_group_mod(struct connection *conn, const struct of_msg *msg);

/* handler_port.c (§7.3.4.3). */
enum of_err handle_port_mod(struct connection *conn, const struct of_msg *msg);

/* handler_queue.c (§7.3.6). */
enum of_err handle_queue_config(struct connection *conn, const struct of_msg *msg);

/* handler_packet.c (§7.3.7). */
enum of_err handle_packet_out(struct connection *conn, const struct of_msg *msg);

/* table_config.c (1.4.1 §7.3.3). */
enum of_err handle_table_mod(struct connection *conn, const struct of_msg *msg);

/* bundle.c (1.4.1 §7.3.9). */
enum of_err handle_bundle_control(struct connection *conn, const struct of_msg *msg);
enum of_err handle_bundle_add(struct connection *conn, const struct of_msg *msg);

/* handler_multipart.c (§7.3.5). */
enum of_err handle_multipart(struct connection *conn, const struct of_msg *msg);
