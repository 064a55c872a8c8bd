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

enum action_op {
	ACTION_OUTPUT,     /* arg: port number */
	ACTION_IN_PORT,    /* back to where it came from */
	ACTION_ALL,        /* every port but the one it came from */
	ACTION_FLOOD,      /* the same, less the ports that refuse floods */
	ACTION_NORMAL,     /* the learning switch */
	ACTION_CONTROLLER, /* arg: max_len */
	ACTION_TABLE,      /* packet-out only: submit to the first table */
	ACTION_GROUP,      /* payload: struct group * */
	ACTION_PUSH_VLAN,  /* arg: TPID, host order */
	ACTION_POP_VLAN,
	ACTION_SET_FIELD, /* arg: enum flow_field; payload: value[size], mask[size] */
	ACTION_DEC_TTL,
	ACTION_SET_QUEUE, /* arg: queue id */
	ACTION_METER,     /* arg: meter id */
	ACTION_N_OPS
};

struct action {
	uint8_t op;      /* enum action_op */
	uint8_t n_words; /* 8-byte words of this action, this header included */
	uint8_t reason;  /* ACTION_CONTROLLER: enum punt_reason */
	uint8_t unused;
	uint32_t arg;
	uint64_t payload[]; /* n_words - 1 */
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

/* Builds an action_list; zero-initialize. Control thread. */
struct action_builder {
	uint64_t *words;
	uint32_t n_words, room;
	bool failed; /* no memory */
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

/**
 * Ends building: a list that free() frees, empty when nothing was added; NULL with ENOMEM. The
 * builder is empty afterwards.
 */
struct action_list *action_build(struct action_builder *b);

/* Programs that say one thing only have code of their own. */
enum program_shortcut {
	SHORTCUT_NONE,
	SHORTCUT_OUTPUT, /* to the port `shortcut_port` */
	SHORTCUT_NORMAL,
};

/*
 * What a rule tells a frame to do (OpenFlow 1.3.5 §5.9), in the order in which it is done.
 */
struct program {
	struct action_list *apply; /* NULL: none */
	struct action_list *write; /* merged into the frame's action set; NULL: none */
	uint64_t metadata, metadata_mask;
	uint32_t meter_id; /* 0: none */
	bool clear;        /* empties the action set before `write` */
	bool has_goto;
	uint8_t goto_table;
	uint8_t shortcut; /* enum program_shortcut; program_seal */
	uint32_t shortcut_port;
};

/** Finds the shortcut of a program that is complete; rules do it before they publish one. */
void program_seal(struct program *program);

/** Frees the lists and the program; NULL is legal. Control thread, after a grace period. */
void program_free(struct program *program);
