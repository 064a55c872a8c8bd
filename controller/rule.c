// SPDX-License-Identifier: Apache-2.0
#include "controller/rule.h"

#include <errno.h>
#include <inttypes.h>

#define PACK_MAX 65535u

/* table, priority, match: what identifies a flow. */
static int key_pack(const struct rule_spec *spec, struct wbuf *b)
{
	int err;

	wbuf_u8(b, spec->table);
	wbuf_u16(b, spec->priority);
	err = of_match_pack(&spec->match, OF13, b);
	return err != 0 ? err : b->bad ? -ENOMEM : 0;
}

static void flow_free(struct rule_flow *flow)
{
	if (flow == NULL)
		return;
	free(flow->key);
	free(flow->instructions);
	free(flow);
}

static void group_free(struct rule_group *group)
{
	if (group == NULL)
		return;
	free(group->buckets);
	free(group);
}

int rules_put_flow(struct rules *rules, const struct rule_spec *spec)
{
	struct wbuf key = wbuf_init(PACK_MAX), instructions = wbuf_init(PACK_MAX);
	struct rule_flow *flow = calloc(1, sizeof(*flow)), *old;
	int err = flow == NULL ? -ENOMEM : key_pack(spec, &key);

	if (err == 0)
		err = of_instructions_pack(&spec->instructions, OF13, &instructions);
	if (err == 0 && instructions.bad)
		err = -ENOMEM;
	if (err != 0) {
		wbuf_free(&key);
		wbuf_free(&instructions);
		free(flow);
		return err;
	}
	flow->cookie = spec->cookie;
	flow->idle_s = spec->idle_s;
	flow->hard_s = spec->hard_s;
	flow->notify = spec->notify;
	flow->key = key.data;
	flow->key_len = (uint32_t)key.len;
	flow->instructions = instructions.data;
	flow->instructions_len = (uint32_t)instructions.len;
	old = rules_like_flow(rules, flow);
	if (old != NULL)
		rules_del_flow(rules, old);
	HASH_ADD_KEYPTR(hh, rules->flows, flow->key, flow->key_len, flow);
	return 0;
}

int rules_put_group(struct rules *rules, uint32_t id, uint8_t type,
		    const struct of_buckets *buckets)
{
	struct rule_group *group = calloc(1, sizeof(*group)), *old;
	struct wbuf b = wbuf_init(PACK_MAX);
	int err = group == NULL ? -ENOMEM : of_buckets_pack(buckets, OF13, type, &b);

	if (err == 0 && b.bad)
		err = -ENOMEM;
	if (err != 0) {
		wbuf_free(&b);
		free(group);
		return err;
	}
	group->id = id;
	group->type = type;
	group->buckets = b.data;
	group->buckets_len = (uint32_t)b.len;
	HASH_REPLACE(hh, rules->groups, id, sizeof(group->id), group, old);
	group_free(old);
	return 0;
}

struct rule_flow *rules_find_flow(const struct rules *rules, const struct rule_spec *spec)
{
	struct wbuf key = wbuf_init(PACK_MAX);
	struct rule_flow *flow = NULL;

	if (key_pack(spec, &key) == 0)
		HASH_FIND(hh, rules->flows, key.data, (unsigned)key.len, flow);
	wbuf_free(&key);
	return flow;
}

struct rule_flow *rules_like_flow(const struct rules *rules, const struct rule_flow *like)
{
	struct rule_flow *flow;

	HASH_FIND(hh, rules->flows, like->key, like->key_len, flow);
	return flow;
}

struct rule_group *rules_find_group(const struct rules *rules, uint32_t id)
{
	struct rule_group *group;

	HASH_FIND(hh, rules->groups, &id, sizeof(id), group);
	return group;
}

void rules_move_flow(struct rules *to, struct rules *from, struct rule_flow *flow)
{
	struct rule_flow *old = rules_like_flow(to, flow);

	HASH_DEL(from->flows, flow);
	if (old != NULL)
		rules_del_flow(to, old);
	HASH_ADD_KEYPTR(hh, to->flows, flow->key, flow->key_len, flow);
}

void rules_del_flow(struct rules *rules, struct rule_flow *flow)
{
	HASH_DEL(rules->flows, flow);
	flow_free(flow);
}

void rules_del_group(struct rules *rules, struct rule_group *group)
{
	HASH_DEL(rules->groups, group);
	group_free(group);
}

