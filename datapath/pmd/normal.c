// SPDX-License-Identifier: Apache-2.0
/* NORMAL: a learning switch that knows VLANs (IEEE 802.1Q-2018 §8). */
#include <string.h>

#include <rte_byteorder.h>

#include "datapath/pmd/lcore.h"

/* 01-80-C2-00-00-00 to -0F: a bridge never forwards these (802.1Q-2018 §8.6.3). */
static bool is_reserved(const uint8_t addr[6])
{
	static const uint8_t prefix[5] = {0x01, 0x80, 0xc2, 0x00, 0x00};

	return memcmp(addr, prefix, sizeof(prefix)) == 0 && addr[5] < 0x10;
}

/* Only a single station's address is learned: neither a group nor zero (802.1Q-2018 §8.7). */
static bool is_station(uint64_t key)
{
	return (key >> 16 & 1) == 0 && key >> 16 != 0;
}

/* How a frame of VLAN `vid` must change to leave by a port. */
static enum vlan_edit egress_edit(const struct vlan_port *vlan, uint16_t tci, uint16_t vid)
{
	bool has_tag = (tci & FLOW_VLAN_PRESENT) != 0;
	bool wants_tag = vlan_egress_tagged(vlan, vid);

	if (!wants_tag)
		return has_tag ? VLAN_POP : VLAN_KEEP;
	if (!has_tag)
		return VLAN_PUSH;
	return (tci & FLOW_VLAN_VID_MASK) == vid ? VLAN_KEEP : VLAN_SET_VID;
}

static void flood(struct lcore *l, struct frame *f, uint16_t tci, uint16_t vid)
{
	const struct pipeline_flood *ports = __atomic_load_n(&l->pipeline->flood, __ATOMIC_ACQUIRE);
	bool any = false;

	for (uint16_t i = 0; i < ports->n; i++) {
		const struct pipeline_port *port =
			__atomic_load_n(&l->pipeline->port[ports->index[i]], __ATOMIC_ACQUIRE);

		if (port == NULL || port->index == l->in_index || port->no_flood || port->no_fwd ||
		    !vlan_egress_allowed(&port->vlan, vid))
			continue;
		frame_output(l, f, port, egress_edit(&port->vlan, tci, vid), vid);
		any = true;
	}
	if (!any)
		frame_fail(l, f, DROP_FLOOD_EMPTY);
}

/*
 * The VLAN of a frame with this outer tag; -1 when its port refuses it. A priority tag goes away
 * on the way, so it must not hide another tag: what it hides would become the frame's VLAN.
 */
static inline int ingress_vlan(const struct vlan_port *in, uint16_t tci, uint8_t n_tags)
{
	if (unlikely(n_tags > 1 && (tci & FLOW_VLAN_VID_MASK) == 0))
		return -1;
	return vlan_ingress(in, tci);
}

/* The VLAN of a frame; -1 when its port refuses it. */
static int frame_vlan(const struct lcore *l, const struct frame *f, uint16_t *tci)
{
	const struct pipeline_port *in =
		__atomic_load_n(&l->pipeline->port[l->in_index], __ATOMIC_ACQUIRE);

	*tci = rte_be_to_cpu_16(f->key->vlan_tci_be);
	if (unlikely(in == NULL)) /* a packet-out without a port */
		return *tci & FLOW_VLAN_VID_MASK;
	return ingress_vlan(&in->vlan, *tci, f->layout.n_tags);
}

void frame_normal(struct lcore *l, struct frame *f)
{
	struct mac_table *macs = l->pipeline->macs;
	const struct pipeline_port *port;
	uint16_t tci, index = 0;
	uint64_t key;
	int vid = frame_vlan(l, f, &tci);

	if (unlikely(vid < 0)) {
		frame_fail(l, f, DROP_VLAN_FILTERED);
		return;
	}
	key = mac_key(f->key->eth_src, (uint16_t)vid);
	if (likely(l->in_index != 0 && is_station(key))) {
		mac_learn(macs, key, mac_place(macs, key), l->in_index, l->now_s);
	}
	if (f->key->eth_dst[0] & 1) {
		if (unlikely(is_reserved(f->key->eth_dst)))
			frame_fail(l, f, DROP_RESERVED_ADDRESS);
		else
			flood(l, f, tci, (uint16_t)vid);
		return;
	}
	key = mac_key(f->key->eth_dst, (uint16_t)vid);
	index = mac_find(macs, key, mac_place(macs, key));
	port = index != 0 ? __atomic_load_n(&l->pipeline->port[index], __ATOMIC_ACQUIRE) : NULL;
	/* A port that left the VLAN may still be in the table: then the address is unknown. */
	if (port == NULL || !vlan_egress_allowed(&port->vlan, (uint16_t)vid)) {
		flood(l, f, tci, (uint16_t)vid);
		return;
	}
	if (unlikely(index == l->in_index)) {
		frame_fail(l, f, DROP_TO_IN_PORT);
		return;
	}
	frame_output(l, f, port, egress_edit(&port->vlan, tci, (uint16_t)vid), (uint16_t)vid);
}

