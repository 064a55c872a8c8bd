// SPDX-License-Identifier: Apache-2.0
/*
 * instruction: instructions of a flow (1.3.5 §7.2.4, §5.9).
 */
#pragma once

#include "openflow/action.h"

enum of_instruction_type {
	OF_INSTRUCTION_GOTO_TABLE = 1,
	OF_INSTRUCTION_WRITE_METADATA = 2,
	OF_INSTRUCTION_WRITE_ACTIONS = 3,
	OF_INSTRUCTION_APPLY_ACTIONS = 4,
	OF_INSTRUCTION_CLEAR_ACTIONS = 5,
	OF_INSTRUCTION_METER = 6,
	OF_INSTRUCTION_STAT_TRIGGER = 7, /* 1.5 */
	OF_INSTRUCTION_EXPERIMENTER = 0xffff,
};

/* 1.5.1 §7.2.4.2: what is counted of a flow. */
enum of_stat_field {
	OFPXST_DURATION = 0,
	OFPXST_IDLE_TIME = 1,
	OFPXST_FLOW_COUNT = 3,
	OFPXST_PACKET_COUNT = 4,
	OFPXST_BYTE_COUNT = 5,
};

enum of_stat_trigger_flags { OFPSTF_PERIODIC = 1 << 0, OFPSTF_ONLY_FIRST = 1 << 1 };

struct of_instruction {
	enum of_instruction_type type;
	union {
		uint8_t table_id;
		struct {
			uint64_t value, mask;
		} metadata;
		struct of_actions actions; /* write and apply */
		uint32_t meter_id;
		struct {
			uint32_t flags;    /* enum of_stat_trigger_flags */
			uint32_t present;  /* bit n: limit of enum of_stat_field n is set */
			uint64_t limit[6]; /* by enum of_stat_field; durations in ns */
		} stat_trigger;
		struct {
			uint32_t id;
			uint16_t len;
			const uint8_t *data;
		} experimenter;
	};
};

struct of_instructions {
	uint16_t n;
	struct of_instruction *i;
};

/**
 * Reads all that is left in the cursor. OFPBIC_UNKNOWN_INST, OFPBIC_BAD_LEN, OFPBIC_DUP_INST (1.3:
 * OFPBIC_UNSUP_INST, which has no other code for it), OFPBIC_BAD_TABLE_ID (goto 255),
 * OF_ERR_NO_MEMORY, or an error of the actions.
 */
enum of_err of_instructions_unpack(struct cursor *c, enum of_version version,
				   struct of_arena *arena, struct of_instructions *instructions);

/** Appends the instructions; -EPROTONOSUPPORT: one is not in `version`. */
int of_instructions_pack(const struct of_instructions *instructions, enum of_version version,
			 struct wbuf *b);

/**
 * Reads all that is left as actions, which version 1.0 has in the place of instructions: one
 * apply-actions, or none for an empty list. Errors are those of the actions.
 */
enum of_err of_instructions_from_actions(struct cursor *c, enum of_version version,
					 struct of_arena *arena,
					 struct of_instructions *instructions);

/** The inverse; -EPROTONOSUPPORT: there is more than one apply-actions. */
int of_instructions_to_actions(const struct of_instructions *instructions, enum of_version version,
			       struct wbuf *b);

/** The instruction of a type; NULL when there is none. */
const struct of_instruction *of_instructions_find(const struct of_instructions *instructions,
						  enum of_instruction_type type);

/** Copies the instructions with all data into `arena`; -ENOMEM. */
int of_instructions_copy(struct of_instructions *to, const struct of_instructions *from,
			 struct of_arena *arena);

/** True when both are the same, in order. */
bool of_instructions_equal(const struct of_instructions *a, const struct of_instructions *b);

/** True when an apply or write action outputs to `port_no` (out_port filter, §6.4). */
bool of_instructions_output_to(const struct of_instructions *instructions, uint32_t port_no);

/** True when an apply or write action uses `group_id` (out_group filter). */
bool of_instructions_group_to(const struct of_instructions *instructions, uint32_t group_id);

/** Appends what follows `actions=`: apply's actions first, then `write_actions(…)`, `goto_table:1`.
 */
void of_instructions_text(const struct of_instructions *instructions, const struct of_names *names,
			  struct text *t);
