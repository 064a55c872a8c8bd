// SPDX-License-Identifier: Apache-2.0
/*
 * apply: sends what lines say to the switch, one after the other or as one bundle, and says which
 * of them it refused. One thread.
 */
#pragma once

#include "cli/session.h"

/**
 * Turns one line into a message (`msg->type` and the body), allocated in `arena`. 0, or -EINVAL
 * with a sentence in `why` (OF_WHY_SIZE bytes).
 */
typedef int session_parse(const char *text, bool from_file, const struct of_names *names,
			  struct of_arena *arena, struct of_msg *msg, char *why, size_t why_size);

/**
 * Sends what the lines say and waits until the switch has done it; with --bundle all of it or
 * nothing. When one line cannot be read nothing is sent. A CLI_ code; each refusal is said with its
 * line. `noun` is `flow`, `group` …
 */
int apply(const struct cli *cli, struct session *s, const struct input *in, const char *noun,
	  session_parse *parse);

/** A verb that takes lines as arguments or from a file: reads them, connects, applies. */
int apply_verb(const struct cli *cli, int argc, char **argv, const char *noun,
	       session_parse *parse);

/** A verb with one line: connects and applies it. */
int apply_text(const struct cli *cli, char *text, const char *noun, session_parse *parse);

/** Reads every line without sending, so that a typing error leaves the switch as it is. */
int apply_check(struct session *s, const struct input *in, session_parse *parse);

/** Says what is wrong with a line; the place comes first when it is in a file. */
void apply_line_error(const struct input *in, const struct input_line *line, const char *what);

/** Says which of the lines first to last - 1 was refused, and why; `xids` are those of the lines.
 */
void apply_refusal(const struct input *in, size_t first, size_t last, const uint32_t *xids,
		   const struct of_client_error *error, const char *noun);
