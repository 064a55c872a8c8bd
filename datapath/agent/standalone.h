// SPDX-License-Identifier: Apache-2.0
/*
 * standalone: what the switch does before a controller was there (OpenFlow 1.3.5 §6.3.2).
 *
 * In fail-standalone mode the switch starts with a flow of its own: table 0, priority 0, every
 * frame, output to NORMAL. It is an ordinary flow in listings and may be deleted or replaced. When
 * a configured controller is reached the flow goes, for good: what controllers programmed stays in
 * force while they are away. Only a switch that has no flow at all when its last controller leaves
 * turns into a learning switch again.
 */
#pragma once

#include "datapath/agent/agent_state.h"

/** At the start, after stored flows are back. */
void standalone_start(struct agent *agent);

/** A configured controller is connected. */
void standalone_controller_up(struct agent *agent);

/** A configured controller is gone. */
void standalone_controller_down(struct agent *agent);

/** Does what was put off while a bundle was being committed (agent->fail_mode_late). */
void standalone_late(struct agent *agent);

/** The flow was removed by whatever cause; it is not to come back by itself. */
void standalone_rule_gone(struct agent *agent);
