// SPDX-License-Identifier: Apache-2.0
/*
 * A session against a switch that the test plays: what is asked in which order, what is taken over,
 * what is mended, and what a refused flow leads to.
 */
#include "controller/plan.h"
#include "controller/session.h"

#include <event2/bufferevent.h>
#include <event2/event.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#define YAML                                                                                       \
	"switch: 7\nnetworks: [{name: red, vlan: 10}]\nattachments:\n"                             \
	"  - {network: red, port: vm1}\n  - {network: red, port: vm2}\n"
#define OTHER "switch: 8\nnetworks: [{name: red, vlan: 10}]\n"

#define SAID_MAX 128

struct scene {
	struct event_base *base;
	struct intent *intent;
	struct session *session;
	struct channel *ours, *theirs;
	struct rules has;     /* what the switch has */
	uint8_t refuse_table; /* flows into it are refused; 0: none */
	unsigned n_said;      /* messages that came since the last look */
	enum of_msg_type said[SAID_MAX];
	bool down;
};

static void reply_ports(struct of_multipart_writer *w)
{
	static const struct of_port ports[] = {
		{.port_no = 1, .name = "vm1"},
		{.port_no = 2, .name = "vm2", .state = OFPPS_LINK_DOWN},
		{.port_no = 3, .name = "vm3"}};

	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(of_multipart_writer_add(w, &ports[i]), 0);
}

static void reply_flows(struct scene *s, struct of_multipart_writer *w)
{
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);

	for (struct rule_flow *f = s->has.flows; f != NULL; f = f->hh.next) {
		struct of_flow_stats stats = {0};
		struct of_msg msg;

		assert_int_equal(rule_flow_msg(f, OFPFC_ADD, &arena, &msg), 0);
		stats.table_id = msg.flow_mod.table_id;
		stats.priority = msg.flow_mod.priority;
		stats.cookie = msg.flow_mod.cookie;
		stats.idle_timeout = msg.flow_mod.idle_timeout;
		stats.hard_timeout = msg.flow_mod.hard_timeout;
		stats.flags = msg.flow_mod.flags;
		of_match_copy(&stats.match, &msg.flow_mod.match);
		stats.instructions = msg.flow_mod.instructions;
		assert_int_equal(of_multipart_writer_add(w, &stats), 0);
	}
	of_arena_free(&arena);
}

static void reply_groups(struct scene *s, struct of_multipart_writer *w)
{
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);

	for (struct rule_group *g = s->has.groups; g != NULL; g = g->hh.next) {
		struct of_group_desc desc = {.type = g->type, .group_id = g->id};
		struct of_msg msg;

		assert_int_equal(rule_group_msg(g, OFPGC_ADD, &arena, &msg), 0);
		desc.buckets = msg.group_mod.buckets;
		assert_int_equal(of_multipart_writer_add(w, &desc), 0);
	}
	of_arena_free(&arena);
}

static void emit(void *context, const uint8_t *message, size_t len)
{
	assert_int_equal(channel_send_raw(context, message, len), 0);
}

static void reply_multipart(struct scene *s, const struct of_msg *msg)
{
	struct of_multipart_writer w;
	uint16_t type = msg->multipart_request.type;

	of_multipart_writer_init(&w, OF13, msg->xid, type, emit, s->theirs);
	if (type == OFPMP_PORT_DESC)
		reply_ports(&w);
	else if (type == OFPMP_FLOW)
		reply_flows(s, &w);
	else if (type == OFPMP_GROUP_DESC)
		reply_groups(s, &w);
	assert_int_equal(of_multipart_writer_end(&w), 0);
}

static void take_flow_mod(struct scene *s, const struct of_msg *msg, const uint8_t *raw, size_t len)
{
	const struct of_flow_mod *mod = &msg->flow_mod;
	struct rule_spec spec = {.table = mod->table_id,
				 .priority = mod->priority,
				 .cookie = mod->cookie,
				 .idle_s = mod->idle_timeout,
				 .hard_s = mod->hard_timeout,
				 .notify = (mod->flags & OFPFF_SEND_FLOW_REM) != 0,
				 .instructions = mod->instructions};
	struct rule_flow *old;

	of_match_copy(&spec.match, &mod->match);
	old = rules_find_flow(&s->has, &spec);
	if (mod->command == OFPFC_DELETE_STRICT) {
		assert_true(mod->cookie_mask == RULE_COOKIE_MASK);
		assert_non_null(old);
		rules_del_flow(&s->has, old);
	} else if (s->refuse_table != 0 && mod->table_id == s->refuse_table) {
		channel_send_error(s->theirs, OFPFMFC_TABLE_FULL, raw, len);
	} else {
		assert_int_equal(rules_put_flow(&s->has, &spec), 0);
	}
}

