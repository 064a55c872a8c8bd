// SPDX-License-Identifier: Apache-2.0
/*
 * bundle_impl: what the files of bundles (bundle.c, bundle_commit.c, bundle_schedule.c) share and
 * nobody else may see.
 */
#pragma once

#include "datapath/agent/bundle.h"

/* Messages one behind the other, as they came. */
struct bundle_chunk {
	struct bundle_chunk *next;
	size_t size, room;
	uint8_t bytes[];
};

struct bundle {
	struct bundle *prev, *next;
	struct connection *conn;
	uint32_t id;
	uint16_t flags; /* less OFPBF_TIME */
	bool closed;
	uint64_t touched_ms;
	size_t bytes;
	struct bundle_chunk *first, *last;
	struct event *timer; /* of a scheduled commit; NULL: none */
	/* What opened it, then what asked for its commit: for errors and replies. */
	uint32_t xid;
	enum of_version version;
	struct of_bundle_control control;
};

struct bundles {
	struct bundle *list;
	uint32_t n;
};

/** Frees a bundle with its messages. */
void bundle_discard(struct bundle *bundle);

/** Answers what bundle->control asks with the reply to it. */
void bundle_reply(struct bundle *bundle);

/** Answers what bundle->control asks with an error. */
void bundle_error(struct bundle *bundle, enum of_err err);

/** Starts the commit; `bundle` is discarded when it is over, which may be now. */
enum of_err bundle_commit_start(struct bundle *bundle);

/** Is this bundle being committed? */
bool bundle_commits(const struct bundle *bundle);

/** Ends the commit of a connection that is going. */
void bundle_commit_abandon(struct connection *conn);

/** Commits at a time. OFPBFC_SCHED_PAST, OFPBFC_SCHED_FUTURE, OF_ERR_NO_MEMORY. */
enum of_err bundle_schedule(struct bundle *bundle, const struct of_time *at);
