// SPDX-License-Identifier: Apache-2.0
#include "openflow/client.h"
#include "lib/units.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define FLUSH_SIZE (32u << 10)   /* requests are gathered up to this many bytes */
#define OUTPUT_LIMIT (1u << 20)  /* never reached: flushed long before */
#define INPUT_LIMIT (256u << 20) /* what a peer may send while we are still sending */
#define READ_SIZE (64u << 10)

struct of_client {
	int fd;
	struct tls_session *tls; /* NULL: plain */
	enum of_version version;
	uint32_t next_xid;
	uint32_t timeout_ms;
	struct wbuf out;
	struct wbuf in;
	size_t in_at; /* start of what has not been handed on */
	struct of_arena arena;
	struct of_msg msg;
};

static ssize_t fd_receive(struct of_client *client, void *to, size_t room)
{
	return client->tls != NULL ? tls_session_receive(client->tls, to, room)
				   : recv(client->fd, to, room, MSG_DONTWAIT);
}

static ssize_t fd_send(struct of_client *client, const void *data, size_t len)
{
	return client->tls != NULL ? tls_session_send(client->tls, data, len)
				   : send(client->fd, data, len, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* Reads what is there; 0, or -errno. */
static int input_read(struct of_client *client)
{
	uint8_t *room;
	ssize_t n;

	if (client->in_at > READ_SIZE && client->in_at * 2 > client->in.len) {
		memmove(client->in.data, client->in.data + client->in_at,
			client->in.len - client->in_at);
		client->in.len -= client->in_at;
		client->in_at = 0;
	}
	room = wbuf_grow(&client->in, READ_SIZE);
	if (room == NULL)
		return -ENOBUFS;
	n = fd_receive(client, room, READ_SIZE);
	client->in.len -= READ_SIZE - (n > 0 ? (size_t)n : 0);
	if (n == 0)
		return -ECONNRESET;
	if (n < 0 && errno != EAGAIN && errno != EINTR)
		return -errno;
	return 0;
}

/* Waits until `events` or input; reads input that comes. 0, -ETIMEDOUT or another -errno. */
static int wait_for(struct of_client *client, short events, uint64_t deadline_ms)
{
	struct pollfd p = {.fd = client->fd, .events = (short)(events | POLLIN)};
	uint64_t now = clock_ms();
	int n = poll(&p, 1, now < deadline_ms ? (int)(deadline_ms - now) : 0);

	if (n == 0)
		return -ETIMEDOUT;
	if (n < 0)
		return errno == EINTR ? 0 : -errno;
	return p.revents & (POLLIN | POLLHUP | POLLERR) ? input_read(client) : 0;
}

static int output_flush(struct of_client *client)
{
	uint64_t deadline = clock_ms() + client->timeout_ms;
	size_t at = 0;
	int rc = 0;

	while (at < client->out.len && rc == 0) {
		ssize_t n = fd_send(client, client->out.data + at, client->out.len - at);

		if (n > 0) {
			at += (size_t)n;
			deadline = clock_ms() + client->timeout_ms;
		} else if (n < 0 && errno != EAGAIN && errno != EINTR) {
			rc = -errno;
		} else {
			rc = wait_for(client, POLLOUT, deadline);
		}
	}
	client->out.len = 0;
	return rc;
}

static int fd_connect(int fd, const struct sockaddr *addr, socklen_t size, uint32_t timeout_ms)
{
	struct pollfd p = {.fd = fd, .events = POLLOUT};
	socklen_t err_size = sizeof(int);
	int err = 0;

	if (connect(fd, addr, size) == 0)
		return 0;
	if (errno != EINPROGRESS)
		return -errno;
	if (poll(&p, 1, (int)timeout_ms) <= 0)
		return -ETIMEDOUT;
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &err, &err_size) != 0)
		return -errno;
	return -err;
}

static int unix_connect(const struct target *target, uint32_t timeout_ms)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int rc;

	if (fd < 0)
		return -errno;
	text_copy(un.sun_path, sizeof(un.sun_path), target->path);
	rc = fd_connect(fd, (struct sockaddr *)&un, sizeof(un), timeout_ms);
	if (rc == 0)
		return fd;
	close(fd);
	return rc;
}

static int tcp_connect(const struct target *target, uint32_t timeout_ms)
{
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *found;
	char port[8];
	int on = 1;
	int rc = -EADDRNOTAVAIL;

	snprintf(port, sizeof(port), "%u", target->port);
	if (getaddrinfo(target->host, port, &hints, &found) != 0)
		return -EADDRNOTAVAIL;
	for (struct addrinfo *ai = found; ai != NULL && rc < 0; ai = ai->ai_next) {
		int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

		if (fd < 0) {
			rc = -errno;
			continue;
		}
		rc = fd_connect(fd, ai->ai_addr, ai->ai_addrlen, timeout_ms);
		if (rc != 0) {
			close(fd);
			continue;
		}
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		rc = fd;
	}
	freeaddrinfo(found);
	return rc;
}