void rules_clear(struct rules *rules)
{
	struct rule_flow *flow, *next_flow;
	struct rule_group *group, *next_group;

	HASH_ITER (hh, rules->flows, flow, next_flow)
		rules_del_flow(rules, flow);
	HASH_ITER (hh, rules->groups, group, next_group)
		rules_del_group(rules, group);
}

uint8_t rule_flow_table(const struct rule_flow *flow)
{
	return flow->key[0];
}

uint16_t rule_flow_priority(const struct rule_flow *flow)
{
	return (uint16_t)(flow->key[1] << 8 | flow->key[2]);
}

void rule_flow_match(const struct rule_flow *flow, struct of_match *match)
{
	struct cursor c = cursor_init(flow->key + 3, flow->key_len - 3);

	of_match_init(match);
	(void)of_match_unpack(&c, OF13, match); /* our own bytes */
}

bool rule_flow_equal(const struct rule_flow *a, const struct rule_flow *b)
{
	return a->cookie == b->cookie && a->idle_s == b->idle_s && a->hard_s == b->hard_s &&
	       a->notify == b->notify && a->instructions_len == b->instructions_len &&
	       (a->instructions_len == 0 ||
		memcmp(a->instructions, b->instructions, a->instructions_len) == 0);
}

bool rule_group_equal(const struct rule_group *a, const struct rule_group *b)
{
	return a->type == b->type && a->buckets_len == b->buckets_len &&
	       (a->buckets_len == 0 || memcmp(a->buckets, b->buckets, a->buckets_len) == 0);
}

int rule_flow_msg(const struct rule_flow *flow, uint8_t command, struct of_arena *arena,
		  struct of_msg *msg)
{
	struct cursor c = cursor_init(flow->instructions, flow->instructions_len);
	struct of_flow_mod *mod = &msg->flow_mod;

	of_msg_init(msg, OF13, OFPT_FLOW_MOD, 0);
	of_flow_mod_init(mod);
	mod->command = command;
	mod->table_id = rule_flow_table(flow);
	mod->priority = rule_flow_priority(flow);
	mod->cookie = flow->cookie;
	rule_flow_match(flow, &mod->match);
	if (command == OFPFC_DELETE || command == OFPFC_DELETE_STRICT) {
		mod->cookie = RULE_COOKIE;
		mod->cookie_mask = RULE_COOKIE_MASK;
		mod->instructions.n = 0;
		return 0;
	}
	mod->idle_timeout = flow->idle_s;
	mod->hard_timeout = flow->hard_s;
	mod->flags = flow->notify ? OFPFF_SEND_FLOW_REM : 0;
	mod->instructions.n = 0;
	return of_instructions_unpack(&c, OF13, arena, &mod->instructions) == OF_OK ? 0 : -ENOMEM;
}

int rule_group_msg(const struct rule_group *group, uint16_t command, struct of_arena *arena,
		   struct of_msg *msg)
{
	struct cursor c = cursor_init(group->buckets, group->buckets_len);
	struct of_group_mod *mod = &msg->group_mod;

	of_msg_init(msg, OF13, OFPT_GROUP_MOD, 0);
	*mod = (struct of_group_mod){
		.command = command, .type = group->type, .group_id = group->id};
	if (command == OFPGC_DELETE)
		return 0;
	return of_buckets_unpack(&c, OF13, arena, &mod->buckets) == OF_OK ? 0 : -ENOMEM;
}

void rule_flow_text(const struct rule_flow *flow, struct text *t)
{
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	struct of_msg msg;

	text_add(t, "table=%u,priority=%u", rule_flow_table(flow), rule_flow_priority(flow));
	if (flow->idle_s != 0)
		text_add(t, ",idle_timeout=%u", flow->idle_s);
	if (flow->hard_s != 0)
		text_add(t, ",hard_timeout=%u", flow->hard_s);
	if (rule_flow_msg(flow, OFPFC_ADD, &arena, &msg) == 0) {
		if (msg.flow_mod.match.n != 0)
			text_add(t, ",");
		of_match_text(&msg.flow_mod.match, NULL, t);
		text_add(t, " actions=");
		of_instructions_text(&msg.flow_mod.instructions, NULL, t);
	}
	of_arena_free(&arena);
}

void rule_group_text(const struct rule_group *group, struct text *t)
{
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	struct of_msg msg;

	text_add(t, "group_id=%" PRIu32 ",type=%s", group->id, of_group_type_name(group->type));
	if (rule_group_msg(group, OFPGC_ADD, &arena, &msg) == 0)
		of_buckets_text(&msg.group_mod.buckets, group->type, NULL, t);
	of_arena_free(&arena);
}
