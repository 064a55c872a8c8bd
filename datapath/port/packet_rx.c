// SPDX-License-Identifier: Apache-2.0
/* Frames from the ring that a packet socket shares with the kernel (packet(7), TPACKET_V2). */
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <string.h>
#include <sys/socket.h>

#include <rte_branch_prediction.h>
#include <rte_byteorder.h>
#include <rte_ether.h>

#include "datapath/port/packet_socket.h"
#include "datapath/port/packet_vnet.h"

/* 64 KiB and its headers in buffers of 2 KiB, with some to spare. */
#define MAX_BUFFERS 48
#define ADDRESSES_SIZE (2 * RTE_ETHER_ADDR_LEN)
#define TAG_SIZE 4

/* A chain with room for `size` bytes, whose lengths are set; NULL without buffers. */
static struct rte_mbuf *chain_make(struct rte_mempool *mbufs, uint32_t size)
{
	uint32_t room = rte_pktmbuf_data_room_size(mbufs) - RTE_PKTMBUF_HEADROOM;
	struct rte_mbuf *buffers[MAX_BUFFERS];
	unsigned int n = RTE_MAX(1u, (size + room - 1) / room);

	if (n > MAX_BUFFERS || rte_pktmbuf_alloc_bulk(mbufs, buffers, n) != 0)
		return NULL;
	for (unsigned int i = 0; i < n; i++) {
		buffers[i]->data_len = (uint16_t)RTE_MIN(size - i * room, room);
		buffers[i]->next = i + 1 < n ? buffers[i + 1] : NULL;
	}
	buffers[0]->nb_segs = (uint16_t)n;
	buffers[0]->pkt_len = size;
	return buffers[0];
}

/* Copies the frame of a slot, which is whole. */
static void slot_copy(const uint8_t *bytes, struct rte_mbuf *m)
{
	for (; m != NULL; m = m->next) {
		memcpy(rte_pktmbuf_mtod(m, void *), bytes, m->data_len);
		bytes += m->data_len;
	}
}

/* Takes the first frame that waits beside the ring, and its header. False: it is not as expected.
 */
static bool long_take(int fd, struct rte_mbuf *m, struct virtio_net_hdr *vnet)
{
	struct iovec parts[MAX_BUFFERS + 1] = {{.iov_base = vnet, .iov_len = sizeof(*vnet)}};
	struct msghdr msg = {.msg_iov = parts, .msg_iovlen = 1};
	ssize_t expected = (ssize_t)(sizeof(*vnet) + (m != NULL ? m->pkt_len : 0));
	ssize_t got = -1;

	for (struct rte_mbuf *s = m; s != NULL; s = s->next)
		parts[msg.msg_iovlen++] = (struct iovec){.iov_base = rte_pktmbuf_mtod(s, void *),
							 .iov_len = s->data_len};
	/* An error of the interface may be told first. */
	for (int i = 0; i < 2 && got < 0; i++)
		got = recvmsg(fd, &msg, MSG_DONTWAIT | MSG_TRUNC);
	return got == expected;
}

/* Puts back the tag that the kernel took off. */
static bool tag_put_back(struct rte_mbuf *m, const struct tpacket2_hdr *slot)
{
	rte_be16_t tag[2] = {rte_cpu_to_be_16(slot->tp_status & TP_STATUS_VLAN_TPID_VALID
						      ? slot->tp_vlan_tpid
						      : RTE_ETHER_TYPE_VLAN),
			     rte_cpu_to_be_16(slot->tp_vlan_tci)};
	char *start = rte_pktmbuf_prepend(m, TAG_SIZE);

	if (start == NULL)
		return false;
	memmove(start, start + TAG_SIZE, ADDRESSES_SIZE);
	memcpy(start + ADDRESSES_SIZE, tag, sizeof(tag));
	return true;
}

static void lost(struct packet_queue *q)
{
	atomic_store_explicit(&q->truncated,
			      atomic_load_explicit(&q->truncated, memory_order_relaxed) + 1,
			      memory_order_relaxed);
}

/*
 * The frame of a slot. False: there are no buffers, and the slot must wait. NULL in *out: the frame
 * was not to be had.
 */
static bool slot_take(struct packet_port *p, struct packet_queue *q,
		      const struct tpacket2_hdr *slot, struct rte_mbuf **out, uint32_t *dropped)
{
	const uint8_t *bytes = (const uint8_t *)slot + slot->tp_mac;
	uint16_t tag_len = slot->tp_status & TP_STATUS_VLAN_VALID ? TAG_SIZE : 0;
	bool beside = (slot->tp_status & TP_STATUS_COPY) != 0;
	bool whole = slot->tp_snaplen == slot->tp_len;
	struct virtio_net_hdr vnet;
	struct rte_mbuf *m;

	*out = NULL;
	if (unlikely(!beside && !whole)) {
		lost(q);
		return true;
	}
	m = chain_make(p->env->mbufs, slot->tp_len);
	if (unlikely(m == NULL))
		return false;
	if (unlikely(beside)) {
		if (!long_take(q->fd, m, &vnet)) {
			rte_pktmbuf_free(m);
			lost(q);
			return true;
		}
	} else {
		memcpy(&vnet, bytes - sizeof(vnet), sizeof(vnet));
		slot_copy(bytes, m);
	}
	if (unlikely((tag_len != 0 && !tag_put_back(m, slot)) ||
		     packet_vnet_take(m, &vnet, tag_len) != 0)) {
		rte_pktmbuf_free(m);
		(*dropped)++;
		return true;
	}
	*out = m;
	return true;
}

/* What came in before the port was taken down does not come out when it is up again. */
static void slot_discard(struct packet_queue *q, const struct tpacket2_hdr *slot)
{
	struct virtio_net_hdr vnet;

	if ((slot->tp_status & TP_STATUS_COPY) != 0)
		(void)long_take(q->fd, NULL, &vnet);
}

uint16_t packet_rx(struct port *port, uint16_t rxq, struct rte_mbuf **frames, uint16_t n,
		   uint32_t *dropped)
{
	struct packet_port *p = packet_of(port);
	struct packet_queue *q = &p->queue;
	bool down = atomic_load_explicit(&p->admin_down, memory_order_relaxed);
	uint16_t got = 0;

	for (uint16_t seen = 0; seen < n; seen++) {
		struct tpacket2_hdr *slot = RTE_PTR_ADD(q->ring, (size_t)q->at * q->slot_size);
		uint32_t status = __atomic_load_n(&slot->tp_status, __ATOMIC_ACQUIRE);

		if ((status & TP_STATUS_USER) == 0)
			break;
		if (unlikely(down))
			slot_discard(q, slot);
		else if (unlikely(!slot_take(p, q, slot, &frames[got], dropped)))
			break;
		else if (likely(frames[got] != NULL))
			got++;
		__atomic_store_n(&slot->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
		q->at = q->at + 1 == q->n_slots ? 0 : q->at + 1;
	}
	return got;
}
