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

/** Closes and frees; NULL is legal. */
void session_close(struct session *s);

/** The port names for the text syntax; lives as long as the session. */
const struct of_names *session_names(const struct session *s);

/** Where the switch is, as text. */
const char *session_target(const struct session *s);

/** Asks for a multipart; a CLI_ code, with the error said. `on_entry` as of_client_multipart. */
int session_multipart(struct session *s, const struct of_multipart_request *request,
		      int (*on_entry)(void *context, const union of_multipart_entry *entry),
		      void *context);

/**
 * Turns one line into a message (`msg->type` and the body), allocated in `arena`. 0, or -EINVAL
 * with a sentence in `why` (OF_WHY_SIZE bytes).
 */
typedef int session_parse(const char *text, bool from_file, const struct of_names *names,
			  struct of_arena *arena, struct of_msg *msg, char *why, size_t why_size);

/**
 * Sends what the lines say and waits until the switch has done it. When one line cannot be read
 * nothing is sent. A CLI_ code; each refusal is said with its line. `noun` is `flow` or `group`.
 */
int session_apply(struct session *s, const struct input *in, const char *noun,
		  session_parse *parse);
