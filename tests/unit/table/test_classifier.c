// SPDX-License-Identifier: Apache-2.0
/*
 * The classifier against a brute-force twin: random rules with random masks, random changes and
 * random keys must give the same priority from both.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "datapath/table/classifier.h"
#include "datapath/table/reclaim.h"

#define MAX_RULES 4000

static uint64_t seed;

static uint32_t draw(uint32_t below)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)((seed >> 33) % below);
}

struct twin {
	struct reclaim *reclaim;
	struct classifier *cls;
	struct rule *rule[MAX_RULES];
	struct flow_match match[MAX_RULES];
	uint32_t n;
};

static void twin_open(struct twin *t)
{
	memset(t, 0, sizeof(*t));
	t->reclaim = reclaim_create(1);
	assert_non_null(t->reclaim);
	t->cls = classifier_create(t->reclaim);
	assert_non_null(t->cls);
}

static void twin_close(struct twin *t)
{
	reclaim_poll(t->reclaim);
	classifier_destroy(t->cls);
	reclaim_destroy(t->reclaim);
}

static uint32_t prefix_be(uint32_t len)
{
	uint32_t m = len == 0 ? 0 : UINT32_MAX << (32 - len);

	return __builtin_bswap32(m);
}

/* Few values in each field, so that rules overlap and keys hit. */
static void random_key(struct flow_key *key)
{
	memset(key, 0, sizeof(*key));
	key->in_port = 1 + draw(4);
	key->eth_type_be = __builtin_bswap16(draw(8) ? 0x0800 : 0x0806);
	key->eth_dst[5] = (uint8_t)draw(8);
	key->vlan_tci_be = __builtin_bswap16((uint16_t)(draw(2) ? 0x1000 | draw(4) : 0));
	key->ipv4_src_be = __builtin_bswap32(0x0a000000 | draw(4) << 16 | draw(3) << 8 | draw(4));
	key->ipv4_dst_be = __builtin_bswap32(0x0b000000 | draw(4) << 16 | draw(3) << 8 | draw(4));
	key->ip_proto = draw(2) ? 6 : 17;
	key->l4_src_be = (uint16_t)draw(3);
	key->l4_dst_be = (uint16_t)draw(5);
	key->ipv6_src[5] = (uint8_t)draw(3);
	key->ipv6_src[7] = (uint8_t)draw(3);
	key->ipv6_dst[5] = (uint8_t)draw(3);
	key->ipv6_dst[15] = (uint8_t)draw(2);
}

static void random_match(struct flow_match *m)
{
	memset(&m->mask, 0, sizeof(m->mask));
	random_key(&m->value);
	if (draw(3) == 0)
		m->mask.in_port = UINT32_MAX;
	if (draw(2))
		m->mask.eth_type_be = UINT16_MAX;
	if (draw(4) == 0)
		memset(m->mask.eth_dst, 0xff, 6);
	if (draw(4) == 0)
		m->mask.vlan_tci_be =
			draw(2) ? __builtin_bswap16(0x1fff) : __builtin_bswap16(0x1000);
	m->mask.ipv4_src_be = prefix_be(draw(33));
	m->mask.ipv4_dst_be = prefix_be(draw(33));
	if (draw(2))
		m->mask.ip_proto = UINT8_MAX;
	if (draw(3) == 0)
		m->mask.l4_src_be = UINT16_MAX;
	if (draw(2))
		m->mask.l4_dst_be = UINT16_MAX;
	/* Prefixes of 40, 48, 56 and 64 bits: some have all of what the filter looks at. */
	if (draw(3) == 0)
		memset(m->mask.ipv6_src, 0xff, 5 + draw(4));
	if (draw(3) == 0)
		memset(m->mask.ipv6_dst, 0xff, 5 + draw(4));
	if (draw(9) == 0)
		m->mask.ipv6_dst[15] = 1;
	for (int i = 0; i < FLOW_KEY_WORDS; i++)
		m->value.w[i] &= m->mask.w[i];
}

static void twin_add(struct twin *t, uint32_t priority)
{
	struct program *program = calloc(1, sizeof(*program));
	struct flow_match match;

	random_match(&match);
	t->match[t->n] = match;
	t->rule[t->n] = rule_create(&match, priority, 0, 0, program);
	assert_non_null(t->rule[t->n]);
	assert_int_equal(classifier_insert(t->cls, t->rule[t->n]), 0);
	t->n++;
}

static void twin_remove(struct twin *t, uint32_t i)
{
	classifier_remove(t->cls, t->rule[i]);
	t->n--;
	t->rule[i] = t->rule[t->n];
	t->match[i] = t->match[t->n];
}

static int64_t brute_force(const struct twin *t, const struct flow_key *key)
{
	int64_t best = -1;

	for (uint32_t i = 0; i < t->n; i++) {
		if (t->rule[i]->priority > best && flow_match_covers(&t->match[i], key))
			best = t->rule[i]->priority;
	}
	return best;
}

/* All rules above a priority are found, each once. */
static void twin_compare_all(const struct twin *t, const struct flow_key *key, int64_t above)
{
	const struct rule *found[MAX_RULES];
	uint32_t n = classifier_match_all(t->cls, key, above, 1, found, MAX_RULES), wanted = 0;

	for (uint32_t i = 0; i < t->n; i++)
		wanted += t->rule[i]->priority > above && flow_match_covers(&t->match[i], key);
	assert_int_equal(n, wanted);
	for (uint32_t i = 0; i < n; i++) {
		assert_true(found[i]->priority > above && rule_covers(found[i], key));
		for (uint32_t k = 0; k < i; k++)
			assert_ptr_not_equal(found[k], found[i]);
	}
	assert_true(classifier_match_all(t->cls, key, above, 1, found, n / 2) == n / 2);
}

