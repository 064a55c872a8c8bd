// SPDX-License-Identifier: Apache-2.0
/*
 * group_mods: does what a group-mod says, whoever sent it: a controller, a bundle, or the store of
 * a former run.
 */
#pragma once

#include "datapath/agent/agent_state.h"

/**
 * Checks, compiles and does a group-mod (OpenFlow 1.3.5 §6.7, 1.5.1 §6.7). `row` is the stored row
 * of a restored group, else 0. OF_OK or the error for the controller; then nothing was changed.
 */
enum of_err group_mod_apply(struct agent *agent, const struct of_group_mod *mod, uint64_t row);
