// SPDX-License-Identifier: Apache-2.0
/*
 * tls_state: what tls.c (files, streams) and tls_session.c (blocking clients) share. For these two
 * only.
 */
#pragma once

#include "openflow/tls.h"

#include <openssl/ssl.h>

/** The context in force, after a look at the files; owned by `tls`. */
SSL_CTX *tls_context(struct tls *tls);

/** Says why a handshake or a record failed: `err` is OpenSSL's code, 0 if there is none. */
void tls_failure_text(const SSL *ssl, unsigned long err, char *why, size_t why_size);
