// SPDX-License-Identifier: Apache-2.0
#include "datapath/table/mac_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <rte_random.h>

#define VAL_STATIC (1ull << 31)
#define VAL_SEEN_MASK 0x7fffffffull

static uint64_t val_make(uint16_t port, bool is_static, uint32_t seen_s)
{
	return (uint64_t)port << 32 | (is_static ? VAL_STATIC : 0) | (seen_s & VAL_SEEN_MASK);
}

static uint16_t val_port(uint64_t val)
{
	return (uint16_t)(val >> 32);
}

static uint64_t load(const uint64_t *p)
{
	return __atomic_load_n(p, __ATOMIC_ACQUIRE);
}

static void store(uint64_t *p, uint64_t v)
{
	__atomic_store_n(p, v, __ATOMIC_RELEASE);
}

static size_t table_size(const struct mac_table *t)
{
	return (size_t)(t->mask + 1) * sizeof(struct mac_bucket);
}

struct mac_table *mac_table_create(uint32_t n_entries)
{
	struct mac_table *t = calloc(1, sizeof(*t));
	uint32_t n_buckets = 2;
	void *p;

	if (t == NULL)
		goto no_memory;
	/* A quarter more than asked: buckets of four fill unevenly. */
	while ((uint64_t)n_buckets * MAC_TABLE_SLOTS < (uint64_t)n_entries + n_entries / 4)
		n_buckets *= 2;
	t->mask = n_buckets - 1;
	t->n_entries = n_buckets * MAC_TABLE_SLOTS;
	t->seed = rte_rand();
	/* Anonymous memory is not there until it is touched: a big table costs what it holds. */
	p = mmap(NULL, table_size(t), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED) {
		free(t);
		goto no_memory;
	}
	t->buckets = p;
	return t;

no_memory:
	errno = ENOMEM;
	return NULL;
}

void mac_table_destroy(struct mac_table *t)
{
	if (t == NULL)
		return;
	munmap(t->buckets, table_size(t));
	free(t);
}

/* A slot: where its key and its value stand. */
struct slot {
	uint64_t *key; /* NULL: no slot */
	uint64_t *val;
};

static struct slot slot_at(const struct mac_table *t, uint32_t n)
{
	struct mac_bucket *b = &t->buckets[n / MAC_TABLE_SLOTS];

	return (struct slot){&b->key[n % MAC_TABLE_SLOTS], &b->val[n % MAC_TABLE_SLOTS]};
}

/* All four are compared, so that there is one branch. */
static inline struct slot find_in(struct mac_bucket *b, uint64_t key)
{
	uint32_t hit = 0;

	for (int i = 0; i < MAC_TABLE_SLOTS; i++)
		hit |= (uint32_t)(__atomic_load_n(&b->key[i], __ATOMIC_RELAXED) == key) << i;
	__atomic_thread_fence(__ATOMIC_ACQUIRE);
	if (hit == 0)
		return (struct slot){NULL, NULL};
	return (struct slot){&b->key[__builtin_ctz(hit)], &b->val[__builtin_ctz(hit)]};
}

/* The slot of a key in its two buckets. */
static inline struct slot find(const struct mac_table *t, uint64_t key, uint64_t place)
{
	struct slot s = find_in(&t->buckets[(uint32_t)place], key);

	return s.key != NULL ? s : find_in(&t->buckets[place >> 32], key);
}

uint16_t mac_find(const struct mac_table *t, uint64_t key, uint64_t place)
{
	struct slot e = find(t, key, place);
	uint64_t val;

	if (e.key == NULL)
		return 0;
	val = load(e.val);
	/* The slot may have been given to another address in between. */
	return load(e.key) == key ? val_port(val) : 0;
}

/*
 * A slot for a new key: a free one, else the stalest of the same port, else the stalest. Static
 * entries stay. NULL when there is nothing but those.
 */
static struct slot victim(const struct mac_table *t, uint64_t place, uint16_t port, uint32_t now_s)
{
	struct slot own = {NULL, NULL}, other = {NULL, NULL};
	uint32_t own_age = 0, other_age = 0;

	for (int k = 0; k < 2 * MAC_TABLE_SLOTS; k++) {
		uint32_t at = k < MAC_TABLE_SLOTS ? (uint32_t)place : (uint32_t)(place >> 32);
		struct slot e = slot_at(t, at * MAC_TABLE_SLOTS + (uint32_t)k % MAC_TABLE_SLOTS);
		uint64_t val = load(e.val);
		uint32_t age = (now_s - (uint32_t)(val & VAL_SEEN_MASK)) & VAL_SEEN_MASK;

		if (load(e.key) == 0)
			return e;
		if (val & VAL_STATIC)
			continue;
		if (val_port(val) == port && (own.key == NULL || age > own_age)) {
			own = e;
			own_age = age;
		} else if (other.key == NULL || age > other_age) {
			other = e;
			other_age = age;
		}
	}
	return own.key != NULL ? own : other;
}

