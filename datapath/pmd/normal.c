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

/* The VLAN of a frame; -1 when its port refuses it. */
static int frame_vlan(const struct lcore *l, const struct frame *f, uint16_t *tci)
{
	const struct pipeline_port *in =
		__atomic_load_n(&l->pipeline->port[l->in_index], __ATOMIC_ACQUIRE);

	*tci = rte_be_to_cpu_16(f->key->vlan_tci_be);
	if (unlikely(in == NULL)) /* a packet-out without a port */
		return *tci & FLOW_VLAN_VID_MASK;
	return vlan_ingress(&in->vlan, *tci);
}

void frame_normal_prefetch(struct lcore *l, const struct frame *f)
{
	struct mac_table *macs = l->pipeline->macs;
	uint16_t tci;
	int vid = frame_vlan(l, f, &tci);

	if (unlikely(vid < 0))
		return;
	mac_prefetch(macs, mac_place(macs, mac_key(f->key->eth_src, (uint16_t)vid)));
	mac_prefetch(macs, mac_place(macs, mac_key(f->key->eth_dst, (uint16_t)vid)));
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
	if (likely(l->in_index != 0 && (f->key->eth_src[0] & 1) == 0)) {
		key = mac_key(f->key->eth_src, (uint16_t)vid);
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
