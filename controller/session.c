// SPDX-License-Identifier: Apache-2.0
#include "controller/session_priv.h"

#include "lib/units.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

/* A switch that does not answer a step of the handshake for so long is cut off. */
#define STEP_S 20
/* What comes within this time is planned in one run. */
#define LATER_MS 100

static void forget_switch(struct session *s)
{
	plan_destroy(s->plan);
	s->plan = NULL;
	rules_clear(&s->read);
	mirror_free(&s->mirror);
	mirror_init(&s->mirror);
	learn_clear(&s->learn);
	s->learn = (struct learn){0};
	s->n_ports = 0;
	s->n_wanted = 0;
	s->dpid = 0;
	s->sw = -1;
	s->reread = false;
	event_del(s->timer);
}

static void timer_fires(evutil_socket_t fd, short what, void *context)
{
	struct session *s = context;

	if (s->state == SESSION_STEADY) {
		if (s->reread)
			session_read(s);
		else
			(void)session_replan(s, NULL);
	} else if (s->state != SESSION_AWAY && s->state != SESSION_UNKNOWN) {
		session_close(s,
			      "the switch does not answer; it is asked again when it reconnects");
	}
}

struct session *session_create(struct event_base *base, const char *peer,
			       const struct intent *intent, const struct session_ops *ops,
			       void *context)
{
	struct session *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->base = base;
	s->intent = intent;
	s->ops = ops;
	s->context = context;
	s->sw = -1;
	s->arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	s->peer = strdup(peer);
	s->timer = evtimer_new(base, timer_fires, s);
	mirror_init(&s->mirror);
	if (s->peer == NULL || s->timer == NULL) {
		session_destroy(s);
		errno = ENOMEM;
		return NULL;
	}
	return s;
}

void session_destroy(struct session *s)
{
	if (s == NULL)
		return;
	if (s->timer != NULL) {
		forget_switch(s);
		event_free(s->timer);
	}
	mirror_free(&s->mirror);
	of_arena_free(&s->arena);
	free(s->ports);
	free(s->peer);
	free(s);
}

void session_later(struct session *s, bool reread)
{
	struct timeval tv = {.tv_usec = LATER_MS * 1000};

	if (s->state != SESSION_STEADY)
		return;
	s->reread = s->reread || reread;
	if (!evtimer_pending(s->timer, NULL))
		evtimer_add(s->timer, &tv);
}

int session_replan(struct session *s, struct mirror_counts *counts)
{
	struct plan_port *ports = calloc(s->n_ports + 1, sizeof(*ports));
	struct rules wanted = {0};
	int err = -ENOMEM;

	if (ports == NULL)
		goto out;
	for (unsigned i = 0; i < s->n_ports; i++)
		ports[i] = s->ports[i].port;
	plan_destroy(s->plan);
	s->plan = plan_create(s->intent, (unsigned)s->sw, ports, s->n_ports);
	if (s->plan == NULL)
		goto out;
	err = plan_rules(s->plan, &wanted);
	if (err == 0)
		err = session_plan_learned(s, &wanted);
	if (err != 0)
		goto out;
	s->n_wanted = HASH_COUNT(wanted.flows);
	err = mirror_apply(&s->mirror, s->channel, &wanted, counts);
out:
	if (err != 0)
		log_error("switch",
			  "%s: the plan cannot be put into force (%s); it is tried again at "
			  "the next change or reload",
			  s->mirror.name, strerror(-err));
	rules_clear(&wanted);
	free(ports);
	return err;
}

/* --- messages -------------------------------------------------------------------------------- */

static void send_simple(struct session *s, enum of_msg_type type)
{
	struct of_msg msg;

	of_msg_init(&msg, OF13, type, channel_next_xid(s->channel));
	(void)channel_send(s->channel, &msg); /* a lost connection is told by on_down */
}

/* A switch may keep these to itself until they are asked for, on the connections that we open. */
static void ask_for_events(struct session *s)
{
	struct of_msg msg;

	of_msg_init(&msg, OF13, OFPT_SET_CONFIG, channel_next_xid(s->channel));
	msg.config = (struct of_config){.flags = OFPC_FRAG_NORMAL,
					.miss_send_len = OFP_DEFAULT_MISS_SEND_LEN};
	(void)channel_send(s->channel, &msg);
	of_msg_init(&msg, OF13, OFPT_SET_ASYNC, channel_next_xid(s->channel));
	msg.async = (struct of_async){
		.packet_in_mask = {1u << OFPR_ACTION, 0},
		.port_status_mask = {1u << OFPPR_ADD | 1u << OFPPR_DELETE | 1u << OFPPR_MODIFY,
				     1u << OFPPR_ADD | 1u << OFPPR_DELETE | 1u << OFPPR_MODIFY},
		.flow_removed_mask = {1u << OFPRR_IDLE_TIMEOUT | 1u << OFPRR_HARD_TIMEOUT |
					      1u << OFPRR_DELETE | 1u << OFPRR_GROUP_DELETE,
				      0}};
	(void)channel_send(s->channel, &msg);
}

/* Reads and programs the switch, or leaves it alone when the intent does not name it. */
static void enter(struct session *s)
{
	s->sw = intent_switch_find(s->intent, s->dpid);
	if (s->sw < 0) {
		s->sw = -1;
		s->state = SESSION_UNKNOWN;
		event_del(s->timer);
		log_warning("switch",
			    "%s: switch %016" PRIx64
			    " is not in the file, nothing in it is changed; "
			    "add it to switches and reload",
			    s->peer, s->dpid);
		return;
	}
	text_copy(s->mirror.name, sizeof(s->mirror.name), s->intent->switches[s->sw].name);
	ask_for_events(s);
	session_read(s);
}

