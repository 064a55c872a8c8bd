// SPDX-License-Identifier: Apache-2.0
#include "cli/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/locate.h"
#include "lib/text.h"
#include "openflow/flow_text.h"

#define VERSIONS OF_VERSION_BIT(OF13)
#define OPENFLOW_PORT 6653
#define TIMEOUT_MS 10000
/* Lines that are sent before their answers are read: bounds what waits in the sockets. */
#define BATCH 512
#define ERRORS_SHOWN 10

struct session {
	struct of_client *client;
	struct of_names names;
	struct of_port *ports;
	size_t n_ports;
	char target[LOCATE_PATH_SIZE];
};

static const char *port_name(void *context, uint32_t port_no)
{
	struct session *s = context;

	for (size_t i = 0; i < s->n_ports; i++) {
		if (s->ports[i].port_no == port_no && s->ports[i].name[0] != '\0')
			return s->ports[i].name;
	}
	return NULL;
}

/* The wire cuts names to 15 characters, so a longer word is compared as far as that. */
static int port_number(void *context, const char *name, uint32_t *port_no)
{
	struct session *s = context;
	int found = 0;

	for (size_t i = 0; i < s->n_ports; i++) {
		if (strncmp(s->ports[i].name, name, OF_PORT_WIRE_NAME_SIZE - 1) == 0) {
			*port_no = s->ports[i].port_no;
			found++;
		}
	}
	return found == 1 ? 0 : -ENOENT;
}

static int port_take(void *context, const union of_multipart_entry *entry)
{
	struct session *s = context;

	if ((s->n_ports & (s->n_ports - 1)) == 0) {
		s->ports = realloc(s->ports,
				   (s->n_ports != 0 ? s->n_ports * 2 : 1) * sizeof(*s->ports));
		if (s->ports == NULL)
			abort();
	}
	s->ports[s->n_ports++] = entry->port_desc;
	return 0;
}

/* Who we are towards a tls target; NULL with `why` when the files are missing or of no use. */
static struct tls *tls_open(const struct cli *cli, char *why, size_t why_size)
{
	const struct tls_files files = {
		.key = cli->tls_key, .cert = cli->tls_cert, .ca = cli->tls_ca};

	if (files.key == NULL || files.cert == NULL || files.ca == NULL) {
		snprintf(why, why_size, "%s", TLS_FILES_MISSING);
		return NULL;
	}
	return tls_create(&files, why, why_size);
}

struct session *session_open(const struct cli *cli, int *code)
{
	struct of_multipart_request ports;
	struct session *s = calloc(1, sizeof(*s));
	struct target target;
	struct tls *tls = NULL;
	char why[OF_WHY_SIZE + TARGET_TEXT_SIZE];

	if (s == NULL)
		abort();
	*code = locate_openflow(cli, s->target);
	if (*code != CLI_OK)
		goto fail;
	if (target_parse(s->target, OPENFLOW_PORT, &target, why, sizeof(why)) != 0) {
		cli_error("%s", why);
		*code = CLI_USAGE;
		goto fail;
	}
	if (target.kind == TARGET_TLS) {
		tls = tls_open(cli, why, sizeof(why));
		if (tls == NULL) {
			cli_error("%s", why);
			*code = CLI_USAGE;
			goto fail;
		}
	}
	s->client = of_client_connect_tls(&target, tls, VERSIONS, TIMEOUT_MS, why, sizeof(why));
	tls_destroy(tls);
	if (s->client == NULL) {
		cli_error("%s", why);
		*code = CLI_UNREACHABLE;
		goto fail;
	}
	s->names =
		(struct of_names){.port_name = port_name, .port_number = port_number, .context = s};
	of_multipart_request_init(&ports, OFPMP_PORT_DESC);
	*code = session_multipart(s, &ports, port_take, s);
	if (*code == CLI_OK)
		return s;
fail:
	session_close(s);
	return NULL;
}

void session_close(struct session *s)
{
	if (s == NULL)
		return;
	of_client_close(s->client);
	free(s->ports);
	free(s);
}

const struct of_names *session_names(const struct session *s)
{
	return &s->names;
}

const char *session_target(const struct session *s)
{
	return s->target;
}

/* Says that the connection failed in the middle. */
static int connection_error(const struct session *s, int rc)
{
	const char *cause = strerror(-rc);

	if (rc == -ETIMEDOUT)
		cause = "it did not answer in time";
	else if (rc == -ECONNRESET || rc == -EPIPE)
		cause = "it closed the connection";
	else if (rc == -EBADMSG)
		cause = "it sent a malformed message";
	cli_error("lost the switch at %s: %s; look at what it logs, and try again", s->target,
		  cause);
	return CLI_UNREACHABLE;
}

/* What a person can do about a refusal. */
static const char *remedy_of(enum of_err err)
{
	switch (err) {
	case OFPBAC_BAD_OUT_PORT:
	case OFPBRC_BAD_PORT:
		return "heddle port show lists the ports";
	case OFPBAC_BAD_OUT_GROUP:
	case OFPGMFC_UNKNOWN_GROUP:
		return "heddle group show lists the groups";
	case OFPBMC_BAD_PREREQ:
	case OFPBAC_MATCH_INCONSISTENT:
		return "match on the protocol too, as in tcp,tp_dst=80";
	case OFPFMFC_TABLE_FULL:
	case OFPGMFC_OUT_OF_GROUPS:
		return "delete some first";
	case OFPGMFC_GROUP_EXISTS:
		return "delete it first with heddle group del";
	case OFPFMFC_OVERLAP:
		return "give it another priority";
	default:
		return "change it to what this switch can do";
	}
}

