// SPDX-License-Identifier: Apache-2.0
/* Addresses: learned from packet-ins, forgotten when their flows end, bounded per port. */
#include "controller/session_priv.h"

#include "lib/units.h"

#include <errno.h>

void session_adopt(struct session *s)
{
	struct rule_flow *flow;
	struct plan_mac mac;

	learn_clear(&s->learn);
	s->learn = (struct learn){0};
	for (flow = s->mirror.present.flows; flow != NULL; flow = flow->hh.next) {
		if (plan_mac_of_flow(flow, &mac))
			(void)learn_adopt(&s->learn, &mac);
	}
}

struct learned {
	struct session *session;
	struct rules *wanted;
	int err;
};

static void learned_add(void *context, const struct plan_mac *mac)
{
	struct learned *l = context;
	int err = plan_mac_rules(l->session->plan, mac, l->wanted);

	if (err == -ENOENT)
		learn_forget(&l->session->learn, mac);
	else if (err != 0)
		l->err = err;
}

int session_plan_learned(struct session *s, struct rules *wanted)
{
	struct learned l = {.session = s, .wanted = wanted};

	learn_each(&s->learn, learned_add, &l);
	return l.err;
}

/* Deletes the source flow, the target flow or both of an address. */
static void delete_flows(struct session *s, const struct plan_mac *mac, bool source, bool target)
{
	struct rules rules = {0};

	if (plan_mac_rules(s->plan, mac, &rules) == 0) {
		for (struct rule_flow *f = rules.flows; f != NULL; f = f->hh.next) {
			if (rule_flow_table(f) == PLAN_TABLE_SOURCE ? source : target)
				(void)mirror_delete(&s->mirror, s->channel, f);
		}
	}
	rules_clear(&rules);
}

static void port_quiet(struct session *s, uint32_t number, uint64_t now_ms)
{
	struct rules rules = {0};

	for (unsigned i = 0; i < s->n_ports; i++) {
		struct session_port *p = &s->ports[i];

		if (p->port.number != number || p->quiet_until_ms > now_ms)
			continue;
		p->quiet_until_ms = now_ms + PLAN_QUIET_S * 1000;
		if (plan_quiet_rules(number, &rules) == 0)
			(void)mirror_add(&s->mirror, s->channel, &rules);
		log_limited(&s->limit, LOG_LEVEL_WARNING, "switch",
			    "%s: port %s shows too many addresses or frames, for %u s nothing is "
			    "learned "
			    "from it and what is unknown is flooded; look at what sends there",
			    s->mirror.name, p->port.name, PLAN_QUIET_S);
	}
	rules_clear(&rules);
}

/* Addresses and tag of the frame as it is in table 1, with its network's tag. */
static bool frame_read(const struct of_packet_in *in, struct plan_mac *mac)
{
	struct cursor c = cursor_init(in->data, in->data_len);
	uint16_t type;

	cursor_skip(&c, 6);
	cursor_copy(&c, mac->mac.b, 6);
	type = cursor_u16(&c);
	mac->vlan = cursor_u16(&c) & 0xfff;
	mac->port = (uint32_t)of_match_get_u64(&in->match, OF_FIELD_IN_PORT, 0);
	return cursor_ok(&c) && type == 0x8100;
}

void session_on_packet_in(struct session *s, const struct of_packet_in *in)
{
	const struct plan_member *member;
	uint64_t now_ms = clock_ms();
	struct rules rules = {0};
	struct plan_mac mac, was;
	enum learn_result result;

	if (s->state != SESSION_STEADY || (in->cookie & RULE_COOKIE_MASK) != RULE_COOKIE ||
	    !frame_read(in, &mac))
		return;
	member = plan_member(s->plan, mac.port, mac.vlan);
	if (member == NULL)
		return;
	result = plan_mac_fixed(s->plan, mac.vlan, &mac.mac)
			 ? LEARN_KNOWN
			 : learn_seen(&s->learn, &mac, member->uplink, now_ms, &was);
	if (result == LEARN_FULL)
		port_quiet(s, mac.port, now_ms);
	if (result != LEARN_NEW && result != LEARN_MOVED)
		return;
	if (plan_mac_rules(s->plan, &mac, &rules) != 0) {
		learn_forget(&s->learn, &mac);
	} else {
		s->n_wanted += result == LEARN_NEW ? 2 : 0;
		(void)mirror_add(&s->mirror, s->channel, &rules);
	}
	if (result == LEARN_MOVED)
		delete_flows(s, &was, true, false);
	rules_clear(&rules);
}

void session_on_flow_removed(struct session *s, const struct of_flow_removed *removed)
{
	struct rule_spec spec = {.table = removed->table_id, .priority = removed->priority};
	struct rule_flow *flow;
	struct plan_mac mac;

	if ((removed->cookie & RULE_COOKIE_MASK) != RULE_COOKIE || s->state != SESSION_STEADY)
		return;
	of_match_copy(&spec.match, &removed->match);
	flow = rules_find_flow(&s->mirror.present, &spec);
	if (flow == NULL || flow->cookie != removed->cookie)
		return; /* our own delete, or replaced meanwhile */
	if (removed->reason == OFPRR_IDLE_TIMEOUT && plan_mac_of_flow(flow, &mac)) {
		if (learn_forget(&s->learn, &mac)) {
			s->n_wanted -= 2;
			delete_flows(s, &mac, false, true);
		}
		rules_del_flow(&s->mirror.present, flow);
		return;
	}
	rules_del_flow(&s->mirror.present, flow);
	if (removed->reason != OFPRR_IDLE_TIMEOUT && removed->reason != OFPRR_HARD_TIMEOUT)
		log_limited(
			&s->limit, LOG_LEVEL_WARNING, "switch",
			"%s: somebody else removed a flow of table %u, it is put back; give other "
			"controllers other cookies than %#llx…",
			s->mirror.name, removed->table_id, (unsigned long long)(RULE_COOKIE >> 32));
	session_later(s, removed->reason != OFPRR_IDLE_TIMEOUT);
}
