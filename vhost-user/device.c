// SPDX-License-Identifier: Apache-2.0
#include "vhost-user/device.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <rte_common.h>
#include <rte_vhost.h>

#include "lib/log.h"
#include "lib/text.h"

/* Requests of the vhost-user protocol that move memory or rings. */
enum {
	MSG_SET_MEM_TABLE = 5,
	MSG_SET_LOG_BASE = 6,
	MSG_SET_VRING_NUM = 8,
	MSG_SET_VRING_ADDR = 9,
	MSG_SET_VRING_BASE = 10,
};

static pthread_mutex_t registry_lock = PTHREAD_MUTEX_INITIALIZER;
static struct vhost_device *registry;

static struct vhost_device *registry_find(const char *path)
{
	struct vhost_device *device;

	pthread_mutex_lock(&registry_lock);
	for (device = registry; device != NULL; device = device->next) {
		if (strcmp(device->path, path) == 0)
			break;
	}
	pthread_mutex_unlock(&registry_lock);
	return device;
}

static void registry_add(struct vhost_device *device)
{
	pthread_mutex_lock(&registry_lock);
	device->next = registry;
	registry = device;
	pthread_mutex_unlock(&registry_lock);
}

static void registry_remove(struct vhost_device *device)
{
	struct vhost_device **at;

	pthread_mutex_lock(&registry_lock);
	for (at = &registry; *at != NULL; at = &(*at)->next) {
		if (*at == device) {
			*at = device->next;
			break;
		}
	}
	pthread_mutex_unlock(&registry_lock);
}

/* A device is freed only after rte_vhost made sure that no callback of it runs. */
static struct vhost_device *device_of(int vid)
{
	char path[VHOST_PATH_SIZE];

	if (rte_vhost_get_ifname(vid, path, sizeof(path)) != 0)
		return NULL;
	return registry_find(path);
}

static bool message_moves_memory(const void *msg)
{
	uint32_t request;

	memcpy(&request, msg, sizeof(request));
	return request == MSG_SET_MEM_TABLE || request == MSG_SET_LOG_BASE ||
	       request == MSG_SET_VRING_NUM || request == MSG_SET_VRING_ADDR ||
	       request == MSG_SET_VRING_BASE;
}

static enum rte_vhost_msg_result message_before(int vid, void *msg)
{
	struct vhost_device *device = device_of(vid);

	if (device != NULL && device->running && message_moves_memory(msg)) {
		device->class->pause(device);
		if (!device->closing)
			device->grace(device->grace_arg);
	}
	return RTE_VHOST_MSG_RESULT_NOT_HANDLED;
}

static enum rte_vhost_msg_result message_after(int vid, void *msg)
{
	struct vhost_device *device = device_of(vid);

	if (device != NULL && device->running && message_moves_memory(msg))
		device->class->resume(device);
	return RTE_VHOST_MSG_RESULT_NOT_HANDLED;
}

static const struct rte_vhost_user_extern_ops message_ops = {
	.pre_msg_handle = message_before,
	.post_msg_handle = message_after,
};

static int on_connect(int vid)
{
	struct vhost_device *device = device_of(vid);

	if (device == NULL)
		return -1;
	if (device->connection_vid >= 0) {
		log_warning("vhost-user",
			    "%s: a second front end was refused while the first is connected; "
			    "give each guest its own port",
			    device->path);
		return -1;
	}
	if (device->class->pause != NULL &&
	    rte_vhost_extern_callback_register(vid, &message_ops, NULL) != 0)
		return -1;
	device->connection_vid = vid;
	device->class->connected(device, true);
	return 0;
}

static void device_stop(struct vhost_device *device)
{
	if (!device->running)
		return;
	device->running = false;
	device->class->stop(device);
	if (!device->closing)
		device->grace(device->grace_arg);
}

static void on_disconnect(int vid)
{
	struct vhost_device *device = device_of(vid);

	if (device == NULL || device->connection_vid != vid)
		return;
	device_stop(device);
	device->connection_vid = -1;
	device->class->connected(device, false);
}

static void features_take(struct vhost_device *device, int vid)
{
	uint64_t features = 0;

	if (rte_vhost_get_negotiated_features(vid, &features) == 0)
		device->class->features(device, features);
}

static int on_start(int vid)
{
	struct vhost_device *device = device_of(vid);

	if (device == NULL || device->connection_vid != vid)
		return -1;
	features_take(device, vid);
	if (device->class->start(device, vid) != 0)
		return -1;
	device->running = true;
	return 0;
}

static void on_stop(int vid)
{
	struct vhost_device *device = device_of(vid);

	if (device != NULL && device->connection_vid == vid)
		device_stop(device);
}

