// SPDX-License-Identifier: Apache-2.0
/*
 * compile: each match field and action, from the text that people write to what the tables hold,
 * and each refusal with its error.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "datapath/agent/compile.h"
#include "datapath/pmd/punt.h"
#include "lib/text.h"
#include "openflow/flow_text.h"

/* The members of a key are named, whatever unions they stand in. */
#pragma GCC diagnostic ignored "-Wmissing-braces"

#define BE16(x) __builtin_bswap16(x)
#define BE32(x) __builtin_bswap32(x)
#define ALL6                                                                                       \
	{                                                                                          \
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff                                                 \
	}
#define ALL16                                                                                      \
	{                                                                                          \
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,      \
			0xff, 0xff, 0xff                                                           \
	}
#define IPV4 .eth_type_be = BE16(0x0800)
#define IPV6 .eth_type_be = BE16(0x86dd)
#define ARP .eth_type_be = BE16(0x0806)
#define TYPE .eth_type_be = 0xffff
#define PROTO .ip_proto = 0xff
#define WHOLE .ip_frag = FLOW_FRAG_LATER

static const struct {
	const char *text;
	struct flow_key value, mask;
} matches[] = {
	{"", {0}, {0}},
	{"in_port=3", {.in_port = 3}, {.in_port = ~0u}},
	{"metadata=0x12/0xff", {.metadata = 0x12}, {.metadata = 0xff}},
	{"dl_src=02:00:00:00:00:07", {.eth_src = {2, 0, 0, 0, 0, 7}}, {.eth_src = ALL6}},
	{"dl_dst=01:00:00:00:00:00/01:00:00:00:00:00", {.eth_dst = {1}}, {.eth_dst = {1}}},
	{"dl_type=0x88cc", {.eth_type_be = BE16(0x88cc)}, {TYPE}},
	{"vlan_vid=0x100a", {.vlan_tci_be = BE16(0x100a)}, {.vlan_tci_be = BE16(0x1fff)}},
	{"vlan_vid=0x1000/0x1000", {.vlan_tci_be = BE16(0x1000)}, {.vlan_tci_be = BE16(0x1000)}},
	{"vlan_vid=0", {0}, {.vlan_tci_be = BE16(0x1fff)}},
	{"vlan_vid=0x100a,vlan_pcp=5",
	 {.vlan_tci_be = BE16(0xb00a)},
	 {.vlan_tci_be = BE16(0xffff)}},
	{"ip,nw_src=10.1.2.0/24",
	 {IPV4, .ipv4_src_be = BE32(0x0a010200)},
	 {TYPE, .ipv4_src_be = BE32(0xffffff00)}},
	{"ip,nw_dst=10.1.2.3", {IPV4, .ipv4_dst_be = BE32(0x0a010203)}, {TYPE, .ipv4_dst_be = ~0u}},
	{"ip,ip_dscp=46,nw_ecn=1", {IPV4, .ip_tos = 46 << 2 | 1}, {TYPE, .ip_tos = 0xff}},
	{"ip,nw_proto=89", {IPV4, .ip_proto = 89}, {TYPE, PROTO}},
	{"tcp,tp_src=1,tp_dst=80",
	 {IPV4, .ip_proto = 6, .l4_src_be = BE16(1), .l4_dst_be = BE16(80)},
	 {TYPE, PROTO, WHOLE, .l4_src_be = 0xffff, .l4_dst_be = 0xffff}},
	{"udp,tp_dst=53",
	 {IPV4, .ip_proto = 17, .l4_dst_be = BE16(53)},
	 {TYPE, PROTO, WHOLE, .l4_dst_be = 0xffff}},
	{"sctp,tp_src=9",
	 {IPV4, .ip_proto = 132, .l4_src_be = BE16(9)},
	 {TYPE, PROTO, WHOLE, .l4_src_be = 0xffff}},
	{"icmp,icmp_type=8,icmp_code=1",
	 {IPV4, .ip_proto = 1, .l4_src_be = BE16(8), .l4_dst_be = BE16(1)},
	 {TYPE, PROTO, WHOLE, .l4_src_be = BE16(0xff), .l4_dst_be = BE16(0xff)}},
	{"arp,arp_op=1,arp_spa=10.0.0.1,arp_tpa=10.0.0.2",
	 {ARP, .arp_op_be = BE16(1), .ipv4_src_be = BE32(0x0a000001),
	  .ipv4_dst_be = BE32(0x0a000002)},
	 {TYPE, .arp_op_be = 0xffff, .ipv4_src_be = ~0u, .ipv4_dst_be = ~0u}},
	{"arp,arp_sha=02:00:00:00:00:01,arp_tha=02:00:00:00:00:02",
	 {ARP, .arp_sha = {2, 0, 0, 0, 0, 1}, .arp_tha = {2, 0, 0, 0, 0, 2}},
	 {TYPE, .arp_sha = ALL6, .arp_tha = ALL6}},
	{"ipv6,ipv6_src=fe80::/16",
	 {IPV6, .ipv6_src = {0xfe, 0x80}},
	 {TYPE, .ipv6_src = {0xff, 0xff}}},
	{"ipv6,ipv6_dst=fe80::1",
	 {IPV6, .ipv6_dst = {0xfe, 0x80, [15] = 1}},
	 {TYPE, .ipv6_dst = ALL16}},
	{"ipv6,ipv6_label=0x12345",
	 {IPV6, .ipv6_flabel_be = BE32(0x12345)},
	 {TYPE, .ipv6_flabel_be = BE32(0xfffff)}},
	{"icmp6,icmp_type=135,icmp_code=0,nd_target=fe80::1",
	 {IPV6, .ip_proto = 58, .l4_src_be = BE16(135), .nd_target = {0xfe, 0x80, [15] = 1}},
	 {TYPE, PROTO, WHOLE, .l4_src_be = BE16(0xff), .l4_dst_be = BE16(0xff),
	  .nd_target = ALL16}},
};

