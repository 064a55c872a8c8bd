// SPDX-License-Identifier: Apache-2.0
#include "controller/plan.h"

#include <errno.h>
#include <string.h>

/* Priorities: in each table of ours, what is narrower stands higher. */
enum {
	PRIORITY_RESERVED = 500, /* table 0: bridge protocols end here */
	PRIORITY_ADMIT = 400,    /* table 0: what a port may send */
	PRIORITY_PORT = 300,     /* table 0: what it may not */
	PRIORITY_REST = 1,       /* table 0: above another's NORMAL at 0, below all other flows */
	PRIORITY_FIXED = 500,    /* table 1: the fixed address on its port */
	PRIORITY_STOLEN = 400,   /* table 1: a fixed address elsewhere, another address there */
	PRIORITY_LEARNED = 300,
	PRIORITY_QUIET = 200,
	PRIORITY_UNKNOWN = 100,
};

struct plan_fixed {
	UT_hash_handle hh;
	struct {
		uint16_t vlan;
		struct eth_addr mac;
	} key; /* without padding */
};

struct port_by_name {
	UT_hash_handle hh;
	const char *name;
	uint32_t number;
};

static uint32_t port_number(const struct port_by_name *ports, const char *name)
{
	char cut[OF_PORT_WIRE_NAME_SIZE];
	const struct port_by_name *port;

	text_copy(cut, sizeof(cut), name); /* as OpenFlow 1.3 shows it */
	HASH_FIND_STR(ports, cut, port);
	return port != NULL ? port->number : 0;
}

static int member_compare(const void *a, const void *b)
{
	const struct plan_member *x = a, *y = b;

	if (x->vlan != y->vlan)
		return x->vlan < y->vlan ? -1 : 1;
	return x->port < y->port ? -1 : x->port > y->port;
}

static size_t count_members(const struct intent *intent, unsigned sw)
{
	size_t n = 1;

	for (unsigned i = 0; i < intent->n_attachments; i++)
		n += intent->attachments[i].sw == sw;
	for (unsigned i = 0; i < intent->n_uplinks; i++)
		n += intent->uplinks[i].sw == sw ? intent->uplinks[i].n_networks + 1 : 0;
	return n;
}

static int add_fixed(struct plan *plan, uint16_t vlan, const struct eth_addr *mac)
{
	struct plan_fixed *one = calloc(1, sizeof(*one));

	if (one == NULL)
		return -ENOMEM;
	one->key.vlan = vlan;
	one->key.mac = *mac;
	HASH_ADD(hh, plan->fixed, key, sizeof(one->key), one);
	return 0;
}

static int add_attachments(struct plan *plan, const struct intent *intent, unsigned sw,
			   const struct port_by_name *ports)
{
	for (unsigned i = 0; i < intent->n_attachments; i++) {
		const struct intent_attachment *a = &intent->attachments[i];
		uint16_t vlan = intent->networks[a->network].vlan;
		uint32_t number = a->sw == sw ? port_number(ports, a->port) : 0;

		if (a->sw == sw && a->has_mac && add_fixed(plan, vlan, &a->mac) != 0)
			return -ENOMEM;
		if (number != 0)
			plan->members[plan->n++] = (struct plan_member){
				.port = number, .vlan = vlan, .has_mac = a->has_mac, .mac = a->mac};
	}
	return 0;
}

static void add_uplinks(struct plan *plan, const struct intent *intent, unsigned sw,
			const struct port_by_name *ports)
{
	for (unsigned i = 0; i < intent->n_uplinks; i++) {
		const struct intent_uplink *u = &intent->uplinks[i];
		struct plan_member member = {.uplink = true};

		member.port = u->sw == sw ? port_number(ports, u->port) : 0;
		if (member.port == 0)
			continue;
		if (u->has_native) {
			member.vlan = intent->networks[u->native].vlan;
			plan->members[plan->n++] = member;
		}
		member.tagged = true;
		for (unsigned k = 0; k < u->n_networks; k++) {
			member.vlan = intent->networks[u->networks[k]].vlan;
			plan->members[plan->n++] = member;
		}
	}
}

