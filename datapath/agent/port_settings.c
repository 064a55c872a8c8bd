// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/port_settings.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "datapath/agent/port_queues.h"
#include "datapath/table/pipeline.h"

#define VID_MAX 4094

static int parse_vid(const char *key, const char *value, uint16_t *vid, char *why, size_t why_size)
{
	uint64_t number;

	if (text_parse_u64(value, VID_MAX, &number) < 0 || number == 0) {
		snprintf(why, why_size, "%s=%.20s is not a VLAN; give a number from 1 to %d", key,
			 value, VID_MAX);
		return -EINVAL;
	}
	*vid = (uint16_t)number;
	return 0;
}

static int refuse_mix(char *why, size_t why_size)
{
	snprintf(why, why_size,
		 "vlan makes an access port and cannot stand with trunk or native; for "
		 "untagged frames on a trunk use native");
	return -EINVAL;
}

static int set_trunk(struct vlan_port *vlan, const char *value, char *why, size_t why_size)
{
	struct vlan_port parsed = {0};
	int err = vlan_trunk_parse(value, &parsed, why, why_size);

	if (err < 0)
		return err;
	vlan->mode = VLAN_TRUNK;
	memcpy(vlan->trunk, parsed.trunk, sizeof(vlan->trunk));
	return 0;
}

int port_settings_option(void *arg, const char *key, const char *value, char *why, size_t why_size)
{
	struct port_settings *settings = arg;
	struct vlan_port *vlan = &settings->vlan;
	uint64_t number;
	int err;

	if (strcmp(key, "ofport") == 0) {
		if (strcmp(value, "local") == 0) {
			settings->ofport = PIPELINE_LOCAL;
			return 0;
		}
		if (text_parse_u64(value, PIPELINE_MAX_OFPORT, &number) < 0 || number == 0) {
			snprintf(why, why_size,
				 "ofport=%.20s is not a port number; give one from 1 to %d, or "
				 "local",
				 value, PIPELINE_MAX_OFPORT);
			return -EINVAL;
		}
		settings->ofport = (uint32_t)number;
		return 0;
	}
	if (strcmp(key, "rate") == 0 || strcmp(key, "queue") == 0)
		return port_queues_option(&settings->queues, key, value, why, why_size);
	if (strcmp(key, "vlan") == 0) {
		if (vlan->mode == VLAN_TRUNK)
			return refuse_mix(why, why_size);
		err = parse_vid(key, value, &vlan->access, why, why_size);
		if (err == 0)
			vlan->mode = VLAN_ACCESS;
		return err;
	}
	if (vlan->mode == VLAN_ACCESS && (strcmp(key, "trunk") == 0 || strcmp(key, "native") == 0))
		return refuse_mix(why, why_size);
	if (strcmp(key, "trunk") == 0)
		return set_trunk(vlan, value, why, why_size);
	if (strcmp(key, "native") == 0) {
		err = parse_vid(key, value, &vlan->native, why, why_size);
		if (err == 0)
			vlan->mode = VLAN_TRUNK;
		return err;
	}
	snprintf(why, why_size,
		 "option %.40s is unknown; a port has ofport, vlan, trunk, native, rate, "
		 "queue, queues, mtu, mac, server and client",
		 key);
	return -EINVAL;
}

static int change_queues(struct pmd_queues *queues, const struct port_change *change, char *why,
			 size_t why_size)
{
	int err = 0;

	if (change->has_rate)
		queues->rate_bps = change->rate_bps;
	for (uint16_t i = 0; i < change->n_queues; i++) {
		if (change->queue[i].gone)
			port_queues_unset(queues, change->queue[i].queue.id);
	}
	for (uint16_t i = 0; err == 0 && i < change->n_queues; i++) {
		if (!change->queue[i].gone)
			err = port_queues_set(queues, &change->queue[i].queue, why, why_size);
	}
	return err != 0 ? err : port_queues_check(queues, why, why_size);
}

int port_settings_change(struct port_settings *settings, const struct port_change *change,
			 char *why, size_t why_size)
{
	struct vlan_port vlan = settings->vlan;
	struct pmd_queues queues = settings->queues;
	int err = 0;

	if (change->has_vlan && change->vlan != 0 &&
	    ((change->has_trunk && change->trunk != NULL) ||
	     (change->has_native && change->native != 0)))
		return refuse_mix(why, why_size);
	if (change->vlan > VID_MAX || change->native > VID_MAX) {
		snprintf(why, why_size, "%u is not a VLAN; give a number from 1 to %d",
			 change->vlan > VID_MAX ? change->vlan : change->native, VID_MAX);
		return -EINVAL;
	}
	if (change->has_vlan && change->vlan != 0)
		vlan = (struct vlan_port){.mode = VLAN_ACCESS, .access = change->vlan};
	else if (change->has_vlan && vlan.mode == VLAN_ACCESS)
		vlan = (struct vlan_port){0};
	if (change->has_trunk && change->trunk != NULL) {
		vlan.access = 0;
		err = set_trunk(&vlan, change->trunk, why, why_size);
	} else if (change->has_trunk && vlan.mode == VLAN_TRUNK) {
		vlan = (struct vlan_port){0};
	}
	if (change->has_native && vlan.mode == VLAN_TRUNK) {
		vlan.native = change->native;
	} else if (change->has_native && change->native != 0) {
		snprintf(why, why_size, "native is for trunks; give trunk too");
		err = -EINVAL;
	}
	if (err == 0)
		err = change_queues(&queues, change, why, why_size);
	if (err == 0) {
		settings->vlan = vlan;
		settings->queues = queues;
	}
	return err;
}

bool port_settings_trunk_run(const struct vlan_port *vlan, unsigned int *from, unsigned int *to)
{
	unsigned int vid = *from;

	while (vid <= VID_MAX && (vlan->trunk[vid / 64] >> vid % 64 & 1) == 0)
		vid++;
	if (vid > VID_MAX)
		return false;
	*from = vid;
	while (vid < VID_MAX && (vlan->trunk[(vid + 1) / 64] >> (vid + 1) % 64 & 1) != 0)
		vid++;
	*to = vid;
	return true;
}

void port_settings_trunk_text(const struct vlan_port *vlan, struct text *text)
{
	const char *separator = "";

	for (unsigned int from = 1, to; port_settings_trunk_run(vlan, &from, &to); from = to + 1) {
		text_add(text, "%s%u", separator, from);
		if (to != from)
			text_add(text, "-%u", to);
		separator = ";";
	}
}

void port_settings_text(const struct port_settings *settings, struct text *text)
{
	const struct vlan_port *vlan = &settings->vlan;
	struct text trunk = {0};

	port_queues_text(&settings->queues, text);
	if (vlan->mode == VLAN_ACCESS)
		text_add(text, ",vlan=%u", vlan->access);
	if (vlan->mode != VLAN_TRUNK)
		return;
	port_settings_trunk_text(vlan, &trunk);
	if (trunk.len > 0)
		text_add(text, ",trunk=%s", text_get(&trunk));
	if (vlan->native != 0)
		text_add(text, ",native=%u", vlan->native);
	text_free(&trunk);
}
