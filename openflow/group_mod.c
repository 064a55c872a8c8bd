// SPDX-License-Identifier: Apache-2.0
#include "openflow/group_mod.h"
#include "openflow/codec.h"
#include "openflow/group_stats.h"
#include "openflow/msg.h"
#include "openflow/property.h"

#include <errno.h>

/* Before 1.5 weight and watches stand in the header; since then they are properties. */
#define BUCKET_HEADER_SIZE 16
#define BUCKET15_HEADER_SIZE 8

enum bucket_property { OFPGBPT_WEIGHT = 0, OFPGBPT_WATCH_PORT = 1, OFPGBPT_WATCH_GROUP = 2 };

static size_t header_size(enum of_version version)
{
	return version < OF15 ? BUCKET_HEADER_SIZE : BUCKET15_HEADER_SIZE;
}

static enum of_err buckets_count(struct cursor c, enum of_version version, uint16_t *n)
{
	*n = 0;
	while (cursor_left(&c) > 0) {
		uint16_t len;

		if (cursor_left(&c) < header_size(version))
			return OFPGMFC_BAD_BUCKET;
		len = (uint16_t)(c.at[0] << 8 | c.at[1]);
		if (len < header_size(version) || len % 8 != 0 || len > cursor_left(&c))
			return OFPGMFC_BAD_BUCKET;
		cursor_skip(&c, len);
		(*n)++;
	}
	return OF_OK;
}

static enum of_err bucket_property_unpack(struct of_property *property, struct of_bucket *bucket,
					  unsigned *seen)
{
	unsigned bit = 1u << (property->type & 7);

	if (property->type > OFPGBPT_WATCH_GROUP)
		return of_property_unknown(property);
	if (*seen & bit)
		return OFPBPC_DUP_TYPE;
	*seen |= bit;
	switch (property->type) {
	case OFPGBPT_WEIGHT:
		bucket->weight = cursor_u16(&property->body);
		cursor_skip(&property->body, 2);
		break;
	case OFPGBPT_WATCH_PORT:
		bucket->watch_port = cursor_u32(&property->body);
		break;
	default:
		bucket->watch_group = cursor_u32(&property->body);
	}
	return of_property_end(property);
}

static enum of_err bucket15_unpack(struct cursor *c, struct of_arena *arena,
				   struct of_bucket *bucket)
{
	uint16_t actions_size = cursor_u16(c);
	unsigned seen = 0;
	enum of_err err;

	*bucket = (struct of_bucket){
		.bucket_id = cursor_u32(c),
		.weight = 1,
		.watch_port = OFPP_ANY,
		.watch_group = OFPG_ANY,
	};
	if (bucket->bucket_id > OFPG_BUCKET_MAX || actions_size > cursor_left(c))
		return OFPGMFC_BAD_BUCKET;
	err = of_actions_unpack(c, actions_size, OF15, arena, &bucket->actions);
	while (err == OF_OK && cursor_left(c) > 0) {
		struct of_property property;

		err = of_property_next(c, &property);
		if (err == OF_OK)
			err = bucket_property_unpack(&property, bucket, &seen);
	}
	return err;
}

static enum of_err bucket_unpack(struct cursor *c, enum of_version version, struct of_arena *arena,
				 uint32_t place, struct of_bucket *bucket)
{
	uint16_t len = cursor_u16(c);
	struct cursor body = cursor_sub(c, len - 2u);

	if (version >= OF15)
		return bucket15_unpack(&body, arena, bucket);
	bucket->bucket_id = place;
	bucket->weight = cursor_u16(&body);
	bucket->watch_port = cursor_u32(&body);
	bucket->watch_group = cursor_u32(&body);
	cursor_skip(&body, 4);
	return of_actions_unpack(&body, cursor_left(&body), version, arena, &bucket->actions);
}

enum of_err of_buckets_unpack(struct cursor *c, enum of_version version, struct of_arena *arena,
			      struct of_buckets *buckets)
{
	enum of_err err = buckets_count(*c, version, &buckets->n);

	buckets->b = NULL;
	if (err != OF_OK || buckets->n == 0)
		return err;
	buckets->b = of_arena_alloc(arena, buckets->n * sizeof(*buckets->b));
	if (buckets->b == NULL)
		return OF_ERR_NO_MEMORY;
	for (unsigned i = 0; i < buckets->n && err == OF_OK; i++)
		err = bucket_unpack(c, version, arena, i, &buckets->b[i]);
	return err;
}

