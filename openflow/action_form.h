// SPDX-License-Identifier: Apache-2.0
/*
 * action_form: the wire forms of single actions that are not 1.3's. For `.c` files of openflow/
 * only. The unpackers get a cursor over what follows type and length, and `action->type` zeroed
 * together with the rest; the packers append all of it, padded, but for the length, which the
 * caller sets.
 */
#pragma once

#include "openflow/action.h"

/** Reads the body of an action of version 1.0 with the number `type` there. */
enum of_err of10_action_unpack(struct cursor *c, uint16_t type, struct of_arena *arena,
			       struct of_action *action);

/** Appends an action in 1.0's form; -EPROTONOSUPPORT. */
int of10_action_pack(const struct of_action *action, struct wbuf *b);

/** The number of the actions that only OF_STORED has. */
#define OF_ACTION_STORED 0xfffe

/** Reads the body of an action that only OF_STORED has. */
enum of_err of_action_stored_unpack(struct cursor *c, struct of_action *action);

/** True when an action needs OF_STORED's own form to be kept whole. */
bool of_action_needs_stored(const struct of_action *action);

/** Appends an action in OF_STORED's own form. */
void of_action_stored_pack(const struct of_action *action, struct wbuf *b);

/** Reads the body of an experimenter's action, beginning with the experimenter. */
enum of_err of_action_experimenter_unpack(struct cursor *c, enum of_version version,
					  struct of_arena *arena, struct of_action *action);

/** Appends an action in its experimenter's form; -EPROTONOSUPPORT: it has none. */
int of_action_experimenter_pack(const struct of_action *action, enum of_version version,
				struct wbuf *b);

/** OFPBAC_BAD_OUT_PORT unless packets can be sent to the port in some switch. */
enum of_err of_action_port_check(uint32_t port);
