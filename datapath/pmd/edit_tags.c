// SPDX-License-Identifier: Apache-2.0
/* What stands between the addresses and the payload: VLAN tags, MPLS shims, PBB tags. */
#include <string.h>

#include <rte_byteorder.h>
#include <rte_ether.h>

#include "datapath/pmd/checksum.h"
#include "datapath/pmd/edit.h"

#define ADDRESSES_SIZE 12
#define TAG_SIZE 4
#define PBB_SIZE (RTE_ETHER_HDR_LEN + TAG_SIZE) /* outer header and I-TAG */
#define PBB_UCA 0x08                            /* in the first byte of an I-TAG */

static void grow_l2(struct rte_mbuf *m, int bytes)
{
	if (m->ol_flags & RTE_MBUF_F_TX_OFFLOAD_MASK)
		m->l2_len = (uint64_t)(m->l2_len + bytes);
}

/* Makes room for `size` bytes behind the first `offset` ones; NULL: there is no room. */
static uint8_t *insert(struct rte_mbuf *m, uint32_t offset, uint16_t size)
{
	uint8_t *data = (uint8_t *)rte_pktmbuf_prepend(m, size);

	if (data == NULL)
		return NULL;
	memmove(data, data + size, offset);
	grow_l2(m, size);
	return data + offset;
}

/* Takes `size` bytes behind the first `offset` ones away; the first segment has them. */
static void cut(struct rte_mbuf *m, uint32_t offset, uint16_t size)
{
	uint8_t *data = rte_pktmbuf_mtod(m, uint8_t *);

	memmove(data + size, data, offset);
	rte_pktmbuf_adj(m, size);
	grow_l2(m, -(int)size);
}

/* --- VLAN ----------------------------------------------------------------------------------- */

bool edit_push_vlan(struct rte_mbuf *m, uint16_t tpid, uint16_t tci)
{
	uint8_t *tag = insert(m, ADDRESSES_SIZE, TAG_SIZE);

	if (tag == NULL)
		return false;
	put16(tag, tpid);
	put16(tag + 2, tci);
	return true;
}

static uint8_t *outer_tag(struct rte_mbuf *m)
{
	uint8_t *data = rte_pktmbuf_mtod(m, uint8_t *);
	uint16_t type = get16(data + ADDRESSES_SIZE);

	if ((type != RTE_ETHER_TYPE_VLAN && type != RTE_ETHER_TYPE_QINQ) ||
	    rte_pktmbuf_data_len(m) < RTE_ETHER_HDR_LEN + TAG_SIZE)
		return NULL;
	return data + RTE_ETHER_HDR_LEN;
}

bool edit_pop_vlan(struct rte_mbuf *m)
{
	if (outer_tag(m) == NULL)
		return false;
	cut(m, ADDRESSES_SIZE, TAG_SIZE);
	return true;
}

bool edit_set_vid(struct rte_mbuf *m, uint16_t vid)
{
	uint8_t *tag = outer_tag(m);

	if (tag == NULL)
		return false;
	tag[0] = (uint8_t)((tag[0] & 0xf0) | vid >> 8);
	tag[1] = (uint8_t)vid;
	return true;
}

bool edit_set_vlan(struct rte_mbuf *m, const uint8_t *value, const uint8_t *mask, bool *moved)
{
	/* The bit that says "present" in a key is the drop eligibility bit in a tag. */
	const uint8_t present = FLOW_VLAN_PRESENT >> 8;
	uint8_t care = mask[0] & (uint8_t)~present;
	uint8_t *tag = outer_tag(m);

	if (mask[0] & present) {
		if (!(value[0] & present)) {
			*moved = tag != NULL;
			return tag == NULL || edit_pop_vlan(m);
		}
		if (tag == NULL) {
			*moved = true;
			return edit_push_vlan(
				m, RTE_ETHER_TYPE_VLAN,
				(uint16_t)((value[0] & care) << 8 | (value[1] & mask[1])));
		}
	}
	if (tag == NULL)
		return false;
	tag[0] = (uint8_t)((tag[0] & ~care) | (value[0] & care));
	tag[1] = (uint8_t)((tag[1] & ~mask[1]) | (value[1] & mask[1]));
	return true;
}

/* --- MPLS ----------------------------------------------------------------------------------- */

/* The outermost label stack entry; NULL: the frame has none. */
static uint8_t *outer_shim(struct rte_mbuf *m, const struct flow_key *key,
			   const struct frame_layout *layout)
{
	if (!frame_is_mpls(key) || rte_pktmbuf_data_len(m) < layout->body + TAG_SIZE)
		return NULL;
	return rte_pktmbuf_mtod(m, uint8_t *) + layout->body;
}

