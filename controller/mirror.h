// SPDX-License-Identifier: Apache-2.0
/*
 * mirror: what one switch has of ours, as far as its answers say, and the way it is changed.
 *
 * Every change is noted when it is sent and taken back when the switch refuses it, so that the next
 * comparison sends it again. Event base's thread.
 */
#pragma once

#include "controller/rule.h"
#include "openflow/channel.h"

struct mirror_pending;

struct mirror {
	char name[64]; /* of the switch, for log lines */
	struct rules present;
	struct mirror_pending *pending; /* sent, not confirmed by a barrier yet */
	struct of_arena arena;
	unsigned n_refused; /* changes that the switch refused since mirror_init */
};

struct mirror_counts {
	unsigned added, modified, deleted;
};

/** An empty mirror; end it with mirror_free. */
void mirror_init(struct mirror *mirror);

/** Forgets all and frees; legal twice. */
void mirror_free(struct mirror *mirror);

/**
 * Sends what differs from `wanted`, whose rules it takes over: `wanted` is empty afterwards.
 * `counts` may be NULL. -ENOMEM, or as channel_send.
 */
int mirror_apply(struct mirror *mirror, struct channel *channel, struct rules *wanted,
		 struct mirror_counts *counts);

/** Adds or replaces the flows of `rules`, in order, which is empty afterwards. As mirror_apply. */
int mirror_add(struct mirror *mirror, struct channel *channel, struct rules *rules);

/** Deletes the flow that has the key of `like`, if it is there. As channel_send. */
int mirror_delete(struct mirror *mirror, struct channel *channel, const struct rule_flow *like);

/** An error came: logs it with what it is about. False when it is about no change of ours. */
bool mirror_on_error(struct mirror *mirror, const struct of_msg *msg);

/** A barrier's reply came: what was sent before it is confirmed. */
void mirror_on_barrier(struct mirror *mirror, uint32_t xid);
