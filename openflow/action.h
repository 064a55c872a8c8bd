// SPDX-License-Identifier: Apache-2.0
/*
 * action: actions and lists of them (1.3.5 §7.2.5, 1.5.1 §7.2.6).
 */
#pragma once

#include "openflow/arena.h"
#include "openflow/match.h"

/* The numbers of 1.3's wire format and later. */
enum of_action_type {
	OF_ACTION_OUTPUT = 0,
	OF_ACTION_COPY_TTL_OUT = 11,
	OF_ACTION_COPY_TTL_IN = 12,
	OF_ACTION_SET_MPLS_TTL = 15,
	OF_ACTION_DEC_MPLS_TTL = 16,
	OF_ACTION_PUSH_VLAN = 17,
	OF_ACTION_POP_VLAN = 18,
	OF_ACTION_PUSH_MPLS = 19,
	OF_ACTION_POP_MPLS = 20,
	OF_ACTION_SET_QUEUE = 21,
	OF_ACTION_GROUP = 22,
	OF_ACTION_SET_NW_TTL = 23,
	OF_ACTION_DEC_NW_TTL = 24,
	OF_ACTION_SET_FIELD = 25,
	OF_ACTION_PUSH_PBB = 26,
	OF_ACTION_POP_PBB = 27,
	OF_ACTION_COPY_FIELD = 28,       /* 1.5 */
	OF_ACTION_METER = 29,            /* 1.5 */
	OF_ACTION_EXPERIMENTER = 0xffff, /* of an experimenter that the codec does not know */
	/* Actions of version 1.0 that mean more than their successors. */
	OF_ACTION_SET_VLAN_VID = 0x10000, /* pushes a tag when there is none */
	OF_ACTION_SET_VLAN_PCP,           /* likewise */
	OF_ACTION_ENQUEUE,
	/* Nicira's, ovs-actions(7). `reg_move` is OF_ACTION_COPY_FIELD, `reg_load` a set_field. */
	OF_ACTION_RESUBMIT = 0x20000,
	OF_ACTION_LEARN,
	OF_ACTION_CONJUNCTION,
	OF_ACTION_NOTE,
	OF_ACTION_CONTROLLER, /* output to the controller with more to say */
	OF_ACTION_OUTPUT_REG,
	OF_ACTION_POP_QUEUE,
	OF_ACTION_STACK_PUSH,
	OF_ACTION_STACK_POP,
	OF_ACTION_EXIT,
	OF_ACTION_CLONE,
};

/* A run of bits of a field: `NXM_NX_REG0[4..11]`. */
struct of_subfield {
	enum of_field field;
	uint16_t offset; /* of its lowest bit */
	uint16_t n_bits;
};

struct of_learn;
struct of_action;

struct of_actions {
	uint16_t n;
	struct of_action *a; /* in the arena of the message, or the caller's */
};

struct of_action {
	enum of_action_type type;
	/*
	 * It came, and goes, in Nicira's form where the standard has one too: NXAST_REG_LOAD for a
	 * set_field, NXAST_REG_MOVE for a copy_field, NXAST_DEC_TTL_CNT_IDS for a dec_nw_ttl. What
	 * such a set_field or copy_field may change is in_port and metadata, too.
	 */
	bool nicira;
	/* A set_field that came as an action of version 1.0: it has no prerequisites, and applies
	 * to the packets that have the field. TCP_SRC and TCP_DST stand for the ports of UDP and
	 * SCTP, too, unless the flow's match told which. */
	bool of10;
	union {
		struct {
			uint32_t port;
			uint16_t max_len; /* bytes for OFPP_CONTROLLER; OFPCML_NO_BUFFER */
		} output;
		uint32_t group_id;
		uint32_t queue_id;
		uint32_t meter_id;
		uint16_t ethertype; /* push_vlan, push_mpls, pop_mpls, push_pbb */
		uint8_t ttl;        /* set_mpls_ttl, set_nw_ttl */
		uint16_t vlan_vid;  /* SET_VLAN_VID: 12 bits */
		uint8_t vlan_pcp;   /* SET_VLAN_PCP: 3 bits */
		struct of_match_field set_field;
		struct {
			enum of_field from, to;
			uint16_t n_bits, from_offset, to_offset;
		} copy_field;
		struct {
			uint32_t port, queue_id;
		} enqueue;
		struct {
			uint32_t in_port; /* OFPP_IN_PORT: as it is */
			uint8_t table_id; /* OFPTT_ALL: the table of the flow */
		} resubmit;
		const struct of_learn *learn; /* in the arena; learn.h */
		struct {
			uint32_t id;
			uint8_t clause; /* from 0 */
			uint8_t n_clauses;
		} conjunction;
		struct {
			uint16_t len;
			const uint8_t *data; /* in the arena */
		} note;
		struct { /* DEC_NW_TTL when `nicira`: the controllers that hear of a TTL at its end
			  */
			uint16_t n;
			const uint16_t *ids; /* in the arena */
		} dec_ttl;
		struct {
			uint16_t max_len;
			uint16_t controller_id;
			uint8_t reason; /* enum of_packet_in_reason */
		} controller;
		struct {
			struct of_subfield from;
			uint16_t max_len;
		} output_reg;
		struct of_subfield stack; /* STACK_PUSH, STACK_POP */
		struct of_actions clone;
		struct {
			uint32_t id;
			uint16_t len;        /* of `data`, what follows the id */
			const uint8_t *data; /* in the arena */
		} experimenter;
	};
};

/**
 * Reads `size` bytes of actions. OFPBAC_BAD_TYPE, OFPBAC_BAD_LEN, OFPBAC_BAD_SET_TYPE,
 * OFPBAC_BAD_SET_LEN, OFPBAC_BAD_SET_ARGUMENT, OFPBAC_BAD_SET_MASK, OFPBAC_BAD_ARGUMENT,
 * OFPBAC_BAD_OUT_PORT (port 0 or OFPP_ANY), OF_ERR_NO_MEMORY. Whether a port or group exists, and
 * which experimenters are served, is the caller's to judge.
 */
enum of_err of_actions_unpack(struct cursor *c, size_t size, enum of_version version,
			      struct of_arena *arena, struct of_actions *actions);

/**
 * Appends the actions; -EPROTONOSUPPORT: one is not in `version`. What 1.0's actions mean beyond
 * their successors is lost in later versions: a tag is set, not pushed; OF_STORED keeps it.
 */
int of_actions_pack(const struct of_actions *actions, enum of_version version, struct wbuf *b);

/** Appends `output:2,pop_vlan`; `drop` for an empty list. `names` may be NULL. */
void of_actions_text(const struct of_actions *actions, const struct of_names *names,
		     struct text *t);

/**
 * Gives the set_fields of version 1.0 that stand for any transport's port the field of the
 * transport that `match` asks for, if it does.
 */
void of_actions_bind_transport(struct of_actions *actions, const struct of_match *match);

/** Copies the list with its data into `arena`; -ENOMEM. */
int of_actions_copy(struct of_actions *to, const struct of_actions *from, struct of_arena *arena);

/** True when both lists are the same, in order. */
bool of_actions_equal(const struct of_actions *a, const struct of_actions *b);

/** True when an action outputs to `port_no`. */
bool of_actions_output_to(const struct of_actions *actions, uint32_t port_no);

/** True when an action hands the packet to `group_id`. */
bool of_actions_group_to(const struct of_actions *actions, uint32_t group_id);
