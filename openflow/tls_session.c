// SPDX-License-Identifier: Apache-2.0
#include "lib/units.h"
#include "openflow/tls_state.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/err.h>

struct tls_session {
	SSL *ssl;
	int fd;
};

/* Waits for what the handshake wants of the socket; 0 or -ETIMEDOUT. */
static int handshake_wait(const struct tls_session *session, int wants, uint64_t deadline_ms)
{
	struct pollfd p = {.fd = session->fd,
			   .events = wants == SSL_ERROR_WANT_WRITE ? POLLOUT : POLLIN};
	uint64_t now = clock_ms();

	return now < deadline_ms && poll(&p, 1, (int)(deadline_ms - now)) > 0 ? 0 : -ETIMEDOUT;
}

static int handshake_do(struct tls_session *session, uint32_t timeout_ms, char *why,
			size_t why_size)
{
	uint64_t deadline = clock_ms() + timeout_ms;

	for (;;) {
		int rc, wants;

		ERR_clear_error();
		rc = SSL_connect(session->ssl);
		if (rc == 1)
			return 0;
		wants = SSL_get_error(session->ssl, rc);
		if (wants != SSL_ERROR_WANT_READ && wants != SSL_ERROR_WANT_WRITE) {
			tls_failure_text(session->ssl, ERR_peek_error(), why, why_size);
			return -EPROTO;
		}
		if (handshake_wait(session, wants, deadline) != 0) {
			snprintf(why, why_size,
				 "the peer does not shake hands in time: check that it speaks TLS");
			return -ETIMEDOUT;
		}
	}
}

struct tls_session *tls_session_open(struct tls *tls, int fd, uint32_t timeout_ms, char *why,
				     size_t why_size)
{
	struct tls_session *session = calloc(1, sizeof(*session));
	int rc = -ENOMEM;

	snprintf(why, why_size, "there is no memory for TLS: free some");
	if (session == NULL)
		goto fail;
	session->fd = fd;
	session->ssl = SSL_new(tls_context(tls));
	if (session->ssl == NULL || SSL_set_fd(session->ssl, fd) != 1)
		goto fail;
	rc = handshake_do(session, timeout_ms, why, why_size);
	if (rc == 0) {
		why[0] = '\0';
		return session;
	}
fail:
	if (session != NULL)
		SSL_free(session->ssl);
	free(session);
	errno = -rc;
	return NULL;
}

void tls_session_close(struct tls_session *session)
{
	if (session == NULL)
		return;
	ERR_clear_error();
	(void)SSL_shutdown(session->ssl);
	SSL_free(session->ssl);
	free(session);
}

static ssize_t result(struct tls_session *session, int rc)
{
	if (rc > 0)
		return rc;
	switch (SSL_get_error(session->ssl, rc)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		errno = EAGAIN;
		return -1;
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	case SSL_ERROR_SYSCALL:
		errno = errno != 0 ? errno : ECONNRESET;
		return -1;
	default:
		/* With TLS 1.3 a client learns here that its certificate was refused. */
		errno = SSL_get_verify_result(session->ssl) == X509_V_OK ? EACCES : EPROTO;
		return -1;
	}
}

ssize_t tls_session_send(struct tls_session *session, const void *data, size_t len)
{
	ERR_clear_error();
	errno = 0;
	return result(session,
		      SSL_write(session->ssl, data, len > INT32_MAX ? INT32_MAX : (int)len));
}

ssize_t tls_session_receive(struct tls_session *session, void *to, size_t room)
{
	ERR_clear_error();
	errno = 0;
	return result(session,
		      SSL_read(session->ssl, to, room > INT32_MAX ? INT32_MAX : (int)room));
}
