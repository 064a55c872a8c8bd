// SPDX-License-Identifier: Apache-2.0
/* From intent to flows: the rules as text, and what a change of the intent comes to. */
#include "controller/diff.h"
#include "controller/intent.h"
#include "controller/plan.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct plan_port ports[] = {{1, "vm1"}, {2, "vm2"}, {3, "vm3"}, {9, "eth0"}};

#define HEAD "switch: 1\nnetworks: [{name: red, vlan: 10}, {name: blue, vlan: 20}]\nattachments:\n"
#define VM1 "  - {network: red, port: vm1}\n"
#define VM2 "  - {network: red, port: vm2}\n"
#define VM3 "  - {network: blue, port: vm3}\n"
#define ETH0 "uplinks:\n  - {port: eth0, networks: [red], native: blue}\n"

static struct plan *plan_of(const char *yaml, unsigned n_ports)
{
	char why[INTENT_WHY_SIZE] = "";
	struct intent *intent = intent_parse("f", yaml, strlen(yaml), why);
	struct plan *plan;

	assert_string_equal(why, "");
	plan = plan_create(intent, 0, ports, n_ports);
	assert_non_null(plan);
	intent_free(intent); /* the plan needs it no more */
	return plan;
}

static struct rules rules_of(const char *yaml, unsigned n_ports)
{
	struct plan *plan = plan_of(yaml, n_ports);
	struct rules rules = {0};

	assert_int_equal(plan_rules(plan, &rules), 0);
	plan_destroy(plan);
	return rules;
}

static int line_compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* All rules, one a line, sorted. */
static char *rules_text(const struct rules *rules)
{
	char *lines[128];
	struct text all = {0};
	unsigned n = 0;

	for (struct rule_flow *f = rules->flows; f != NULL; f = f->hh.next) {
		struct text t = {0};

		rule_flow_text(f, &t);
		lines[n++] = text_steal(&t);
	}
	for (struct rule_group *g = rules->groups; g != NULL; g = g->hh.next) {
		struct text t = {0};

		rule_group_text(g, &t);
		lines[n++] = text_steal(&t);
	}
	qsort(lines, n, sizeof(lines[0]), line_compare);
	for (unsigned i = 0; i < n; i++) {
		text_add(&all, "%s\n", lines[i]);
		free(lines[i]);
	}
	return text_steal(&all);
}

static void assert_text(char *got, const char *want)
{
	assert_string_equal(got, want);
	free(got);
}

static void attachments_and_uplinks_become_flows(void **state)
{
	struct rules rules = rules_of(HEAD VM1 VM3 ETH0, 4);

	assert_text(rules_text(&rules),
		    "group_id=1214513162,type=all,bucket=actions=pop_vlan,output:1,bucket=actions="
		    "output:9\n"
		    "group_id=1214513172,type=all,bucket=actions=pop_vlan,output:3,bucket=actions="
		    "pop_vlan,output:9\n"
		    "table=0,priority=1 actions=drop\n"
		    "table=0,priority=300,in_port=1 actions=drop\n"
		    "table=0,priority=300,in_port=3 actions=drop\n"
		    "table=0,priority=300,in_port=9 actions=drop\n"
		    "table=0,priority=400,in_port=1,vlan_tci=0x0000/0x1fff "
		    "actions=push_vlan:0x8100,set_field:4106->vlan_vid,goto_table:1\n"
		    "table=0,priority=400,in_port=3,vlan_tci=0x0000/0x1fff "
		    "actions=push_vlan:0x8100,set_field:4116->vlan_vid,goto_table:1\n"
		    "table=0,priority=400,in_port=9,dl_vlan=10 actions=goto_table:1\n"
		    "table=0,priority=400,in_port=9,vlan_tci=0x0000/0x1fff "
		    "actions=push_vlan:0x8100,set_field:4116->vlan_vid,goto_table:1\n"
		    "table=0,priority=500,in_port=1,dl_dst=01:80:c2:00:00:00/ff:ff:ff:ff:ff:f0 "
		    "actions=drop\n"
		    "table=0,priority=500,in_port=3,dl_dst=01:80:c2:00:00:00/ff:ff:ff:ff:ff:f0 "
		    "actions=drop\n"
		    "table=0,priority=500,in_port=9,dl_dst=01:80:c2:00:00:00/ff:ff:ff:ff:ff:f0 "
		    "actions=drop\n"
		    "table=1,priority=100,in_port=1 actions=CONTROLLER:64,goto_table:2\n"
		    "table=1,priority=100,in_port=3 actions=CONTROLLER:64,goto_table:2\n"
		    "table=1,priority=100,in_port=9 actions=CONTROLLER:64,goto_table:2\n"
		    "table=2,priority=100,dl_vlan=10 actions=group:1214513162\n"
		    "table=2,priority=100,dl_vlan=20 actions=group:1214513172\n");
	rules_clear(&rules);
}

