// SPDX-License-Identifier: Apache-2.0
/* Reads instructions in ovs-ofctl's syntax. */
#include "openflow/action_words.h"

#include <errno.h>

/* `10` or `10.5` seconds as nanoseconds. */
static int seconds_parse(struct of_parser *p, const char *word, char *value, uint64_t *ns)
{
	char *dot = value != NULL ? strchr(value, '.') : NULL;
	uint64_t s, unit = 100000000;
	int rc;

	if (dot != NULL)
		*dot++ = '\0';
	rc = of_argument_parse(p, word, value, UINT32_MAX, &s);
	if (rc != 0)
		return rc;
	*ns = s * 1000000000;
	for (; dot != NULL && *dot != '\0'; dot++, unit /= 10) {
		if (*dot < '0' || *dot > '9' || unit == 0)
			return of_parser_fail(p, "%s: \".%.40s\" are no nanoseconds: write 10.5",
					      word, dot);
		*ns += unit * (uint64_t)(*dot - '0');
	}
	return 0;
}

/* `stat_trigger(periodic,only_first,duration=10.5,idle_time=3,packet_count=5,byte_count=6)` */
static int stat_trigger_parse(struct of_parser *p, char *arg, struct of_instruction *in)
{
	struct of_word words[OF_WORDS_MAX];
	int n = arg != NULL ? of_words_split(p, arg, words) : 0;
	int rc = n < 0 ? n : 0;

	for (int i = 0; i < n && rc == 0; i++) {
		int field = of_stat_field_from_name(words[i].key);

		if (strcmp(words[i].key, "periodic") == 0 && words[i].value == NULL) {
			in->stat_trigger.flags |= OFPSTF_PERIODIC;
		} else if (strcmp(words[i].key, "only_first") == 0 && words[i].value == NULL) {
			in->stat_trigger.flags |= OFPSTF_ONLY_FIRST;
		} else if (field < 0) {
			rc = of_parser_fail(p,
					    "stat_trigger: \"%.40s\" is not counted: write "
					    "duration=, idle_time=, packet_count= or byte_count=",
					    words[i].key);
		} else {
			in->stat_trigger.present |= 1u << field;
			rc = field == OFPXST_DURATION || field == OFPXST_IDLE_TIME
				     ? seconds_parse(p, words[i].key, words[i].value,
						     &in->stat_trigger.limit[field])
				     : of_argument_parse(p, words[i].key, words[i].value,
							 UINT64_MAX,
							 &in->stat_trigger.limit[field]);
		}
	}
	if (rc == 0 && in->stat_trigger.present == 0)
		rc = of_parser_fail(p, "stat_trigger: a limit is missing: write "
				       "stat_trigger(packet_count=N)");
	return rc;
}

/* Reads an instruction's word. 1: it was one, 0: it was an action. */
static int instruction_word(struct of_parser *p, const char *word, char *arg,
			    struct of_instruction *in)
{
	uint64_t value = 0;
	char *slash;
	int rc = 0;

