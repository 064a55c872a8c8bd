// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/compile.h"

#include <stdlib.h>
#include <string.h>

#include "datapath/pmd/punt.h"
#include "openflow/types.h"

#define ETH_TYPE_IPV4 0x0800
#define ETH_TYPE_IPV6 0x86dd

/* Where a list of actions stands; it decides what is allowed and why a frame is punted. */
enum place_of_list { LIST_APPLY, LIST_WRITE, LIST_BUCKET, LIST_PACKET_OUT };

struct list_state {
	const struct compile_env *env;
	enum place_of_list place;
	struct action_builder builder;
	/*
	 * What is known of the frame at this point of the list: the flow's match, then what the
	 * actions before made of it. NULL: nothing (buckets, packet-outs), all is allowed.
	 */
	struct of_match *known;
	bool table_miss;
};

static uint8_t punt_reason_of(const struct list_state *s)
{
	if (s->table_miss)
		return PUNT_NO_MATCH;
	switch (s->place) {
	case LIST_WRITE:
		return PUNT_ACTION_SET;
	case LIST_BUCKET:
		return PUNT_GROUP;
	case LIST_PACKET_OUT:
		return PUNT_PACKET_OUT;
	default:
		return PUNT_ACTION;
	}
}

static enum of_err add_output(struct list_state *s, const struct of_action *a)
{
	struct action_builder *b = &s->builder;

	switch (a->output.port) {
	case OFPP_IN_PORT:
		action_add(b, ACTION_IN_PORT, 0);
		return OF_OK;
	case OFPP_ALL:
		action_add(b, ACTION_ALL, 0);
		return OF_OK;
	case OFPP_FLOOD:
		action_add(b, ACTION_FLOOD, 0);
		return OF_OK;
	case OFPP_NORMAL:
		action_add(b, ACTION_NORMAL, 0);
		return OF_OK;
	case OFPP_CONTROLLER:
		action_add_controller(b, a->output.max_len, punt_reason_of(s));
		return OF_OK;
	case OFPP_TABLE: /* §4.5: only in the action list of a packet-out */
		if (s->place != LIST_PACKET_OUT)
			return OFPBAC_BAD_OUT_PORT;
		action_add(b, ACTION_TABLE, 0);
		return OF_OK;
	}
	if (!s->env->port(s->env->context, a->output.port))
		return OFPBAC_BAD_OUT_PORT;
	action_add(b, ACTION_OUTPUT, a->output.port);
	return OF_OK;
}

static bool known_untagged(const struct list_state *s)
{
	const struct of_match_field *f;

	if (s->known == NULL)
		return false;
	f = of_match_find(s->known, OF_FIELD_VLAN_VID);
	return f != NULL && !f->masked && of_match_field_value(f) == OFPVID_NONE;
}

static bool known_ip(const struct list_state *s)
{
	uint64_t type;

	if (s->known == NULL)
		return true;
	type = of_match_get_u64(s->known, OF_FIELD_ETH_TYPE, 0);
	return type == ETH_TYPE_IPV4 || type == ETH_TYPE_IPV6;
}

static enum of_err add_push_vlan(struct list_state *s, const struct of_action *a)
{
	if (a->ethertype != 0x8100 && a->ethertype != 0x88a8)
		return OFPBAC_BAD_ARGUMENT;
	action_add(&s->builder, ACTION_PUSH_VLAN, a->ethertype);
	if (s->known != NULL) {
		of_match_remove(s->known, OF_FIELD_VLAN_VID);
		of_match_add_u64_masked(s->known, OF_FIELD_VLAN_VID, OFPVID_PRESENT,
					OFPVID_PRESENT);
	}
	return OF_OK;
}

static enum of_err add_pop_vlan(struct list_state *s)
{
	if (known_untagged(s))
		return OFPBAC_MATCH_INCONSISTENT;
	action_add(&s->builder, ACTION_POP_VLAN, 0);
	if (s->known != NULL) {
		of_match_remove(s->known, OF_FIELD_VLAN_PCP);
		of_match_remove(s->known, OF_FIELD_VLAN_VID);
	}
	return OF_OK;
}

/*
 * Fields that share their place in a frame (VID and PCP, DSCP and ECN) become one action of an
 * action set, since a set has one action for each place.
 */
static bool merge_set_field(struct list_state *s, enum flow_field field, const uint8_t *value,
			    const uint8_t *mask)
{
	unsigned int size = flow_field_place(field).size;
	uint64_t *end;

	if ((s->place != LIST_WRITE && s->place != LIST_BUCKET) || s->builder.n_words == 0)
		return false;
	end = s->builder.words + s->builder.n_words;
	for (uint64_t *w = s->builder.words; w < end; w += ((struct action *)w)->n_words) {
		struct action *a = (struct action *)w;
		uint8_t *old_value = (uint8_t *)a->payload, *old_mask;

		if (a->op != ACTION_SET_FIELD || a->arg != field)
			continue;
		old_mask = (uint8_t *)(a->payload + (a->n_words - 1) / 2);
		for (unsigned int i = 0; i < size; i++) {
			old_value[i] = (uint8_t)((old_value[i] & ~mask[i]) | value[i]);
			old_mask[i] |= mask[i];
		}
		return true;
	}
	return false;
}