static void a_fixed_address_is_let_in_on_its_port_only(void **state)
{
	struct rules rules =
		rules_of(HEAD "  - {network: red, port: vm1, mac: 02:00:00:00:00:01}\n", 4);

	assert_text(rules_text(&rules),
		    "group_id=1214513162,type=all,bucket=actions=pop_vlan,output:1\n"
		    "table=0,priority=1 actions=drop\n"
		    "table=0,priority=300,in_port=1 actions=drop\n"
		    "table=0,priority=400,in_port=1,vlan_tci=0x0000/0x1fff "
		    "actions=push_vlan:0x8100,set_field:4106->vlan_vid,goto_table:1\n"
		    "table=0,priority=500,in_port=1,dl_dst=01:80:c2:00:00:00/ff:ff:ff:ff:ff:f0 "
		    "actions=drop\n"
		    "table=1,priority=400,dl_vlan=10,dl_src=02:00:00:00:00:01 actions=drop\n"
		    "table=1,priority=500,in_port=1,dl_vlan=10,dl_src=02:00:00:00:00:01 "
		    "actions=goto_table:2\n"
		    "table=2,priority=100,dl_vlan=10 actions=group:1214513162\n"
		    "table=2,priority=300,dl_vlan=10,dl_dst=02:00:00:00:00:01 "
		    "actions=pop_vlan,output:1\n");
	rules_clear(&rules);
}

static void ports_that_are_not_there_are_left_out(void **state)
{
	struct rules none = rules_of(HEAD VM1 VM3, 0), both = rules_of(HEAD VM1 VM3, 3),
		     other = rules_of(HEAD VM1 VM3, 2);

	assert_text(rules_text(&none), "table=0,priority=1 actions=drop\n");
	assert_int_equal(HASH_CNT(hh, both.groups), 2);
	assert_int_equal(HASH_CNT(hh, other.groups), 1);
	rules_clear(&none);
	rules_clear(&both);
	rules_clear(&other);
}

static void the_largest_network_fits_into_one_group_message(void **state)
{
	struct plan_port *many = calloc(INTENT_MEMBERS_MAX, sizeof(*many));
	struct text t = {0};
	char why[INTENT_WHY_SIZE] = "";
	struct of_arena arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT);
	struct wbuf b = wbuf_init(OF_MESSAGE_MAX);
	struct rules rules = {0};
	struct intent *intent;
	struct plan *plan;
	struct of_msg msg;

	text_add(&t, "switch: 1\nnetworks: [{name: red, vlan: 10}]\nattachments:\n");
	for (unsigned i = 0; i < INTENT_MEMBERS_MAX; i++) {
		text_add(&t, "  - {network: red, port: p%u}\n", i);
		many[i].number = i + 1;
		snprintf(many[i].name, sizeof(many[i].name), "p%u", i);
	}
	intent = intent_parse("f", t.s, t.len, why);
	assert_string_equal(why, "");
	plan = plan_create(intent, 0, many, INTENT_MEMBERS_MAX);
	assert_int_equal(plan_rules(plan, &rules), 0);
	assert_int_equal(rule_group_msg(rules.groups, OFPGC_ADD, &arena, &msg), 0);
	assert_int_equal(of_msg_pack(&msg, &b), 0);
	wbuf_free(&b);
	of_arena_free(&arena);
	rules_clear(&rules);
	plan_destroy(plan);
	intent_free(intent);
	text_free(&t);
	free(many);
}

