// SPDX-License-Identifier: Apache-2.0
/*
 * flow_monitor: OFPMP_FLOW_MONITOR (1.4.1 §7.3.5.17; Nicira's NXST_FLOW_MONITOR says the same
 * before 1.4) and what it yields.
 */
#pragma once

#include "openflow/instruction.h"

enum of_flow_monitor_command { OFPFMC_ADD = 0, OFPFMC_MODIFY = 1, OFPFMC_DELETE = 2 };

enum of_flow_monitor_flags {
	OFPFMF_INITIAL = 1 << 0,
	OFPFMF_ADD = 1 << 1,
	OFPFMF_REMOVED = 1 << 2,
	OFPFMF_MODIFY = 1 << 3,
	OFPFMF_INSTRUCTIONS = 1 << 4,
	OFPFMF_NO_ABBREV = 1 << 5,
	OFPFMF_ONLY_OWN = 1 << 6,
};

/* One monitor of a request; a message may have several. */
struct of_flow_monitor_request {
	uint32_t monitor_id;
	uint32_t out_port;  /* OFPP_ANY */
	uint32_t out_group; /* OFPG_ANY */
	uint16_t flags;     /* enum of_flow_monitor_flags */
	uint8_t table_id;   /* OFPTT_ALL */
	uint8_t command;    /* enum of_flow_monitor_command */
	struct of_match match;
};

enum of_flow_update_event {
	OFPFME_INITIAL = 0,
	OFPFME_ADDED = 1,
	OFPFME_REMOVED = 2,
	OFPFME_MODIFIED = 3,
	OFPFME_ABBREV = 4,
	OFPFME_PAUSED = 5,
	OFPFME_RESUMED = 6,
};

/* One entry of a reply. */
struct of_flow_update {
	uint16_t event; /* enum of_flow_update_event */
	uint8_t table_id;
	uint8_t reason; /* OFPFME_REMOVED: enum of_flow_removed_reason */
	uint16_t idle_timeout, hard_timeout, priority;
	uint64_t cookie;
	uint32_t xid; /* OFPFME_ABBREV: of the controller's own request */
	struct of_match match;
	struct of_instructions instructions; /* none unless OFPFMF_INSTRUCTIONS */
};