static void on_features(struct session *s, const struct of_features *features)
{
	if (s->state != SESSION_FEATURES)
		return;
	if (features->auxiliary_id != 0) {
		session_close(s, "auxiliary connections are not used");
		return;
	}
	s->dpid = features->datapath_id;
	if (!s->ops->on_known(s->context, s))
		return;
	log_info("switch", "%s: switch %016" PRIx64 " is connected", s->peer, s->dpid);
	enter(s);
}

static void on_error(struct session *s, const struct of_msg *msg)
{
	if (mirror_on_error(&s->mirror, msg))
		return;
	if (msg->xid == s->read_xid && s->state != SESSION_STEADY) {
		session_close(s, "the switch does not tell its ports, flows or groups, which "
				 "heddle-controller needs; use a switch with OpenFlow 1.3");
		return;
	}
	log_limited(&s->limit, LOG_LEVEL_WARNING, "switch", "%s: %s (%s)", s->peer,
		    of_err_sentence(msg->error.err), of_err_name(msg->error.err));
}

static void channel_message(struct channel *channel, void *context, const struct of_msg *msg,
			    const uint8_t *raw, size_t len)
{
	struct session *s = context;

	switch (msg->type) {
	case OFPT_FEATURES_REPLY:
		on_features(s, &msg->features);
		break;
	case OFPT_MULTIPART_REPLY:
		session_on_multipart(s, msg);
		break;
	case OFPT_PORT_STATUS:
		session_on_port(s, msg->port_status.reason, &msg->port_status.port);
		break;
	case OFPT_PACKET_IN:
		session_on_packet_in(s, &msg->packet_in);
		break;
	case OFPT_FLOW_REMOVED:
		session_on_flow_removed(s, &msg->flow_removed);
		break;
	case OFPT_BARRIER_REPLY:
		mirror_on_barrier(&s->mirror, msg->xid);
		break;
	case OFPT_ERROR:
		on_error(s, msg);
		break;
	default:
		break; /* nothing that we asked for */
	}
}

static void channel_up(struct channel *channel, void *context, enum of_version version)
{
	struct session *s = context;
	struct timeval tv = {.tv_sec = STEP_S};

	s->channel = channel;
	s->state = SESSION_FEATURES;
	evtimer_add(s->timer, &tv);
	send_simple(s, OFPT_FEATURES_REQUEST);
}

static void channel_down(struct channel *channel, void *context, const char *reason)
{
	struct session *s = context;

	if (s->dpid != 0)
		log_warning("switch", "%s: switch %016" PRIx64 " is away: %s", s->peer, s->dpid,
			    reason);
	else
		log_limited(&s->limit, LOG_LEVEL_WARNING, "switch", "%s: %s", s->peer, reason);
	s->state = SESSION_AWAY;
	s->channel = NULL;
	forget_switch(s);
	s->ops->on_down(s->context, s);
}

const struct channel_ops *session_channel_ops(void)
{
	static const struct channel_ops ops = {
		.on_up = channel_up, .on_message = channel_message, .on_down = channel_down};

	return &ops;
}

/* --- what others ask ------------------------------------------------------------------------- */

void session_set_intent(struct session *s, const struct intent *intent,
			struct mirror_counts *counts)
{
	int sw = s->dpid != 0 ? intent_switch_find(intent, s->dpid) : -1;

	s->intent = intent;
	if (s->state == SESSION_AWAY || s->state == SESSION_FEATURES)
		return;
	if (s->state == SESSION_UNKNOWN || s->state == SESSION_STEADY) {
		if (s->state == SESSION_UNKNOWN) {
			if (sw >= 0)
				enter(s);
		} else if (sw < 0) {
			/* The switch left the file: what we put there goes, then it is left alone.
			 */
			struct rules none = {0};

			(void)mirror_apply(&s->mirror, s->channel, &none, counts);
			learn_clear(&s->learn);
			plan_destroy(s->plan);
			s->plan = NULL;
			enter(s);
		} else {
			s->sw = sw;
			text_copy(s->mirror.name, sizeof(s->mirror.name),
				  intent->switches[sw].name);
			(void)session_replan(s, counts);
		}
		return;
	}
	/* Reading: the plan is made from the new intent when that ends. */
	if (sw < 0) {
		s->state = SESSION_UNKNOWN;
		session_close(s, "the switch is no longer in the file");
	}
	s->sw = sw;
}

void session_close(struct session *s, const char *reason)
{
	if (s->channel != NULL)
		channel_close(s->channel, reason);
}

enum session_state session_state(const struct session *s)
{
	return s->state;
}

struct channel *session_channel(const struct session *s)
{
	return s->channel;
}

uint64_t session_dpid(const struct session *s)
{
	return s->dpid;
}

const char *session_peer(const struct session *s)
{
	return s->peer;
}

void session_flows(const struct session *s, unsigned *wanted, unsigned *present)
{
	*wanted = s->n_wanted;
	*present = HASH_COUNT(s->mirror.present.flows);
}

bool session_port(const struct session *s, const char *name, bool *up)
{
	for (unsigned i = 0; i < s->n_ports; i++) {
		if (strcmp(s->ports[i].port.name, name) == 0) {
			*up = s->ports[i].up;
			return true;
		}
	}
	return false;
}

const char *session_state_text(enum session_state state)
{
	switch (state) {
	case SESSION_AWAY:
		return "away";
	case SESSION_STEADY:
		return "steady";
	case SESSION_UNKNOWN:
		return "unknown";
	default:
		return "reading";
	}
}
