// SPDX-License-Identifier: Apache-2.0
/*
 * nicira_action: Nicira's actions on the wire (experimenter 0x2320, ovs-actions(7)).
 *
 * What the standard has too becomes the standard's type: NXAST_REG_LOAD a set_field, NXAST_REG_MOVE
 * a copy_field, NXAST_DEC_TTL a dec_nw_ttl. Subtypes that are not served (ct, nat, bundle,
 * multipath …) stay OF_ACTION_EXPERIMENTER, which the switch refuses with OFPBAC_BAD_EXP_TYPE.
 */
#pragma once

#include "openflow/learn.h"

/* Clones inside of clones. */
#define OF_CLONE_DEPTH_MAX 8

/**
 * Reads what follows the experimenter's id of one action, up to the end of the cursor.
 * OFPBAC_BAD_LEN, OFPBAC_BAD_ARGUMENT, OFPBAC_BAD_SET_TYPE (no such field, or one that cannot be
 * set), OFPBAC_BAD_SET_ARGUMENT (bits that the field has not), OFPBAC_TOO_MANY (clones nested too
 * deep), OF_ERR_NO_MEMORY, or an error of the actions inside.
 */
enum of_err of_nicira_action_unpack(struct cursor *c, enum of_version version,
				    struct of_arena *arena, struct of_action *action);

/** True when the action has no form in `version` but Nicira's, or is to have that form. */
bool of_nicira_action_is(const struct of_action *action, enum of_version version);

/** Appends the action with its header; -EPROTONOSUPPORT: Nicira has no form for it. */
int of_nicira_action_pack(const struct of_action *action, enum of_version version, struct wbuf *b);

/** Appends NXAST_WRITE_METADATA: how 1.0 says the instruction. */
void of_nicira_write_metadata_pack(uint64_t value, uint64_t mask, struct wbuf *b);

/** Reads what follows the subtype of NXAST_LEARN or, `is_learn2`, NXAST_LEARN2. As the others. */
enum of_err of_nicira_learn_unpack(struct cursor *c, bool is_learn2, struct of_arena *arena,
				   struct of_action *action);

/** Appends the action NXAST_LEARN, or NXAST_LEARN2 when there is a limit, with its header. */
int of_nicira_learn_pack(const struct of_learn *learn, struct wbuf *b);

/** Starts an action: header with length 0, id and subtype. */
void of_nicira_action_start(struct wbuf *b, uint16_t subtype);

/** Pads it to a multiple of 8 and fills in its length; -EMSGSIZE beyond 16 bits. */
int of_nicira_action_end(struct wbuf *b, size_t start);

/**
 * The bits and the value that a load has to have to do what the set_field does; in_port is
 * Nicira's of 16 bits where that does. False: its mask is not one run of at most 64 bits.
 */
bool of_match_field_as_load(const struct of_match_field *f, struct of_subfield *part,
			    uint64_t *value);

/**
 * Makes the set_field that loads `value` into `part`: masked, unless `part` is the whole field. A
 * whole NXM_OF_IN_PORT is the whole in_port.
 */
void of_subfield_load(const struct of_subfield *part, uint64_t value, struct of_match_field *f);
