// SPDX-License-Identifier: Apache-2.0
/*
 * vlan: which VLANs a port is in (IEEE 802.1Q-2018 §6.9, §8.6.2, §8.8), as NORMAL uses it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum vlan_mode {
	VLAN_NONE,   /* every VLAN tagged, untagged frames in VLAN 0: a port without settings */
	VLAN_ACCESS, /* one VLAN, never a tag */
	VLAN_TRUNK,  /* the VLANs of a set, tagged; the native one untagged */
};

struct vlan_port {
	enum vlan_mode mode;
	uint16_t access; /* VLAN_ACCESS: 1…4094 */
	uint16_t native; /* VLAN_TRUNK: 1…4094, 0: none, untagged frames are refused */
	uint64_t trunk[4096 / 64];
};

/**
 * The VLAN of a frame that enters. `tci` is in host order with FLOW_VLAN_PRESENT, 0 when untagged.
 * A tag with VID 0 counts as none (a priority tag, 802.1Q §6.9.1). -1: refused. Any thread.
 */
int vlan_ingress(const struct vlan_port *port, uint16_t tci);

/** May a frame of that VLAN leave by this port? Any thread. */
bool vlan_egress_allowed(const struct vlan_port *port, uint16_t vid);

/** Does a frame of that VLAN leave with a tag? Only for VLANs that may leave. Any thread. */
bool vlan_egress_tagged(const struct vlan_port *port, uint16_t vid);

/**
 * Reads `10;20;30-40` into the set of `port`; -EINVAL with a sentence in `why`. Any thread.
 */
int vlan_trunk_parse(const char *text, struct vlan_port *port, char *why, size_t why_size);
