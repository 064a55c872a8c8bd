// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "vhost-user/qemu.h"

static void check(const struct qemu_port *port, const char *const *wanted)
{
	char **args = qemu_args(port);
	size_t i;

	for (i = 0; wanted[i] != NULL; i++) {
		assert_non_null(args[i]);
		assert_string_equal(args[i], wanted[i]);
	}
	assert_null(args[i]);
	qemu_args_free(args);
}

static void a_guest_connects_to_a_listening_port(void **state)
{
	const struct qemu_port port = {.name = "vm1", .path = "/run/vm1.sock", .n_queues = 1};
	const char *const wanted[] = {
		"-object",  "memory-backend-memfd,id=mem,size=1G,share=on",
		"-numa",    "node,memdev=mem",
		"-chardev", "socket,id=chr-vm1,path=/run/vm1.sock,reconnect=1",
		"-netdev",  "vhost-user,id=net-vm1,chardev=chr-vm1",
		"-device",  "virtio-net-pci,netdev=net-vm1,mrg_rxbuf=on",
		NULL};

	check(&port, wanted);
}

static void a_guest_listens_for_a_connecting_port(void **state)
{
	const struct qemu_port port = {.name = "vm1",
				       .path = "/run/a,b.sock",
				       .switch_is_client = true,
				       .n_queues = 2,
				       .mtu = 9000,
				       .has_mac = true,
				       .mac = {{0x52, 0x54, 0, 0, 0, 1}}};
	const char *const wanted[] = {"-object",
				      "memory-backend-memfd,id=mem,size=1G,share=on",
				      "-numa",
				      "node,memdev=mem",
				      "-chardev",
				      "socket,id=chr-vm1,path=/run/a,,b.sock,server=on,wait=off",
				      "-netdev",
				      "vhost-user,id=net-vm1,chardev=chr-vm1,queues=2",
				      "-device",
				      "virtio-net-pci,netdev=net-vm1,mrg_rxbuf=on,"
				      "mac=52:54:00:00:00:01,mq=on,vectors=6,host_mtu=9000",
				      NULL};

	check(&port, wanted);
}

static void libvirt_gets_the_opposite_role(void **state)
{
	struct qemu_port port = {.name = "vm1", .path = "/run/a&b'.sock", .n_queues = 2};
	char *xml = qemu_libvirt_xml(&port);

	assert_non_null(strstr(xml, "path='/run/a&amp;b&apos;.sock' mode='client'>"));
	assert_non_null(strstr(xml, "<reconnect enabled='yes' timeout='1'/>"));
	assert_non_null(strstr(xml, "<driver queues='2'/>"));
	assert_non_null(strstr(xml, "<access mode='shared'/>"));
	assert_null(strstr(xml, "<mtu"));
	free(xml);
	port.switch_is_client = true;
	port.mtu = 9000;
	xml = qemu_libvirt_xml(&port);
	assert_non_null(strstr(xml, "mode='server'/>"));
	assert_non_null(strstr(xml, "<mtu size='9000'/>"));
	free(xml);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_guest_connects_to_a_listening_port),
		cmocka_unit_test(a_guest_listens_for_a_connecting_port),
		cmocka_unit_test(libvirt_gets_the_opposite_role),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
