// SPDX-License-Identifier: Apache-2.0
#include "cli/bundle.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/parse.h"
#include "cli/verb.h"
#include "lib/text.h"
#include "openflow/flow_text.h"

#define BUNDLE_ID 1 /* a connection has one bundle here */
#define BUNDLE_FLAGS (OFPBF_ATOMIC | OFPBF_ORDERED)
/* Messages that are sent before their errors are read: bounds what waits in the sockets. */
#define BATCH 512

struct bundle {
	struct session *s;
	const struct input *in;
	const struct line_kind *kind;
	uint32_t *xids; /* of the lines that were sent */
	unsigned int n_errors;
};

/* Says a refusal; that the commit failed says nothing that its cause did not. */
static void take_error(struct bundle *b, const struct of_client_error *error)
{
	if (error->err == OFPBFC_MSG_FAILED && b->n_errors != 0)
		return;
	b->n_errors++;
	apply_refusal(b->in, 0, b->in->n, b->xids, error, b->kind->noun);
}

/* Opens, commits or discards; reads what comes until its reply. A CLI_ code. */
static int control(struct bundle *b, enum of_bundle_control_type type)
{
	struct of_client *client = session_client(b->s);
	const struct of_msg *reply;
	struct of_msg msg;
	int rc;

	of_msg_init(&msg, of_client_version(client), OFPT_BUNDLE_CONTROL,
		    of_client_next_xid(client));
	msg.bundle_control = (struct of_bundle_control){
		.bundle_id = BUNDLE_ID, .type = (uint16_t)type, .flags = BUNDLE_FLAGS};
	rc = of_client_send(client, &msg);
	while (rc == 0) {
		rc = of_client_receive(client, &reply);
		if (rc != 0)
			break;
		if (reply->type == OFPT_ERROR) {
			struct of_client_error error = {reply->error.err, reply->xid};

			take_error(b, &error);
		}
		if (reply->xid == msg.xid)
			return reply->type == OFPT_ERROR ? CLI_REFUSED : CLI_OK;
	}
	if (rc == -EPROTONOSUPPORT) {
		cli_error("there are no bundles in OpenFlow %s; leave --bundle out or give -O 1.4",
			  of_version_name(of_client_version(client)));
		return CLI_REFUSED;
	}
	return session_lost(b->s, rc);
}

/* Adds one line's message. 0 or a negative errno. */
static int add_line(struct bundle *b, size_t i, struct of_arena *arena)
{
	struct of_client *client = session_client(b->s);
	struct wbuf inner = wbuf_init(OF_MESSAGE_MAX);
	char why[OF_WHY_SIZE];
	struct of_msg msg, outer;
	int rc;

	of_arena_reset(arena);
	rc = apply_parse(b->s, b->in, i, b->kind, arena, &msg, why, sizeof(why));
	if (rc != 0)
		return rc;
	msg.version = of_client_version(client);
	msg.xid = b->xids[i] = of_client_next_xid(client);
	rc = of_msg_pack(&msg, &inner);
	if (rc == 0) {
		of_msg_init(&outer, msg.version, OFPT_BUNDLE_ADD_MESSAGE, msg.xid);
		outer.bundle_add = (struct of_bundle_add){
			.bundle_id = BUNDLE_ID,
			.flags = BUNDLE_FLAGS,
			.message = inner.data,
			.message_size = inner.len,
		};
		rc = of_client_send(client, &outer);
	}
	wbuf_free(&inner);
	return rc;
}

/* Sends all lines; a CLI_ code. */
static int add_all(struct bundle *b)
{
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	struct of_client_error errors[BATCH];
	int rc = 0;

	for (size_t i = 0; i < b->in->n && rc == 0; i++) {
		rc = add_line(b, i, &arena);
		if (rc != 0 || ((i + 1) % BATCH != 0 && i + 1 != b->in->n))
			continue;
		rc = of_client_barrier(session_client(b->s), errors, BATCH);
		for (int e = 0; e < rc && e < BATCH; e++)
			take_error(b, &errors[e]);
	}
	of_arena_free(&arena);
	if (rc == -EPROTONOSUPPORT || rc == -EMSGSIZE) {
		cli_error("a %s cannot be said in OpenFlow %s; simplify it", b->kind->noun,
			  of_version_name(of_client_version(session_client(b->s))));
		return CLI_REFUSED;
	}
	if (rc < 0)
		return session_lost(b->s, rc);
	return b->n_errors == 0 ? CLI_OK : CLI_REFUSED;
}

int bundle_send(struct session *s, const struct input *in, const struct line_kind *kind)
{
	struct bundle b = {.s = s, .in = in, .kind = kind};
	int code;

	b.xids = calloc(in->n != 0 ? in->n : 1, sizeof(*b.xids));
	if (b.xids == NULL)
		abort();
	code = control(&b, OFPBCT_OPEN_REQUEST);
	if (code == CLI_OK) {
		code = add_all(&b);
		if (code == CLI_OK)
			code = control(&b, OFPBCT_COMMIT_REQUEST);
		else if (code == CLI_REFUSED)
			control(&b, OFPBCT_DISCARD_REQUEST);
	}
	if (code == CLI_REFUSED)
		cli_error("nothing of the bundle was done; mend what is above and try again");
	free(b.xids);
	return code;
}

/* `flow add …`, `group …`, `meter …`: what a line of a bundle file may say. */
static int parse_any(const struct line_kind *kind, const char *text, bool from_file,
		     const struct of_names *names, struct of_arena *arena, struct of_msg *msg,
		     char *why, size_t why_size)
{
	static const struct line_kind *const kinds[] = {&line_flow_add, &line_group_add,
							&line_meter_add};
	size_t len = strcspn(text, " \t");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strlen(kinds[i]->noun) == len && strncmp(kinds[i]->noun, text, len) == 0)
			return kinds[i]->parse(kinds[i], text + len + strspn(text + len, " \t"),
					       true, names, arena, msg, why, why_size);
	}
	snprintf(why, why_size,
		 "'%.40s' is no line of a bundle; it begins with flow, group or meter, as in "
		 "flow add priority=1,actions=drop",
		 text);
	return -EINVAL;
}

int bundle_apply(const struct cli *cli, int argc, char **argv)
{
	static const struct line_kind any = {.noun = "line", .parse = parse_any};
	struct cli as_bundle = *cli;

	as_bundle.bundle = true;
	return apply_verb(&as_bundle, argc, argv, &any);
}