static void a_learned_address_gets_two_flows(void **state)
{
	struct plan *plan = plan_of(HEAD VM1 VM2 VM3 ETH0, 4);
	struct plan_mac mac = {.vlan = 10, .mac = {{2, 0, 0, 0, 0, 7}}, .port = 9}, read;
	struct rules rules = {0};
	unsigned n = 0;

	assert_int_equal(plan_mac_rules(plan, &mac, &rules), 0);
	for (struct rule_flow *f = rules.flows; f != NULL; f = f->hh.next) {
		if (plan_mac_of_flow(f, &read)) {
			n++;
			assert_int_equal(read.vlan, 10);
			assert_int_equal(read.port, 9);
			assert_memory_equal(&read.mac, &mac.mac, 6);
		}
	}
	assert_int_equal(n, 1);
	assert_text(rules_text(&rules),
		    "table=1,priority=300,idle_timeout=300,in_port=9,dl_vlan=10,dl_src=02:00:00:00:"
		    "00:07 "
		    "actions=goto_table:2\n"
		    "table=2,priority=300,idle_timeout=600,dl_vlan=10,dl_dst=02:00:00:00:00:07 "
		    "actions=output:9\n");
	rules_clear(&rules);
	mac.port = 3; /* is in the other network */
	assert_int_equal(plan_mac_rules(plan, &mac, &rules), -ENOENT);
	plan_destroy(plan);
}

static void a_fixed_address_is_not_learned(void **state)
{
	struct plan *plan =
		plan_of(HEAD VM1 "  - {network: red, port: vm2, mac: 02:00:00:00:00:01}\n" VM3, 4);
	struct plan_mac mac = {.vlan = 10, .mac = {{2, 0, 0, 0, 0, 1}}, .port = 1};
	struct rules rules = {0};

	assert_int_equal(plan_mac_rules(plan, &mac, &rules), -ENOENT); /* is fixed elsewhere */
	mac.mac.b[5] = 9;
	mac.port = 2; /* has a fixed one */
	assert_int_equal(plan_mac_rules(plan, &mac, &rules), -ENOENT);
	plan_destroy(plan);
}

static char *changes_of(const struct rules *present, const struct rules *wanted,
			struct changes *changes)
{
	struct text t = {0};

	assert_int_equal(changes_make(present, wanted, changes), 0);
	for (unsigned i = 0; i < changes->n; i++) {
		change_text(&changes->c[i], &t);
		text_add(&t, "\n");
	}
	text_add(&t, "%s", "");
	return text_steal(&t);
}

static void the_same_intent_changes_nothing(void **state)
{
	struct rules a = rules_of(HEAD VM1 VM3 ETH0, 4), b = rules_of(HEAD VM3 VM1 ETH0, 4);
	struct changes changes;

	assert_text(changes_of(&a, &b, &changes), "");
	assert_int_equal(changes.n_added + changes.n_modified + changes.n_deleted, 0);
	changes_free(&changes);
	rules_clear(&a);
	rules_clear(&b);
}

