// SPDX-License-Identifier: Apache-2.0
#include <stdlib.h>

#include <utlist.h>

#include "datapath/agent/bundle_impl.h"
#include "datapath/agent/dispatch.h"

#define MAX_BUNDLES 64                    /* of a connection */
#define MAX_BYTES ((size_t)128 << 20)     /* of a bundle */
#define MAX_BYTES_ALL ((size_t)256 << 20) /* of all bundles of all connections */
#define FIRST_CHUNK 4096
#define CHUNK 131072
#define IDLE_MS 60000

static struct bundle *find(const struct connection *conn, uint32_t id)
{
	struct bundle *b = NULL;

	if (conn->bundles != NULL)
		DL_SEARCH_SCALAR(conn->bundles->list, b, id, id);
	return b;
}

void bundle_discard(struct bundle *bundle)
{
	struct connection *conn = bundle->conn;
	struct bundle_chunk *chunk = bundle->first, *next;

	DL_DELETE(conn->bundles->list, bundle);
	conn->bundles->n--;
	conn->agent->bundle_bytes -= bundle->bytes;
	for (; chunk != NULL; chunk = next) {
		next = chunk->next;
		free(chunk);
	}
	if (bundle->timer != NULL)
		event_free(bundle->timer);
	free(bundle);
}

void bundles_end(struct connection *conn)
{
	if (conn->bundles == NULL)
		return;
	bundle_commit_abandon(conn);
	while (conn->bundles->list != NULL)
		bundle_discard(conn->bundles->list);
	free(conn->bundles);
	conn->bundles = NULL;
}

static void message_of(const struct bundle *bundle, uint16_t type, struct of_msg *msg)
{
	of_msg_init(msg, bundle->version, OFPT_BUNDLE_CONTROL, bundle->xid);
	msg->bundle_control = bundle->control;
	msg->bundle_control.type = type;
}

void bundle_reply(struct bundle *bundle)
{
	struct of_msg reply;

	message_of(bundle, bundle->control.type + 1, &reply);
	connection_send(bundle->conn, &reply);
}

void bundle_error(struct bundle *bundle, enum of_err err)
{
	struct wbuf b = wbuf_init(OF_MESSAGE_MAX);
	struct of_msg request;

	message_of(bundle, bundle->control.type, &request);
	if (bundle->conn->up && of_msg_pack(&request, &b) == 0)
		channel_send_error(bundle->conn->channel, err, b.data, b.len);
	wbuf_free(&b);
}

/* What will be answered next: the request whose message this is. */
static void note_request(struct bundle *bundle, const struct of_msg *msg)
{
	bundle->version = msg->version;
	bundle->xid = msg->xid;
	bundle->control = msg->bundle_control;
	bundle->touched_ms = agent_now_ms(bundle->conn->agent);
}

static enum of_err open_bundle(struct connection *conn, uint32_t id, uint16_t flags,
			       struct bundle **out)
{
	struct bundle *b;

	if (flags & ~(OFPBF_ATOMIC | OFPBF_ORDERED | OFPBF_TIME))
		return OFPBFC_BAD_FLAGS;
	if (conn->bundles == NULL)
		conn->bundles = calloc(1, sizeof(*conn->bundles));
	if (conn->bundles == NULL)
		return OF_ERR_NO_MEMORY;
	if (conn->bundles->n == MAX_BUNDLES)
		return OFPBFC_OUT_OF_BUNDLES;
	b = calloc(1, sizeof(*b));
	if (b == NULL)
		return OF_ERR_NO_MEMORY;
	b->conn = conn;
	b->id = id;
	b->flags = flags & ~OFPBF_TIME;
	b->touched_ms = agent_now_ms(conn->agent);
	DL_APPEND(conn->bundles->list, b);
	conn->bundles->n++;
	*out = b;
	return OF_OK;
}

static enum of_err handle_open(struct connection *conn, const struct of_msg *msg)
{
	const struct of_bundle_control *c = &msg->bundle_control;
	struct bundle *b = find(conn, c->bundle_id);
	enum of_err err;

	/* §7.3.9.4: and the one that is there is lost. */
	if (b != NULL) {
		if (!bundle_commits(b))
			bundle_discard(b);
		return OFPBFC_BAD_ID;
	}
	err = open_bundle(conn, c->bundle_id, c->flags, &b);
	if (err != OF_OK)
		return err;
	note_request(b, msg);
	bundle_reply(b);
	return OF_OK;
}

/* §7.3.9.5: a close that is refused loses the bundle. */
static enum of_err handle_close(struct bundle *b, const struct of_msg *msg)
{
	enum of_err err = OF_OK;

	if (b->closed)
		err = OFPBFC_BUNDLE_CLOSED;
	else if ((msg->bundle_control.flags & ~OFPBF_TIME) != b->flags)
		err = OFPBFC_BAD_FLAGS;
	if (err != OF_OK) {
		bundle_discard(b);
		return err;
	}
	b->closed = true;
	note_request(b, msg);
	bundle_reply(b);
	return OF_OK;
}

/* §7.3.9.6: so does a commit. */
static enum of_err handle_commit(struct bundle *b, const struct of_msg *msg)
{
	const struct of_bundle_control *c = &msg->bundle_control;
	enum of_err err = OF_OK;

	if (b->timer != NULL)
		return OFPBFC_BUNDLE_IN_PROGRESS;
	if ((c->flags & ~OFPBF_TIME) != b->flags || !(c->flags & OFPBF_TIME) != !c->has_time)
		err = OFPBFC_BAD_FLAGS;
	if (err == OF_OK) {
		b->closed = true;
		note_request(b, msg);
		err = c->has_time ? bundle_schedule(b, &c->time) : bundle_commit_start(b);
	}
	if (err != OF_OK)
		bundle_discard(b);
	return err;
}

