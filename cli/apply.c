// SPDX-License-Identifier: Apache-2.0
#include "cli/apply.h"

#include <errno.h>
#include <stdlib.h>

#include "cli/bundle.h"
#include "lib/text.h"
#include "openflow/flow_text.h"

/* Lines that are sent before their answers are read: bounds what waits in the sockets. */
#define BATCH 512
#define ERRORS_SHOWN 10

/* Says what is wrong with a line; the place comes first when it is in a file. */
static void line_error(const struct input *in, const struct input_line *line, const char *what)
{
	if (line->number != 0)
		cli_error("%s:%u: %s", in->file, line->number, what);
	else
		cli_error("%s", what);
}

int apply_parse(const struct session *s, const struct input *in, size_t i,
		const struct line_kind *kind, struct of_arena *arena, struct of_msg *msg, char *why,
		size_t why_size)
{
	return kind->parse(kind, in->lines[i].text, in->file != NULL, session_names(s), arena, msg,
			   why, why_size);
}

/* Reads every line without sending, so that a typing error leaves the switch as it is. */
static int check(struct session *s, const struct input *in, const struct line_kind *kind)
{
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	int code = CLI_OK;

	for (size_t i = 0; i < in->n; i++) {
		char why[OF_WHY_SIZE] = "the line is too long; make it shorter";
		struct of_msg msg;

		of_arena_reset(&arena);
		if (apply_parse(s, in, i, kind, &arena, &msg, why, sizeof(why)) == 0)
			continue;
		line_error(in, &in->lines[i], why);
		code = CLI_USAGE;
	}
	of_arena_free(&arena);
	return code;
}

static int line_send(struct session *s, const struct input *in, size_t i,
		     const struct line_kind *kind, struct of_arena *arena, uint32_t *xid)
{
	char why[OF_WHY_SIZE];
	struct of_msg msg;
	int rc;

	of_arena_reset(arena);
	rc = apply_parse(s, in, i, kind, arena, &msg, why, sizeof(why));
	if (rc != 0)
		return rc;
	msg.xid = of_client_next_xid(session_client(s));
	*xid = msg.xid;
	return of_client_send(session_client(s), &msg);
}

void apply_refusal(const struct input *in, size_t first, size_t last, const uint32_t *xids,
		   const struct of_client_error *error, const char *noun)
{
	for (size_t i = first; i < last; i++) {
		char *what;

		if (xids[i - first] != error->xid)
			continue;
		what = text_format("the switch refused the %s '%s': %s; %s", noun,
				   in->lines[i].text, of_err_sentence(error->err),
				   session_remedy(error->err));
		line_error(in, &in->lines[i], what);
		free(what);
		return;
	}
	cli_error("the switch refused a request: %s; %s", of_err_sentence(error->err),
		  session_remedy(error->err));
}

/* Sends lines first to last - 1 and reads what the switch says; a CLI_ code. */
static int batch_apply(struct session *s, const struct input *in, size_t first, size_t last,
		       const struct line_kind *kind, unsigned int *n_errors)
{
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	struct of_client_error errors[BATCH] = {0};
	uint32_t xids[BATCH] = {0};
	int n = 0;

	for (size_t i = first; i < last && n == 0; i++)
		n = line_send(s, in, i, kind, &arena, &xids[i - first]);
	of_arena_free(&arena);
	if (n == -EPROTONOSUPPORT || n == -EMSGSIZE) {
		cli_error("a %s cannot be said in OpenFlow %s; simplify it", kind->noun,
			  of_version_name(of_client_version(session_client(s))));
		return CLI_REFUSED;
	}
	if (n == 0)
		n = of_client_barrier(session_client(s), errors, BATCH);
	if (n < 0)
		return session_lost(s, n);
	for (int e = 0; e < n && e < BATCH; e++) {
		if ((*n_errors)++ < ERRORS_SHOWN)
			apply_refusal(in, first, last, xids, &errors[e], kind->noun);
	}
	return n == 0 ? CLI_OK : CLI_REFUSED;
}

static int send_all(struct session *s, const struct input *in, const struct line_kind *kind)
{
	unsigned int n_errors = 0;
	int code = CLI_OK;

	for (size_t first = 0; first < in->n; first += BATCH) {
		size_t last = in->n - first < BATCH ? in->n : first + BATCH;
		int batch = batch_apply(s, in, first, last, kind, &n_errors);

		if (batch != CLI_OK)
			code = batch;
		if (batch == CLI_UNREACHABLE)
			break;
	}
	if (n_errors > ERRORS_SHOWN)
		cli_error("%u more %ss were refused; mend those above and try again",
			  n_errors - ERRORS_SHOWN, kind->noun);
	return code;
}

int apply(const struct cli *cli, struct session *s, const struct input *in,
	  const struct line_kind *kind)
{
	int code = check(s, in, kind);

	if (code != CLI_OK)
		return code;
	return cli->bundle ? bundle_send(s, in, kind) : send_all(s, in, kind);
}

int apply_verb(const struct cli *cli, int argc, char **argv, const struct line_kind *kind)
{
	struct session *s;
	struct input in;
	int code = input_read(cli, argc, argv, &in);

	if (code != CLI_OK)
		return code;
	s = session_open(cli, &code);
	if (s != NULL)
		code = apply(cli, s, &in, kind);
	session_close(s);
	input_free(&in);
	return code;
}

int apply_text(const struct cli *cli, char *text, const struct line_kind *kind)
{
	struct input_line line = {.text = text};
	struct input in = {.lines = &line, .n = 1};
	struct session *s;
	int code;

	s = session_open(cli, &code);
	if (s != NULL)
		code = apply(cli, s, &in, kind);
	session_close(s);
	return code;
}
