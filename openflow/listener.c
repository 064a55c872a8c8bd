// SPDX-License-Identifier: Apache-2.0
#include "openflow/listener.h"
#include "lib/log.h"
#include "lib/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/listener.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <utlist.h>

#define BACKLOG 64
#define HANDSHAKE_MS 10000
#define MAX_HANDSHAKES 64 /* the oldest one makes room for a new one */
#define PEER_SIZE 80

/* A TLS peer that is not through with its handshake. */
struct handshake {
	struct handshake *prev, *next;
	struct listener *listener;
	struct bufferevent *stream;
	struct event *timer;
	char peer[PEER_SIZE];
};

struct listener {
	struct evconnlistener *events;
	struct target target;
	struct tls *tls;
	struct addr_range *allow;
	size_t n_allow;
	uint32_t handshake_ms;
	struct handshake *handshakes; /* the oldest first */
	unsigned n_handshakes;
	struct listener_counters counters;
	struct log_limit limit;
	listener_accept_cb on_accept;
	void *context;
};

static void peer_text(const struct listener *listener, const struct sockaddr *addr, char *to,
		      size_t size)
{
	const char *kind = listener->target.kind == TARGET_TLS ? "tls" : "tcp";
	char host[INET6_ADDRSTRLEN];
	const struct sockaddr_in *in = (const struct sockaddr_in *)addr;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)addr;

	if (addr->sa_family == AF_INET)
		snprintf(to, size, "%s:%s:%u", kind,
			 inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host)),
			 ntohs(in->sin_port));
	else if (addr->sa_family == AF_INET6)
		snprintf(to, size, "%s:[%s]:%u", kind,
			 inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host)),
			 ntohs(in6->sin6_port));
	else
		snprintf(to, size, "unix");
}

/* Takes it off the list; the stream is freed, or handed on when `keep`. */
static void handshake_end(struct handshake *h, bool keep)
{
	DL_DELETE(h->listener->handshakes, h);
	h->listener->n_handshakes--;
	event_free(h->timer);
	if (!keep)
		bufferevent_free(h->stream);
	free(h);
}

static void handshake_fail(struct handshake *h, const char *why)
{
	struct listener *listener = h->listener;

	listener->counters.tls_failed++;
	log_limited(&listener->limit, LOG_LEVEL_WARNING, "listen", "%s: %s", h->peer, why);
	handshake_end(h, false);
}

static void on_handshake(struct bufferevent *stream, short what, void *context)
{
	struct handshake *h = context;
	struct listener *listener = h->listener;
	char peer[PEER_SIZE], why[300];

	if (!(what & BEV_EVENT_CONNECTED)) {
		if (!tls_stream_why(stream, why, sizeof(why)))
			text_copy(why, sizeof(why), "the peer left before the TLS handshake ended");
		handshake_fail(h, why);
		return;
	}
	text_copy(peer, sizeof(peer), h->peer);
	bufferevent_setcb(stream, NULL, NULL, NULL, NULL);
	handshake_end(h, true);
	listener->counters.accepted++;
	listener->on_accept(listener->context, stream, peer);
}

static void on_handshake_timer(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	handshake_fail(context, "the peer does not shake hands in time: let it speak TLS");
}

static void handshake_start(struct listener *listener, int fd, const char *peer)
{
	struct event_base *base = evconnlistener_get_base(listener->events);
	struct timeval tv = {.tv_sec = listener->handshake_ms / 1000,
			     .tv_usec = listener->handshake_ms % 1000 * 1000};
	struct handshake *h = calloc(1, sizeof(*h));

	if (h == NULL) {
		close(fd);
		return;
	}
	if (listener->n_handshakes == MAX_HANDSHAKES)
		handshake_fail(listener->handshakes, "the peer gives way to a newer one: too many "
						     "did not end their TLS handshake");
	h->listener = listener;
	text_copy(h->peer, sizeof(h->peer), peer);
	h->timer = evtimer_new(base, on_handshake_timer, h);
	h->stream = tls_stream(listener->tls, base, fd);
	if (h->timer == NULL || h->stream == NULL)
		goto fail;
	DL_APPEND(listener->handshakes, h);
	listener->n_handshakes++;
	evtimer_add(h->timer, &tv);
	bufferevent_setcb(h->stream, NULL, NULL, on_handshake, h);
	return;
fail:
	if (h->timer != NULL)
		event_free(h->timer);
	if (h->stream != NULL)
		bufferevent_free(h->stream);
	free(h);
}

static bool is_allowed(struct listener *listener, const struct sockaddr *addr)
{
	for (size_t i = 0; i < listener->n_allow; i++) {
		if (addr_range_has(&listener->allow[i], addr))
			return true;
	}
	return listener->n_allow == 0;
}