int session_multipart(struct session *s, const struct of_multipart_request *request,
		      int (*on_entry)(void *context, const union of_multipart_entry *entry),
		      void *context)
{
	enum of_err err = OF_OK;
	int rc = of_client_multipart(s->client, request, on_entry, context, &err);

	if (rc == -EREMOTEIO) {
		cli_error("the switch at %s refused to list its %ss: %s; %s", s->target,
			  of_multipart_name(request->type), of_err_sentence(err), remedy_of(err));
		return CLI_REFUSED;
	}
	return rc == 0 ? CLI_OK : connection_error(s, rc);
}

/* Says what is wrong with a line; the place comes first when it is in a file. */
static void line_error(const struct input *in, const struct input_line *line, const char *what)
{
	if (line->number != 0)
		cli_error("%s:%u: %s", in->file, line->number, what);
	else
		cli_error("%s", what);
}

/* Reads every line without sending, so that a typing error leaves the switch as it is. */
static int lines_check(struct session *s, const struct input *in, session_parse *parse)
{
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	int code = CLI_OK;

	for (size_t i = 0; i < in->n; i++) {
		char why[OF_WHY_SIZE] = "the line is too long; make it shorter";
		struct of_msg msg;

		of_arena_reset(&arena);
		if (parse(in->lines[i].text, in->file != NULL, &s->names, &arena, &msg, why,
			  sizeof(why)) == 0)
			continue;
		line_error(in, &in->lines[i], why);
		code = CLI_USAGE;
	}
	of_arena_free(&arena);
	return code;
}

static int line_send(struct session *s, const struct input_line *line, bool from_file,
		     struct of_arena *arena, session_parse *parse, uint32_t *xid)
{
	char why[OF_WHY_SIZE];
	struct of_msg msg;
	int rc;

	of_arena_reset(arena);
	rc = parse(line->text, from_file, &s->names, arena, &msg, why, sizeof(why));
	if (rc != 0)
		return rc;
	msg.xid = of_client_next_xid(s->client);
	*xid = msg.xid;
	return of_client_send(s->client, &msg);
}

/* Says which of the lines the switch refused, and why; `xids` are those of the lines. */
static void refusal_say(const struct input *in, size_t first, size_t last, const uint32_t *xids,
			const struct of_client_error *error, const char *noun)
{
	for (size_t i = first; i < last; i++) {
		char *what;

		if (xids[i - first] != error->xid)
			continue;
		what = text_format("the switch refused the %s '%s': %s; %s", noun,
				   in->lines[i].text, of_err_sentence(error->err),
				   remedy_of(error->err));
		line_error(in, &in->lines[i], what);
		free(what);
		return;
	}
	cli_error("the switch refused a request: %s; %s", of_err_sentence(error->err),
		  remedy_of(error->err));
}

/* Sends lines first to last - 1 and reads what the switch says; a CLI_ code. */
static int batch_apply(struct session *s, const struct input *in, size_t first, size_t last,
		       const char *noun, session_parse *parse, unsigned int *n_errors)
{
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	struct of_client_error errors[BATCH] = {0};
	uint32_t xids[BATCH] = {0};
	int n = 0;

	for (size_t i = first; i < last && n == 0; i++)
		n = line_send(s, &in->lines[i], in->file != NULL, &arena, parse, &xids[i - first]);
	of_arena_free(&arena);
	if (n == -EPROTONOSUPPORT || n == -EMSGSIZE) {
		cli_error("a %s cannot be said in OpenFlow %s; simplify it", noun,
			  of_version_name(of_client_version(s->client)));
		return CLI_REFUSED;
	}
	if (n == 0)
		n = of_client_barrier(s->client, errors, BATCH);
	if (n < 0)
		return connection_error(s, n);
	for (int e = 0; e < n && e < BATCH; e++) {
		if ((*n_errors)++ < ERRORS_SHOWN)
			refusal_say(in, first, last, xids, &errors[e], noun);
	}
	return n == 0 ? CLI_OK : CLI_REFUSED;
}

int session_apply(struct session *s, const struct input *in, const char *noun, session_parse *parse)
{
	int code = lines_check(s, in, parse);
	unsigned int n_errors = 0;

	if (code != CLI_OK)
		return code;
	for (size_t first = 0; first < in->n; first += BATCH) {
		size_t last = in->n - first < BATCH ? in->n : first + BATCH;
		int batch = batch_apply(s, in, first, last, noun, parse, &n_errors);

		if (batch != CLI_OK)
			code = batch;
		if (batch == CLI_UNREACHABLE)
			break;
	}
	if (n_errors > ERRORS_SHOWN)
		cli_error("%u more %ss were refused; mend those above and try again",
			  n_errors - ERRORS_SHOWN, noun);
	return code;
}
