// SPDX-License-Identifier: Apache-2.0
#include "openflow/listener.h"
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

#define BACKLOG 64

struct listener {
	struct evconnlistener *events;
	struct target target;
	listener_accept_cb on_accept;
	void *context;
};

static void peer_text(const struct sockaddr *addr, char *to, size_t size)
{
	char host[INET6_ADDRSTRLEN];
	const struct sockaddr_in *in = (const struct sockaddr_in *)addr;
	const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)addr;

	if (addr->sa_family == AF_INET)
		snprintf(to, size, "tcp:%s:%u",
			 inet_ntop(AF_INET, &in->sin_addr, host, sizeof(host)),
			 ntohs(in->sin_port));
	else if (addr->sa_family == AF_INET6)
		snprintf(to, size, "tcp:[%s]:%u",
			 inet_ntop(AF_INET6, &in6->sin6_addr, host, sizeof(host)),
			 ntohs(in6->sin6_port));
	else
		snprintf(to, size, "unix");
}

static void on_accept(struct evconnlistener *events, evutil_socket_t fd, struct sockaddr *addr,
		      int addr_size, void *context)
{
	struct listener *listener = context;
	struct bufferevent *stream;
	char peer[80];
	int on = 1;

	(void)addr_size;
	stream = bufferevent_socket_new(evconnlistener_get_base(events), fd,
					BEV_OPT_CLOSE_ON_FREE | BEV_OPT_DEFER_CALLBACKS);
	if (stream == NULL) {
		close(fd);
		return;
	}
	if (addr->sa_family == AF_INET || addr->sa_family == AF_INET6)
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	peer_text(addr, peer, sizeof(peer));
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

struct listener *listener_create(struct event_base *base, const struct target *target,
				 listener_accept_cb accept_cb, void *context, char *why,
				 size_t why_size)
{
	struct listener *listener = calloc(1, sizeof(*listener));
	char name[TARGET_TEXT_SIZE];
	int fd = -ENOMEM;

	if (listener == NULL)
		goto fail;
	listener->target = *target;
	listener->on_accept = accept_cb;
	listener->context = context;
	if (target->kind == TARGET_TLS)
		fd = -EPROTONOSUPPORT;
	else
		fd = target->kind == TARGET_UNIX ? unix_socket(target)
						 : tcp_socket(&listener->target);
	if (fd < 0)
		goto fail;
	listener->events = evconnlistener_new(
		base, on_accept, listener, LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC, -1, fd);
	if (listener->events != NULL)
		return listener;
	close(fd);
	fd = -ENOMEM;
fail:
	free(listener);
	snprintf(why, why_size, "cannot listen on %s: %s: %s", target_text(target, name),
		 strerror(-fd), remedy(-fd));
	errno = -fd;
	return NULL;
}

void listener_destroy(struct listener *listener)
{
	if (listener == NULL)
		return;
	evconnlistener_free(listener->events);
	if (listener->target.kind == TARGET_UNIX)
		unlink(listener->target.path);
	free(listener);
}

const struct target *listener_target(const struct listener *listener)
{
	return &listener->target;
}
