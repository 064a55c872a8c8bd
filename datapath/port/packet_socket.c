// SPDX-License-Identifier: Apache-2.0
#include "datapath/port/packet_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <rte_common.h>

#include "datapath/port/kernel_link.h"
#include "datapath/port/port_kind.h"
#include "datapath/port/prepare.h"
#include "lib/log.h"

/* What the kernel puts before a frame in its slot: headers, padding. */
#define SLOT_OVERHEAD 96
/* Bounds of what waits beside the ring, and of what waits to be sent: some hundred long frames. */
#define BESIDE_SIZE (16 << 20)
#define SEND_SIZE (8 << 20)

/* --- opening -------------------------------------------------------------------------------- */

/* Slots that fit whole frames of the MTU; what is longer waits beside the ring. */
static struct tpacket_req ring_shape(uint16_t mtu)
{
	unsigned int need = mtu + FRAME_OVERHEAD + SLOT_OVERHEAD;
	unsigned int size = 2048, n = 2048;

	/* Two slots of 10 KiB are five pages: 16 KiB would waste a third of each. */
	if (need > 4096)
		size = 10240, n = 1024;
	else if (need > 2048)
		size = 4096, n = 1024;
	return (struct tpacket_req){.tp_block_size = size == 10240 ? 20480 : 4096,
				    .tp_block_nr = n / (size == 4096 ? 1 : 2),
				    .tp_frame_size = size,
				    .tp_frame_nr = n};
}

static int option_set(int fd, int option, int value)
{
	return setsockopt(fd, SOL_PACKET, option, &value, sizeof(value)) == 0 ? 0 : -errno;
}

static int ring_make(struct packet_queue *q, uint16_t mtu)
{
	struct tpacket_req shape = ring_shape(mtu);

	if (setsockopt(q->fd, SOL_PACKET, PACKET_RX_RING, &shape, sizeof(shape)) != 0)
		return -errno;
	q->slot_size = shape.tp_frame_size;
	q->n_slots = shape.tp_frame_nr;
	q->ring_size = (size_t)shape.tp_block_size * shape.tp_block_nr;
	q->ring = mmap(NULL, q->ring_size, PROT_READ | PROT_WRITE, MAP_SHARED, q->fd, 0);
	if (q->ring == MAP_FAILED) {
		q->ring = NULL;
		return -errno;
	}
	return 0;
}

/* The kernel's bound for what no privilege lets us set is its default: then that holds. */
static void buffer_set(int fd, int force, int polite, int size)
{
	if (setsockopt(fd, SOL_SOCKET, force, &size, sizeof(size)) != 0)
		(void)setsockopt(fd, SOL_SOCKET, polite, &size, sizeof(size));
}

/* A socket of protocol 0 hears nothing before it is bound: no frame of another interface. */
static int queue_open(struct packet_queue *q, uint16_t mtu)
{
	int error = 0;

	q->fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (q->fd < 0)
		return -errno;
	buffer_set(q->fd, SO_RCVBUFFORCE, SO_RCVBUF, BESIDE_SIZE);
	buffer_set(q->fd, SO_SNDBUFFORCE, SO_SNDBUF, SEND_SIZE);
	error = option_set(q->fd, PACKET_VERSION, TPACKET_V2);
	if (error == 0)
		error = option_set(q->fd, PACKET_VNET_HDR, 1);
	if (error == 0)
		error = option_set(q->fd, PACKET_COPY_THRESH, 1);
	if (error == 0)
		error = option_set(q->fd, PACKET_IGNORE_OUTGOING, 1);
	if (error == 0)
		error = ring_make(q, mtu);
	return error;
}

static void queue_close(struct packet_queue *q)
{
	if (q->ring != NULL)
		munmap(q->ring, q->ring_size);
	if (q->fd >= 0)
		close(q->fd);
	*q = (struct packet_queue){.fd = -1};
}

static int queue_bind(struct packet_port *p, int ifindex)
{
	const struct sockaddr_ll to = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL), .sll_ifindex = ifindex};
	const struct packet_mreq all = {.mr_ifindex = ifindex, .mr_type = PACKET_MR_PROMISC};
	int fd = p->queue.fd;
	int error;
	socklen_t size = sizeof(error);

	if (bind(fd, (const struct sockaddr *)&to, sizeof(to)) != 0)
		return -errno;
	/* Says "network is down" of an interface that is; which is no error. */
	(void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size);
	if (setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all, sizeof(all)) != 0)
		return -errno;
	atomic_store(&p->ifindex, ifindex);
	return 0;
}

/* --- what the control thread asks ----------------------------------------------------------- */

static uint64_t packet_missed(struct port *port)
{
	struct packet_queue *q = &packet_of(port)->queue;
	struct tpacket_stats stats = {0};
	socklen_t size = sizeof(stats);

	/* The kernel counts anew after each answer. */
	if (getsockopt(q->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &size) == 0)
		q->missed += stats.tp_drops;
	return q->missed + atomic_load(&q->truncated);
}

/* Follows the interface of our name: it may have gone, and another have come. */
static void follow(struct packet_port *p)
{
	const char *interface = p->port.spec.arg;
	int ifindex = (int)if_nametoindex(interface);
	int error;

	if (ifindex == atomic_load(&p->ifindex))
		return;
	if (ifindex == 0) {
		log_warning("ports", "%s: the interface %s is gone; the port waits for it",
			    p->port.spec.name, interface);
		atomic_store(&p->ifindex, 0);
		return;
	}
	error = queue_bind(p, ifindex);
	if (error != 0) {
		/* It is tried again at the next change. */
		log_warning("ports", "%s: the interface %s is back and cannot be used: %s",
			    p->port.spec.name, interface, strerror(-error));
		return;
	}
	log_info("ports", "%s: the interface %s is back", p->port.spec.name, interface);
}

