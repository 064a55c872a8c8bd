// SPDX-License-Identifier: Apache-2.0
/*
 * onf: messages of 1.4 that ONF's extensions carry in 1.3 as experimenter messages: bundles
 * (EXT-230) and role status (EXT-191). In memory they are the messages of 1.4. For `.c` files of
 * openflow/ only.
 */
#pragma once

#include "lib/cursor.h"
#include "openflow/types.h"

/**
 * The experimenter's type under which `version` sends messages of `type`; 0: it has a number of
 * its own there, or does not know it at all.
 */
uint32_t of_onf_exp_type(enum of_version version, enum of_msg_type type);

/** Appends the experimenter's id and type of such a message; nothing for others. */
void of_onf_header_pack(enum of_version version, enum of_msg_type type, struct wbuf *b);

/** The message that ONF's `exp_type` is in `version`; -1: none that is known. */
int of_onf_msg_type(enum of_version version, uint32_t exp_type);