static void take_group_mod(struct scene *s, const struct of_group_mod *mod)
{
	if (mod->command == OFPGC_DELETE)
		rules_del_group(&s->has, rules_find_group(&s->has, mod->group_id));
	else
		assert_int_equal(rules_put_group(&s->has, mod->group_id, mod->type, &mod->buckets),
				 0);
}

/* The switch: answers, and keeps what it is told. */
static void switch_message(struct channel *channel, void *context, const struct of_msg *msg,
			   const uint8_t *raw, size_t len)
{
	struct scene *s = context;
	struct of_msg reply;

	assert_true(s->n_said < SAID_MAX);
	s->said[s->n_said++] = msg->type;
	switch (msg->type) {
	case OFPT_FEATURES_REQUEST:
		of_msg_init(&reply, OF13, OFPT_FEATURES_REPLY, msg->xid);
		reply.features = (struct of_features){.datapath_id = 7, .n_tables = 3};
		assert_int_equal(channel_send(channel, &reply), 0);
		break;
	case OFPT_MULTIPART_REQUEST:
		reply_multipart(s, msg);
		break;
	case OFPT_BARRIER_REQUEST:
		of_msg_init(&reply, OF13, OFPT_BARRIER_REPLY, msg->xid);
		assert_int_equal(channel_send(channel, &reply), 0);
		break;
	case OFPT_FLOW_MOD:
		take_flow_mod(s, msg, raw, len);
		break;
	case OFPT_GROUP_MOD:
		take_group_mod(s, &msg->group_mod);
		break;
	default:
		break;
	}
}

static void switch_up(struct channel *channel, void *context, enum of_version version)
{
}

static void switch_down(struct channel *channel, void *context, const char *reason)
{
}

static bool on_known(void *context, struct session *session)
{
	return true;
}

static void on_down(void *context, struct session *session)
{
	((struct scene *)context)->down = true;
}

static struct intent *intent_of(const char *yaml)
{
	char why[INTENT_WHY_SIZE] = "";
	struct intent *intent = intent_parse("f", yaml, strlen(yaml), why);

	assert_string_equal(why, "");
	return intent;
}

/* Runs the loop until nothing came for two turns, each longer than any delay of a session. */
static void settle(struct scene *s)
{
	struct timeval tv = {.tv_usec = 150000};

	for (unsigned quiet = 0, before; quiet < 2; quiet = s->n_said == before ? quiet + 1 : 0) {
		before = s->n_said;
		event_base_loopexit(s->base, &tv);
		event_base_dispatch(s->base);
	}
}

static void connect_both(struct scene *s)
{
	static const struct channel_ops switch_ops = {
		.on_up = switch_up, .on_message = switch_message, .on_down = switch_down};
	struct channel_config config = channel_config_default();
	int fds[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fds), 0);
	s->ours = channel_create(bufferevent_socket_new(s->base, fds[0], BEV_OPT_CLOSE_ON_FREE),
				 &config, session_channel_ops(), s->session);
	s->theirs = channel_create(bufferevent_socket_new(s->base, fds[1], BEV_OPT_CLOSE_ON_FREE),
				   &config, &switch_ops, s);
	assert_non_null(s->ours);
	assert_non_null(s->theirs);
	settle(s);
}

static struct scene *scene_new(const char *yaml)
{
	static const struct session_ops ops = {.on_known = on_known, .on_down = on_down};
	struct scene *s = calloc(1, sizeof(*s));

	s->base = event_base_new();
	s->intent = intent_of(yaml);
	s->session = session_create(s->base, "test", s->intent, &ops, s);
	assert_non_null(s->session);
	return s;
}

static void scene_end(struct scene *s)
{
	channel_destroy(s->ours);
	channel_destroy(s->theirs);
	session_destroy(s->session);
	intent_free(s->intent);
	rules_clear(&s->has);
	event_base_free(s->base);
	free(s);
}

static unsigned said(struct scene *s, enum of_msg_type type)
{
	unsigned n = 0;

	for (unsigned i = 0; i < s->n_said; i++)
		n += s->said[i] == type;
	return n;
}

