// SPDX-License-Identifier: Apache-2.0
/*
 * rule: flows and groups of one switch as values that can be compared.
 *
 * A set holds each flow once by (table, priority, match) and each group once by id, as OpenFlow
 * does (1.3.5 §6.4, §6.5). Matches, instructions and buckets are kept as the bytes of the codec's
 * canonical form, so two rules mean the same exactly when the bytes are equal. Pure; one owner.
 */
#pragma once

#include "openflow/msg.h"

#include <uthash.h>

/* The cookies and group ids that belong to heddle-controller; everything else is others'. */
#define RULE_COOKIE 0x4865646400000000ull /* "Hedd" */
#define RULE_COOKIE_MASK 0xffffffff00000000ull
#define RULE_GROUP_FIRST 0x48640000u /* + VLAN id */
#define RULE_GROUP_LAST 0x48640fffu

/* What a flow is for; bits 24..31 of its cookie, the VLAN id is in the low bits. */
enum rule_kind {
	RULE_KIND_PLAN = 0,  /* follows from the intent */
	RULE_KIND_LEARN = 1, /* a learned address */
	RULE_KIND_QUIET = 2, /* a port that shows too many addresses is left alone for a while */
};

#define RULE_COOKIE_MAKE(kind, vlan) (RULE_COOKIE | (uint64_t)(kind) << 24 | (vlan))
#define RULE_COOKIE_KIND(cookie) ((unsigned)((cookie) >> 24 & 0xff))

struct rule_flow {
	UT_hash_handle hh;
	uint64_t cookie;
	uint16_t idle_s, hard_s;
	bool notify; /* OFPFF_SEND_FLOW_REM */
	uint32_t key_len, instructions_len;
	uint8_t *key; /* table, priority, match */
	uint8_t *instructions;
};

struct rule_group {
	UT_hash_handle hh;
	uint32_t id;
	uint8_t type;
	uint32_t buckets_len;
	uint8_t *buckets;
};

struct rules {
	struct rule_flow *flows;
	struct rule_group *groups;
};

/* A flow before it is in a set. */
struct rule_spec {
	uint8_t table;
	uint16_t priority;
	uint64_t cookie;
	uint16_t idle_s, hard_s;
	bool notify;
	struct of_match match;
	struct of_instructions instructions; /* not owned */
};

/** Puts a flow into the set; one with the same key is replaced. -ENOMEM, -EPROTONOSUPPORT. */
int rules_put_flow(struct rules *rules, const struct rule_spec *spec);

/** Puts a group of actions; one with the same id is replaced. -ENOMEM, -EPROTONOSUPPORT. */
int rules_put_group(struct rules *rules, uint32_t id, uint8_t type,
		    const struct of_buckets *buckets);

/** The flow with the spec's table, priority and match; NULL. */
struct rule_flow *rules_find_flow(const struct rules *rules, const struct rule_spec *spec);

/** The flow with the same key as `like`; NULL. */
struct rule_flow *rules_like_flow(const struct rules *rules, const struct rule_flow *like);

/** The group with that id; NULL. */
struct rule_group *rules_find_group(const struct rules *rules, uint32_t id);

/** Takes a flow out of `from` and puts it into `to`; one with the same key there is replaced. */
void rules_move_flow(struct rules *to, struct rules *from, struct rule_flow *flow);

/** Takes one flow out of the set and frees it. */
void rules_del_flow(struct rules *rules, struct rule_flow *flow);

/** Takes one group out of the set and frees it. */
void rules_del_group(struct rules *rules, struct rule_group *group);

/** Empties the set and frees. */
void rules_clear(struct rules *rules);

/** Table of a flow. */
uint8_t rule_flow_table(const struct rule_flow *flow);

/** Priority of a flow. */
uint16_t rule_flow_priority(const struct rule_flow *flow);

/** Match of a flow. */
void rule_flow_match(const struct rule_flow *flow, struct of_match *match);

/** True when cookie, timeouts and instructions are the same. */
bool rule_flow_equal(const struct rule_flow *a, const struct rule_flow *b);

/** True when type and buckets are the same. */
bool rule_group_equal(const struct rule_group *a, const struct rule_group *b);

/** Fills `msg` with the flow-mod (enum of_flow_mod_command); what it points to is from `arena`. */
int rule_flow_msg(const struct rule_flow *flow, uint8_t command, struct of_arena *arena,
		  struct of_msg *msg);

/** Fills `msg` with the group-mod (enum of_group_command). */
int rule_group_msg(const struct rule_group *group, uint16_t command, struct of_arena *arena,
		   struct of_msg *msg);

/** Appends `table=0,priority=100,in_port=1 actions=…`. */
void rule_flow_text(const struct rule_flow *flow, struct text *t);

/** Appends `group_id=…,type=all,bucket=…`. */
void rule_group_text(const struct rule_group *group, struct text *t);