static void match_is(const char *text, const struct flow_key *value, const struct flow_key *mask)
{
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	struct of_flow_stats_request filter;
	char why[OF_WHY_SIZE] = "";
	struct flow_match got;

	if (of_flow_filter_parse(text, NULL, &filter, why, sizeof(why)) != 0)
		fail_msg("%s: %s", text, why);
	assert_int_equal(compile_match(&filter.match, &got), OF_OK);
	if (memcmp(&got.value, value, sizeof(*value)) != 0)
		fail_msg("%s: another value", text);
	if (memcmp(&got.mask, mask, sizeof(*mask)) != 0)
		fail_msg("%s: another mask", text);
	of_arena_free(&arena);
}

static void each_field_has_its_place(void **state)
{
	for (size_t i = 0; i < sizeof(matches) / sizeof(matches[0]); i++)
		match_is(matches[i].text, &matches[i].value, &matches[i].mask);
}

static void only_ethernet_is_matched(void **state)
{
	struct of_match match;
	struct flow_match out;

	/* Frames of other types than Ethernet do not come here. */
	of_match_init(&match);
	of_match_add_u64(&match, OF_FIELD_PACKET_TYPE, 0x10800);
	assert_int_equal(compile_match(&match, &out), OFPBMC_BAD_VALUE);
	of_match_init(&match);
	of_match_add_u64(&match, OF_FIELD_PACKET_TYPE, 0);
	assert_int_equal(compile_match(&match, &out), OF_OK);
	assert_int_equal(flow_key_words(&out.mask), 0);
}

/* A switch with ports 1…9 and the groups 1 and 2. */
static struct group groups[3] = {{0}, {.id = 1}, {.id = 2}};

static struct group *find_group(const void *context, uint32_t id)
{
	return id == 1 || id == 2 ? &groups[id] : NULL;
}

static bool has_port(const void *context, uint32_t port_no)
{
	return port_no >= 1 && port_no <= 9;
}

static const struct compile_env env = {.group = find_group, .port = has_port};

