// SPDX-License-Identifier: Apache-2.0
/*
 * session: one verb's OpenFlow connection, with the names of the switch's ports. One thread.
 */
#pragma once

#include "cli/input.h"
#include "openflow/client.h"

struct session;

/**
 * Connects to the switch that the command line means and learns its ports. NULL with `*code`, and
 * the error has been said. End it with session_close.
 */
struct session *session_open(const struct cli *cli, int *code);

/** The same in one of `versions` (OF_VERSION_BIT), unless -O says which. */
struct session *session_open_versions(const struct cli *cli, uint32_t versions, int *code);

/** Closes and frees; NULL is legal. */
void session_close(struct session *s);

/** The port names for the text syntax; lives as long as the session. */
const struct of_names *session_names(const struct session *s);

/** The connection. */
struct of_client *session_client(const struct session *s);

/** Where the switch is, as text. */
const char *session_target(const struct session *s);

/** Asks for a multipart; a CLI_ code, with the error said. `on_entry` as of_client_multipart. */
int session_multipart(struct session *s, const struct of_multipart_request *request,
		      int (*on_entry)(void *context, const union of_multipart_entry *entry),
		      void *context);

/** Connects, asks for everything of a multipart, and ends; a CLI_ code, with the error said. */
int session_list(const struct cli *cli, uint16_t type,
		 int (*on_entry)(void *context, const union of_multipart_entry *entry),
		 void *context);

/** Says that the connection failed in the middle (`rc`: of_client_*); CLI_UNREACHABLE. */
int session_lost(const struct session *s, int rc);

/** What a person can do about a refusal. Static. */
const char *session_remedy(enum of_err err);