/* The next whole message of the input; its length, 0 when more has to come, -EBADMSG. */
static int input_frame(struct of_client *client, const uint8_t **raw)
{
	size_t have = client->in.len - client->in_at;
	size_t len;

	if (have < OF_HEADER_SIZE)
		return 0;
	*raw = client->in.data + client->in_at;
	len = (size_t)((*raw)[2] << 8 | (*raw)[3]);
	if (len < OF_HEADER_SIZE)
		return -EBADMSG;
	return have >= len ? (int)len : 0;
}

/* Receives one message of any kind. */
static int message_receive(struct of_client *client, const uint8_t **raw, size_t *len)
{
	uint64_t deadline = clock_ms() + client->timeout_ms;
	int rc = output_flush(client);
	int n;

	while (rc == 0 && (n = input_frame(client, raw)) == 0)
		rc = wait_for(client, 0, deadline);
	if (rc != 0)
		return rc;
	if (n < 0)
		return n;
	client->in_at += (size_t)n;
	*len = (size_t)n;
	of_arena_reset(&client->arena);
	return of_msg_unpack(*raw, *len, &client->arena, &client->msg) == OF_OK ? 0 : -EBADMSG;
}

static int hello_exchange(struct of_client *client, uint32_t versions)
{
	struct of_msg hello;
	const uint8_t *raw;
	size_t len;
	int rc, version;

	of_msg_init(&hello, (enum of_version)(31 - __builtin_clz(versions)), OFPT_HELLO, 1);
	hello.hello.versions = versions;
	rc = of_msg_pack(&hello, &client->out);
	if (rc == 0)
		rc = message_receive(client, &raw, &len);
	if (rc != 0)
		return rc;
	if (client->msg.type == OFPT_ERROR && client->msg.error.err == OFPHFC_INCOMPATIBLE)
		return -EPROTONOSUPPORT;
	if (client->msg.type != OFPT_HELLO)
		return -EPROTO;
	version = of_hello_negotiate(versions, &client->msg.hello);
	if (version == 0)
		return -EPROTONOSUPPORT;
	client->version = (enum of_version)version;
	return 0;
}

static const char *connect_remedy(int err)
{
	switch (err) {
	case ECONNREFUSED:
	case ENOENT:
		return "check that the switch runs and listens there";
	case EACCES:
	case EPERM:
		return "run as root or as a member of its group";
	case EPROTONOSUPPORT:
		return "ask for a version that the switch speaks";
	default:
		return "check the address and the switch";
	}
}

/* Connects, and shakes hands where that is asked for; `why` is set for a failed handshake. */
static int peer_connect(struct of_client *client, const struct target *target, struct tls *tls,
			char *why, size_t why_size)
{
	client->fd = target->kind == TARGET_UNIX ? unix_connect(target, client->timeout_ms)
						 : tcp_connect(target, client->timeout_ms);
	if (client->fd < 0)
		return client->fd;
	if (target->kind != TARGET_TLS)
		return 0;
	client->tls = tls_session_open(tls, client->fd, client->timeout_ms, why, why_size);
	return client->tls != NULL ? 0 : -errno;
}

struct of_client *of_client_connect_tls(const struct target *target, struct tls *tls,
					uint32_t versions, uint32_t timeout_ms, char *why,
					size_t why_size)
{
	struct of_client *client = calloc(1, sizeof(*client));
	char name[TARGET_TEXT_SIZE], tls_why[300] = "";
	int rc = -ENOMEM;

	target_text(target, name);
	if (client == NULL)
		goto fail;
	client->fd = -1;
	client->timeout_ms = timeout_ms;
	client->next_xid = 1;
	client->out = wbuf_init(OUTPUT_LIMIT);
	client->in = wbuf_init(INPUT_LIMIT);
	client->arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	if (target->kind == TARGET_TLS && tls == NULL) {
		text_copy(tls_why, sizeof(tls_why), TLS_FILES_MISSING);
		rc = -EINVAL;
		goto fail;
	}
	rc = peer_connect(client, target, tls, tls_why, sizeof(tls_why));
	if (rc == 0)
		rc = hello_exchange(client, versions);
	if (rc == 0)
		return client;
	/* With TLS 1.3 a refusal comes when our side of the handshake is through. */
	if (client->tls != NULL && (rc == -EACCES || rc == -ECONNRESET || rc == -EPIPE))
		text_copy(tls_why, sizeof(tls_why),
			  "the peer refuses our certificate: let its CA sign it");
fail:
	of_client_close(client);
	if (tls_why[0] != '\0')
		snprintf(why, why_size, "cannot speak OpenFlow with %s: %s", name, tls_why);
	else
		snprintf(why, why_size, "cannot speak OpenFlow with %s: %s: %s", name,
			 rc == -EPROTONOSUPPORT ? "no version in common" : strerror(-rc),
			 connect_remedy(-rc));
	errno = -rc;
	return NULL;
}