static void list_text(const struct action_list *list, struct text *t)
{
	static const char *const names[ACTION_N_OPS] = {
		[ACTION_OUTPUT] = "output",
		[ACTION_IN_PORT] = "in_port",
		[ACTION_ALL] = "all",
		[ACTION_FLOOD] = "flood",
		[ACTION_NORMAL] = "normal",
		[ACTION_CONTROLLER] = "controller",
		[ACTION_TABLE] = "table",
		[ACTION_OUTPUT_REG] = "output_reg",
		[ACTION_GROUP] = "group",
		[ACTION_METER] = "meter",
		[ACTION_PUSH_VLAN] = "push",
		[ACTION_POP_VLAN] = "pop",
		[ACTION_PUSH_MPLS] = "push_mpls",
		[ACTION_POP_MPLS] = "pop_mpls",
		[ACTION_PUSH_PBB] = "push_pbb",
		[ACTION_POP_PBB] = "pop_pbb",
		[ACTION_SET_FIELD] = "set",
		[ACTION_COPY_FIELD] = "copy",
		[ACTION_DEC_TTL] = "dec_ttl",
		[ACTION_DEC_MPLS_TTL] = "dec_mpls_ttl",
		[ACTION_COPY_TTL_OUT] = "copy_ttl_out",
		[ACTION_COPY_TTL_IN] = "copy_ttl_in",
		[ACTION_SET_QUEUE] = "queue",
		[ACTION_POP_QUEUE] = "pop_queue",
		[ACTION_RESUBMIT] = "resubmit",
		[ACTION_LEARN] = "learn",
		[ACTION_STACK_PUSH] = "stack_push",
		[ACTION_STACK_POP] = "stack_pop",
		[ACTION_CLONE] = "clone",
		[ACTION_EXIT] = "exit",
	};

	for (const struct action *a = action_first(list); a < action_end(list);
	     a = action_next(a)) {
		text_add(t, "%s%s", a == action_first(list) ? "" : " ", names[a->op]);
		if (a->op == ACTION_OUTPUT)
			text_add(t, ":%u", a->arg);
		if (a->op == ACTION_RESUBMIT)
			text_add(t, ":%u,%u", a->arg, (unsigned int)a->payload[0]);
		if (a->op == ACTION_COPY_FIELD || a->op == ACTION_STACK_PUSH ||
		    a->op == ACTION_STACK_POP || a->op == ACTION_OUTPUT_REG) {
			const struct flow_bits *b = action_bits(a);

			text_add(t, ":%u[%u+%u]", b[0].field, b[0].offset, b[0].n_bits);
			if (a->op == ACTION_COPY_FIELD)
				text_add(t, ">%u[%u+%u]", b[1].field, b[1].offset, b[1].n_bits);
		}
		if (a->op == ACTION_CLONE) {
			text_add(t, "(");
			list_text(action_nested(a), t);
			text_add(t, ")");
		}
		if (a->op == ACTION_PUSH_VLAN || a->op == ACTION_PUSH_MPLS ||
		    a->op == ACTION_POP_MPLS)
			text_add(t, ":%x", a->arg);
		if (a->op == ACTION_CONTROLLER)
			text_add(t, ":%u/%u", a->arg, a->reason);
		if (a->op == ACTION_GROUP)
			text_add(t, ":%u", action_group(a)->id);
		if (a->op == ACTION_SET_FIELD) {
			unsigned int size = flow_field_place((enum flow_field)a->arg).size;

			text_add(t, ":%u=", a->arg);
			for (unsigned int i = 0; i < size; i++)
				text_add(t, "%02x", action_value(a)[i]);
			text_add(t, "/");
			for (unsigned int i = 0; i < size; i++)
				text_add(t, "%02x", action_mask(a)[i]);
		}
	}
}

static void program_text(const struct program *p, struct text *t)
{
	if (p->apply != NULL)
		list_text(p->apply, t);
	if (p->clear)
		text_add(t, " | clear");
	if (p->write != NULL) {
		text_add(t, " | write ");
		list_text(p->write, t);
	}
	if (p->metadata_mask != 0)
		text_add(t, " | metadata %llx/%llx", (unsigned long long)p->metadata,
			 (unsigned long long)p->metadata_mask);
	if (p->has_goto)
		text_add(t, " | goto %u", p->goto_table);
}