static void on_accept(struct evconnlistener *events, evutil_socket_t fd, struct sockaddr *addr,
		      int addr_size, void *context)
{
	struct listener *listener = context;
	struct bufferevent *stream;
	char peer[PEER_SIZE];
	int on = 1;

	(void)addr_size;
	peer_text(listener, addr, peer, sizeof(peer));
	if (!is_allowed(listener, addr)) {
		listener->counters.refused++;
		log_limited(&listener->limit, LOG_LEVEL_WARNING, "listen",
			    "%s is turned away: the allow-list does not name it; add it to allow=",
			    peer);
		close(fd);
		return;
	}
	if (addr->sa_family == AF_INET || addr->sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	if (listener->target.kind == TARGET_TLS) {
		handshake_start(listener, fd, peer);
		return;
	}
	stream = bufferevent_socket_new(evconnlistener_get_base(events), fd,
					BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
	if (stream == NULL) {
		close(fd);
		return;
	}
	listener->counters.accepted++;
	listener->on_accept(listener->context, stream, peer);
}

/* True when somebody answers at the path. */
static bool unix_is_live(const struct sockaddr_un *un)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool live;

	if (fd < 0)
		return true; /* cannot know: touch nothing */
	live = connect(fd, (const struct sockaddr *)un, sizeof(*un)) == 0 || errno == EAGAIN;
	close(fd);
	return live;
}

static int unix_socket(const struct target *target)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	struct stat st;
	int fd, rc;

	text_copy(un.sun_path, sizeof(un.sun_path), target->path);
	if (lstat(un.sun_path, &st) == 0) {
		if (!S_ISSOCK(st.st_mode) || unix_is_live(&un))
			return -EADDRINUSE;
		unlink(un.sun_path);
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (bind(fd, (struct sockaddr *)&un, sizeof(un)) != 0 || chmod(un.sun_path, 0660) != 0 ||
	    listen(fd, BACKLOG) != 0) {
		rc = -errno;
		close(fd);
		return rc;
	}
	return fd;
}

static int tcp_listen(const struct addrinfo *ai)
{
	int on = 1;
	int fd = socket(ai->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int rc;

	if (fd < 0)
		return -errno;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, ai->ai_addr, ai->ai_addrlen) != 0 || listen(fd, BACKLOG) != 0) {
		rc = -errno;
		close(fd);
		return rc;
	}
	return fd;
}

static int tcp_socket(struct target *target)
{
	struct addrinfo hints = {
		.ai_family = target->host[0] != '\0' ? AF_UNSPEC : AF_INET,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = AI_PASSIVE,
	};
	struct addrinfo *found;
	struct sockaddr_storage bound;
	socklen_t size = sizeof(bound);
	char port[8];
	int fd;

	snprintf(port, sizeof(port), "%u", target->port);
	if (getaddrinfo(target->host[0] != '\0' ? target->host : NULL, port, &hints, &found) != 0)
		return -EADDRNOTAVAIL;
	fd = tcp_listen(found);
	freeaddrinfo(found);
	if (fd >= 0 && getsockname(fd, (struct sockaddr *)&bound, &size) == 0)
		target->port = ntohs(bound.ss_family == AF_INET6
					     ? ((struct sockaddr_in6 *)&bound)->sin6_port
					     : ((struct sockaddr_in *)&bound)->sin_port);
	return fd;
}

static const char *remedy(int err)
{
	switch (err) {
	case EADDRINUSE:
		return "another program is there: end it or choose another address";
	case EACCES:
	case EPERM:
		return "run with the rights for it or choose another address";
	case ENOENT:
		return "create its directory first";
	default:
		return "choose another address";
	}
}

int listener_allow(struct listener *listener, const struct addr_range *allow, size_t n_allow)
{
	struct addr_range *copy = NULL;

	if (n_allow != 0) {
		copy = malloc(n_allow * sizeof(*copy));
		if (copy == NULL)
			return -ENOMEM;
		memcpy(copy, allow, n_allow * sizeof(*copy));
	}
	free(listener->allow);
	listener->allow = copy;
	listener->n_allow = n_allow;
	return 0;
}

static int listener_socket(struct listener *listener)
{
	if (listener->target.kind == TARGET_UNIX)
		return unix_socket(&listener->target);
	return tcp_socket(&listener->target);
}

struct listener *listener_create(struct event_base *base, const struct target *target,
				 const struct listener_config *config, listener_accept_cb accept_cb,
				 void *context, char *why, size_t why_size)
{
	static const struct listener_config everybody;
	struct listener *listener = calloc(1, sizeof(*listener));
	char name[TARGET_TEXT_SIZE];
	int fd = -ENOMEM;

	if (config == NULL)
		config = &everybody;
	if (target->kind == TARGET_TLS && config->tls == NULL) {
		free(listener);
		snprintf(why, why_size, "cannot listen on %s: %s", target_text(target, name),
			 TLS_FILES_MISSING);
		errno = EINVAL;
		return NULL;
	}
	if (listener == NULL || listener_allow(listener, config->allow, config->n_allow) != 0)
		goto fail;
	listener->target = *target;
	listener->tls = config->tls;
	listener->handshake_ms = config->handshake_ms != 0 ? config->handshake_ms : HANDSHAKE_MS;
	listener->on_accept = accept_cb;
	listener->context = context;
	fd = listener_socket(listener);
	if (fd < 0)
		goto fail;
	listener->events = evconnlistener_new(
		base, on_accept, listener, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, -1, fd);
	if (listener->events != NULL)
		return listener;
	close(fd);
	fd = -ENOMEM;
fail:
	if (listener != NULL)
		free(listener->allow);
	free(listener);
	snprintf(why, why_size, "cannot listen on %s: %s: %s", target_text(target, name),
		 strerror(-fd), remedy(-fd));
	errno = -fd;
	return NULL;
}

void listener_destroy(struct listener *listener)
{
	struct handshake *h, *next;

	if (listener == NULL)
		return;
	DL_FOREACH_SAFE (listener->handshakes, h, next)
		handshake_end(h, false);
	evconnlistener_free(listener->events);
	if (listener->target.kind == TARGET_UNIX)
		unlink(listener->target.path);
	free(listener->allow);
	free(listener);
}

const struct listener_counters *listener_counters(const struct listener *listener)
{
	return &listener->counters;
}

const struct target *listener_target(const struct listener *listener)
{
	return &listener->target;
}
