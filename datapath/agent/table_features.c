// SPDX-License-Identifier: Apache-2.0
#include "datapath/agent/table_features.h"

#include <errno.h>
#include <stdlib.h>

#define FIRST_ROW 0x20000u /* AGENT_ROW_META: one for each configured table */
#define ROW_VERSION OF15   /* which can say nearly all of it */

/* Tables that somebody configured; agent->tables is NULL while there is none. */
struct table_setups {
	struct of_table_set removed;
	struct of_table_features *of[AGENT_N_TABLES]; /* NULL: all that it can */
};

static bool is_removed(const struct agent *agent, uint8_t table_id)
{
	return agent->tables != NULL && of_table_set_has(&agent->tables->removed, table_id);
}

static uint8_t first_egress(const struct agent *agent)
{
	return __atomic_load_n(&agent->cfg.pipeline->first_egress, __ATOMIC_RELAXED);
}

/* Ingress tables lead to ingress tables only (1.5.1 §5.1.3). */
static bool may_lead_to(const struct agent *agent, uint8_t from, uint8_t to)
{
	uint8_t egress = first_egress(agent);

	return to > from && (egress == 0 || from >= egress || to < egress);
}

bool table_features_get(const struct agent *agent, uint8_t table_id, struct of_table_features *out)
{
	uint8_t egress = first_egress(agent);

	if (is_removed(agent, table_id))
		return false;
	if (agent->tables != NULL && agent->tables->of[table_id] != NULL)
		*out = *agent->tables->of[table_id];
	else
		table_abilities(agent, table_id, out);
	out->features &= ~(uint32_t)OFPTFF_FIRST_EGRESS;
	if (egress != 0 && table_id == egress)
		out->features |= OFPTFF_FIRST_EGRESS;
	for (unsigned int t = 0; egress != 0 && t <= UINT8_MAX; t++)
		for (unsigned int miss = 0; miss < 2; miss++)
			if (!may_lead_to(agent, table_id, (uint8_t)t))
				out->next[miss].w[t / 64] &= ~(1ull << t % 64);
	return true;
}

/* --- What a flow may be --- */

/* What one kind of entry of a table, for hits or for misses, may do. */
struct limits {
	const struct of_table_features *f;
	const struct of_table_features *abilities;
	bool egress;
	unsigned int miss; /* index of its sets */
};

static unsigned int outcome(const struct limits *l, enum of_table_feature property)
{
	return l->miss != 0 && (l->f->present & 1u << (property + 1)) ? 1 : 0;
}

static enum of_err action_check(const struct limits *l, const struct of_action *a, bool in_set)
{
	unsigned int k = outcome(l, in_set ? OFPTFPT_WRITE_ACTIONS : OFPTFPT_APPLY_ACTIONS);
	unsigned int s = outcome(l, in_set ? OFPTFPT_WRITE_SETFIELD : OFPTFPT_APPLY_SETFIELD);
	unsigned int c = outcome(l, in_set ? OFPTFPT_WRITE_COPYFIELD : OFPTFPT_APPLY_COPYFIELD);
	uint32_t bits = in_set ? l->f->write_actions[k] : l->f->apply_actions[k];
	uint32_t all = in_set ? l->abilities->write_actions[0] : l->abilities->apply_actions[0];
	const struct of_field_set *set = in_set ? &l->f->write_set[s] : &l->f->apply_set[s];
	const struct of_field_set *copy = in_set ? &l->f->write_copy[c] : &l->f->apply_copy[c];

	/* Extensions have no number that a property could name: they go with the whole. */
	if ((unsigned int)a->type >= 32)
		return (bits & all) == all ? OF_OK : OFPBAC_BAD_TYPE;
	if (!(bits & 1u << a->type))
		return OFPBAC_BAD_TYPE;
	/* Where a frame leaves is decided when it comes to the egress tables (1.5.1 §5.1.3). */
	if (in_set && l->egress && (a->type == OF_ACTION_OUTPUT || a->type == OF_ACTION_GROUP))
		return OFPBAC_BAD_TYPE;
	if (a->type == OF_ACTION_SET_FIELD && !of_field_set_has(set, a->set_field.field))
		return OFPBAC_BAD_SET_TYPE;
	if (a->type == OF_ACTION_COPY_FIELD && (!of_field_set_has(copy, a->copy_field.from) ||
						!of_field_set_has(copy, a->copy_field.to)))
		return OFPBAC_BAD_SET_TYPE;
	return OF_OK;
}

