// SPDX-License-Identifier: Apache-2.0
#include "openflow/tls.h"
#include "lib/log.h"
#include "openflow/tls_state.h"

#include <errno.h>
#include <event2/bufferevent_ssl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/err.h>
#include <openssl/x509v3.h>

#define N_FILES 3
#define VERIFY_DEPTH 8
#define WHY_SIZE 400

/* What tells one state of a file from another. */
struct stamp {
	struct timespec modified, changed;
	ino_t inode;
	off_t size;
};

struct tls {
	char *path[N_FILES]; /* key, cert, ca */
	struct stamp stamp[N_FILES];
	SSL_CTX *context;
};

static void stamps_read(const struct tls *tls, struct stamp *stamps)
{
	struct stat st;

	memset(stamps, 0, N_FILES * sizeof(*stamps));
	for (int i = 0; i < N_FILES; i++) {
		if (stat(tls->path[i], &st) != 0)
			continue;
		stamps[i].modified = st.st_mtim;
		stamps[i].changed = st.st_ctim;
		stamps[i].inode = st.st_ino;
		stamps[i].size = st.st_size;
	}
}

/* A key with a passphrase must not make a daemon ask a terminal for it. */
static int no_passphrase(char *to, int size, int writing, void *context)
{
	(void)to;
	(void)size;
	(void)writing;
	(void)context;
	return 0;
}

static void settings_apply(SSL_CTX *context)
{
	SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
	SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET |
					     SSL_OP_NO_COMPRESSION | SSL_OP_IGNORE_UNEXPECTED_EOF);
	/* A resumed session would outlive the CA that allowed it. */
	SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_num_tickets(context, 0);
	SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE |
					  SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
					  SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	SSL_CTX_set_verify_depth(context, VERIFY_DEPTH);
	SSL_CTX_set_default_passwd_cb(context, no_passphrase);
}

static const char *reason_text(unsigned long err)
{
	const char *reason = err != 0 ? ERR_reason_error_string(err) : NULL;

	if (ERR_SYSTEM_ERROR(err))
		return strerror((int)ERR_GET_REASON(err));
	return reason != NULL ? reason : "it is not what it should be";
}

static void file_refuse(const char *path, const char *what, const char *remedy, char *why,
			size_t why_size)
{
	/* The first error of the queue is the cause, the others say who met it. */
	snprintf(why, why_size, "%s cannot be used as %s: %s: %s", path, what,
		 reason_text(ERR_peek_error()), remedy);
}

static bool files_load(const struct tls *tls, SSL_CTX *context, char *why, size_t why_size)
{
	const char *key = tls->path[0], *cert = tls->path[1], *ca = tls->path[2];
	STACK_OF(X509_NAME) * names;

	ERR_clear_error();
	if (SSL_CTX_use_certificate_chain_file(context, cert) != 1) {
		file_refuse(cert, "the TLS certificate", "give a PEM certificate with --tls-cert",
			    why, why_size);
		return false;
	}
	if (SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1 ||
	    SSL_CTX_check_private_key(context) != 1) {
		file_refuse(key, "the TLS key",
			    "give the PEM key of the certificate, without a passphrase, with "
			    "--tls-key",
			    why, why_size);
		return false;
	}
	names = SSL_load_client_CA_file(ca);
	if (names == NULL || SSL_CTX_load_verify_locations(context, ca, NULL) != 1) {
		file_refuse(ca, "the TLS CA", "give the CA's PEM certificate with --tls-ca", why,
			    why_size);
		sk_X509_NAME_pop_free(names, X509_NAME_free);
		return false;
	}
	SSL_CTX_set_client_CA_list(context, names);
	return true;
}

static SSL_CTX *context_create(const struct tls *tls, char *why, size_t why_size)
{
	SSL_CTX *context = SSL_CTX_new(TLS_method());

	if (context == NULL) {
		snprintf(why, why_size, "there is no memory for TLS: free some");
		return NULL;
	}
	settings_apply(context);
	if (!files_load(tls, context, why, why_size)) {
		SSL_CTX_free(context);
		context = NULL;
	}
	ERR_clear_error();
	return context;
}

