// SPDX-License-Identifier: Apache-2.0
/*
 * program: what happens to a frame that a rule matched, compiled from OpenFlow instructions into a
 * short run of 8-byte aligned operations.
 *
 * Built by the control thread, then constant: a change of a rule's actions publishes a new program
 * and retires the old one (reclaim.h). Read by lcores without any lock.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "datapath/table/flow_key.h"

struct group;
struct meter;

enum action_op {
	ACTION_OUTPUT,     /* arg: port number */
	ACTION_IN_PORT,    /* back to where it came from */
	ACTION_ALL,        /* every port but the one it came from */
	ACTION_FLOOD,      /* the same, less the ports that refuse floods */
	ACTION_NORMAL,     /* the learning switch */
	ACTION_CONTROLLER, /* arg: max_len, and the controller's id above it */
	ACTION_TABLE,      /* packet-out only: submit to the first table */
	ACTION_OUTPUT_REG, /* arg: max_len; bits[0] hold the port number */
	ACTION_GROUP,      /* payload: struct group * */
	ACTION_METER,      /* payload: struct meter * */
	ACTION_PUSH_VLAN,  /* arg: TPID, host order */
	ACTION_POP_VLAN,
	ACTION_PUSH_MPLS, /* arg: Ethernet type, host order */
	ACTION_POP_MPLS,  /* arg: Ethernet type of what is below */
	ACTION_PUSH_PBB,
	ACTION_POP_PBB,
	ACTION_SET_FIELD,  /* arg: enum flow_field; payload: value[size], mask[size] */
	ACTION_COPY_FIELD, /* bits[0] to bits[1] */
	ACTION_DEC_TTL,
	ACTION_DEC_MPLS_TTL,
	ACTION_COPY_TTL_OUT,
	ACTION_COPY_TTL_IN,
	ACTION_SET_QUEUE,  /* arg: queue id */
	ACTION_POP_QUEUE,  /* back to the port's default queue */
	ACTION_RESUBMIT,   /* arg: in_port to look up with, 0: as it is; payload: table */
	ACTION_LEARN,      /* payload: struct learn_handle *, words of the key that it reads */
	ACTION_STACK_PUSH, /* bits[0] */
	ACTION_STACK_POP,  /* bits[0] */
	ACTION_CLONE,      /* payload: a struct action_list, run on a copy */
	ACTION_EXIT,       /* ends the lists of this frame */
	ACTION_N_OPS
};

/*
 * The places of an action set in the order in which it is executed (OpenFlow 1.3.5 §5.10). What
 * sets a field has a place for each field of OpenFlow.
 */
enum action_slot {
	SLOT_COPY_TTL_IN,
	SLOT_POP_VLAN,
	SLOT_POP_MPLS,
	SLOT_POP_PBB,
	SLOT_PUSH_MPLS,
	SLOT_PUSH_PBB,
	SLOT_PUSH_VLAN,
	SLOT_COPY_TTL_OUT,
	SLOT_DEC_TTL,
	SLOT_DEC_MPLS_TTL,
	SLOT_SET_FIRST,
	SLOT_SET_LAST = SLOT_SET_FIRST + 95,
	SLOT_METER,
	SLOT_QUEUE,
	SLOT_GROUP,
	SLOT_OUTPUT,
	N_SLOTS
};

_Static_assert(N_SLOTS <= 128, "the action set has one bit a slot");

struct action {
	uint8_t op;      /* enum action_op */
	uint8_t n_words; /* 8-byte words of this action, this header included */
	uint8_t reason;  /* ACTION_CONTROLLER: enum punt_reason */
	uint8_t slot;    /* enum action_slot: its place in an action set */
	uint32_t arg;
	uint64_t payload[]; /* n_words - 1 */
};

/* What a list owns and gives back when it is freed; the agent's. */
struct learn_handle {
	uint32_t id;
	void (*release)(struct learn_handle *handle); /* control thread */
};

/* A list of actions; `n_words` of `words`. */
struct action_list {
	uint32_t n_words;
	uint64_t words[];
};

/** The first action of a list and the end to compare with. */
static inline const struct action *action_first(const struct action_list *list)
{
	return (const struct action *)list->words;
}

/** One past the last action. */
static inline const struct action *action_end(const struct action_list *list)
{
	return (const struct action *)(list->words + list->n_words);
}

/** The action behind this one. */
static inline const struct action *action_next(const struct action *a)
{
	return (const struct action *)((const uint64_t *)a + a->n_words);
}

/** The value bytes of ACTION_SET_FIELD. */
static inline const uint8_t *action_value(const struct action *a)
{
	return (const uint8_t *)a->payload;
}

