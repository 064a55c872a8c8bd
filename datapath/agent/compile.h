// SPDX-License-Identifier: Apache-2.0
/*
 * compile: the one place where OpenFlow's types become the table's types.
 *
 * Matches become values and masks over struct flow_key, instructions become programs, buckets and
 * packet-outs become action lists. What the fast path has no operation for is refused here, with
 * the error that the standard prescribes. Pure but for memory; control thread.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "datapath/table/flow_key.h"
#include "datapath/table/group.h"
#include "datapath/table/meter.h"
#include "datapath/table/program.h"
#include "openflow/group_mod.h"
#include "openflow/instruction.h"
#include "openflow/learn.h"

/* What compiling has to know of the switch. */
struct compile_env {
	/* The handle of a group; NULL when there is none. */
	struct group *(*group)(const void *context, uint32_t group_id);
	/* Is there a port of that number? */
	bool (*port)(const void *context, uint32_t port_no);
	/* The handle of a meter; NULL when there is none. */
	struct meter *(*meter)(const void *context, uint32_t meter_id);
	/*
	 * The handle of a learn action, which an action list will own; NULL with *err. NULL member:
	 * learning is refused.
	 */
	struct learn_handle *(*learn)(const void *context, const struct of_learn *learn,
				      enum of_err *err);
	/* Words of the key that programs will read from now on (pipeline_keep_words); NULL: none.
	 */
	void (*keep_words)(const void *context, uint32_t words);
	/*
	 * Version 1.0 lets actions name what a flow's frames may not have (1.0.0 §3.3): they do
	 * nothing then. So does what is restored.
	 */
	bool lenient;
	const void *context;
};

/**
 * The match over the flow key. L4 fields also ask for a frame that has an L4 header, i.e. is no
 * later fragment (§7.3.2, OFPC_FRAG_NORMAL). OFPBMC_BAD_FIELD: the tables do not know the field.
 */
enum of_err compile_match(const struct of_match *match, struct flow_match *out);

/**
 * Sets a field in value and mask of a key; the start of compile_match and of set-field actions.
 * OFPBMC_BAD_FIELD.
 */
enum of_err compile_field(const struct of_match_field *f, struct flow_key *value,
			  struct flow_key *mask);

/** Can a flow match the field? */
bool compile_matchable(enum of_field field);

/** Can a set-field action write it, or a copy-field action copy to it? */
bool compile_settable(enum of_field field);

/** Can a copy-field action read it? */
bool compile_readable(enum of_field field);

/** Is the field the pipeline's, not the frame's: a register, tunnel id or the like? */
bool compile_is_own(enum of_field field);

/**
 * Where the first bits of a subfield are for the fast path; returns how many of them `out` has,
 * since a field may be spread over several places. 0: it has no such bits.
 */
unsigned int compile_bits(const struct of_subfield *sub, struct flow_bits *out);

/**
 * The program of a flow of that match, priority and table, to be freed with program_free. What the
 * table-miss flow (§5.4) sends to the controller says so as its reason. OFPBIC_UNSUP_INST,
 * OFPMMFC_UNKNOWN_METER, OFPBAC_BAD_METER, OFPBAC_BAD_EXP_TYPE, OFPBAC_UNSUPPORTED_ORDER,
 * OFPBIC_BAD_TABLE_ID (goto must lead forward, §5.1), OFPBIC_BAD_EXPERIMENTER, OFPBAC_BAD_TYPE,
 * OFPBAC_BAD_OUT_PORT, OFPBAC_BAD_OUT_GROUP, OFPBAC_BAD_ARGUMENT, OFPBAC_BAD_QUEUE,
 * OFPBAC_BAD_SET_TYPE, OFPBAC_BAD_SET_ARGUMENT, OFPBAC_MATCH_INCONSISTENT (§7.2.5),
 * OF_ERR_NO_MEMORY.
 */
enum of_err compile_instructions(const struct compile_env *env,
				 const struct of_instructions *instructions,
				 const struct of_match *match, uint16_t priority, uint8_t table_id,
				 struct program **out);

/**
 * The actions of a bucket, to be freed with action_list_free: an action set (§5.6.1), in its order
 * (§5.10). Errors of the actions as above.
 */
enum of_err compile_bucket(const struct compile_env *env, const struct of_actions *actions,
			   struct action_list **out);

/**
 * The buckets of a group (compile_group.c), without counters and liveness; group_buckets_free frees
 * them. OFPGMFC_BAD_TYPE (there are four types), OFPGMFC_INVALID_GROUP (indirect wants one bucket),
 * OFPGMFC_OUT_OF_BUCKETS (more than GROUP_MAX_BUCKETS), OFPGMFC_BUCKET_EXISTS (two of one id),
 * OFPGMFC_BAD_BUCKET (a reserved id), OFPGMFC_BAD_WATCH (a bucket of a fast-failover group that
 * watches nothing), errors of the actions as above. Groups of all and indirect ones do not watch:
 * what their buckets say of it is ignored (§7.3.4.2).
 */
enum of_err compile_buckets(const struct compile_env *env, uint8_t group_type,
			    const struct of_buckets *buckets, struct group_buckets **out);

/** The actions of a packet-out, to be freed with free(); errors of the actions as above. */
enum of_err compile_packet_out(const struct compile_env *env, const struct of_actions *actions,
			       struct action_list **out);
