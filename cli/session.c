// SPDX-License-Identifier: Apache-2.0
#include "cli/session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/locate.h"
#include "lib/text.h"
#include "openflow/flow_text.h"

/* What a verb speaks unless -O says otherwise: the newest that most switches know. */
#define VERSIONS (OF_VERSION_BIT(OF10) | OF_VERSION_BIT(OF13) | OF_VERSION_BIT(OF14))
#define OPENFLOW_PORT 6653
#define TIMEOUT_MS 10000

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

/* Ports are in the features of version 1.0, and a multipart of their own later. */
static int ports_learn(struct session *s)
{
	struct of_multipart_request request;
	union of_multipart_entry entry;
	const struct of_msg *reply;
	struct of_msg ask;
	int rc;

	if (of_client_version(s->client) != OF10) {
		of_multipart_request_init(&request, OFPMP_PORT_DESC);
		return session_multipart(s, &request, port_take, s);
	}
	of_msg_init(&ask, OF10, OFPT_FEATURES_REQUEST, 0);
	rc = of_client_request(s->client, &ask, &reply);
	if (rc != 0)
		return session_lost(s, rc);
	for (uint16_t i = 0; i < reply->features.n_ports; i++) {
		entry.port_desc = reply->features.ports[i];
		port_take(s, &entry);
	}
	return CLI_OK;
}

struct session *session_open(const struct cli *cli, int *code)
{
	return session_open_versions(cli, VERSIONS, code);
}

struct session *session_open_versions(const struct cli *cli, uint32_t versions, int *code)
{
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
	s->client = of_client_connect_tls(&target, tls,
					  cli->of_versions != 0 ? cli->of_versions : versions,
					  TIMEOUT_MS, why, sizeof(why));
	tls_destroy(tls);
	if (s->client == NULL) {
		cli_error("%s", why);
		*code = CLI_UNREACHABLE;
		goto fail;
	}
	s->names =
		(struct of_names){.port_name = port_name, .port_number = port_number, .context = s};
	*code = ports_learn(s);
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

struct of_client *session_client(const struct session *s)
{
	return s->client;
}

const char *session_target(const struct session *s)
{
	return s->target;
}

int session_lost(const struct session *s, int rc)
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

const char *session_remedy(enum of_err err)
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
		return "change it with heddle group mod, or delete it first";
	case OFPMMFC_UNKNOWN_METER:
	case OFPBAC_BAD_METER:
		return "heddle meter show lists the meters";
	case OFPMMFC_METER_EXISTS:
		return "change it with heddle meter mod, or delete it first";
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
			  of_multipart_name(request->type), of_err_sentence(err),
			  session_remedy(err));
		return CLI_REFUSED;
	}
	return rc == 0 ? CLI_OK : session_lost(s, rc);
}

int session_list(const struct cli *cli, uint16_t type,
		 int (*on_entry)(void *context, const union of_multipart_entry *entry),
		 void *context)
{
	struct of_multipart_request request;
	struct session *s;
	int code;

	s = session_open(cli, &code);
	if (s == NULL)
		return code;
	of_multipart_request_init(&request, type);
	code = session_multipart(s, &request, on_entry, context);
	session_close(s);
	return code;
}
