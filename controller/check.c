// SPDX-License-Identifier: Apache-2.0
#include "controller/check.h"

#include "controller/plan.h"

#include <errno.h>
#include <inttypes.h>

/* The ports that the file names, numbered from 1. */
static unsigned named_ports(const struct intent *in, unsigned sw, struct plan_port *ports)
{
	unsigned n = 0;

	for (unsigned i = 0; i < in->n_attachments; i++) {
		if (in->attachments[i].sw != sw)
			continue;
		text_copy(ports[n].name, sizeof(ports[n].name), in->attachments[i].port);
		ports[n].number = n + 1;
		n++;
	}
	for (unsigned i = 0; i < in->n_uplinks; i++) {
		if (in->uplinks[i].sw != sw)
			continue;
		text_copy(ports[n].name, sizeof(ports[n].name), in->uplinks[i].port);
		ports[n].number = n + 1;
		n++;
	}
	return n;
}

static int print_switch(const struct intent *in, unsigned sw, FILE *to)
{
	struct plan_port *ports = calloc(in->n_attachments + in->n_uplinks + 1, sizeof(*ports));
	unsigned n_ports = ports != NULL ? named_ports(in, sw, ports) : 0;
	struct plan *plan = ports != NULL ? plan_create(in, sw, ports, n_ports) : NULL;
	struct rules rules = {0};
	int err = plan != NULL ? plan_rules(plan, &rules) : -ENOMEM;

	if (err == 0)
		fprintf(to, "switch %s (%016" PRIx64 "): %u ports, %u flows, %u groups\n",
			in->switches[sw].name, in->switches[sw].dpid, n_ports,
			HASH_COUNT(rules.flows), HASH_COUNT(rules.groups));
	rules_clear(&rules);
	plan_destroy(plan);
	free(ports);
	return err;
}

int check_print(const struct intent *in, FILE *to)
{
	int err = 0;

	for (unsigned n = 0; n < in->n_networks; n++) {
		unsigned attachments = 0, uplinks = 0;

		for (unsigned i = 0; i < in->n_attachments; i++)
			attachments += in->attachments[i].network == n;
		for (unsigned i = 0; i < in->n_uplinks; i++)
			uplinks += intent_uplink_carries(&in->uplinks[i], n);
		fprintf(to, "network %s: VLAN %u, %u attachments, %u uplinks\n",
			in->networks[n].name, in->networks[n].vlan, attachments, uplinks);
	}
	for (unsigned sw = 0; sw < in->n_switches && err == 0; sw++)
		err = print_switch(in, sw, to);
	return err;
}
