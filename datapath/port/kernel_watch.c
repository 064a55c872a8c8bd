// SPDX-License-Identifier: Apache-2.0
/* Waiting on a descriptor of our own in the EAL's thread is marked so in DPDK 22.11. */
#define ALLOW_EXPERIMENTAL_API
#include "datapath/port/kernel_watch.h"

#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <rte_interrupts.h>

struct kernel_watch {
	int fd;
	struct rte_intr_handle *intr;
	const _Atomic int *ifindex;
	void (*changed)(void *arg);
	void *arg;
};

/* True when the messages say something of the interface. */
static bool concerns(const struct kernel_watch *watch, const void *messages, size_t size)
{
	const struct nlmsghdr *h = messages;
	uint32_t left = (uint32_t)size;
	int ifindex = atomic_load(watch->ifindex);

	for (; NLMSG_OK(h, left); h = NLMSG_NEXT(h, left)) {
		const struct ifinfomsg *info = NLMSG_DATA(h);

		if (h->nlmsg_len < NLMSG_LENGTH(sizeof(*info)))
			continue;
		if (ifindex == 0 || info->ifi_index == ifindex)
			return true;
	}
	return false;
}

/* EAL's interrupt thread. */
static void on_readable(void *arg)
{
	struct kernel_watch *watch = arg;
	_Alignas(struct nlmsghdr) char messages[16384];
	bool told = false;

	for (;;) {
		ssize_t n = recv(watch->fd, messages, sizeof(messages), MSG_DONTWAIT);

		if (n < 0 && errno == EINTR)
			continue;
		/* Messages were lost: it may have been ours. */
		if (n < 0 && errno == ENOBUFS)
			told = true;
		else if (n > 0)
			told = concerns(watch, messages, (size_t)n) || told;
		else
			break;
	}
	if (told)
		watch->changed(watch->arg);
}

struct kernel_watch *kernel_watch_start(const _Atomic int *ifindex, void (*changed)(void *arg),
					void *arg)
{
	const struct sockaddr_nl to = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK};
	struct kernel_watch *watch = calloc(1, sizeof(*watch));
	int error = ENOMEM;

	if (watch == NULL)
		goto failed;
	*watch = (struct kernel_watch){.ifindex = ifindex, .changed = changed, .arg = arg};
	watch->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);
	error = errno;
	if (watch->fd < 0)
		goto free_watch;
	if (bind(watch->fd, (const struct sockaddr *)&to, sizeof(to)) != 0) {
		error = errno;
		goto close_fd;
	}
	watch->intr = rte_intr_instance_alloc(RTE_INTR_INSTANCE_F_PRIVATE);
	error = ENOMEM;
	if (watch->intr == NULL)
		goto close_fd;
	error = EIO;
	if (rte_intr_fd_set(watch->intr, watch->fd) != 0 ||
	    rte_intr_type_set(watch->intr, RTE_INTR_HANDLE_EXT) != 0 ||
	    rte_intr_callback_register(watch->intr, on_readable, watch) < 0)
		goto free_intr;
	return watch;

free_intr:
	rte_intr_instance_free(watch->intr);
close_fd:
	close(watch->fd);
free_watch:
	free(watch);
failed:
	errno = error;
	return NULL;
}

void kernel_watch_stop(struct kernel_watch *watch)
{
	if (watch == NULL)
		return;
	rte_intr_callback_unregister_sync(watch->intr, on_readable, watch);
	rte_intr_instance_free(watch->intr);
	close(watch->fd);
	free(watch);
}
