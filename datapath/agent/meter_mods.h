// SPDX-License-Identifier: Apache-2.0
/*
 * meter_mods: does what a meter-mod says, whoever sent it: a controller, a bundle, or the store of
 * a former run.
 */
#pragma once

#include "datapath/agent/agent_state.h"

/**
 * Checks and does a meter-mod (OpenFlow 1.3.5 §6.8). `row` is the stored row of a restored meter,
 * else 0. OF_OK or the error for the controller; then nothing was changed.
 */
enum of_err meter_mod_apply(struct agent *agent, const struct of_meter_mod *mod, uint64_t row);