static void a_new_attachment_adds_its_own_flows_only(void **state)
{
	struct rules a = rules_of(HEAD VM1 VM3, 4), b = rules_of(HEAD VM1 VM2 VM3, 4);
	struct changes changes;

	assert_text(changes_of(&a, &b, &changes),
		    "modify "
		    "group_id=1214513162,type=all,bucket=actions=pop_vlan,output:1,bucket=actions="
		    "pop_vlan,output:2\n"
		    "barrier\n"
		    "add table=1,priority=100,in_port=2 actions=CONTROLLER:64,goto_table:2\n"
		    "add table=0,priority=400,in_port=2,vlan_tci=0x0000/0x1fff "
		    "actions=push_vlan:0x8100,set_field:4106->vlan_vid,goto_table:1\n"
		    "add table=0,priority=500,in_port=2,dl_dst=01:80:c2:00:00:00/ff:ff:ff:ff:ff:f0 "
		    "actions=drop\n"
		    "add table=0,priority=300,in_port=2 actions=drop\n"
		    "barrier\n");
	assert_int_equal(changes.n_added, 4);
	assert_int_equal(changes.n_modified, 1);
	assert_int_equal(changes.n_deleted, 0);
	changes_free(&changes);
	rules_clear(&a);
	rules_clear(&b);
}

/* A group before the flows that use it, the last table first; what goes, the other way round. */
static void changes_are_ordered_so_that_no_frame_is_lost(void **state)
{
	struct rules a = rules_of(HEAD VM1 VM2, 4), b = rules_of(HEAD VM3, 4);
	struct changes changes;
	int stage = 0, last_table = 255;

	free(changes_of(&a, &b, &changes));
	for (unsigned i = 0; i < changes.n; i++) {
		const struct change *c = &changes.c[i];
		int table = c->flow != NULL ? rule_flow_table(c->flow) : 0;

		switch (c->kind) {
		case CHANGE_GROUP_ADD:
		case CHANGE_GROUP_MODIFY:
			assert_int_equal(stage, 0);
			break;
		case CHANGE_FLOW_ADD:
		case CHANGE_FLOW_MODIFY:
			assert_int_equal(stage, 1);
			assert_true(table <= last_table);
			break;
		case CHANGE_FLOW_DELETE:
			assert_int_equal(stage, 2);
			assert_true(table >= last_table);
			break;
		case CHANGE_GROUP_DELETE:
			assert_int_equal(stage, 3);
			break;
		case CHANGE_BARRIER:
			stage++;
			table = stage == 2 ? 0 : 255;
			break;
		}
		last_table = table;
	}
	assert_int_equal(stage, 4);
	changes_free(&changes);
	rules_clear(&a);
	rules_clear(&b);
}

static void a_flow_with_other_actions_is_modified_in_place(void **state)
{
	struct rules a = rules_of(HEAD VM1, 4),
		     b = rules_of(
			     "switch: 1\nnetworks: [{name: red, vlan: 11}]\nattachments:\n" VM1, 4);
	struct changes changes;

	free(changes_of(&a, &b, &changes));
	assert_int_equal(changes.n_modified, 1); /* what pushes the tag */
	assert_int_equal(changes.n_added, 2);    /* group and flow of VLAN 11 */
	assert_int_equal(changes.n_deleted, 2);
	changes_free(&changes);
	rules_clear(&a);
	rules_clear(&b);
}

static void flows_that_end_by_themselves_are_left_alone(void **state)
{
	struct rules a = rules_of(HEAD VM1, 4), b = rules_of(HEAD VM1, 4);
	struct changes changes;

	assert_int_equal(plan_quiet_rules(1, &a), 0);
	assert_text(changes_of(&a, &b, &changes), "");
	changes_free(&changes);
	rules_clear(&a);
	rules_clear(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(attachments_and_uplinks_become_flows),
		cmocka_unit_test(a_fixed_address_is_let_in_on_its_port_only),
		cmocka_unit_test(ports_that_are_not_there_are_left_out),
		cmocka_unit_test(the_largest_network_fits_into_one_group_message),
		cmocka_unit_test(a_learned_address_gets_two_flows),
		cmocka_unit_test(a_fixed_address_is_not_learned),
		cmocka_unit_test(the_same_intent_changes_nothing),
		cmocka_unit_test(a_new_attachment_adds_its_own_flows_only),
		cmocka_unit_test(changes_are_ordered_so_that_no_frame_is_lost),
		cmocka_unit_test(a_flow_with_other_actions_is_modified_in_place),
		cmocka_unit_test(flows_that_end_by_themselves_are_left_alone),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
