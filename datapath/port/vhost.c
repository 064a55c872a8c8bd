// SPDX-License-Identifier: Apache-2.0
/* The vhost kind of port: frames from and to a guest. */
#include <errno.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_branch_prediction.h>
#include <rte_common.h>
#include <rte_ether.h>
#include <rte_lcore.h>

#include "datapath/port/offload.h"
#include "datapath/port/port_kind.h"
#include "datapath/port/prepare.h"
#include "lib/log.h"
#include "vhost-user/net.h"

#define MTU_DEFAULT 1500
/* The longest frame that fits a receive buffer of any driver (virtio 1.2 §5.1.6.3.1). */
#define BUFFER_MIN 1514

struct vhost_port {
	struct port port;
	const struct port_env *env;
	struct vhost_net *net;
	_Atomic uint16_t mtu;    /* control thread: wo, lcores: ro */
	_Atomic bool admin_down; /* control thread: wo, lcores: ro */
	bool extra_told;         /* control thread */
	struct eth_addr mac;     /* ro */
};

static struct vhost_port *vhost_of(struct port *port)
{
	return RTE_PTR_SUB(port, offsetof(struct vhost_port, port));
}

/* Keeps what a guest may send; the convention of offload.h holds for what is left. */
static uint16_t vhost_rx_check(struct rte_mbuf **frames, uint16_t n, uint32_t *dropped)
{
	uint16_t kept = 0;

	for (uint16_t i = 0; i < n; i++) {
		struct rte_mbuf *m = frames[i];
		bool good = m->pkt_len >= RTE_ETHER_HDR_LEN;

		if (good && (m->ol_flags & OFFLOAD_RX_FLAGS) != 0)
			good = offload_from_rx(m) == 0;
		if (good) {
			frames[kept++] = m;
		} else {
			rte_pktmbuf_free(m);
			(*dropped)++;
		}
	}
	return kept;
}

static uint16_t vhost_rx(struct port *port, uint16_t rxq, struct rte_mbuf **frames, uint16_t n,
			 uint32_t *dropped)
{
	struct vhost_port *v = vhost_of(port);
	uint64_t flags = 0;
	uint32_t shortest = UINT32_MAX;

	if (unlikely(atomic_load_explicit(&v->admin_down, memory_order_relaxed)))
		return 0;
	n = vhost_net_rx(v->net, rxq, v->env->mbufs, frames, n);
	for (uint16_t i = 0; i < n; i++) {
		flags |= frames[i]->ol_flags;
		shortest = RTE_MIN(shortest, frames[i]->pkt_len);
	}
	if (likely((flags & OFFLOAD_RX_FLAGS) == 0 && shortest >= RTE_ETHER_HDR_LEN))
		return n;
	return vhost_rx_check(frames, n, dropped);
}

static uint64_t burst_bytes(struct rte_mbuf **frames, uint16_t n)
{
	uint64_t bytes = 0;

	for (uint16_t i = 0; i < n; i++)
		bytes += frames[i]->pkt_len;
	return bytes;
}

static void vhost_tx_count(struct rte_mbuf **frames, uint16_t n, uint64_t bytes,
			   struct port_tx_result *result)
{
	result->sent += n;
	result->sent_bytes += bytes;
	rte_pktmbuf_free_bulk(frames, n);
}

/* Some frames of a burst did not get in: sort out those that never will. */
static void vhost_tx_rest(struct vhost_port *v, uint16_t txq, struct rte_mbuf **frames, uint16_t n,
			  struct port_tx_result *result)
{
	bool merges = (vhost_net_abilities(v->net) & VHOST_NET_MERGES) != 0;

	while (!merges && n > 0 && frames[0]->pkt_len > BUFFER_MIN) {
		int sent;

		prepare_drop(frames, 1, result, PORT_TX_TOO_LONG);
		frames++;
		n--;
		sent = n > 0 ? vhost_net_tx(v->net, txq, frames, n) : 0;
		if (sent > 0) {
			vhost_tx_count(frames, sent, burst_bytes(frames, sent), result);
			frames += sent;
			n -= sent;
		}
	}
	if (n > 0)
		prepare_drop(frames, n, result, PORT_TX_RING_FULL);
}

static inline void vhost_tx_send(struct vhost_port *v, uint16_t txq, struct rte_mbuf **frames,
				 uint16_t n, uint64_t bytes, struct port_tx_result *result)
{
	int sent = vhost_net_tx(v->net, txq, frames, n);

	if (unlikely(sent < 0)) {
		prepare_drop(frames, n, result, PORT_TX_DOWN);
		return;
	}
	if (unlikely(sent < n)) {
		bytes -= burst_bytes(frames + sent, n - sent);
		vhost_tx_count(frames, sent, bytes, result);
		vhost_tx_rest(v, txq, frames + sent, n - sent, result);
		return;
	}
	vhost_tx_count(frames, n, bytes, result);
}

static void vhost_tx_plain(struct port *port, uint16_t txq, struct rte_mbuf **frames, uint16_t n,
			   struct port_tx_result *result)
{
	vhost_tx_send(vhost_of(port), txq, frames, n, burst_bytes(frames, n), result);
}

static void vhost_tx(struct port *port, uint16_t txq, struct rte_mbuf **frames, uint16_t n,
		     struct port_tx_result *result)
{
	struct vhost_port *v = vhost_of(port);
	struct burst_look look = prepare_look(frames, n);
	uint16_t mtu = atomic_load_explicit(&v->mtu, memory_order_relaxed);
	uint32_t abilities;
	struct tx_ability ability;

