// SPDX-License-Identifier: Apache-2.0
/*
 * port: where frames enter and leave the switch.
 *
 * A port is opened, started and closed by the control thread; its bursts run on lcores. Three kinds
 * stand behind one `struct port_ops`: vhost (a guest, through vhost-user), packet (an interface of
 * the kernel, through a packet socket) and ethdev (everything that DPDK drives: PCI, AF_XDP, tap,
 * pcap, null). The fast path calls rx and tx through the ops and knows no kind.
 *
 * Life: port_open → (rx/tx on lcores) → unlinked from every lcore by its owner, grace period →
 * port_close. Link changes and reconnects never change the `struct port`: a guest that reboots
 * comes back to the same port, with the same number and counters.
 *
 * Offloads. A received mbuf says what is left to do with its checksums and segments in the form
 * of the *transmit* flags of DPDK (RTE_MBUF_F_TX_*, l2_len, l3_len, l4_len, tso_segsz): a frame
 * from a guest that left its checksum to the device has RTE_MBUF_F_TX_TCP_CKSUM, one of more than
 * the MTU has RTE_MBUF_F_TX_TCP_SEG too. Frames that are complete have no flag. tx does in
 * software what the receiver has not negotiated. (port_offload_finish does the same for frames
 * that go to the control thread.)
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <rte_mbuf.h>

#include "lib/addr.h"

#define PORT_NAME_SIZE 32
#define PORT_MAX_QUEUES 16
#define PORT_MTU_MIN 68
#define PORT_MTU_MAX 9216
#define PORT_ARG_SIZE 1024

enum port_kind { PORT_VHOST, PORT_PACKET, PORT_ETHDEV };

/* What an operator asks for; `kind_name` and `arg` are as in the spec (`tap`, `dut1`). */
struct port_spec {
	char name[PORT_NAME_SIZE];
	enum port_kind kind;
	char kind_name[16];      /* vhost-user, tap, af_packet, af_xdp, pcap, pci, dev */
	char arg[PORT_ARG_SIZE]; /* socket path, interface, files, address or devargs */
	bool client;             /* vhost-user: we connect to a socket of the guest */
	uint16_t n_queues;       /* queue pairs wanted; 0: the default of the kind */
	uint16_t mtu;            /* bytes of payload after the Ethernet header; 0: 1500 */
	bool has_mac;
	struct eth_addr mac;
};

/* What the control thread may ask at any time. */
struct port_state {
	bool link_up;          /* a guest is connected and its driver runs; a carrier */
	bool connected;        /* vhost: a front end is connected */
	uint16_t n_rxq, n_txq; /* in use now */
	uint16_t mtu;
	uint64_t speed_bps; /* 0: unknown */
	struct eth_addr mac;
	const char *features[32]; /* static strings: what was negotiated, n_features of them */
	uint16_t n_features;
};

/* What went wrong in a tx burst, for frames that tx took and did not send. */
enum port_tx_drop {
	PORT_TX_RING_FULL, /* the receiver's ring has no room */
	PORT_TX_DOWN,      /* no receiver: link down or guest away */
	PORT_TX_TOO_LONG,  /* longer than the MTU allows, and not to be segmented */
	PORT_TX_MALFORMED, /* offload request that does not fit the frame */
	PORT_TX_NO_MBUF,   /* no buffer for segments or checksums */
	PORT_TX_N_DROPS
};

struct port_tx_result {
	uint32_t sent; /* frames given to the receiver, segments counted one by one */
	uint64_t sent_bytes;
	uint32_t segments_added; /* frames that software segmentation added to those given in */
	uint32_t dropped[PORT_TX_N_DROPS]; /* frames of the burst that were freed, by reason */
};

struct port;