static enum of_err actions_check(const struct limits *l, const struct of_actions *actions,
				 bool in_set)
{
	enum of_err err = OF_OK;

	for (unsigned int i = 0; i < actions->n && err == OF_OK; i++)
		err = action_check(l, &actions->a[i], in_set);
	return err;
}

static enum of_err instruction_check(const struct limits *l, const struct of_instruction *i)
{
	uint32_t bits = l->f->instructions[outcome(l, OFPTFPT_INSTRUCTIONS)];

	if ((unsigned int)i->type >= 32 || !(bits & 1u << i->type))
		return OFPBIC_UNSUP_INST;
	switch (i->type) {
	case OF_INSTRUCTION_GOTO_TABLE:
		return of_table_set_has(&l->f->next[outcome(l, OFPTFPT_NEXT_TABLES)], i->table_id)
			       ? OF_OK
			       : OFPBIC_BAD_TABLE_ID;
	case OF_INSTRUCTION_WRITE_METADATA:
		if (l->f->metadata_write == 0)
			return OFPBIC_UNSUP_METADATA;
		return i->metadata.mask & ~l->f->metadata_write ? OFPBIC_UNSUP_METADATA_MASK
								: OF_OK;
	case OF_INSTRUCTION_WRITE_ACTIONS:
		return actions_check(l, &i->actions, true);
	case OF_INSTRUCTION_APPLY_ACTIONS:
		return actions_check(l, &i->actions, false);
	default:
		return OF_OK;
	}
}

static enum of_err match_check(const struct of_table_features *f, const struct of_match *match)
{
	for (unsigned int i = 0; i < match->n; i++) {
		const struct of_match_field *m = &match->f[i];

		if (!of_field_set_has(&f->match, m->field))
			return OFPBMC_BAD_FIELD;
		if (m->masked && !of_field_set_has(&f->match_mask, m->field))
			return OFPBMC_BAD_MASK;
		if (m->field == OF_FIELD_METADATA && of_match_field_mask(m) & ~f->metadata_match &&
		    m->masked)
			return OFPBMC_BAD_MASK;
	}
	/* What is no wildcard has to be there. */
	for (int i = 0; i < OF_N_FIELDS; i++) {
		enum of_field field = (enum of_field)i;

		if (of_field_set_has(&f->match, field) && !of_field_set_has(&f->wildcards, field) &&
		    of_match_find(match, field) == NULL)
			return OFPBMC_BAD_WILDCARDS;
	}
	return OF_OK;
}

enum of_err table_features_check(const struct agent *agent, uint8_t table_id, uint16_t priority,
				 const struct of_match *match,
				 const struct of_instructions *instructions)
{
	uint8_t egress = first_egress(agent);
	bool miss = match != NULL && priority == 0 && match->n == 0;
	struct of_table_features f, abilities;
	struct limits limits = {
		.f = &f,
		.abilities = &abilities,
		.egress = egress != 0 && table_id >= egress,
		.miss = miss,
	};
	enum of_err err = OF_OK;

	/* Nobody configured anything, as nearly always. */
	if (agent->tables == NULL)
		return OF_OK;
	for (unsigned int i = 0; i < instructions->n; i++) {
		const struct of_instruction *in = &instructions->i[i];

		if (in->type == OF_INSTRUCTION_GOTO_TABLE && is_removed(agent, in->table_id))
			return OFPBIC_BAD_TABLE_ID;
	}
	if (!table_features_get(agent, table_id, &f))
		return OFPFMFC_BAD_TABLE_ID;
	if (agent->tables->of[table_id] == NULL && egress == 0)
		return OF_OK;
	table_abilities(agent, table_id, &abilities);
	if (match != NULL && !miss) /* the table-miss flow is every table's */
		err = match_check(&f, match);
	for (unsigned int i = 0; i < instructions->n && err == OF_OK; i++)
		err = instruction_check(&limits, &instructions->i[i]);
	return err;
}

/* --- Changing it --- */

static bool make_tables(struct agent *agent)
{
	if (agent->tables == NULL)
		agent->tables = calloc(1, sizeof(*agent->tables));
	return agent->tables != NULL;
}