static int bucket15_pack(const struct of_bucket *bucket, uint8_t group_type, struct wbuf *b)
{
	size_t start = b->len, property;
	int rc;

	wbuf_u32(b, 0);
	wbuf_u32(b, bucket->bucket_id);
	rc = of_actions_pack(&bucket->actions, OF15, b);
	if (rc != 0)
		return rc;
	wbuf_set_u16(b, start + 2, (uint16_t)(b->len - start - BUCKET15_HEADER_SIZE));
	if (group_type == OFPGT_SELECT || bucket->weight > 1) {
		property = of_property_start(b, OFPGBPT_WEIGHT);
		wbuf_u16(b, bucket->weight);
		wbuf_zero(b, 2);
		of_property_finish(b, property);
	}
	if (bucket->watch_port != OFPP_ANY) {
		property = of_property_start(b, OFPGBPT_WATCH_PORT);
		wbuf_u32(b, bucket->watch_port);
		of_property_finish(b, property);
	}
	if (bucket->watch_group != OFPG_ANY) {
		property = of_property_start(b, OFPGBPT_WATCH_GROUP);
		wbuf_u32(b, bucket->watch_group);
		of_property_finish(b, property);
	}
	return 0;
}

static int bucket_pack(const struct of_bucket *bucket, enum of_version version, struct wbuf *b)
{
	wbuf_u16(b, 0);
	wbuf_u16(b, bucket->weight);
	wbuf_u32(b, bucket->watch_port);
	wbuf_u32(b, bucket->watch_group);
	wbuf_zero(b, 4);
	return of_actions_pack(&bucket->actions, version, b);
}

int of_buckets_pack(const struct of_buckets *buckets, enum of_version version, uint8_t group_type,
		    struct wbuf *b)
{
	for (unsigned i = 0; i < buckets->n; i++) {
		const struct of_bucket *bucket = &buckets->b[i];
		size_t start = b->len;
		int rc = version < OF15 ? bucket_pack(bucket, version, b)
					: bucket15_pack(bucket, group_type, b);

		if (rc != 0)
			return rc;
		if (b->len - start > UINT16_MAX)
			return -EMSGSIZE;
		wbuf_set_u16(b, start, (uint16_t)(b->len - start));
	}
	return 0;
}

enum of_err of_group15_rest_unpack(struct cursor *c, size_t buckets_size, struct of_arena *arena,
				   struct of_buckets *buckets)
{
	struct cursor list = cursor_sub(c, buckets_size);
	enum of_err err;

	if (!cursor_ok(c))
		return OFPGMFC_BAD_BUCKET;
	err = of_buckets_unpack(&list, OF15, arena, buckets);
	while (err == OF_OK && cursor_left(c) > 0) {
		struct of_property property;

		err = of_property_next(c, &property);
		if (err == OF_OK) /* there are only experimenters' */
			err = of_property_unknown(&property);
	}
	return err;
}

int of_buckets_copy(struct of_buckets *to, const struct of_buckets *from, struct of_arena *arena)
{
	struct of_bucket *copy = NULL;

	if (from->n > 0) {
		copy = of_arena_copy(arena, from->b, from->n * sizeof(*copy));
		if (copy == NULL)
			return -ENOMEM;
	}
	for (unsigned i = 0; i < from->n; i++)
		if (of_actions_copy(&copy[i].actions, &from->b[i].actions, arena) != 0)
			return -ENOMEM;
	to->n = from->n;
	to->b = copy;
	return 0;
}

void of_buckets_text(const struct of_buckets *buckets, uint8_t group_type,
		     const struct of_names *names, struct text *t)
{
	for (unsigned i = 0; i < buckets->n; i++) {
		const struct of_bucket *bucket = &buckets->b[i];

		text_add(t, ",bucket=");
		if (bucket->bucket_id != i)
			text_add(t, "bucket_id:%u,", bucket->bucket_id);
		if (group_type == OFPGT_SELECT || bucket->weight > 1)
			text_add(t, "weight:%u,", bucket->weight);
		if (bucket->watch_port != OFPP_ANY) {
			text_add(t, "watch_port:");
			of_port_no_text(bucket->watch_port, names, t);
			text_add(t, ",");
		}
		if (bucket->watch_group != OFPG_ANY)
			text_add(t, "watch_group:%u,", bucket->watch_group);
		text_add(t, "actions=");
		of_actions_text(&bucket->actions, names, t);
	}
}

