// SPDX-License-Identifier: Apache-2.0
/* learn(…) in text: ovs-actions(7). */
#include "openflow/action_words.h"
#include "openflow/flow_mod.h"
#include "openflow/learn.h"
#include "openflow/nicira_field.h"

#include <errno.h>
#include <inttypes.h>

/* The lowest `n_bits` bits of a value as 16 bytes in network order. */
static void immediate_set(struct of_learn_spec *spec, uint64_t value)
{
	memset(spec->immediate, 0, sizeof(spec->immediate));
	for (unsigned i = 0; i < 8; i++)
		spec->immediate[15 - i] = (uint8_t)(value >> (8 * i));
}

static int number_to_bits(struct of_parser *p, const char *word, struct of_learn_spec *spec)
{
	uint64_t max = spec->n_bits < 64 ? (1ull << spec->n_bits) - 1 : UINT64_MAX;
	uint64_t value;
	int rc = of_argument_parse(p, "learn", word, max, &value);

	spec->source = OF_LEARN_IMMEDIATE;
	if (rc == 0)
		immediate_set(spec, value);
	return rc;
}

/* A value in the form of the whole field that `to` names. */
static int value_to_bits(struct of_parser *p, const char *word, struct of_learn_spec *spec)
{
	const struct of_field_info *info = of_field_info(spec->to.field);
	struct of_match_field f;
	int rc = of_field_value_parse(p, spec->to.field, word, &f);

	if (rc != 0)
		return rc;
	if (f.masked)
		return of_parser_fail(p,
				      "learn: %s=%.40s: the new flow cannot have a mask: name "
				      "the bits as %s[0..7]",
				      info->text, word, info->text);
	spec->source = OF_LEARN_IMMEDIATE;
	memset(spec->immediate, 0, sizeof(spec->immediate));
	memcpy(spec->immediate + 16 - info->n_bytes, f.value, info->n_bytes);
	/* in_port has 16 bits here. */
	for (unsigned i = 0; i < 16 - (spec->n_bits + 7u) / 8; i++)
		spec->immediate[i] = 0;
	return 0;
}

static int from_part(struct of_parser *p, const char *word, struct of_learn_spec *spec)
{
	struct of_written_part from;
	int rc = of_subfield_parse(p, "learn", word, &from);

	if (rc != 0)
		return rc;
	spec->source = OF_LEARN_FROM_FIELD;
	spec->from = from.part;
	if (spec->target == OF_LEARN_OUTPUT)
		spec->n_bits = from.part.n_bits;
	else if (spec->n_bits != from.part.n_bits)
		return of_parser_fail(p,
				      "learn: \"%.40s\" has %u bits and where they go %u: name the "
				      "same number of bits",
				      word, from.part.n_bits, spec->n_bits);
	return 0;
}

static int to_part(struct of_parser *p, const char *word, struct of_learn_spec *spec)
{
	struct of_written_part to;
	int rc = of_subfield_parse(p, "learn", word, &to);

	if (rc != 0)
		return rc;
	spec->to = to.part;
	spec->n_bits = to.part.n_bits;
	return 0;
}

/* `load:5->reg0[]`, `load:eth_src[]->reg0[0..47]` */
static int load_spec(struct of_parser *p, char *text, struct of_learn_spec *spec)
{
	char *arrow = strstr(text, "->");
	int rc;

	spec->target = OF_LEARN_LOAD;
	if (arrow == NULL)
		return of_parser_fail(p,
				      "learn: load:%.40s: where to is missing: write "
				      "load:…->FIELD[]",
				      text);
	*arrow = '\0';
	rc = to_part(p, arrow + 2, spec);
	if (rc == 0 && !of_nxm_is_settable(spec->to.field))
		rc = of_parser_fail(p, "%s: the field cannot be set",
				    of_field_info(spec->to.field)->text);
	if (rc != 0)
		return rc;
	return strchr(text, '[') != NULL ? from_part(p, text, spec) : number_to_bits(p, text, spec);
}