enum mac_learned mac_learn(struct mac_table *t, uint64_t key, uint64_t place, uint16_t port,
			   uint32_t now_s)
{
	struct slot e = find(t, key, place);
	uint64_t val, old;

	if (e.key != NULL) {
		val = load(e.val);
		if (val == val_make(port, false, now_s))
			return MAC_KNOWN;
		if (val & VAL_STATIC)
			return val_port(val) == port ? MAC_KNOWN : MAC_STATIC_ELSEWHERE;
		store(e.val, val_make(port, false, now_s));
		return val_port(val) == port ? MAC_KNOWN : MAC_MOVED;
	}
	e = victim(t, place, port, now_s);
	if (e.key == NULL)
		return MAC_NO_ROOM;
	/*
	 * Another lcore may want the same slot: whoever changes the key first has it. Until the
	 * value is there the entry says port 0, which means unknown.
	 */
	old = load(e.key);
	store(e.val, 0);
	if (!__atomic_compare_exchange_n(e.key, &old, key, false, __ATOMIC_ACQ_REL,
					 __ATOMIC_RELAXED))
		return MAC_NO_ROOM;
	store(e.val, val_make(port, false, now_s));
	return MAC_NEW;
}

int mac_add_static(struct mac_table *t, const struct eth_addr *addr, uint16_t vid, uint16_t port)
{
	uint64_t key = mac_key(addr->b, vid), place = mac_place(t, key);
	struct slot e = find(t, key, place);

	if (e.key == NULL)
		e = victim(t, place, port, 0);
	if (e.key == NULL)
		return -ENOSPC;
	store(e.val, val_make(port, true, 0));
	store(e.key, key);
	return 0;
}

static void clear(struct slot e)
{
	store(e.key, 0);
	store(e.val, 0);
}

int mac_remove(struct mac_table *t, const struct eth_addr *addr, uint16_t vid)
{
	uint64_t key = mac_key(addr->b, vid);
	struct slot e = find(t, key, mac_place(t, key));

	if (e.key == NULL)
		return -ENOENT;
	clear(e);
	return 0;
}

uint32_t mac_flush(struct mac_table *t, uint16_t port, bool statics_too)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < t->n_entries; i++) {
		struct slot e = slot_at(t, i);
		uint64_t val = load(e.val);

		if (load(e.key) == 0 || (port != 0 && val_port(val) != port) ||
		    ((val & VAL_STATIC) && !statics_too))
			continue;
		clear(e);
		n++;
	}
	return n;
}

uint32_t mac_age(struct mac_table *t, uint32_t now_s, uint32_t ageing_s, uint32_t from, uint32_t n)
{
	uint32_t gone = 0;

	for (uint32_t b = from; b < from + n && b <= t->mask; b++) {
		for (int i = 0; i < MAC_TABLE_SLOTS; i++) {
			struct slot e = slot_at(t, b * MAC_TABLE_SLOTS + (uint32_t)i);
			uint64_t val;

			if (load(e.key) == 0)
				continue;
			val = load(e.val);
			if ((val & VAL_STATIC) || val_port(val) == 0 ||
			    ((now_s - (uint32_t)val) & VAL_SEEN_MASK) < ageing_s)
				continue;
			clear(e);
			gone++;
		}
	}
	return gone;
}

bool mac_next(const struct mac_table *t, uint32_t *at, struct mac_row *row)
{
	for (; *at < t->n_entries; (*at)++) {
		struct slot e = slot_at(t, *at);
		uint64_t key = load(e.key), val = load(e.val), addr = key >> 16;

		if (key == 0 || val_port(val) == 0)
			continue;
		memcpy(row->addr.b, &addr, sizeof(row->addr.b));
		row->vid = (uint16_t)(key >> 1 & 0xfff);
		row->port = val_port(val);
		row->is_static = (val & VAL_STATIC) != 0;
		row->seen_s = (uint32_t)(val & VAL_SEEN_MASK);
		(*at)++;
		return true;
	}
	return false;
}

uint32_t mac_count(const struct mac_table *t)
{
	struct mac_row row;
	uint32_t at = 0, n = 0;

	while (mac_next(t, &at, &row))
		n++;
	return n;
}