static const struct {
	const char *flow;
	enum of_err err;
	const char *program;
} flows[] = {
	{"actions=drop", OF_OK, ""},
	{"actions=output:2,output:3", OF_OK, "output:2 output:3"},
	{"actions=in_port,all,flood,normal", OF_OK, "in_port all flood normal"},
	{"actions=controller:100", OF_OK, "controller:100/1"},
	{"priority=0,actions=controller:100", OF_OK, "controller:100/0"},
	{"priority=0,in_port=1,actions=controller:100", OF_OK, "controller:100/1"},
	{"actions=write_actions(controller:100)", OF_OK, " | write controller:100/3"},
	{"actions=group:1,group:2", OF_OK, "group:1 group:2"},
	{"actions=push_vlan:0x8100,set_field:4106->vlan_vid,output:1", OF_OK,
	 "push:8100 set:4=000a/0fff output:1"},
	{"actions=push_vlan:0x88a8,set_field:3->vlan_pcp", OF_OK, "push:88a8 set:4=6000/e000"},
	{"vlan_vid=0x1000/0x1000,actions=pop_vlan,output:1", OF_OK, "pop output:1"},
	{"actions=set_field:02:00:00:00:00:09->eth_dst", OF_OK, "set:1=020000000009/ffffffffffff"},
	{"actions=set_field:02:00:00:00:00:09->eth_src", OF_OK, "set:2=020000000009/ffffffffffff"},
	{"ip,actions=set_field:10.0.0.9->ip_dst", OF_OK, "set:11=0a000009/ffffffff"},
	{"ip,actions=set_field:10->ip_dscp", OF_OK, "set:6=28/fc"},
	{"ip,actions=set_field:2->nw_ecn", OF_OK, "set:6=02/03"},
	{"tcp,actions=set_field:80->tcp_dst", OF_OK, "set:9=0050/ffff"},
	{"udp,actions=set_field:53->udp_src", OF_OK, "set:8=0035/ffff"},
	{"arp,actions=set_field:2->arp_op,set_field:10.0.0.1->arp_spa", OF_OK,
	 "set:17=0002/ffff set:10=0a000001/ffffffff"},
	{"ip,actions=dec_ttl,output:1", OF_OK, "dec_ttl output:1"},
	{"ipv6,actions=mod_nw_ttl:9", OF_OK, "set:7=09/ff"},
	{"table=3,actions=write_metadata:0x5/0xf,goto_table:4", OF_OK, " | metadata 5/f | goto 4"},
	{"actions=output:1,clear_actions,write_actions(output:2),goto_table:1", OF_OK,
	 "output:1 | clear | write output:2 | goto 1"},
	/* An action set has its own order, and one action of a kind. */
	{"ip,actions=write_actions(output:1,dec_ttl,push_vlan:0x8100,output:2)", OF_OK,
	 " | write push:8100 dec_ttl output:2"},
	{"vlan_vid=0x1000/0x1000,"
	 "actions=write_actions(set_field:4106->vlan_vid,set_field:3->vlan_pcp,output:1)",
	 OF_OK, " | write set:4=000a/0fff set:4=6000/e000 output:1"},
	{"actions=write_actions(group:1,output:2)", OF_OK, " | write group:1"},
	{"actions=set_queue:1,output:1,pop_queue", OF_OK, "queue output:1 pop_queue"},
	{"dl_type=0x8847,actions=dec_mpls_ttl,copy_ttl_in,pop_mpls:0x0800,dec_ttl", OF_OK,
	 "dec_mpls_ttl copy_ttl_in pop_mpls:800 dec_ttl"},
	{"ip,actions=push_mpls:0x8847,set_field:16->mpls_label,copy_ttl_out", OF_OK,
	 "push_mpls:8847 set:15=00010000/fffff000 copy_ttl_out"},
	{"table=2,actions=resubmit(,7),resubmit(3,),resubmit:4", OF_OK,
	 "resubmit:0,7 resubmit:3,2 resubmit:4,2"},
	/* Wide registers are several narrow ones. */
	{"actions=set_field:0x100000002->xreg0", OF_OK,
	 "set:31=02000000/ffffffff set:30=01000000/ffffffff"},
	{"actions=move:NXM_NX_TUN_ID[0..63]->OXM_OF_PKT_REG1[]", OF_OK,
	 "copy:23[0+32]>33[0+32] copy:23[32+32]>32[0+32]"},
	{"actions=push:NXM_NX_REG0[4..11],pop:NXM_NX_REG1[0..7],output:NXM_NX_REG1[0..15]", OF_OK,
	 "stack_push:30[4+8] stack_pop:31[0+8] output_reg:31[0+16]"},
	{"actions=clone(push_vlan:0x8100,output:1),output:2", OF_OK,
	 "clone(push:8100 output:1) output:2"},
	{"actions=exit,output:1", OF_OK, "exit output:1"},
	/* Refused. */
	{"actions=output:10", OFPBAC_BAD_OUT_PORT, NULL},
	{"actions=local", OFPBAC_BAD_OUT_PORT, NULL},
	{"actions=table", OFPBAC_BAD_OUT_PORT, NULL},
	{"actions=group:3", OFPBAC_BAD_OUT_GROUP, NULL},
	{"ip,actions=dec_mpls_ttl", OFPBAC_MATCH_INCONSISTENT, NULL},
	{"ip,actions=pop_mpls:0x0800", OFPBAC_MATCH_INCONSISTENT, NULL},
	{"dl_type=0x8847,actions=dec_ttl", OFPBAC_MATCH_INCONSISTENT, NULL},
	{"actions=resubmit(,254)", OFPBAC_BAD_ARGUMENT, NULL},
	{"actions=write_actions(resubmit(,1),exit)", OFPBAC_UNSUPPORTED_ORDER, NULL},
	{"actions=conjunction(1,1/2),output:1", OFPBAC_BAD_ARGUMENT, NULL},
	{"vlan_vid=0,actions=pop_vlan", OFPBAC_MATCH_INCONSISTENT, NULL},
	{"vlan_vid=0,actions=set_field:4106->vlan_vid", OFPBAC_MATCH_INCONSISTENT, NULL},
	{"actions=set_field:80->tcp_dst", OFPBAC_MATCH_INCONSISTENT, NULL},
	{"udp,actions=set_field:80->tcp_dst", OFPBAC_MATCH_INCONSISTENT, NULL},
	{"actions=set_field:10.0.0.9->ip_dst", OFPBAC_MATCH_INCONSISTENT, NULL},
	{"arp,actions=dec_ttl", OFPBAC_MATCH_INCONSISTENT, NULL},
	{"actions=dec_ttl", OFPBAC_MATCH_INCONSISTENT, NULL},
	{"table=4,actions=goto_table:4", OFPBIC_BAD_TABLE_ID, NULL},
	{"table=4,actions=goto_table:3", OFPBIC_BAD_TABLE_ID, NULL},
	{"actions=goto_table:254", OFPBIC_BAD_TABLE_ID, NULL},
	{"actions=meter:1,output:1", OFPMMFC_UNKNOWN_METER, NULL},
};