bool edit_push_mpls(struct rte_mbuf *m, struct flow_key *key, struct frame_layout *layout,
		    uint16_t eth_type)
{
	uint8_t shim[TAG_SIZE] = {0, 0, FRAME_MPLS_BOS, 0}, *old, *at;

	edit_read_whole(m, key, layout);
	old = outer_shim(m, key, layout);
	if (old != NULL) {
		memcpy(shim, old, TAG_SIZE);
		shim[2] &= (uint8_t)~FRAME_MPLS_BOS;
	} else if (layout->l3 != 0) {
		shim[3] = key->ip_ttl; /* 0 of ARP */
	}
	at = insert(m, layout->body, TAG_SIZE);
	if (at == NULL)
		return false;
	put16(at - 2, eth_type);
	memcpy(at, shim, TAG_SIZE);
	return true;
}

bool edit_pop_mpls(struct rte_mbuf *m, const struct flow_key *key,
		   const struct frame_layout *layout, uint16_t eth_type)
{
	if (outer_shim(m, key, layout) == NULL)
		return false;
	cut(m, layout->body, TAG_SIZE);
	put16(rte_pktmbuf_mtod(m, uint8_t *) + layout->body - 2, eth_type);
	return true;
}

bool edit_set_mpls(struct rte_mbuf *m, const struct flow_key *key,
		   const struct frame_layout *layout, const uint8_t *value, const uint8_t *mask)
{
	uint8_t *shim = outer_shim(m, key, layout);

	if (shim == NULL)
		return false;
	for (int i = 0; i < TAG_SIZE; i++)
		shim[i] = (uint8_t)((shim[i] & ~mask[i]) | (value[i] & mask[i]));
	return true;
}

/* --- PBB ------------------------------------------------------------------------------------ */

static uint8_t *service_tag(struct rte_mbuf *m, const struct flow_key *key,
			    const struct frame_layout *layout, uint32_t size)
{
	if (!frame_is_type(key, FRAME_TYPE_PBB) || rte_pktmbuf_data_len(m) < layout->body + size)
		return NULL;
	return rte_pktmbuf_mtod(m, uint8_t *) + layout->body;
}

bool edit_push_pbb(struct rte_mbuf *m, struct flow_key *key, struct frame_layout *layout)
{
	uint8_t tag[TAG_SIZE] = {0}, *old, *at;

	edit_read_whole(m, key, layout);
	old = service_tag(m, key, layout, TAG_SIZE);
	if (old != NULL)
		memcpy(tag, old, TAG_SIZE);
	/* I-PCP is the priority of the VLAN tag (1.3.5 §5.12.1); host order in no field. */
	tag[0] = (uint8_t)((tag[0] & 0x1f) | (rte_be_to_cpu_16(key->vlan_tci_be) >> 13) << 5);
	at = (uint8_t *)rte_pktmbuf_prepend(m, PBB_SIZE);
	if (at == NULL)
		return false;
	/* The addresses outside are those of the customer until an action sets them. */
	memcpy(at, at + PBB_SIZE, ADDRESSES_SIZE);
	put16(at + ADDRESSES_SIZE, FRAME_TYPE_PBB);
	memcpy(at + RTE_ETHER_HDR_LEN, tag, TAG_SIZE);
	grow_l2(m, PBB_SIZE);
	return true;
}

bool edit_pop_pbb(struct rte_mbuf *m, const struct flow_key *key, const struct frame_layout *layout)
{
	uint16_t size = (uint16_t)(layout->body + TAG_SIZE);

	/* A frame of the customer must be left. */
	if (service_tag(m, key, layout, TAG_SIZE + RTE_ETHER_HDR_LEN) == NULL)
		return false;
	rte_pktmbuf_adj(m, size);
	grow_l2(m, -(int)size);
	return true;
}

bool edit_set_pbb(struct rte_mbuf *m, const struct flow_key *key, const struct frame_layout *layout,
		  const uint8_t *value, const uint8_t *mask)
{
	uint8_t *tag = service_tag(m, key, layout, TAG_SIZE);

	if (tag == NULL)
		return false;
	if (mask[0] & 1)
		tag[0] = (uint8_t)((tag[0] & ~PBB_UCA) | (value[0] & 1 ? PBB_UCA : 0));
	for (int i = 1; i < TAG_SIZE; i++)
		tag[i] = (uint8_t)((tag[i] & ~mask[i]) | (value[i] & mask[i]));
	return true;
}