static void store(struct agent *agent, uint8_t table_id)
{
	struct of_table_features *f = agent->tables->of[table_id];
	bool removed = is_removed(agent, table_id);
	struct wbuf b = wbuf_init(OF_MESSAGE_MAX);
	struct of_table_features copy;

	if (agent->cfg.ops->store == NULL || agent->restoring)
		return;
	if (f == NULL && !removed && first_egress(agent) != table_id) {
		agent->cfg.ops->store(agent->cfg.host, AGENT_ROW_META, FIRST_ROW + table_id, NULL,
				      0);
		return;
	}
	if (f != NULL)
		copy = *f;
	else
		table_abilities(agent, table_id, &copy);
	copy.command = removed ? OFPTFC_DISABLE : OFPTFC_MODIFY;
	copy.features &= ~(uint32_t)OFPTFF_FIRST_EGRESS;
	if (table_id != 0 && first_egress(agent) == table_id)
		copy.features |= OFPTFF_FIRST_EGRESS;
	if (of_table_features_pack(&copy, ROW_VERSION, &b) != 0)
		b.bad = true;
	/* 1.5 has no meter instruction, but a table may. */
	wbuf_u32(&b, copy.instructions[0]);
	wbuf_u32(&b, copy.instructions[1]);
	if (!b.bad)
		agent->cfg.ops->store(agent->cfg.host, AGENT_ROW_META, FIRST_ROW + table_id, b.data,
				      b.len);
	wbuf_free(&b);
}

static enum of_err set_max_entries(struct agent *agent, uint8_t table_id, uint32_t max_entries)
{
	struct flow_table_settings settings = *flow_store_settings(agent->flows, table_id);

	if (max_entries >= agent->cfg.max_flows)
		max_entries = 0; /* as many as the switch */
	if (settings.max_entries == max_entries)
		return OF_OK;
	settings.max_entries = max_entries;
	return flow_store_set_settings(agent->flows, table_id, &settings);
}

/* The tables after the change, which is made when all of it is known to work. */
struct change {
	struct table_setups next;
	struct of_table_set touched; /* next.of[] is new */
	uint8_t egress;
};

static void change_drop(struct change *change)
{
	for (unsigned int t = 0; t < AGENT_N_TABLES; t++)
		if (of_table_set_has(&change->touched, (uint8_t)t))
			free(change->next.of[t]);
}

static enum of_err change_table(struct agent *agent, const struct table_wish *wish,
				uint8_t table_id, struct change *change)
{
	struct of_table_features *f = malloc(sizeof(*f));
	struct of_table_features current;
	enum of_err err;

	if (f == NULL)
		return OF_ERR_NO_MEMORY;
	table_abilities(agent, table_id, f);
	if (wish->command == OFPTFC_MODIFY && change->next.of[table_id] != NULL)
		current = *change->next.of[table_id];
	else
		current = *f;
	err = table_wish_resolve(wish, wish->of[table_id], f, &current);
	if (err != OF_OK) {
		free(f);
		return err;
	}
	*f = current;
	change->next.of[table_id] = f;
	of_table_set_add(&change->touched, table_id);
	return OF_OK;
}

/* Which table is the first egress table afterwards (1.5.1 §5.1.3). */
static enum of_err change_egress(const struct table_wish *wish, struct change *change)
{
	uint8_t wanted = 0;

	if (wish->version < OF15 || wish->command >= OFPTFC_ENABLE)
		return OF_OK;
	for (unsigned int t = 0; t < AGENT_N_TABLES; t++) {
		if (wish->of[t] == NULL || !(wish->of[t]->features & OFPTFF_FIRST_EGRESS))
			continue;
		if (t == 0 || wanted != 0)
			return OFPTFFC_BAD_FEATURES;
		wanted = (uint8_t)t;
	}
	if (wanted != 0 || wish->command == OFPTFC_REPLACE || wish->of[change->egress] != NULL)
		change->egress = wanted;
	return OF_OK;
}

static void set_removed(struct of_table_set *set, uint8_t table_id, bool removed)
{
	uint64_t bit = 1ull << table_id % 64;

	if (removed)
		set->w[table_id / 64] |= bit;
	else
		set->w[table_id / 64] &= ~bit;
}

static enum of_err change_make(struct agent *agent, const struct table_wish *wish,
			       struct change *change)
{
	enum of_err err = OF_OK;