static void flow_gives(const char *text, enum of_err err, const char *wanted)
{
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	struct program *program = NULL;
	char why[OF_WHY_SIZE] = "";
	struct of_flow_mod mod;
	struct text t = {0};
	enum of_err got;

	if (of_flow_parse(text, OFPFC_ADD, NULL, &arena, &mod, why, sizeof(why)) != 0)
		fail_msg("%s: %s", text, why);
	got = compile_instructions(&env, &mod.instructions, &mod.match, mod.priority, mod.table_id,
				   &program);
	if (got != err)
		fail_msg("%s: %s, not %s", text, of_err_name(got), of_err_name(err));
	if (err == OF_OK) {
		program_text(program, &t);
		assert_string_equal(text_get(&t), wanted);
		program_free(program);
	}
	text_free(&t);
	of_arena_free(&arena);
}

static void each_action_becomes_its_operation_or_an_error(void **state)
{
	for (size_t i = 0; i < sizeof(flows) / sizeof(flows[0]); i++)
		flow_gives(flows[i].flow, flows[i].err, flows[i].program);
}

static enum of_err compile_group(uint8_t type, const char *text, char *out, size_t size)
{
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	struct group_buckets *buckets = NULL;
	char why[OF_WHY_SIZE] = "";
	struct of_group_mod mod;
	struct text t = {0};
	enum of_err err;

	if (of_group_parse(text, OFPGC_ADD, NULL, &arena, &mod, why, sizeof(why)) != 0)
		fail_msg("%s: %s", text, why);
	err = compile_buckets(&env, type, &mod.buckets, &buckets);
	if (err == OF_OK) {
		for (uint32_t i = 0; i < buckets->n; i++) {
			text_add(&t, "%s", i == 0 ? "" : "; ");
			list_text(buckets->b[i].actions, &t);
		}
		text_copy(out, size, text_get(&t));
		group_buckets_free(buckets);
	}
	text_free(&t);
	of_arena_free(&arena);
	return err;
}

static void buckets_are_action_sets(void **state)
{
	char got[200];

	assert_int_equal(compile_group(OFPGT_ALL,
				       "group_id=7,type=all,bucket=output:1,bucket=output:2,"
				       "push_vlan:0x8100,bucket=controller:50",
				       got, sizeof(got)),
			 OF_OK);
	assert_string_equal(got, "output:1; push:8100 output:2; controller:50/4");
	assert_int_equal(compile_group(OFPGT_INDIRECT,
				       "group_id=7,type=all,bucket=output:1,bucket=output:2", got,
				       sizeof(got)),
			 OFPGMFC_INVALID_GROUP);
	assert_int_equal(
		compile_group(OFPGT_ALL, "group_id=7,type=all,bucket=output:77", got, sizeof(got)),
		OFPBAC_BAD_OUT_PORT);
}

static void packet_outs_may_use_the_tables(void **state)
{
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	struct action_list *list = NULL;
	char why[OF_WHY_SIZE] = "";
	struct of_actions actions;
	struct text t = {0};

	assert_int_equal(of_actions_parse("dec_ttl,table,controller:9", NULL, &arena, &actions, why,
					  sizeof(why)),
			 0);
	assert_int_equal(compile_packet_out(&env, &actions, &list), OF_OK);
	list_text(list, &t);
	assert_string_equal(text_get(&t), "dec_ttl table controller:9/5");
	text_free(&t);
	free(list);
	of_arena_free(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_field_has_its_place),
		cmocka_unit_test(only_ethernet_is_matched),
		cmocka_unit_test(each_action_becomes_its_operation_or_an_error),
		cmocka_unit_test(buckets_are_action_sets),
		cmocka_unit_test(packet_outs_may_use_the_tables),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