static void twin_compare(const struct twin *t, int rounds)
{
	struct flow_key keys[CLASSIFIER_BURST];
	const struct rule *found[CLASSIFIER_BURST];

	while (rounds-- > 0) {
		for (int i = 0; i < CLASSIFIER_BURST; i++)
			random_key(&keys[i]);
		twin_compare_all(t, &keys[0], -1);
		twin_compare_all(t, &keys[1], draw(1000));
		classifier_lookup(t->cls, keys, UINT64_MAX, 1, found);
		for (int i = 0; i < CLASSIFIER_BURST; i++) {
			int64_t got = found[i] != NULL ? (int64_t)found[i]->priority : -1;

			assert_int_equal(got, brute_force(t, &keys[i]));
			if (found[i] != NULL)
				assert_true(rule_covers(found[i], &keys[i]));
		}
	}
}

static void test_random_rules_agree_with_brute_force(void **state)
{
	static struct twin t;

	for (uint64_t s = 1; s <= 12; s++) {
		seed = s;
		twin_open(&t);
		for (int step = 0; step < 60; step++) {
			uint32_t adds = draw(60), removes = draw(40);

			while (adds-- > 0 && t.n < MAX_RULES)
				twin_add(&t, draw(1000));
			while (removes-- > 0 && t.n != 0)
				twin_remove(&t, draw(t.n));
			if (draw(4) == 0)
				classifier_tidy(t.cls);
			reclaim_poll(t.reclaim);
			assert_int_equal(classifier_count(t.cls), t.n);
			twin_compare(&t, 3);
		}
		while (t.n != 0)
			twin_remove(&t, draw(t.n));
		twin_compare(&t, 1);
		twin_close(&t);
	}
}

static void test_tuples_stay_bounded_with_many_masks(void **state)
{
	static struct twin t;
	struct classifier_cost cost;

	seed = 99;
	twin_open(&t);
	for (int i = 0; i < MAX_RULES; i++)
		twin_add(&t, (uint32_t)i);
	classifier_cost(t.cls, &cost);
	assert_int_equal(cost.n_rules, MAX_RULES);
	assert_in_range(cost.n_tuples, 1, CLASSIFIER_MAX_TUPLES);
	twin_compare(&t, 10);
	twin_close(&t);
}

static struct rule *plain_rule(uint32_t in_port, uint32_t priority)
{
	struct flow_match m;

	memset(&m, 0, sizeof(m));
	if (in_port != 0) {
		m.value.in_port = in_port;
		m.mask.in_port = UINT32_MAX;
	}
	return rule_create(&m, priority, 0, 0, calloc(1, sizeof(struct program)));
}

static void test_rules_are_seen_only_in_their_versions(void **state)
{
	static struct twin t;
	struct flow_key key = {.in_port = 1};
	const struct rule *found;
	struct rule *rule = plain_rule(1, 5);

	twin_open(&t);
	rule->visible_from = 10;
	rule->visible_until = 20;
	assert_int_equal(classifier_insert(t.cls, rule), 0);
	classifier_lookup(t.cls, &key, 1, 9, &found);
	assert_null(found);
	classifier_lookup(t.cls, &key, 1, 10, &found);
	assert_ptr_equal(found, rule);
	classifier_lookup(t.cls, &key, 1, 20, &found);
	assert_null(found);
	twin_close(&t);
}

static void test_the_table_miss_rule_is_last(void **state)
{
	static struct twin t;
	struct flow_key key = {.in_port = 7};
	const struct rule *found;
	struct rule *miss = plain_rule(0, 0), *exact = plain_rule(7, 1);

	twin_open(&t);
	assert_true(miss->flags & RULE_TABLE_MISS);
	assert_int_equal(classifier_insert(t.cls, miss), 0);
	classifier_lookup(t.cls, &key, 1, 1, &found);
	assert_ptr_equal(found, miss);
	assert_int_equal(classifier_insert(t.cls, exact), 0);
	classifier_lookup(t.cls, &key, 1, 1, &found);
	assert_ptr_equal(found, exact);
	twin_close(&t);
}

static void test_keys_outside_the_wanted_bits_are_left_alone(void **state)
{
	static struct twin t;
	struct flow_key keys[3] = {{.in_port = 1}, {.in_port = 1}, {.in_port = 1}};
	const struct rule *mark = (const struct rule *)&t, *found[3] = {mark, mark, mark};

	twin_open(&t);
	assert_int_equal(classifier_insert(t.cls, plain_rule(1, 1)), 0);
	classifier_lookup(t.cls, keys, 1ull << 1, 1, found);
	assert_ptr_equal(found[0], mark);
	assert_non_null(found[1]);
	assert_ptr_equal(found[2], mark);
	twin_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random_rules_agree_with_brute_force),
		cmocka_unit_test(test_tuples_stay_bounded_with_many_masks),
		cmocka_unit_test(test_rules_are_seen_only_in_their_versions),
		cmocka_unit_test(test_the_table_miss_rule_is_last),
		cmocka_unit_test(test_keys_outside_the_wanted_bits_are_left_alone),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