struct port_ops {
	/*
	 * Receives up to `n` frames of queue `rxq`; returns how many. Lcore that owns the queue.
	 * Sets the transmit-style offload flags. Malformed requests of a guest are dropped here
	 * and counted in *dropped.
	 */
	uint16_t (*rx)(struct port *port, uint16_t rxq, struct rte_mbuf **frames, uint16_t n,
		       uint32_t *dropped);
	/*
	 * Sends or frees all `n` frames (takes ownership) on queue `txq`. An lcore; two lcores
	 * may share a txq, the port serializes them. `result` is added to, not cleared.
	 */
	void (*tx)(struct port *port, uint16_t txq, struct rte_mbuf **frames, uint16_t n,
		   struct port_tx_result *result);
	void (*state)(struct port *port, struct port_state *state); /* control thread */
	/*
	 * Frames that were lost before rx could have them since the port was opened: the receive
	 * ring was full. NULL: the kind cannot say. Control thread.
	 */
	uint64_t (*missed)(struct port *port);
	int (*set_mtu)(struct port *port, uint16_t mtu); /* control thread */
	int (*set_admin)(struct port *port, bool up);    /* control thread */
	void (*close)(struct port *port);                /* control thread */
};

/* The common head of each kind's own struct. */
struct port {
	const struct port_ops *ops; /* ro for all after port_open */
	struct port_spec spec;      /* ro for all, mtu: control thread */
	uint16_t index;             /* dense, of the owner: set by it after port_open */
	uint32_t ofport;            /* OpenFlow number, set by the owner */
	uint16_t n_rxq;             /* queues to poll: upper bound for the life of the port */
	uint16_t n_txq;
	int socket_id; /* NUMA node */
};

/* What the ports of one switch share; filled by the owner before the first port_open. */
struct port_env {
	struct rte_mempool *mbufs; /* for received frames and segments */
	uint16_t n_lcores;         /* lcores that may send: txqs wanted */
	/*
	 * Called from any thread (rte_vhost's, the EAL's interrupt thread) when link, queues or
	 * features of a port changed; must only hand over. `arg` is `changed_arg`.
	 */
	void (*changed)(struct port *port, void *arg);
	void *changed_arg;
	/*
	 * Blocks the calling thread (rte_vhost's own, never the control thread or an lcore) until
	 * no lcore uses what it read before.
	 */
	void (*grace)(void *arg);
};

/**
 * Reads `NAME,KIND:ARG[,option]…` of the ports' own options (queues, mtu, mac, client, server) and
 * leaves every other option of ours (ofport, vlan, trunk, native, rate, queue) to `other`, called
 * once for each with key and value (value "" when there was no `=`); `other` returns 0, or -EINVAL
 * after writing its sentence to `why`. In `dev:` everything up to the first option of ours is
 * DPDK's. 0, or -EINVAL with one sentence (cause, object, remedy) in `why`. Pure; any thread.
 */
int port_spec_parse(const char *text, struct port_spec *spec,
		    int (*other)(void *arg, const char *key, const char *value, char *why,
				 size_t why_size),
		    void *arg, char *why, size_t why_size);

/**
 * Opens and starts a port. NULL with errno and a sentence in `why` when it cannot be. The port may
 * be handed to lcores at once. `env` must outlive it. Control thread.
 */
struct port *port_open(const struct port_spec *spec, const struct port_env *env, char *why,
		       size_t why_size);

/**
 * Stops and frees a port that no lcore uses any more (after a grace period). NULL is legal.
 * Control thread.
 */
void port_close(struct port *port);

/**
 * To be called after addresses of a frame with offload flags were changed, or bytes were added to
 * or taken from its headers: sets l2_len, l3_len, l4_len and the sum of the pseudo header anew. The
 * frame must be the caller's own. 0 (also for a frame without flags), or -EINVAL when the bytes do
 * not fit the flags any more. Any thread.
 */
int port_offload_refresh(struct rte_mbuf *frame);

/**
 * Does in software all that the offload flags of a frame ask for, so that its bytes are complete;
 * segmentation yields several frames: `out` has room for `n_out`. Takes `frame`. Returns how many
 * frames are in `out`; 0 and the frame is freed when it could not be done. Any thread.
 */
uint16_t port_offload_finish(struct rte_mbuf *frame, uint16_t mtu, struct rte_mempool *mbufs,
			     struct rte_mbuf **out, uint16_t n_out);
