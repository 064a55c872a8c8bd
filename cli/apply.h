// SPDX-License-Identifier: Apache-2.0
/*
 * apply: sends what lines say to the switch, one after the other or as one bundle, and says which
 * of them it refused. One thread.
 */
#pragma once

#include "cli/session.h"

/* What lines say: flows to add, meters to delete … */
struct line_kind {
	const char *noun; /* `flow`, `group` …, as errors call a line */
	/*
	 * Turns one line into a message (`msg->type` and the body), allocated in `arena`. 0, or
	 * -EINVAL with a sentence in `why` (OF_WHY_SIZE bytes).
	 */
	int (*parse)(const struct line_kind *kind, const char *text, bool from_file,
		     const struct of_names *names, struct of_arena *arena, struct of_msg *msg,
		     char *why, size_t why_size);
	int command;     /* of the message: OFPFC_*, OFPGC_*, OFPMC_* */
	bool may_differ; /* a line of a file may begin with another command */
};

/**
 * Sends what the lines say and waits until the switch has done it; with --bundle all of it or
 * nothing. When one line cannot be read nothing is sent. A CLI_ code; each refusal is said with its
 * line.
 */
int apply(const struct cli *cli, struct session *s, const struct input *in,
	  const struct line_kind *kind);

/** A verb that takes lines as arguments or from a file: reads them, connects, applies. */
int apply_verb(const struct cli *cli, int argc, char **argv, const struct line_kind *kind);

/** A verb with one line: connects and applies it. */
int apply_text(const struct cli *cli, char *text, const struct line_kind *kind);

/** Reads one line of an input; see struct line_kind. */
int apply_parse(const struct session *s, const struct input *in, size_t i,
		const struct line_kind *kind, struct of_arena *arena, struct of_msg *msg, char *why,
		size_t why_size);

/** Says which of the lines first to last - 1 was refused, and why; `xids` are those of the lines.
 */
void apply_refusal(const struct input *in, size_t first, size_t last, const uint32_t *xids,
		   const struct of_client_error *error, const char *noun);
