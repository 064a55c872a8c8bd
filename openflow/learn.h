// SPDX-License-Identifier: Apache-2.0
/*
 * learn: Nicira's action that makes a flow from a packet (NXAST_LEARN, ovs-actions(7)).
 */
#pragma once

#include "openflow/action.h"

enum of_learn_source { OF_LEARN_FROM_FIELD, OF_LEARN_IMMEDIATE };
enum of_learn_target {
	OF_LEARN_MATCH,  /* the new flow matches `to` */
	OF_LEARN_LOAD,   /* it loads `to` */
	OF_LEARN_OUTPUT, /* it outputs to the port that the source names; no `to` */
};

struct of_learn_spec {
	enum of_learn_source source;
	enum of_learn_target target;
	uint16_t n_bits;
	struct of_subfield from; /* OF_LEARN_FROM_FIELD */
	struct of_subfield to;
	uint8_t immediate[16]; /* OF_LEARN_IMMEDIATE: right-aligned, network order */
};

struct of_learn {
	uint16_t idle_timeout, hard_timeout;         /* seconds, 0 never */
	uint16_t fin_idle_timeout, fin_hard_timeout; /* 0: none */
	uint16_t priority;
	uint64_t cookie;
	uint16_t flags; /* OF_LEARN_* */
	uint8_t table_id;
	uint32_t limit; /* flows of this action at most; 0: no limit */
	uint16_t n_specs;
	const struct of_learn_spec *specs; /* in the arena */
};

#define OF_LEARN_SEND_FLOW_REM 1
#define OF_LEARN_DELETE_LEARNED 2
