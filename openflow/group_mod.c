// SPDX-License-Identifier: Apache-2.0
#include "openflow/group_mod.h"
#include "openflow/codec.h"
#include "openflow/group_stats.h"
#include "openflow/msg.h"

#include <errno.h>

#define BUCKET_HEADER_SIZE 16

static enum of_err buckets_count(struct cursor c, uint16_t *n)
{
	*n = 0;
	while (cursor_left(&c) > 0) {
		uint16_t len;

		if (cursor_left(&c) < BUCKET_HEADER_SIZE)
			return OFPGMFC_BAD_BUCKET;
		len = (uint16_t)(c.at[0] << 8 | c.at[1]);
		if (len < BUCKET_HEADER_SIZE || len % 8 != 0 || len > cursor_left(&c))
			return OFPGMFC_BAD_BUCKET;
		cursor_skip(&c, len);
		(*n)++;
	}
	return OF_OK;
}

enum of_err of_buckets_unpack(struct cursor *c, enum of_version version, struct of_arena *arena,
			      struct of_buckets *buckets)
{
	enum of_err err = buckets_count(*c, &buckets->n);

	buckets->b = NULL;
	if (err != OF_OK || buckets->n == 0)
		return err;
	buckets->b = of_arena_alloc(arena, buckets->n * sizeof(*buckets->b));
	if (buckets->b == NULL)
		return OF_ERR_NO_MEMORY;
	for (unsigned i = 0; i < buckets->n && err == OF_OK; i++) {
		struct of_bucket *bucket = &buckets->b[i];
		uint16_t len = cursor_u16(c);

		bucket->bucket_id = i;
		bucket->weight = cursor_u16(c);
		bucket->watch_port = cursor_u32(c);
		bucket->watch_group = cursor_u32(c);
		cursor_skip(c, 4);
		err = of_actions_unpack(c, len - BUCKET_HEADER_SIZE, version, arena,
					&bucket->actions);
	}
	return err;
}

int of_buckets_pack(const struct of_buckets *buckets, enum of_version version, uint8_t group_type,
		    struct wbuf *b)
{
	(void)group_type;
	for (unsigned i = 0; i < buckets->n; i++) {
		const struct of_bucket *bucket = &buckets->b[i];
		size_t start = b->len;
		int rc;

		wbuf_u16(b, 0);
		wbuf_u16(b, bucket->weight);
		wbuf_u32(b, bucket->watch_port);
		wbuf_u32(b, bucket->watch_group);
		wbuf_zero(b, 4);
		rc = of_actions_pack(&bucket->actions, version, b);
		if (rc != 0)
			return rc;
		if (b->len - start > UINT16_MAX)
			return -EMSGSIZE;
		wbuf_set_u16(b, start, (uint16_t)(b->len - start));
	}
	return 0;
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

enum of_err of_group_mod_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg)
{
	struct of_group_mod *mod = &msg->group_mod;

	mod->command = cursor_u16(c);
	mod->type = cursor_u8(c);
	cursor_skip(c, 1);
	mod->group_id = cursor_u32(c);
	mod->command_bucket_id = OFPG_ALL;
	if (!cursor_ok(c))
		return OFPBRC_BAD_LEN;
	if (mod->command > OFPGC_DELETE)
		return OFPGMFC_BAD_COMMAND;
	if (mod->type > OFPGT_FF && mod->command != OFPGC_DELETE)
		return OFPGMFC_BAD_TYPE;
	return of_buckets_unpack(c, msg->version, arena, &mod->buckets);
}

int of_group_mod_pack(const struct of_msg *msg, struct wbuf *b)
{
	const struct of_group_mod *mod = &msg->group_mod;

	if (mod->command > OFPGC_DELETE)
		return -EPROTONOSUPPORT;
	wbuf_u16(b, mod->command);
	wbuf_u8(b, mod->type);
	wbuf_zero(b, 1);
	wbuf_u32(b, mod->group_id);
	return of_buckets_pack(&mod->buckets, msg->version, mod->type, b);
}

void of_group_mod_text(const struct of_msg *msg, struct text *t)
{
	static const char *const commands[] = {"ADD", "MOD", "DEL"};
	const struct of_group_mod *mod = &msg->group_mod;
	struct of_group_desc desc = {
		.type = mod->type, .group_id = mod->group_id, .buckets = mod->buckets};

	text_add(t, " %s ", mod->command <= OFPGC_DELETE ? commands[mod->command] : "?");
	of_group_desc_text(&desc, NULL, t);
}