	if (unlikely(atomic_load_explicit(&v->admin_down, memory_order_relaxed))) {
		prepare_drop(frames, n, result, PORT_TX_DOWN);
		return;
	}
	if (likely((look.flags & OFFLOAD_FLAGS) == 0 &&
		   look.longest <= (uint32_t)mtu + FRAME_OVERHEAD)) {
		vhost_tx_send(v, txq, frames, n, look.bytes, result);
		return;
	}
	abilities = vhost_net_abilities(v->net);
	ability = (struct tx_ability){.checksum = (abilities & VHOST_NET_CSUM) != 0,
				      .tso4 = (abilities & VHOST_NET_TSO4) != 0,
				      .tso6 = (abilities & VHOST_NET_TSO6) != 0,
				      .chains = true,
				      .mtu = mtu,
				      .mbufs = v->env->mbufs};
	prepare_tx(port, txq, frames, n, result, &ability, vhost_tx_plain);
}

static void vhost_state(struct port *port, struct port_state *state)
{
	struct vhost_port *v = vhost_of(port);
	struct vhost_net_state net;

	vhost_net_state(v->net, &net);
	*state = (struct port_state){
		.link_up = net.running && !atomic_load(&v->admin_down),
		.connected = net.connected,
		.n_rxq = net.n_rxq,
		.n_txq = net.n_txq,
		.mtu = atomic_load(&v->mtu),
		.mac = v->mac,
	};
	_Static_assert(RTE_DIM(state->features) >= VHOST_NET_MAX_FEATURES, "too few features");
	state->n_features = vhost_net_feature_names(net.features, state->features);
	if (net.n_extra > 0 && !v->extra_told)
		log_warning("ports",
			    "%s: the guest uses %u queue pairs but the port has %u, frames in the "
			    "others are lost; add the port with queues=%u",
			    port->spec.name, port->n_rxq + net.n_extra, port->n_rxq,
			    port->n_rxq + net.n_extra);
	v->extra_told = net.n_extra > 0;
}

static int vhost_set_mtu(struct port *port, uint16_t mtu)
{
	if (mtu < PORT_MTU_MIN || mtu > PORT_MTU_MAX)
		return -EINVAL;
	port->spec.mtu = mtu;
	atomic_store(&vhost_of(port)->mtu, mtu);
	return 0;
}

static int vhost_set_admin(struct port *port, bool up)
{
	struct vhost_port *v = vhost_of(port);

	if (atomic_exchange(&v->admin_down, !up) == up)
		v->env->changed(port, v->env->changed_arg);
	return 0;
}

static void vhost_close(struct port *port)
{
	struct vhost_port *v = vhost_of(port);

	vhost_net_close(v->net);
	free(v);
}

static const struct port_ops vhost_ops = {
	.rx = vhost_rx,
	.tx = vhost_tx,
	.state = vhost_state,
	.set_mtu = vhost_set_mtu,
	.set_admin = vhost_set_admin,
	.close = vhost_close,
};

static void vhost_changed(void *arg)
{
	struct vhost_port *v = arg;

	v->env->changed(&v->port, v->env->changed_arg);
}

static void vhost_grace(void *arg)
{
	struct vhost_port *v = arg;

	v->env->grace(v->env->changed_arg);
}

/*
 * A port that was given no address has one of its own all the same, the same at each start: locally
 * administered, by a hash (FNV-1a) of its name and socket.
 */
static struct eth_addr mac_make(const struct port_spec *spec)
{
	const char *const parts[] = {spec->name, ",", spec->arg};
	uint64_t hash = 0xcbf29ce484222325;
	struct eth_addr mac;

	for (size_t i = 0; i < RTE_DIM(parts); i++) {
		for (const char *c = parts[i]; *c != '\0'; c++)
			hash = (hash ^ (uint8_t)*c) * 0x100000001b3;
	}
	for (size_t i = 0; i < sizeof(mac.b); i++)
		mac.b[i] = (uint8_t)(hash >> 8 * i);
	mac.b[0] = (mac.b[0] & 0xfc) | 0x02;
	return mac;
}

struct port *vhost_port_open(const struct port_spec *spec, const struct port_env *env, char *why,
			     size_t why_size)
{
	struct vhost_port *v = calloc(1, sizeof(*v));
	struct vhost_net_config config = {.path = spec->arg,
					  .client = spec->client,
					  .n_queues = RTE_MAX(1, spec->n_queues),
					  .changed = vhost_changed,
					  .changed_arg = v,
					  .grace = vhost_grace,
					  .grace_arg = v};

	if (v == NULL) {
		snprintf(why, why_size, "no memory for port %s; free some", spec->name);
		errno = ENOMEM;
		return NULL;
	}
	v->env = env;
	v->port = (struct port){.ops = &vhost_ops,
				.spec = *spec,
				.n_rxq = config.n_queues,
				.n_txq = config.n_queues,
				.socket_id = (int)rte_socket_id()};
	v->mac = spec->has_mac ? spec->mac : mac_make(spec);
	if (v->port.spec.mtu == 0)
		v->port.spec.mtu = MTU_DEFAULT;
	atomic_init(&v->mtu, v->port.spec.mtu);
	v->net = vhost_net_open(&config, why, why_size);
	if (v->net == NULL) {
		int error = errno;

		free(v);
		errno = error;
		return NULL;
	}
	return &v->port;
}
