// SPDX-License-Identifier: Apache-2.0
/* A traffic source for any DPDK process, with public API only.
 *
 * Load it with the EAL option -d. It waits for the port named in FLOWGEN_PORT (a net_null vdev,
 * whose receive burst only takes mbufs from the pool) and puts an RX callback on its queue 0 that
 * writes the headers of the next frame of the pcap trace in FLOWGEN_PCAP into each mbuf, over and
 * over. Unlike net_pcap's infinite_rx no mbuf per frame is kept: the trace is a packed array that
 * is read in order.
 *
 * FLOWGEN_FREE names a second pcap of the same length whose frames are bit masks: the bits set
 * there are drawn anew for every packet, so that no flow comes twice. FLOWGEN_MIX names a third
 * trace, of which a frame is sent in place of every FLOWGEN_MIX_EVERY-th (100). FLOWGEN_CONTROL
 * names a file whose first 32-bit word turns these on and off while packets flow (bit 0: free, bit
 * 1: mix); without it both are on where they are given.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <rte_ethdev.h>
#include <rte_mbuf.h>

#define HEAD 64 /* Ethernet, a VLAN tag, IPv6 and the ports */
#define FREE 1u
#define MIX 2u

struct slot {
	uint64_t word[HEAD / 8];
} __attribute__((aligned(64)));

struct trace {
	struct slot *slots;
	uint16_t *lengths;
	uint32_t len, at;
};

static struct trace main_trace, free_bits, mix;
static uint32_t mix_every = 100, mix_left = 100, always = FREE | MIX;
static const volatile uint32_t *control = &always;
static uint64_t draw = 88172645463325252ull;

static inline void put(struct rte_mbuf *m, const struct trace *t, uint32_t k)
{
	memcpy(rte_pktmbuf_mtod(m, void *), &t->slots[k], HEAD);
	m->data_len = t->lengths[k];
	m->pkt_len = t->lengths[k];
}

/* Draws the free bits of a frame anew and mends the IPv4 header checksum. */
static inline void vary(struct rte_mbuf *m, const struct slot *free_mask)
{
	static const uint64_t odd[HEAD / 8] = {
		0x9e3779b97f4a7c15, 0xbf58476d1ce4e5b9, 0x94d049bb133111eb, 0xd6e8feb86659fd93,
		0xa0761d6478bd642f, 0xe7037ed1a0b428db, 0x8ebc6af09c88c6e3, 0x589965cc75374cc3};
	struct slot *head = rte_pktmbuf_mtod(m, struct slot *);
	uint8_t *frame = (uint8_t *)head, *ip;
	uint32_t sum = 0;
	uint16_t word;

	draw ^= draw << 13;
	draw ^= draw >> 7;
	draw ^= draw << 17;
	for (int i = 0; i < HEAD / 8; i++) {
		uint64_t r = draw * odd[i];

		head->word[i] ^= free_mask->word[i] & (r ^ r >> 32);
	}
	ip = frame + (frame[12] == 0x81 ? 18 : 14);
	if (ip[-2] != 0x08 || ip[-1] != 0x00)
		return;
	ip[10] = ip[11] = 0;
	for (int i = 0; i < 20; i += 2) {
		memcpy(&word, ip + i, sizeof(word));
		sum += word;
	}
	sum = (sum & 0xffff) + (sum >> 16);
	word = ~((sum & 0xffff) + (sum >> 16));
	memcpy(ip + 10, &word, sizeof(word));
}

static uint16_t fill(uint16_t port, uint16_t queue, struct rte_mbuf **m, uint16_t n, uint16_t max,
		     void *arg)
{
	uint32_t modes = *control, k = main_trace.at;
	int varied = free_bits.len && (modes & FREE), mixed = mix.len && (modes & MIX);

	(void)port, (void)queue, (void)max, (void)arg;
	for (uint16_t i = 0; i < n; i++) {
		if (mixed && --mix_left == 0) {
			mix_left = mix_every;
			put(m[i], &mix, mix.at);
			if (++mix.at == mix.len)
				mix.at = 0;
			continue;
		}
		put(m[i], &main_trace, k);
		if (varied)
			vary(m[i], &free_bits.slots[k]);
		if (++k == main_trace.len)
			k = 0;
	}
	main_trace.at = k;
	return n;
}

static int grow(struct trace *t, uint32_t room)
{
	struct slot *bigger;

	if (posix_memalign((void **)&bigger, 64, room * sizeof(*bigger)))
		return -1;
	if (t->len)
		memcpy(bigger, t->slots, t->len * sizeof(*bigger));
	free(t->slots);
	t->slots = bigger;
	t->lengths = realloc(t->lengths, room * sizeof(*t->lengths));
	return t->lengths ? 0 : -1;
}

static int load(struct trace *t, const char *path)
{
	uint8_t file_head[24];
	uint32_t rec[4], room = 0;
	static uint8_t frame[65536];
	FILE *f = fopen(path, "rb");

	if (f == NULL)
		return -1;
	if (fread(file_head, sizeof(file_head), 1, f) == 1)
		while (fread(rec, sizeof(rec), 1, f) == 1 && rec[2] <= sizeof(frame) &&
		       fread(frame, rec[2], 1, f) == 1) {
			if (t->len == room && grow(t, room = room ? room * 2 : 1024))
				break;
			memset(&t->slots[t->len], 0, sizeof(*t->slots));
			memcpy(&t->slots[t->len], frame, rec[2] < HEAD ? rec[2] : HEAD);
			t->lengths[t->len++] = rec[2];
		}
	fclose(f);
	return t->len ? 0 : -1;
}

/* Waits for the port to appear; the EAL need not be up yet. */
static void *attach(void *arg)
{
	const char *want = arg;
	char name[RTE_ETH_NAME_MAX_LEN];
	struct rte_eth_dev_info info;

	for (;; usleep(100)) {
		for (uint16_t p = 0; p < RTE_MAX_ETHPORTS; p++) {
			if (!rte_eth_dev_is_valid_port(p) ||
			    rte_eth_dev_get_name_by_port(p, name) || strcmp(name, want) ||
			    rte_eth_dev_info_get(p, &info) || info.nb_rx_queues == 0)
				continue;
			if (rte_eth_add_rx_callback(p, 0, fill, NULL) != NULL)
				return NULL;
		}
	}
}

static int map_control(const char *path)
{
	int fd = open(path, O_RDONLY);
	void *p;

	if (fd < 0)
		return -1;
	p = mmap(NULL, sizeof(uint32_t), PROT_READ, MAP_SHARED, fd, 0);
	close(fd);
	if (p == MAP_FAILED)
		return -1;
	control = p;
	return 0;
}

RTE_INIT(flowgen_start)
{
	const char *port = getenv("FLOWGEN_PORT"), *path = getenv("FLOWGEN_PCAP"), *more;
	pthread_t t;

	if (port == NULL || path == NULL)
		return;
	if (load(&main_trace, path) ||
	    ((more = getenv("FLOWGEN_FREE")) && load(&free_bits, more)) ||
	    ((more = getenv("FLOWGEN_MIX")) && load(&mix, more)) ||
	    ((more = getenv("FLOWGEN_CONTROL")) && map_control(more)) ||
	    (free_bits.len && free_bits.len != main_trace.len)) {
		fprintf(stderr, "flowgen: cannot use the traces %s and those beside it\n", path);
		return;
	}
	if ((more = getenv("FLOWGEN_MIX_EVERY")) && atoi(more) > 0)
		mix_every = mix_left = atoi(more);
	if (pthread_create(&t, NULL, attach, (void *)(uintptr_t)port) == 0)
		pthread_detach(t);
}
