// SPDX-License-Identifier: Apache-2.0
/*
 * flow_trigger: flows that report when their counts reach a limit (the stat trigger instruction,
 * OpenFlow 1.5.1 §5.9, §7.2.5.1).
 *
 * With OFPSTF_PERIODIC every multiple of a limit reports; with OFPSTF_ONLY_FIRST the first limit
 * that is reached reports, and the others then start anew (periodic) or never report. Lcores know
 * nothing of it: the control thread looks at the counters now and then. Control thread.
 */
#pragma once

#include <stdint.h>

struct flow;
struct flow_store;
struct of_instructions;

/** Gives the flow the trigger of its instructions, if they have one; NULL: takes its trigger. */
void flow_trigger_set(struct flow_store *store, struct flow *flow,
		      const struct of_instructions *instructions);

/** As flow_trigger_set with the instructions that the flow has. */
void flow_trigger_reload(struct flow_store *store, struct flow *flow);

/** The flow's counts begin anew. */
void flow_trigger_restart(struct flow *flow);

/**
 * Looks at `budget` flows with triggers, those behind them come with the next call; `triggered` of
 * the store's ops is called for each that has reached a limit.
 */
void flow_triggers_poll(struct flow_store *store, uint32_t budget);
