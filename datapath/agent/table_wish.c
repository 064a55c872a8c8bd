// SPDX-License-Identifier: Apache-2.0
/* What a controller asks of the tables, held against what they can do. */
#include <errno.h>
#include <stdlib.h>

#include "datapath/agent/table_features.h"

enum of_err table_wish_add(struct table_wish *wish, const struct of_table_features *features)
{
	uint8_t command = wish->version < OF15 ? OFPTFC_REPLACE : features->command;
	struct of_table_features *copy;

	if (features->table_id >= AGENT_N_TABLES || wish->of[features->table_id] != NULL)
		return OFPTFFC_BAD_TABLE;
	if (command > OFPTFC_DISABLE || (wish->n > 0 && command != wish->command))
		return OFPTFFC_BAD_COMMAND;
	copy = malloc(sizeof(*copy));
	if (copy == NULL)
		return OF_ERR_NO_MEMORY;
	*copy = *features;
	wish->command = command;
	wish->of[features->table_id] = copy;
	wish->n++;
	return OF_OK;
}

void table_wish_drop(struct table_wish *wish)
{
	for (unsigned int t = 0; t < AGENT_N_TABLES; t++)
		free(wish->of[t]);
	*wish = (struct table_wish){.version = wish->version};
}

/* Since 1.4 errors of properties are a type of their own. */
static enum of_err bad_value(enum of_version version)
{
	return version < OF14 ? OFPTFFC_BAD_ARGUMENT : OFPBPC_BAD_VALUE;
}

static enum of_err bad_max_entries(enum of_version version)
{
	if (version >= OF15)
		return OFPTFFC_BAD_MAX_ENT;
	return version < OF14 ? OFPTFFC_BAD_ARGUMENT : OFPTFFC_EPERM;
}

static enum of_err unknown_check(enum of_version version, uint32_t unknown)
{
	if (unknown & OF_TABLE_FEATURE_EXPERIMENTER)
		return version < OF14 ? OFPTFFC_BAD_TYPE : OFPBPC_BAD_EXPERIMENTER;
	if (unknown & OF_TABLE_FEATURE_OTHER)
		return version < OF14 ? OFPTFFC_BAD_TYPE : OFPBPC_BAD_TYPE;
	return unknown != 0 ? bad_value(version) : OF_OK;
}

/* One wish being resolved; what it says of a property is looked at where `wanted->present`. */
struct resolution {
	enum of_version version;
	const struct of_table_features *wanted, *abilities;
	struct of_table_features *result;
};

static bool is_wanted(const struct resolution *r, unsigned int property)
{
	if (!(r->wanted->present & 1u << property))
		return false;
	r->result->present |= 1u << property;
	return true;
}

/* Instructions or actions, for hits and for misses. What the version cannot name stays. */
static bool take_bits(const struct resolution *r, enum of_table_feature property,
		      const uint32_t wanted[2], uint32_t able, uint32_t result[2])
{
	uint32_t sayable = of_table_features_bits(r->version, property);

	for (unsigned int miss = 0; miss < 2; miss++) {
		if (!is_wanted(r, property + miss))
			continue;
		if (wanted[miss] & ~able)
			return false;
		result[miss] = wanted[miss] | (able & ~sayable);
	}
	return true;
}

static bool take_field_set(const struct resolution *r, const struct of_field_set *wanted,
			   const struct of_field_set *able, struct of_field_set *result)
{
	struct of_field_set taken = *wanted;

	for (int i = 0; i < OF_N_FIELDS; i++) {
		enum of_field field = (enum of_field)i;
		bool can = of_field_set_has(able, field);

		if (of_field_set_has(wanted, field) && !can)
			return false;
		if (can && of_field_info(field)->since > r->version)
			of_field_set_add(&taken, field);
	}
	*result = taken;
	return true;
}

static bool take_fields(const struct resolution *r, enum of_table_feature property,
			const struct of_field_set wanted[2], const struct of_field_set *able,
			struct of_field_set result[2])
{
	for (unsigned int miss = 0; miss < 2; miss++)
		if (is_wanted(r, property + miss) &&
		    !take_field_set(r, &wanted[miss], able, &result[miss]))
			return false;
	return true;
}

