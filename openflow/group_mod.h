// SPDX-License-Identifier: Apache-2.0
/*
 * group_mod: OFPT_GROUP_MOD and buckets (1.3.5 §7.3.4.2, 1.5.1 §7.3.4.3).
 */
#pragma once

#include "lib/cursor.h"
#include "lib/text.h"
#include "openflow/action.h"
#include "openflow/arena.h"
#include "openflow/types.h"

struct of_msg;

struct of_bucket {
	uint32_t bucket_id;   /* 1.5; before: the place in the list */
	uint16_t weight;      /* select; 1.5: 1 when it is not said */
	uint32_t watch_port;  /* fast failover; OFPP_ANY */
	uint32_t watch_group; /* fast failover; OFPG_ANY */
	struct of_actions actions;
};

struct of_buckets {
	uint16_t n;
	struct of_bucket *b;
};

struct of_group_mod {
	uint16_t command; /* enum of_group_command */
	uint8_t type;     /* enum of_group_type */
	uint32_t group_id;
	uint32_t command_bucket_id; /* 1.5 */
	struct of_buckets buckets;
};

/**
 * Reads all that is left in `c` as buckets; OFPGMFC_BAD_BUCKET, an error of the actions, or, since
 * 1.5, of the properties (OFPBPC_BAD_TYPE, _BAD_LEN, _DUP_TYPE, _BAD_EXPERIMENTER). Whether bucket
 * ids are unique is the caller's to judge.
 */
enum of_err of_buckets_unpack(struct cursor *c, enum of_version version, struct of_arena *arena,
			      struct of_buckets *buckets);

/** 1.5: reads `buckets_size` bytes of buckets and the group's properties behind them. */
enum of_err of_group15_rest_unpack(struct cursor *c, size_t buckets_size, struct of_arena *arena,
				   struct of_buckets *buckets);

/** Appends buckets. */
int of_buckets_pack(const struct of_buckets *buckets, enum of_version version, uint8_t group_type,
		    struct wbuf *b);

/** Appends `,bucket=actions=output:1,bucket=…` as ovs-ofctl does. */
void of_buckets_text(const struct of_buckets *buckets, uint8_t group_type,
		     const struct of_names *names, struct text *t);

/** Copies the buckets with their actions into `arena`; -ENOMEM. */
int of_buckets_copy(struct of_buckets *to, const struct of_buckets *from, struct of_arena *arena);

/** `all`, `select`, `indirect`, `ff`; "?" for another number. */
const char *of_group_type_name(uint8_t type);

/* The codec of the family; each has the contract of `struct of_msg_ops` (msg.h). */

/** Reads the body that is left in `c` into `msg`. */
enum of_err of_group_mod_unpack(struct cursor *c, struct of_arena *arena, struct of_msg *msg);

/** Appends the body. */
int of_group_mod_pack(const struct of_msg *msg, struct wbuf *b);

/** Appends the body as text. */
void of_group_mod_text(const struct of_msg *msg, struct text *t);