/* The flows of the plan of YAML: 1 for all, 2 x 4 for the ports, 1 of the network. */
#define N_FLOWS 10

static void a_new_switch_gets_the_plan(void **state)
{
	struct scene *s = scene_new(YAML);
	unsigned wanted, present;
	bool up;

	connect_both(s);
	assert_int_equal(session_state(s->session), SESSION_STEADY);
	assert_int_equal(HASH_COUNT(s->has.flows), N_FLOWS);
	assert_int_equal(HASH_COUNT(s->has.groups), 1);
	session_flows(s->session, &wanted, &present);
	assert_int_equal(wanted, N_FLOWS);
	assert_int_equal(present, N_FLOWS);
	assert_true(session_port(s->session, "vm1", &up) && up);
	assert_true(session_port(s->session, "vm2", &up) && !up);
	assert_false(session_port(s->session, "vm9", &up));
	scene_end(s);
}

static void reconnect(struct scene *s)
{
	channel_destroy(s->theirs);
	s->theirs = NULL;
	settle(s);
	assert_true(s->down);
	assert_int_equal(session_state(s->session), SESSION_AWAY);
	channel_destroy(s->ours);
	s->n_said = 0;
	connect_both(s);
}

static void packet_in(struct scene *s, uint32_t port, unsigned last)
{
	uint8_t frame[64] = {1, 1, 1, 1, 1, 1, 2, 0, 0, 0, 0, (uint8_t)last, 0x81, 0, 0, 10, 8, 0};
	struct of_msg msg;

	of_msg_init(&msg, OF13, OFPT_PACKET_IN, 0);
	msg.packet_in = (struct of_packet_in){.buffer_id = OFP_NO_BUFFER,
					      .total_len = sizeof(frame),
					      .reason = OFPR_ACTION,
					      .table_id = PLAN_TABLE_SOURCE,
					      .cookie = RULE_COOKIE,
					      .data = frame,
					      .data_len = sizeof(frame)};
	of_match_init(&msg.packet_in.match);
	of_match_add_u64(&msg.packet_in.match, OF_FIELD_IN_PORT, port);
	assert_int_equal(channel_send(s->theirs, &msg), 0);
	settle(s);
}

static void what_the_switch_has_is_taken_over(void **state)
{
	struct scene *s = scene_new(YAML);

	connect_both(s);
	packet_in(s, 1, 9);
	assert_int_equal(HASH_COUNT(s->has.flows), N_FLOWS + 2);
	reconnect(s);
	assert_int_equal(session_state(s->session), SESSION_STEADY);
	assert_int_equal(said(s, OFPT_FLOW_MOD), 0);
	assert_int_equal(said(s, OFPT_GROUP_MOD), 0);
	assert_int_equal(HASH_COUNT(s->has.flows), N_FLOWS + 2);
	packet_in(s, 1, 9); /* it is known still */
	assert_int_equal(said(s, OFPT_FLOW_MOD), 0);
	packet_in(s, 2, 9); /* it moves: two are replaced, one goes */
	assert_int_equal(said(s, OFPT_FLOW_MOD), 3);
	assert_int_equal(HASH_COUNT(s->has.flows), N_FLOWS + 2);
	scene_end(s);
}

/* The switch lets go of a flow and tells. */
static void flow_removed(struct scene *s, struct rule_flow *flow, uint8_t reason)
{
	struct of_msg msg;

	of_msg_init(&msg, OF13, OFPT_FLOW_REMOVED, 0);
	msg.flow_removed = (struct of_flow_removed){.cookie = flow->cookie,
						    .priority = rule_flow_priority(flow),
						    .reason = reason,
						    .table_id = rule_flow_table(flow)};
	rule_flow_match(flow, &msg.flow_removed.match);
	rules_del_flow(&s->has, flow);
	assert_int_equal(channel_send(s->theirs, &msg), 0);
	settle(s);
}

static struct rule_flow *learned_flow(struct scene *s, uint8_t table)
{
	for (struct rule_flow *f = s->has.flows; f != NULL; f = f->hh.next) {
		if (RULE_COOKIE_KIND(f->cookie) == RULE_KIND_LEARN && rule_flow_table(f) == table)
			return f;
	}
	return NULL;
}