/** The mask bytes of ACTION_SET_FIELD. */
static inline const uint8_t *action_mask(const struct action *a)
{
	return (const uint8_t *)(a->payload + (a->n_words - 1) / 2);
}

/** The group of ACTION_GROUP. */
static inline struct group *action_group(const struct action *a)
{
	return (struct group *)(uintptr_t)a->payload[0];
}

/** The meter of ACTION_METER. */
static inline struct meter *action_meter(const struct action *a)
{
	return (struct meter *)(uintptr_t)a->payload[0];
}

/** The runs of bits of actions that have them: one or two. */
static inline const struct flow_bits *action_bits(const struct action *a)
{
	return (const struct flow_bits *)a->payload;
}

/** The list of ACTION_CLONE. */
static inline const struct action_list *action_nested(const struct action *a)
{
	return (const struct action_list *)a->payload;
}

/** Frees a list that no lcore can see, with what it owns; NULL is legal. Control thread. */
void action_list_free(struct action_list *list);

/* Builds an action_list; zero-initialize. Control thread. */
struct action_builder {
	uint64_t *words;
	uint32_t n_words, room;
	uint32_t last; /* where the last action stands */
	bool failed;   /* no memory */
};

/** Appends an action with an argument and no payload. */
void action_add(struct action_builder *b, enum action_op op, uint32_t arg);

/** Appends ACTION_CONTROLLER. `reason` is an enum punt_reason (pmd/punt.h). */
void action_add_controller(struct action_builder *b, uint32_t max_len, uint8_t reason);

/** Appends ACTION_GROUP. The group must outlive the list (the agent keeps that order). */
void action_add_group(struct action_builder *b, struct group *group);

/** Appends ACTION_SET_FIELD; value and mask have size and byte order of the field in the key. */
void action_add_set_field(struct action_builder *b, enum flow_field field, const void *value,
			  const void *mask);

/** Appends an action whose payload is one pointer: ACTION_METER. */
void action_add_pointer(struct action_builder *b, enum action_op op, void *pointer);

/** Appends an action with runs of bits; `to` NULL: it has one. */
void action_add_bits(struct action_builder *b, enum action_op op, uint32_t arg,
		     const struct flow_bits *from, const struct flow_bits *to);

/** Appends ACTION_RESUBMIT. */
void action_add_resubmit(struct action_builder *b, uint32_t in_port, uint8_t table_id);

/** Appends ACTION_LEARN, which owns the handle; `words`: what it reads of the key. */
void action_add_learn(struct action_builder *b, struct learn_handle *handle, uint32_t words);

/** Appends ACTION_CLONE; takes the list in any case. False: it is too long for one action. */
bool action_add_clone(struct action_builder *b, struct action_list *list);

/** Appends a copy of an action; not of one that owns something. */
void action_add_copy(struct action_builder *b, const struct action *action);

/** The action that was appended last gets this place in action sets. */
void action_set_slot(struct action_builder *b, enum action_slot slot);

/** Frees what was added, without building. */
void action_builder_drop(struct action_builder *b);

/**
 * Ends building: a list that action_list_free frees, empty when nothing was added; NULL with
 * ENOMEM. The builder is empty afterwards.
 */
struct action_list *action_build(struct action_builder *b);

/* Programs that say one thing only have code of their own. */
enum program_shortcut {
	SHORTCUT_NONE,
	SHORTCUT_OUTPUT, /* to the port `shortcut_port` */
	SHORTCUT_NORMAL,
};

/* One clause of a conjunction that a rule is part of (ovs-actions(7)). */
struct conjunction {
	uint32_t id;
	uint8_t clause; /* from 0 */
	uint8_t n_clauses;
};

struct conjunctions {
	uint32_t n;
	struct conjunction c[];
};

/*
 * What a rule tells a frame to do (OpenFlow 1.3.5 §5.9), in the order in which it is done.
 */
struct program {
	struct action_list *apply; /* NULL: none */
	struct action_list *write; /* merged into the frame's action set; NULL: none */
	uint64_t metadata, metadata_mask;
	struct meter *meter;               /* NULL: none */
	struct conjunctions *conjunctions; /* owned; the rule is a clause and does nothing else */
	bool clear;                        /* empties the action set before `write` */
	bool has_goto;
	uint8_t goto_table;
	uint8_t shortcut; /* enum program_shortcut; program_seal */
	uint32_t shortcut_port;
};

/** Finds the shortcut of a program that is complete; rules do it before they publish one. */
void program_seal(struct program *program);

/** Frees the lists and the program; NULL is legal. Control thread, after a grace period. */
void program_free(struct program *program);