	*change = (struct change){.egress = first_egress(agent)};
	if (agent->tables != NULL)
		change->next = *agent->tables;
	for (unsigned int t = 0; t < AGENT_N_TABLES && err == OF_OK; t++) {
		bool named = wish->of[t] != NULL;

		if (wish->command == OFPTFC_REPLACE)
			set_removed(&change->next.removed, (uint8_t)t, !named);
		else if (named && wish->command >= OFPTFC_ENABLE)
			set_removed(&change->next.removed, (uint8_t)t,
				    wish->command == OFPTFC_DISABLE);
		if (named && wish->command <= OFPTFC_MODIFY)
			err = change_table(agent, wish, (uint8_t)t, change);
	}
	/* Frames enter there. */
	if (err == OF_OK && of_table_set_has(&change->next.removed, 0))
		err = OFPTFFC_BAD_TABLE;
	if (err == OF_OK)
		err = change_egress(wish, change);
	if (err == OF_OK && change->egress != 0 &&
	    of_table_set_has(&change->next.removed, change->egress))
		change->egress = 0;
	return err;
}

static uint32_t max_entries_of(const struct agent *agent, const struct table_setups *tables,
			       uint8_t table_id)
{
	return tables != NULL && tables->of[table_id] != NULL ? tables->of[table_id]->max_entries
							      : agent->cfg.max_flows;
}

enum of_err table_features_set(struct agent *agent, const struct table_wish *wish)
{
	struct change *change = malloc(sizeof(*change));
	enum of_err err;

	if (change == NULL || !make_tables(agent)) {
		free(change);
		return OF_ERR_NO_MEMORY;
	}
	err = change_make(agent, wish, change);
	for (unsigned int t = 0; t < AGENT_N_TABLES && err == OF_OK; t++) {
		err = set_max_entries(agent, (uint8_t)t,
				      max_entries_of(agent, &change->next, (uint8_t)t));
		if (err == OF_OK)
			continue;
		while (t-- > 0) /* settings that exist take no memory */
			(void)set_max_entries(agent, (uint8_t)t,
					      max_entries_of(agent, agent->tables, (uint8_t)t));
		break;
	}
	if (err != OF_OK) {
		change_drop(change);
		free(change);
		return err;
	}
	for (unsigned int t = 0; t < AGENT_N_TABLES; t++)
		if (of_table_set_has(&change->touched, (uint8_t)t))
			free(agent->tables->of[t]);
	*agent->tables = change->next;
	__atomic_store_n(&agent->cfg.pipeline->first_egress, change->egress, __ATOMIC_RELEASE);
	for (unsigned int t = 0; t < AGENT_N_TABLES; t++)
		store(agent, (uint8_t)t);
	free(change);
	agent_changed(agent);
	return OF_OK;
}

/* --- Outliving the process --- */

bool table_features_owns_row(uint64_t row)
{
	return row >= FIRST_ROW && row < FIRST_ROW + AGENT_N_TABLES;
}

int table_features_restore(struct agent *agent, uint64_t row, const void *bytes, size_t size)
{
	struct cursor c = cursor_init(bytes, size);
	uint8_t table_id = (uint8_t)(row - FIRST_ROW);
	struct of_table_features f, *copy;

	if (of_table_features_unpack(&c, ROW_VERSION, &f) != OF_OK || f.table_id != table_id)
		return -EINVAL;
	f.instructions[0] = cursor_u32(&c);
	f.instructions[1] = cursor_u32(&c);
	if (!cursor_ok(&c))
		return -EINVAL;
	copy = malloc(sizeof(*copy));
	if (copy == NULL || !make_tables(agent)) {
		free(copy);
		return -ENOMEM;
	}
	set_removed(&agent->tables->removed, table_id, f.command == OFPTFC_DISABLE);
	if (table_id != 0 && f.features & OFPTFF_FIRST_EGRESS)
		__atomic_store_n(&agent->cfg.pipeline->first_egress, table_id, __ATOMIC_RELEASE);
	f.command = 0;
	*copy = f;
	free(agent->tables->of[table_id]);
	agent->tables->of[table_id] = copy;
	return set_max_entries(agent, table_id, f.max_entries) == OF_OK ? 0 : -ENOMEM;
}

void table_features_end(struct agent *agent)
{
	for (unsigned int t = 0; agent->tables != NULL && t < AGENT_N_TABLES; t++)
		free(agent->tables->of[t]);
	free(agent->tables);
	agent->tables = NULL;
}
