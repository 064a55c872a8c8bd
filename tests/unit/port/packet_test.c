// SPDX-License-Identifier: Apache-2.0
/* Ports of packet sockets, on one end of a veth pair in a network namespace of this test. */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "datapath/port/offload.h"
#include "datapath/port/port.h"
#include "tests/unit/port/eal.h"
#include "tests/unit/port/frame.h"

#define FRAME_SIZE 70000
#define PATIENCE_MS 5000

static struct rte_mempool *mbufs;
static struct port_env env;
static _Atomic int n_changes;

static void changed(struct port *port, void *arg)
{
	n_changes++;
}

static int no_other(void *arg, const char *key, const char *value, char *why, size_t why_size)
{
	return 0;
}

static void command(const char *text)
{
	if (system(text) != 0)
		fail_msg("%s", text);
}

static struct port *open_port(const char *text)
{
	char why[256] = "";
	struct port_spec spec;
	struct port *port;

	assert_int_equal(port_spec_parse(text, &spec, no_other, NULL, why, sizeof(why)), 0);
	port = port_open(&spec, &env, why, sizeof(why));
	if (port == NULL)
		fail_msg("%s", why);
	return port;
}

/* The other end, as a station that sees the header of the kernel, too. */
static int peer_open(void)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET,
				 .sll_protocol = htons(ETH_P_ALL),
				 .sll_ifindex = (int)if_nametoindex("d1")};
	int one = 1, size = 8 << 20;
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0);

	assert_true(fd >= 0);
	assert_int_equal(setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &one, sizeof(one)), 0);
	assert_int_equal(setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one)), 0);
	assert_int_equal(setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &one, sizeof(one)), 0);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	assert_int_equal(bind(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

static void peer_send(int fd, struct virtio_net_hdr vnet, const uint8_t *frame, size_t size)
{
	struct iovec parts[] = {{&vnet, sizeof(vnet)}, {(void *)frame, size}};
	struct msghdr msg = {.msg_iov = parts, .msg_iovlen = 2};

	if (sendmsg(fd, &msg, 0) != (ssize_t)(size + sizeof(vnet)))
		fail_msg("the kernel does not take a frame of %zu bytes: %s", size,
			 strerror(errno));
}

/* The next frame with its tag where it was; 0: none came. */
static size_t peer_receive(int fd, struct virtio_net_hdr *vnet, uint8_t *frame, int patience_ms)
{
	struct iovec parts[] = {{vnet, sizeof(*vnet)}, {frame, FRAME_SIZE - 4}};
	_Alignas(struct cmsghdr) char control[256];
	struct msghdr msg = {.msg_iov = parts,
			     .msg_iovlen = 2,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	struct pollfd wait = {.fd = fd, .events = POLLIN};
	ssize_t got;

	if (poll(&wait, 1, patience_ms) != 1)
		return 0;
	got = recvmsg(fd, &msg, 0);
	assert_true(got >= (ssize_t)sizeof(*vnet));
	got -= (ssize_t)sizeof(*vnet);
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c != NULL; c = CMSG_NXTHDR(&msg, c)) {
		const struct tpacket_auxdata *aux = (void *)CMSG_DATA(c);
		uint16_t tag[2];

		if (c->cmsg_type != PACKET_AUXDATA || !(aux->tp_status & TP_STATUS_VLAN_VALID))
			continue;
		tag[0] = htons(aux->tp_vlan_tpid);
		tag[1] = htons(aux->tp_vlan_tci);
		memmove(frame + 16, frame + 12, (size_t)got - 12);
		memcpy(frame + 12, tag, sizeof(tag));
		got += 4;
	}
	return (size_t)got;
}

/* The next frame of the port; NULL: none came. */
static struct rte_mbuf *port_receive(struct port *port, int patience_ms)
{
	struct rte_mbuf *frame = NULL;
	uint32_t dropped = 0;

	for (int i = 0; i < patience_ms; i++) {
		if (port->ops->rx(port, 0, &frame, 1, &dropped) == 1)
			return frame;
		assert_int_equal(dropped, 0);
		usleep(1000);
	}
	return NULL;
}

static void wait_link(struct port *port, bool up)
{
	struct port_state now = {0};

	for (int i = 0; i < PATIENCE_MS; i++) {
		port->ops->state(port, &now);
		if (now.link_up == up)
			return;
		usleep(1000);
	}
	fail_msg("the link does not go %s", up ? "up" : "down");
}

static struct rte_mbuf *mbuf_of(const uint8_t *bytes, size_t size)
{
	struct rte_mbuf *first = rte_pktmbuf_alloc(mbufs), *last = first;

	first->pkt_len = (uint32_t)size;
	for (;;) {
		last->data_len = (uint16_t)RTE_MIN(size, (size_t)rte_pktmbuf_tailroom(last));
		memcpy(rte_pktmbuf_mtod(last, void *), bytes, last->data_len);
		bytes += last->data_len;
		size -= last->data_len;
		if (size == 0)
			return first;
		last->next = rte_pktmbuf_alloc(mbufs);
		last = last->next;
		first->nb_segs++;
	}
}

static void assert_bytes(const struct rte_mbuf *m, const uint8_t *bytes, size_t size)
{
	static uint8_t copy[FRAME_SIZE];

	assert_int_equal(m->pkt_len, size);
	assert_memory_equal(rte_pktmbuf_read(m, 0, (uint32_t)size, copy), bytes, size);
}

#define ADDRESSES "\x52\x54\x00\x00\x00\x02\x52\x54\x00\x00\x00\x01"

/* What follows the addresses; the rest up to `size` is filled. */
static const struct form {
	const char *what;
	const char *head;
	size_t head_size, size;
} forms[] = {
	{"nothing but a header", "\x12\x34", 2, 14},
	{"one byte more", "\x12\x34", 2, 15},
	{"a length (802.3)", "\x00\x26\x42\x42\x03", 5, 52},
	{"LLDP", "\x88\xcc\x02\x07\x04", 5, 60},
	{"a tag", "\x81\x00\x20\x0a\x08\x06", 6, 64},
	{"a priority tag", "\x81\x00\xe0\x00\x08\x06", 6, 64},
	{"a tag with the drop bit", "\x81\x00\x10\x0a\x12\x34", 6, 64},
	{"a service tag", "\x88\xa8\x00\x64\x12\x34", 6, 64},
	{"a service tag around a tag", "\x88\xa8\x60\x64\x81\x00\x20\x0a\x12\x34", 10, 64},
	{"two tags", "\x81\x00\x00\x64\x81\x00\x20\x0a\x12\x34", 10, 64},
	{"three tags", "\x88\xa8\x00\x64\x88\xa8\x00\x65\x81\x00\x20\x0a\x12\x34", 14, 64},
	{"MPLS", "\x88\x47\x00\x01\x01\x40", 6, 64},
	{"PBB", "\x88\xe7\x00\x00\x00\x01" ADDRESSES "\x12\x34", 20, 64},
	{"a first IPv4 fragment",
	 "\x08\x00\x45\x00\x05\xdc\x00\x07\x20\x00\x40\x11\x00\x00\x0a\x00\x00\x01\x0a\x00\x00\x02",
	 22, 1514},
	{"its last fragment",
	 "\x08\x00\x45\x00\x00\x2c\x00\x07\x00\xb9\x40\x11\x00\x00\x0a\x00\x00\x01\x0a\x00\x00\x02",
	 22, 58},
	{"IPv4 with a wrong checksum",
	 "\x08\x00\x45\x00\x00\x2c\x00\x07\x00\x00\x40\x11\xba\xad\x0a\x00\x00\x01\x0a\x00\x00\x02",
	 22, 58},
	{"a pause frame", "\x88\x08\x00\x01\xff\xff", 6, 60},
	{"the longest of an MTU of 9000", "\x12\x34", 2, 9014},
	{"the longest with a tag", "\x81\x00\x20\x0a\x12\x34", 6, 9018},
};

static void form_write(const struct form *form, uint8_t *frame)
{
	for (size_t i = 0; i < form->size; i++)
		frame[i] = (uint8_t)(i * 7);
	memcpy(frame, ADDRESSES, 12);
	memcpy(frame + 12, form->head, form->head_size);
}

static void frames_come_in_bit_by_bit(void **state)
{
	struct port *port = open_port("p,af_packet:d0");
	int peer = peer_open();
	uint8_t frame[FRAME_SIZE];

	for (size_t i = 0; i < RTE_DIM(forms); i++) {
		struct rte_mbuf *m;

		form_write(&forms[i], frame);
		peer_send(peer, (struct virtio_net_hdr){0}, frame, forms[i].size);
		m = port_receive(port, PATIENCE_MS);
		if (m == NULL)
			fail_msg("%s did not come in", forms[i].what);
		assert_bytes(m, frame, forms[i].size);
		assert_int_equal(m->ol_flags, 0);
		rte_pktmbuf_free(m);
	}
	close(peer);
	port_close(port);
}

static void frames_go_out_bit_by_bit(void **state)
{
	struct port *port = open_port("p,af_packet:d0");
	int peer = peer_open();
	uint8_t frame[FRAME_SIZE], got[FRAME_SIZE];
	struct port_tx_result result = {0};
	struct virtio_net_hdr vnet;

	for (size_t i = 0; i < RTE_DIM(forms); i++) {
		struct rte_mbuf *m;

		form_write(&forms[i], frame);
		m = mbuf_of(frame, forms[i].size);
		port->ops->tx(port, 0, &m, 1, &result);
		assert_int_equal(result.sent, i + 1);
		if (peer_receive(peer, &vnet, got, PATIENCE_MS) != forms[i].size)
			fail_msg("%s did not go out", forms[i].what);
		assert_memory_equal(got, frame, forms[i].size);
		assert_int_equal(vnet.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM, 0);
	}
	close(peer);
	port_close(port);
	assert_int_equal(rte_mempool_in_use_count(mbufs), 0);
}

static void a_burst_keeps_its_order(void **state)
{
	struct port *port = open_port("p,af_packet:d0");
	int peer = peer_open();
	uint8_t frame[FRAME_SIZE] = ADDRESSES "\x12\x34";
	struct port_tx_result result = {0};
	struct rte_mbuf *m[200];
	struct virtio_net_hdr vnet;

	for (int i = 0; i < 200; i++) {
		frame[14] = (uint8_t)i;
		m[i] = mbuf_of(frame, i % 3 == 0 ? 5000 : 60);
	}
	port->ops->tx(port, 0, m, 200, &result);
	assert_int_equal(result.sent, 200);
	for (int i = 0; i < 200; i++) {
		assert_int_equal(peer_receive(peer, &vnet, frame, PATIENCE_MS),
				 i % 3 == 0 ? 5000 : 60);
		assert_int_equal(frame[14], i);
	}
	close(peer);
	port_close(port);
}

static void checksums_that_were_left_undone_stay_so(void **state)
{
	static const struct frame_form cases[] = {
		{.payload_size = 100},
		{.udp = true, .payload_size = 33},
		{.v6 = true, .payload_size = 100},
		{.v6 = true, .udp = true, .n_tags = 1, .payload_size = 1},
		{.n_tags = 2, .payload_size = 1000},
		{.payload_size = 60000},
		{.v6 = true, .n_tags = 1, .payload_size = 40000},
	};
	struct port *port = open_port("p,af_packet:d0");
	int peer = peer_open();
	uint8_t frame[FRAME_SIZE], got[FRAME_SIZE];
	struct virtio_net_hdr vnet;

	for (size_t i = 0; i < RTE_DIM(cases); i++) {
		const struct frame_form *form = &cases[i];
		uint16_t segsz = form->payload_size > 9000 ? 1400 : 0;
		struct rte_mbuf *m = frame_make(mbufs, form);
		struct port_tx_result result = {0};
		size_t size = m->pkt_len;

		frame_request(m, form, segsz);
		rte_pktmbuf_read(m, 0, m->pkt_len, frame);
		if (rte_pktmbuf_is_contiguous(m))
			memcpy(frame, rte_pktmbuf_mtod(m, void *), size);
		port->ops->tx(port, 0, &m, 1, &result);
		assert_int_equal(result.sent, 1);
		assert_int_equal(peer_receive(peer, &vnet, got, PATIENCE_MS), size);
		assert_memory_equal(got, frame, size);
		assert_true(vnet.flags & VIRTIO_NET_HDR_F_NEEDS_CSUM);
		assert_int_equal(vnet.gso_type, segsz == 0 ? 0 : form->v6 ? 4 : 1);
		assert_int_equal(vnet.gso_size, segsz);
		/* And back, as the stack of the other end would send it. */
		vnet.csum_start = (uint16_t)(frame_header_size(form) - (form->udp ? 8 : 20));
		peer_send(peer, vnet, frame, size);
		m = port_receive(port, PATIENCE_MS);
		assert_non_null(m);
		assert_bytes(m, frame, size);
		assert_int_equal(m->ol_flags & RTE_MBUF_F_TX_L4_MASK,
				 form->udp ? RTE_MBUF_F_TX_UDP_CKSUM : RTE_MBUF_F_TX_TCP_CKSUM);
		assert_int_equal((m->ol_flags & RTE_MBUF_F_TX_TCP_SEG) != 0, segsz != 0);
		rte_pktmbuf_free(m);
	}
	close(peer);
	port_close(port);
}

/* UDP under an MPLS label: no flag can say it. */
static void other_checksums_are_completed(void **state)
{
	const struct frame_form form = {.udp = true, .payload_size = 11};
	struct rte_mbuf *plain = frame_make(mbufs, &form), *m;
	struct port *port = open_port("p,af_packet:d0");
	int peer = peer_open();
	uint8_t frame[128] = ADDRESSES "\x88\x47\x00\x01\x01\x40";
	const uint32_t size = plain->pkt_len + 4;
	struct virtio_net_hdr vnet = {
		.flags = VIRTIO_NET_HDR_F_NEEDS_CSUM, .csum_start = 38, .csum_offset = 6};

	memcpy(frame + 18, rte_pktmbuf_mtod_offset(plain, void *, 14), plain->pkt_len - 14);
	rte_pktmbuf_free(plain);
	peer_send(peer, vnet, frame, size);
	m = port_receive(port, PATIENCE_MS);
	assert_non_null(m);
	assert_int_equal(m->ol_flags, 0);
	/* Without the label it is a frame like any other. */
	memmove(rte_pktmbuf_mtod_offset(m, char *, 14), rte_pktmbuf_mtod_offset(m, char *, 18),
		m->pkt_len - 18);
	memcpy(rte_pktmbuf_mtod_offset(m, char *, 12), "\x08\x00", 2);
	rte_pktmbuf_trim(m, 4);
	assert_true(frame_is_right(m, &form));
	rte_pktmbuf_free(m);
	/* CRC32c of SCTP: that of twelve bytes of zeros, whose field is zero. */
	memcpy(frame + 12, "\x12\x34", 2);
	memset(frame + 14, 0, 46);
	vnet.csum_start = 20;
	vnet.csum_offset = 8;
	peer_send(peer, vnet, frame, 32);
	m = port_receive(port, PATIENCE_MS);
	assert_non_null(m);
	assert_memory_equal(rte_pktmbuf_mtod_offset(m, char *, 28), "\x5d\xb5\x60\x2b", 4);
	rte_pktmbuf_free(m);
	close(peer);
	port_close(port);
}

static void what_the_interface_cannot_carry_is_named(void **state)
{
	struct port *port = open_port("p,af_packet:d0");
	struct port_tx_result result = {0};
	uint8_t frame[FRAME_SIZE] = ADDRESSES "\x12\x34";
	struct rte_mbuf *m[3];
	int peer = peer_open();
	struct virtio_net_hdr vnet;

	m[0] = mbuf_of(frame, 9020); /* no tag makes it so long */
	m[1] = mbuf_of(frame, 9100);
	m[2] = mbuf_of(frame, 60);
	port->ops->tx(port, 0, m, 3, &result);
	assert_int_equal(result.sent, 1);
	assert_int_equal(result.sent_bytes, 60);
	assert_int_equal(result.dropped[PORT_TX_TOO_LONG], 2);
	assert_int_equal(peer_receive(peer, &vnet, frame, PATIENCE_MS), 60);
	close(peer);
	port_close(port);
}

static void frames_that_find_no_room_are_counted(void **state)
{
	struct port *port = open_port("p,af_packet:d0");
	int peer = peer_open();
	uint8_t frame[64] = ADDRESSES "\x12\x34";
	uint32_t came = 0;
	struct rte_mbuf *m;

	for (int i = 0; i < 3000; i++)
		peer_send(peer, (struct virtio_net_hdr){0}, frame, 64);
	while ((m = port_receive(port, 50)) != NULL) {
		rte_pktmbuf_free(m);
		came++;
	}
	assert_true(came > 100 && came < 3000);
	assert_int_equal(port->ops->missed(port), 3000 - came);
	assert_int_equal(port->ops->missed(port), 3000 - came);
	close(peer);
	port_close(port);
}

static void the_link_is_followed(void **state)
{
	struct port *port = open_port("p,af_packet:d0");
	int peer = peer_open();
	uint8_t frame[FRAME_SIZE] = ADDRESSES "\x12\x34";
	struct port_tx_result result = {0};
	struct virtio_net_hdr vnet;
	struct port_state now;
	struct rte_mbuf *m;

	wait_link(port, true);
	port->ops->state(port, &now);
	assert_int_equal(now.mtu, 9000);
	assert_int_equal(now.mac.b[5], 0xd0);
	n_changes = 0;
	command("ip link set d1 down");
	wait_link(port, false);
	assert_true(n_changes > 0);
	m = mbuf_of(frame, 60);
	port->ops->tx(port, 0, &m, 1, &result);
	assert_int_equal(rte_mempool_in_use_count(mbufs), 0);
	command("ip link set d1 up");
	wait_link(port, true);
	close(peer);
	peer = peer_open();
	/* The port itself, then: the other end sees it, and nothing old comes out. */
	result = (struct port_tx_result){0};
	peer_send(peer, (struct virtio_net_hdr){0}, frame, 60);
	assert_int_equal(port->ops->set_admin(port, false), 0);
	wait_link(port, false);
	m = mbuf_of(frame, 60);
	port->ops->tx(port, 0, &m, 1, &result);
	assert_int_equal(result.dropped[PORT_TX_DOWN], 1);
	assert_null(port_receive(port, 20));
	assert_int_equal(port->ops->set_admin(port, true), 0);
	wait_link(port, true);
	assert_null(port_receive(port, 20));
	close(peer);
	peer = peer_open();
	m = mbuf_of(frame, 61);
	port->ops->tx(port, 0, &m, 1, &result);
	assert_int_equal(result.sent, 1);
	assert_int_equal(peer_receive(peer, &vnet, frame, PATIENCE_MS), 61);
	close(peer);
	port_close(port);
}

static void an_interface_that_comes_again_is_taken_again(void **state)
{
	struct port *port = open_port("p,af_packet:d0");
	uint8_t frame[FRAME_SIZE] = ADDRESSES "\x12\x34";
	struct port_tx_result result = {0};
	struct virtio_net_hdr vnet;
	struct rte_mbuf *m = mbuf_of(frame, 60);
	int peer;

	wait_link(port, true);
	command("ip link del d0");
	wait_link(port, false);
	port->ops->tx(port, 0, &m, 1, &result);
	assert_int_equal(result.dropped[PORT_TX_DOWN], 1);
	command("ip link add d0 mtu 9000 address 02:00:00:00:00:d0 type veth peer name d1 mtu 9000 "
		"&& ip link set d0 up && ip link set d1 up");
	wait_link(port, true);
	peer = peer_open();
	memcpy(frame, ADDRESSES, 12);
	peer_send(peer, (struct virtio_net_hdr){0}, frame, 60);
	m = port_receive(port, PATIENCE_MS);
	assert_non_null(m);
	assert_bytes(m, frame, 60);
	port->ops->tx(port, 0, &m, 1, &result);
	assert_int_equal(result.sent, 1);
	assert_int_equal(peer_receive(peer, &vnet, frame, PATIENCE_MS), 60);
	close(peer);
	port_close(port);
}

static void only_the_frames_of_the_interface_come_in(void **state)
{
	struct port *port = open_port("p,af_packet:d0");
	struct port *other = open_port("q,af_packet:d1");
	uint8_t frame[FRAME_SIZE] = ADDRESSES "\x12\x34";
	struct port_tx_result result = {0};
	struct rte_mbuf *m = mbuf_of(frame, 60);

	port->ops->tx(port, 0, &m, 1, &result);
	m = port_receive(other, PATIENCE_MS);
	assert_non_null(m);
	rte_pktmbuf_free(m);
	/* Not what leaves, by whomever. */
	assert_null(port_receive(port, 20));
	port_close(other);
	port_close(port);
	assert_int_equal(rte_mempool_in_use_count(mbufs), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(frames_come_in_bit_by_bit),
		cmocka_unit_test(frames_go_out_bit_by_bit),
		cmocka_unit_test(a_burst_keeps_its_order),
		cmocka_unit_test(checksums_that_were_left_undone_stay_so),
		cmocka_unit_test(other_checksums_are_completed),
		cmocka_unit_test(what_the_interface_cannot_carry_is_named),
		cmocka_unit_test(frames_that_find_no_room_are_counted),
		cmocka_unit_test(the_link_is_followed),
		cmocka_unit_test(an_interface_that_comes_again_is_taken_again),
		cmocka_unit_test(only_the_frames_of_the_interface_come_in),
	};

	if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
		printf("1..0 # SKIP no network namespace: %s\n", strerror(errno));
		return 0;
	}
	if (system("sysctl -qw net.ipv6.conf.default.disable_ipv6=1; "
		   "ip link add d0 mtu 9000 address 02:00:00:00:00:d0 type veth peer name d1 "
		   "mtu 9000 && ip link set d0 up && ip link set d1 up") != 0) {
		printf("1..0 # SKIP no veth pair\n");
		return 0;
	}
	mbufs = eal_start(4095);
	if (mbufs == NULL)
		return 1;
	env = (struct port_env){.mbufs = mbufs, .n_lcores = 1, .changed = changed};
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