const char *of_group_type_name(uint8_t type)
{
	static const char *const names[] = {"all", "select", "indirect", "ff"};

	return type <= OFPGT_FF ? names[type] : "?";
}

static bool command_is_known(uint16_t command, enum of_version version)
{
	if (command == OFPGC_INSERT_BUCKET || command == OFPGC_REMOVE_BUCKET)
		return version >= OF15;
	return command <= OFPGC_DELETE || command == OFPGC_ADD_OR_MODIFY;
}

enum of_err of_group_mod_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg)
{
	struct of_group_mod *mod = &msg->group_mod;
	uint16_t buckets_size = 0;
	enum of_err err;

	mod->command = cursor_u16(c);
	mod->type = cursor_u8(c);
	cursor_skip(c, 1);
	mod->group_id = cursor_u32(c);
	mod->command_bucket_id = OFPG_BUCKET_ALL;
	if (msg->version >= OF15) {
		buckets_size = cursor_u16(c);
		cursor_skip(c, 2);
		mod->command_bucket_id = cursor_u32(c);
	}
	if (!cursor_ok(c))
		return OFPBRC_BAD_LEN;
	if (!command_is_known(mod->command, msg->version))
		return OFPGMFC_BAD_COMMAND;
	/* Those two find the group by its number alone. */
	if (mod->type > OFPGT_FF && mod->command != OFPGC_DELETE &&
	    mod->command != OFPGC_REMOVE_BUCKET)
		return OFPGMFC_BAD_TYPE;
	if (msg->version < OF15)
		return of_buckets_unpack(c, msg->version, arena, &mod->buckets);
	err = of_group15_rest_unpack(c, buckets_size, arena, &mod->buckets);
	if (err == OF_OK && mod->command == OFPGC_REMOVE_BUCKET && mod->buckets.n > 0)
		err = OFPGMFC_BAD_BUCKET;
	return err;
}

int of_group_mod_pack(const struct of_msg *msg, struct wbuf *b)
{
	const struct of_group_mod *mod = &msg->group_mod;
	size_t start = b->len;
	int rc;

	if (!command_is_known(mod->command, msg->version))
		return -EPROTONOSUPPORT;
	wbuf_u16(b, mod->command);
	wbuf_u8(b, mod->type);
	wbuf_zero(b, 1);
	wbuf_u32(b, mod->group_id);
	if (msg->version < OF15)
		return of_buckets_pack(&mod->buckets, msg->version, mod->type, b);
	wbuf_u32(b, 0);
	wbuf_u32(b, mod->command_bucket_id);
	rc = of_buckets_pack(&mod->buckets, msg->version, mod->type, b);
	if (rc == 0 && b->len - start - 16 > UINT16_MAX)
		rc = -EMSGSIZE;
	wbuf_set_u16(b, start + 8, (uint16_t)(b->len - start - 16));
	return rc;
}

static void bucket_id_text(uint32_t bucket_id, struct text *t)
{
	switch (bucket_id) {
	case OFPG_BUCKET_FIRST:
		text_add(t, "first");
		break;
	case OFPG_BUCKET_LAST:
		text_add(t, "last");
		break;
	case OFPG_BUCKET_ALL:
		text_add(t, "all");
		break;
	default:
		text_add(t, "%u", bucket_id);
	}
}

void of_group_mod_text(const struct of_msg *msg, struct text *t)
{
	static const char *const commands[] = {"ADD",           "MOD", "DEL",
					       "INSERT_BUCKET", "?",   "REMOVE_BUCKET"};
	const struct of_group_mod *mod = &msg->group_mod;
	struct of_group_desc desc = {
		.type = mod->type, .group_id = mod->group_id, .buckets = mod->buckets};

	text_add(t, " %s ",
		 mod->command <= OFPGC_REMOVE_BUCKET   ? commands[mod->command]
		 : mod->command == OFPGC_ADD_OR_MODIFY ? "ADD_OR_MOD"
						       : "?");
	if (mod->command == OFPGC_INSERT_BUCKET || mod->command == OFPGC_REMOVE_BUCKET) {
		text_add(t, "command_bucket_id=");
		bucket_id_text(mod->command_bucket_id, t);
		text_add(t, ",");
	}
	of_group_desc_text(&desc, NULL, t);
}
