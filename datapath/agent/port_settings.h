// SPDX-License-Identifier: Apache-2.0
/*
 * port_settings: what the switch, not the device, knows of a port: its number, VLANs and queues.
 * Values; pure functions, any thread.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "datapath/pmd/queues.h"
#include "datapath/table/vlan.h"
#include "lib/text.h"

struct port_settings {
	uint32_t ofport; /* 0: none asked for */
	struct vlan_port vlan;
	struct pmd_queues queues;
};

/* Changes at run time; what has no flag stays. */
struct port_change {
	bool has_vlan, has_trunk, has_native, has_mtu, has_admin;
	uint16_t vlan;     /* 0: no access VLAN any more */
	const char *trunk; /* NULL: no trunk any more */
	uint16_t native;   /* 0: none */
	uint16_t mtu;
	bool admin_up;
	bool has_rate;
	uint64_t rate_bps; /* 0: none */
	uint16_t n_queues;
	struct {
		struct pmd_queue queue;
		bool gone; /* it is taken away */
	} queue[PMD_MAX_QUEUES];
};

/**
 * Takes one option of a port's spec (ofport, vlan, trunk, native, rate, queue): the callback of
 * port_spec_parse, whose `arg` is a struct port_settings. 0, or -EINVAL with a sentence in `why`.
 */
int port_settings_option(void *settings, const char *key, const char *value, char *why,
			 size_t why_size);

/** Applies the VLANs, rate and queues of a change; 0, or -EINVAL with a sentence in `why`, nothing
 * changed. */
int port_settings_change(struct port_settings *settings, const struct port_change *change,
			 char *why, size_t why_size);

/** Appends `,vlan=…`, `,rate=…` and the like, as a spec has them; without the number. */
void port_settings_text(const struct port_settings *settings, struct text *text);

/** Appends the VLANs of a trunk as `10;20;30-40`. */
void port_settings_trunk_text(const struct vlan_port *vlan, struct text *text);

/** The next run of VLANs at or after *from, as *from…*to; false at the end. */
bool port_settings_trunk_run(const struct vlan_port *vlan, unsigned int *from, unsigned int *to);