static enum of_err add_set_field(struct list_state *s, const struct of_match_field *f)
{
	struct flow_key value = {0}, mask = {0};
	struct flow_field_place place;
	int field = compile_settable(f->field);

	if (field < 0 || compile_field(f, &value, &mask) != OF_OK)
		return OFPBAC_BAD_SET_TYPE;
	/* §7.2.3.7: without OFPVID_PRESENT it would name no VLAN. */
	if (f->field == OF_FIELD_VLAN_VID && !(of_match_field_value(f) & OFPVID_PRESENT))
		return OFPBAC_BAD_SET_ARGUMENT;
	if (s->known != NULL && !of_match_has_prerequisites(s->known, f->field))
		return OFPBAC_MATCH_INCONSISTENT;
	if (f->field == OF_FIELD_VLAN_VID) {
		if (known_untagged(s))
			return OFPBAC_MATCH_INCONSISTENT;
		/* The bit of OFPVID_PRESENT is another one in a frame. */
		((uint8_t *)&mask.vlan_tci_be)[0] &= 0xef;
		((uint8_t *)&value.vlan_tci_be)[0] &= 0xef;
	}
	place = flow_field_place((enum flow_field)field);
	if (!merge_set_field(s, (enum flow_field)field, (const uint8_t *)&value + place.offset,
			     (const uint8_t *)&mask + place.offset))
		action_add_set_field(&s->builder, (enum flow_field)field,
				     (const uint8_t *)&value + place.offset,
				     (const uint8_t *)&mask + place.offset);
	return OF_OK;
}

static enum of_err add_set_ttl(struct list_state *s, uint8_t ttl)
{
	const uint8_t all = 0xff;

	if (!known_ip(s))
		return OFPBAC_MATCH_INCONSISTENT;
	action_add_set_field(&s->builder, FLOW_IP_TTL, &ttl, &all);
	return OF_OK;
}

static enum of_err add_action(struct list_state *s, const struct of_action *a)
{
	struct group *group;

	switch (a->type) {
	case OF_ACTION_OUTPUT:
		return add_output(s, a);
	case OF_ACTION_PUSH_VLAN:
		return add_push_vlan(s, a);
	case OF_ACTION_POP_VLAN:
		return add_pop_vlan(s);
	case OF_ACTION_SET_FIELD:
		return add_set_field(s, &a->set_field);
	case OF_ACTION_SET_NW_TTL:
		return add_set_ttl(s, a->ttl);
	case OF_ACTION_DEC_NW_TTL:
		if (!known_ip(s))
			return OFPBAC_MATCH_INCONSISTENT;
		action_add(&s->builder, ACTION_DEC_TTL, 0);
		return OF_OK;
	case OF_ACTION_GROUP:
		group = s->env->group(s->env->context, a->group_id);
		if (group == NULL)
			return OFPBAC_BAD_OUT_GROUP;
		action_add_group(&s->builder, group);
		return OF_OK;
	case OF_ACTION_SET_QUEUE: /* there are no queues */
		return OFPBAC_BAD_QUEUE;
	case OF_ACTION_EXPERIMENTER:
		return OFPBAC_BAD_EXPERIMENTER;
	default:
		return OFPBAC_BAD_TYPE;
	}
}

/* Where an action is done in an action set (§5.10). */
static int set_rank(const struct of_action *a)
{
	switch (a->type) {
	case OF_ACTION_POP_VLAN:
		return 1;
	case OF_ACTION_PUSH_VLAN:
		return 2;
	case OF_ACTION_DEC_NW_TTL:
		return 3;
	case OF_ACTION_SET_FIELD:
	case OF_ACTION_SET_NW_TTL:
		return 4;
	case OF_ACTION_SET_QUEUE:
		return 5;
	case OF_ACTION_GROUP:
		return 6;
	case OF_ACTION_OUTPUT:
		return 7;
	default:
		return 0;
	}
}

/* A set has one action of a type, one set-field of a field: does `b` take the place of `a`? */
static bool same_in_set(const struct of_action *a, const struct of_action *b)
{
	if (a->type != b->type)
		return false;
	return a->type != OF_ACTION_SET_FIELD || a->set_field.field == b->set_field.field;
}

/*
 * Adds all actions of a list. An action set (`as_set`) comes in the order of sets, and of actions
 * of one kind the last one counts; with a group in it outputs are ignored (§5.10).
 */
static enum of_err add_actions(struct list_state *s, const struct of_actions *actions, bool as_set)
{
	bool has_group = false;
	enum of_err err;