enum of_err handle_bundle_control(struct connection *conn, const struct of_msg *msg)
{
	const struct of_bundle_control *c = &msg->bundle_control;
	struct bundle *b = find(conn, c->bundle_id);

	if (c->type == OFPBCT_OPEN_REQUEST)
		return handle_open(conn, msg);
	if (c->type != OFPBCT_CLOSE_REQUEST && c->type != OFPBCT_COMMIT_REQUEST &&
	    c->type != OFPBCT_DISCARD_REQUEST)
		return OFPBFC_BAD_TYPE;
	if (b == NULL)
		return OFPBFC_BAD_ID;
	if (bundle_commits(b))
		return OFPBFC_BUNDLE_IN_PROGRESS;
	if (c->type == OFPBCT_CLOSE_REQUEST)
		return handle_close(b, msg);
	if (c->type == OFPBCT_COMMIT_REQUEST)
		return handle_commit(b, msg);
	note_request(b, msg);
	bundle_reply(b);
	bundle_discard(b);
	return OF_OK;
}

/* --- messages ------------------------------------------------------------------------------ */

static enum of_err keep_message(struct bundle *b, const uint8_t *message, size_t size)
{
	struct agent *agent = b->conn->agent;
	struct bundle_chunk *chunk = b->last;

	if (b->bytes + size > MAX_BYTES || agent->bundle_bytes + size > MAX_BYTES_ALL)
		return OFPBFC_MSG_TOO_MANY;
	if (chunk == NULL || chunk->room - chunk->size < size) {
		size_t room = chunk == NULL ? FIRST_CHUNK : CHUNK;

		if (room < size)
			room = size;
		chunk = malloc(sizeof(*chunk) + room);
		if (chunk == NULL)
			return OF_ERR_NO_MEMORY;
		*chunk = (struct bundle_chunk){.room = room};
		if (b->last != NULL)
			b->last->next = chunk;
		else
			b->first = chunk;
		b->last = chunk;
	}
	memcpy(chunk->bytes + chunk->size, message, size);
	chunk->size += size;
	b->bytes += size;
	agent->bundle_bytes += size;
	return OF_OK;
}

static bool served_in_bundles(enum of_msg_type type)
{
	return type == OFPT_FLOW_MOD || type == OFPT_GROUP_MOD || type == OFPT_METER_MOD ||
	       type == OFPT_PORT_MOD || type == OFPT_PACKET_OUT;
}

/* Is the message one that can be carried out one day? Errors of its own go out in its name. */
static enum of_err check_message(struct connection *conn, const struct of_bundle_add *add,
				 uint32_t xid, bool *told)
{
	struct cursor c = cursor_init(add->message, add->message_size);
	struct of_arena arena;
	struct of_msg inner;
	uint8_t version = cursor_u8(&c);
	uint16_t len;
	enum of_err err;

	*told = false;
	cursor_skip(&c, 1);
	len = cursor_u16(&c);
	if (!cursor_ok(&c) || len != add->message_size || len < OF_HEADER_SIZE)
		return OFPBFC_MSG_BAD_LEN;
	if (cursor_u32(&c) != xid)
		return OFPBFC_MSG_BAD_XID;
	if (version != conn->version)
		return OFPBRC_BAD_VERSION;
	arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	err = of_msg_unpack(add->message, add->message_size, &arena, &inner);
	if (err != OF_OK) {
		channel_send_error(conn->channel, err, add->message, add->message_size);
		*told = true;
	} else if (!served_in_bundles(inner.type)) {
		err = OFPBFC_MSG_UNSUP;
	}
	of_arena_free(&arena);
	return err;
}

enum of_err handle_bundle_add(struct connection *conn, const struct of_msg *msg)
{
	const struct of_bundle_add *add = &msg->bundle_add;
	struct bundle *b = find(conn, add->bundle_id);
	enum of_err err = OF_OK;
	bool told;

	if (b != NULL && bundle_commits(b))
		return OFPBFC_BUNDLE_IN_PROGRESS;
	/* §7.3.9.7: the first message opens a bundle too. */
	if (b == NULL) {
		err = open_bundle(conn, add->bundle_id, add->flags, &b);
		if (err != OF_OK)
			return err;
		b->version = msg->version;
		b->xid = msg->xid;
		b->control = (struct of_bundle_control){.bundle_id = add->bundle_id,
							.flags = add->flags};
	} else if (b->closed) {
		err = OFPBFC_BUNDLE_CLOSED;
	} else if ((add->flags & ~OFPBF_TIME) != b->flags) {
		err = OFPBFC_BAD_FLAGS;
	}
	if (err != OF_OK) {
		bundle_discard(b);
		return err;
	}
	b->touched_ms = agent_now_ms(conn->agent);
	err = check_message(conn, add, msg->xid, &told);
	if (err == OF_OK)
		err = keep_message(b, add->message, add->message_size);
	return told ? OF_OK : err;
}

void bundles_poll(struct agent *agent)
{
	uint64_t now = agent_now_ms(agent);
	struct connection *conn;

	if (agent->transaction != NULL)
		return;
	DL_FOREACH (agent->connections, conn) {
		struct bundle *b, *next;

		if (conn->bundles == NULL)
			continue;
		DL_FOREACH_SAFE (conn->bundles->list, b, next) {
			if (b->timer != NULL || now - b->touched_ms < IDLE_MS)
				continue;
			bundle_error(b, OFPBFC_TIMEOUT);
			bundle_discard(b);
		}
	}
}
