// SPDX-License-Identifier: Apache-2.0
#include "datapath/port/ethdev.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "datapath/port/devargs.h"
#include "datapath/port/kernel_link.h"
#include "datapath/port/port_kind.h"
#include "lib/log.h"
#include "lib/text.h"

#define MTU_DEFAULT 1500

/* EAL's interrupt thread. */
static int on_link(uint16_t id, enum rte_eth_event_type type, void *arg, void *result)
{
	struct ethdev_port *p = arg;

	p->env->changed(&p->port, p->env->changed_arg);
	return 0;
}

/* A tap device that was moved to another namespace: we hold its descriptor, but cannot ask. */
static bool is_out_of_sight(const struct ethdev_port *p)
{
	return strcmp(p->port.spec.kind_name, "tap") == 0 && if_nametoindex(p->interface) == 0;
}

static void ethdev_state(struct port *port, struct port_state *state)
{
	struct ethdev_port *p = ethdev_of(port);
	struct rte_eth_link link = {0};
	struct rte_ether_addr mac = {0};
	uint16_t n = 0;

	(void)rte_eth_link_get_nowait(p->id, &link);
	(void)rte_eth_macaddr_get(p->id, &mac);
	*state = (struct port_state){
		.link_up = link.link_status == RTE_ETH_LINK_UP,
		.n_rxq = port->n_rxq,
		.n_txq = port->n_txq,
		.mtu = atomic_load(&p->mtu),
	};
	if (p->interface[0] != '\0')
		state->link_up = is_out_of_sight(p) || kernel_link_running(p->interface);
	state->link_up = state->link_up && !atomic_load(&p->admin_down);
	if (link.link_speed != RTE_ETH_SPEED_NUM_UNKNOWN)
		state->speed_bps = (uint64_t)link.link_speed * 1000000;
	memcpy(state->mac.b, mac.addr_bytes, sizeof(state->mac.b));
	if (p->ability.checksum)
		state->features[n++] = "tx_checksum";
	if (p->ability.tso4)
		state->features[n++] = "tx_tso";
	if (p->ability.chains)
		state->features[n++] = "tx_chains";
	state->n_features = n;
}

static int ethdev_set_mtu(struct port *port, uint16_t mtu)
{
	struct ethdev_port *p = ethdev_of(port);
	int error;

	if (mtu < PORT_MTU_MIN || mtu > p->mtu_limit)
		return -ERANGE;
	if (p->interface[0] != '\0')
		error = kernel_link_set_mtu(p->interface, mtu);
	else
		error = rte_eth_dev_set_mtu(p->id, mtu);
	if (error != 0 && error != -ENOTSUP)
		return error;
	port->spec.mtu = mtu;
	atomic_store(&p->mtu, mtu);
	return 0;
}

static int ethdev_set_admin(struct port *port, bool up)
{
	struct ethdev_port *p = ethdev_of(port);
	int error = -ENOTSUP;

	if (!is_out_of_sight(p))
		error = up ? rte_eth_dev_set_link_up(p->id) : rte_eth_dev_set_link_down(p->id);
	if (error != 0 && error != -ENOTSUP)
		return error;
	if (atomic_exchange(&p->admin_down, !up) == up)
		p->env->changed(port, p->env->changed_arg);
	return 0;
}

static void ethdev_close(struct port *port)
{
	struct ethdev_port *p = ethdev_of(port);

	if (p->lsc)
		rte_eth_dev_callback_unregister(p->id, RTE_ETH_EVENT_INTR_LSC, on_link, p);
	rte_eth_dev_stop(p->id);
	ethdev_release(p->id);
	/*
	 * Frames of the port's own buffers may still lie in rings of others: then the pool stays,
	 * which costs memory and is safe.
	 */
	if (p->own_mbufs != NULL && rte_mempool_full(p->own_mbufs))
		rte_mempool_free(p->own_mbufs);
	free(p);
}

static const struct port_ops ethdev_ops = {
	.rx = ethdev_rx,
	.tx = ethdev_tx,
	.state = ethdev_state,
	.set_mtu = ethdev_set_mtu,
	.set_admin = ethdev_set_admin,
	.close = ethdev_close,
};