	if (strcmp(word, "goto_table") == 0) {
		in->type = OF_INSTRUCTION_GOTO_TABLE;
		rc = of_argument_parse(p, word, arg, OFPTT_MAX, &value);
		in->table_id = (uint8_t)value;
	} else if (strcmp(word, "meter") == 0) {
		in->type = OF_INSTRUCTION_METER;
		rc = of_argument_parse(p, word, arg, UINT32_MAX, &value);
		in->meter_id = (uint32_t)value;
	} else if (strcmp(word, "stat_trigger") == 0) {
		in->type = OF_INSTRUCTION_STAT_TRIGGER;
		rc = stat_trigger_parse(p, arg, in);
	} else if (strcmp(word, "clear_actions") == 0) {
		in->type = OF_INSTRUCTION_CLEAR_ACTIONS;
	} else if (strcmp(word, "write_metadata") == 0) {
		in->type = OF_INSTRUCTION_WRITE_METADATA;
		in->metadata.mask = UINT64_MAX;
		slash = arg != NULL ? strchr(arg, '/') : NULL;
		if (slash != NULL) {
			*slash = '\0';
			rc = of_argument_parse(p, word, slash + 1, UINT64_MAX, &in->metadata.mask);
		}
		if (rc == 0)
			rc = of_argument_parse(p, word, arg, UINT64_MAX, &in->metadata.value);
	} else if (strcmp(word, "write_actions") == 0 || strcmp(word, "apply_actions") == 0) {
		in->type = word[0] == 'w' ? OF_INSTRUCTION_WRITE_ACTIONS
					  : OF_INSTRUCTION_APPLY_ACTIONS;
		if (arg == NULL)
			return of_parser_fail(p, "%s: the actions are missing: write %s(…)", word,
					      word);
		rc = of_actions_text_parse(p, arg, &in->actions);
	} else {
		return 0;
	}
	return rc != 0 ? rc : 1;
}

/* One of each kind, in the order of execution; `apply` comes from the plain actions. */
struct collected {
	struct of_instruction of_type[OF_INSTRUCTION_STAT_TRIGGER + 1];
	unsigned have; /* bit n: type n */
};

static int collect(struct of_parser *p, struct collected *all, const struct of_instruction *in,
		   const char *word)
{
	if (all->have & 1u << in->type)
		return of_parser_fail(p, "%s: it stands twice: a flow has one of each instruction",
				      word);
	all->have |= 1u << in->type;
	all->of_type[in->type] = *in;
	return 0;
}

static int collected_store(struct of_parser *p, const struct collected *all,
			   struct of_instructions *instructions)
{
	static const enum of_instruction_type order[] = {
		OF_INSTRUCTION_METER,         OF_INSTRUCTION_STAT_TRIGGER,
		OF_INSTRUCTION_APPLY_ACTIONS, OF_INSTRUCTION_CLEAR_ACTIONS,
		OF_INSTRUCTION_WRITE_ACTIONS, OF_INSTRUCTION_WRITE_METADATA,
		OF_INSTRUCTION_GOTO_TABLE,
	};

	instructions->n = 0;
	instructions->i = of_arena_alloc(p->arena, sizeof(all->of_type));
	if (instructions->i == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++)
		if (all->have & 1u << order[i])
			instructions->i[instructions->n++] = all->of_type[order[i]];
	return 0;
}

int of_instructions_text_parse(struct of_parser *p, char *text,
			       struct of_instructions *instructions)
{
	struct collected all = {0};
	struct of_instruction apply = {.type = OF_INSTRUCTION_APPLY_ACTIONS};
	struct of_action_list list = {0};
	bool drop = false;
	char *word, *arg;
	int rc;

	while ((rc = of_action_word_next(p, &text, &word, &arg)) == 1) {
		struct of_instruction in = {0};

		/* Behind an action, or a second time, it is the action of 1.5. */
		if (strcmp(word, "meter") == 0 &&
		    (list.n > 0 || all.have & 1u << OF_INSTRUCTION_METER))
			rc = 0;
		else
			rc = instruction_word(p, word, arg, &in);
		if (rc == 1)
			rc = collect(p, &all, &in, word);
		else if (rc == 0 && strcmp(word, "drop") == 0 && arg == NULL)
			drop = true;
		else if (rc == 0)
			rc = of_action_word(p, &list, word, arg);
		if (rc != 0)
			return rc;
		if (drop && (list.n > 0 || all.have != 0))
			return of_parser_fail(p, "actions: drop stands alone: leave it out, or the "
						 "other actions");
	}
	if (rc != 0)
		return rc;
	if (list.n > 0) {
		apply.actions = (struct of_actions){.n = list.n, .a = list.a};
		rc = collect(p, &all, &apply, "apply_actions");
	}
	return rc != 0 ? rc : collected_store(p, &all, instructions);
}
