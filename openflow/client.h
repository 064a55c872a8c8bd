// SPDX-License-Identifier: Apache-2.0
/*
 * client: a blocking OpenFlow client for command line tools and tests. One owner.
 */
#pragma once

#include "lib/addr.h"
#include "openflow/msg.h"
#include "openflow/tls.h"

struct of_client;

/**
 * Connects to `target` and agrees on one of `versions` (OF_VERSION_BIT). Every wait ends after
 * `timeout_ms`. NULL with errno; `why` has one sentence with target, cause and remedy then.
 */
struct of_client *of_client_connect(const struct target *target, uint32_t versions,
				    uint32_t timeout_ms, char *why, size_t why_size);

/**
 * As of_client_connect, for tls targets too: `tls` says who we are and outlives the call; NULL
 * when there is nobody to be.
 */
struct of_client *of_client_connect_tls(const struct target *target, struct tls *tls,
					uint32_t versions, uint32_t timeout_ms, char *why,
					size_t why_size);

/** Closes and frees; NULL is legal. */
void of_client_close(struct of_client *client);

/** The negotiated version. */
enum of_version of_client_version(const struct of_client *client);

/** A fresh transaction id. */
uint32_t of_client_next_xid(struct of_client *client);

/**
 * Sends `msg` in the client's version; gives it a fresh xid when `msg->xid` is 0 and returns with
 * it set. 0, -EPROTONOSUPPORT, -EMSGSIZE, -ETIMEDOUT, -EPIPE and other errors of the socket.
 */
int of_client_send(struct of_client *client, struct of_msg *msg);

/**
 * Receives the next message that is not an echo request (those are answered). The message lives
 * until the next call. -ETIMEDOUT, -ECONNRESET (the peer closed), -EBADMSG (malformed).
 */
int of_client_receive(struct of_client *client, const struct of_msg **msg);

/** As of_client_receive, and shows the raw bytes of the message too. */
int of_client_receive_raw(struct of_client *client, const struct of_msg **msg, const uint8_t **raw,
			  size_t *len);

/* What an OFPT_ERROR said. */
struct of_client_error {
	enum of_err err;
	uint32_t xid;
};

/**
 * Sends a barrier and waits for its reply. Errors that came are counted, the first
 * `max_errors` are kept in `errors`; packet-ins and the like are thrown away. Returns the number of
 * errors, or a negative errno as of_client_receive.
 */
int of_client_barrier(struct of_client *client, struct of_client_error *errors, size_t max_errors);

/**
 * Sends `request` and waits for the reply with its xid, which lives until the next call.
 * -EREMOTEIO: the peer answered with an error, `*reply` is it.
 */
int of_client_request(struct of_client *client, struct of_msg *request,
		      const struct of_msg **reply);

/**
 * Sends a multipart request and calls `on_entry` for each entry of all parts; the entry lives
 * during the call. A non-zero return of the callback ends it and is returned. -EREMOTEIO: the peer
 * answered with an error, kept in `*err`; otherwise as of_client_receive.
 */
int of_client_multipart(struct of_client *client, const struct of_multipart_request *request,
			int (*on_entry)(void *context, const union of_multipart_entry *entry),
			void *context, enum of_err *err);