/* --- a burst -------------------------------------------------------------------------------- */

#define KEY_DST_WORD 2
#define KEY_SRC_WORD 3
#define KEY_ADDRESS 0xffffffffffffull
#define ADDRESS_GROUP_BIT 1

/* What of a frame decides where it goes. */
struct switched {
	uint64_t src, dst; /* keys of the MAC table */
	uint64_t src_place, dst_place;
	uint16_t vid, tci;
	bool plain; /* one station to another, and let in */
};

static inline void read_frame(const struct lcore *l, const struct vlan_port *in, uint32_t i,
			      struct switched *s)
{
	const struct mac_table *macs = l->pipeline->macs;
	const struct flow_key *key = &l->key[i];
	uint64_t src = key->w[KEY_SRC_WORD] & KEY_ADDRESS;
	uint64_t dst = key->w[KEY_DST_WORD] & KEY_ADDRESS;
	int vid;

	s->tci = rte_be_to_cpu_16(key->vlan_tci_be);
	vid = in->mode == VLAN_NONE && s->tci == 0 ? 0
						   : ingress_vlan(in, s->tci, l->layout[i].n_tags);
	s->plain = vid >= 0 && src != 0 && ((src | dst) & ADDRESS_GROUP_BIT) == 0;
	if (unlikely(!s->plain))
		return;
	s->vid = (uint16_t)vid;
	s->src = src << 16 | (uint64_t)vid << 1 | 1;
	s->dst = dst << 16 | (uint64_t)vid << 1 | 1;
	s->src_place = mac_place(macs, s->src);
	s->dst_place = mac_place(macs, s->dst);
	mac_prefetch(macs, s->src_place);
	mac_prefetch(macs, s->dst_place);
}

/* Where frames to a station of a VLAN go, and how they must change; for runs of frames. */
struct way {
	uint64_t dst;
	struct lcore_tx *tx; /* NULL: not straight to one port */
	uint16_t index;
	enum vlan_edit edit;
};

static void find_way(struct lcore *l, const struct switched *s, struct way *way)
{
	uint16_t index = mac_find(l->pipeline->macs, s->dst, s->dst_place);
	const struct pipeline_port *port =
		index != 0 ? __atomic_load_n(&l->pipeline->port[index], __ATOMIC_ACQUIRE) : NULL;

	way->dst = s->dst;
	way->tx = NULL;
	if (port == NULL || port->no_fwd || index == l->in_index ||
	    !vlan_egress_allowed(&port->vlan, s->vid))
		return;
	way->index = index;
	way->edit = egress_edit(&port->vlan, s->tci, s->vid);
	way->tx = __atomic_load_n(&l->tx[index], __ATOMIC_ACQUIRE);
}

static void switch_slowly(struct lcore *l, uint32_t i)
{
	struct frame *f = frame_open(l, i);

	frame_normal(l, f);
	frame_end(l, f);
}

void lcore_normal(struct lcore *l, const uint8_t *at, uint32_t n)
{
	const struct pipeline_port *in =
		__atomic_load_n(&l->pipeline->port[l->in_index], __ATOMIC_ACQUIRE);
	struct mac_table *macs = l->pipeline->macs;
	struct switched s[PMD_BURST];
	struct way way = {0};
	uint16_t way_tci = 0;
	uint64_t learned = 0;

	for (uint32_t k = 0; k < n && in != NULL; k++)
		read_frame(l, &in->vlan, at[k], &s[k]);
	for (uint32_t k = 0; k < n; k++) {
		struct rte_mbuf *m = l->m[at[k]];

		if (unlikely(in == NULL || !s[k].plain)) {
			switch_slowly(l, at[k]);
			continue;
		}
		if (s[k].src != learned) {
			mac_learn(macs, s[k].src, s[k].src_place, l->in_index, l->now_s);
			learned = s[k].src;
		}
		if (s[k].dst != way.dst || s[k].tci != way_tci) {
			find_way(l, &s[k], &way);
			way_tci = s[k].tci;
		}
		if (unlikely(way.tx == NULL)) {
			switch_slowly(l, at[k]);
			continue;
		}
		if (way.edit != VLAN_KEEP && !frame_edit_vlan(m, way.edit, s[k].vid))
			frame_drop(l, m, DROP_BAD_ACTION);
		else
			lcore_send(l, way.tx, way.index, m);
	}
}
