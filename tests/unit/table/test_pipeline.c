// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "datapath/table/pipeline.h"

static struct rule *rule_on_port(uint32_t in_port, bool deep)
{
	struct flow_match m;

	memset(&m, 0, sizeof(m));
	m.value.in_port = in_port;
	m.mask.in_port = UINT32_MAX;
	if (deep)
		m.mask.l4_dst_be = UINT16_MAX;
	return rule_create(&m, 1, 3, 0, calloc(1, sizeof(struct program)));
}

static void test_depth_rises_and_falls_with_the_rules(void **state)
{
	struct pipeline *p = pipeline_create(1, 64);
	struct rule *deep = rule_on_port(1, true), *flat = rule_on_port(2, false);

	assert_int_equal(p->depth, FLOW_DEPTH_L2);
	assert_int_equal(pipeline_add_rule(p, flat), 0);
	assert_int_equal(pipeline_add_rule(p, deep), 0);
	assert_int_equal(p->depth, FLOW_DEPTH_L4);
	pipeline_remove_rule(p, deep);
	assert_int_equal(p->depth, FLOW_DEPTH_L2);
	pipeline_destroy(p);
}

static void test_counter_ids_come_back_after_a_grace_period(void **state)
{
	struct pipeline *p = pipeline_create(2, 64);
	uint32_t first = 0;

	for (int i = 0; i < 20000; i++) {
		struct rule *rule = rule_on_port(1, false);
		struct flow_counter sum;

		assert_int_equal(pipeline_add_rule(p, rule), 0);
		if (i == 0)
			first = rule->counter_id;
		assert_in_range(rule->counter_id, 1, first + 10);
		flow_counter_add(flow_counters_lcore(p->counters, 0), rule->counter_id, 2, 100, 7);
		flow_counter_add(flow_counters_lcore(p->counters, 1), rule->counter_id, 3, 50, 9);
		flow_counters_sum(p->counters, rule->counter_id, &sum);
		assert_int_equal(sum.packets, 5);
		assert_int_equal(sum.bytes, 150);
		assert_int_equal(sum.used_tsc, 9);
		pipeline_remove_rule(p, rule);
		assert_int_equal(reclaim_poll(p->reclaim), 0);
	}
	pipeline_destroy(p);
}

static void test_nothing_is_freed_while_a_reader_may_look(void **state)
{
	struct pipeline *p = pipeline_create(1, 64);
	struct rte_rcu_qsbr *qsbr = reclaim_qsbr(p->reclaim);

	rte_rcu_qsbr_thread_register(qsbr, 0);
	rte_rcu_qsbr_thread_online(qsbr, 0);
	pipeline_add_rule(p, rule_on_port(1, false));
	pipeline_remove_port(p, 5);
	reclaim_poll(p->reclaim);
	assert_int_not_equal(reclaim_poll(p->reclaim), 0);
	rte_rcu_qsbr_quiescent(qsbr, 0);
	assert_int_equal(reclaim_poll(p->reclaim), 0);
	rte_rcu_qsbr_thread_offline(qsbr, 0);
	pipeline_destroy(p);
}

static void test_ports_are_found_by_number(void **state)
{
	struct pipeline *p = pipeline_create(1, 64);
	struct pipeline_port port = {.ofport = 700, .index = 3};

	assert_null(pipeline_port(p, 700));
	assert_int_equal(pipeline_set_port(p, &port), 0);
	assert_int_equal(pipeline_port(p, 700)->index, 3);
	assert_int_equal(p->flood->n, 1);
	port.ofport = 701;
	assert_int_equal(pipeline_set_port(p, &port), 0);
	assert_null(pipeline_port(p, 700));
	assert_non_null(pipeline_port(p, 701));
	pipeline_remove_port(p, 3);
	assert_null(pipeline_port(p, 701));
	assert_int_equal(p->flood->n, 0);
	assert_null(pipeline_port(p, 0));
	assert_null(pipeline_port(p, 0xfffffffd));
	pipeline_destroy(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_depth_rises_and_falls_with_the_rules),
		cmocka_unit_test(test_counter_ids_come_back_after_a_grace_period),
		cmocka_unit_test(test_nothing_is_freed_while_a_reader_may_look),
		cmocka_unit_test(test_ports_are_found_by_number),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
