// SPDX-License-Identifier: Apache-2.0
/*
 * tls: who this program is towards its OpenFlow peers, and whom it believes (1.3.5 §6.3.3).
 *
 * Both sides always show a certificate, and each must be signed by the one CA; TLS 1.2 and 1.3,
 * no renegotiation, no resumption. Names in certificates are not compared with addresses: what the
 * CA signs is what may connect. The three files are looked at before each handshake, so that new
 * ones count without a restart; files that cannot be used leave the old ones in force. Event base's
 * thread, or the one of a blocking client.
 */
#pragma once

#include "lib/text.h"

#include <event2/bufferevent.h>

struct tls;

/* Paths of PEM files. */
struct tls_files {
	const char *key;  /* private key */
	const char *cert; /* certificate, and those between it and the CA */
	const char *ca;   /* certificates of the CA */
};

/* What a tls target without the three files lacks. */
#define TLS_FILES_MISSING "TLS needs --tls-key, --tls-cert and --tls-ca: give all three"

/** Reads the files. NULL with -EINVAL or the like in errno, and a sentence in `why`. */
struct tls *tls_create(const struct tls_files *files, char *why, size_t why_size);

/** Frees; streams and sessions that were made with it go on. NULL is legal. */
void tls_destroy(struct tls *tls);

/**
 * Reads the files anew if one has changed since. 1: new ones are in force; 0: nothing changed;
 * -EINVAL: they cannot be used, the old ones stay, and it was logged (once for each change).
 */
int tls_refresh(struct tls *tls);

/**
 * A stream that speaks TLS: over `fd` as the server, or, with `fd` -1, for a connection that is yet
 * to be made, as the client. BEV_EVENT_CONNECTED comes after the handshake. Owns `fd`, when it
 * fails too. NULL with errno.
 */
struct bufferevent *tls_stream(struct tls *tls, struct event_base *base, int fd);

/**
 * Writes why the stream failed, as one sentence; false (and nothing written) when it does not speak
 * TLS or it was not TLS that failed.
 */
bool tls_stream_why(struct bufferevent *stream, char *why, size_t why_size);

/** Tells the peer that the stream ends here, if it speaks TLS; before it is freed. */
void tls_stream_end(struct bufferevent *stream);

/* One connection of a blocking client. */
struct tls_session;

/** Shakes hands over a connected, non-blocking `fd`, which stays the caller's. NULL with errno. */
struct tls_session *tls_session_open(struct tls *tls, int fd, uint32_t timeout_ms, char *why,
				     size_t why_size);

/** Ends and frees; NULL is legal. */
void tls_session_close(struct tls_session *session);

/** As send(2) without waiting: bytes taken, or -1 with errno (EAGAIN: wait for the socket). */
ssize_t tls_session_send(struct tls_session *session, const void *data, size_t len);

/** As recv(2) without waiting: bytes, 0 at the end, or -1 with errno (EAGAIN). */
ssize_t tls_session_receive(struct tls_session *session, void *to, size_t room);
