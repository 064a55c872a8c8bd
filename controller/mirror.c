// SPDX-License-Identifier: Apache-2.0
#include "controller/mirror.h"

#include "controller/diff.h"
#include "lib/log.h"

#include <errno.h>
#include <inttypes.h>

/* One change on its way; in the order of sending, since uthash keeps it. */
struct mirror_pending {
	UT_hash_handle hh;
	uint32_t xid;
	enum change_kind kind;
	uint32_t group_id;
	uint32_t key_len;
	uint8_t key[]; /* of the flow */
};

void mirror_init(struct mirror *mirror)
{
	*mirror = (struct mirror){.arena = of_arena_init(OF_ARENA_DEFAULT_LIMIT)};
}

static void pending_del(struct mirror *mirror, struct mirror_pending *p)
{
	HASH_DEL(mirror->pending, p);
	free(p);
}

void mirror_free(struct mirror *mirror)
{
	struct mirror_pending *p, *next;

	HASH_ITER (hh, mirror->pending, p, next)
		pending_del(mirror, p);
	rules_clear(&mirror->present);
	of_arena_free(&mirror->arena);
}

/* Without memory the change is sent all the same; its error would only be less clear. */
static void pending_add(struct mirror *mirror, uint32_t xid, const struct change *change)
{
	uint32_t len = change->flow != NULL ? change->flow->key_len : 0;
	struct mirror_pending *p = calloc(1, sizeof(*p) + len);

	if (p == NULL)
		return;
	p->xid = xid;
	p->kind = change->kind;
	p->group_id = change->group != NULL ? change->group->id : 0;
	p->key_len = len;
	if (len != 0)
		memcpy(p->key, change->flow->key, len);
	HASH_ADD(hh, mirror->pending, xid, sizeof(p->xid), p);
}

static int change_msg(const struct change *change, struct of_arena *arena, struct of_msg *msg)
{
	switch (change->kind) {
	case CHANGE_GROUP_ADD:
		return rule_group_msg(change->group, OFPGC_ADD, arena, msg);
	case CHANGE_GROUP_MODIFY:
		return rule_group_msg(change->group, OFPGC_MODIFY, arena, msg);
	case CHANGE_GROUP_DELETE:
		return rule_group_msg(change->group, OFPGC_DELETE, arena, msg);
	case CHANGE_FLOW_ADD:
		return rule_flow_msg(change->flow, OFPFC_ADD, arena, msg);
	case CHANGE_FLOW_MODIFY:
		return rule_flow_msg(change->flow, OFPFC_MODIFY_STRICT, arena, msg);
	case CHANGE_FLOW_DELETE:
		return rule_flow_msg(change->flow, OFPFC_DELETE_STRICT, arena, msg);
	case CHANGE_BARRIER:
		of_msg_init(msg, OF13, OFPT_BARRIER_REQUEST, 0);
		return 0;
	}
	return -EINVAL;
}

static int change_send(struct mirror *mirror, struct channel *channel, const struct change *change)
{
	struct of_msg msg;
	int err;

	of_arena_reset(&mirror->arena);
	err = change_msg(change, &mirror->arena, &msg);
	if (err != 0)
		return err;
	msg.xid = channel_next_xid(channel);
	pending_add(mirror, msg.xid, change);
	return channel_send(channel, &msg);
}

static int barrier_send(struct mirror *mirror, struct channel *channel)
{
	return change_send(mirror, channel, &(struct change){.kind = CHANGE_BARRIER});
}

int mirror_apply(struct mirror *mirror, struct channel *channel, struct rules *wanted,
		 struct mirror_counts *counts)
{
	struct changes changes;
	int err = changes_make(&mirror->present, wanted, &changes);

	for (unsigned i = 0; err == 0 && i < changes.n; i++)
		err = change_send(mirror, channel, &changes.c[i]);
	if (err == 0 && counts != NULL) {
		counts->added += changes.n_added;
		counts->modified += changes.n_modified;
		counts->deleted += changes.n_deleted;
	}
	if (err == 0 && changes.n != 0)
		log_info("switch", "%s: %u added, %u modified, %u deleted, %u flows in all",
			 mirror->name, changes.n_added, changes.n_modified, changes.n_deleted,
			 HASH_COUNT(wanted->flows));
	changes_free(&changes);
	rules_clear(&mirror->present);
	mirror->present = *wanted;
	*wanted = (struct rules){0};
	return err;
}

int mirror_add(struct mirror *mirror, struct channel *channel, struct rules *rules)
{
	struct rule_flow *flow, *next;
	int err = 0;

	HASH_ITER (hh, rules->flows, flow, next) {
		struct change change = {.kind = CHANGE_FLOW_ADD, .flow = flow};

		if (err == 0)
			err = change_send(mirror, channel, &change);
		rules_move_flow(&mirror->present, rules, flow);
	}
	return err != 0 ? err : barrier_send(mirror, channel);
}

int mirror_delete(struct mirror *mirror, struct channel *channel, const struct rule_flow *like)
{
	struct rule_flow *flow = rules_like_flow(&mirror->present, like);
	struct change change = {.kind = CHANGE_FLOW_DELETE, .flow = flow};
	int err;

	if (flow == NULL)
		return 0;
	err = change_send(mirror, channel, &change);
	rules_del_flow(&mirror->present, flow);
	return err;
}

/* What the switch refused is not there: the next comparison shall see that. */
static void pending_undo(struct mirror *mirror, const struct mirror_pending *p, struct text *t)
{
	struct rule_flow *flow = NULL;
	struct rule_group *group = NULL;

	if (p->key_len != 0)
		HASH_FIND(hh, mirror->present.flows, p->key, p->key_len, flow);
	else if (p->group_id != 0)
		group = rules_find_group(&mirror->present, p->group_id);
	if (flow != NULL) {
		rule_flow_text(flow, t);
		rules_del_flow(&mirror->present, flow);
	} else if (group != NULL) {
		rule_group_text(group, t);
		rules_del_group(&mirror->present, group);
	} else if (p->group_id != 0) {
		text_add(t, "group_id=%" PRIu32, p->group_id);
	} else {
		text_add(t, "a flow that is wanted no more");
	}
}

bool mirror_on_error(struct mirror *mirror, const struct of_msg *msg)
{
	struct mirror_pending *p;
	struct text t = {0};

	HASH_FIND(hh, mirror->pending, &msg->xid, sizeof(msg->xid), p);
	if (p == NULL)
		return false;
	pending_undo(mirror, p, &t);
	mirror->n_refused++;
	log_error("switch", "%s: the switch refuses %s: %s (%s)", mirror->name, text_get(&t),
		  of_err_sentence(msg->error.err), of_err_name(msg->error.err));
	text_free(&t);
	pending_del(mirror, p);
	return true;
}

void mirror_on_barrier(struct mirror *mirror, uint32_t xid)
{
	struct mirror_pending *p, *next, *last;

	HASH_FIND(hh, mirror->pending, &xid, sizeof(xid), last);
	if (last == NULL)
		return;
	HASH_ITER (hh, mirror->pending, p, next) {
		bool end = p == last;

		pending_del(mirror, p);
		if (end)
			break;
	}
}