static int on_ring(int vid, uint16_t ring, int enable)
{
	struct vhost_device *device = device_of(vid);

	if (device != NULL && device->connection_vid == vid)
		device->class->ring(device, ring, enable != 0);
	return 0;
}

static int on_features(int vid, uint64_t features)
{
	struct vhost_device *device = device_of(vid);

	if (device != NULL && device->connection_vid == vid)
		device->class->features(device, features);
	return 0;
}

static const struct rte_vhost_device_ops device_ops = {
	.new_device = on_start,
	.destroy_device = on_stop,
	.vring_state_changed = on_ring,
	.features_changed = on_features,
	.new_connection = on_connect,
	.destroy_connection = on_disconnect,
};

int vhost_socket_clear(const char *path, char *why, size_t why_size)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct stat st;
	int error = 0;
	int fd;

	if (lstat(path, &st) != 0) {
		if (errno == ENOENT)
			return 0;
		error = errno;
		snprintf(why, why_size, "%s cannot be looked at: %s; check the path", path,
			 strerror(error));
		return -error;
	}
	if (!S_ISSOCK(st.st_mode)) {
		snprintf(why, why_size, "%s exists and is not a socket; choose another path", path);
		return -EEXIST;
	}
	text_copy(address.sun_path, sizeof(address.sun_path), path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) != 0)
		error = errno;
	close(fd);
	if (error == 0 || error == EAGAIN) {
		snprintf(why, why_size,
			 "another program listens on %s; choose another path or end that program",
			 path);
		return -EADDRINUSE;
	}
	if (error != ECONNREFUSED || (unlink(path) != 0 && errno != ENOENT)) {
		error = error != ECONNREFUSED ? error : errno;
		snprintf(why, why_size, "the old socket %s cannot be removed: %s; remove it", path,
			 strerror(error));
		return -error;
	}
	return 0;
}

static int path_check(const char *path, bool client, char *why, size_t why_size)
{
	char directory[VHOST_PATH_SIZE];
	char *slash;

	if (strlen(path) >= VHOST_PATH_SIZE) {
		snprintf(why, why_size,
			 "the socket path %s is longer than %d bytes; choose a shorter one", path,
			 VHOST_PATH_SIZE - 1);
		return -ENAMETOOLONG;
	}
	if (registry_find(path) != NULL) {
		snprintf(why, why_size, "%s belongs to another port; choose another path", path);
		return -EEXIST;
	}
	if (client)
		return 0;
	text_copy(directory, sizeof(directory), path);
	slash = strrchr(directory, '/');
	if (slash != NULL && slash != directory) {
		*slash = '\0';
		if (access(directory, W_OK | X_OK) != 0) {
			int error = errno;

			snprintf(
				why, why_size,
				"no socket can be made in %s: %s; create it or choose another path",
				directory, strerror(error));
			return -error;
		}
	}
	return vhost_socket_clear(path, why, why_size);
}

int vhost_device_open(struct vhost_device *device, const struct vhost_device_class *class,
		      const char *path, bool client, void (*grace)(void *arg), void *grace_arg,
		      char *why, size_t why_size)
{
	/*
	 * A frame that is longer than a frame buffer comes in one external buffer instead of a
	 * chain; when there is no memory for one, as a chain all the same.
	 */
	uint64_t flags = RTE_VHOST_USER_NET_COMPLIANT_OL_FLAGS | RTE_VHOST_USER_EXTBUF_SUPPORT;
	int error = path_check(path, client, why, why_size);

	if (error != 0)
		return error;
	if (client)
		flags |= RTE_VHOST_USER_CLIENT;
	*device = (struct vhost_device){.class = class,
					.client = client,
					.connection_vid = -1,
					.grace = grace,
					.grace_arg = grace_arg};
	text_copy(device->path, sizeof(device->path), path);
	registry_add(device);
	if (rte_vhost_driver_register(path, flags) != 0)
		goto remove;
	if (rte_vhost_driver_disable_features(path, class->features_off) != 0 ||
	    rte_vhost_driver_callback_register(path, &device_ops) != 0 ||
	    rte_vhost_driver_start(path) != 0)
		goto unregister;
	return 0;

unregister:
	device->closing = true;
	rte_vhost_driver_unregister(path);
remove:
	registry_remove(device);
	snprintf(why, why_size,
		 "the vhost-user socket %s cannot be opened; check the rights on its directory and "
		 "the limit of open files",
		 path);
	return -EIO;
}

void vhost_device_close(struct vhost_device *device)
{
	device->closing = true;
	rte_vhost_driver_unregister(device->path);
	/* rte_vhost tells of the end of the rings but not of the connection. */
	device_stop(device);
	if (device->connection_vid >= 0) {
		device->connection_vid = -1;
		device->class->connected(device, false);
	}
	registry_remove(device);
}