static void state_read(struct packet_port *p)
{
	const char *interface = p->port.spec.arg;
	int mtu;

	atomic_store(&p->stale, p->watch == NULL);
	follow(p);
	p->state = (struct port_state){
		.n_rxq = p->port.n_rxq,
		.n_txq = p->port.n_txq,
		.mtu = atomic_load(&p->mtu),
		.mac = p->state.mac,
		.features = {"checksum", "tso", "chains"},
		.n_features = 3,
	};
	if (atomic_load(&p->ifindex) == 0)
		return;
	mtu = kernel_link_mtu(interface);
	if (mtu >= PORT_MTU_MIN)
		p->state.mtu = (uint16_t)RTE_MIN(mtu, PORT_MTU_MAX);
	atomic_store(&p->mtu, p->state.mtu);
	p->state.link_up = kernel_link_running(interface);
	p->state.speed_bps = kernel_link_speed_bps(interface);
	p->state.mac = kernel_link_mac(interface);
}

static void packet_state(struct port *port, struct port_state *state)
{
	struct packet_port *p = packet_of(port);

	if (atomic_load(&p->stale))
		state_read(p);
	*state = p->state;
	state->link_up = state->link_up && !atomic_load(&p->admin_down);
}

/* EAL's interrupt thread. */
static void on_link(void *arg)
{
	struct packet_port *p = arg;

	atomic_store(&p->stale, true);
	p->env->changed(&p->port, p->env->changed_arg);
}

static int packet_set_mtu(struct port *port, uint16_t mtu)
{
	struct packet_port *p = packet_of(port);
	int error;

	if (mtu < PORT_MTU_MIN || mtu > PORT_MTU_MAX)
		return -ERANGE;
	error = kernel_link_set_mtu(port->spec.arg, mtu);
	if (error != 0)
		return error;
	port->spec.mtu = mtu;
	atomic_store(&p->mtu, mtu);
	atomic_store(&p->stale, true);
	return 0;
}

/* The interface goes down with the port, so that the other end sees it. */
static int packet_set_admin(struct port *port, bool up)
{
	struct packet_port *p = packet_of(port);
	int error = kernel_link_set_up(port->spec.arg, up);

	if (error != 0 && error != -ENODEV)
		return error;
	atomic_store(&p->stale, true);
	if (atomic_exchange(&p->admin_down, !up) == up)
		p->env->changed(port, p->env->changed_arg);
	return 0;
}

static void packet_close(struct port *port)
{
	struct packet_port *p = packet_of(port);

	kernel_watch_stop(p->watch);
	queue_close(&p->queue);
	free(p);
}

static const struct port_ops packet_ops = {
	.rx = packet_rx,
	.tx = packet_tx,
	.state = packet_state,
	.missed = packet_missed,
	.set_mtu = packet_set_mtu,
	.set_admin = packet_set_admin,
	.close = packet_close,
};

static int packet_open(struct packet_port *p, char *why, size_t why_size)
{
	struct port_spec *spec = &p->port.spec;
	int mtu = kernel_link_mtu(spec->arg);
	int error = 0;

	if (mtu < 0) {
		snprintf(why, why_size,
			 "port %s: there is no network interface %s; create it or correct the name",
			 spec->name, spec->arg);
		return mtu;
	}
	if (spec->mtu != 0 && spec->mtu != mtu)
		error = kernel_link_set_mtu(spec->arg, spec->mtu);
	if (error != 0) {
		snprintf(why, why_size, "port %s: %s refuses the mtu %u: %s; choose another",
			 spec->name, spec->arg, spec->mtu, strerror(-error));
		return error;
	}
	atomic_store(&p->mtu, spec->mtu != 0 ? spec->mtu : RTE_MIN(mtu, PORT_MTU_MAX));
	error = queue_open(&p->queue, atomic_load(&p->mtu));
	if (error == 0)
		error = queue_bind(p, (int)if_nametoindex(spec->arg));
	if (error != 0)
		snprintf(why, why_size,
			 "port %s: no packet socket for %s: %s; give this program CAP_NET_RAW and "
			 "CAP_NET_ADMIN, and memory",
			 spec->name, spec->arg, strerror(-error));
	return error;
}

struct port *packet_port_open(const struct port_spec *spec, const struct port_env *env, char *why,
			      size_t why_size)
{
	struct packet_port *p = calloc(1, sizeof(*p));
	int error;

	if (p == NULL) {
		snprintf(why, why_size, "no memory for port %s; free some", spec->name);
		errno = ENOMEM;
		return NULL;
	}
	p->env = env;
	/* Several lcores may send by one socket: the kernel keeps them apart. */
	p->port = (struct port){.ops = &packet_ops, .spec = *spec, .n_rxq = 1, .n_txq = 1};
	p->queue.fd = -1;
	error = packet_open(p, why, why_size);
	if (error != 0) {
		packet_close(&p->port);
		errno = -error;
		return NULL;
	}
	if (spec->has_mac)
		error = kernel_link_set_mac(spec->arg, &spec->mac);
	if (error != 0)
		log_warning("ports", "%s: %s keeps its MAC address: %s; set it with ip link",
			    spec->name, spec->arg, strerror(-error));
	p->watch = kernel_watch_start(&p->ifindex, on_link, p);
	state_read(p);
	return &p->port;
}
