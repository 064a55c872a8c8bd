// SPDX-License-Identifier: Apache-2.0
/*
 * learn: flows that frames make (ovs-actions(7), learn).
 *
 * Each compiled learn action has a handle here, which its action list owns. Lcores send requests
 * with the handle's number and the frame's key; a request whose handle is gone is forgotten.
 * Control thread.
 */
#pragma once

#include "datapath/agent/compile.h"

struct agent;
struct learns;

/** The handles of a switch; NULL with ENOMEM. */
struct learns *learns_create(void);

/** Frees it, or leaves that to the last action list that owns a handle; NULL is legal. */
void learns_destroy(struct learns *learns);

/**
 * A handle of a copy of `learn`. NULL with *err: OFPBAC_BAD_ARGUMENT (a table that is none, a flag
 * that is not served), OFPBAC_BAD_SET_TYPE (a field that cannot be read, matched or set),
 * OFPBAC_TOO_MANY (handles), OF_ERR_NO_MEMORY.
 */
struct learn_handle *learns_add(struct learns *learns, const struct of_learn *learn,
				enum of_err *err);

/** Does what lcores asked for since the last call, a bounded part; true when more is waiting. */
bool learns_serve(struct agent *agent);