	if (!as_set) {
		for (uint16_t i = 0; i < actions->n; i++) {
			err = add_action(s, &actions->a[i]);
			if (err != OF_OK)
				return err;
		}
		return OF_OK;
	}
	for (int rank = 0; rank <= 7; rank++) {
		for (uint16_t i = 0; i < actions->n; i++) {
			const struct of_action *a = &actions->a[i];
			uint32_t n_words = s->builder.n_words;
			bool replaced = rank == 7 && has_group;

			if (set_rank(a) != rank)
				continue;
			for (uint16_t j = i + 1; j < actions->n && !replaced; j++)
				replaced = same_in_set(a, &actions->a[j]);
			if (replaced && a->type == OF_ACTION_SET_FIELD)
				continue; /* its successor is checked */
			err = add_action(s, a);
			if (err != OF_OK)
				return err;
			if (replaced) /* checked, but not done */
				s->builder.n_words = n_words;
			has_group |= a->type == OF_ACTION_GROUP;
		}
	}
	return OF_OK;
}

/* Compiles one list; `match` NULL: nothing is known of the frames. */
static enum of_err compile_list(const struct compile_env *env, enum place_of_list place,
				const struct of_actions *actions, const struct of_match *match,
				bool table_miss, struct action_list **out)
{
	struct list_state s = {.env = env, .place = place, .table_miss = table_miss};
	bool as_set = place == LIST_WRITE || place == LIST_BUCKET;
	struct of_match known;
	enum of_err err;

	if (match != NULL) {
		of_match_copy(&known, match);
		s.known = &known;
	}
	err = add_actions(&s, actions, as_set);
	*out = action_build(&s.builder);
	if (err == OF_OK && *out == NULL)
		err = OF_ERR_NO_MEMORY;
	if (err != OF_OK) {
		free(*out);
		*out = NULL;
	}
	return err;
}

static enum of_err add_instruction(const struct compile_env *env, const struct of_instruction *i,
				   const struct of_match *match, uint16_t priority,
				   uint8_t table_id, struct program *program)
{
	bool miss = priority == 0 && match->n == 0;

	switch (i->type) {
	case OF_INSTRUCTION_GOTO_TABLE:
		if (i->table_id <= table_id || i->table_id >= OFPTT_MAX)
			return OFPBIC_BAD_TABLE_ID;
		program->has_goto = true;
		program->goto_table = i->table_id;
		return OF_OK;
	case OF_INSTRUCTION_WRITE_METADATA:
		program->metadata = i->metadata.value & i->metadata.mask;
		program->metadata_mask = i->metadata.mask;
		return OF_OK;
	case OF_INSTRUCTION_WRITE_ACTIONS:
		return compile_list(env, LIST_WRITE, &i->actions, match, miss, &program->write);
	case OF_INSTRUCTION_APPLY_ACTIONS:
		return compile_list(env, LIST_APPLY, &i->actions, match, miss, &program->apply);
	case OF_INSTRUCTION_CLEAR_ACTIONS:
		program->clear = true;
		return OF_OK;
	case OF_INSTRUCTION_EXPERIMENTER:
		return OFPBIC_BAD_EXPERIMENTER;
	default:
		return OFPBIC_UNSUP_INST;
	}
}

enum of_err compile_instructions(const struct compile_env *env,
				 const struct of_instructions *instructions,
				 const struct of_match *match, uint16_t priority, uint8_t table_id,
				 struct program **out)
{
	struct program *program = calloc(1, sizeof(*program));

	if (program == NULL)
		return OF_ERR_NO_MEMORY;
	for (uint16_t i = 0; i < instructions->n; i++) {
		enum of_err err = add_instruction(env, &instructions->i[i], match, priority,
						  table_id, program);

		if (err != OF_OK) {
			program_free(program);
			return err;
		}
	}
	*out = program;
	return OF_OK;
}

enum of_err compile_buckets(const struct compile_env *env, uint8_t group_type,
			    const struct of_buckets *buckets, struct group_buckets **out)
{
	struct group_buckets *compiled;

	if (group_type != OFPGT_ALL && group_type != OFPGT_INDIRECT)
		return OFPGMFC_BAD_TYPE;
	if (group_type == OFPGT_INDIRECT && buckets->n != 1)
		return OFPGMFC_INVALID_GROUP;
	compiled = calloc(1, sizeof(*compiled) + buckets->n * sizeof(compiled->b[0]));
	if (compiled == NULL)
		return OF_ERR_NO_MEMORY;
	compiled->kind = group_type == OFPGT_ALL ? GROUP_ALL : GROUP_INDIRECT;
	for (uint16_t i = 0; i < buckets->n; i++) {
		const struct of_bucket *b = &buckets->b[i];
		enum of_err err = compile_list(env, LIST_BUCKET, &b->actions, NULL, false,
					       &compiled->b[i].actions);

		if (err != OF_OK) {
			group_buckets_free(compiled);
			return err;
		}
		compiled->n = i + 1u;
		compiled->b[i].weight = b->weight;
		compiled->b[i].watch_port = b->watch_port;
		compiled->b[i].watch_group = b->watch_group;
	}
	*out = compiled;
	return OF_OK;
}

enum of_err compile_packet_out(const struct compile_env *env, const struct of_actions *actions,
			       struct action_list **out)
{
	return compile_list(env, LIST_PACKET_OUT, actions, NULL, false, out);
}
