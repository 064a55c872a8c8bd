// SPDX-License-Identifier: Apache-2.0
/* What the switch has: its ports, and the flows and groups that are ours. */
#include "controller/session_priv.h"

#include <errno.h>

#define READ_S 30
/* A switch that claims more ports is not believed. */
#define PORTS_MAX 65536u

static void ask(struct session *s, enum session_state state, uint16_t type)
{
	struct timeval tv = {.tv_sec = READ_S};
	struct of_msg msg;

	s->state = state;
	s->read_xid = channel_next_xid(s->channel);
	of_msg_init(&msg, OF13, OFPT_MULTIPART_REQUEST, s->read_xid);
	of_multipart_request_init(&msg.multipart_request, type);
	if (type == OFPMP_FLOW) {
		msg.multipart_request.flow.cookie = RULE_COOKIE;
		msg.multipart_request.flow.cookie_mask = RULE_COOKIE_MASK;
	}
	(void)channel_send(s->channel, &msg); /* a lost connection is told by on_down */
	event_del(s->timer);
	evtimer_add(s->timer, &tv);
}

void session_read(struct session *s)
{
	s->reread = false;
	s->n_ports = 0;
	rules_clear(&s->read);
	ask(s, SESSION_PORTS, OFPMP_PORT_DESC);
}

static struct session_port *port_find(struct session *s, uint32_t number)
{
	for (unsigned i = 0; i < s->n_ports; i++) {
		if (s->ports[i].port.number == number)
			return &s->ports[i];
	}
	return NULL;
}

/* Puts the port into the list; true when its number or name is new. */
static bool port_put(struct session *s, const struct of_port *port)
{
	struct session_port *p = port_find(s, port->port_no), *ports;
	bool is_new = p == NULL;

	if (p == NULL) {
		if (s->n_ports == s->ports_room) {
			unsigned room = s->ports_room ? s->ports_room * 2 : 16;

			ports = s->n_ports < PORTS_MAX ? realloc(s->ports, room * sizeof(*ports))
						       : NULL;
			if (ports == NULL)
				return false;
			s->ports = ports;
			s->ports_room = room;
		}
		p = &s->ports[s->n_ports++];
		*p = (struct session_port){.port.number = port->port_no};
	}
	if (!is_new)
		is_new = strcmp(p->port.name, port->name) != 0;
	text_copy(p->port.name, sizeof(p->port.name), port->name);
	p->up = (port->state & OFPPS_LINK_DOWN) == 0 && (port->config & OFPPC_PORT_DOWN) == 0;
	return is_new;
}

void session_on_port(struct session *s, uint8_t reason, const struct of_port *port)
{
	struct session_port *p = port_find(s, port->port_no);

	if (s->state != SESSION_STEADY && s->state != SESSION_FLOWS && s->state != SESSION_GROUPS)
		return; /* the ports are read afterwards */
	if (reason == OFPPR_DELETE) {
		if (p == NULL)
			return;
		*p = s->ports[--s->n_ports];
		session_later(s, false);
	} else if (port_put(s, port)) {
		session_later(s, false);
	}
}

static void flow_put(struct session *s, const struct of_flow_stats *flow)
{
	struct rule_spec spec = {.table = flow->table_id,
				 .priority = flow->priority,
				 .cookie = flow->cookie,
				 .idle_s = flow->idle_timeout,
				 .hard_s = flow->hard_timeout,
				 .notify = (flow->flags & OFPFF_SEND_FLOW_REM) != 0,
				 .instructions = flow->instructions};

	if ((flow->cookie & RULE_COOKIE_MASK) != RULE_COOKIE)
		return; /* it should not have come, but it is not ours */
	of_match_copy(&spec.match, &flow->match);
	if (rules_put_flow(&s->read, &spec) != 0)
		session_close(s, "a flow of the switch cannot be read");
}

static void group_put(struct session *s, const struct of_group_desc *group)
{
	struct of_buckets buckets = group->buckets;

	if (group->group_id < RULE_GROUP_FIRST || group->group_id > RULE_GROUP_LAST)
		return;
	/* What a group of type ALL does not use may read back in any way. */
	for (unsigned i = 0; i < buckets.n && group->type == OFPGT_ALL; i++) {
		buckets.b[i].weight = 0;
		buckets.b[i].watch_port = OFPP_ANY;
		buckets.b[i].watch_group = OFPG_ANY;
	}
	if (rules_put_group(&s->read, group->group_id, group->type, &buckets) != 0)
		session_close(s, "a group of the switch cannot be read");
}

/* All is read: the flows that the switch has are the base to which the plan is compared. */
static void finish(struct session *s)
{
	struct mirror_counts counts = {0};

	event_del(s->timer);
	rules_clear(&s->mirror.present);
	s->mirror.present = s->read;
	s->read = (struct rules){0};
	s->state = SESSION_STEADY;
	session_adopt(s);
	(void)session_replan(s, &counts);
	if (counts.added + counts.modified + counts.deleted == 0)
		log_info("switch", "%s: has all %u flows already", s->mirror.name, s->n_wanted);
}

void session_on_multipart(struct session *s, const struct of_msg *msg)
{
	const struct of_multipart_reply *reply = &msg->multipart_reply;
	struct of_multipart_reader reader;
	union of_multipart_entry entry;

	if (msg->xid != s->read_xid || s->state < SESSION_PORTS || s->state > SESSION_GROUPS)
		return;
	reader = of_multipart_reader_init(msg->version, reply);
	of_arena_reset(&s->arena);
	while (of_multipart_next(&reader, &s->arena, &entry) == 1) {
		if (reply->type == OFPMP_PORT_DESC && s->state == SESSION_PORTS)
			(void)port_put(s, &entry.port_desc);
		else if (reply->type == OFPMP_FLOW && s->state == SESSION_FLOWS)
			flow_put(s, &entry.flow);
		else if (reply->type == OFPMP_GROUP_DESC && s->state == SESSION_GROUPS)
			group_put(s, &entry.group_desc);
		of_arena_reset(&s->arena);
	}
	if (reply->flags & OFPMPF_REPLY_MORE)
		return;
	if (s->state == SESSION_PORTS)
		ask(s, SESSION_FLOWS, OFPMP_FLOW);
	else if (s->state == SESSION_FLOWS)
		ask(s, SESSION_GROUPS, OFPMP_GROUP_DESC);
	else
		finish(s);
}
