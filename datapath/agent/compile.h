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

/* What compiling has to know of the switch. */
struct compile_env {
	/* The handle of a group; NULL when there is none. */
	struct group *(*group)(const void *context, uint32_t group_id);
	/* Is there a port of that number? */
	bool (*port)(const void *context, uint32_t port_no);
	/* The handle of a meter; NULL when there is none. */
	struct meter *(*meter)(const void *context, uint32_t meter_id);
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

/** The field of the fast path that a set-field action writes; -1 when it cannot be set. */
int compile_settable(enum of_field field);

/**
 * The program of a flow of that match, priority and table, to be freed with program_free. What the
 * table-miss flow (§5.4) sends to the controller says so as its reason. OFPBIC_UNSUP_INST,
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
 * The buckets of a group, without counters; group_buckets_free frees them. A bucket's actions are
 * an action set (§5.6.1) and come out in its order (§5.10). OFPGMFC_BAD_TYPE for kinds that are not
 * served, OFPGMFC_INVALID_GROUP (indirect wants one bucket), errors of the actions as above.
 */
enum of_err compile_buckets(const struct compile_env *env, uint8_t group_type,
			    const struct of_buckets *buckets, struct group_buckets **out);

/** The actions of a packet-out, to be freed with free(); errors of the actions as above. */
enum of_err compile_packet_out(const struct compile_env *env, const struct of_actions *actions,
			       struct action_list **out);