struct plan *plan_create(const struct intent *intent, unsigned sw, const struct plan_port *ports,
			 unsigned n_ports)
{
	struct port_by_name *names = calloc(n_ports + 1, sizeof(*names)), *by_name = NULL;
	struct plan *plan = calloc(1, sizeof(*plan));
	int err = -ENOMEM;

	if (names == NULL || plan == NULL)
		goto out;
	plan->members = calloc(count_members(intent, sw), sizeof(*plan->members));
	if (plan->members == NULL)
		goto out;
	for (unsigned i = 0; i < n_ports; i++) {
		struct port_by_name *other;

		names[i].name = ports[i].name;
		names[i].number = ports[i].number;
		HASH_FIND_STR(by_name, ports[i].name, other);
		if (other == NULL && ports[i].number < OFPP_MAX)
			HASH_ADD_KEYPTR(hh, by_name, names[i].name, strlen(names[i].name),
					&names[i]);
	}
	err = add_attachments(plan, intent, sw, by_name);
	add_uplinks(plan, intent, sw, by_name);
	qsort(plan->members, plan->n, sizeof(*plan->members), member_compare);
out:
	HASH_CLEAR(hh, by_name);
	free(names);
	if (err != 0) {
		plan_destroy(plan);
		plan = NULL;
	}
	return plan;
}

void plan_destroy(struct plan *plan)
{
	struct plan_fixed *one, *next;

	if (plan == NULL)
		return;
	HASH_ITER (hh, plan->fixed, one, next) {
		HASH_DEL(plan->fixed, one);
		free(one);
	}
	free(plan->members);
	free(plan);
}

const struct plan_member *plan_member(const struct plan *plan, uint32_t port, uint16_t vlan)
{
	struct plan_member key = {.port = port, .vlan = vlan};

	return bsearch(&key, plan->members, plan->n, sizeof(key), member_compare);
}

bool plan_mac_fixed(const struct plan *plan, uint16_t vlan, const struct eth_addr *mac)
{
	struct plan_fixed key, *found;

	memset(&key, 0, sizeof(key));
	key.key.vlan = vlan;
	key.key.mac = *mac;
	HASH_FIND(hh, plan->fixed, &key.key, sizeof(key.key), found);
	return found != NULL;
}

/* --- one flow at a time ---------------------------------------------------------------------- */

/* A flow under construction: its spec, and the instructions that the spec points to. */
struct draft {
	struct rule_spec spec;
	struct of_action actions[4];
	struct of_instruction instructions[2];
	struct of_actions list;
};

static void draft_init(struct draft *d, uint8_t table, uint16_t priority, uint64_t cookie)
{
	memset(&d->spec, 0, offsetof(struct rule_spec, match));
	d->spec.table = table;
	d->spec.priority = priority;
	d->spec.cookie = cookie;
	d->spec.notify = true; /* so that it comes back when somebody else deletes it */
	of_match_init(&d->spec.match);
	d->spec.instructions = (struct of_instructions){.i = d->instructions};
	d->list = (struct of_actions){.a = d->actions};
}

static struct of_action *draft_action(struct draft *d, enum of_action_type type)
{
	struct of_action *action = &d->actions[d->list.n++];

	memset(action, 0, sizeof(*action));
	action->type = type;
	return action;
}

static void draft_match(struct draft *d, enum of_field field, uint64_t value)
{
	(void)of_match_add_u64(&d->spec.match, field, value);
}

static void draft_output(struct draft *d, uint32_t port, uint16_t max_len)
{
	struct of_action *action = draft_action(d, OF_ACTION_OUTPUT);

	action->output.port = port;
	action->output.max_len = max_len;
}

/* Ends the flow with its actions and, unless `next` is 0, a goto. */
static int draft_put(struct draft *d, uint8_t next, struct rules *rules)
{
	struct of_instruction *i = d->instructions;

	if (d->list.n != 0)
		*i++ = (struct of_instruction){.type = OF_INSTRUCTION_APPLY_ACTIONS,
					       .actions = d->list};
	if (next != 0)
		*i++ = (struct of_instruction){.type = OF_INSTRUCTION_GOTO_TABLE, .table_id = next};
	d->spec.instructions.n = (uint16_t)(i - d->instructions);
	return rules_put_flow(rules, &d->spec);
}

/* Out of a port, with the tag only where the port carries it. */
static void draft_egress(struct draft *d, const struct plan_member *member)
{
	if (!member->tagged)
		draft_action(d, OF_ACTION_POP_VLAN);
	draft_output(d, member->port, 0);
}

static void draft_push(struct draft *d, uint16_t vlan)
{
	struct of_match tag;

	draft_action(d, OF_ACTION_PUSH_VLAN)->ethertype = 0x8100;
	of_match_init(&tag);
	(void)of_match_add_u64(&tag, OF_FIELD_VLAN_VID, OFPVID_PRESENT | vlan);
	draft_action(d, OF_ACTION_SET_FIELD)->set_field = tag.f[0];
}

