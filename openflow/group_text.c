// SPDX-License-Identifier: Apache-2.0
/* Reads groups in ovs-ofctl's syntax. */
#include "openflow/flow_text.h"
#include "openflow/port.h"
#include "openflow/text_form.h"

#include <errno.h>
#include <stdlib.h>

#define BUCKETS_MAX 1024

/* Cuts the text in front of the next `bucket=`; returns what follows it, or NULL. */
static char *bucket_cut(char *text)
{
	char *at = strstr(text, "bucket=");

	while (at != NULL && at != text && strchr(", \t\r\n", at[-1]) == NULL)
		at = strstr(at + 1, "bucket=");
	if (at == NULL)
		return NULL;
	*at = '\0';
	return at + strlen("bucket=");
}

static int number_of(struct of_parser *p, const char *key, const char *word, uint64_t max,
		     uint64_t *value)
{
	if (word == NULL || text_parse_u64(word, max, value) != 0)
		return of_parser_fail(p, "%s=%.40s: it is no number up to %llu: write %s=N", key,
				      word != NULL ? word : "", (unsigned long long)max, key);
	return 0;
}

static int command_bucket_parse(struct of_parser *p, const char *value, struct of_group_mod *group)
{
	uint64_t number;
	int rc;

	if (group->command != OFPGC_INSERT_BUCKET && group->command != OFPGC_REMOVE_BUCKET)
		return of_parser_fail(p, "command_bucket_id is for inserting and removing buckets: "
					 "leave it out");
	if (value != NULL && strcmp(value, "first") == 0) {
		group->command_bucket_id = OFPG_BUCKET_FIRST;
	} else if (value != NULL && strcmp(value, "last") == 0) {
		group->command_bucket_id = OFPG_BUCKET_LAST;
	} else if (value != NULL && strcmp(value, "all") == 0 &&
		   group->command == OFPGC_REMOVE_BUCKET) {
		group->command_bucket_id = OFPG_BUCKET_ALL;
	} else {
		rc = number_of(p, "command_bucket_id", value, OFPG_BUCKET_MAX, &number);
		if (rc != 0)
			return rc;
		group->command_bucket_id = (uint32_t)number;
	}
	return 0;
}

static int group_word(struct of_parser *p, const struct of_word *word, struct of_group_mod *group,
		      bool *has_id)
{
	uint64_t value;
	int rc;

	if (strcmp(word->key, "group_id") == 0) {
		*has_id = true;
		if (word->value != NULL && strcmp(word->value, "all") == 0) {
			group->group_id = OFPG_ALL;
			return 0;
		}
		rc = number_of(p, "group_id", word->value, OFPG_MAX, &value);
		if (rc == 0)
			group->group_id = (uint32_t)value;
		return rc;
	}
	if (strcmp(word->key, "command_bucket_id") == 0)
		return command_bucket_parse(p, word->value, group);
	if (text_starts(word->key, "selection_method") || text_starts(word->key, "fields"))
		return of_parser_fail(p,
				      "\"%.40s\" is not supported: a select group spreads by all "
				      "that tells flows apart; leave it out",
				      word->key);
	if (strcmp(word->key, "type") != 0)
		return of_parser_fail(p,
				      "\"%.40s\" is not known in a group: write group_id=, type= "
				      "and bucket=",
				      word->key);
	for (uint8_t type = 0; word->value != NULL && type <= OFPGT_FF; type++) {
		if (strcmp(of_group_type_name(type), word->value) == 0 ||
		    (type == OFPGT_FF && strcmp(word->value, "fast_failover") == 0)) {
			group->type = type;
			return 0;
		}
	}
	return of_parser_fail(p, "type=%.40s: groups are of type all, select, indirect or ff",
			      word->value != NULL ? word->value : "");
}

/* Reads one `key:value` or `key=value` at the head of a bucket. 1: it was one. */
static int bucket_option(struct of_parser *p, const char *key, const char *value,
			 struct of_bucket *bucket)
{
	uint64_t number;
	int rc;

	if (strcmp(key, "weight") == 0) {
		rc = number_of(p, key, value, UINT16_MAX, &number);
		if (rc == 0)
			bucket->weight = (uint16_t)number;
	} else if (strcmp(key, "watch_group") == 0) {
		rc = number_of(p, key, value, UINT32_MAX, &number);
		if (rc == 0)
			bucket->watch_group = (uint32_t)number;
	} else if (strcmp(key, "bucket_id") == 0) {
		rc = number_of(p, key, value, OFPG_BUCKET_MAX, &number);
		if (rc == 0)
			bucket->bucket_id = (uint32_t)number;
	} else if (strcmp(key, "watch_port") == 0) {
		rc = of_port_no_parse(value, p->names, &bucket->watch_port) == 0
			     ? 0
			     : of_parser_fail(p, "watch_port:%.40s: there is no such port", value);
	} else {
		return 0;
	}
	return rc != 0 ? rc : 1;
}