struct of_client *of_client_connect(const struct target *target, uint32_t versions,
				    uint32_t timeout_ms, char *why, size_t why_size)
{
	return of_client_connect_tls(target, NULL, versions, timeout_ms, why, why_size);
}

void of_client_close(struct of_client *client)
{
	if (client == NULL)
		return;
	if (client->fd >= 0) {
		(void)output_flush(client);
		tls_session_close(client->tls);
		close(client->fd);
	}
	wbuf_free(&client->out);
	wbuf_free(&client->in);
	of_arena_free(&client->arena);
	free(client);
}

enum of_version of_client_version(const struct of_client *client)
{
	return client->version;
}

uint32_t of_client_next_xid(struct of_client *client)
{
	if (++client->next_xid == 0)
		client->next_xid = 1;
	return client->next_xid;
}

int of_client_send(struct of_client *client, struct of_msg *msg)
{
	int rc;

	if (msg->xid == 0)
		msg->xid = of_client_next_xid(client);
	msg->version = client->version;
	rc = of_msg_pack(msg, &client->out);
	if (rc == 0 && client->out.len >= FLUSH_SIZE)
		rc = output_flush(client);
	return rc;
}

int of_client_receive_raw(struct of_client *client, const struct of_msg **msg, const uint8_t **raw,
			  size_t *len)
{
	for (;;) {
		struct of_msg reply;
		int rc = message_receive(client, raw, len);

		if (rc != 0)
			return rc;
		if (client->msg.type != OFPT_ECHO_REQUEST) {
			*msg = &client->msg;
			return 0;
		}
		of_msg_init(&reply, client->version, OFPT_ECHO_REPLY, client->msg.xid);
		reply.echo = client->msg.echo;
		rc = of_client_send(client, &reply);
		if (rc != 0)
			return rc;
	}
}

int of_client_receive(struct of_client *client, const struct of_msg **msg)
{
	const uint8_t *raw;
	size_t len;

	return of_client_receive_raw(client, msg, &raw, &len);
}

int of_client_barrier(struct of_client *client, struct of_client_error *errors, size_t max_errors)
{
	struct of_msg barrier;
	const struct of_msg *msg;
	int n = 0;
	int rc;

	of_msg_init(&barrier, client->version, OFPT_BARRIER_REQUEST, 0);
	rc = of_client_send(client, &barrier);
	while (rc == 0) {
		rc = of_client_receive(client, &msg);
		if (rc != 0)
			return rc;
		if (msg->type == OFPT_BARRIER_REPLY && msg->xid == barrier.xid)
			return n;
		if (msg->type != OFPT_ERROR)
			continue;
		if ((size_t)n < max_errors)
			errors[n] =
				(struct of_client_error){.err = msg->error.err, .xid = msg->xid};
		n++;
	}
	return rc;
}

int of_client_request(struct of_client *client, struct of_msg *request, const struct of_msg **reply)
{
	int rc = of_client_send(client, request);

	while (rc == 0) {
		rc = of_client_receive(client, reply);
		if (rc == 0 && (*reply)->xid == request->xid)
			return (*reply)->type == OFPT_ERROR ? -EREMOTEIO : 0;
	}
	return rc;
}

/* Hands on the entries of one part. 0, what the callback returned, or -EBADMSG. */
static int part_entries(const struct of_msg *msg,
			int (*on_entry)(void *context, const union of_multipart_entry *entry),
			void *context)
{
	struct of_multipart_reader reader =
		of_multipart_reader_init(msg->version, &msg->multipart_reply);
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	union of_multipart_entry entry;
	int rc;

	while ((rc = of_multipart_next(&reader, &arena, &entry)) == 1) {
		rc = on_entry(context, &entry);
		if (rc != 0)
			break;
		of_arena_reset(&arena);
	}
	of_arena_free(&arena);
	return rc;
}

int of_client_multipart(struct of_client *client, const struct of_multipart_request *request,
			int (*on_entry)(void *context, const union of_multipart_entry *entry),
			void *context, enum of_err *err)
{
	struct of_msg msg;
	const struct of_msg *reply;
	int rc;

	*err = OF_OK;
	of_msg_init(&msg, client->version, OFPT_MULTIPART_REQUEST, 0);
	msg.multipart_request = *request;
	rc = of_client_request(client, &msg, &reply);
	for (;;) {
		if (rc == -EREMOTEIO)
			*err = reply->error.err;
		if (rc != 0)
			return rc;
		if (reply->type != OFPT_MULTIPART_REPLY ||
		    reply->multipart_reply.type != request->type)
			return -EBADMSG;
		rc = part_entries(reply, on_entry, context);
		if (rc != 0 || !(reply->multipart_reply.flags & OFPMPF_REPLY_MORE))
			return rc;
		do {
			rc = of_client_receive(client, &reply);
		} while (rc == 0 && reply->xid != msg.xid);
		if (rc == 0 && reply->type == OFPT_ERROR)
			rc = -EREMOTEIO;
	}
}
