// SPDX-License-Identifier: Apache-2.0
/*
 * diff: what to send so that a switch that has `present` comes to have `wanted`, and in which
 * order.
 *
 * The one place that orders changes, so that no frame is lost on the way: new groups before flows
 * that use them; new flows from the last table to the first, so that a frame is let in when its
 * whole way is there; a barrier; then old flows from the first table to the last; a barrier; old
 * groups. What is the same on both sides is not touched, nor are RULE_KIND_QUIET flows, which end
 * by themselves. Pure.
 */
#pragma once

#include "controller/rule.h"

enum change_kind {
	CHANGE_GROUP_ADD,
	CHANGE_GROUP_MODIFY,
	CHANGE_FLOW_ADD,
	CHANGE_FLOW_MODIFY, /* other actions only: counters and age stay */
	CHANGE_FLOW_DELETE,
	CHANGE_GROUP_DELETE,
	CHANGE_BARRIER,
};

struct change {
	enum change_kind kind;
	const struct rule_flow *flow;   /* of the set that has it: wanted, or present for deletes */
	const struct rule_group *group; /* likewise */
};

struct changes {
	unsigned n, room;
	struct change *c;
	unsigned n_added, n_modified, n_deleted; /* flows and groups */
};

/**
 * The changes from `present` to `wanted`; they point into both sets. -ENOMEM. End with
 * changes_free.
 */
int changes_make(const struct rules *present, const struct rules *wanted, struct changes *changes);

/** Frees the list; legal twice. */
void changes_free(struct changes *changes);

/** Appends one line: `add table=0,… actions=…`. */
void change_text(const struct change *change, struct text *t);