static int bucket_parse(struct of_parser *p, char *text, struct of_bucket *bucket)
{
	for (;;) {
		char option[80];
		char *end, *separator;
		int rc;

		text += strspn(text, ", \t\r\n");
		if (text_starts(text, "actions=")) {
			text += strlen("actions=");
			break;
		}
		end = text + strcspn(text, ", \t\r\n");
		if ((size_t)(end - text) >= sizeof(option))
			break;
		text_copy(option, (size_t)(end - text) + 1, text);
		separator = strpbrk(option, ":=");
		if (separator == NULL)
			break;
		*separator = '\0';
		rc = bucket_option(p, option, separator + 1, bucket);
		if (rc < 0)
			return rc;
		if (rc == 0)
			break;
		text = end;
	}
	return of_actions_text_parse(p, text, &bucket->actions);
}

static int buckets_parse(struct of_parser *p, char *bucket, struct of_group_mod *group)
{
	uint16_t room = 0;

	while (bucket != NULL) {
		char *next = bucket_cut(bucket);
		struct of_bucket *b;
		int rc;

		if (group->buckets.n == BUCKETS_MAX)
			return of_parser_fail(p, "there are more than %d buckets", BUCKETS_MAX);
		if (group->buckets.n == room) {
			room = room != 0 ? room * 2 : 4;
			b = of_arena_alloc(p->arena, room * sizeof(*b));
			if (b == NULL)
				return -ENOMEM;
			if (group->buckets.n > 0)
				memcpy(b, group->buckets.b, group->buckets.n * sizeof(*b));
			group->buckets.b = b;
		}
		b = &group->buckets.b[group->buckets.n];
		*b = (struct of_bucket){.bucket_id = group->buckets.n,
					.weight = group->type == OFPGT_SELECT ||
						  group->command == OFPGC_INSERT_BUCKET,
					.watch_port = OFPP_ANY,
					.watch_group = OFPG_ANY};
		group->buckets.n++;
		p->has_vlan = false;
		rc = bucket_parse(p, bucket, b);
		if (rc != 0)
			return rc;
		bucket = next;
	}
	return 0;
}

static int group_check(struct of_parser *p, const struct of_group_mod *group, bool has_id)
{
	if (!has_id && group->command != OFPGC_DELETE)
		return of_parser_fail(p, "group_id is missing: write group_id=N");
	if ((group->command == OFPGC_DELETE || group->command == OFPGC_REMOVE_BUCKET) &&
	    group->buckets.n > 0)
		return of_parser_fail(p, "a delete takes no buckets: leave them out");
	if (group->command == OFPGC_INSERT_BUCKET && group->buckets.n == 0)
		return of_parser_fail(p, "there is no bucket to insert: add bucket=");
	if (group->command != OFPGC_DELETE && group->group_id == OFPG_ALL)
		return of_parser_fail(p, "group_id=all is for deletes: write a number");
	if (group->command <= OFPGC_MODIFY && group->type == OFPGT_INDIRECT &&
	    group->buckets.n != 1)
		return of_parser_fail(p, "an indirect group has exactly one bucket, not %u",
				      group->buckets.n);
	for (unsigned i = 0; group->type == OFPGT_FF && i < group->buckets.n; i++)
		if (group->buckets.b[i].watch_port == OFPP_ANY &&
		    group->buckets.b[i].watch_group == OFPG_ANY)
			return of_parser_fail(p,
					      "bucket %u of a fast failover group watches "
					      "nothing: add watch_port:N or watch_group:N",
					      i);
	return 0;
}

int of_group_parse(const char *text, enum of_group_command command, const struct of_names *names,
		   struct of_arena *arena, struct of_group_mod *group, char *why, size_t why_size)
{
	struct of_parser p = {
		.names = names, .arena = arena, .why = why, .why_size = why_size, .ip_proto = -1};
	struct of_word words[OF_WORDS_MAX];
	char *copy = strdup(text);
	bool has_id = false;
	char *buckets;
	int n, rc = 0;

	if (copy == NULL)
		return -ENOMEM;
	*group = (struct of_group_mod){.command = (uint16_t)command,
				       .group_id = OFPG_ALL,
				       .command_bucket_id = command == OFPGC_INSERT_BUCKET
								    ? OFPG_BUCKET_LAST
								    : OFPG_BUCKET_ALL};
	buckets = bucket_cut(copy);
	n = of_words_split(&p, copy, words);
	if (n == 1 && strcmp(words[0].key, "all") == 0 && command == OFPGC_DELETE)
		n = 0;
	for (int i = 0; i < n && rc == 0; i++)
		rc = group_word(&p, &words[i], group, &has_id);
	if (n < 0)
		rc = n;
	if (rc == 0)
		rc = buckets_parse(&p, buckets, group);
	if (rc == 0)
		rc = group_check(&p, group, has_id);
	free(copy);
	return rc;
}