/* `FIELD[…]`, `FIELD[…]=FROM[…]`, `FIELD=VALUE` */
static int match_spec(struct of_parser *p, const struct of_word *word, struct of_learn_spec *spec)
{
	int rc = to_part(p, word->key, spec);

	spec->target = OF_LEARN_MATCH;
	if (rc != 0)
		return rc;
	if (word->value == NULL)
		return from_part(p, word->key, spec);
	if (strchr(word->value, '[') != NULL)
		return from_part(p, word->value, spec);
	return strchr(word->key, '[') != NULL ? number_to_bits(p, word->value, spec)
					      : value_to_bits(p, word->value, spec);
}

static int spec_parse(struct of_parser *p, const struct of_word *word, struct of_learn_spec *spec)
{
	memset(spec, 0, sizeof(*spec));
	if (text_starts(word->key, "load:"))
		return load_spec(p, word->key + strlen("load:"), spec);
	if (text_starts(word->key, "output:")) {
		spec->target = OF_LEARN_OUTPUT;
		return from_part(p, word->key + strlen("output:"), spec);
	}
	return match_spec(p, word, spec);
}

/* Words that say something about the new flow as a whole. 1: it was one. */
static int setting_word(struct of_parser *p, const struct of_word *word, struct of_learn *learn)
{
	const struct {
		const char *word;
		uint16_t *to;
	} u16[] = {
		{"idle_timeout", &learn->idle_timeout},
		{"hard_timeout", &learn->hard_timeout},
		{"fin_idle_timeout", &learn->fin_idle_timeout},
		{"fin_hard_timeout", &learn->fin_hard_timeout},
		{"priority", &learn->priority},
	};
	uint64_t value = 0;
	int rc;

	for (size_t i = 0; i < sizeof(u16) / sizeof(u16[0]); i++) {
		if (strcmp(u16[i].word, word->key) != 0)
			continue;
		rc = of_argument_parse(p, word->key, word->value, UINT16_MAX, &value);
		*u16[i].to = (uint16_t)value;
		return rc != 0 ? rc : 1;
	}
	if (strcmp(word->key, "table") == 0) {
		rc = of_argument_parse(p, word->key, word->value, OFPTT_MAX, &value);
		learn->table_id = (uint8_t)value;
	} else if (strcmp(word->key, "cookie") == 0) {
		rc = of_argument_parse(p, word->key, word->value, UINT64_MAX, &learn->cookie);
	} else if (strcmp(word->key, "limit") == 0) {
		rc = of_argument_parse(p, word->key, word->value, UINT32_MAX, &value);
		learn->limit = (uint32_t)value;
	} else if (strcmp(word->key, "send_flow_rem") == 0 && word->value == NULL) {
		learn->flags |= OF_LEARN_SEND_FLOW_REM;
		rc = 0;
	} else if (strcmp(word->key, "delete_learned") == 0 && word->value == NULL) {
		learn->flags |= OF_LEARN_DELETE_LEARNED;
		rc = 0;
	} else if (strcmp(word->key, "result_dst") == 0) {
		rc = of_parser_fail(p, "learn: result_dst is not served: leave it out");
	} else {
		return 0;
	}
	return rc != 0 ? rc : 1;
}

int of_learn_parse(struct of_parser *p, struct of_action_list *list, char *arg)
{
	struct of_action action = {.type = OF_ACTION_LEARN};
	struct of_learn *learn = of_arena_alloc(p->arena, sizeof(*learn));
	struct of_learn_spec *specs = of_arena_alloc(p->arena, OF_WORDS_MAX * sizeof(*specs));
	struct of_word words[OF_WORDS_MAX];
	int n;

	if (learn == NULL || specs == NULL)
		return -ENOMEM;
	if (arg == NULL)
		return of_parser_fail(p, "learn: what to learn is missing: write learn(…)");
	*learn = (struct of_learn){.priority = OFP_DEFAULT_PRIORITY, .table_id = 1, .specs = specs};
	n = of_words_split(p, arg, words);
	if (n < 0)
		return n;
	for (int i = 0; i < n; i++) {
		int rc = setting_word(p, &words[i], learn);

		if (rc == 0)
			rc = spec_parse(p, &words[i], &specs[learn->n_specs++]);
		if (rc < 0)
			return rc;
	}
	action.learn = learn;
	return of_action_append(p, list, &action);
}