/* A raw socket gets the frames of a veth pair as the other end left them. */
static void warn_of_veth(const struct ethdev_port *p)
{
	char driver[32];

	kernel_link_driver(p->interface, driver, sizeof(driver));
	if (strcmp(driver, "veth") == 0)
		log_info("ports",
			 "%s: %s is a veth: TCP from its other end has no checksums unless you say "
			 "there: ethtool -K PEER tx off",
			 p->port.spec.name, p->interface);
}

/* The MTU of a port over an existing interface is the interface's unless the operator sets one. */
static int interface_take(struct ethdev_port *p, char *why, size_t why_size)
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
	text_copy(p->interface, sizeof(p->interface), spec->arg);
	if (spec->mtu == 0)
		spec->mtu = RTE_MIN(mtu, PORT_MTU_MAX);
	else if (spec->mtu != mtu)
		error = kernel_link_set_mtu(spec->arg, spec->mtu);
	if (error != 0)
		snprintf(why, why_size, "port %s: %s refuses the mtu %u: %s; choose a smaller one",
			 spec->name, spec->arg, spec->mtu, strerror(-error));
	return error;
}

static bool is_kind(const struct ethdev_port *p, const char *kind)
{
	return strcmp(p->port.spec.kind_name, kind) == 0;
}

/* Settings that need a running device; the port works without them. */
static void settle(struct ethdev_port *p)
{
	struct port_spec *spec = &p->port.spec;
	struct rte_ether_addr mac;
	int error = 0;

	if (is_kind(p, "tap") && spec->mtu != MTU_DEFAULT)
		error = kernel_link_set_mtu(spec->arg, spec->mtu);
	if (error != 0)
		log_warning("ports", "%s: %s does not take the mtu %u: %s; set it with ip link",
			    spec->name, spec->arg, spec->mtu, strerror(-error));
	if (spec->has_mac && !is_kind(p, "tap")) {
		memcpy(mac.addr_bytes, spec->mac.b, sizeof(mac.addr_bytes));
		error = rte_eth_dev_default_mac_addr_set(p->id, &mac);
		if (error != 0)
			log_warning("ports",
				    "%s: the device keeps its MAC address: %s; set it "
				    "with the device's own tool",
				    spec->name, strerror(-error));
	}
	if (is_kind(p, "af_xdp"))
		warn_of_veth(p);
	if (p->lsc && rte_eth_dev_callback_register(p->id, RTE_ETH_EVENT_INTR_LSC, on_link, p) != 0)
		p->lsc = false;
}

static int ethdev_open(struct ethdev_port *p, char *why, size_t why_size)
{
	struct port_spec *spec = &p->port.spec;
	char devargs[DEVARGS_SIZE];
	int error = 0;

	if (is_kind(p, "af_xdp"))
		error = interface_take(p, why, why_size);
	if (error != 0)
		return error;
	if (spec->mtu == 0)
		spec->mtu = MTU_DEFAULT;
	p->mtu_limit = spec->mtu;
	error = devargs_write(spec, devargs);
	if (error != 0) {
		snprintf(why, why_size, "port %s: its device string is too long; shorten it",
			 spec->name);
		return error;
	}
	error = ethdev_acquire(spec, devargs, &p->id, why, why_size);
	if (error != 0)
		return error;
	error = ethdev_setup(p, why, why_size);
	if (error != 0) {
		ethdev_release(p->id);
		rte_mempool_free(p->own_mbufs);
	}
	return error;
}

struct port *ethdev_port_open(const struct port_spec *spec, const struct port_env *env, char *why,
			      size_t why_size)
{
	struct ethdev_port *p = calloc(1, sizeof(*p));
	int error;

	if (p == NULL) {
		snprintf(why, why_size, "no memory for port %s; free some", spec->name);
		errno = ENOMEM;
		return NULL;
	}
	p->env = env;
	p->port = (struct port){.ops = &ethdev_ops, .spec = *spec};
	error = ethdev_open(p, why, why_size);
	if (error != 0) {
		free(p);
		errno = -error;
		return NULL;
	}
	p->ability.mtu = p->port.spec.mtu;
	atomic_init(&p->mtu, p->port.spec.mtu);
	settle(p);
	return &p->port;
}