/* --- the tables ------------------------------------------------------------------------------ */

static int put_admit(const struct plan_member *member, struct rules *rules)
{
	struct draft d;

	draft_init(&d, PLAN_TABLE_INGRESS, PRIORITY_ADMIT,
		   RULE_COOKIE_MAKE(RULE_KIND_PLAN, member->vlan));
	draft_match(&d, OF_FIELD_IN_PORT, member->port);
	if (member->tagged) {
		draft_match(&d, OF_FIELD_VLAN_VID, OFPVID_PRESENT | member->vlan);
	} else {
		draft_match(&d, OF_FIELD_VLAN_VID, OFPVID_NONE);
		draft_push(&d, member->vlan);
	}
	return draft_put(&d, PLAN_TABLE_SOURCE, rules);
}

/* What every port of ours has once, however many networks it carries. */
static int put_port(const struct plan_member *member, struct rules *rules)
{
	static const uint64_t reserved = 0x0180c2000000, reserved_mask = 0xfffffffffff0;
	struct draft d;
	int err;

	/* IEEE 802.1Q §8.6.3: these addresses never pass a bridge. */
	draft_init(&d, PLAN_TABLE_INGRESS, PRIORITY_RESERVED, RULE_COOKIE);
	draft_match(&d, OF_FIELD_IN_PORT, member->port);
	(void)of_match_add_u64_masked(&d.spec.match, OF_FIELD_ETH_DST, reserved, reserved_mask);
	err = draft_put(&d, 0, rules);
	if (err != 0)
		return err;
	draft_init(&d, PLAN_TABLE_INGRESS, PRIORITY_PORT, RULE_COOKIE);
	draft_match(&d, OF_FIELD_IN_PORT, member->port);
	err = draft_put(&d, 0, rules);
	if (err != 0 || member->has_mac)
		return err;
	draft_init(&d, PLAN_TABLE_SOURCE, PRIORITY_UNKNOWN, RULE_COOKIE);
	draft_match(&d, OF_FIELD_IN_PORT, member->port);
	draft_output(&d, OFPP_CONTROLLER, PLAN_PUNT_BYTES);
	return draft_put(&d, PLAN_TABLE_TARGET, rules);
}

/* The source flow of an address on its port. */
static int put_source(const struct plan_member *member, const struct eth_addr *mac,
		      uint16_t priority, enum rule_kind kind, struct rules *rules)
{
	struct draft d;

	draft_init(&d, PLAN_TABLE_SOURCE, priority, RULE_COOKIE_MAKE(kind, member->vlan));
	draft_match(&d, OF_FIELD_IN_PORT, member->port);
	draft_match(&d, OF_FIELD_VLAN_VID, OFPVID_PRESENT | member->vlan);
	(void)of_match_add_eth(&d.spec.match, OF_FIELD_ETH_SRC, mac);
	d.spec.idle_s = kind == RULE_KIND_LEARN ? PLAN_AGEING_S : 0;
	return draft_put(&d, PLAN_TABLE_TARGET, rules);
}

/* The target flow of an address. */
static int put_target(const struct plan_member *member, const struct eth_addr *mac,
		      enum rule_kind kind, struct rules *rules)
{
	struct draft d;

	draft_init(&d, PLAN_TABLE_TARGET, PRIORITY_LEARNED, RULE_COOKIE_MAKE(kind, member->vlan));
	draft_match(&d, OF_FIELD_VLAN_VID, OFPVID_PRESENT | member->vlan);
	(void)of_match_add_eth(&d.spec.match, OF_FIELD_ETH_DST, mac);
	/* The controller takes it away with the source; this is for when it is not there. */
	d.spec.idle_s = kind == RULE_KIND_LEARN ? 2 * PLAN_AGEING_S : 0;
	draft_egress(&d, member);
	return draft_put(&d, 0, rules);
}

static int put_fixed(const struct plan_member *member, struct rules *rules)
{
	struct draft d;
	int err;

	err = put_source(member, &member->mac, PRIORITY_FIXED, RULE_KIND_PLAN, rules);
	if (err == 0)
		err = put_target(member, &member->mac, RULE_KIND_PLAN, rules);
	if (err != 0)
		return err;
	draft_init(&d, PLAN_TABLE_SOURCE, PRIORITY_STOLEN,
		   RULE_COOKIE_MAKE(RULE_KIND_PLAN, member->vlan));
	draft_match(&d, OF_FIELD_VLAN_VID, OFPVID_PRESENT | member->vlan);
	(void)of_match_add_eth(&d.spec.match, OF_FIELD_ETH_SRC, &member->mac);
	return draft_put(&d, 0, rules);
}

