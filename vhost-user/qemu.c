// SPDX-License-Identifier: Apache-2.0
#include "vhost-user/qemu.h"

#include <stdlib.h>
#include <string.h>

#include "lib/text.h"

#define MAX_WORDS 12
#define MTU_DEFAULT 1500

/* Commas end an option in QEMU's words; a doubled one stands for itself. */
static void add_escaped(struct text *t, const char *from)
{
	for (; *from != '\0'; from++)
		text_add(t, *from == ',' ? ",," : "%c", *from);
}

static void add_xml(struct text *t, const char *from)
{
	for (; *from != '\0'; from++) {
		switch (*from) {
		case '&':
			text_add(t, "&amp;");
			break;
		case '<':
			text_add(t, "&lt;");
			break;
		case '\'':
			text_add(t, "&apos;");
			break;
		default:
			text_add(t, "%c", *from);
		}
	}
}

static char *chardev_word(const struct qemu_port *port)
{
	struct text t = {0};

	text_add(&t, "socket,id=chr-%s,path=", port->name);
	add_escaped(&t, port->path);
	/* A guest that listens must not wait for the switch; one that connects comes again. */
	text_add(&t, port->switch_is_client ? ",server=on,wait=off" : ",reconnect=1");
	return text_steal(&t);
}

static char *device_word(const struct qemu_port *port)
{
	char mac[ETH_ADDR_TEXT_SIZE];
	struct text t = {0};

	text_add(&t, "virtio-net-pci,netdev=net-%s,mrg_rxbuf=on", port->name);
	if (port->has_mac)
		text_add(&t, ",mac=%s", eth_addr_text(&port->mac, mac));
	if (port->n_queues > 1)
		text_add(&t, ",mq=on,vectors=%u", 2u * port->n_queues + 2);
	if (port->mtu != 0 && port->mtu != MTU_DEFAULT)
		text_add(&t, ",host_mtu=%u", port->mtu);
	return text_steal(&t);
}

char **qemu_args(const struct qemu_port *port)
{
	char **args = calloc(MAX_WORDS, sizeof(*args));
	size_t n = 0;

	if (args == NULL)
		abort();
	args[n++] = text_format("-object");
	args[n++] = text_format("memory-backend-memfd,id=mem,size=1G,share=on");
	args[n++] = text_format("-numa");
	args[n++] = text_format("node,memdev=mem");
	args[n++] = text_format("-chardev");
	args[n++] = chardev_word(port);
	args[n++] = text_format("-netdev");
	if (port->n_queues > 1)
		args[n++] = text_format("vhost-user,id=net-%s,chardev=chr-%s,queues=%u", port->name,
					port->name, port->n_queues);
	else
		args[n++] =
			text_format("vhost-user,id=net-%s,chardev=chr-%s", port->name, port->name);
	args[n++] = text_format("-device");
	args[n++] = device_word(port);
	return args;
}

void qemu_args_free(char **args)
{
	if (args == NULL)
		return;
	for (size_t i = 0; args[i] != NULL; i++)
		free(args[i]);
	free(args);
}

char *qemu_libvirt_xml(const struct qemu_port *port)
{
	char mac[ETH_ADDR_TEXT_SIZE];
	struct text t = {0};

	text_add(&t, "<!-- the domain needs <memoryBacking><source type='memfd'/>"
		     "<access mode='shared'/></memoryBacking> -->\n");
	text_add(&t, "<interface type='vhostuser'>\n");
	if (port->has_mac)
		text_add(&t, "  <mac address='%s'/>\n", eth_addr_text(&port->mac, mac));
	text_add(&t, "  <source type='unix' path='");
	add_xml(&t, port->path);
	if (port->switch_is_client)
		text_add(&t, "' mode='server'/>\n");
	else
		text_add(&t, "' mode='client'>\n    <reconnect enabled='yes' timeout='1'/>\n"
			     "  </source>\n");
	text_add(&t, "  <model type='virtio'/>\n");
	if (port->n_queues > 1)
		text_add(&t, "  <driver queues='%u'/>\n", port->n_queues);
	if (port->mtu != 0 && port->mtu != MTU_DEFAULT)
		text_add(&t, "  <mtu size='%u'/>\n", port->mtu);
	text_add(&t, "</interface>\n");
	return text_steal(&t);
}