static bool is_whole(const struct of_subfield *part)
{
	return part->offset == 0 && part->n_bits == of_field_info(part->field)->n_bits;
}

static void immediate_text(const struct of_learn_spec *spec, struct text *t)
{
	unsigned i = 0;

	while (i < 15 && spec->immediate[i] == 0)
		i++;
	text_add(t, "0x%x", spec->immediate[i++]);
	for (; i < 16; i++)
		text_add(t, "%02x", spec->immediate[i]);
}

/* A whole field and its value as in a match. */
static void value_text(const struct of_learn_spec *spec, const struct of_names *names,
		       struct text *t)
{
	const struct of_field_info *info = of_field_info(spec->to.field);
	struct of_match_field f = {.field = spec->to.field};

	memcpy(f.value, spec->immediate + 16 - info->n_bytes, info->n_bytes);
	memset(f.mask, 0xff, info->n_bytes);
	text_add(t, "%s=", info->text);
	of_field_value_text(&f, names, t);
}

static void spec_text(const struct of_learn_spec *spec, const struct of_names *names,
		      struct text *t)
{
	bool immediate = spec->source == OF_LEARN_IMMEDIATE;

	switch (spec->target) {
	case OF_LEARN_MATCH:
		if (immediate && is_whole(&spec->to) && spec->to.field != OF_FIELD_VLAN_VID) {
			value_text(spec, names, t);
			return;
		}
		of_subfield_text(&spec->to, t);
		if (immediate) {
			text_add(t, "=");
			immediate_text(spec, t);
		} else if (spec->from.field != spec->to.field ||
			   spec->from.offset != spec->to.offset) {
			text_add(t, "=");
			of_subfield_text(&spec->from, t);
		}
		return;
	case OF_LEARN_LOAD:
		text_add(t, "load:");
		if (immediate)
			immediate_text(spec, t);
		else
			of_subfield_text(&spec->from, t);
		text_add(t, "->");
		of_subfield_text(&spec->to, t);
		return;
	case OF_LEARN_OUTPUT:
		text_add(t, "output:");
		of_subfield_text(&spec->from, t);
	}
}

void of_learn_text(const struct of_learn *learn, const struct of_names *names, struct text *t)
{
	text_add(t, "learn(table=%u", learn->table_id);
	if (learn->idle_timeout != 0)
		text_add(t, ",idle_timeout=%u", learn->idle_timeout);
	if (learn->hard_timeout != 0)
		text_add(t, ",hard_timeout=%u", learn->hard_timeout);
	if (learn->fin_idle_timeout != 0)
		text_add(t, ",fin_idle_timeout=%u", learn->fin_idle_timeout);
	if (learn->fin_hard_timeout != 0)
		text_add(t, ",fin_hard_timeout=%u", learn->fin_hard_timeout);
	if (learn->priority != OFP_DEFAULT_PRIORITY)
		text_add(t, ",priority=%u", learn->priority);
	if (learn->flags & OF_LEARN_SEND_FLOW_REM)
		text_add(t, ",send_flow_rem");
	if (learn->flags & OF_LEARN_DELETE_LEARNED)
		text_add(t, ",delete_learned");
	if (learn->cookie != 0)
		text_add(t, ",cookie=0x%" PRIx64, learn->cookie);
	if (learn->limit != 0)
		text_add(t, ",limit=%u", learn->limit);
	for (unsigned i = 0; i < learn->n_specs; i++) {
		text_add(t, ",");
		spec_text(&learn->specs[i], names, t);
	}
	text_add(t, ")");
}