static void a_silent_address_is_forgotten_with_both_flows(void **state)
{
	struct scene *s = scene_new(YAML);

	connect_both(s);
	packet_in(s, 1, 9);
	flow_removed(s, learned_flow(s, PLAN_TABLE_SOURCE), OFPRR_IDLE_TIMEOUT);
	assert_int_equal(HASH_COUNT(s->has.flows), N_FLOWS);
	packet_in(s, 1, 9);
	assert_int_equal(HASH_COUNT(s->has.flows), N_FLOWS + 2);
	/* Nobody sends to it, but it is there: its flow comes back. */
	flow_removed(s, learned_flow(s, PLAN_TABLE_TARGET), OFPRR_IDLE_TIMEOUT);
	assert_int_equal(HASH_COUNT(s->has.flows), N_FLOWS + 2);
	scene_end(s);
}

static void what_somebody_removes_comes_back(void **state)
{
	struct scene *s = scene_new(YAML);

	connect_both(s);
	flow_removed(s, s->has.flows, OFPRR_DELETE);
	assert_int_equal(HASH_COUNT(s->has.flows), N_FLOWS);
	scene_end(s);
}

static void a_refused_flow_is_tried_again_at_the_next_reload(void **state)
{
	struct mirror_counts counts = {0};
	struct scene *s = scene_new(YAML);
	unsigned wanted, present;

	s->refuse_table = PLAN_TABLE_SOURCE;
	connect_both(s);
	session_flows(s->session, &wanted, &present);
	assert_int_equal(wanted - present, 2);
	s->refuse_table = 0;
	session_set_intent(s->session, s->intent, &counts);
	settle(s);
	assert_int_equal(counts.added, 2);
	assert_int_equal(HASH_COUNT(s->has.flows), N_FLOWS);
	scene_end(s);
}

static void a_switch_that_is_not_in_the_file_is_left_alone(void **state)
{
	struct mirror_counts counts = {0};
	struct intent *old;
	struct scene *s = scene_new(OTHER);

	connect_both(s);
	assert_int_equal(session_state(s->session), SESSION_UNKNOWN);
	assert_int_equal(said(s, OFPT_FLOW_MOD) + said(s, OFPT_GROUP_MOD), 0);
	old = s->intent; /* then it comes into the file … */
	s->intent = intent_of(YAML);
	session_set_intent(s->session, s->intent, &counts);
	intent_free(old);
	settle(s);
	assert_int_equal(HASH_COUNT(s->has.flows), N_FLOWS);
	old = s->intent; /* … and leaves it */
	s->intent = intent_of(OTHER);
	session_set_intent(s->session, s->intent, &counts);
	intent_free(old);
	settle(s);
	assert_int_equal(session_state(s->session), SESSION_UNKNOWN);
	assert_int_equal(counts.deleted, N_FLOWS + 1);
	assert_int_equal(HASH_COUNT(s->has.flows), 0);
	assert_int_equal(HASH_COUNT(s->has.groups), 0);
	scene_end(s);
}

static void port_status(struct scene *s, uint8_t reason, uint32_t number, const char *name)
{
	struct of_msg msg;

	of_msg_init(&msg, OF13, OFPT_PORT_STATUS, 0);
	msg.port_status = (struct of_port_status){.reason = reason, .port = {.port_no = number}};
	text_copy(msg.port_status.port.name, sizeof(msg.port_status.port.name), name);
	assert_int_equal(channel_send(s->theirs, &msg), 0);
	settle(s);
}

static void ports_are_followed(void **state)
{
	struct scene *s = scene_new(YAML);

	connect_both(s);
	port_status(s, OFPPR_DELETE, 2, "vm2");
	assert_int_equal(HASH_COUNT(s->has.flows), N_FLOWS - 4);
	port_status(s, OFPPR_ADD, 5, "vm2"); /* with another number */
	assert_int_equal(HASH_COUNT(s->has.flows), N_FLOWS);
	s->n_said = 0;
	port_status(s, OFPPR_MODIFY, 5, "vm2"); /* its link, say */
	assert_int_equal(said(s, OFPT_FLOW_MOD), 0);
	scene_end(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_switch_gets_the_plan),
		cmocka_unit_test(what_the_switch_has_is_taken_over),
		cmocka_unit_test(a_silent_address_is_forgotten_with_both_flows),
		cmocka_unit_test(what_somebody_removes_comes_back),
		cmocka_unit_test(a_refused_flow_is_tried_again_at_the_next_reload),
		cmocka_unit_test(a_switch_that_is_not_in_the_file_is_left_alone),
		cmocka_unit_test(ports_are_followed),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