static bool take_tables(const struct resolution *r)
{
	const struct of_table_set *able = &r->abilities->next[0];

	for (unsigned int miss = 0; miss < 2; miss++) {
		if (!is_wanted(r, OFPTFPT_NEXT_TABLES + miss))
			continue;
		for (unsigned int i = 0; i < 4; i++)
			if (r->wanted->next[miss].w[i] & ~able->w[i])
				return false;
		r->result->next[miss] = r->wanted->next[miss];
	}
	/* No table follows another one. */
	for (unsigned int i = 0; i < 4; i++)
		if (r->wanted->sync_from.w[i] != 0)
			return false;
	return true;
}

static bool take_match(const struct resolution *r)
{
	const struct of_table_features *wanted = r->wanted, *able = r->abilities;

	if (is_wanted(r, OFPTFPT_MATCH) &&
	    (!take_field_set(r, &wanted->match, &able->match, &r->result->match) ||
	     !take_field_set(r, &wanted->match_mask, &able->match_mask, &r->result->match_mask)))
		return false;
	if (is_wanted(r, OFPTFPT_WILDCARDS) &&
	    !take_field_set(r, &wanted->wildcards, &able->wildcards, &r->result->wildcards))
		return false;
	/* Every frame is Ethernet's. */
	return !is_wanted(r, OFPTFPT_PACKET_TYPES) || wanted->ethernet;
}

static bool take_properties(const struct resolution *r)
{
	const struct of_table_features *wanted = r->wanted, *able = r->abilities;
	struct of_table_features *to = r->result;

	return take_bits(r, OFPTFPT_INSTRUCTIONS, wanted->instructions, able->instructions[0],
			 to->instructions) &&
	       take_bits(r, OFPTFPT_WRITE_ACTIONS, wanted->write_actions, able->write_actions[0],
			 to->write_actions) &&
	       take_bits(r, OFPTFPT_APPLY_ACTIONS, wanted->apply_actions, able->apply_actions[0],
			 to->apply_actions) &&
	       take_fields(r, OFPTFPT_WRITE_SETFIELD, wanted->write_set, &able->write_set[0],
			   to->write_set) &&
	       take_fields(r, OFPTFPT_APPLY_SETFIELD, wanted->apply_set, &able->apply_set[0],
			   to->apply_set) &&
	       take_fields(r, OFPTFPT_WRITE_COPYFIELD, wanted->write_copy, &able->write_copy[0],
			   to->write_copy) &&
	       take_fields(r, OFPTFPT_APPLY_COPYFIELD, wanted->apply_copy, &able->apply_copy[0],
			   to->apply_copy) &&
	       take_tables(r) && take_match(r);
}

enum of_err table_wish_resolve(const struct table_wish *wish,
			       const struct of_table_features *wanted,
			       const struct of_table_features *abilities,
			       struct of_table_features *result)
{
	const struct resolution r = {wish->version, wanted, abilities, result};
	enum of_err err = unknown_check(wish->version, wanted->unknown);

	if (err != OF_OK)
		return err;
	if (wish->version >= OF15) {
		if (wanted->config & ~abilities->config)
			return OFPTFFC_BAD_CAPABILITIES;
		if (wanted->features & ~(abilities->features | OFPTFF_FIRST_EGRESS))
			return OFPTFFC_BAD_FEATURES;
		result->config = wanted->config;
	}
	if (wanted->max_entries > abilities->max_entries)
		return bad_max_entries(wish->version);
	if (wanted->max_entries != 0)
		result->max_entries = wanted->max_entries;
	if (!take_properties(&r))
		return bad_value(wish->version);
	if (wanted->name[0] != '\0')
		memcpy(result->name, wanted->name, sizeof(result->name));
	result->metadata_match = wanted->metadata_match;
	result->metadata_write = wanted->metadata_write;
	return OF_OK;
}