static int put_member(const struct plan_member *member, struct rules *rules)
{
	int err = put_admit(member, rules);

	if (err == 0)
		err = put_port(member, rules);
	if (err == 0 && member->has_mac)
		err = put_fixed(member, rules);
	return err;
}

/* A network's group and the flow that leads to it; `members` are all in one VLAN. */
static int put_network(const struct plan_member *members, unsigned n, struct rules *rules)
{
	uint32_t id = RULE_GROUP_FIRST + members[0].vlan;
	struct of_bucket *buckets = calloc(n, sizeof(*buckets));
	struct draft *drafts = calloc(n, sizeof(*drafts));
	struct draft d;
	int err = -ENOMEM;

	if (buckets == NULL || drafts == NULL)
		goto out;
	for (unsigned i = 0; i < n; i++) {
		draft_init(&drafts[i], 0, 0, 0);
		draft_egress(&drafts[i], &members[i]);
		buckets[i] = (struct of_bucket){.bucket_id = i,
						.watch_port = OFPP_ANY,
						.watch_group = OFPG_ANY,
						.actions = drafts[i].list};
	}
	err = rules_put_group(rules, id, OFPGT_ALL,
			      &(struct of_buckets){.n = (uint16_t)n, .b = buckets});
	if (err != 0)
		goto out;
	draft_init(&d, PLAN_TABLE_TARGET, PRIORITY_UNKNOWN,
		   RULE_COOKIE_MAKE(RULE_KIND_PLAN, members[0].vlan));
	draft_match(&d, OF_FIELD_VLAN_VID, OFPVID_PRESENT | members[0].vlan);
	draft_action(&d, OF_ACTION_GROUP)->group_id = id;
	err = draft_put(&d, 0, rules);
out:
	free(buckets);
	free(drafts);
	return err;
}

int plan_rules(const struct plan *plan, struct rules *rules)
{
	struct draft d;
	int err;

	/* Frames of ports that the intent does not name must not reach one that it names, as they
	 * would through another's NORMAL flow at priority 0. */
	draft_init(&d, PLAN_TABLE_INGRESS, PRIORITY_REST, RULE_COOKIE);
	err = draft_put(&d, 0, rules);
	for (unsigned i = 0, n = 0; err == 0 && i < plan->n; i += n) {
		n = 0;
		while (err == 0 && i + n < plan->n &&
		       plan->members[i + n].vlan == plan->members[i].vlan)
			err = put_member(&plan->members[i + n++], rules);
		if (err == 0)
			err = put_network(&plan->members[i], n, rules);
	}
	return err;
}

int plan_mac_rules(const struct plan *plan, const struct plan_mac *mac, struct rules *rules)
{
	const struct plan_member *member = plan_member(plan, mac->port, mac->vlan);
	int err;

	if (member == NULL || member->has_mac || plan_mac_fixed(plan, mac->vlan, &mac->mac))
		return -ENOENT;
	err = put_target(member, &mac->mac, RULE_KIND_LEARN, rules);
	if (err == 0)
		err = put_source(member, &mac->mac, PRIORITY_LEARNED, RULE_KIND_LEARN, rules);
	return err;
}

int plan_quiet_rules(uint32_t port, struct rules *rules)
{
	struct draft d;

	draft_init(&d, PLAN_TABLE_SOURCE, PRIORITY_QUIET, RULE_COOKIE_MAKE(RULE_KIND_QUIET, 0));
	draft_match(&d, OF_FIELD_IN_PORT, port);
	d.spec.hard_s = PLAN_QUIET_S;
	d.spec.notify = false;
	return draft_put(&d, PLAN_TABLE_TARGET, rules);
}

bool plan_mac_of_flow(const struct rule_flow *flow, struct plan_mac *mac)
{
	const struct of_match_field *source;
	struct of_match match;

	if (RULE_COOKIE_KIND(flow->cookie) != RULE_KIND_LEARN ||
	    rule_flow_table(flow) != PLAN_TABLE_SOURCE)
		return false;
	rule_flow_match(flow, &match);
	source = of_match_find(&match, OF_FIELD_ETH_SRC);
	if (source == NULL)
		return false;
	mac->port = (uint32_t)of_match_get_u64(&match, OF_FIELD_IN_PORT, 0);
	mac->vlan = of_match_get_u64(&match, OF_FIELD_VLAN_VID, 0) & 0xfff;
	memcpy(mac->mac.b, source->value, sizeof(mac->mac.b));
	return true;
}
