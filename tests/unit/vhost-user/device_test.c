// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "vhost-user/device.h"
#include "vhost-user/net.h"

static char directory[] = "/tmp/heddle-device-XXXXXX";

static const char *path_of(const char *name)
{
	static char path[VHOST_PATH_SIZE];

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	return path;
}

static int listen_at(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", path);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 1), 0);
	return fd;
}

static void a_free_path_is_left_alone(void **state)
{
	char why[256];

	assert_int_equal(vhost_socket_clear(path_of("free"), why, sizeof(why)), 0);
}

static void a_stale_socket_is_removed(void **state)
{
	const char *path = path_of("stale");
	char why[256];

	close(listen_at(path));
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(vhost_socket_clear(path, why, sizeof(why)), 0);
	assert_int_not_equal(access(path, F_OK), 0);
}

static void a_live_socket_stays(void **state)
{
	const char *path = path_of("live");
	int fd = listen_at(path);
	char why[256];

	assert_int_equal(vhost_socket_clear(path, why, sizeof(why)), -EADDRINUSE);
	assert_non_null(strstr(why, "listens"));
	assert_int_equal(access(path, F_OK), 0);
	close(fd);
	unlink(path);
}

static void a_file_stays(void **state)
{
	const char *path = path_of("file");
	char why[256];

	close(open(path, O_CREAT | O_WRONLY, 0600));
	assert_int_equal(vhost_socket_clear(path, why, sizeof(why)), -EEXIST);
	assert_non_null(strstr(why, "not a socket"));
	assert_int_equal(access(path, F_OK), 0);
	unlink(path);
}

static void features_have_names(void **state)
{
	const char *names[VHOST_NET_MAX_FEATURES];

	assert_int_equal(vhost_net_feature_names(0, names), 0);
	assert_int_equal(vhost_net_feature_names(1ULL << 0 | 1ULL << 15 | 1ULL << 34, names), 3);
	assert_string_equal(names[0], "csum");
	assert_string_equal(names[1], "mrg_rxbuf");
	assert_string_equal(names[2], "ring_packed");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_free_path_is_left_alone),
		cmocka_unit_test(a_stale_socket_is_removed),
		cmocka_unit_test(a_live_socket_stays),
		cmocka_unit_test(a_file_stays),
		cmocka_unit_test(features_have_names),
	};
	int failed;

	if (mkdtemp(directory) == NULL)
		return 1;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	rmdir(directory);
	return failed;
}
