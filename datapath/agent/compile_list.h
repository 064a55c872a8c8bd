// SPDX-License-Identifier: Apache-2.0
/*
 * compile_list: a list of actions on its way to the fast path; private to compile*.c.
 */
#pragma once

#include "datapath/agent/compile.h"

/* Where a list of actions stands; it decides what is allowed and why a frame is punted. */
enum place_of_list { LIST_APPLY, LIST_WRITE, LIST_BUCKET, LIST_PACKET_OUT };

#define LIST_MAX_NESTING 4 /* clones in clones */

struct list_state {
	const struct compile_env *env;
	enum place_of_list place;
	struct action_builder builder;
	/*
	 * What is known of the frame at this point of the list: the flow's match, then what the
	 * actions before made of it. NULL: nothing (buckets, packet-outs), all is allowed.
	 */
	struct of_match *known;
	bool lenient; /* of the action at work: it may name what the frame does not have */
	bool table_miss;
	uint8_t table_id; /* of the flow: what a resubmit means by "this table" */
	unsigned int nesting;
};

/** Will the list be merged into an action set? */
static inline bool list_is_set(const struct list_state *s)
{
	return s->place == LIST_WRITE || s->place == LIST_BUCKET;
}

/** Appends one action; errors as compile_instructions'. */
enum of_err list_add(struct list_state *s, const struct of_action *a);

/** The slot of an action in a set; N_SLOTS: it cannot be in one. */
enum action_slot list_slot(const struct of_action *a);

/** Appends all actions; what is a set comes in the order of sets, the last of a kind counts. */
enum of_err list_add_all(struct list_state *s, const struct of_actions *actions);

/* compile_field.c */

/** May the frame be of one of these types? `b` 0: there is only one. */
bool list_may_be(const struct list_state *s, uint64_t a, uint64_t b);

/** Is it known that the frame has no tag? */
bool list_known_untagged(const struct list_state *s);

/** The frame is of another type now; what it carries is not known any more. */
void list_know_type(struct list_state *s, uint64_t type);

/** The pipeline's own words are filled for all frames if the field stands in one of them. */
void list_keep(struct list_state *s, enum of_field field);

/** Appends a set-field action; errors as compile_instructions'. */
enum of_err list_add_set_field(struct list_state *s, const struct of_match_field *f);

/** Sets the bits `care` of a field of at most 8 bytes to those of `number`. */
enum of_err list_add_set_number(struct list_state *s, enum of_field field, uint64_t number,
				uint64_t care);

/** Appends a copy-field action, in as many parts as its fields have places. */
enum of_err list_add_copy(struct list_state *s, const struct of_action *a);

/** Appends an action with one run of bits, which must stand in one place. */
enum of_err list_add_bits(struct list_state *s, enum action_op op, const struct of_subfield *sub,
			  uint16_t max_len);
