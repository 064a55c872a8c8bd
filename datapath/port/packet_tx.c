// SPDX-License-Identifier: Apache-2.0
/* Frames to a packet socket: a burst in one system call, checksums and segments left to the kernel.
 */
#include <errno.h>
#include <linux/virtio_net.h>
#include <sys/socket.h>

#include <rte_branch_prediction.h>

#include "datapath/port/offload.h"
#include "datapath/port/packet_socket.h"
#include "datapath/port/packet_vnet.h"
#include "datapath/port/prepare.h"

/* Parts of all frames of a call, headers included. */
#define MAX_PARTS 256

/* What the kernel's refusal of a frame means. `rest`: it holds for those behind it, too. */
static enum port_tx_drop refusal(int error, bool *rest)
{
	*rest = true;
	switch (error) {
	case EMSGSIZE:
		*rest = false;
		return PORT_TX_TOO_LONG;
	case EINVAL:
		*rest = false;
		return PORT_TX_MALFORMED;
	case ENOBUFS:
		*rest = false;
		return PORT_TX_RING_FULL;
	case EAGAIN:
		return PORT_TX_RING_FULL;
	case ENOMEM:
		return PORT_TX_NO_MBUF;
	default:
		return PORT_TX_DOWN;
	}
}

static void sent(struct rte_mbuf **frames, uint16_t n, struct port_tx_result *result)
{
	result->sent += n;
	for (uint16_t i = 0; i < n; i++)
		result->sent_bytes += frames[i]->pkt_len;
	rte_pktmbuf_free_bulk(frames, n);
}

/* Gives the messages of frames to the kernel; takes the frames. */
static void hand_over(int fd, struct mmsghdr *messages, struct rte_mbuf **frames, uint16_t n,
		      struct port_tx_result *result)
{
	bool told = false;

	while (n > 0) {
		int done = sendmmsg(fd, messages, n, MSG_DONTWAIT);
		enum port_tx_drop reason;
		bool rest;

		if (likely(done > 0)) {
			sent(frames, (uint16_t)done, result);
		} else {
			/* An interface that was down tells so once, even when it is up again. */
			if (errno == ENETDOWN && !told) {
				told = true;
				continue;
			}
			reason = refusal(errno, &rest);
			done = rest ? n : 1;
			prepare_drop(frames, (uint16_t)done, result, reason);
		}
		messages += done;
		frames += done;
		n -= (uint16_t)done;
	}
}

/* Frames that obey the MTU and have their lengths set. */
static void packet_tx_plain(struct port *port, uint16_t txq, struct rte_mbuf **frames, uint16_t n,
			    struct port_tx_result *result)
{
	struct packet_port *p = packet_of(port);
	uint16_t mtu = atomic_load_explicit(&p->mtu, memory_order_relaxed);
	struct mmsghdr messages[PREPARE_BURST];
	struct virtio_net_hdr vnet[PREPARE_BURST];
	struct iovec parts[MAX_PARTS];
	uint16_t first = 0, n_parts = 0;

	for (uint16_t i = 0; i < n; i++) {
		uint16_t need = frames[i]->nb_segs + 1;
		uint16_t at = i - first;

		if (unlikely(n_parts + need > MAX_PARTS || at == PREPARE_BURST)) {
			hand_over(p->queue.fd, messages, frames + first, at, result);
			first = i;
			n_parts = at = 0;
		}
		if (unlikely(need > MAX_PARTS)) {
			prepare_drop(&frames[i], 1, result, PORT_TX_MALFORMED);
			first = i + 1;
			continue;
		}
		packet_vnet_write(frames[i], mtu, &vnet[at]);
		messages[at] = (struct mmsghdr){
			.msg_hdr = {.msg_iov = &parts[n_parts], .msg_iovlen = need}};
		parts[n_parts++] =
			(struct iovec){.iov_base = &vnet[at], .iov_len = sizeof(vnet[at])};
		for (struct rte_mbuf *s = frames[i]; s != NULL; s = s->next)
			parts[n_parts++] = (struct iovec){.iov_base = rte_pktmbuf_mtod(s, void *),
							  .iov_len = s->data_len};
	}
	hand_over(p->queue.fd, messages, frames + first, n - first, result);
}

void packet_tx(struct port *port, uint16_t txq, struct rte_mbuf **frames, uint16_t n,
	       struct port_tx_result *result)
{
	struct packet_port *p = packet_of(port);
	struct burst_look look = prepare_look(frames, n);
	uint16_t mtu = atomic_load_explicit(&p->mtu, memory_order_relaxed);
	struct tx_ability ability;

	if (unlikely(atomic_load_explicit(&p->admin_down, memory_order_relaxed))) {
		prepare_drop(frames, n, result, PORT_TX_DOWN);
		return;
	}
	if (likely((look.flags & OFFLOAD_FLAGS) == 0 &&
		   look.longest <= (uint32_t)mtu + FRAME_OVERHEAD)) {
		packet_tx_plain(port, txq, frames, n, result);
		return;
	}
	ability = (struct tx_ability){.checksum = true,
				      .tso4 = true,
				      .tso6 = true,
				      .chains = true,
				      .mtu = mtu,
				      .mbufs = p->env->mbufs};
	prepare_tx(port, txq, frames, n, result, &ability, packet_tx_plain);
}