struct tls *tls_create(const struct tls_files *files, char *why, size_t why_size)
{
	struct tls *tls = calloc(1, sizeof(*tls));

	if (tls == NULL) {
		snprintf(why, why_size, "there is no memory for TLS: free some");
		errno = ENOMEM;
		return NULL;
	}
	tls->path[0] = text_format("%s", files->key);
	tls->path[1] = text_format("%s", files->cert);
	tls->path[2] = text_format("%s", files->ca);
	stamps_read(tls, tls->stamp);
	tls->context = context_create(tls, why, why_size);
	if (tls->context != NULL)
		return tls;
	tls_destroy(tls);
	errno = EINVAL;
	return NULL;
}

void tls_destroy(struct tls *tls)
{
	if (tls == NULL)
		return;
	SSL_CTX_free(tls->context);
	for (int i = 0; i < N_FILES; i++)
		free(tls->path[i]);
	free(tls);
}

int tls_refresh(struct tls *tls)
{
	struct stamp now[N_FILES];
	char why[WHY_SIZE];
	SSL_CTX *fresh;

	stamps_read(tls, now);
	if (memcmp(now, tls->stamp, sizeof(now)) == 0)
		return 0;
	memcpy(tls->stamp, now, sizeof(now));
	fresh = context_create(tls, why, sizeof(why));
	if (fresh == NULL) {
		log_error("tls", "%s; what was read before stays in force", why);
		return -EINVAL;
	}
	SSL_CTX_free(tls->context);
	tls->context = fresh;
	log_info("tls", "the key, certificate and CA were read anew and count for new connections");
	return 1;
}

SSL_CTX *tls_context(struct tls *tls)
{
	(void)tls_refresh(tls);
	return tls->context;
}

struct bufferevent *tls_stream(struct tls *tls, struct event_base *base, int fd)
{
	SSL *ssl = SSL_new(tls_context(tls));
	struct bufferevent *stream = NULL;

	if (ssl != NULL)
		stream = bufferevent_openssl_socket_new(
			base, fd, ssl,
			fd >= 0 ? BUFFEREVENT_SSL_ACCEPTING : BUFFEREVENT_SSL_CONNECTING,
			BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
	if (stream != NULL)
		return stream;
	SSL_free(ssl);
	if (fd >= 0)
		close(fd);
	errno = ENOMEM;
	return NULL;
}

void tls_failure_text(const SSL *ssl, unsigned long err, char *why, size_t why_size)
{
	long verdict = SSL_get_verify_result(ssl);

	if (verdict != X509_V_OK)
		snprintf(why, why_size,
			 "the peer's certificate is refused (%s): let the CA of --tls-ca sign it",
			 X509_verify_cert_error_string(verdict));
	else if (ERR_GET_REASON(err) == SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE)
		snprintf(why, why_size, "the peer shows no certificate: give it one of the CA's");
	else if (ERR_GET_REASON(err) > SSL_AD_REASON_OFFSET)
		snprintf(why, why_size,
			 "the peer refuses TLS with us (%s): let its CA sign our certificate",
			 reason_text(err));
	else
		snprintf(why, why_size,
			 "TLS with the peer failed (%s): let it speak TLS 1.2 or 1.3",
			 err != 0 ? reason_text(err) : "it ended in the handshake");
}

bool tls_stream_why(struct bufferevent *stream, char *why, size_t why_size)
{
	SSL *ssl = bufferevent_openssl_get_ssl(stream);
	unsigned long err;

	if (ssl == NULL)
		return false;
	err = bufferevent_get_openssl_error(stream);
	if (err == 0 && SSL_is_init_finished(ssl))
		return false;
	tls_failure_text(ssl, err, why, why_size);
	return true;
}

void tls_stream_end(struct bufferevent *stream)
{
	SSL *ssl = bufferevent_openssl_get_ssl(stream);

	if (ssl == NULL || !SSL_is_init_finished(ssl))
		return;
	ERR_clear_error();
	(void)SSL_shutdown(ssl);
	ERR_clear_error();
}
